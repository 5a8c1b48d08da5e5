"""Deposits, withdrawals and credits at a venue are neither gains nor losses of a session there."""

from __future__ import annotations

import attrs
import pytest
from live.test_venue_sessions import Trading, a_spec, a_venue

from forexai_core.errors import BrokerUnreachableError, IntegrityError
from forexai_core.live.session.transfers import Transfers
from forexai_core.ports.broker import Transfer, TransferBroker, TransferKind
from forexai_core.testing import SimulatedBroker, SimulatedVenue

pytestmark = pytest.mark.asyncio

LIMITS = {"max_daily_loss_fraction": 0.05, "max_drawdown_fraction": 0.1}


def floors(trading):
    return {name: mark.floor for name, mark in trading.run.session.screening.control.watch.marks.items()}


def control(trading):
    return trading.run.session.screening.control


async def at_work(broker, folder, **given):
    return Trading(broker, folder, spec=a_spec(risk=LIMITS), **given)


@pytest.mark.kernels
@pytest.mark.parametrize("kind", list(TransferKind))
@pytest.mark.parametrize("amount", [2_000.0, -2_000.0], ids=["in", "out"])
async def test_limits_move_with_money_and_neither_break_nor_widen(tmp_path, amount, kind):
    broker = a_venue()
    async with await at_work(broker, tmp_path) as trading:
        await trading.minutes(2)
        before, equity = floors(trading), trading.run.state().equity
        broker.venue.transfer(amount, kind)
        await trading.minutes(2)
        gained = trading.run.state().equity - amount - equity  # of the trades meanwhile
        assert abs(gained) < 50.0
        for name, floor in floors(trading).items():
            assert floor == pytest.approx(before[name] + amount, abs=50.0)
        assert control(trading).watch.broken == ()
        assert control(trading)._peak == pytest.approx(10_000.0 + amount, abs=50.0)
        _, records = await trading.end()
    told = [each for each in records if each["kind"] == "transfer"]
    assert [(each["amount"], each["as"]) for each in told] == [(amount, str(kind))]


@pytest.mark.kernels
async def test_the_losses_of_the_day_break_a_limit_in_spite_of_a_deposit(tmp_path):
    broker = a_venue()
    async with await at_work(broker, tmp_path) as trading:
        await trading.minutes(2)
        broker.venue.transfer(5_000.0)
        await trading.minutes(2)
        broker.venue.balance -= 600.0  # a loss, which no transfer explains
        await trading.minutes(2)
        assert "daily-loss" in control(trading).watch.broken
        await trading.end()


@pytest.mark.kernels
async def test_money_that_was_moved_while_nothing_ran_is_followed_once_over_restarts(tmp_path):
    broker = a_venue()
    async with await at_work(broker, tmp_path) as trading:
        await trading.minutes(2)
        broker.venue.transfer(1_000.0)
        await trading.minutes(2)
        before = floors(trading)
        await trading.end()
        first = trading.number
    broker.venue.transfer(-3_000.0)
    for _ in range(2):
        async with await at_work(broker, tmp_path, first=first) as trading:
            await trading.minutes(2)
            for name, floor in floors(trading).items():
                assert floor == pytest.approx(before[name] - 3_000.0, abs=50.0)
            assert control(trading).watch.broken == ()
            await trading.end()
            first = trading.number


@pytest.mark.kernels
async def test_a_limit_that_is_new_begins_with_the_money_that_is_there(tmp_path):
    broker = a_venue()
    async with Trading(broker, tmp_path, spec=a_spec(risk={"max_daily_loss_fraction": 0.05})) as trading:
        await trading.minutes(2)
        await trading.end()
        first = trading.number
    broker.venue.transfer(10_000.0)
    async with await at_work(broker, tmp_path, first=first) as trading:
        await trading.minutes(1)
        assert floors(trading)["trailing-drawdown"] == pytest.approx(18_000.0, abs=2_000.0)
        assert control(trading).watch.broken == ()
        await trading.end()


