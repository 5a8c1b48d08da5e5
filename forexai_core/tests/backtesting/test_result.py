"""The result object: what it holds, how it speaks, and its fingerprint."""

from __future__ import annotations

import csv
import io
import math

import attrs
import numpy as np
import pytest
from sample_results import bars_of, empty_result, sample_result

from forexai_core.arrays import EQUITY, TICK, TRADE
from forexai_core.backtesting import Candles, Result
from forexai_core.backtesting.csv_files import trades_csv
from forexai_core.backtesting.fingerprints import result_fingerprint
from forexai_core.errors import ConfigError, DataShapeError, StorageError
from forexai_core.values.catalogue import find_instrument
from forexai_core.values.ticks import Ticks


@pytest.fixture(scope="module")
def result() -> Result:
    return sample_result(3_000)


def test_arrays_cannot_be_written(result: Result) -> None:
    for array in (result.trades, result.equity, result.fills):
        with pytest.raises(ValueError, match="read-only"):
            array[:1] = np.zeros(1, array.dtype)


def test_arrays_of_another_dtype_are_refused(result: Result) -> None:
    with pytest.raises(DataShapeError, match="dtype"):
        attrs.evolve(result, trades=np.zeros(3))
    with pytest.raises(DataShapeError, match="dtype"):
        attrs.evolve(result, equity=np.zeros((2, 2), EQUITY))


def test_what_costs_time_is_worked_out_once_and_only_when_asked(result: Result) -> None:
    asked: list[str] = []

    def telling(name: str, value: object) -> object:
        return lambda: asked.append(name) or value

    lazy = attrs.evolve(
        result,
        metrics=telling("metrics", {"net_profit": 1.0}),
        interval=telling("interval", result.interval),
        trials=telling("trials", result.trials_count),
        input_fingerprint=telling("input", "cd"),
    )
    assert asked == []
    assert lazy.metrics["net_profit"] == lazy.metrics["net_profit"] == 1.0
    assert (lazy.interval, lazy.interval) == (result.interval, result.interval)
    assert (lazy.trials, lazy.trials, lazy.input_fingerprint, lazy.input_fingerprint) == (37, 37, "cd", "cd")
    assert asked == ["metrics", "interval", "trials", "input"]


def test_without_an_interval_it_says_why(result: Result) -> None:
    trades = result.trades.copy()
    trades["ambiguous"][:3] = True
    bare = attrs.evolve(result, interval=None, trades=trades)
    assert not bare.interval.certified
    assert bare.interval.worst is None
    assert "without" in bare.interval.reason
    assert bare.interval.ambiguous_trades == int(trades["ambiguous"].sum())


def test_nobody_counted_trials(result: Result) -> None:
    assert attrs.evolve(result, trials=None).trials is None


def test_the_fingerprint_sees_every_field_of_every_row(result: Result) -> None:
    seen = {result.result_fingerprint}
    for name, dtype in (("trades", TRADE), ("equity", EQUITY)):
        for field in dtype.names or ():
            rows = getattr(result, name).copy()
            value = rows[field][-1]
            rows[field][-1] = (
                "other" if dtype[field].kind == "U" else not value if dtype[field].kind == "b" else value + 1
            )
            seen.add(attrs.evolve(result, **{name: rows}).result_fingerprint)
    assert len(seen) == 1 + len(TRADE.names or ()) + len(EQUITY.names or ())


def test_the_fingerprint_is_that_of_the_canonical_bytes(result: Result) -> None:
    other = ">" if np.little_endian else "<"
    swapped = result.trades.astype(TRADE.newbyteorder(other)), result.equity.astype(EQUITY.newbyteorder(other))
    assert result_fingerprint(*swapped) == result.result_fingerprint
    strided = np.repeat(result.equity, 2)[::2]
    assert result_fingerprint(result.trades, strided) == result.result_fingerprint
    # Written down: a change of it would orphan every fingerprint that was ever printed.
    nothing = result_fingerprint(np.zeros(0, TRADE), np.zeros(0, EQUITY))
    assert nothing == "45de540fe3b3993b6548c2f15cdf174974312da5a0fb767bb0387f1c6279a819"


def test_rows_cannot_wander_between_trades_and_equity() -> None:
    one = result_fingerprint(np.zeros(1, TRADE), np.zeros(0, EQUITY))
    assert one != result_fingerprint(np.zeros(0, TRADE), np.zeros(1, EQUITY))


def test_assumptions_name_costs_with_their_source(result: Result) -> None:
    lines = result.assumptions
    assert "spread 10 points (given)" in lines["Costs EURUSD"]
    assert "swap long -7 points a night (catalogue default)" in lines["Costs EURUSD"]
    assert lines["Strategy sma-cross"] == "fast = 20, slow = 50 (class)"
    assert lines["Decisions on the last bar, dropped"] == "1"
    assert lines["Seed"] == "7"
    assert "leverage 1:100, hedging, clock new-york+7" in lines["Account"]
    assert "random walk" in lines["Prices EURUSD H1"]
    with pytest.raises(TypeError):
        lines["Seed"] = "8"  # type: ignore[index]


