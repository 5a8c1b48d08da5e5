"""Whether the figures of a saved result are those of its trades and equity."""

from __future__ import annotations

import math
from collections.abc import Mapping

from forexai_core.backtesting.result import Result
from forexai_core.metrics import METRICS, Figures, compute

__all__ = ["contradiction"]

_LEAST = {"max_drawdown_intrabar": "max_drawdown", "max_drawdown_intrabar_pct": "max_drawdown_pct"}
"""Figures of the lows inside bars, and what they lie at or above."""

_NOT_SAVED = frozenset({"exposure", "sqn", *_LEAST})
"""They rest on market hours, first stops and lows inside bars, which a saved result does not hold."""

_TOLERANCE = 1e-9


def contradiction(result: Result) -> str | None:
    """Compute the figures of a result anew, and say which one is not what its trades and equity give.

    Figures that rest on more than these are held against their bounds. Results of releases that did not round
    differences of money are taken as they are.

    Returns
    -------
    str or None
        Words that name the figure; None when all agree.

    Raises
    ------
    DataShapeError
        If trades or equity hold what is no finite number.
    """
    said = result.metrics
    known = [_computed(result, digits) for digits in (result.account.digits, None)]
    for name in METRICS:
        if name not in said or name in _NOT_SAVED:
            continue
        if not any(_same(said[name], figures[name]) for figures in known):
            return f"{name} is said to be {said[name]}, but its trades and equity give {known[0][name]}"
    return _beyond_bounds(said)


def _computed(result: Result, digits: int | None) -> Figures:
    return compute(
        result.trades,
        result.equity,
        initial_balance=result.account.balance,
        trades_at_weekends=result.trades_at_weekends,
        start_ns=result.start_ns if result.data else None,
        money_digits=digits,
    )


def _same(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=_TOLERANCE, abs_tol=_TOLERANCE)


def _beyond_bounds(said: Mapping[str, float | int | None]) -> str | None:
    share = said.get("exposure")
    if share is not None and not 0.0 <= share <= 1.0 + _TOLERANCE:
        return f"exposure is said to be {share}, but no share of time lies outside 0 and 1"
    for name, least in _LEAST.items():
        inside, outside = said.get(name), said.get(least)
        if inside is not None and outside is not None and inside < outside - _TOLERANCE * max(1.0, outside):
            return f"{name} is said to be {inside}, but bars fell as far as {outside} at their closes"
    return None
