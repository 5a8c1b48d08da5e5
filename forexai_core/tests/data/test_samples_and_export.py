"""The bundled samples are what their sources say, and prices go out and come back unchanged."""

import subprocess
import sys
from importlib.resources import files

import numpy as np
import pytest

from forexai_core.data import export_prices, read_bars, read_ticks, resample, sample, synthetic, validate
from forexai_core.errors import ConfigError, DataError
from forexai_core.values.bars import Bars
from forexai_core.values.clocks import Clock, format_time_ns
from forexai_core.values.ticks import Ticks


def test_the_bars_are_the_year_2017_with_a_stated_spread():
    bars = sample("EURUSD", "H1")
    assert isinstance(bars, Bars)
    assert len(bars) == 6_225
    assert format_time_ns(bars.time_ns[0]) == "2017-01-01T22:00:00Z"
    # The source's first ask is 1.05236; the stated spread is one pip.
    assert bars.open[0] == 1.05226
    assert set(bars.spread_points.tolist()) == {10.0}
    assert "stated spread of 10 points" in bars.provenance["sides"]
    assert validate(bars).ok


def test_the_clock_of_the_bars_is_utc():
    """Weeks open and close at 17:00 in New York all year, so on both sides of its daylight saving."""
    bars = sample()
    local = Clock.of("America/New_York").to_wall_ns(bars.time_ns)
    pause = np.flatnonzero(np.diff(bars.time_ns) > 24 * 3_600 * 10**9)
    opens = set((local[pause[:-1] + 1] // (3_600 * 10**9) % 24).tolist())
    assert opens == {17}
    # Of the 50 Fridays two end an hour early: those before New York's change of clocks.
    closes = (local[pause[:-1]] // (3_600 * 10**9) % 24).tolist()
    assert sorted(closes) == [15] * closes.count(15) + [16] * closes.count(16)
    assert closes.count(15) <= 2
    assert len(resample(bars, "D1")) == 260  # the weekdays from 2 January to 29 December


def test_the_ticks_are_one_day():
    ticks = sample("EURUSD", "tick")
    assert isinstance(ticks, Ticks)
    assert len(ticks) == 100_005
    assert (format_time_ns(ticks.time_ns[0]), ticks.bid[0], ticks.ask[0]) == (
        "2016-06-14T00:00:00.098Z",
        1.10948,
        1.10958,
    )
    assert np.array_equal(np.round(ticks.bid, 5), ticks.bid)
    assert "stated spread" in ticks.provenance["sides"]


def test_samples_are_small_and_their_sources_are_told():
    folder = files("forexai_core.data") / "samples"
    told = (folder / "SOURCES.md").read_text(encoding="utf-8")
    data = [each for each in folder.iterdir() if each.name.endswith(".gz")]
    assert len(data) == 2
    for each in data:
        assert each.name in told
        assert len(each.read_bytes()) < 1_000_000
    for word in ("MIT", "Apache", "Copyright", "What was changed"):
        assert word in told


def test_other_samples_are_refused():
    with pytest.raises(ConfigError, match="There is: EURUSD H1, EURUSD tick"):
        sample("GBPUSD", "H1")


@pytest.mark.parametrize("name", ["prices.csv", "prices.csv.gz", "prices.parquet"])
def test_prices_come_back_unchanged(name, tmp_path):
    bars = synthetic("USDJPY", "M5", bars=2_000, seed=1)
    ticks = synthetic("USDJPY", "tick", bars=2_000, seed=1)
    both = resample(ticks, "M1")
    path = tmp_path / name
    assert read_bars(export_prices(bars, path), symbol="USDJPY", timeframe="M5").fingerprint == bars.fingerprint
    assert read_bars(export_prices(both, path), symbol="USDJPY", timeframe="M1").fingerprint == both.fingerprint
    assert read_ticks(export_prices(ticks, path), symbol="USDJPY").fingerprint == ticks.fingerprint


def test_the_same_prices_give_the_same_file(tmp_path):
    bars = synthetic("USDJPY", "M5", bars=100, seed=1)
    first = export_prices(bars, tmp_path / "a.csv.gz").read_bytes()
    assert first == export_prices(bars, tmp_path / "b.csv.gz").read_bytes()


def test_where_nothing_can_be_written_is_said(tmp_path):
    bars = synthetic("USDJPY", "M5", bars=5)
    with pytest.raises(ConfigError, match=r"must end in \.csv"):
        export_prices(bars, tmp_path / "prices.xlsx")
    with pytest.raises(DataError, match="cannot be written"):
        export_prices(bars, tmp_path / "no" / "prices.csv")


def test_parquet_of_others_is_read(tmp_path):
    pd = pytest.importorskip("pandas")
    bars = synthetic("USDJPY", "M5", bars=50, seed=1)
    frame = bars.to_frame().reset_index()
    for unit, zone in (("us", "UTC"), ("ms", "Asia/Tokyo")):
        shifted = frame.assign(time=frame["time"].dt.tz_convert(zone).dt.as_unit(unit))
        shifted.to_parquet(tmp_path / "x.parquet")
        found = read_bars(tmp_path / "x.parquet", symbol="USDJPY", timeframe="M5")
        assert found.data.tobytes() == bars.data.tobytes()
    naive = frame.assign(time=frame["time"].dt.tz_convert("Asia/Tokyo").dt.tz_localize(None))
    naive.to_parquet(tmp_path / "x.parquet")
    with pytest.raises(DataError, match="no offset"):
        read_bars(tmp_path / "x.parquet", symbol="USDJPY", timeframe="M5")
    found = read_bars(tmp_path / "x.parquet", symbol="USDJPY", timeframe="M5", timezone="Asia/Tokyo")
    assert found.data.tobytes() == bars.data.tobytes()
    frame.assign(time=bars.time_ns).to_parquet(tmp_path / "x.parquet")
    assert read_bars(tmp_path / "x.parquet", symbol="USDJPY", timeframe="M5").data.tobytes() == bars.data.tobytes()
    frame.assign(high=pd.Series([None] * 50, dtype="float64")).to_parquet(tmp_path / "x.parquet")
    with pytest.raises(DataError, match="line 1, column high: the value is missing"):
        read_bars(tmp_path / "x.parquet", symbol="USDJPY", timeframe="M5")


def test_nothing_slow_is_loaded_with_the_package():
    code = (
        "import sys, forexai_core.data as data; data.sample();"
        "print([name for name in ('pandas', 'pyarrow', 'numba', 'pydantic', 'asyncio') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
