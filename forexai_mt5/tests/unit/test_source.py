"""Files found, told apart and put together."""

from __future__ import annotations

import numpy as np
import pytest
from terminal_files import BAR_HEADER, TICK_HEADER, bar_lines, tick_lines, write_export

from forexai_core.errors import DataError
from forexai_core.values.timeframes import Timeframe
from forexai_mt5.exports.source import ExportSource
from forexai_mt5.settings import ExportSettings

EVER = (0, 2**62)


def source_of(*paths, **settings):
    return ExportSource(ExportSettings(paths=tuple(map(str, paths)), **settings))


def hours(tmp_path, name, first, count, **options):
    return write_export(tmp_path / name, BAR_HEADER, bar_lines(first, count, **options))


def test_a_folder_holds_what_its_names_say(tmp_path):
    hours(tmp_path, "EURUSDm_H1_202307030000_202307030300.csv", 0, 4)
    hours(tmp_path, "GBPUSD_H1.csv", 0, 4, base=1.27)
    write_export(tmp_path / "EURUSDm_202307031000_202307031001.csv", TICK_HEADER, tick_lines(0, 20))
    (tmp_path / "readme.csv").write_text("nothing\n")
    hours(tmp_path, "USTEC_H1.csv", 0, 4)
    source = source_of(tmp_path)
    assert source.symbols() == ("EURUSD", "GBPUSD")
    assert [of.timeframe for of in source.coverage("EURUSD")] == [Timeframe.TICK, Timeframe.H1]
    reasons = {each.path.rpartition("/")[2]: each.reason for each in source.skipped}
    assert set(reasons) == {"readme.csv", "USTEC_H1.csv"}
    assert "symbols=" in reasons["USTEC_H1.csv"]


def test_folders_inside_are_looked_into_on_demand(tmp_path):
    (tmp_path / "2023").mkdir()
    hours(tmp_path / "2023", "EURUSD_H1.csv", 0, 4)
    with pytest.raises(DataError, match="no export"):
        source_of(tmp_path).symbols()
    assert source_of(tmp_path, recursive=True).symbols() == ("EURUSD",)


def test_files_of_one_series_are_joined_and_repeated_rows_told_once(tmp_path):
    hours(tmp_path, "EURUSD_H1_202307030900_202307032300.csv", 9, 15)
    hours(tmp_path, "EURUSD_H1_202307030000_202307031000.csv", 0, 11)
    hours(tmp_path, "EURUSD_H1_202307030300_202307030500.csv", 3, 3)
    whole = hours(tmp_path / "..", f"{tmp_path.name}-EURUSD_H1.csv", 0, 24)
    joined = source_of(tmp_path).bars("EURUSD", Timeframe.H1, *EVER)
    expected = source_of(whole, symbols={f"{tmp_path.name}-EURUSD": "EURUSD"}).bars("EURUSD", Timeframe.H1, *EVER)
    assert np.array_equal(joined.data, expected.data)
    assert np.array_equal(joined.spread_points, expected.spread_points)
    assert joined.provenance["source"].count(" + ") == 2


def test_files_that_contradict_each_other_are_refused_with_names_and_time(tmp_path):
    hours(tmp_path, "EURUSD_H1_1_first.csv".replace("_1_first", "_202307030000_202307031000"), 0, 11)
    unfinished = bar_lines(9, 3)
    unfinished[1] = unfinished[1].replace("1010\t", "77\t")
    write_export(tmp_path / "EURUSD_H1_202307030900_202307031100.csv", BAR_HEADER, unfinished)
    with pytest.raises(DataError, match=r"_202307031000\.csv and .*_202307031100\.csv .* 2023-07-03T07:00:00Z"):
        source_of(tmp_path).bars("EURUSD", Timeframe.H1, *EVER)
    later = source_of(tmp_path, overlap="later").bars("EURUSD", Timeframe.H1, *EVER)
    assert later.volume.tolist() == [*range(1000, 1010), 77.0, 1011.0]


def test_a_row_that_only_one_of_two_files_has_is_a_contradiction(tmp_path):
    hours(tmp_path, "EURUSD_H1_202307030000_202307031000.csv", 0, 11)
    lines = bar_lines(8, 5)
    del lines[1]
    write_export(tmp_path / "EURUSD_H1_202307030800_202307031200.csv", BAR_HEADER, lines)
    with pytest.raises(DataError, match="2023-07-03T06:00:00Z"):
        source_of(tmp_path).bars("EURUSD", Timeframe.H1, *EVER)


def test_another_spread_is_a_contradiction_too(tmp_path):
    hours(tmp_path, "EURUSD_H1_202307030000_202307031000.csv", 0, 11)
    hours(tmp_path, "EURUSD_H1_202307031000_202307031200.csv", 10, 3, spread=13)
    with pytest.raises(DataError, match="2023-07-03T07:00:00Z"):
        source_of(tmp_path).bars("EURUSD", Timeframe.H1, *EVER)


def test_a_file_without_spreads_does_not_join_one_with_them(tmp_path):
    hours(tmp_path, "EURUSD_H1_202307030000_202307030200.csv", 0, 3)
    bare = [line.rpartition("\t")[0] for line in bar_lines(3, 3)]
    write_export(tmp_path / "EURUSD_H1_202307030300_202307030500.csv", BAR_HEADER.rpartition("\t")[0], bare)
    with pytest.raises(DataError, match="two kinds of cost"):
        source_of(tmp_path).bars("EURUSD", Timeframe.H1, *EVER)


def test_ticks_of_several_files_are_joined(tmp_path):
    write_export(tmp_path / "EURUSD_202307031000_202307031001.csv", TICK_HEADER, tick_lines(0, 25))
    write_export(tmp_path / "EURUSD_202307031001_202307031002.csv", TICK_HEADER, tick_lines(20, 25)[1:])
    ticks = source_of(tmp_path).ticks("EURUSD", *EVER)
    assert len(ticks) == 45
    assert np.array_equal(np.diff(ticks.time_ns), np.full(44, 10**9))


def test_two_kinds_of_account_are_not_mixed(tmp_path):
    hours(tmp_path, "EURUSD_H1.csv", 0, 4)
    hours(tmp_path, "EURUSDm_H1.csv", 4, 4)
    with pytest.raises(DataError, match="two kinds of account"):
        source_of(tmp_path).symbols()
    assert source_of(tmp_path / "EURUSDm_H1.csv").symbols() == ("EURUSD",)


def test_a_file_that_was_named_must_be_an_export(tmp_path):
    (tmp_path / "prices.csv").write_text("x\n")
    with pytest.raises(DataError, match=r"prices\.csv is not named"):
        source_of(tmp_path / "prices.csv").symbols()
    with pytest.raises(DataError, match="There is no file"):
        source_of(tmp_path / "EURUSD_H1.csv").symbols()


def test_what_is_not_held_is_said(tmp_path):
    hours(tmp_path, "EURUSD_H1.csv", 0, 4)
    source = source_of(tmp_path)
    with pytest.raises(DataError, match="Of EURUSD it holds: H1"):
        source.ticks("EURUSD", *EVER)
    with pytest.raises(DataError, match="does not hold 'GBPUSD'"):
        source.bars("GBPUSD", Timeframe.H1, *EVER)