class Asked:
    """Answers, or does not, and may move money between two questions."""

    def __init__(self, venue):
        self.venue, self.silent, self.between = venue, False, None

    async def __call__(self, question):
        answer = await question
        if self.between:
            between, self.between = self.between, None
            between()
        return None if self.silent else answer


async def connected():
    venue = SimulatedVenue()
    venue.set_quote("EURUSD", 1.1, 1.1001)
    broker = SimulatedBroker(venue)
    await broker.connect()
    return venue, broker, Asked(venue)


async def test_a_state_has_all_in_it_that_was_moved():
    venue, broker, ask = await connected()
    transfers = Transfers(broker, ask, 300)
    await transfers.begin(venue.time_ns)
    state = await broker.account()
    venue.transfer(100.0)
    ask.between = lambda: venue.transfer(50.0)
    state, moved = await transfers.with_state(state, venue.time_ns)
    assert (state.balance, [each.amount for each in moved]) == (10_150.0, [100.0, 50.0])
    assert (await transfers.with_state(state, venue.time_ns)) == (state, [])


async def test_what_was_moved_while_nobody_answered_is_told_later():
    venue, broker, ask = await connected()
    transfers = Transfers(broker, ask, 300)
    ask.silent = True
    with pytest.raises(BrokerUnreachableError, match="deposited"):
        await transfers.begin(venue.time_ns)
    ask.silent = False
    await transfers.begin(venue.time_ns)
    ask.silent = True
    venue.transfer(100.0)
    assert await transfers.fresh(venue.time_ns) == []
    venue.time_ns += 10**15
    ask.silent = False
    assert [each.amount for each in await transfers.fresh(venue.time_ns)] == [100.0]


async def test_a_clock_that_is_set_tells_nothing_twice_and_hides_nothing():
    venue, broker, ask = await connected()
    transfers, hours = Transfers(broker, ask, 300), 7_200 * 10**9
    await transfers.begin(venue.time_ns)
    venue.transfer(100.0)
    assert len(await transfers.fresh(venue.time_ns + hours)) == 1
    venue.transfer(50.0)
    assert [each.amount for each in await transfers.fresh(venue.time_ns)] == [50.0]
    again = Transfers(broker, ask, 300)
    again.restore(transfers.to_dict())
    assert await again.fresh(venue.time_ns) == []


@pytest.mark.parametrize("plain", [{}, {"since_ns": "x", "known": []}, {"since_ns": "1", "known": 3}])
async def test_what_cannot_be_read_is_refused(plain):
    _, broker, ask = await connected()
    with pytest.raises(IntegrityError, match="deposited and withdrawn"):
        Transfers(broker, ask, 300).restore(plain)


async def test_a_venue_that_does_not_tell_tells_nothing():
    venue, broker, ask = await connected()

    class Silent(SimulatedBroker):
        transfers = None

    assert isinstance(broker, TransferBroker)
    silent = Silent(venue)
    assert not isinstance(silent, TransferBroker)
    transfers = Transfers(silent, ask, 300)
    await transfers.begin(venue.time_ns)
    venue.transfer(100.0)
    assert (await transfers.fresh(venue.time_ns), transfers.begun) == ([], True)


async def test_a_venue_lists_what_was_moved_in_its_span():
    venue, broker, _ = await connected()
    first = venue.transfer(100.0)
    venue.set_quote("EURUSD", 1.1, 1.1001)
    second = venue.transfer(-30.0, TransferKind.CREDIT)
    assert attrs.asdict(second)["kind"] is TransferKind.CREDIT
    assert await broker.transfers(first.time_ns, second.time_ns) == (first,)
    assert await broker.transfers(first.time_ns, second.time_ns + 1) == (first, second)
    state = await broker.account()
    assert (state.balance, state.equity) == (10_100.0, 10_070.0)
    assert isinstance(first, Transfer)
