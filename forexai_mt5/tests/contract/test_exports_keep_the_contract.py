"""The source of exports keeps the contract of every source of prices."""

from __future__ import annotations

import pytest
from terminal_files import BAR_HEADER, TICK_HEADER, bar_lines, tick_lines, write_export

from forexai_core.plugins import discover
from forexai_core.testing import DataConformance
from forexai_core.testing.suites.data import DATA_SUITE
from forexai_mt5.offers import data_offers

OFFER = next(each for each in data_offers() if each.name == "mt5-exports")


class TestExample(DataConformance):
    offer = OFFER


@pytest.mark.parametrize("timeframe", ["tick", "H1"])
def test_a_folder_of_bars_and_ticks_keeps_the_contract(tmp_path, timeframe):
    write_export(tmp_path / "EURUSD_H1_202307030000_202307030900.csv", BAR_HEADER, bar_lines(0, 10))
    write_export(tmp_path / "EURUSD_H1_202307030800_202307032300.csv", BAR_HEADER, bar_lines(8, 16))
    write_export(tmp_path / "EURUSD_202307031000_202307031001.csv", TICK_HEADER, tick_lines(0, 60))
    settings = {"paths": [str(tmp_path)]}
    report = DATA_SUITE.check(OFFER, settings=settings, probe={"symbol": "EURUSD", "timeframe": timeframe})
    assert report.ok, str(report)


def test_the_plugin_is_found_and_offers_the_source():
    plugins = discover(required=["mt5"], kinds=["data"])
    assert plugins.data.origin("mt5-exports").distribution == "forexai-mt5"
