"""Prices that cannot be real are refused or said aloud, and what was said travels into the provenance."""

import logging

import numpy as np
import pytest

import forexai_core as fx
from forexai_core.data import import_bars, import_ticks, validate
from forexai_core.data.spikes import SPIKE_FACTOR
from forexai_core.errors import ConfigError, DataFormatError
from forexai_core.values.catalogue import catalogue
from forexai_core.values.price_ranges import USUAL_PRICES, usual_prices

HEADER = "timestamp,open,high,low,close"


def rows(count=48, *, day="2023-07", base=1.09):
    lines = []
    for hour in range(count):
        price = base + 0.0001 * ((hour * 7) % 11)
        stamp = f"{day}-{3 + hour // 24:02d}T{hour % 24:02d}:00:00Z"
        lines.append(f"{stamp},{price:.5f},{price * 1.0004:.5f},{price * 0.9996:.5f},{price:.5f}")
    return lines


def scaled(line, factor, *fields):
    parts = line.split(",")
    for field in fields or (1, 2, 3, 4):
        parts[field] = f"{float(parts[field]) * factor:.5f}"
    return ",".join(parts)


def write(folder, lines, header=HEADER):
    path = folder / "prices.csv"
    path.write_text("\n".join((header, *lines)) + "\n")
    return path


def bars_of(folder, lines, **options):
    return import_bars(write(folder, lines), symbol="EURUSD", timeframe="H1", **options)


@pytest.mark.parametrize("factor", [100.0, 0.01, 10.0])
@pytest.mark.parametrize("place", [0, 1, 20, 46, 47])
def test_a_bar_that_jumps_away_and_back_is_bad(factor, place, tmp_path):
    lines = rows()
    lines[place] = scaled(lines[place], factor)
    with pytest.raises(DataFormatError, match=r"the open .* the prices around it \(1\.09.*spikes='keep'") as caught:
        bars_of(tmp_path, lines)
    assert caught.value.line == place + 2
    found = bars_of(tmp_path, lines, on_bad="quarantine")
    assert [row.line for row in found.report.quarantined] == [place + 2]
    assert found.report.quarantined[0].check == "spike"
    assert found.bars.high.max() < 1.2


@pytest.mark.parametrize("field", [2, 3])
def test_a_single_field_that_jumps_is_bad_too(field, tmp_path):
    lines = rows()
    lines[20] = scaled(lines[20], 100.0 if field == 2 else 0.01, field)
    found = bars_of(tmp_path, lines, on_bad="quarantine")
    assert [(row.line, row.column) for row in found.report.quarantined] == [(22, HEADER.split(",")[field])]


def test_several_spikes_in_a_row_are_all_bad(tmp_path):
    lines = rows()
    lines[20:24] = [scaled(line, 100.0) for line in lines[20:24]]
    found = bars_of(tmp_path, lines, on_bad="quarantine")
    assert [row.line for row in found.report.quarantined] == [22, 23, 24, 25]


def test_a_change_of_level_that_stays_is_no_spike(tmp_path):
    lines = rows()
    lines[20:] = [scaled(line, 0.1) for line in lines[20:]]
    found = bars_of(tmp_path, lines)
    assert len(found.bars) == len(lines)
    assert "outlier" in found.bars.provenance


def test_moves_below_the_factor_stay_and_are_said_aloud(tmp_path, caplog):
    lines = rows()
    lines[20] = scaled(lines[20], SPIKE_FACTOR * 0.9)
    with caplog.at_level(logging.WARNING):
        found = bars_of(tmp_path, lines)
    assert len(found.bars) == len(lines)
    assert "outlier: 2 bars move more than" in caplog.text
    assert found.bars.provenance["outlier"] == found.report.finding("outlier").message


def test_spikes_that_are_real_can_be_kept(tmp_path):
    lines = rows()
    lines[20] = scaled(lines[20], 100.0)
    found = bars_of(tmp_path, lines, spikes="keep")
    assert found.bars.high.max() > 100
    assert "2 bars move" in found.bars.provenance["outlier"]
    with pytest.raises(ConfigError, match="spikes is 'ignore'"):
        bars_of(tmp_path, lines, spikes="ignore")


