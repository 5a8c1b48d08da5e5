"""The desk of a connector: what is answered to copies of a command, whoever sends them, and in whatever order."""

from __future__ import annotations

import asyncio
import math

import attrs
import pytest
from gateway_bench import CountingBroker, until

from forexai_core.errors import ConfigError, FencedError, StorageError
from forexai_core.ports.halts import HaltBoard
from forexai_core.services import embedded_services
from forexai_core.services.halts import MemoryHalts
from forexai_mt5.connector.command_desk import CommandDesk
from forexai_mt5.connector.guard import Guard
from forexai_mt5.connector.settings import Caps
from forexai_mt5.protocol.envelope import FenceToken
from forexai_mt5.protocol.trading import Kill, TradeCommand

OLD, NEW, NEWEST = (FenceToken(epoch=1, number=number) for number in (1, 2, 3))


def never():
    return False


class Desk:
    """A desk over a broker in memory, and what it tells."""

    def __init__(self, services=None, broker=None, intents=None, place="main"):
        self.services = services or embedded_services(None)
        self.broker = broker or CountingBroker()
        self.guard = Guard(Caps(), MemoryHalts(), self.services.clock)
        self.guard.hear_platform()
        self.told, self.alerts = [], []
        self.desk = CommandDesk(
            self.broker, intents or self.services.intents, self.guard, self.services.clock, place=place,
            tell=self._told, call_s=60.0, alert=self.alerts.append,
        )  # fmt: skip
        self.working = None

    async def begin(self):
        await self.broker.connect()
        self.working = asyncio.ensure_future(self.desk.work())
        return self

    async def end(self):
        self.working.cancel()
        await asyncio.gather(self.working, return_exceptions=True)

    async def _told(self, result):
        self.told.append(result)

    async def accept(self, command_id, fence, expired=never, **changes):
        fields = {"action": "OPEN", "symbol": "EURUSD", "order_type": "BUY", "lot_size": 0.1} | changes
        fields |= {"id": command_id, "issued_at": 1, "ttl_ms": 60_000, "fence": fence}
        await self.desk.accept(TradeCommand.model_validate(fields), expired)

    async def tells(self, count):
        await until(lambda: len(self.told) >= count)
        return [(each.fence, each.outcome) for each in self.told]


@pytest.fixture
async def desk():
    made = await Desk().begin()
    yield made
    await made.end()
    made.services.close()


async def test_a_copy_of_an_older_sender_is_not_refused_under_the_id_of_the_one_under_way(desk):
    desk.broker.wait_s = 0.2
    await desk.accept("c1", NEW)
    await until(lambda: desk.broker.submitted)
    await desk.accept("c1", OLD)
    assert await desk.tells(2) == [(NEW, "DONE"), (OLD, "DONE")]
    assert desk.broker.submitted == ["c1"]


async def test_a_copy_of_an_older_sender_is_told_what_became_of_the_command(desk):
    await desk.accept("c1", NEW)
    await desk.tells(1)
    await desk.accept("c1", OLD)
    await desk.accept("c1", NEWEST)
    assert await desk.tells(3) == [(NEW, "DONE"), (OLD, "DONE"), (NEWEST, "DONE")]
    assert desk.broker.submitted == ["c1"]


async def test_an_older_sender_is_refused_what_nobody_has_commanded_since(desk):
    await desk.accept("c1", NEW)
    await desk.accept("c2", OLD)
    await desk.accept("c1", OLD, lot_size=0.2)  # not what is known by that id
    told = await desk.tells(3)
    assert set(told) == {(NEW, "DONE"), (OLD, "REFUSED")}
    assert [each.error.kind for each in desk.told if each.error] == ["fenced", "fenced"]
    assert desk.broker.submitted == ["c1"]


async def test_what_waits_is_carried_out_for_the_newest_who_has_asked_for_it_and_answered_to_all(desk):
    desk.broker.wait_s = 0.1
    await desk.accept("c0", OLD)
    await until(lambda: desk.broker.submitted)
    await desk.accept("c1", OLD, lambda: True)
    await desk.accept("c1", NEW)
    told = await desk.tells(3)
    assert sorted(told, key=lambda each: each[0].number) == [(OLD, "DONE"), (OLD, "DONE"), (NEW, "DONE")]
    assert desk.broker.submitted == ["c0", "c1"]


