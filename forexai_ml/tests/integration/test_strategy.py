"""The strategy in backtests: what it trades, and that it sees no future."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from teachable_market import swinging

from forexai_core.backtesting import load_result
from forexai_core.backtesting.runner import backtest
from forexai_core.errors import ConfigError, DataError, IntegrityError
from forexai_core.services.trials import MemoryTrials
from forexai_core.strategies import Context, Strategy
from forexai_core.values.accounts import Costs
from forexai_ml import DirectionModel, MlDirection, SeenBars, train_direction

COSTS = Costs(spread_points=5, commission_per_lot=0, slippage_points=0, swap_long_points=0, swap_short_points=0)


def run(strategy, bars):
    return backtest(strategy, bars, costs=COSTS, trials=MemoryTrials())


class ByHand(Strategy):
    """The same idea bar by bar: features from a stream, one forecast at a time."""

    model: str
    threshold: float = 0.55

    def start(self, ctx: Context) -> None:
        """Begin a stream."""
        self.loaded = DirectionModel.open(self.model)
        self.stream = self.loaded.features.stream()
        self.entered = 0

    def on_bar(self, ctx: Context) -> None:
        """Forecast, and trade."""
        bars = ctx.bars
        row = self.stream.update(
            bars.time_ns[-1], bars.open[-1], bars.high[-1], bars.low[-1], bars.close[-1], bars.volume[-1]
        )
        if np.isnan(row).any():
            return
        up = float(self.loaded.trees.predict(row[None, :])[0, 1])
        side = 1 if up >= self.threshold and up > 0.5 else -1 if 1.0 - up >= self.threshold and up < 0.5 else 0
        held = ctx.side
        aged = len(bars) - self.entered >= self.loaded.horizon
        if held and (aged or side == -held):
            ctx.close()
        if side and side != held:
            self.entered = len(bars)
            (ctx.buy if side > 0 else ctx.sell)(volume_lots=0.1)


def test_it_earns_where_something_was_learned(model_file, market):
    result = run(MlDirection(model=model_file), market[2_000:])
    assert len(result.trades) > 20
    assert result.metrics["net_profit"] > 0
    assert result.metrics["win_rate"] > 0.6


def test_bar_by_bar_the_same_trades(model_file, market):
    vector = run(MlDirection(model=model_file), market[2_000:]).trades
    by_hand = run(ByHand(model=model_file), market[2_000:]).trades
    assert len(vector) > 20
    for name in ("side", "open_time_ns", "close_time_ns", "open_price", "close_price", "net_profit"):
        assert np.array_equal(vector[name], by_hand[name]), name


def test_prices_that_were_learned_from_are_refused(model_file, market):
    with pytest.raises(DataError, match=r"1 of 1,001 bars.*hindsight.*seen_bars"):
        run(MlDirection(model=model_file), market[1_999:])


def test_they_may_warm_features_up_without_being_traded(model_file, market):
    result = run(MlDirection(model=model_file, seen_bars="warm-up"), market)
    opened = result.trades["open_time_ns"]
    assert opened.min() > market.time_ns[2_000]
    # warm at once, where a run on new bars alone has to wait
    assert opened.min() < run(MlDirection(model=model_file), market[2_000:]).trades["open_time_ns"].min()


def test_trading_them_is_a_choice_that_the_result_shows(model_file, market):
    strategy = MlDirection(model=model_file, seen_bars=SeenBars.TRADE)
    result = run(strategy, market)
    assert result.trades["open_time_ns"].min() < market.time_ns[2_000]
    assert "trade" in result.assumptions["Strategy ml-direction"]


def test_later_prices_change_no_earlier_trade(model_file, market):
    whole = run(MlDirection(model=model_file), market[2_000:]).trades
    part = run(MlDirection(model=model_file), market[2_000:2_700]).trades
    before = whole[whole["close_time_ns"] < market.time_ns[2_690]]
    assert len(before) > 5
    assert np.array_equal(before, part[: len(before)])


def test_a_position_lasts_as_long_as_the_forecast_unless_said_otherwise(model_file, market):
    def longest(**settings):
        trades = run(MlDirection(model=model_file, **settings), market[2_000:]).trades
        rows = np.searchsorted(market.time_ns, [trades["open_time_ns"], trades["close_time_ns"]])
        return int((rows[1] - rows[0]).max())

    assert longest() == 6
    assert longest(max_bars=2) == 2


def test_a_higher_threshold_trades_less(model_file, market):
    counts = [len(run(MlDirection(model=model_file, threshold=each), market[2_000:]).trades) for each in (0.5, 0.9)]
    assert counts[0] > counts[1]


def test_the_result_names_the_model_by_its_contents(model_file, trained, market, tmp_path):
    result = run(MlDirection(model=model_file), market[2_000:])
    assert result.strategies[0].parameters["model_fingerprint"] == trained.fingerprint
    again = load_result(result.save(tmp_path / "r.json"))
    assert again.strategies[0].parameters["model_fingerprint"] == trained.fingerprint
    other = train_direction(market[:1_000], horizon=6, seed=4)
    other.save(model_file)
    assert run(MlDirection(model=model_file), market[2_000:]).input_fingerprint != result.input_fingerprint


def test_other_symbols_and_timeframes_are_refused(model_file):
    with pytest.raises(ConfigError, match="GBPUSD"):
        run(MlDirection(model=model_file), swinging(500, symbol="GBPUSD", first_ns=1_700_000_000 * 10**9))


def test_a_model_that_was_tampered_with_never_runs(model_file, trained):
    spoiled = trained.dump().replace(b"leaf_value=", b"leaf_value=9", 1)
    Path(model_file).write_bytes(spoiled)
    with pytest.raises(IntegrityError, match="changed"):
        MlDirection(model=model_file)


def test_what_it_needs_is_said():
    with pytest.raises(ConfigError, match="model"):
        MlDirection()
    with pytest.raises(ConfigError, match="threshold"):
        MlDirection(model="x", threshold=0.4)
