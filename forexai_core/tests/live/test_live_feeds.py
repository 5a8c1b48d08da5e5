"""Feeds that tell prices as they come: the seam to the past, order, late and double rows, and silence."""

from __future__ import annotations

import asyncio

import attrs
import numpy as np
import pytest
from live.live_sources import Told, come, of_the_present, replayed

import forexai_core as fx
from forexai_core.errors import BrokerUnreachableError, DataError
from forexai_core.live.growth.rows import new_rows
from forexai_core.live.session.staleness import Staleness
from forexai_core.services.clocks import ManualClock, RealClock

pytestmark = pytest.mark.asyncio

BARS = fx.synthetic("EURUSD", "M1", bars=60, seed=3)
YEN = fx.synthetic("USDJPY", "M1", bars=60, seed=4)
MINUTE = 60_000_000_000


async def test_history_and_what_is_told_meet_without_a_hole_and_without_a_double():
    source = Told(BARS)
    prices, clock, _ = of_the_present({"EURUSD": source}, "M1", now_ns=int(BARS.end_ns[19]), history=10)
    await prices.begin()
    assert np.array_equal(prices.known["EURUSD"].time_ns, BARS.time_ns[10:20])
    # Two bars ended before the subscription told its first, which is followed by one that is told twice.
    clock.advance_to(int(BARS.end_ns[23]))
    await source.tell(BARS[22:23], BARS[22:24], BARS[21:22])
    await come(prices, 14)
    assert np.array_equal(prices.known["EURUSD"].data, BARS.data[10:24])
    counts = prices.subscriptions["EURUSD"].counts
    assert counts == {"taken": 14, "late": 1, "duplicate": 1, "filled": 2}
    await prices.close()


async def test_a_bar_that_has_not_ended_is_no_history():
    source = Told(BARS)
    prices, _, _ = of_the_present({"EURUSD": source}, "M1", now_ns=int(BARS.end_ns[19]) - 1)
    await prices.begin()
    assert int(prices.known["EURUSD"].time_ns[-1]) == int(BARS.time_ns[18])
    await prices.close()


async def test_a_feed_that_breaks_off_is_said_asked_again_and_its_hole_filled():
    source = Told(BARS)
    prices, clock, heard = of_the_present({"EURUSD": source}, "M1", now_ns=int(BARS.end_ns[19]), history=5)
    await prices.begin()
    await source.tell(BARS[20:21], BrokerUnreachableError("The line is cut."))
    await come(prices, 6)
    assert str(prices.subscriptions["EURUSD"].state) == "broken"
    assert prices.stale() == ("EURUSD",)
    assert [key for key, *_ in heard] == ["broken-EURUSD"]
    clock.advance(1)
    await source.tell(BARS[25:26])
    await come(prices, 11)
    assert np.array_equal(prices.known["EURUSD"].time_ns, BARS.time_ns[15:26])
    assert prices.subscriptions["EURUSD"].counts["filled"] == 4
    await prices.close()


async def test_a_feed_is_stale_when_it_is_silent_and_when_what_it_tells_is_old():
    source = Told(BARS)
    prices, clock, _ = of_the_present({"EURUSD": source}, "M1", now_ns=int(BARS.end_ns[0]), history=0, stale_s=150)
    await source.tell(BARS[0:1])
    await prices.begin()
    assert prices.stale() == ()
    clock.advance(151)
    assert prices.stale() == ("EURUSD",)
    await source.tell(BARS[1:2])
    assert prices.more()
    assert prices.stale() == ()  # 91 seconds old
    clock.advance_to(int(BARS.end_ns[9]))
    await source.tell(BARS[2:3])
    assert prices.more()
    assert str(prices.subscriptions["EURUSD"].state) == "live"
    assert prices.stale() == ("EURUSD",)  # told now, and eight minutes old
    await prices.close()


async def test_bars_of_the_present_wait_for_those_of_other_symbols_and_no_longer_than_said():
    sources = {"EURUSD": Told(BARS), "USDJPY": Told(YEN)}
    prices, clock, _ = of_the_present(sources, "M1", now_ns=int(BARS.end_ns[9]), history=5)
    await prices.begin(timeout_s=30)
    clock.advance(3)
    prices.more()
    for number in (10, 11):
        clock.advance_to(int(BARS.end_ns[number]))
        await sources["USDJPY"].tell(YEN[number : number + 1])
        await sources["EURUSD"].tell(BARS[number : number + 1])
        await come(prices, number - 4)
    clock.advance(60)
    await sources["EURUSD"].tell(BARS[12:13])
    assert not prices.more()
    clock.advance(3)
    assert prices.more()
    assert len(prices.known["EURUSD"]) == 8
    await sources["USDJPY"].tell(YEN[12:14])  # the first of them is late
    clock.advance(60)
    await sources["EURUSD"].tell(BARS[13:14])
    assert prices.more()
    assert np.array_equal(prices.known["USDJPY"].time_ns, np.delete(YEN.time_ns[5:14], 7))
    assert prices.subscriptions["USDJPY"].counts["late"] == 1
    await prices.close()


