"""Platform and connector, two processes over real sockets: cuts, delays, doubles, losses, kills of either.

However it goes: each command is executed at most once, each has an outcome that agrees with the venue, and the account
that the platform is told after a reconnection is the account as it stands. Two machines of one account contend for it:
one serves, and the other is refused, or shown out, and says so. ``--mt5-links 25`` makes it a longer run.
"""

from __future__ import annotations

import asyncio
import itertools
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from mortal_processes import Child
from store_venue import executed_by, executions
from unreliable_network import UnreliableNetwork, Weather

COMMANDS, PATIENCE_S = 24, 600.0
ROUGH = Weather(lost=0.06, doubled=0.12, swapped=0.12, late_s=0.02, cut=0.015)
CERTAINLY_NOT = {"REFUSED", "REJECTED", "EXPIRED", "ABSENT", "BrokerUnreachableError"}
OPEN_ENDS = {"OrderStateUnknownError", "BrokerUnreachableError", "FencedError"}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", metafunc.config.getoption("--mt5-links"))


class Link:
    """One schedule: who runs, what was asked for, and what came of it."""

    def __init__(self, folder: Path, seed: int, network: UnreliableNetwork, port: int, host: str) -> None:
        self.chance, self.network, self.file = Random(seed), network, folder / "executions"
        self.platform = Child("platform", home=str(folder / "platform"), port=port, host=host)
        self.connector = Child(
            "connector", home=str(folder / "machine"), url=f"http://{host}/connector", file=str(self.file), seed=seed,
            slow_s=0.03, code="",
        )  # fmt: skip
        self.asked: list[str] = []

    async def begin(self) -> None:
        await self.platform.start()
        await self.platform.hears(ready=True)
        await self.invite(self.connector)
        await self.connector.start()
        await self.connector.hears(PATIENCE_S, state="connected")

    async def invite(self, machine: Child) -> None:
        """Give a machine a code of its own to pair with."""
        since = len(self.platform.told)
        self.platform.say(do="code")
        told = await self.platform.stirring(lambda told: "code" in told, PATIENCE_S, since=since)
        machine._arguments["code"] = told["code"]

    async def kill(self, which: str) -> None:
        """Kill a process in the middle of what it does, and start it anew."""
        child = self.platform if which == "platform" else self.connector
        since = len(child.told)
        await child.kill()
        await child.start()
        if which == "platform":
            await child.hears(PATIENCE_S, since=since, ready=True)

    async def steady(self) -> None:
        """Wait until the connector is connected, as far as it knows."""
        told = self.connector.told
        async with asyncio.timeout(PATIENCE_S), self.connector.stirred:
            await self.connector.stirred.wait_for(lambda: bool(told) and told[-1]["state"] == "connected")

    async def command(self, number: int) -> None:
        name = f"c-{number}"
        self.asked.append(name)
        self.platform.say(do="command", id=name, ttl_ms=self.chance.choice((1_500, 5_000)))
        await asyncio.sleep(self.chance.random() * 0.1)

    async def answered(self, number: int) -> None:
        """Wait until a command has come to something; others wait for none, so that some are under way together."""
        await self.platform.hears(PATIENCE_S, do="command", id=f"c-{number}")

    def outcomes(self) -> dict[str, str]:
        """Give the last outcome that each command was told to have."""
        return {each["id"]: each["outcome"] for each in self.platform.told if "outcome" in each}

    async def settle(self) -> dict[str, str]:
        """Ask what came of what has no certain outcome, until all have one."""
        async with asyncio.timeout(PATIENCE_S):
            while missing := [name for name in self.asked if self.outcomes().get(name, "FencedError") in OPEN_ENDS]:
                for name in missing:
                    self.platform.say(do="fate", id=name)
                await asyncio.sleep(1.0)
        return self.outcomes()

    async def reconnected_s(self) -> float:
        """Cut a quiet connection; give how long after the next one the account was told as it stands."""
        since, heard = len(self.connector.told), len(self.platform.told)
        total = executions(self.file).total()
        self.network.cut_all()
        up = await self.connector.hears(PATIENCE_S, since=since, state="connected")
        async with asyncio.timeout(PATIENCE_S):
            while True:
                right = [each["at"] for each in self.platform.told[heard:] if each.get("update") == total]
                if right and right[-1] >= up["at"]:
                    return min(at for at in right if at >= up["at"]) - up["at"]
                await asyncio.sleep(0.05)