def test_a_tick_that_jumps_away_and_back_is_bad(tmp_path):
    lines = [f"2023-07-03T10:00:{second:02d}Z,{1.09 + second % 5 * 1e-5:.5f},1.09012" for second in range(60)]
    lines[30] = "2023-07-03T10:00:30Z,1.09000,109.012"
    path = write(tmp_path, lines, "timestamp,bid,ask")
    with pytest.raises(DataFormatError, match=r"line 32, column ask: the ask 109\.012 is 100 times"):
        import_ticks(path, symbol="EURUSD")
    assert len(import_ticks(path, symbol="EURUSD", on_bad="quarantine").ticks) == 59


def test_random_walks_have_no_spikes(tmp_path):
    made = fx.synthetic("BTCUSD", "H1", bars=3_000, seed=5)
    fx.export_prices(made, tmp_path / "made.csv")
    assert len(fx.read_bars(tmp_path / "made.csv", symbol="BTCUSD", timeframe="H1")) == 3_000


def test_prices_of_another_magnitude_are_said_aloud(tmp_path, caplog):
    with caplog.at_level(logging.WARNING):
        found = bars_of(tmp_path, rows(base=148.0))
    assert "48 of 48 prices (such as 148) lie beyond 0.4 to 3.2, where EURUSD may be expected" in caplog.text
    assert "another symbol's" in found.bars.provenance["scale"]
    assert validate(found.bars).finding("scale").count == 48
    assert "scale" not in bars_of(tmp_path, rows()).bars.provenance


def test_every_symbol_of_the_catalogue_has_plausible_prices():
    assert USUAL_PRICES.keys() == catalogue().keys()
    assert all(0 < low * 4 < high for low, high in USUAL_PRICES.values())
    assert usual_prices("MINE") is None


def test_synthetic_prices_are_plausible():
    for symbol in catalogue():
        low, high = USUAL_PRICES[symbol]
        made = fx.synthetic(symbol, "D1", bars=30, seed=1)
        assert np.all((made.close > low) & (made.close < high)), symbol


def test_rows_of_the_future_are_bad_unless_meant_so(tmp_path, caplog):
    lines = rows(day="2090-07")
    with pytest.raises(DataFormatError, match=r"line 2.*2090-07-03T00:00:00Z lies in the future.*future='keep'"):
        bars_of(tmp_path, lines)
    with caplog.at_level(logging.WARNING):
        found = bars_of(tmp_path, lines, future="keep")
    assert "future: 48 rows lie in the future, up to 2090-07-04T23:00:00Z" in caplog.text
    assert "future" in found.bars.provenance
    assert validate(found.bars).finding("future").count == 48


def test_one_wild_year_costs_one_row(tmp_path):
    lines = rows()
    lines[47] = lines[47].replace("2023-", "2090-")
    found = bars_of(tmp_path, lines, on_bad="quarantine")
    assert [(row.line, row.check) for row in found.report.quarantined] == [(49, "future")]


@pytest.mark.parametrize("neighbours", [("09:00", "10:17", "11:00"), ("10:00", "10:17", "11:00", "10:00")])
def test_of_bars_that_overlap_the_one_off_the_grid_is_bad(neighbours, tmp_path):
    lines = rows(10)
    if neighbours[0] == "09:00":
        lines += [line.replace("T10:00", "T10:17") for line in rows(11)[10:]]
    else:
        lines += [rows(11)[10], rows(11)[10].replace("T10:00", "T10:17")]
    lines += rows()[11:]
    found = bars_of(tmp_path, lines, on_bad="quarantine")
    assert [(row.text[11:16], row.check) for row in found.report.quarantined] == [("10:17", "grid")]
    assert "off the grid of H1" in found.report.quarantined[0].reason
    assert not np.any(found.bars.time_ns % (3_600 * 10**9))


def test_after_an_overlapping_bar_the_next_is_measured_from_the_last_that_stays(tmp_path):
    """Two grids of equal weight: nothing tells which one is right, and the first bars stay."""
    lines = [line for hour in rows(4) for line in (hour, hour.replace(":00:00Z", ":40:00Z"))]
    found = bars_of(tmp_path, lines, on_bad="quarantine")
    assert {row.check for row in found.report.quarantined} == {"overlap"}
    assert [row.text[14:16] for row in found.report.quarantined] == ["40"] * 4
