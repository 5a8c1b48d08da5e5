"""The guard of a machine: the dead man's lease of its platform."""

from __future__ import annotations

import asyncio

import pytest
from gateway_bench import Machine, Platform, connected, opening, until
from pydantic import ValidationError

from forexai_core.risk.halting import DeadMan
from forexai_core.services.halts import MemoryHalts
from forexai_mt5.connector.guard import Guard
from forexai_mt5.connector.settings import Caps
from forexai_mt5.protocol.envelope import FenceToken
from forexai_mt5.protocol.trading import TradeCommand

FENCE = FenceToken(epoch=1, number=1)
_S = 1_000_000_000


class Clock:
    """Stands until it is moved."""

    now_s = 100.0

    def monotonic_ns(self):
        return int(self.now_s * _S)

    def now_ns(self):
        return int(self.now_s * _S)


class Broker:
    async def positions(self):
        return ()


def command(action="OPEN", **fields):
    if action == "OPEN":
        fields = {"symbol": "EURUSD", "order_type": "BUY", "lot_size": 0.1} | fields
    return TradeCommand.model_validate(
        {"id": "c1", "action": action, "issued_at": 1, "ttl_ms": 60_000, "fence": FENCE} | fields
    )


@pytest.fixture
def guard():
    clock = Clock()
    made = Guard(Caps(dead_man_s=30), MemoryHalts(), clock)
    made.clock = clock
    return made


async def test_nothing_is_opened_before_the_platform_was_heard(guard):
    assert (await guard.refuses(command(), Broker()))[0] == "unreachable"


async def test_a_silent_platform_opens_nothing_until_it_is_heard_again(guard):
    guard.hear_platform()
    guard.clock.now_s += 30
    assert await guard.refuses(command(), Broker()) is None
    guard.clock.now_s += 0.001
    kind, text = await guard.refuses(command(), Broker())
    assert (kind, "30 s" in text) == ("unreachable", True)
    guard.hear_platform()
    assert await guard.refuses(command(), Broker()) is None


@pytest.mark.parametrize(
    ("action", "fields", "passes"),
    [
        ("CLOSE", {"ticket": 7}, True),
        ("CANCEL", {"ticket": 7}, True),
        ("MODIFY", {"ticket": 7, "stop_loss": 1.05}, True),
        ("MODIFY", {"ticket": 7, "price": 1.05}, False),  # where an order waits is where it opens
    ],
)
async def test_what_lessens_what_is_open_goes_on(guard, action, fields, passes):
    assert (await guard.refuses(command(action, **fields), Broker()) is None) is passes


@pytest.mark.parametrize("seconds", [0, -1, 3_601])
def test_the_lease_lasts_some_seconds(seconds):
    with pytest.raises(ValidationError):
        Caps(dead_man_s=seconds)


async def test_what_waits_behind_a_slow_order_is_not_sent_once_the_platform_is_gone():
    platform = Platform()
    machine = Machine(platform)
    await machine.pair()
    service = machine.start()
    await connected(platform, machine)
    released = asyncio.Event()
    real = machine.broker.submit

    async def slow(request):
        state = await real(request)
        await released.wait()
        return state

    machine.broker.submit = slow
    async with platform.line() as line:
        first = asyncio.ensure_future(line.command(opening(line, "c1")))
        await until(lambda: machine.broker.submitted == ["c1"])
        second = asyncio.ensure_future(line.command(opening(line, "c2")))
        await until(lambda: len(service._desk._under_way) == 2)
        machine.transport.down = True
        machine.transport.cut()
        service._guard._platform = DeadMan("the platform", account="here", ttl_s=1)  # as if it had run out
        released.set()
        await until(lambda: not service._desk._under_way)
        machine.transport.down = False
        assert (await first).success
        refused = await second
        assert (refused.outcome, refused.error.kind) == ("REFUSED", "unreachable")
    assert machine.broker.submitted == ["c1"]
    await machine.kill()
    platform.services.close()