async def test_whatever_happens_on_the_way_a_command_is_executed_once_at_most(
    tmp_path: Path, seed: int, record_property: Callable[[str, object], None]
) -> None:
    front, probe = socket.create_server(("127.0.0.1", 0)), socket.create_server(("127.0.0.1", 0))
    port = probe.getsockname()[1]
    probe.close()
    network = UnreliableNetwork(lambda: port, seed=seed)
    link = Link(tmp_path, seed, network, port, f"127.0.0.1:{front.getsockname()[1]}")
    async with network.served(front):
        try:
            await link.begin()
            figures = await go_through(link)
        finally:
            await link.connector.kill()
            await link.platform.kill()
    for name, count in figures.items():
        record_property(f"mt5: {name}", count)


async def go_through(link: Link) -> dict[str, Any]:
    """Trade while things go wrong, come to rest, and hold outcomes against the venue."""
    network, chance = link.network, link.chance
    network.weather = ROUGH
    events = ["cut", "connector", "platform"]
    places = dict(zip(sorted(chance.sample(range(2, COMMANDS - 2), len(events))), events, strict=True))
    for number in range(COMMANDS):
        if chance.random() < 0.8:  # others are asked for while nobody is there
            await link.steady()
        await link.command(number)
        event = places.get(number)
        if event == "cut":
            network.cut_all()
        elif event is None and chance.random() < 0.6:
            await link.answered(number)
        elif event is not None:
            await link.kill(event)
            await link.command(COMMANDS + number)  # while it is on its way back
    network.weather = Weather()
    outcomes = await link.settle()
    executed = executions(link.file)
    assert max(executed.values()) == 1, executed
    assert set(executed) <= set(link.asked)
    wrong = {name: told for name, told in outcomes.items() if (told in CERTAINLY_NOT) and executed[name]}
    wrong |= {name: told for name, told in outcomes.items() if told == "DONE" and not executed[name]}
    assert wrong == {}
    assert set(outcomes) == set(link.asked)
    assert "DONE" in outcomes.values()
    # Of what is commanded while all is calm nothing is lost.
    for number in range(3):
        link.platform.say(do="command", id=f"calm-{number}", ttl_ms=600_000)
    for number in range(3):
        await link.platform.hears(PATIENCE_S, do="command", id=f"calm-{number}", outcome="DONE")
    executed = executions(link.file)
    waits_s = [await link.reconnected_s() for _ in range(2)]
    assert executions(link.file) == executed  # nothing late was carried out after all
    assert min(network.counts["doubled"], network.counts["lost"], network.counts["swapped"]) > 0
    counts = {f"messages {name}": count for name, count in network.counts.items()}
    ends = {f"outcome {told}": sum(each == told for each in outcomes.values()) for told in set(outcomes.values())}
    longest = {"longest until the account was right again, ms": round(1_000 * max(waits_s))}
    return {"schedules": 1, "commands": len(link.asked) + 3} | counts | ends | longest


