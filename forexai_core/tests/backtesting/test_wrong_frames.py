"""Frames and ticks that cannot be what they are said to be, and those that look strange and are not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from strategy_markets import make_market, make_ticks

import forexai_core as fx
from forexai_core.arrays import TICK
from forexai_core.errors import DataShapeError
from forexai_core.values.catalogue import find_instrument

HOURS = make_market(60).to_frame()


def bars_of(frame, timeframe="H1"):
    return fx.Bars.from_frame(frame, symbol="EURUSD", timeframe=timeframe)


def at_minutes(minutes):
    """Put the rows of the market, one after another, at minutes from a Monday's midnight."""
    frame = make_market(len(minutes)).to_frame()
    return frame.set_axis(frame.index[0] + pd.to_timedelta(np.asarray(minutes), unit="min"), axis=0)


@pytest.mark.parametrize(
    ("named", "apart"),
    [("M1", 60), ("M15", 60), ("M30", 60), ("H4", 60), ("M5", 15), ("H1", 240), ("H1", 1_440), ("D1", 10_080)],
)
def test_bars_of_another_timeframe_are_refused(named, apart):
    with pytest.raises(DataShapeError, match=f"mostly {apart} minutes apart, which is not {named}"):
        bars_of(at_minutes(np.arange(40) * apart), named)


def test_months_are_no_days():
    frame = make_market(24).to_frame()
    frame.index = pd.date_range("2020-01-01", periods=24, freq="MS", tz="UTC")
    with pytest.raises(DataShapeError, match="which is not D1"):
        bars_of(frame, "D1")
    assert len(bars_of(frame, "MN1")) == 24


def test_a_quiet_market_leaves_bars_out():
    rng = np.random.default_rng(5)
    for left in (0.5, 0.2, 0.05):  # most bars are missing, but not by a rule
        minutes = np.flatnonzero(rng.random(4_000) < left) * 15
        assert len(bars_of(at_minutes(minutes), "M15")) == len(minutes)


def test_few_rows_may_lie_anywhere_but_not_nearer():
    assert len(bars_of(at_minutes([0, 60, 120, 180]), "M15")) == 4
    with pytest.raises(DataShapeError, match="mostly 15 minutes apart"):
        bars_of(at_minutes([0, 15, 30]), "H1")


def test_rows_between_the_bars_are_named():
    minutes = [*range(0, 1_200, 60), 1_170, 1_320]
    with pytest.raises(
        DataShapeError, match=r"Row 20 of .* opens 30 minutes after .* less than one H1 \(such rows in all: 1\)"
    ):
        bars_of(at_minutes(minutes), "H1")
    assert len(bars_of(at_minutes(minutes[:-2]), "H1")) == 20


def test_an_hour_that_a_clock_takes_out_is_none():
    steps = [4 * 60] * 30
    steps[10], steps[20] = 3 * 60, 5 * 60
    assert len(bars_of(at_minutes(np.cumsum(steps)), "H4")) == 30
    days = [1_440] * 30
    days[10], days[20] = 1_380, 1_500
    assert len(bars_of(at_minutes(np.cumsum(days)), "D1")) == 30


def test_times_that_stand_twice_are_counted():
    twice = pd.concat([HOURS, HOURS]).sort_index()
    with pytest.raises(DataShapeError, match=r"60 of the frame's 120 rows have the time of the row above them, row 1"):
        bars_of(twice)
    assert len(bars_of(twice[~twice.index.duplicated()])) == 60
    with pytest.raises(DataShapeError, match=r"Row 1 of the frame .* comes before the row above it"):
        bars_of(HOURS[::-1])


def test_a_row_without_a_time_is_named():
    index = HOURS.index.to_series()
    index.iloc[7] = pd.NaT
    with pytest.raises(DataShapeError, match="Row 7 of the frame has no time"):
        bars_of(HOURS.set_axis(pd.DatetimeIndex(index), axis=0))


@pytest.mark.parametrize("column", ["open", "close", "volume"])
@pytest.mark.parametrize(
    "write", [lambda values: values.astype(str), lambda values: values.astype(str).astype("string")]
)
def test_text_is_no_number(column, write):
    with pytest.raises(DataShapeError, match=rf"column '{column}' of the frame holds .*, not numbers.*to_numeric"):
        bars_of(HOURS.assign(**{column: write(HOURS[column])}))
    ticks = make_ticks(10).to_frame()
    with pytest.raises(DataShapeError, match="column 'bid' of the frame holds"):
        fx.Ticks.from_frame(ticks.assign(bid=write(ticks["bid"])), symbol="EURUSD")


def test_a_column_that_stands_twice_is_refused():
    with pytest.raises(DataShapeError, match="2 columns called 'open'"):
        bars_of(pd.concat([HOURS, HOURS[["open"]]], axis=1))


def test_numbers_of_every_kind_are_taken():
    plain = bars_of(HOURS)
    kept = bars_of(HOURS.astype("Float64").assign(volume=HOURS["volume"].astype("int64")))
    assert kept.fingerprint == plain.fingerprint
    missing = HOURS.astype("Float64")
    missing.loc[missing.index[3], "close"] = pd.NA
    with pytest.raises(DataShapeError, match=r"row 3\) is not sound"):
        bars_of(missing)


@pytest.mark.parametrize(
    ("field", "value"),
    [("bid", np.nan), ("ask", np.nan), ("volume", np.nan), ("volume", -1.0), ("volume", np.inf), ("ask", 1.0)],
)
def test_a_tick_that_is_not_sound_is_named(field, value):
    data = make_ticks(10).data.copy()
    assert data.dtype == TICK
    data[field][4] = value
    with pytest.raises(DataShapeError, match="the tick in row 4 is not sound"):
        fx.Ticks(instrument=find_instrument("EURUSD"), data=data)
    frame = make_ticks(10).to_frame()
    frame.iloc[4, frame.columns.get_loc(field)] = value
    with pytest.raises(DataShapeError, match="the tick in row 4 is not sound"):
        fx.Ticks.from_frame(frame, symbol="EURUSD")
