"""Candlestick patterns one bar at a time: the same kernels on the last few bars."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

import numpy as np

from forexai_core.indicators.candlestick_patterns.batch import Penetrations, find_searches
from forexai_core.indicators.candlestick_patterns.search import COLUMNS, Columns, Room
from forexai_core.indicators.candlestick_patterns.settings import DEFAULT_CANDLES, CandleSettings
from forexai_core.indicators.inputs import check_finite

__all__ = ["Candlesticks"]


class _Window:
    """The last bars, each written twice, so that they always lie in a row."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._slot = -1
        self._prices = np.zeros((4, 2 * capacity))
        self._look()

    def _look(self) -> None:
        # Read-only, as the columns of a batch are, so that kernels are compiled for one type.
        views = [row.view() for row in self._prices]
        for view in views:
            view.flags.writeable = False
        self.columns = cast("Columns", tuple(views))

    def push(self, bar: list[float]) -> int:
        """Write the newest bar and give its position; the ``capacity`` bars that end there are the last ones."""
        self._slot = (self._slot + 1) % self._capacity
        place = self._slot + self._capacity
        self._prices[:, self._slot] = bar
        self._prices[:, place] = bar
        return place

    def __getstate__(self) -> dict[str, Any]:
        # A copy must look at its own prices.
        return {name: value for name, value in self.__dict__.items() if name != "columns"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._look()


class Candlesticks:
    """Streaming twin of :func:`candlesticks`: looks for patterns in bars that come one at a time.

    ``copy.deepcopy`` forks it. An update that raises has changed nothing.

    Parameters
    ----------
    patterns : iterable of str, str or None
        Names, ours or TA-Lib's; None for all.
    penetrations : mapping or None
        Shares by the name of the pattern; those of TA-Lib where none is given.
    candles : CandleSettings
        Thresholds; TA-Lib's by default.

    Raises
    ------
    ConfigError
        If there is no pattern of a name, or a penetration does not fit.
    """

    def __init__(
        self,
        patterns: Iterable[str] | str | None = None,
        *,
        penetrations: Penetrations | None = None,
        candles: CandleSettings = DEFAULT_CANDLES,
    ) -> None:
        names = patterns if patterns is None or isinstance(patterns, str) else tuple(patterns)
        self._asked = (names, dict(penetrations or {}), candles)
        self.reset()

    def __repr__(self) -> str:
        return f"<Candlesticks of {len(self._searches)} patterns after {self._count} updates>"

    @property
    def patterns(self) -> tuple[str, ...]:
        """Names of the patterns, in order."""
        return tuple(search.name for search in self._searches)

    @property
    def warmup(self) -> int:
        """Bars before the last of the patterns is judged."""
        return max((search.lookback for search in self._searches), default=0)

    @property
    def count(self) -> int:
        """Number of updates since the start or the last reset."""
        return self._count

    @property
    def ready(self) -> bool:
        """Whether all patterns are judged."""
        return self._count > self.warmup

    def reset(self) -> None:
        """Forget everything seen."""
        self._searches = find_searches(*self._asked)
        self._count = 0
        self._room = Room()
        self._window = _Window(self.warmup + 1)
        self._out = np.zeros(2 * (self.warmup + 1), np.int32)

    def update(
        self,
        open: float,  # noqa: A002  (the column's name)
        high: float,
        low: float,
        close: float,
    ) -> dict[str, int]:
        """Take the newest bar.

        Parameters
        ----------
        open, high, low, close : float
            Prices of the bar, finite.

        Returns
        -------
        dict of str to int
            What :func:`candlesticks` gives in the same row.

        Raises
        ------
        DataShapeError
            If a price is not a finite number.
        """
        given = zip(COLUMNS, (open, high, low, close), strict=True)
        place = self._window.push([check_finite("candlesticks", argument, price) for argument, price in given])
        columns, found = self._window.columns, {}
        for search in self._searches:
            verdict = 0
            if self._count >= search.lookback:
                if self._count == search.lookback:
                    search.begin(columns, place)
                search.judge(columns, place, place + 1, self._out, self._room)
                verdict = int(self._out[place])
            found[search.name] = verdict
        self._count += 1
        return found
