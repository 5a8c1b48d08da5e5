"""Longer bars out of shorter ones, against a plain loop; the forex day, Sunday stubs, partial bars."""

import attrs
import numpy as np
import pytest

from forexai_core.arrays import BAR, QUOTE
from forexai_core.data import resample, sample, synthetic
from forexai_core.errors import ConfigError, DataShapeError
from forexai_core.values.bars import Bars
from forexai_core.values.catalogue import find_instrument
from forexai_core.values.clocks import Clock, format_time_ns
from forexai_core.values.timeframes import Timeframe

M5 = synthetic("EURUSD", "M5", bars=12_000, seed=4, start="2021-02-28T22:00:00")  # over the start of daylight saving
TICKS = synthetic("EURUSD", "tick", bars=6_000, seed=4)


def plain(times, bids, volumes, timeframe, clock):
    """Resample as one would by hand."""
    out = {}
    for time, (o, h, low, c), volume in zip(times, bids, volumes, strict=True):
        start = int(Clock.of(clock).bar_start_ns(np.array([time]), Timeframe.of(timeframe))[0])
        if start not in out:
            out[start] = [o, h, low, c, volume]
        else:
            bar = out[start]
            bar[1], bar[2], bar[3], bar[4] = max(bar[1], h), min(bar[2], low), c, bar[4] + volume
    return [(start, *bar) for start, bar in out.items()]


def rows(bars):
    return [(int(t), *map(float, row.tolist()[1:])) for t, row in zip(bars.time_ns, bars.data, strict=True)]


@pytest.mark.parametrize("clock", ["new-york+7", "UTC", "Europe/London", "utc+3"])
@pytest.mark.parametrize("timeframe", ["M10", "H1", "H4", "D1", "W1", "MN1"])
def test_bars_equal_a_plain_loop(timeframe, clock):
    bids = [tuple(row)[1:5] for row in M5.data.tolist()]
    wanted = plain(M5.time_ns.tolist(), bids, M5.volume.tolist(), timeframe, clock)
    found = resample(M5, timeframe, clock=clock, partial="keep")
    assert rows(found) == wanted
    assert found.timeframe == timeframe


def test_ticks_make_bars_of_both_sides():
    bars = resample(TICKS, "M1", partial="keep")
    bids = [(bid, bid, bid, bid) for bid in TICKS.bid.tolist()]
    asks = [(ask, ask, ask, ask) for ask in TICKS.ask.tolist()]
    ones = [1.0] * len(TICKS)
    assert rows(bars) == plain(TICKS.time_ns.tolist(), bids, ones, "M1", "UTC")
    assert [tuple(row) for row in bars.ask.tolist()] == [
        bar[1:5] for bar in plain(TICKS.time_ns.tolist(), asks, ones, "M1", "UTC")
    ]


def test_steps_compose():
    direct = resample(M5, "D1")
    for between in ("M15", "H1", "H4"):
        assert resample(resample(M5, between), "D1").fingerprint == direct.fingerprint


def test_the_ask_and_the_first_spread_are_carried():
    ask = np.empty(len(M5), QUOTE)
    for name in QUOTE.names:
        ask[name] = np.round(M5.data[name] + 0.0002, 5)
    both = resample(attrs.evolve(M5, spread_points=None, ask=ask), "H1")
    assert np.array_equal(both.ask["high"], np.round(both.high + 0.0002, 5))
    spread = resample(M5, "H1").spread_points
    assert spread.tolist() == M5.spread_points[::12][: len(spread)].tolist()


def test_the_forex_day_has_no_sunday_bar():
    days = resample(M5, "D1")
    weekdays = Clock.of("new-york+7").weekday(days.time_ns)
    assert set(weekdays.tolist()) == {0, 1, 2, 3, 4}
    assert {format_time_ns(each)[11:16] for each in days.time_ns} == {"22:00", "21:00"}  # both sides of daylight saving


def test_sunday_stubs_are_kept_or_merged_by_name():
    kept = resample(M5, "D1", clock="UTC")
    merged = resample(M5, "D1", clock="UTC", sunday="merge")
    utc = Clock.of("UTC")
    sundays = utc.weekday(kept.time_ns) == 6
    assert sundays.sum() > 5
    assert 6 not in utc.weekday(merged.time_ns)
    stub = int(np.flatnonzero(sundays)[1])
    monday = int(np.searchsorted(merged.time_ns, kept.time_ns[stub + 1]))
    assert merged.open[monday] == kept.open[stub]
    assert merged.high[monday] == max(kept.high[stub : stub + 2])
    assert merged.low[monday] == min(kept.low[stub : stub + 2])
    assert merged.close[monday] == kept.close[stub + 1]
    assert merged.volume.sum() == kept.volume.sum()


def test_markets_of_seven_days_keep_their_sundays():
    bars = synthetic("BTCUSD", "H1", bars=400, seed=1)
    assert resample(bars, "D1", sunday="merge").fingerprint == resample(bars, "D1").fingerprint
    assert 6 in Clock.of("new-york+7").weekday(resample(bars, "D1").time_ns)


