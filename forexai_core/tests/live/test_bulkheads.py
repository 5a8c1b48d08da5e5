"""What fails on one account of a session stays there: the others go on as if they were alone."""

from __future__ import annotations

import asyncio

import pytest
from live.live_sources import Told, of_the_present
from live.session_runs import as_inputs
from live.session_strategies import Everything
from live.venue_trading import BARS, Openers, Trading, Venue, a_spec, a_venue

import forexai_core as fx
from forexai_core.errors import StorageError
from forexai_core.live.alerts import Alerts
from forexai_core.live.channels import Channel
from forexai_core.live.growth.subscriptions import FeedState
from forexai_core.live.session.halt_watch import HaltWatch
from forexai_core.live.session.opening import open_session
from forexai_core.live.session.paper_run import PaperPlan
from forexai_core.live.session.repeating import repeat
from forexai_core.live.session.specification import spec_of
from forexai_core.ports.halts import Halt, HaltScope
from forexai_core.ports.notifier import Notice, NoticeLevel
from forexai_core.services.clocks import ManualClock
from forexai_core.services.halts import MemoryHalts
from forexai_core.testing.venues import SimulatedVenue

pytestmark = [pytest.mark.kernels, pytest.mark.asyncio]

M15 = fx.synthetic("EURUSD", "M15", bars=300, seed=9)
AT = 120


class Breaks(Everything):
    """Raises at one bar, after it has asked for something."""

    at: int = AT

    def on_bar(self, ctx):
        super().on_bar(ctx)
        if len(ctx.bars.close) == self.at:
            ctx.buy(volume_lots=5.0)
            raise ZeroDivisionError("no bars of yesterday")


def a_plan(name, strategy):
    inputs = as_inputs(M15, account=fx.Account(balance=50_000))
    return PaperPlan(name=name, inputs=inputs, strategies=(fx.Sleeve("mixed", strategy),))


class Running:
    """A session on paper, of which parts fail when a test says so."""

    def __init__(self, *plans, clock="replay", folder=None):
        self.plans, self.folder, self.notices = plans, folder, []
        self.spec = spec_of(
            {
                "session": {"clock": clock, "speed": 1e6},
                "accounts": [{"name": plan.name, "balance": 50_000} for plan in plans],
                "feeds": [{"source": "known", "symbol": "EURUSD", "timeframe": "M15"}],
                "strategies": [{"name": "mixed", "account": plan.name} for plan in plans],
                "risk": {"none": True},
            },
            "a test",
        )

    async def __aenter__(self):
        self.opened = await open_session(self.spec, self.plans, self.folder, owner="test", hear=self.notices.append)
        self.session = self.opened.session
        return self

    async def __aexit__(self, *_):
        self.opened.close()

    @property
    def told(self):
        return {notice.key: f"{notice.title}: {notice.text}" for notice in self.notices}


async def alone(name, strategy):
    async with Running(a_plan(name, strategy)) as running:
        (end,) = (await running.session.run()).values()
    return end


class Failing:
    """Passes on to what it stands for, and raises where a test says so."""

    def __init__(self, inner, fails, problem):
        self._inner, self._fails, self._problem = inner, fails, problem

    def __getattr__(self, name):
        found = getattr(self._inner, name)
        if name not in self._fails:
            return found

        async def failing(*_given, **_terms):
            raise self._problem

        return failing


def breaks_journal(run, problem):
    run.session.book._journal = Failing(run.session.book._journal, {"append", "flush"}, problem)


def breaks_intents(run, problem):
    book = run.session.desk._book
    book._intents = Failing(book._intents, {"record_sent", "advance", "take"}, problem)


