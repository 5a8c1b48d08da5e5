"""Gaps: found by the market's hours, weekends left alone, filled or cut only by name."""

import attrs
import numpy as np
import pytest

from forexai_core.arrays import QUOTE
from forexai_core.data import apply_gap_policy, find_gaps, synthetic, validate
from forexai_core.errors import ConfigError, DataGapError
from forexai_core.values.clocks import NEW_YORK_CLOSE

FULL = synthetic(
    "EURUSD", "H1", bars=24 * 5 * 6, seed=1, start="2021-02-28T22:00:00"
)  # over the start of daylight saving


def without(bars, *ranges):
    keep = np.ones(len(bars), np.bool_)
    for low, high in ranges:
        keep[low:high] = False
    return attrs.evolve(bars, data=bars.data[keep], spread_points=bars.spread_points[keep])


def test_weekends_are_no_gaps():
    assert find_gaps(FULL) == ()


def test_missing_bars_are_counted_across_weekends_too():
    holes = without(FULL, (10, 11), (50, 55), (118, 123))  # the last one: two on Friday, three on Sunday evening
    gaps = find_gaps(holes)
    assert [gap.missing for gap in gaps] == [1, 5, 5]
    assert gaps[1].after_ns == FULL.time_ns[49]
    assert gaps[1].before_ns == FULL.time_ns[55]


def test_holidays_are_told_apart():
    december = synthetic("EURUSD", "H1", bars=24 * 12, seed=1, start="2021-12-19T22:00:00")
    wall = NEW_YORK_CLOSE.to_wall_ns(december.time_ns).view("datetime64[ns]").astype("datetime64[D]")
    closed = wall == np.datetime64("2021-12-24")
    report = validate(
        without(december, (int(np.flatnonzero(closed)[0]), int(np.flatnonzero(closed)[-1]) + 1), (30, 32))
    )
    assert [(gap.missing, gap.holiday) for gap in report.gaps] == [(2, False), (24, True)]
    assert report.finding("holiday-gaps").severity == "note"


def test_report_changes_nothing_and_raise_refuses():
    holes = without(FULL, (50, 55))
    assert apply_gap_policy(holes, "report") is holes
    with pytest.raises(DataGapError, match="5 bars are missing in 1 gaps"):
        apply_gap_policy(holes, "raise")
    assert apply_gap_policy(FULL, "raise") is FULL
    with pytest.raises(ConfigError, match="no gap policy"):
        apply_gap_policy(FULL, "interpolate")


def test_forward_fill_puts_flat_bars_where_the_market_was_open():
    holes = without(FULL, (50, 55), (118, 123), (300, 301))
    filled = apply_gap_policy(holes, "forward-fill")
    assert filled.time_ns.tolist() == FULL.time_ns.tolist()
    for low, high in ((50, 55), (118, 123), (300, 301)):
        part = filled[low:high]
        for name in ("open", "high", "low", "close"):
            assert set(part.data[name].tolist()) == {FULL.close[low - 1]}
        assert set(part.volume.tolist()) == {0.0}
        assert set(part.spread_points.tolist()) == {FULL.spread_points[low - 1]}
    assert "11 flat bars" in filled.provenance["gaps"]
    same = np.isin(np.arange(len(FULL)), [*range(50, 55), *range(118, 123), 300], invert=True)
    assert filled.data[same].tobytes() == holes.data.tobytes()


def test_forward_fill_carries_the_ask():
    ask = np.empty(len(FULL), QUOTE)
    for name in QUOTE.names:
        ask[name] = np.round(FULL.data[name] + 0.0001, 5)
    both = attrs.evolve(FULL, ask=ask, spread_points=None)
    keep = np.isin(np.arange(len(FULL)), [7], invert=True)
    filled = apply_gap_policy(attrs.evolve(both, data=both.data[keep], ask=ask[keep]), "forward-fill")
    assert filled.ask[7].tolist() == (ask["close"][6],) * 4


def test_forward_fill_is_for_bars_within_a_day():
    days = synthetic("EURUSD", "D1", bars=50)
    with pytest.raises(ConfigError, match="within a day"):
        apply_gap_policy(without(days, (20, 21)), "forward-fill")
    assert [gap.missing for gap in find_gaps(without(days, (20, 22)))] == [2]


def test_drop_days_takes_whole_trading_days_out():
    left = apply_gap_policy(without(FULL, (50, 55), (118, 123)), "drop-days")
    day = NEW_YORK_CLOSE.to_wall_ns(FULL.time_ns) // (86_400 * 10**9)
    days = np.unique(day)
    dropped = {days[50 // 24], days[118 // 24], days[122 // 24]}
    assert left.time_ns.tolist() == FULL.time_ns[~np.isin(day, list(dropped))].tolist()
    assert "3 trading days" in left.provenance["gaps"]
