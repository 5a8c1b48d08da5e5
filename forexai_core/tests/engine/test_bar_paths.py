"""Paths by a model: what the ways of a bar must keep, and what must not matter to them."""

from __future__ import annotations

import numpy as np
import pytest

import forexai_core as fx
from forexai_core.engine.accounting.draws import draw, uniforms
from forexai_core.engine.preparation.bar_paths import PATHS, Part, straightened
from forexai_core.errors import ConfigError
from forexai_core.values.points import Points

MODELS = PATHS[1:]


def part_of(bars: fx.Bars, spread: int = 7) -> Part:
    bid = bars.bid_points
    return Part(
        time_ns=bars.time_ns,
        end_ns=bars.end_ns,
        bid=bid,
        ask=Points(*(column + spread for column in bid)),
        decides=np.arange(len(bars)),
        ticks=np.zeros(len(bars), np.bool_),
        volume=np.ones(len(bars)),
    )


@pytest.fixture(scope="module")
def bars() -> fx.Bars:
    return fx.synthetic("EURUSD", "H1", bars=3_000, seed=11)


@pytest.mark.parametrize("model", MODELS)
def test_ways_keep_their_bars(bars: fx.Bars, model: str) -> None:
    part = part_of(bars)
    ways = straightened(part, model, "EURUSD", 3)
    owner = np.searchsorted(part.time_ns, ways.time_ns, side="right") - 1
    first = np.append(True, owner[1:] != owner[:-1])
    last = np.append(owner[1:] != owner[:-1], True)
    for whole, way in ((part.bid, ways.bid), (part.ask, ways.ask)):
        high, low = np.full(len(bars), -1), np.full(len(bars), 10**9)
        np.maximum.at(high, owner, way.high)
        np.minimum.at(low, owner, way.low)
        assert (high == whole.high).all()
        assert (low == whole.low).all()
        assert (way.open[first] == whole.open).all()
        assert (way.close[last] == whole.close).all()
        assert (way.open[~first] == way.close[~last]).all()
        assert (np.maximum(way.open, way.close) == way.high).all()
        assert (np.minimum(way.open, way.close) == way.low).all()
        assert way.open.dtype == whole.open.dtype
    assert (ways.time_ns[first] == part.time_ns).all()
    assert (ways.end_ns[last] == part.end_ns).all()
    assert (ways.end_ns[~last] == ways.time_ns[~first]).all()
    assert (np.diff(ways.time_ns) > 0).all()
    assert (ways.decides[last] == part.decides).all()
    assert (ways.decides[~last] == -1).all()


def test_bridges_hang_on_their_bar_alone(bars: fx.Bars) -> None:
    whole = straightened(part_of(bars), "bridge", "EURUSD", 3)
    for piece in (bars[:500], bars[700:900]):
        part = straightened(part_of(piece), "bridge", "EURUSD", 3)
        at = slice(*np.searchsorted(whole.time_ns, [part.time_ns[0], part.time_ns[-1] + 1]))
        assert (whole.bid.close[at] == part.bid.close).all()
        assert (whole.time_ns[at] == part.time_ns).all()
    other = straightened(part_of(bars), "bridge", "EURUSD", 4)
    assert len(other.time_ns) != len(whole.time_ns)
    assert len(straightened(part_of(bars), "bridge", "GBPUSD", 3).time_ns) != len(whole.time_ns)