def test_two_series_of_one_symbol_keep_their_lines(result: Result) -> None:
    twice = attrs.evolve(result, data=result.data * 2)
    assert {"Prices EURUSD H1", "Prices EURUSD H1 (2)"} <= set(twice.assumptions)


def test_summary_and_repr(result: Result) -> None:
    text = result.summary()
    assert f"{result.metrics['net_profit']:,.2f} USD" in text
    assert result.result_fingerprint in text
    assert "Trials of this idea       37" in text
    assert repr(result).startswith("<Result sma-cross: ")
    assert "n/a" in empty_result().summary()
    assert repr(empty_result()) == "<Result sma-cross: 0 trades, net profit 0.00 USD>"


def test_frame(result: Result) -> None:
    frame = result.trades_frame()
    assert len(frame) == len(result.trades)
    assert str(frame["open_time"].dtype) == "datetime64[ns, UTC]"
    assert (frame["open_time"].astype("int64") == frame["open_time_ns"]).all()
    frame.loc[0, "net_profit"] = 1e9
    assert result.trades["net_profit"][0] != 1e9


def test_csv_reads_back(result: Result, tmp_path) -> None:
    path = result.to_csv(tmp_path / "t.csv")
    rows = list(csv.DictReader(io.StringIO(path.read_text())))
    assert len(rows) == len(result.trades)
    for field in ("ticket", "open_time_ns", "net_profit", "close_price"):
        assert [float(row[field]) for row in rows] == result.trades[field].astype(float).tolist()
    assert rows[0]["open_time"].endswith("Z")
    assert {row["intrabar"] for row in rows} == {"true", "false"}


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM", "\tx", "\rx"])
def test_csv_texts_are_no_formulas(result: Result, text: str) -> None:
    trades = result.trades.copy()
    trades["symbol"] = text
    for row in csv.DictReader(io.StringIO(trades_csv(trades))):
        assert row["symbol"] == "'" + text.replace("\t", " ").replace("\r", " ")


def test_a_folder_that_is_missing_is_a_storage_error(result: Result, tmp_path) -> None:
    with pytest.raises(StorageError, match="could not be written"):
        result.to_csv(tmp_path / "missing" / "t.csv")
    assert list(tmp_path.iterdir()) == []


def test_report_asks_for_the_kind_by_suffix(result: Result, tmp_path) -> None:
    class Writer:
        def write(self, told: object, path) -> None:
            path.write_text(told.result_fingerprint)

    given = result.with_reports(lambda: {".txt": Writer()})
    assert given.report(tmp_path / "r.TXT").read_text() == result.result_fingerprint
    with pytest.raises(ConfigError, match=r"'\.pdf' files. There are: \.txt\."):
        given.report(tmp_path / "r.pdf")
    with pytest.raises(ConfigError, match="There are: none"):
        result.report(tmp_path / "r.txt")
    assert result.report(tmp_path / "s.txt", reports={".txt": Writer()}).exists()


def test_candles_lose_no_extreme() -> None:
    bars = bars_of(1_001)
    candles = Candles.of(bars, at_most=100)
    assert len(candles) == 91
    assert candles.rows_per_candle == 11
    assert candles.time_ns.tolist() == bars.time_ns[::11].tolist()
    assert candles.open.tolist() == bars.open[::11].tolist()
    assert candles.close[-1] == bars.close[-1]
    for at in range(len(candles)):
        part = slice(11 * at, 11 * at + 11)
        assert candles.high[at] == bars.high[part].max()
        assert candles.low[at] == bars.low[part].min()
        assert candles.close[at] == bars.close[part][-1]
    again = candles.coarser(10)
    assert (again.high.max(), again.low.min()) == (bars.high.max(), bars.low.min())
    assert again.rows_per_candle == 110
    assert Candles.of(bars, at_most=1_001).rows_per_candle == 1
    with pytest.raises(ConfigError, match="1 candle"):
        candles.coarser(0)


def test_ticks_become_candles() -> None:
    data = np.zeros(100, TICK)
    data["time_ns"] = np.arange(100)
    data["bid"] = np.round(1.1 + np.sin(np.arange(100)) / 100, 5)
    data["ask"] = data["bid"] + 0.0001
    candles = Candles.of(Ticks(instrument=find_instrument("EURUSD"), data=data), at_most=10)
    assert (len(candles), candles.timeframe) == (10, "tick")
    assert candles.high[0] == data["bid"][:10].max()


def test_candles_share_the_room(result: Result) -> None:
    asked: list[int] = []
    two = attrs.evolve(
        result,
        data=(result.data[0], attrs.evolve(result.data[0], symbol="GBPUSD")),
        candles=lambda at_most: asked.append(at_most) or {},
    )
    two.candles(1_000)
    assert asked == [500]


def test_the_sample_is_sound(result: Result) -> None:
    trades = result.trades
    assert np.allclose(trades["profit"] + trades["commission"] + trades["swap"], trades["net_profit"])
    assert result.equity["balance"][-1] == pytest.approx(10_000 + math.fsum(trades["net_profit"]))