async def test_recorded_prices_of_several_symbols_come_in_the_order_of_time_however_they_are_told():
    given = {"EURUSD": BARS, "USDJPY": YEN[5:50]}
    for at_a_time in (1, 7):
        prices, order = replayed(given, RealClock(), at_a_time=at_a_time), []
        await prices.begin()
        while not prices.over:
            before = {symbol: len(rows) for symbol, rows in prices.known.items()}
            if prices.more():
                order.append(prices.until_ns)
                for symbol, rows in prices.known.items():
                    fresh = rows.end_ns[before[symbol] :]
                    assert len(order) < 2 or not len(fresh) or int(fresh[0]) > order[-2]
            else:
                await prices.stirred(5)
        assert {symbol: rows.fingerprint for symbol, rows in prices.known.items()} == {
            symbol: rows.fingerprint for symbol, rows in given.items()
        }
        await prices.close()


async def test_ticks_that_come_behind_those_of_another_symbol_are_taken_as_of_now():
    ticks = fx.synthetic("EURUSD", "tick", bars=50, seed=1)
    other = attrs.evolve(fx.synthetic("USDJPY", "tick", bars=50, seed=2))
    sources = {"EURUSD": Told(), "USDJPY": Told()}
    prices, _, _ = of_the_present(sources, "tick", now_ns=int(ticks.time_ns[0]), history=0)
    await sources["USDJPY"].tell(other[:1])
    await sources["EURUSD"].tell(ticks[:10])
    await prices.begin()
    reached = prices.until_ns
    behind = other[1:2]
    assert int(behind.time_ns[0]) < reached
    await sources["USDJPY"].tell(behind)
    assert prices.more()
    assert int(prices.known["USDJPY"].time_ns[-1]) == reached + 1
    assert prices.forwarded == 1
    await prices.close()


async def test_a_source_may_not_go_on_with_something_else():
    source = Told(BARS)
    prices, _, _ = of_the_present({"EURUSD": source}, "M1", now_ns=int(BARS.end_ns[0]), history=0)
    await source.tell(BARS[:1])
    await prices.begin()
    finer = attrs.evolve(BARS, instrument=BARS.instrument.with_digits(6))
    await source.tell(finer[1:2])
    with pytest.raises(DataError, match="contract"):
        prices.more()
    await prices.close()


async def test_a_feed_that_tells_nothing_is_named():
    prices, _, _ = of_the_present({"EURUSD": Told(BARS)}, "M1", now_ns=int(BARS.time_ns[0]), history=0)
    with pytest.raises(BrokerUnreachableError, match="EURUSD"):
        await prices.begin(timeout_s=0.05)
    await prices.close()


async def test_a_source_that_does_not_read_ahead_is_asked_for_no_more_than_can_be_taken():
    told = []

    class Eager:
        async def subscribe(self, _symbol, _timeframe):
            for number in range(60):
                told.append(number)
                yield BARS[number : number + 1]
            for number in range(60, 500):
                told.append(number)
                yield BARS[59:60]

    prices = replayed({"EURUSD": BARS}, ManualClock())
    prices.subscriptions["EURUSD"].feed = attrs.evolve(prices.subscriptions["EURUSD"].feed, source=Eager())
    task = asyncio.create_task(prices.subscriptions["EURUSD"].run())
    for _ in range(2_000):
        await asyncio.sleep(0)
    assert len(told) <= 500
    assert prices.more()
    await task
    assert prices.subscriptions["EURUSD"].counts == {"taken": 60, "late": 0, "duplicate": 440, "filled": 0}


async def test_ticks_may_share_an_instant_unless_they_are_the_same():
    ticks = fx.sample("EURUSD", "tick")[:3]
    data = ticks.data.copy()
    data["time_ns"] = data["time_ns"][0]
    data["bid"][1] -= 0.0001
    data[2] = data[0]
    same = attrs.evolve(ticks, data=data)
    kept = new_rows(same[1:], same[:1])
    assert (len(kept.rows), kept.late, kept.duplicates) == (1, 0, 1)


async def test_staleness_is_known_of_each_time():
    stale = Staleness("main")
    stale.note(100, ("EURUSD",))
    stale.note(200, ())
    covers = stale.covering(lambda _strategy, _time_ns: ())
    assert [stale.at(time_ns) for time_ns in (99, 100, 199, 200)] == [(), ("EURUSD",), ("EURUSD",), ()]
    (halt,) = covers("sma-cross", 150)
    assert "EURUSD" in halt.reason
    assert not halt.flatten
    assert covers("", 150) == ()  # orders that wait at the venue stay