# ------------------------------------------------------------------------------------------- what nobody has expected
class OddBroker(CountingBroker):
    """Carries orders out, and tells of it what it likes."""

    told: dict[str, object] = {}  # noqa: RUF012 - of each test its own

    async def submit(self, request):
        return attrs.evolve(await super().submit(request), **self.told)


@pytest.mark.parametrize("price", [math.nan, math.inf, -1.5, 1e-11, None])
async def test_a_fill_at_no_price_is_unknown_said_aloud_and_the_desk_goes_on(price):
    desk = await Desk(broker=OddBroker()).begin()
    desk.broker.told = {"average_price": price}
    await desk.accept("c1", NEW)
    await desk.tells(1)
    desk.broker.told = {}
    await desk.accept("c2", NEW)
    assert await desk.tells(2) == [(NEW, "UNKNOWN"), (NEW, "DONE")]
    assert "open_price" in desk.told[0].error.message
    assert len(desk.alerts) == 1
    assert (await desk.desk.fate("c1")).outcome == "UNKNOWN"
    assert desk.broker.submitted == ["c1", "c2"]
    await desk.end()


class FailingStore:
    """Intents whose disk fails at one call."""

    def __init__(self, intents, name, problem):
        self._intents, self._name, self.problem = intents, name, problem

    def __getattr__(self, name):
        real = getattr(self._intents, name)

        async def call(*args, **named):
            step = f"{name} {args[1]}" if name == "advance" else name
            if self.problem is not None and step == self._name:
                raise self.problem
            return await real(*args, **named)

        return call


@pytest.mark.parametrize("problem", [OSError("no space"), StorageError("no space"), RuntimeError("odd")])
@pytest.mark.parametrize(("step", "sent"), [("record", 0), ("advance sent", 0), ("advance filled", 1)])
async def test_a_store_that_fails_makes_a_command_unknown_and_never_not_sent(step, sent, problem):
    services = embedded_services(None)
    store = FailingStore(services.intents, step, problem)
    desk = await Desk(services, intents=store).begin()
    await desk.accept("c1", NEW)
    await desk.tells(1)
    store.problem = None
    await desk.accept("c1", NEW)  # the disk is well again: what was told stays so
    await desk.accept("c2", NEW)
    assert await desk.tells(3) == [(NEW, "UNKNOWN"), (NEW, "UNKNOWN"), (NEW, "DONE")]
    assert desk.broker.submitted == ["c1", "c2"][1 - sent :]
    assert len(desk.alerts) == 1
    await desk.end()
    services.close()


async def test_whatever_a_plugin_raises_the_outcome_is_unknown_and_the_desk_goes_on(desk):
    for number, problem in enumerate((KeyError("x"), OSError("pipe"), ConfigError("late"), ZeroDivisionError())):
        desk.broker.fail = problem
        await desk.accept(f"c{number}", NEW)
    told = await desk.tells(4)
    assert told == [(NEW, "UNKNOWN")] * 4
    assert len(desk.alerts) == 4


async def test_a_plugin_that_cannot_count_opens_nothing(desk):
    async def positions():
        raise ZeroDivisionError

    desk.broker.positions = positions
    await desk.accept("c1", NEW)
    assert await desk.tells(1) == [(NEW, "REFUSED")]
    assert desk.told[0].error.kind == "unreachable"


async def test_a_kill_that_cannot_be_written_down_halts_all_the_same(desk):
    class Disk:
        async def read(self):
            return HaltBoard(number=0)

        async def halt(self, halt):
            raise OSError("no space")

    desk.guard._halts = Disk()
    with pytest.raises(OSError, match="no space"):
        await desk.guard.kill(Kill(id="k-1", reason="margin"))
    await desk.accept("c1", NEW)
    assert await desk.tells(1) == [(NEW, "REFUSED")]
    assert desk.told[0].error.kind == "killed"