@pytest.mark.parametrize("clock", ["replay", "accelerated"])
async def test_a_strategy_that_raises_halts_its_account_and_no_other(clock):
    async with Running(a_plan("first", Breaks(seed=1)), a_plan("second", Everything(seed=2)), clock=clock) as running:
        ends = await running.session.run()
        first = running.session.runs[0]
    whole = await alone("second", Everything(seed=2))
    assert ends["second"].trades.tolist() == whole.trades.tolist()
    assert ends["second"].failed == ""
    assert ends["first"].decisions == AT - 1
    assert first.taken == len(M15)  # what it held was looked after to the end
    assert len(ends["first"].trades)
    last_ns = int(M15.end_ns[AT])
    assert not (ends["first"].trades["open_time_ns"] > last_ns).any()
    assert not (ends["first"].trades["volume_lots"] == 5.0).any()
    assert not any(each.status.working for each in first.venue.orders.values())
    said = running.told["first:failed"]
    assert "Strategy mixed failed. ZeroDivisionError: no bars of yesterday (EURUSD, at 2020-" in said
    assert "in on_bar, line " in said
    assert "test_bulkheads.py" in said
    assert [key for key in running.told if key.startswith("second")] == []
    assert "ZeroDivisionError" in ends["first"].failed
    assert any("mixed failed" in reason for reason in ends["first"].halted)


def breaks_all(run, problem):
    breaks_journal(run, problem)
    breaks_intents(run, problem)
    halts = run.session.desk._halts
    halts._journal = Failing(halts._journal, {"append"}, problem)


STORES = {"journal": breaks_journal, "intents": breaks_intents, "all": breaks_all}


@pytest.mark.parametrize("problem", [StorageError("disk full"), OSError("gone"), KeyError("page")], ids=repr)
@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("clock", ["replay", "accelerated"])
async def test_a_store_that_fails_one_account_lets_it_send_nothing_more_and_the_others_go_on(clock, store, problem):
    async with Running(
        a_plan("first", Everything(seed=1)), a_plan("second", Everything(seed=2)), clock=clock
    ) as running:
        first, sent = running.session.runs[0], []

        def follow(_session):
            if first.taken == AT and not sent:
                STORES[store](first, problem)
                sent.append(first.venue.orders.keys() | set())
            elif sent and "first" in running.session._bulkhead.failures and len(sent) == 1:
                sent.append(first.venue.orders.keys() | set())

        ends = await running.session.run(follow)
    whole = await alone("second", Everything(seed=2))
    assert ends["second"].trades.tolist() == whole.trades.tolist()
    assert ends["second"].failed == ""
    assert first.taken < len(M15)
    assert first.venue.orders.keys() == sent[1]  # nothing was sent after the failure
    assert type(problem).__name__ in ends["first"].failed
    assert type(problem).__name__ in running.told["first:failed"]
    assert ends["first"].halted
    assert [key for key in running.told if key.startswith("second")] == []


async def test_prices_that_cannot_be_passed_by_take_one_account_out():
    async with Running(a_plan("first", Everything(seed=1)), a_plan("second", Everything(seed=2))) as running:
        first = running.session.runs[0]

        def skip(_before_ns):
            raise IndexError("no such price")

        first.skip = skip
        ends = await running.session.run()
    assert first.taken == 0
    assert "IndexError" in ends["first"].failed
    assert ends["second"].trades.tolist() == (await alone("second", Everything(seed=2))).trades.tolist()


async def test_a_session_of_which_every_account_has_failed_ends_with_what_failed_first():
    async with Running(a_plan("first", Everything(seed=1)), a_plan("second", Everything(seed=2))) as running:

        def follow(session):
            for number, run in enumerate(session.runs):
                if run.taken == AT + 20 * number:
                    breaks_journal(run, StorageError(f"disk {number} full"))

        with pytest.raises(StorageError, match="disk 0 full"):
            await running.session.run(follow)
        assert {"first:failed", "second:failed"} <= running.told.keys()
        leases = running.opened.services.leases
        assert [await leases.current(f"account:{name}") for name in ("first", "second")] == [None, None]


