"""Levels of days, weeks, sessions and zones: worked by hand, by plain Python, and at the turns of clocks."""

import math
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from market_series import make_bars

import forexai_core as fx
from forexai_core.errors import ConfigError, DataShapeError
from forexai_core.indicators import (
    ASIA,
    LONDON,
    NEW_YORK,
    Session,
    SessionLevels,
    SupportResistance,
    atr,
    previous_day,
    previous_week,
    session_levels,
    support_resistance,
    swing_pivots,
)

HOUR = timedelta(hours=1)
NS = 10**9


def hours_from(start, count, step=HOUR):
    first = int(start.timestamp())
    return np.array([(first + k * int(step.total_seconds())) * NS for k in range(count)], np.int64)


def test_the_day_before_by_hand():
    high, low, close = [5.0, 7.0, 6.0, 9.0, 8.0], [4.0, 3.0, 5.0, 6.0, 2.0], [4.5, 6.0, 5.5, 8.0, 3.0]
    levels = previous_day(high, low, close, [10, 10, 11, 11, 13])
    nan = math.nan
    np.testing.assert_array_equal(levels.high, [5.0, 7.0, 6.0, 9.0, 8.0])
    np.testing.assert_array_equal(levels.low, [4.0, 3.0, 5.0, 5.0, 2.0])
    np.testing.assert_array_equal(levels.previous_high, [nan, nan, 7.0, 7.0, 9.0])
    np.testing.assert_array_equal(levels.previous_low, [nan, nan, 3.0, 3.0, 5.0])
    np.testing.assert_array_equal(levels.previous_close, [nan, nan, 6.0, 6.0, 8.0])


def test_weeks_begin_on_monday():
    days = np.array([(datetime(2024, 3, 1, tzinfo=UTC) + timedelta(days=k)).toordinal() - 719_163 for k in range(20)])
    values = np.arange(20.0)
    levels = previous_week(values + 1.0, values, values + 0.5, days)
    mondays = [k for k in range(20) if (datetime(2024, 3, 1, tzinfo=UTC) + timedelta(days=k)).weekday() == 0]
    changes = [
        k
        for k in range(1, 20)
        if not np.array_equal(levels.previous_high[k - 1 : k], levels.previous_high[k : k + 1], equal_nan=True)
    ]
    assert changes == mondays == [3, 10, 17]
    assert levels.previous_high[3] == values[2] + 1.0
    assert levels.previous_low[10] == values[3]
    assert levels.previous_close[17] == values[16] + 0.5


