"""Metrics against the plain-Python reference, on anything that can happen."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable
from datetime import date

import numpy as np
import plain_metrics as plain
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forexai_core.arrays import EQUITY, TRADE
from forexai_core.metrics import (
    MarketHours,
    breakdowns,
    compute,
    daily_equity,
    exposure,
    kernels,
    return_ratios,
    trade_kernels,
)

START = 1_583_000_000_000_000_000  # a week before New York's change to summer time in 2020
MINUTE = 60_000_000_000

money = st.integers(-50_000, 50_000).map(lambda cents: cents / 100)


@st.composite
def curves(draw: st.DrawFn) -> tuple[np.ndarray, float]:
    steps = draw(st.lists(st.integers(0, 3 * 1440), min_size=1, max_size=60))
    values = draw(st.lists(st.floats(500.0, 20_000.0), min_size=len(steps), max_size=len(steps)))
    rows = np.zeros(len(steps), EQUITY)
    rows["time_ns"] = START + MINUTE * np.cumsum(steps)
    rows["equity"] = rows["balance"] = values
    return rows, draw(st.floats(1_000.0, 10_000.0))


@st.composite
def tables(draw: st.DrawFn) -> np.ndarray:
    nets = draw(st.lists(money, max_size=40))
    rows = np.zeros(len(nets), TRADE)
    rows["net_profit"] = nets
    for at in range(len(nets)):
        rows["symbol"][at] = draw(st.sampled_from(["EURUSD", "GBPUSD", "XAUUSD"]))
        rows["side"][at] = draw(st.sampled_from([1, -1]))
        rows["open_time_ns"][at] = START + MINUTE * draw(st.integers(0, 60 * 1440))
        rows["close_time_ns"][at] = rows["open_time_ns"][at] + MINUTE * draw(st.integers(0, 5 * 1440))
    return rows


def same(one: float | None, other: float | None, tolerance: float = 1e-9) -> bool:
    if one is None or other is None:
        return one is other
    return one == pytest.approx(other, rel=tolerance, abs=1e-12)


@settings(deadline=None, derandomize=True)
@given(curves(), st.booleans())
def test_curve_figures_equal_the_reference(case: tuple[np.ndarray, float], weekends: bool) -> None:
    rows, initial = case
    times, values = rows["time_ns"].tolist(), rows["equity"].tolist()
    days = plain.daily(times, values, weekends=weekends)
    fast = daily_equity(rows["time_ns"], rows["equity"], trades_at_weekends=weekends)
    assert [date.fromisoformat(str(day)) for day in fast.day] == list(days)
    assert fast.equity.tolist() == list(days.values())
    figures = compute(np.zeros(0, TRADE), rows, initial_balance=initial, trades_at_weekends=weekends)
    returns, per_year = plain.returns(list(days.values()), initial), 365 if weekends else 252
    fall, fraction = plain.falls(values, initial)
    peaks = np.maximum.accumulate([initial, *days.values()])[1:]
    assert same(figures["sharpe"], plain.sharpe(returns, per_year))
    assert same(figures["sortino"], plain.sortino(returns, per_year))
    assert same(figures["max_drawdown"], fall)
    assert same(figures["max_drawdown_pct"], 100 * fraction)
    ulcer = math.sqrt(statistics.fmean((100 * (1 - v / p)) ** 2 for v, p in zip(days.values(), peaks, strict=True)))
    assert same(figures["ulcer"], ulcer)
    assert all(value is None or math.isfinite(value) for value in figures.values())


@settings(deadline=None, derandomize=True)
@given(curves(), st.lists(st.floats(0.0, 900.0), min_size=60, max_size=60))
def test_intrabar_drawdown_equals_the_reference(case: tuple[np.ndarray, float], dips: list[float]) -> None:
    rows, initial = case
    lows = rows["equity"] - np.array(dips[: len(rows)])
    figures = compute(np.zeros(0, TRADE), rows, initial_balance=initial, lowest_equity=lows)
    fall, fraction = plain.falls(rows["equity"].tolist(), initial, lows.tolist())
    assert same(figures["max_drawdown_intrabar"], fall)
    assert same(figures["max_drawdown_intrabar_pct"], 100 * fraction)
    assert figures["max_drawdown_intrabar"] >= figures["max_drawdown"]


@settings(deadline=None, derandomize=True)
@given(tables())
def test_trade_figures_equal_the_reference(trades: np.ndarray) -> None:
    figures = compute(trades, np.zeros(0, EQUITY), initial_balance=10_000)
    net = trades["net_profit"].tolist()
    wins, losses = [n for n in net if n > 0], [n for n in net if n < 0]
    assert same(figures["net_profit"], math.fsum(net))
    assert same(figures["win_rate"], len(wins) / len(net) if net else None)
    assert same(figures["profit_factor"], math.fsum(wins) / -math.fsum(losses) if losses else None)
    assert same(figures["avg_win"], statistics.fmean(wins) if wins else None)
    assert same(figures["avg_loss"], statistics.fmean(losses) if losses else None)
    assert figures["longest_win_streak"] == plain.streak([n > 0 for n in net])
    assert figures["longest_loss_streak"] == plain.streak([n < 0 for n in net])


@settings(deadline=None, derandomize=True)
@given(tables())
def test_every_breakdown_adds_up(trades: np.ndarray) -> None:
    whole = compute(trades, np.zeros(0, EQUITY), initial_balance=10_000)
    for name, slices in breakdowns(trades).items():
        assert sum(part.trades for part in slices) == whole["total_trades"], name
        assert sum(part.wins for part in slices) == whole["wins"], name
        assert math.fsum(part.net_profit for part in slices) == pytest.approx(whole["net_profit"], abs=1e-9), name
        assert math.fsum(part.gross_loss for part in slices) == pytest.approx(whole["gross_loss"], abs=1e-9), name


@settings(deadline=None, derandomize=True)
@given(st.lists(st.floats(-0.5, 0.5), min_size=1, max_size=80))
def test_ratios_equal_the_reference(rows: list[float]) -> None:
    ratios = return_ratios(np.array(rows), periods_per_year=252)
    if len(rows) < 2 or statistics.stdev(rows) > 1e-9:  # below, only rounding is left to compare
        assert same(ratios["sharpe"], plain.sharpe(rows, 252), 1e-7)
    assert same(ratios["sortino"], plain.sortino(rows, 252))
    curve = np.cumprod([1 + row for row in rows]).tolist()
    assert same(ratios["max_drawdown_pct"], 100 * plain.falls(curve, 1.0)[1])


spans = st.lists(st.tuples(st.integers(0, 5), st.integers(1, 9)), max_size=12)
lives = st.lists(st.tuples(st.integers(0, 120), st.integers(0, 40), st.booleans()), max_size=8)


@settings(deadline=None, derandomize=True)
@given(spans, lives)
def test_exposure_equals_the_reference(gaps: list[tuple[int, int]], held: list[tuple[int, int, bool]]) -> None:
    bars, clock = [], 0
    for gap, length in gaps:
        bars.append((clock + gap, clock + gap + length))
        clock += gap + length
    trades = np.zeros(len(held), TRADE)
    for row, (start, length, intrabar) in zip(trades, held, strict=True):
        row["open_time_ns"], row["close_time_ns"], row["intrabar"] = start, start + length, intrabar
    hours = MarketHours(np.array([b[0] for b in bars], np.int64), np.array([b[1] for b in bars], np.int64))
    lived = []
    for start, length, intrabar in held:
        # An exit in the bar that opened last before it, even where the bars leave a gap after that.
        inside = intrabar and any(opens <= start + length < closes for opens, closes in bars)
        lived.append((start, start + length, inside))
    assert same(exposure(trades, hours), plain.held_share(bars, lived))


@pytest.mark.kernels
def test_kernels_equal_their_plain_form() -> None:
    random = np.random.default_rng(3)
    times = np.cumsum(random.integers(1, 9, 501))
    equity = 10_000 + np.cumsum(random.normal(0, 50, 501))
    low = equity - random.random(501) * 40
    returns = random.normal(0.0002, 0.01, 501)
    spans = (times[:-1], times[1:], times[5:400:20].copy(), times[9:404:20].copy())
    for kernel, arguments in (
        (kernels.scan_equity, (times, equity, low, 10_000.0)),
        (kernels.scan_equity, (times, equity, low[:0], 10_000.0)),
        (kernels.held_time, spans),
    ):
        assert kernel(*arguments) == getattr(kernel, "py_func", kernel)(*arguments)
    scan = kernels.scan_returns
    for some in (returns, returns[: kernels.LANES], returns[:1], returns[:0]):
        assert sums_of(scan, some) == sums_of(getattr(scan, "py_func", scan), some)


@pytest.mark.kernels
@pytest.mark.parametrize("risks", [False, True])
def test_the_pass_over_trades_equals_its_plain_form(risks: bool) -> None:
    random = np.random.default_rng(4)
    trades = np.zeros(300, TRADE)
    trades["open_time_ns"] = np.cumsum(random.integers(0, 9, 300))
    trades["close_time_ns"] = trades["open_time_ns"] + random.integers(0, 9, 300)
    trades["intrabar"] = random.random(300) < 0.5
    for name in ("net_profit", "commission", "swap", "mae"):
        trades[name] = np.round(random.normal(0, 90, 300), 2)
    trades["mfe"] = random.random(300)
    lost = random.random(300) + 5 if risks else np.zeros(0)
    spans = np.arange(0, 1_500, 4), np.arange(3, 1_503, 4)
    found = []
    for scan, held in (
        (trade_kernels.scan_trades, trade_kernels.held_in_order),
        (
            getattr(trade_kernels.scan_trades, "py_func", trade_kernels.scan_trades),
            getattr(trade_kernels.held_in_order, "py_func", trade_kernels.held_in_order),
        ),
    ):
        out = np.zeros(len(trade_kernels.FOUND))
        assert scan(trades, lost, np.empty(trade_kernels.PARTIALS), out) == -1
        found.append((out.tolist(), held(*spans, trades, *np.empty((2, 300), np.int64))))
    assert found[0] == found[1]
    values = dict(zip(trade_kernels.FOUND, found[0][0], strict=True))
    net = trades["net_profit"].tolist()
    assert values["net_profit"] == math.fsum(net)
    assert values["gross_loss"] == math.fsum(amount for amount in net if amount < 0)
    assert [values[f"{name}digits"] for name in ("", "swap_", "mfe_")] == [2, 2, -1]
    assert values["known_multiples"] == risks


@pytest.mark.kernels
@pytest.mark.parametrize("count", [1, 3, 4, 63, 64, 65, 67, 128, 500])
@pytest.mark.parametrize("loss", [None, -1.0, -1.5])
def test_a_pass_in_lanes_equals_plain_sums(count: int, loss: float | None) -> None:
    returns = np.random.default_rng(count).normal(0.0, 0.02, count)
    if loss is not None:
        returns[count // 2] = loss  # everything lost, or more than that: the product changes its sign
    bad, total, squares, downside, growth, fall = sums_of(kernels.scan_returns, returns)
    rows = returns.tolist()
    assert bad == -1
    assert same(total, math.fsum(row - rows[0] for row in rows))
    assert same(squares, math.fsum((row - rows[0]) ** 2 for row in rows))
    assert same(downside, math.fsum(min(row, 0.0) ** 2 for row in rows))
    curve = np.cumprod([1.0 + row for row in rows]).tolist()
    assert same(growth, curve[-1])
    assert same(fall, plain.falls(curve, 1.0)[1])


def sums_of(kernel: Callable[..., tuple[float, ...]], returns: np.ndarray) -> tuple[float, ...]:
    return kernel(returns, np.zeros((3, kernels.LANES)))