async def test_what_fails_at_the_end_of_one_account_keeps_no_other_from_its_own():
    class Ends(Everything):
        def stop(self, ctx):
            raise ValueError("no file")

    async with Running(a_plan("first", Ends(seed=1)), a_plan("second", Everything(seed=2))) as running:
        first = running.session.runs[0]

        async def fails():
            raise OSError("no line")

        first.close = fails
        ends = await running.session.run()
        leases = running.opened.services.leases
        assert [await leases.current(f"account:{name}") for name in ("first", "second")] == [None, None]
    assert "ValueError: no file" in ends["first"].failed
    assert ends["first"].trades.tolist() == (await alone("first", Everything(seed=1))).trades.tolist()
    assert ends["second"].failed == ""
    assert "no line" in running.told["first:left:fails"]


async def test_a_session_whose_strategy_failed_is_repeated_to_the_same_records(tmp_path):
    class Known(Openers):
        def prices(self, _feed):
            return M15

    plan = a_plan("first", Breaks(seed=1))
    async with Running(plan, folder=tmp_path) as running:
        await running.session.run()
    (repeated,) = await repeat(tmp_path, Known(None, lambda: Breaks(seed=1)))
    assert repeated.difference is None
    assert repeated.records > AT


# ------------------------------------------------------------------------------------------------- at a venue
class Fails(fx.Strategy):
    """Buys, with a stop, and leaves an order waiting; raises when it sees what it has bought."""

    def on_bar(self, ctx):
        if ctx.positions:
            raise LookupError("nothing there")
        ctx.buy(volume_lots=0.1, stop_loss_pips=300)
        far = round(ctx.bid - 0.0300, 5)
        ctx.buy_limit(far, volume_lots=0.1, stop_loss=round(far - 0.0200, 5))


async def test_at_a_venue_a_strategy_that_raises_opens_nothing_more_and_a_kill_still_flattens(tmp_path):
    broker, halts = a_venue(), MemoryHalts()
    async with Trading(broker, tmp_path, strategy=Fails, halts=halts) as trading:
        venue = broker.venue
        while not venue.positions:
            await trading.minutes(1)
        decided = trading.run.session.book.decisions
        (ticket,) = venue.positions
        (order,) = [each.order for each in venue.orders.values() if each.status.working]
        await trading.minutes(2)
        await trading.passes(lambda: not venue.orders[order].status.working)
        assert venue.positions[ticket].stop_loss
        (told,) = [each.text for each in trading.notices if each.key == "main:failed"]
        assert "LookupError: nothing there" in told
        assert trading.run.session.desk.blocks.halted
        await halts.halt(Halt(scope=HaltScope.PLATFORM, time_ns=1, by="Ada", reason="enough", flatten=True))
        await trading.passes(lambda: not venue.positions)
        end, _ = await trading.end()
    assert "LookupError" in end.failed
    assert end.decisions == decided


class OfTwo(Trading):
    """A session on two accounts, each at a venue of its own."""

    def __init__(self, folder, **given):
        self.brokers = {name: Venue(SimulatedVenue(account=fx.Account(balance=10_000))) for name in ("main", "other")}
        document = a_spec().model_dump()
        document["accounts"] = [
            {"name": name, "broker": "simulated", "leverage": 30, "settings": {"login": name}} for name in self.brokers
        ]
        document["strategies"] = [{"name": "alternating", "account": name} for name in self.brokers]
        for name, broker in self.brokers.items():
            broker.venue.login = f"{name}@memory"
        super().__init__(self.brokers["main"], folder, spec=spec_of(document, "a test"), **given)
        self.openers.broker = lambda account: self.brokers[account.name]

    def price(self, number, move=0.0):
        for broker in self.brokers.values():
            self.broker = broker
            super().price(number, move)

    async def minutes(self, count):
        for _ in range(count):
            self.clock.advance_to(max(self.clock.now_ns(), int(BARS.end_ns[self.number])))
            self.price(self.number)
            for _ in range(30):  # so that halts are read by the new time
                await asyncio.sleep(0)
            await self.source.tell(BARS[self.number : self.number + 1])
            self.number += 1
            await self.until(self.caught_up)

    def caught_up(self):
        return all(run.taken >= self.number for run in self.session._bulkhead.sound(self.session.runs))


