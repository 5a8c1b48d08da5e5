"""Correlation of symbols over a window of returns, from the prices that a run or a session sees."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from forexai_core.errors import ConfigError, IntegrityError
from forexai_core.values.timeframes import NS_PER_MINUTE

__all__ = ["ReturnWindow"]


class ReturnWindow:
    """Log returns of middle prices over equal steps of time, as many as the window holds.

    The price of a step is the last middle price seen in it; a step without a price of some symbol keeps the price
    before. Correlation is Pearson's, over the steps that both symbols have.

    Parameters
    ----------
    steps : int
        How many returns count.
    step_minutes : int
        Length of a step, minutes; steps begin at multiples of it since 1970, UTC.
    least : int
        With fewer common returns a correlation is not known.
    """

    def __init__(self, *, steps: int = 120, step_minutes: int = 60, least: int = 30) -> None:
        if not 2 <= least <= steps or step_minutes < 1:
            raise ConfigError(
                f"A window of returns needs 2 <= least <= steps and a step of a minute or more, not {least}, {steps} "
                f"and {step_minutes}."
            )
        self._steps, self._step_ns, self._least = steps, step_minutes * NS_PER_MINUTE, least
        self._step = -1
        self._last: dict[str, float] = {}
        self._closes: dict[str, deque[float]] = {}
        self._known: dict[tuple[str, str], float | None] = {}  # of the present step

    def see(self, symbol: str, time_ns: int, *, bid: float, ask: float) -> None:
        """Take note of a quote; instants do not go back. One that is not above 0 has no return, and is passed over."""
        if not 0 < bid + ask < math.inf:
            return
        step = time_ns // self._step_ns
        if step != self._step:
            if self._step >= 0:
                self._close()
            self._step = step
        self._last[symbol] = (bid + ask) / 2.0

    def _close(self) -> None:
        """End a step. A pause of many counts once, so that nights and weekends add no zeros."""
        for symbol, price in self._last.items():
            closes = self._closes.setdefault(symbol, deque(maxlen=self._steps + 1))
            closes.append(price)
        self._known.clear()

    def correlations(self, symbol: str) -> Mapping[str, float]:
        """Give the correlation of a symbol with each other one, where it is known."""
        found = {}
        for other in self._closes:
            if other != symbol:
                pair = (min(symbol, other), max(symbol, other))
                if pair not in self._known:
                    self._known[pair] = self._between(*pair)
                value = self._known[pair]
                if value is not None:
                    found[other] = value
        return found

    def _between(self, one: str, other: str) -> float | None:
        ours, theirs = self._closes.get(one), self._closes.get(other)
        if ours is None or theirs is None:
            return None
        count = min(len(ours), len(theirs)) - 1
        if count < self._least:
            return None
        first, second = _returns(ours, count), _returns(theirs, count)
        return _pearson(first, second)

    def to_dict(self) -> dict[str, Any]:
        """Write it as plain values for JSON."""
        return {
            "step": self._step,
            "last": dict(self._last),
            "closes": {symbol: list(closes) for symbol, closes in self._closes.items()},
        }

    def restore(self, plain: Mapping[str, Any]) -> None:
        """Go on from what :meth:`to_dict` wrote.

        Raises
        ------
        IntegrityError
            If it is something else.
        """
        try:
            self._step = int(plain["step"])
            self._last = {str(symbol): float(price) for symbol, price in plain["last"].items()}
            self._closes = {
                str(symbol): deque(map(float, closes), maxlen=self._steps + 1)
                for symbol, closes in plain["closes"].items()
            }
            self._known.clear()
        except (TypeError, ValueError, KeyError, AttributeError) as problem:
            raise IntegrityError(f"A window of returns cannot be read: {problem}. Begin it anew.") from problem


def _returns(closes: deque[float], count: int) -> list[float]:
    prices = list(closes)[-count - 1 :]
    return [math.log(after / before) for before, after in pairwise(prices)]


def _pearson(first: list[float], second: list[float]) -> float | None:
    count = len(first)
    mean_first, mean_second = math.fsum(first) / count, math.fsum(second) / count
    covariance = math.fsum((a - mean_first) * (b - mean_second) for a, b in zip(first, second, strict=True))
    spread = math.fsum((a - mean_first) ** 2 for a in first) * math.fsum((b - mean_second) ** 2 for b in second)
    if not spread > 0:
        return None
    return max(-1.0, min(1.0, covariance / math.sqrt(spread)))
