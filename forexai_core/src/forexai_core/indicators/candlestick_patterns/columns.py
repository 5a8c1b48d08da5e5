"""One pattern as the catalogue of indicators has it: columns and streams of floats, NaN before the first verdict."""

from __future__ import annotations

import math
from collections.abc import Callable
from inspect import Parameter, Signature
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from forexai_core.indicators.candlestick_patterns.pattern import Pattern
from forexai_core.indicators.candlestick_patterns.search import COLUMNS
from forexai_core.indicators.candlestick_patterns.settings import DEFAULT_CANDLES
from forexai_core.indicators.candlestick_patterns.streaming_search import Candlesticks
from forexai_core.indicators.inputs import Floats, check_finite
from forexai_core.indicators.streaming import StreamingIndicator

__all__ = ["CandlestickStream", "float_column", "stream_class"]


def _parameters(pattern: Pattern) -> list[Parameter]:
    share = pattern.penetration
    return [] if share is None else [Parameter("penetration", Parameter.POSITIONAL_OR_KEYWORD, default=share)]


def float_column(pattern: Pattern) -> Callable[..., Floats]:
    """Make the batch form of a pattern.

    Parameters
    ----------
    pattern : Pattern
        The pattern.

    Returns
    -------
    callable
        ``column(open, high, low, close)``, with ``penetration`` where the pattern has one, gives (rows,) float64.
    """

    def column(
        open: ArrayLike,  # noqa: A002  (the column's name)
        high: ArrayLike,
        low: ArrayLike,
        close: ArrayLike,
        penetration: float | None = None,
    ) -> Floats:
        values = pattern(open, high, low, close, penetration).astype(np.float64)
        values[: pattern.lookback(DEFAULT_CANDLES)] = math.nan
        return values

    prices = [Parameter(name, Parameter.POSITIONAL_OR_KEYWORD) for name in COLUMNS]
    column.__name__ = column.__qualname__ = pattern.name
    column.__doc__ = pattern.summary
    column.__signature__ = Signature([*prices, *_parameters(pattern)])  # type: ignore[attr-defined]
    return column


class CandlestickStream(StreamingIndicator[float]):
    """One pattern of bars that come one at a time; :func:`stream_class` makes its class.

    Parameters
    ----------
    penetration : float or None
        How far a candle must reach into the body of another, where the pattern has such a parameter.
    """

    pattern: ClassVar[Pattern]

    def __init__(self, penetration: float | None = None) -> None:
        self._shares = {} if penetration is None else {self.name: penetration}
        super().__init__(warmup=self.pattern.lookback(DEFAULT_CANDLES))

    def update(
        self,
        open: float,  # noqa: A002  (the column's name)
        high: float,
        low: float,
        close: float,
    ) -> float:
        """Take the newest bar.

        Parameters
        ----------
        open, high, low, close : float
            Prices of the bar, finite.

        Returns
        -------
        float
            -200 to 200; NaN before the look-back is over.

        Raises
        ------
        DataShapeError
            If a price is not a finite number.
        """
        given = zip(COLUMNS, (open, high, low, close), strict=True)
        self._value = self._advance(*[check_finite(self.name, argument, price) for argument, price in given])
        self._count += 1
        return self._value

    def _advance(self, *bar: float) -> float:
        verdict = self._search.update(*bar)[self.name]
        return float(verdict) if self._count >= self._warmup else math.nan

    def _start(self) -> None:
        self._search = Candlesticks(self.name, penetrations=self._shares)

    def _nothing(self) -> float:
        return math.nan


def stream_class(pattern: Pattern) -> type[CandlestickStream]:
    """Make the streaming form of a pattern.

    Parameters
    ----------
    pattern : Pattern
        The pattern.

    Returns
    -------
    type
        A :class:`CandlestickStream` of that pattern.
    """
    title = "".join(word.capitalize() for word in pattern.name.split("_"))
    members = {
        "name": pattern.name,
        "pattern": pattern,
        "__doc__": pattern.summary,
        "__module__": __name__,
        "__signature__": Signature(_parameters(pattern)),
    }
    return type(title, (CandlestickStream,), members)