@pytest.mark.parametrize("failed", ["main", "other"])
async def test_of_two_accounts_at_venues_the_one_whose_journal_fails_sends_nothing_more(tmp_path, failed):
    async with OfTwo(tmp_path) as trading:
        (left,) = trading.brokers.keys() - {failed}
        run = next(each for each in trading.session.runs if each.plan.name == failed)
        venue, kept = trading.brokers[failed].venue, trading.brokers[left].venue
        while not venue.positions:
            await trading.minutes(1)
        held, sent, before = dict(venue.positions), len(venue.orders), len(kept.orders)
        breaks_journal(run, StorageError("disk full"))
        await trading.minutes(12)
        assert len(venue.orders) == sent
        assert {each.position: each.stop_loss for each in venue.positions.values()} == {
            each.position: each.stop_loss for each in held.values()
        }
        assert len(kept.orders) > before
        trading.session.stop()
        ends = await trading.going
    assert "disk full" in ends[failed].failed
    assert ends[left].failed == ""
    assert [each.key for each in trading.notices if each.key.endswith(":failed")] == [f"{failed}:failed"]


# ----------------------------------------------------------------------------------------------- beside accounts
async def test_whoever_is_told_harms_nobody_who_trades(caplog):
    def deaf(_notice):
        raise BrokenPipeError("nobody reads")

    Alerts("main", ManualClock(1), deaf).tell("key", "Something", "is so.")
    assert "main: Something: is so." in caplog.text

    async with Running(a_plan("first", Everything(seed=1))) as running:
        heard = []

        def follow(kind, _time_ns, _fields):
            heard.append(kind)
            raise RuntimeError("no window")

        running.session.runs[0].session.book.followers.append(follow)
        (end,) = (await running.session.run()).values()
    assert end.trades.tolist() == (await alone("first", Everything(seed=1))).trades.tolist()
    assert len(heard) == 1  # and is told no more

    sent, said = [], []

    class Moody:
        async def send(self, notice):
            sent.append(notice)
            if len(sent) == 1:
                raise KeyError("token")

    channel = Channel(notifier=Moody(), complain=said.append)
    for _ in range(2):
        channel.put(Notice(key="a", time_ns=1, level=NoticeLevel.INFO, category="trade", title="t", text="x"))
    channel.end()
    await channel.run()
    assert len(sent) == 2
    assert "token" in said[0]


async def test_a_board_of_halts_that_raises_whatever_it_likes_counts_as_one_that_halts_everything():
    class Moody(MemoryHalts):
        moody = False

        async def read(self):
            if self.moody:
                raise KeyError("board")
            return await super().read()

    clock, halts = ManualClock(1), Moody()
    watch = HaltWatch(halts, clock)
    await watch.begin()
    going = asyncio.create_task(watch.run())
    halts.moody = True
    for _ in range(20):
        clock.advance(0.25)
        await asyncio.sleep(0)
    assert watch.covering("main", "")("mixed", 0)  # nobody knows
    halts.moody = False
    for _ in range(40):
        clock.advance(0.25)
        await asyncio.sleep(0)
    assert not going.done()
    assert watch.covering("main", "")("mixed", 0) == ()
    going.cancel()


async def test_a_feed_that_raises_whatever_it_likes_is_told_of_and_asked_again():
    class Moody(Told):
        tries = 0

        async def subscribe(self, symbol, timeframe):
            self.tries += 1
            if self.tries == 2:
                raise KeyError("bid")
            async for rows in super().subscribe(symbol, timeframe):
                yield rows

    source, told = Moody(BARS), []
    prices, clock, _ = of_the_present({"EURUSD": source}, "M1", now_ns=int(BARS.end_ns[29]), history=30)
    subscription = prices.subscriptions["EURUSD"]
    subscription._tell = lambda *given: told.append(given)
    source.tries = 1
    await prices.begin()
    for _ in range(20):
        await asyncio.sleep(0)
    assert subscription.state is FeedState.BROKEN
    assert "'bid' It is asked again." in told[0][2]
    clock.advance_to(clock.now_ns() + 2_000_000_000)
    for _ in range(20):
        await asyncio.sleep(0)
    assert source.tries == 3
    await prices.close()
