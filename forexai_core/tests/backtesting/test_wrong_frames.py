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
    frame.iloc[4, frame.columns.get_loc(field)] = -value if value == 1.0 else value  # one below the bid is raised
    with pytest.raises(DataShapeError, match="the tick in row 4 is not sound"):
        fx.Ticks.from_frame(frame, symbol="EURUSD")


@pytest.mark.parametrize(("apart", "named"), [(60, "H2"), (120, "H3"), (180, "H4"), (60, "H3"), (240, "H6")])
def test_the_hour_of_daylight_saving_is_no_usual_step(apart, named):
    with pytest.raises(DataShapeError, match=f"mostly {apart} minutes apart, which is not {named}"):
        bars_of(at_minutes(np.arange(200) * apart), named)


@pytest.mark.parametrize(
    ("minutes", "timeframe"),  # hours from 09:30 on lie across the edges of the server's H4 and H6
    [
        *((30, name) for name in ("H4", "H6")),
        *((m, name) for m in (30, 60) for name in ("H8", "H12", "D1", "W1", "MN1")),
    ],
)
def test_what_resampling_makes_of_a_stock_is_taken_back(minutes, timeframe):
    days = pd.date_range("2024-01-02", periods=40, freq="B", tz="America/New_York")
    opens = [day + pd.Timedelta(minutes=570 + at) for day in days for at in range(0, 390 // minutes * minutes, minutes)]
    close = 180 + np.arange(len(opens)) % 9 * 0.01
    frame = pd.DataFrame({"open": close, "high": close + 0.05, "low": close - 0.05, "close": close}, index=opens)
    stock = fx.Bars.from_frame(frame, symbol="AAPL", timeframe=f"M{minutes}" if minutes < 60 else "H1")
    made = fx.resample(stock, timeframe)
    back = fx.Bars.from_frame(made.to_frame(), symbol="AAPL", timeframe=timeframe)
    assert len(made)
    assert back.fingerprint == made.fingerprint


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Europe/Athens", "Europe/London", "Asia/Tokyo"])
@pytest.mark.parametrize("named", ["H8", "H12"])
def test_days_are_no_half_days(zone, named):
    frame = make_market(300).to_frame()
    frame.index = pd.date_range("2023-01-02", periods=300, freq="B", tz=zone).tz_convert("UTC")
    with pytest.raises(DataShapeError, match="mostly 1440 minutes apart"):
        bars_of(frame, named)


def test_sparse_minutes_and_parts_of_weeks_and_months_are_taken():
    sparse = np.cumsum([0, 6, 14, 9, 23, 40, 7, 18, 31, 12, 8, 26, 11])
    assert len(bars_of(at_minutes(sparse), "M1")) == 13
    weeks = pd.to_datetime(["2022-12-01", *(f"2022-12-{day:02d}" for day in (5, 12, 19, 28)), "2023-01-03"], utc=True)
    assert len(bars_of(make_market(6).to_frame().set_axis(weeks, axis=0), "W1")) == 6
    days = ["01-03", "02-01", "03-01", "04-03", "05-04", "06-01", "07-03", "08-01", "09-01", "10-09", "11-01", "12-01"]
    months = pd.to_datetime([f"2023-{day}T01:30" for day in days], utc=True)
    assert len(bars_of(make_market(12).to_frame().set_axis(months, axis=0), "MN1")) == 12
    for named in ("W1", "MN1"):
        with pytest.raises(DataShapeError, match=f"which is not {named}"):
            bars_of(at_minutes(np.arange(30) * 1_440), named)


@pytest.mark.parametrize("back", [np.float32, np.float64])
def test_prices_of_32_bits_are_read_as_they_were_written(back):
    narrow = HOURS.astype(np.float32).astype(back)
    assert bars_of(narrow).digits == 5
    assert bars_of(narrow).fingerprint == bars_of(HOURS).fingerprint
    ticks = make_ticks(50)
    kept = fx.Ticks.from_frame(ticks.to_frame().astype(np.float32).astype(back), symbol="EURUSD")
    assert kept.fingerprint == ticks.fingerprint
    one = pd.DataFrame({side: [1.10005] for side in ("open", "high", "low", "close")}, index=HOURS.index[:1])
    assert bars_of(one.astype(np.float32).astype(back)).close.tolist() == [1.10005]


def test_prices_of_far_more_digits_than_the_symbol_has_are_refused():
    noisy = HOURS * (1 + 1e-9)
    with pytest.raises(DataShapeError, match=r"prices of 8 decimals \(row 0: .*EURUSD is quoted with 5.*round\(5\)"):
        bars_of(noisy)
    assert bars_of(noisy.round(5)).digits == 5
    assert bars_of((HOURS + 2e-7).round(7)).digits == 7
    finer = find_instrument("EURUSD").with_digits(8)
    assert fx.Bars.from_frame(noisy, symbol="EURUSD", timeframe="H1", instrument=finer).digits == 8
    with pytest.raises(DataShapeError, match="prices of 8 decimals"):
        fx.Ticks.from_frame(make_ticks(10).to_frame() * (1 + 1e-9), symbol="EURUSD")


def test_crossed_quotes_are_raised_and_told(caplog):
    sides = ("open", "high", "low", "close")
    frame = HOURS[list(sides)].assign(**{f"ask_{side}": (HOURS[side] + 2e-5).round(5) for side in sides})
    for side in sides:
        frame.iloc[7, frame.columns.get_loc(f"ask_{side}")] -= 3e-5
    bars = bars_of(frame)
    assert bars.ask["close"][7] == bars.close[7]
    assert np.all(bars.ask["close"][8:] > bars.close[8:])
    assert "in 1 rows the ask lies below the bid" in bars.provenance["crossed"]
    assert "the ask lies below the bid" in caplog.text
    quotes = make_ticks(10).to_frame()
    quotes.iloc[3, quotes.columns.get_loc("ask")] = quotes["bid"].iloc[3] - 1e-5
    ticks = fx.Ticks.from_frame(quotes, symbol="EURUSD")
    assert ticks.ask[3] == ticks.bid[3]
    assert "in 1 rows" in ticks.provenance["crossed"]
    quotes.iloc[3, quotes.columns.get_loc("ask")] = 0.0
    with pytest.raises(DataShapeError, match="row 3 is not sound"):
        fx.Ticks.from_frame(quotes, symbol="EURUSD")


@pytest.mark.parametrize("left_out", ["open", "high", "low", "close"])
def test_an_ask_side_has_all_its_columns_or_none(left_out):
    sides = ("open", "high", "low", "close")
    frame = HOURS[list(sides)].assign(**{f"ask_{side}": (HOURS[side] + 2e-5).round(5) for side in sides})
    with pytest.raises(DataShapeError, match=f"no column 'ask_{left_out}'"):
        bars_of(frame.drop(columns=f"ask_{left_out}"))
    with pytest.raises(DataShapeError, match="no column 'ask_"):
        bars_of(HOURS[list(sides)].assign(**{f"ask_{left_out}": HOURS[left_out]}))


def test_prices_of_16_bits_are_refused():
    with pytest.raises(DataShapeError, match=r"'open' of the frame holds float16: .*read the source again as float64"):
        bars_of(HOURS.astype(np.float16))
    with pytest.raises(DataShapeError, match="'ask' of the frame holds float16"):
        fx.Ticks.from_frame(make_ticks(10).to_frame().astype({"ask": np.float16}), symbol="EURUSD")
    assert bars_of(HOURS.astype(np.float32)).close.tolist() == bars_of(HOURS).close.tolist()


@pytest.mark.parametrize(("old", "new"), [("spread", "spread_points"), ("tick_volume", "volume")])
def test_a_column_by_both_its_names_is_refused(old, new):
    frame = HOURS.assign(**{old: 12.0, new: 14.0})
    with pytest.raises(DataShapeError, match=f"'{old}' and a column '{new}'.*another name.*drop\\(columns='{old}'"):
        bars_of(frame)
    assert bars_of(frame.drop(columns=old)).to_frame()[new].tolist() == [14.0] * 60


def test_columns_of_a_terminal_are_understood_and_unknown_ones_named():
    terminal = HOURS.rename(columns={"volume": "tick_volume"}).assign(spread=12, real_volume=0)
    bars = bars_of(terminal)
    assert bars.volume.tolist() == HOURS["volume"].tolist()
    assert set(bars.spread_points.tolist()) == {12.0}
    assert bars.provenance["columns"] == "Not read: real_volume."
    quotes = make_ticks(10).to_frame()
    ticks = fx.Ticks.from_frame(quotes.assign(last=0.0, flags=6, time_msc=1, volume_real=0.0), symbol="EURUSD")
    assert ticks.provenance["columns"] == "Not read: last, flags, time_msc, volume_real."
    for make in (lambda: bars_of(HOURS.assign(colour=1)),
                 lambda: fx.Ticks.from_frame(quotes.assign(colour=1), symbol="EURUSD")):  # fmt: skip
        with pytest.raises(DataShapeError, match="do not know: colour"):
            make()