def test_a_repeated_hour_stays_two_bars():
    bars = synthetic("BTCUSD", "M15", bars=200, seed=1, start="2012-10-27T22:00:00")
    hours = resample(bars, "H1", clock="Europe/Berlin")
    assert set(np.diff(hours.time_ns).tolist()) == {3_600 * 10**9}


HOUR_NS = 3_600_000_000_000


@pytest.mark.parametrize("source", ["M30", "H1"])
@pytest.mark.parametrize("clock", ["new-york+7", "new-york", "Europe/London", "UTC"])
@pytest.mark.parametrize("timeframe", ["H2", "H3", "H4", "H6", "H8", "H12", "D1"])
@pytest.mark.parametrize("start", ["2026-10-23", "2026-03-06", "2026-03-27"])
def test_markets_of_seven_days_go_through_changes_of_the_clock(timeframe, clock, source, start):
    """Over both ends of daylight saving in London (25 October) and New York (1 November 2026), and its beginnings."""
    count = 12 * 24 * (2 if source == "M30" else 1)
    hours = synthetic("BTCUSD", source, bars=count, seed=2, start=start)
    made = resample(hours, timeframe, clock=clock)
    bids = [tuple(row)[1:5] for row in hours.data.tolist()]
    wanted = plain(hours.time_ns.tolist(), bids, hours.volume.tolist(), timeframe, clock)
    assert rows(made) == wanted[: len(made)]
    assert len(wanted) - len(made) <= 1  # the last one may not be over
    steps = np.diff(made.time_ns[1:])
    nominal = made.timeframe.nominal_ns
    assert set(((steps - nominal) // HOUR_NS).tolist()) <= {-1, 0, 1}
    ends = Clock.of(clock).bar_end_ns(made.time_ns, made.timeframe)
    assert np.array_equal(ends[:-1], made.time_ns[1:])


def test_bars_of_another_clock_last_as_long_as_they_say():
    """UTC's bars are no bars of New York's clock, on the day that it is set back either."""
    hours = synthetic("BTCUSD", "H4", bars=60, seed=2, start="2026-10-28")
    ends = Clock.of("new-york+7").bar_end_ns(hours.time_ns, Timeframe.H4)
    assert np.array_equal(ends, hours.time_ns + 4 * HOUR_NS)
    assert np.array_equal(hours.end_ns, ends)


def test_a_last_bar_that_is_not_over_is_left_out_or_flagged():
    cut = M5[:1_001]
    dropped, kept = resample(cut, "H4"), resample(cut, "H4", partial="keep")
    assert len(kept) == len(dropped) + 1
    assert "left out" in dropped.provenance["last_bar"]
    assert "partial" in kept.provenance["last_bar"]


def test_a_bar_ends_with_the_market():
    """The last price on Friday ends at 17:00 in New York: day, week and four hours are over."""
    hours = sample()
    friday = hours[: int(np.searchsorted(hours.time_ns, np.datetime64("2017-06-16T21:00", "ns").astype(np.int64)))]
    assert format_time_ns(friday.time_ns[-1]) == "2017-06-16T20:00:00Z"
    for timeframe in ("H4", "D1", "W1"):
        assert "last_bar" not in resample(friday, timeframe).provenance
        assert "last_bar" in resample(friday[:-1], timeframe).provenance


def test_a_late_first_bar_is_said():
    assert "begins at 2021-02-28T22:00:00Z" in resample(M5[3:], "H1").provenance["first_bar"]


@pytest.mark.parametrize("timeframe", ["M1", "M5", "M12"])
def test_shorter_or_indivisible_timeframes_are_refused(timeframe):
    with pytest.raises(ConfigError, match="shorter timeframe must divide"):
        resample(M5, timeframe)


def test_weeks_do_not_make_months():
    with pytest.raises(ConfigError):
        resample(resample(M5, "W1"), "MN1")
    with pytest.raises(ConfigError, match="not into ticks"):
        resample(TICKS, "tick")
    with pytest.raises(ConfigError, match="sunday"):
        resample(M5, "D1", sunday="drop")


def test_bars_of_another_clock_are_refused():
    days = resample(M5, "D1", clock="UTC")
    with pytest.raises(DataShapeError, match="another clock"):
        resample(days, "W1")
    assert len(resample(days, "W1", clock="UTC")) > 3
    with pytest.raises(DataShapeError, match="another clock"):
        resample(resample(M5, "H4", clock="UTC"), "D1")


def test_none_makes_none():
    nothing = Bars(instrument=find_instrument("EURUSD"), timeframe="M1", data=np.empty(0, BAR))
    assert len(resample(nothing, "H1")) == 0


def test_a_day_that_a_zone_skipped_begins_once():
    """Apia went from 29 to 31 December 2011: the night between them is one."""
    start = np.datetime64("2011-12-28", "ns").astype(np.int64)
    midnights = Clock.of("Pacific/Apia").midnights_ns(int(start), int(start) + 5 * 86_400_000_000_000)
    assert (np.diff(midnights) == 86_400_000_000_000).all()
    assert len(midnights) == 5
