"""What a report is about: a result of ours in full, or whatever keeps the port's contract."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.backtesting import (
    Attribution,
    Candles,
    CostUsed,
    DataUsed,
    Interval,
    Result,
    StrategyUsed,
    TrialsCount,
)
from forexai_core.metrics import Slice, breakdowns
from forexai_core.ports.report import ReportableResult
from forexai_core.values.accounts import currency_digits
from forexai_core.values.clocks import NEW_YORK_CLOSE, Clock
from forexai_core.values.frames import decimals

__all__ = ["Subject", "subject_of"]


def _no_candles(_: int) -> Mapping[str, Candles]:
    return {}


@attrs.frozen(kw_only=True, eq=False)
class Subject:
    """A result as reports see it; what a foreign result does not tell is empty or None."""

    trades: NDArray[Any]
    equity: NDArray[Any]
    metrics: Mapping[str, Any]
    assumptions: Mapping[str, str]
    input_fingerprint: str
    result_fingerprint: str
    breakdowns: Mapping[str, Sequence[Slice]]
    initial_balance: float
    start_ns: int
    end_ns: int
    currency: str = ""
    money_digits: int = 2
    clock: Clock = NEW_YORK_CLOSE
    trades_at_weekends: bool = False
    digits: Mapping[str, int]
    strategies: Sequence[StrategyUsed] = ()
    attribution: Mapping[str, Attribution] = attrs.field(factory=dict)
    data: Sequence[DataUsed] = ()
    costs: Sequence[CostUsed] = ()
    interval: Interval | None = None
    trials: TrialsCount | None = None
    engine_version: str = ""
    candles: Callable[[int], Mapping[str, Candles]] = _no_candles

    def digits_of(self, symbol: str) -> int:
        """Give the decimals of a symbol's prices."""
        return self.digits.get(symbol, 5)


def subject_of(result: ReportableResult) -> Subject:
    """Gather what a report shows.

    Parameters
    ----------
    result : ReportableResult
        A :class:`~forexai_core.backtesting.Result`, or anything with the attributes of the port.
    """
    trades, equity = result.trades, result.equity
    times = np.concatenate((trades["open_time_ns"], trades["close_time_ns"], equity["time_ns"]))
    common: dict[str, Any] = {
        "trades": trades,
        "equity": equity,
        "metrics": result.metrics,
        "assumptions": result.assumptions,
        "input_fingerprint": result.input_fingerprint,
        "result_fingerprint": result.result_fingerprint,
    }
    if isinstance(result, Result):
        return Subject(**common, **_in_full(result))
    first = float(equity["balance"][0]) if len(equity) else 0.0
    return Subject(
        **common,
        breakdowns=breakdowns(trades),
        initial_balance=float(result.metrics.get("initial_balance") or first),
        start_ns=int(times.min()) if times.size else 0,
        end_ns=int(times.max()) if times.size else 0,
        digits=_digits_seen(trades),
    )


def _in_full(result: Result) -> dict[str, Any]:
    return {
        "breakdowns": result.breakdowns,
        "initial_balance": result.account.balance,
        "start_ns": result.start_ns,
        "end_ns": result.end_ns,
        "currency": result.account.currency,
        "money_digits": currency_digits(result.account.currency),
        "clock": result.account.clock,
        "trades_at_weekends": result.trades_at_weekends,
        "digits": _digits_seen(result.trades) | {each.symbol: each.digits for each in result.data},
        "strategies": result.strategies,
        "attribution": result.attribution,
        "data": result.data,
        "costs": result.costs,
        "interval": result.interval,
        "trials": result.trials_count,
        "engine_version": result.engine_version,
        "candles": result.candles,
    }


def _digits_seen(trades: NDArray[Any]) -> dict[str, int]:
    return {
        str(symbol): max(2, decimals(trades["close_price"][trades["symbol"] == symbol]))
        for symbol in np.unique(trades["symbol"])
    }
