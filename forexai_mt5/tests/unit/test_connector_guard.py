"""The guard of a machine: the dead man's lease of its platform."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest
from gateway_bench import Machine, Platform, connected, opening, until
from pydantic import ValidationError

from forexai_core.ports.broker import BrokerCapabilities
from forexai_core.risk.halting import DeadMan
from forexai_core.services.halts import MemoryHalts
from forexai_core.values.accounts import AccountMode
from forexai_core.values.orders import OrderRequest, OrderState
from forexai_core.values.positions import Position
from forexai_mt5.connector.guard import Guard
from forexai_mt5.connector.settings import Caps
from forexai_mt5.protocol.envelope import FenceToken
from forexai_mt5.protocol.trading import Kill, TradeCommand

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
    """An account on which something is open, and something waits."""

    def __init__(self, positions=(), orders=(), mode=AccountMode.HEDGING):
        self.open, self.waiting = positions, orders
        self.capabilities = BrokerCapabilities(modes=frozenset({mode}))

    async def positions(self):
        return self.open

    async def orders(self):
        return self.waiting


def position(lots, symbol="EURUSD"):
    return Position(
        position=1, symbol=symbol, side=1 if lots > 0 else -1, volume_lots=abs(lots), open_time_ns=1, open_price=1.1
    )


def order(lots, symbol="EURUSD", *, closes=0, filled=0.0):
    request = OrderRequest(
        client_id="o", symbol=symbol, side=1 if lots > 0 else -1, kind="limit", volume_lots=abs(lots), price=1.0,
        position=closes,
    )  # fmt: skip
    return OrderState(order=2, request=request, status="placed", filled_lots=filled, placed_time_ns=1)


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


@pytest.mark.parametrize(
    ("positions", "orders", "capped"),
    [
        ([position(0.1)], [order(0.1)], True),
        ([], [order(0.1), order(-0.1, "GBPUSD")], True),
        ([position(0.1)], [], False),
        ([position(0.1)], [order(-0.1, closes=1)], False),  # it opens nothing
    ],
)
async def test_orders_that_wait_to_open_count_as_positions(guard, positions, orders, capped):
    guard.hear_platform()
    guard._caps = Caps(max_positions=2)
    refusal = await guard.refuses(command(), Broker(positions, orders))
    assert (refusal is not None and refusal[0] == "capped") is capped


@pytest.mark.parametrize(
    ("positions", "orders", "change", "capped"),
    [
        ([position(0.9)], [], {"lot_size": 0.1}, False),
        ([position(0.9)], [], {"lot_size": 0.2}, True),
        ([position(-0.9)], [], {"order_type": "SELL", "lot_size": 0.2}, True),
        ([position(0.9, "GBPUSD")], [], {"lot_size": 0.2}, False),
        ([position(-0.9)], [], {"lot_size": 1}, False),  # it lessens what is open, and turns it
        ([position(0.5)], [order(0.4)], {"lot_size": 0.2}, True),
        ([position(0.5)], [order(0.9, filled=0.5)], {"lot_size": 0.1}, False),
        ([position(0.5)], [order(-0.9)], {"lot_size": 0.5}, False),
        # By the time that it is filled what is sold may be closed.
        ([position(-0.5)], [order(0.6)], {"order_type": "BUY_LIMIT", "price": 1.0, "lot_size": 0.5}, True),
        ([position(-0.5)], [order(0.6)], {"lot_size": 0.5}, False),
    ],
)
async def test_on_a_netting_account_the_position_that_an_order_leads_to_is_bounded(
    guard, positions, orders, change, capped
):
    guard.hear_platform()
    netting = Broker(positions, orders, AccountMode.NETTING)
    refusal = await guard.refuses(command(**change), netting)
    assert (refusal is not None and refusal[0] == "capped") is capped
    assert await guard.refuses(command(**change), Broker(positions, orders)) is None  # side by side each is its own


async def test_a_close_passes_a_kill_whatever_else_it_says(guard):
    guard.hear_platform()
    await guard.kill(Kill(id="k-1", reason="margin"))
    for action in ("CLOSE", "CANCEL"):
        asked = command(action, ticket=7).model_copy(update={"price": Decimal("1.05")})
        assert await guard.refuses(asked, Broker()) is None


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
