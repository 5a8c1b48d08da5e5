"""The grid of prices, in every form of strategy: what is named must lie on it, what is computed is put on it."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
import pytest
from strategy_markets import make_market

import forexai_core as fx
from forexai_core.engine.preparation.contracts import cost_sheet, symbol_record
from forexai_core.errors import ConfigError, OrderRefusedError
from forexai_core.live.session.carrying import as_venue_takes
from forexai_core.ports.broker import BrokerCapabilities
from forexai_core.services.trials import MemoryTrials
from forexai_core.strategies import commands
from forexai_core.values.catalogue import catalogue, find_instrument
from forexai_core.values.orders import OrderRequest
from forexai_core.values.price_grid import PriceGrid

kernels = pytest.mark.kernels

STEP = 0.00025
COARSE = find_instrument("EURUSD").with_values(tick_size=STEP)


def market(rows: int = 40) -> fx.Bars:
    return attrs.evolve(make_market(rows, step_points=100), instrument=COARSE)


def run(strategy: Any, bars: fx.Bars | None = None) -> fx.Result:
    return fx.backtest(strategy, market() if bars is None else bars, trials=MemoryTrials())


def steps(prices: Any) -> Any:
    """Give prices in steps of the grid."""
    return np.asarray(prices) / STEP


# ------------------------------------------------------------------------------------------------------ the values
@pytest.mark.parametrize(
    ("price", "nearest", "of_a_buy", "of_a_sell"),
    [
        (1.10000, 1.10000, 1.10000, 1.10000),
        (1.10012, 1.10000, 1.10000, 1.10025),
        (1.10013, 1.10025, 1.10000, 1.10025),
        (1.10024, 1.10025, 1.10000, 1.10025),
        (4400 * STEP, 1.10000, 1.10000, 1.10000),  # binary dust is no distance
    ],
)
def test_a_price_is_put_on_the_grid(price: float, nearest: float, of_a_buy: float, of_a_sell: float) -> None:
    grid = COARSE.grid
    assert grid.nearest(price) == nearest
    assert (grid.closing(price, 1), grid.closing(price, -1)) == (of_a_buy, of_a_sell)
    points = round(price * 1e5)
    assert grid.closing_points(points, 1) == round(of_a_buy * 1e5)
    assert grid.closing_points(points, -1) == round(of_a_sell * 1e5)
    assert grid.holds(price) == (price == nearest)


def test_a_price_with_more_decimals_than_the_symbol_is_on_no_grid() -> None:
    grid = find_instrument("EURUSD").grid
    assert grid.holds(1.12345)
    assert not grid.holds(1.123456)


@pytest.mark.parametrize(("digits", "tick_size", "points"), [(5, 1e-5, 1), (2, 0.25, 25), (1, 1.0, 10), (3, 1e-5, 1)])
def test_a_step_is_counted_in_points(digits: int, tick_size: float, points: int) -> None:
    assert PriceGrid(symbol="X", digits=digits, tick_size=tick_size).tick_points == points


def test_every_symbol_of_the_catalogue_has_a_grid() -> None:
    assert {instrument.grid.tick_points for instrument in catalogue().values()} == {1}


def test_a_step_that_prices_cannot_show_is_refused_by_name() -> None:
    odd = COARSE.with_values(tick_size=1.5e-5)
    with pytest.raises(ConfigError, match=r"EURUSD: tick_size \(1\.5e-05\) is no whole number of points \(1e-05\)"):
        symbol_record(odd, cost_sheet(market(), fx.Costs()), fx.Account())


def test_finer_prices_refine_a_step_of_one_point_with_its_value_and_no_other() -> None:
    known = find_instrument("EURUSD").with_values(digits=2, tick_size=0.01, tick_value=10.0)
    finer = known.with_digits(3)
    assert (finer.tick_size, finer.tick_value) == (0.001, 1.0)
    future = known.with_values(tick_size=0.25, tick_value=12.5).with_digits(3)
    assert (future.tick_size, future.tick_value, future.grid.tick_points) == (0.25, 12.5, 250)


# --------------------------------------------------------------------------------------------------- a class strategy
class Names(fx.Strategy):
    """Names prices between the steps."""

    what: str = fx.Param("stop")

    def on_bar(self, ctx: fx.Context) -> None:
        if ctx.positions or ctx.orders:
            return
        grid, close = ctx.instrument.grid, float(ctx.bars.close[-1])
        below = grid.nearest(close - 0.01)
        off = below + 0.0001
        if self.what == "stop":
            ctx.buy(volume_lots=0.1, stop_loss=off)
        elif self.what == "price":
            ctx.buy_limit(off, volume_lots=0.1)
        elif self.what == "limit":
            ctx.stop_limit(1, grid.nearest(close + 0.01), off, volume_lots=0.1)
        else:
            ctx.buy(volume_lots=0.1, stop_loss=below, take_profit=grid.nearest(close + 0.02))


@kernels
@pytest.mark.parametrize(("what", "named"), [("stop", "stop_loss"), ("price", "price"), ("limit", "limit_price")])
def test_a_class_strategy_is_told_the_price_to_take(what: str, named: str) -> None:
    with pytest.raises(OrderRefusedError, match=rf"EURUSD: {named} = .* lies between the steps .* 0\.00025\. Take 1"):
        run(Names(what=what))


@kernels
def test_a_class_strategy_that_takes_the_nearest_price_trades() -> None:
    trades = run(Names(what="nearest")).trades
    assert len(trades) > 0
    assert np.allclose(steps(trades["stop_loss"]) % 1, 0, atol=1e-6)


# ------------------------------------------------------------------------------------------------ the other three forms
@fx.compiled_strategy()
def compiled(row: Any, state: Any, params: Any, out: Any) -> None:
    if row["index"] == 0:
        commands.buy_limit(out, round(row["close"] / 0.00025) * 0.00025 - 0.0101, 0.1)  # between the steps
    elif row["index"] == 1:
        commands.buy(out, 0.1, 0.00310, 0.00610)
    elif row["index"] == 3:
        commands.modify(out, row["ticket"], row["stop_loss"] - 0.0001, 0.0)  # between the steps
    elif row["index"] == 4:
        commands.modify(out, row["ticket"], row["stop_loss"] - 0.0010, row["take_profit"])


@kernels
def test_a_compiled_strategy_is_refused_what_it_names_and_given_what_it_measures() -> None:
    result = run(compiled(), market(8))
    assert result.counts["refused_orders"] == 2
    (trade,) = result.trades
    entry = round(trade["open_price"] * 1e5)
    assert round(trade["stop_loss"] * 1e5) == (entry - 310) // 25 * 25 - 100
    assert round(trade["take_profit"] * 1e5) == (entry + 610) // 25 * 25


@fx.vector_strategy
def vector(bars: fx.Bars, side: int = 1) -> fx.Intents:
    care = fx.Management(break_even_start=0.0002, break_even_lock=0.0001)
    return fx.Intents.of(entry=np.full(len(bars), side, np.int8), stop=0.0041, target=0.0061, management=care)


@kernels
@pytest.mark.parametrize("side", [1, -1])
def test_a_vector_strategy_closes_on_the_grid_and_never_better_than_it_asked(side: int) -> None:
    result = run(vector(side=side), market(400))
    trades = result.trades
    assert len(trades) > 15
    assert result.counts["refused_orders"] == 0
    stops, targets = steps(trades["stop_loss"]), steps(trades["take_profit"])
    assert np.allclose(stops, np.rint(stops), atol=1e-6)
    assert np.allclose(targets, np.rint(targets), atol=1e-6)
    asked = trades["open_price"] + side * 0.0061
    assert np.all(side * (asked - trades["take_profit"]) > -1e-9)
    assert np.all(side * (asked - trades["take_profit"]) < STEP)
    even = trades["open_price"] + side * 0.0001
    moved = np.abs(trades["stop_loss"] - even) < STEP  # break-even, put on the grid
    assert np.sum(moved) > 5
    assert np.all(side * (even - trades["stop_loss"])[moved] > -1e-9)


@kernels
def test_a_template_trails_on_the_grid() -> None:
    template = fx.strategies.SmaCross(fast=2, slow=5, stop_loss_pips=31, trail_pips=11)
    result = run(template, market(400))
    levels = steps(result.trades["stop_loss"])
    assert "trailing_stop" in set(result.trades["close_reason"])
    assert np.allclose(levels, np.rint(levels), atol=1e-6)


@kernels
def test_a_step_of_one_point_changes_nothing() -> None:
    bars = make_market(400, step_points=100)
    strategy = fx.strategies.SmaCross(fast=2, slow=5, stop_loss_pips=31, trail_pips=11)
    finer = attrs.evolve(bars, instrument=bars.instrument.with_values(tick_size=1e-6))
    assert run(strategy, bars).trades.tobytes() == run(strategy, finer).trades.tobytes()


@kernels
def test_the_interval_holds_the_run_on_a_coarse_grid() -> None:
    template = fx.strategies.SmaCross(fast=2, slow=5, stop_loss_pips=9, take_profit_pips=12, trail_pips=4)
    result = run(template, market(60))
    interval = result.interval
    assert interval.ambiguous_trades > 0
    assert interval.worst <= result.metrics["net_profit"] <= interval.best


# ------------------------------------------------------------------------------------------------------- a live venue
@pytest.mark.parametrize(("side", "stop", "target"), [(1, 1.0995, 1.1005), (-1, 1.1005, 1.0995)])
def test_a_venue_that_takes_prices_only_gets_those_of_the_grid(side: int, stop: float, target: float) -> None:
    order = OrderRequest(
        client_id="a",
        symbol="EURUSD",
        side=side,
        volume_lots=0.1,
        stop_loss_distance=0.0004,
        take_profit_distance=0.0006,
    )
    sent = as_venue_takes(order, 1.1, BrokerCapabilities(managed_exits=False), COARSE.grid)
    assert (sent.stop_loss, sent.take_profit) == (stop, target)


@fx.vector_strategy
def once(bars: fx.Bars, side: int = 1) -> fx.Intents:
    entry = np.zeros(len(bars), np.int8)
    entry[0] = side
    care = fx.Management(break_even_start=0.00005)
    return fx.Intents.of(entry=entry, volume_lots=1.0, management=care)


@kernels
@pytest.mark.parametrize(("side", "first", "stop"), [(1, 110_001, 110_001), (-1, 110_002, 110_003)])
def test_a_break_even_at_an_average_of_parts_is_never_better_than_the_average(side: int, first: int, stop: int) -> None:
    # Half of the lot at the first price, half a point above: to the even point the average would be above or below.
    prices = np.array([first, first, first + 1, first + 20 * side, first + 20 * side, first + 20 * side]) / 1e5
    data = make_market(len(prices)).data.copy()
    for name in ("open", "high", "low", "close"):
        data[name] = prices
    euro = find_instrument("EURUSD").with_values(filling_modes=frozenset({"return"}))
    bars = fx.Bars(instrument=euro, timeframe="H1", data=data)
    parts = fx.Execution(filling="return", liquidity_lots=0.5)
    result = fx.backtest(once(side=side), bars, execution=parts, costs=fx.Costs(spread_points=0), trials=MemoryTrials())
    (trade,) = result.trades
    assert round(trade["open_price"] * 1e6) == first * 10 + 5
    assert round(trade["stop_loss"] * 1e5) == stop