@pytest.mark.parametrize("session", [ASIA, LONDON, NEW_YORK])
def test_sessions_keep_their_citys_hours_over_a_year(session):
    times = hours_from(datetime(2023, 12, 30, tzinfo=UTC), 400 * 24 * 2, timedelta(minutes=30))
    numbers = session.numbers(times)
    zone, start, end = ZoneInfo(session.zone), int(session.start[:2]), int(session.end[:2])
    for time_ns, number in zip(times.tolist(), numbers.tolist(), strict=True):
        wall = datetime.fromtimestamp(time_ns // NS, UTC).astimezone(zone)
        assert (number >= 0) == (start <= wall.hour < end)
        if number >= 0:
            assert number == wall.toordinal() - 719_163


@pytest.mark.parametrize(
    ("session", "winter", "summer"),
    [(ASIA, (0, 9), (0, 9)), (LONDON, (8, 17), (7, 16)), (NEW_YORK, (13, 22), (12, 21))],
)
def test_sessions_move_with_daylight_saving(session, winter, summer):
    for month, (start, end) in ((1, winter), (7, summer)):
        inside = session.numbers(hours_from(datetime(2024, month, 10, tzinfo=UTC), 24)) >= 0
        assert np.flatnonzero(inside).tolist() == list(range(start, end))


def test_two_weeks_in_march_london_and_new_york_differ():
    # New York changed its clock on 10 March 2024, London on the 31st.
    inside = [session.numbers(hours_from(datetime(2024, 3, 20, tzinfo=UTC), 24)) >= 0 for session in (LONDON, NEW_YORK)]
    assert np.flatnonzero(inside[0])[0] == 8
    assert np.flatnonzero(inside[1])[0] == 12


def test_a_session_over_midnight_is_one():
    night = Session("Night", "UTC", "22:00", "02:00")
    numbers = night.numbers(hours_from(datetime(2024, 1, 1, 20, tzinfo=UTC), 8))
    first = datetime(2024, 1, 1, tzinfo=UTC).toordinal() - 719_163
    assert [number if number >= 0 else None for number in numbers.tolist()] == [None, None, *[first] * 4, None, None]
    whole = Session("Day", "UTC", "00:00", "00:00")
    assert (whole.numbers(hours_from(datetime(2024, 1, 1, tzinfo=UTC), 24)) >= 0).all()


def test_levels_of_a_session_by_plain_python():
    bars = fx.sample("EURUSD", "H1")[:900]
    levels = session_levels(bars.high, bars.low, bars.close, bars.time_ns, LONDON)
    zone = ZoneInfo("Europe/London")
    running, last, day = None, (math.nan, math.nan, math.nan), None
    for row, time_ns in enumerate(bars.time_ns.tolist()):
        wall = datetime.fromtimestamp(time_ns // NS, UTC).astimezone(zone)
        now = wall.date() if 8 <= wall.hour < 17 else None
        if now != day and running is not None:
            last, running = running, None
        day = now
        if now is not None:
            high, low = (bars.high[row], bars.low[row]) if running is None else running[:2]
            running = (max(high, bars.high[row]), min(low, bars.low[row]), bars.close[row])
        expected = (*(running[:2] if running else (math.nan, math.nan)), *last)
        np.testing.assert_array_equal([line[row] for line in levels], expected)
    assert np.isnan(levels.high).any()


def test_the_stream_of_any_session():
    high, low, close = make_bars(200, seed=5)
    times = hours_from(datetime(2024, 3, 25, tzinfo=UTC), 200)
    session = Session("Sydney", "Australia/Sydney", "10:00", "16:00")
    stream, levels = SessionLevels(session), session_levels(high, low, close, times, session)
    for row, bar in enumerate(zip(high, low, close, times, strict=True)):
        np.testing.assert_array_equal(stream.update(*bar), [line[row] for line in levels])


def test_mistakes_about_times_are_explained():
    bars = ([1.0, 1.0], [1.0, 1.0], [1.0, 1.0])
    with pytest.raises(DataShapeError, match="london_session: time_ns falls from 7 to 5 in row 1; sort the bars"):
        fx.indicators.london_session(*bars, [7, 5])
    stream = fx.indicators.LondonSession()
    stream.update(1.0, 1.0, 1.0, 7)
    with pytest.raises(DataShapeError, match="london_session: time_ns must be a whole number that never falls, got 5"):
        stream.update(1.0, 1.0, 1.0, 5)
    with pytest.raises(DataShapeError, match="previous_day: day must be a whole number"):
        fx.indicators.PreviousDay().update(1.0, 1.0, 1.0, 1.5)
    with pytest.raises(ConfigError, match=r"Session: '8' is no time of a day; write it as '08:00'"):
        Session("Mine", "UTC", "8", "17:00")
    with pytest.raises(ConfigError, match="There is no clock 'Mars/Olympus'"):
        Session("Mine", "Mars/Olympus", "08:00", "17:00")


def plain_zones(high, low, close, left, right, width, touches, memory, period):
    """The same by lists, as the description says it."""
    ranges, swings = atr(high, low, close, period), swing_pivots(high, low, left, right)
    zones, rows = [], []
    for i in range(len(close)):
        if i < max(left + right, period):
            rows.append((math.nan,) * 4)
            continue
        for zone in zones:
            zone["age"] += 1
        zones = [zone for zone in zones if zone["age"] <= memory]
        for price, age in ((swings.swing_high[i], swings.high_age[i]), (swings.swing_low[i], swings.low_age[i])):
            if age != right:
                continue
            near = [zone for zone in zones if abs(price - zone["middle"]) <= width * ranges[i]]
            if near:
                zone = min(near, key=lambda zone: abs(price - zone["middle"]))
                zone["prices"].append(price)
                zone["middle"], zone["age"] = sum(zone["prices"]) / len(zone["prices"]), 0
            else:
                zones.append({"prices": [price], "middle": price, "age": 0})
        known = [zone for zone in zones if len(zone["prices"]) >= touches]
        below = max((z for z in known if z["middle"] <= close[i]), key=lambda z: z["middle"], default=None)
        above = min((z for z in known if z["middle"] > close[i]), key=lambda z: z["middle"], default=None)
        rows.append(
            (
                below["middle"] if below else math.nan,
                above["middle"] if above else math.nan,
                len(below["prices"]) if below else 0,
                len(above["prices"]) if above else 0,
            )
        )
    return np.array(rows).T


@pytest.mark.parametrize(
    ("left", "right", "width", "touches", "memory", "period"),
    [(2, 2, 0.5, 2, 150, 14), (3, 1, 1.0, 3, 100, 5), (1, 4, 0.25, 1, 40, 10)],
)
def test_zones_by_plain_python(left, right, width, touches, memory, period):
    bars = make_bars(600, seed=left, scale=1.1)
    ours = support_resistance(*bars, left, right, width, touches, memory, period)
    expected = plain_zones(*bars, left, right, width, touches, memory, period)
    np.testing.assert_allclose(ours, expected, rtol=1e-12)
    assert np.nanmax(ours.support_touches) > touches
    assert np.nanmax(ours.resistance_touches) > touches


def test_a_zone_by_hand():
    wave = np.array([10.0, 11.0, 12.0, 11.0, 10.0, 9.0, 8.0, 9.0] * 4)
    levels = support_resistance(wave + 0.5, wave - 0.5, wave, 2, 2, 0.5, 2, 100, 3)
    # The tops at 12.5 come every 8 bars from row 2 on and are known 2 bars later; the second makes the zone.
    assert np.isnan(levels.resistance[:12]).all()
    assert levels.resistance[12:].tolist() == [12.5] * 20
    assert levels.resistance_touches[[12, 20, 28]].tolist() == [2.0, 3.0, 4.0]
    assert np.isnan(levels.support[:16]).all()
    assert levels.support[16:].tolist() == [7.5] * 16


def test_more_zones_than_there_is_room_for_drop_the_oldest():
    rise = np.repeat(np.arange(1.0, 101.0) * 10.0, 4) + np.tile([0.0, 3.0, 0.0, -1.0], 100)
    levels = support_resistance(rise + 0.1, rise - 0.1, rise, 1, 1, 0.01, 1, 10_000, 2)
    stream = SupportResistance(1, 1, 0.01, 1, 10_000, 2)
    for row, bar in enumerate(zip(rise + 0.1, rise - 0.1, rise, strict=True)):
        np.testing.assert_array_equal(stream.update(*bar), [line[row] for line in levels])
    crash = support_resistance(
        np.append(rise + 0.1, [1.0, 1.0]), np.append(rise - 0.1, [0.5, 0.5]), np.append(rise, [0.7, 0.7]),
        1, 1, 0.01, 1, 10_000, 2,
    )  # fmt: skip
    # 200 swings, of which the last 64 are kept: the lowest of them is high up.
    assert crash.resistance[-1] > 600.0
