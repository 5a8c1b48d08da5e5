"""The sources of this machine keep the contract of every source."""

import pytest
from pydantic import ValidationError

from forexai_core.data import Library, resample, synthetic
from forexai_core.data.sources import DATA_OFFERS, FileSettings, FileSource
from forexai_core.errors import DataError
from forexai_core.testing.suites.data import DATA_SUITE
from forexai_core.values.timeframes import Timeframe

OFFERS = {offer.name: offer for offer in DATA_OFFERS}
SETTINGS = {
    "file": None,
    "sample": None,
    "synthetic": None,
    "synthetic ticks": {"timeframe": "tick", "bars": 3_000, "seed": 2},
    "synthetic days": {"symbol": "XAUUSD", "timeframe": "D1", "bars": 300},
}


@pytest.mark.parametrize("name", SETTINGS)
def test_sources_keep_the_contract(name):
    report = DATA_SUITE.check(OFFERS[name.split()[0]], settings=SETTINGS[name])
    assert report.ok, str(report)


def test_the_library_keeps_the_contract(tmp_path):
    library = Library(tmp_path)
    library.append(synthetic("EURUSD", "M1", bars=3_000, seed=1))
    ticks = synthetic("GBPUSD", "tick", bars=3_000, seed=1)
    library.append(ticks)
    library.append(resample(ticks, "M1"))
    for probe in ({}, {"symbol": "GBPUSD", "timeframe": "tick"}, {"symbol": "GBPUSD", "timeframe": "M1"}):
        report = DATA_SUITE.check(OFFERS["library"], settings={"path": str(tmp_path)}, probe=probe)
        assert report.ok, str(report)


@pytest.mark.parametrize(
    "settings",
    [
        {"symbol": "EURUSD", "timeframe": "H1"},
        {"symbol": "EURUSD", "timeframe": "H1", "bid": "a.csv"},
        {"symbol": "EURUSD", "timeframe": "H1", "path": "a.csv", "bid": "b.csv", "ask": "c.csv"},
        {"symbol": "EURUSD", "timeframe": "H9", "path": "a.csv"},
        {"symbol": "EURUSD", "timeframe": "H1", "path": "a.csv", "time_zone": "UTC"},
    ],
)
def test_settings_are_checked_when_they_are_made(settings):
    with pytest.raises(ValidationError):
        FileSettings(**settings)


def test_a_file_is_read_when_it_is_first_asked(tmp_path):
    source = FileSource(FileSettings(symbol="EURUSD", timeframe="H1", path=str(tmp_path / "none.csv")))
    assert source.symbols() == ("EURUSD",)
    with pytest.raises(DataError, match="no such file"):
        source.bars("EURUSD", Timeframe.H1, 0, 1)
