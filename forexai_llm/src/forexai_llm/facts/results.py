"""What a backtest's result says about itself, as facts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from forexai_core.backtesting.result import Result
from forexai_core.metrics import METRICS, MetricUnit, Slice
from forexai_core.ports.advisor import Fact
from forexai_llm.facts.fact_book import FRACTION, SECONDS

__all__ = ["GROUPS", "facts_of_result"]

GROUPS = ("session", "weekday", "hour", "symbol", "side")
"""Breakdowns that become facts: ``session.London.net_profit`` and so on."""

_FEWEST_TO_HALVE = 20
_FEW_BEST = 5
_NS = 1_000_000_000


def facts_of_result(result: Result) -> tuple[Fact, ...]:
    """List everything about a result that can be said.

    Parameters
    ----------
    result : Result
        Of a backtest, fresh or loaded.

    Returns
    -------
    tuple of Fact
        Every metric by its name; what ran on what; costs; the best and the worst session, weekday, hour, symbol and
        side, and each of them; ways out; the first and the second half of the trades; trials. Each carries the
        result's fingerprint as its source.
    """
    source = f"result {result.result_fingerprint[:16]}"
    money = result.account.currency
    rows = [
        *_identity(result),
        *_metrics(result, money),
        *_costs(result, money),
        *_breakdowns(result, money),
        *_ways_out(result.trades, money),
        *_halves(result.trades, money),
    ]
    return tuple(Fact(name=name, value=value, unit=unit, source=source) for name, value, unit in rows)


Row = tuple[str, float | int | str | None, str]


def _identity(result: Result) -> Iterator[Row]:
    yield "strategy", result.strategy_name, ""
    yield "symbols", ", ".join(dict.fromkeys(each.symbol for each in result.data)), ""
    yield "timeframe", ", ".join(dict.fromkeys(each.timeframe for each in result.data)), ""
    if result.data:
        yield "first_day", _day(result.start_ns), ""
        yield "last_day", _day(result.end_ns), ""
    if result.trials is not None:
        yield "trials", result.trials, ""
    yield "ambiguous_trades", int(np.count_nonzero(result.trades["ambiguous"])), ""


def _metrics(result: Result, money: str) -> Iterator[Row]:
    units = {MetricUnit.MONEY: money, MetricUnit.PERCENT: "%", MetricUnit.FRACTION: FRACTION}
    units |= {MetricUnit.SECONDS: SECONDS}
    for name, definition in METRICS.items():
        if name in result.metrics:
            yield name, result.metrics[name], units.get(definition.unit, "")


def _costs(result: Result, money: str) -> Iterator[Row]:
    """Give what was paid beside the spread, which lies in the prices."""
    trades = result.trades
    paid = round(-float(trades["commission"].sum() + trades["swap"].sum()), result.account.digits)
    gains = float(trades["profit"][trades["profit"] > 0].sum())
    yield "costs_paid", paid + 0.0, money
    yield "costs_share", paid / gains if gains > 0 else None, FRACTION


def _breakdowns(result: Result, money: str) -> Iterator[Row]:
    for group in GROUPS:
        traded = [each for each in result.breakdowns[group] if each.trades]
        for each in traded:
            yield from _slice(f"{group}.{each.label}", each, money)
        if len(traded) > 1:
            yield from _extremes(group, traded, money)


def _extremes(group: str, traded: Sequence[Slice], money: str) -> Iterator[Row]:
    ranked = sorted(traded, key=lambda each: each.net_profit)
    for which, each in (("worst", ranked[0]), ("best", ranked[-1])):
        yield f"{which}_{group}", each.label, ""
        for name, value, unit in _slice("", each, money):
            yield f"{which}_{group}_{name.removeprefix('.')}", value, unit


def _slice(prefix: str, each: Slice, money: str) -> Iterator[Row]:
    yield f"{prefix}.net_profit", each.net_profit, money
    yield f"{prefix}.trades", each.trades, ""
    yield f"{prefix}.win_rate", each.win_rate, FRACTION


def _ways_out(trades: NDArray[np.void], money: str) -> Iterator[Row]:
    for reason in dict.fromkeys(str(each) for each in trades["close_reason"]):
        chosen = trades[trades["close_reason"] == reason]
        yield f"exit.{reason}.net_profit", float(chosen["net_profit"].sum()), money
        yield f"exit.{reason}.trades", len(chosen), ""
        yield f"exit.{reason}.win_rate", float(np.mean(chosen["net_profit"] > 0)), FRACTION


def _halves(trades: NDArray[np.void], money: str) -> Iterator[Row]:
    """Give the trades of the first and of the second half, in the order of closing, and the weight of the best few."""
    net = trades["net_profit"]
    if len(net) < _FEWEST_TO_HALVE:
        return
    middle = len(net) // 2
    for name, part in (("earlier", net[:middle]), ("later", net[middle:])):
        yield f"{name}_trades", len(part), ""
        yield f"{name}_net_profit", float(part.sum()), money
        yield f"{name}_win_rate", float(np.mean(part > 0)), FRACTION
    total = float(net.sum())
    if total > 0:
        yield "best_few", _FEW_BEST, ""
        yield "best_few_share", float(np.sort(net)[-_FEW_BEST:].sum()) / total, FRACTION


def _day(time_ns: int) -> str:
    return datetime.fromtimestamp(time_ns // _NS, UTC).strftime("%Y-%m-%d")
