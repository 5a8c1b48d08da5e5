"""What stands in the files, and what becomes of it."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError
from terminal_files import BAR_HEADER, DAY_HEADER, TICK_HEADER, bar_lines, tick_lines, write_export

from forexai_core.errors import DataFormatError
from forexai_core.values.timeframes import Timeframe
from forexai_mt5.exports.reading import read_bar_export, read_tick_export, written_digits
from forexai_mt5.exports.source import ExportSource
from forexai_mt5.settings import ExportSettings

JULY_3_NS = 1_688_342_400 * 10**9  # 2023-07-03T00:00Z
HOUR_NS = 3_600 * 10**9


def bars_of(path, **changed):
    chosen = {"symbol": "EURUSD", "timeframe": Timeframe.H1, "clock": "new-york+7", "on_bad": "raise"} | changed
    return read_bar_export(path, **chosen)


def test_server_time_becomes_utc_and_every_column_arrives(tmp_path):
    bars = bars_of(write_export(tmp_path / "EURUSD_H1.csv", BAR_HEADER, bar_lines(0, 3)))
    # in July the server is three hours ahead
    assert bars.time_ns.tolist() == [JULY_3_NS + (hour - 3) * HOUR_NS for hour in range(3)]
    assert bars.data[1].item()[1:] == (1.091, 1.0918, 1.0904, 1.0914, 1001.0)
    assert bars.spread_points.tolist() == [12.0, 12.0, 12.0]


def test_winter_is_two_hours_ahead_and_another_clock_is_taken_at_its_word(tmp_path):
    winter = write_export(tmp_path / "EURUSD_H1.csv", BAR_HEADER, bar_lines(9, 1, day="2023.01.03"))
    assert bars_of(winter).time_ns[0] % (24 * HOUR_NS) == 7 * HOUR_NS
    assert bars_of(winter, clock="UTC").time_ns[0] % (24 * HOUR_NS) == 9 * HOUR_NS


def test_a_spread_in_coarser_points_is_converted(tmp_path):
    four = write_export(tmp_path / "a_H1.csv", BAR_HEADER, bar_lines(0, 3, digits=4, spread=2))
    five = write_export(tmp_path / "b_H1.csv", BAR_HEADER, bar_lines(0, 3, digits=5, spread=2))
    assert (written_digits(four), written_digits(five)) == (4, 5)
    coarse, fine = bars_of(four), bars_of(five)
    assert coarse.spread_points.tolist() == [20.0, 20.0, 20.0]
    assert "times 10" in coarse.provenance["spread"]
    assert fine.spread_points.tolist() == [2.0, 2.0, 2.0]
    assert "spread" not in fine.provenance


def test_finer_prices_than_the_catalogue_keep_their_own_points(tmp_path):
    line = "2023.07.03\t00:00:00\t1919.123\t1920.456\t1918.001\t1919.500\t50\t0\t250"
    bars = bars_of(write_export(tmp_path / "x_H1.csv", BAR_HEADER, [line]), symbol="XAUUSD")
    assert (bars.digits, bars.spread_points.tolist()) == (3, [250.0])


def test_days_have_no_time_of_day(tmp_path):
    line = "2023.07.03\t1.09100\t1.09350\t1.08710\t1.09120\t98765\t0\t0"
    bars = bars_of(write_export(tmp_path / "EURUSD_Daily.csv", DAY_HEADER, [line]), timeframe=Timeframe.D1)
    assert bars.time_ns.tolist() == [JULY_3_NS - 3 * HOUR_NS]


def test_a_saved_chart_is_utf_16_without_a_header_or_a_spread(tmp_path):
    lines = ["2023.07.03,00:00,1.09000,1.09080,1.08940,1.09040,1000", "2023.07.03,01:00,1.09,1.0908,1.0894,1.0904,9"]
    path = write_export(tmp_path / "EURUSDH1.csv", "", lines, encoding="utf-16")
    bars = bars_of(path)
    assert (len(bars), bars.spread_points, written_digits(path)) == (2, None, None)


def test_ticks_carry_the_side_that_did_not_change(tmp_path):
    path = write_export(tmp_path / "EURUSD_ticks.csv", TICK_HEADER, tick_lines(0, 3))
    ticks = read_tick_export(path, symbol="EURUSD", clock="new-york+7", on_bad="raise")
    assert ticks.time_ns[0] == JULY_3_NS + 7 * HOUR_NS + 250_000_000
    assert ticks.bid.tolist() == [1.0905, 1.09051, 1.09052]
    assert ticks.ask.tolist() == [1.09062, 1.09062, 1.09064]


@pytest.mark.parametrize(
    ("spoil", "line"),
    [
        (lambda lines: [lines[0], lines[1].replace("1.0918", "nan"), lines[2]], 3),
        (lambda lines: [lines[0], lines[1].replace("1.09180", "1.01000"), lines[2]], 3),
        (lambda lines: [*lines, lines[0]], 5),
        (lambda lines: [lines[0], lines[1], lines[2][:20]], 4),
    ],
)
def test_a_bad_row_is_named_by_file_and_line(tmp_path, spoil, line):
    path = write_export(tmp_path / "EURUSD_H1.csv", BAR_HEADER, spoil(bar_lines(0, 3)))
    with pytest.raises(DataFormatError) as caught:
        bars_of(path)
    assert (caught.value.file, caught.value.line) == (path, line)


def test_bad_rows_are_set_aside_where_that_is_wanted(tmp_path):
    lines = bar_lines(0, 24)
    lines[5] = lines[5].replace("\t1.095", "\t-1.095", 1)
    write_export(tmp_path / "EURUSD_H1.csv", BAR_HEADER, lines)
    source = ExportSource(ExportSettings(paths=(str(tmp_path),), on_bad="quarantine"))
    (covered,) = source.coverage("EURUSD")
    assert len(source.bars("EURUSD", Timeframe.H1, covered.start_ns, covered.stop_ns)) == 23
    assert (tmp_path / "EURUSD_H1.csv.quarantine.csv").exists() or list(tmp_path.glob("*.quarantine.csv"))
    # what was set aside is not taken for another export
    assert len(ExportSource(ExportSettings(paths=(str(tmp_path),))).exports) == 1


@pytest.mark.parametrize(
    "settings",
    [
        {"paths": []},
        {"paths": ["a.csv"], "clock": "Mars/Olympus"},
        {"paths": ["a.csv"], "overlap": "both"},
        {"paths": ["a.csv"], "folder": "b"},
    ],
)
def test_settings_are_checked_when_they_are_made(settings):
    with pytest.raises(ValidationError):
        ExportSettings(**settings)


def test_prices_are_the_ones_that_stand_in_the_file(tmp_path):
    path = write_export(tmp_path / "EURUSD_H1.csv", BAR_HEADER, bar_lines(0, 24))
    text = np.genfromtxt(path, delimiter="\t", skip_header=1, usecols=(2, 3, 4, 5, 6, 8))
    bars = bars_of(path)
    got = np.column_stack([bars.open, bars.high, bars.low, bars.close, bars.volume, bars.spread_points])
    assert np.array_equal(got, text)