class TwoMachines(Link):
    """Two machines with a connector each, both paired with the account, and one broker behind them."""

    def __init__(self, folder: Path, seed: int, network: UnreliableNetwork, port: int, host: str) -> None:
        super().__init__(folder, seed, network, port, host)
        self.platform._arguments["patience_s"] = 10.0  # of what the machine that lost has got nobody is told
        self.office = Child("connector", **self.connector._arguments | {"home": str(folder / "office")})
        self.numbers = itertools.count()

    async def burst(self, count: int) -> None:
        """Command without waiting for what comes of it."""
        for _ in range(count):
            name = f"c-{next(self.numbers)}"
            self.asked.append(name)
            self.platform.say(do="command", id=name, ttl_ms=self.chance.choice((1_500, 5_000)))
            await asyncio.sleep(self.chance.random() * 0.05)

    async def calm(self, count: int, by: Child) -> None:
        """Command, and see that one machine does it all."""
        names = [f"calm-{next(self.numbers)}" for _ in range(count)]
        for name in names:
            self.asked.append(name)
            self.platform.say(do="command", id=name, ttl_ms=600_000)
        for name in names:
            await self.platform.hears(PATIENCE_S, do="command", id=name, outcome="DONE")
        machine = Path(by._arguments["home"]).name
        assert {executed_by(self.file)[name] for name in names} == {machine}

    async def is_refused(self, machine: Child) -> None:
        """Start a machine beside the one that serves: it says why it waits."""
        since = len(machine.told)
        await machine.start()
        await machine.stirring(
            lambda told: told.get("state") == "waiting" and "Another connector serves this account" in told["text"],
            PATIENCE_S, since=since,
        )  # fmt: skip

    async def takes_over(self, machine: Child, serving: Child) -> None:
        """Start a machine that a person lets take over; the one that served is shown out, and says so."""
        machine._arguments["take_over"] = True
        since = len(serving.told)
        heard = len(machine.told)
        await machine.start()
        await machine.hears(PATIENCE_S, since=heard, state="connected")
        machine._arguments["take_over"] = False
        # One that was stopped meanwhile hears it when it goes on.
        self.shown_out = asyncio.ensure_future(serving.hears(PATIENCE_S, since=since, state="dismissed"))


async def test_of_two_machines_of_one_account_one_serves_and_no_command_is_executed_by_both(
    tmp_path: Path, seed: int, record_property: Callable[[str, object], None]
) -> None:
    front, probe = socket.create_server(("127.0.0.1", 0)), socket.create_server(("127.0.0.1", 0))
    port = probe.getsockname()[1]
    probe.close()
    network = UnreliableNetwork(lambda: port, seed=seed)
    both = TwoMachines(tmp_path, seed, network, port, f"127.0.0.1:{front.getsockname()[1]}")
    async with network.served(front):
        try:
            await both.begin()
            await both.invite(both.office)
            await contend(both)
        finally:
            for child in (both.connector, both.office, both.platform):
                await child.kill()
    record_property("mt5: schedules of two machines", 1)


async def contend(both: TwoMachines) -> None:
    """Let two machines want the account, in all the ways in which one may lose it, while commands go on."""
    home, office = both.connector, both.office
    both.network.weather = Weather(doubled=0.1, late_s=0.02)
    await both.burst(4)
    await both.is_refused(office)
    await both.calm(2, by=home)
    await office.kill()
    # A person at the office takes over, in the middle of commands.
    await both.burst(4)
    await both.takes_over(office, home)
    assert "fenced" in (await both.shown_out)["text"]
    await both.burst(2)
    await both.calm(2, by=office)
    # The machine that serves is killed: the one that waits comes in by itself.
    await home.kill()
    await both.is_refused(home)
    await both.burst(3)
    since = len(home.told)
    await office.kill()
    await both.burst(2)
    await home.hears(PATIENCE_S, since=since, state="connected")
    await both.calm(2, by=home)
    # The machine that serves hangs, is taken over from, and goes on where it was: too late for everything.
    await both.burst(3)
    home.signal(signal.SIGSTOP)
    await both.takes_over(office, home)
    await both.calm(2, by=office)
    home.signal(signal.SIGCONT)
    assert "fenced" in (await both.shown_out)["text"]
    await both.calm(1, by=office)
    for name in both.asked:
        await both.platform.hears(PATIENCE_S, do="command", id=name)
    executed, outcomes = executions(both.file), both.outcomes()
    assert max(executed.values()) == 1, executed
    assert set(executed) <= set(both.asked)
    wrong = {name: told for name, told in outcomes.items() if told in CERTAINLY_NOT and executed[name]}
    wrong |= {name: told for name, told in outcomes.items() if told == "DONE" and not executed[name]}
    assert wrong == {}
    assert set(executed_by(both.file).values()) == {"machine", "office"}