def test_bridges_take_the_shorter_way_more_often(bars: fx.Bars) -> None:
    part = part_of(bars)
    opened, high, low, close = (column.astype(int) for column in part.bid)
    moved = high > low
    ways = straightened(part, "bridge", "EURUSD", 3)
    owner = np.searchsorted(part.time_ns, ways.time_ns, side="right") - 1
    rank = np.arange(len(owner))
    high_at, low_at = np.full(len(bars), 10**9), np.full(len(bars), 10**9)
    np.minimum.at(high_at, owner[ways.bid.high == high[owner]], rank[ways.bid.high == high[owner]])
    np.minimum.at(low_at, owner[ways.bid.low == low[owner]], rank[ways.bid.low == low[owner]])
    rising = moved & (close - opened > (high - low) // 2)
    falling = moved & (opened - close > (high - low) // 2)
    assert rising.sum() > 200
    assert (low_at < high_at)[rising].mean() > 0.85
    assert (high_at < low_at)[falling].mean() > 0.85


def test_draws_are_even() -> None:
    times = np.arange(20_000, dtype=np.int64) * 3_600_000_000_000 + 1_700_000_000_000_000_000
    table = uniforms(9, times, 4)
    assert abs(table.mean(axis=0) - 0.5).max() < 0.01
    assert abs(np.corrcoef(table.T) - np.eye(4)).max() < 0.03
    assert table.min() >= 0.0
    assert table.max() < 1.0
    drawn = np.array([[draw(9, int(time), number) for number in range(3)] for time in times[:4_000]])
    assert abs(drawn.mean(axis=0) - 0.5).max() < 0.02
    assert abs(drawn.var(axis=0) - 1 / 12).max() < 0.005
    assert abs(np.corrcoef(drawn.T) - np.eye(3)).max() < 0.06
    assert drawn.min() >= 0.0
    assert drawn.max() < 1.0


STRATEGY = {"fast": 3, "slow": 8, "stop_loss_pips": 6, "take_profit_pips": 6, "volume_lots": 0.1}


@pytest.mark.compiled
@pytest.mark.parametrize("model", MODELS)
def test_a_model_decides_and_says_so(bars: fx.Bars, model: str) -> None:
    strategy = fx.strategies.SmaCross(**STRATEGY)
    plain = fx.backtest(strategy, bars)
    result = fx.backtest(strategy, bars, path=model, seed=5)
    assert plain.trades["ambiguous"].sum() > 5
    assert not result.trades["ambiguous"].any()
    assert "model" in result.assumptions["Inside a bar"]
    assert model in result.assumptions["Inside a bar"]
    assert result.interval.worst <= result.metrics["net_profit"] <= result.interval.best  # of all paths, not of one
    assert result.input_fingerprint != plain.input_fingerprint
    assert (result.equity["time_ns"] == plain.equity["time_ns"]).all()
    assert result.metrics["net_profit"] > plain.metrics["net_profit"]  # worst first is the worst of both
    step = fx.backtest(strategy, bars, path=model, seed=5, drive="step")
    assert step.result_fingerprint == result.result_fingerprint


def test_only_the_bridge_is_drawn(bars: fx.Bars) -> None:
    strategy = fx.strategies.SmaCross(**STRATEGY)
    for model, same in (("adaptive", True), ("bridge", False)):
        one, other = (fx.backtest(strategy, bars, path=model, seed=seed) for seed in (1, 2))
        assert (one.result_fingerprint == other.result_fingerprint) is same


def test_a_model_lies_inside_finer_bars(bars: fx.Bars) -> None:
    strategy = fx.strategies.SmaCross(**STRATEGY)
    coarse = fx.resample(bars, "H4")
    fine = fx.backtest(strategy, coarse, finer=bars)
    modelled = fx.backtest(strategy, coarse, finer=bars, path="open-low-high-close")
    assert len(modelled.equity) == len(fine.equity) == len(coarse)
    assert not modelled.trades["ambiguous"].any()


def test_wrong_paths_are_said(bars: fx.Bars) -> None:
    strategy = fx.strategies.SmaCross(**STRATEGY)
    with pytest.raises(ConfigError, match="adaptive"):
        fx.backtest(strategy, bars, path="adaptiv")

    class Idle(fx.Strategy):
        def on_tick(self, ctx: fx.Context) -> None:
            return

    with pytest.raises(ConfigError, match="Ticks are a path of their own"):
        fx.backtest(Idle(), fx.sample("EURUSD", "tick"), path="bridge")
