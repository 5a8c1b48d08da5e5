"""Validation: each check finds what it is for, and says nothing of sound prices."""

import attrs
import numpy as np
import pytest

from forexai_core.arrays import QUOTE, TICK
from forexai_core.data import clean_bars, clean_ticks, synthetic, validate
from forexai_core.errors import ConfigError, DataError, DataShapeError
from forexai_core.values.catalogue import find_instrument

BARS = synthetic("EURUSD", "M15", bars=2_000, seed=9)
EURUSD = find_instrument("EURUSD")


def changed(**columns):
    data = BARS.data.copy()
    for name, (rows, value) in columns.items():
        data[name][rows] = value
    return attrs.evolve(BARS, data=data)


def test_sound_prices_pass():
    report = validate(BARS)
    assert report.ok
    assert report.findings == ()
    assert "2,000 of 2,000 rows" in report.summary()


def test_an_outlier_is_found():
    data = BARS.data.copy()
    for name in ("open", "high", "low", "close"):
        data[name][700] *= 10
    found = validate(attrs.evolve(BARS, data=data, instrument=EURUSD)).finding("outlier")
    assert found.count == 2  # there, and back
    assert found.first_time_ns == BARS.time_ns[700]


def test_a_spike_of_the_high_alone_is_found():
    assert validate(changed(high=([700], 9.0))).finding("outlier").count == 1


def test_a_stale_run_is_found():
    data = BARS.data.copy()
    for name in ("open", "high", "low", "close"):
        data[name][500:540] = data["close"][499]
    found = validate(attrs.evolve(BARS, data=data)).finding("stale")
    assert found.count == 1
    assert "longest of 40" in found.message


def test_odd_spreads_are_found():
    assert validate(attrs.evolve(BARS, spread_points=np.zeros(2_000))).finding("spread").count == 2_000
    wide = BARS.spread_points.copy()
    wide[100] = 5_000.0
    assert validate(attrs.evolve(BARS, spread_points=wide)).finding("spread").count == 1


def test_closed_hours_hint_at_a_wrong_clock():
    data = BARS.data.copy()
    data["time_ns"] -= 7 * 3_600 * 10**9
    found = validate(attrs.evolve(BARS, data=data)).finding("closed-hours")
    assert "Is the timezone right?" in found.message


def test_bars_off_their_grid_are_found():
    data = BARS.data.copy()
    data["time_ns"][300] += 60 * 10**9
    assert validate(attrs.evolve(BARS, data=data)).finding("grid").count == 1


def test_raw_rows_are_checked_and_cleaned():
    rows = BARS.data[:100].copy()
    rows["high"][10] = np.nan
    rows["low"][20] = -1.0
    rows["close"][30] = 99.0
    rows["volume"][40] = np.inf
    rows["time_ns"][50] = rows["time_ns"][49]
    rows["time_ns"][60] = rows["time_ns"][99] + 10**15
    ask = np.empty(100, QUOTE)
    for name in QUOTE.names:
        ask[name] = BARS.data[name][:100]
    ask["open"][5] -= 0.0001
    ask["low"][5] -= 0.0001
    found = clean_bars(rows, instrument=EURUSD, timeframe="M15", ask=ask)
    checks = {row.line - 1: row.check for row in found.report.quarantined}
    assert checks == {10: "finite", 20: "positive", 30: "ohlc", 40: "volume", 50: "duplicate", 60: "order"}
    assert len(found.bars) == 94
    assert found.report.finding("crossed").count == 1
    assert found.bars.ask["open"][5] == BARS.open[5]
    report = validate(rows, symbol="EURUSD", timeframe="M15")
    assert len(report.quarantined) == 6
    assert not report.ok


def test_raw_ticks_are_checked_and_cleaned():
    rows = np.zeros(6, TICK)
    rows["time_ns"] = np.arange(6)
    rows["bid"], rows["ask"] = 1.1, 1.2
    rows["ask"][1], rows["bid"][2], rows["time_ns"][4] = 1.0, 0.0, 0
    found = clean_ticks(rows, instrument=EURUSD)
    assert [row.check for row in found.report.quarantined] == ["positive", "order"]
    assert found.ticks.ask.tolist() == [1.2, 1.1, 1.2, 1.2]
    assert found.report.finding("crossed").count == 1
    assert validate(rows, instrument=EURUSD).kept == 4


def test_one_wild_time_costs_one_row():
    rows = BARS.data[:100].copy()
    rows["time_ns"][3] += 10**18
    assert len(clean_bars(rows, instrument=EURUSD, timeframe="M15").bars) == 99


def test_what_cannot_be_checked_is_refused():
    with pytest.raises(ConfigError, match="symbol="):
        validate(BARS.data.copy())
    with pytest.raises(ConfigError, match="timeframe="):
        validate(BARS.data.copy(), symbol="EURUSD")
    with pytest.raises(DataShapeError):
        clean_bars(np.zeros(3), instrument=EURUSD, timeframe="M15")
    rows = BARS.data[:3].copy()
    rows["open"] = 0
    with pytest.raises(DataError, match="none of the 3 rows is sound"):
        clean_bars(rows, instrument=EURUSD, timeframe="M15")


def test_reports_are_plain_values_for_json(tmp_path):
    rows = BARS.data[:50].copy()
    rows["open"][7] = 0
    report = validate(rows, symbol="EURUSD", timeframe="M15")
    assert report.to_dict()["quarantined"][0]["line"] == 8
    assert "bad  positive" in report.summary()
    path = report.write_quarantine(tmp_path / "q.csv")
    assert "not above zero" in path.read_text()
    with pytest.raises(DataError, match="quarantine=PATH"):
        report.write_quarantine(tmp_path / "no" / "q.csv")