# ---------------------------------------------------------------------------------------------- what it was paired for
async def test_fences_and_ids_of_one_pairing_are_not_those_of_another(tmp_path):
    services = embedded_services(tmp_path)
    for place in ("main", "second"):
        desk = await Desk(services, place=place).begin()
        await desk.accept("c1", NEWEST if place == "main" else OLD)
        assert [outcome for _, outcome in await desk.tells(1)] == ["DONE"]
        await desk.accept("c2", NEWEST)
        await desk.accept("c3", OLD)
        await desk.tells(3)
        assert {each.command_id: each.outcome for each in desk.told} == {"c1": "DONE", "c2": "DONE", "c3": "REFUSED"}
        await desk.end()
    again = await Desk(services, place="main").begin()
    await again.accept("c1", NEWEST)
    assert await again.tells(1) == [(NEWEST, "DONE")]
    assert again.broker.submitted == []
    await again.end()
    services.close()


# ------------------------------------------------------------------------------------------------- who takes an account
async def test_after_a_newer_sender_has_taken_the_account_an_older_one_changes_nothing_through_restarts(tmp_path):
    services = embedded_services(tmp_path)
    desk = await Desk(services).begin()
    await desk.accept("c1", OLD)
    await desk.tells(1)
    await desk.desk.take(NEW)
    await desk.desk.take(NEW)
    await desk.accept("c2", OLD)
    with pytest.raises(FencedError):
        await desk.desk.take(OLD)
    assert [each.outcome for each in desk.told] == ["DONE", "REFUSED"]
    await desk.end()
    again = Desk(services, broker=desk.broker)
    assert await again.desk.recover() == []
    await again.begin()
    await again.accept("c3", OLD)
    await again.accept("c4", NEW)
    assert await again.tells(2) == [(OLD, "REFUSED"), (NEW, "DONE")]
    assert desk.broker.submitted == ["c1", "c4"]
    await again.end()
    services.close()


async def test_who_takes_the_account_waits_for_what_an_older_sender_has_under_way_and_bars_what_waits(desk):
    desk.broker.wait_s = 0.3
    await desk.accept("c1", OLD)
    await until(lambda: desk.broker.submitted)
    await desk.accept("c2", OLD)
    await desk.desk.take(NEW)
    assert len(await desk.broker.positions()) == 1
    assert await desk.tells(2) == [(OLD, "DONE"), (OLD, "REFUSED")]
    assert desk.broker.submitted == ["c1"]


async def test_one_who_takes_the_account_between_the_last_look_and_the_sending_is_seen(desk):
    real = desk.guard.refuses

    async def refuses(command, broker):
        refusal = await real(command, broker)
        await desk.services.intents.take(desk.desk._place, desk.desk._fence(NEW))  # as another process does
        return refusal

    desk.guard.refuses = refuses
    taking = asyncio.ensure_future(desk.accept("c1", OLD))
    await taking
    told = await desk.tells(1)
    assert told[0][1] != "DONE"
    assert desk.broker.submitted == []


async def test_after_a_restart_the_newest_sender_is_known_by_the_last_recording(tmp_path):
    services = embedded_services(tmp_path)
    desk = Desk(services)
    await desk.accept("c1", OLD)
    await desk.accept("c2", NEW)  # neither is carried out: nobody works
    again = Desk(services)
    told = await again.desk.recover()
    assert [(each.command_id, each.outcome) for each in told] == [("c1", "EXPIRED"), ("c2", "EXPIRED")]
    assert again.desk._newest == NEW
    assert (await again.desk.fate("c9")).outcome == "ABSENT"  # barred with the newest token, not with the first
    services.close()


async def test_an_unknown_command_is_told_after_the_restart_that_made_it_one_and_then_to_who_asks(tmp_path):
    services = embedded_services(tmp_path)
    desk = await Desk(services).begin()
    desk.broker.wait_s = 3_600
    await desk.accept("c1", NEW)
    await until(lambda: desk.broker.submitted)
    await desk.end()
    second, third = Desk(services), Desk(services)
    assert [(each.fence, each.outcome) for each in await second.desk.recover()] == [(NEW, "UNKNOWN")]
    assert await third.desk.recover() == []
    assert (await third.desk.fate("c1")).outcome == "UNKNOWN"
    services.close()
