"""Candlestick patterns over whole columns: any set of them in one pass."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forexai_core.errors import ConfigError, DataShapeError, did_you_mean
from forexai_core.indicators.candlestick_patterns.registry import find_pattern, find_patterns
from forexai_core.indicators.candlestick_patterns.scanning import Verdicts
from forexai_core.indicators.candlestick_patterns.search import COLUMNS, Search, search_columns
from forexai_core.indicators.candlestick_patterns.settings import DEFAULT_CANDLES, CandleSettings
from forexai_core.indicators.inputs import Floats

__all__ = ["Penetrations", "PricedBars", "candlesticks", "find_searches"]

Penetrations: TypeAlias = Mapping[str, float]
"""Shares by the name of the pattern."""


class PricedBars(Protocol):
    """Whatever has the four columns as attributes, such as :class:`forexai_core.Bars`."""

    @property
    def open(self) -> Floats:
        """Opens."""
        ...

    @property
    def high(self) -> Floats:
        """Highs."""
        ...

    @property
    def low(self) -> Floats:
        """Lows."""
        ...

    @property
    def close(self) -> Floats:
        """Closes."""
        ...


def _four_columns(bars: Any) -> list[ArrayLike]:
    if isinstance(bars, Mapping) or (isinstance(bars, np.ndarray) and bars.dtype.names):
        known = list(bars) if isinstance(bars, Mapping) else list(bars.dtype.names)
        missing = [name for name in COLUMNS if name not in known]
        if missing:
            raise DataShapeError(
                f"candlesticks: there is no column {missing[0]!r} among {', '.join(map(str, known))}; name the columns "
                "open, high, low and close."
            )
        return [bars[name] for name in COLUMNS]
    if all(hasattr(bars, name) for name in COLUMNS):
        return [getattr(bars, name) for name in COLUMNS]
    if isinstance(bars, Sequence) and len(bars) == 4:
        return list(bars)
    raise DataShapeError(
        f"candlesticks: bars must be bars, a mapping or structured array with open, high, low and close, or these four "
        f"columns in a tuple, got {type(bars).__name__}."
    )


def find_searches(
    patterns: Iterable[str] | str | None, penetrations: Penetrations | None, candles: CandleSettings
) -> list[Search]:
    """Set up the searches that a caller asks for.

    Parameters
    ----------
    patterns : iterable of str, str or None
        Names; None for all.
    penetrations : mapping or None
        Shares by the name of the pattern; others keep their defaults.
    candles : CandleSettings
        Thresholds.

    Returns
    -------
    list of Search
        In the order asked for.

    Raises
    ------
    ConfigError
        If there is no pattern of a name, or a penetration does not fit, or is of a pattern that is not asked for.
    """
    wanted = find_patterns(patterns)
    shares = {find_pattern(name).name: share for name, share in (penetrations or {}).items()}
    names = [pattern.name for pattern in wanted]
    stray = [name for name in shares if name not in names]
    if stray:
        raise ConfigError(
            f"candlesticks: penetrations has {stray[0]!r}, which is not among the patterns. "
            f"{did_you_mean(stray[0], names) or 'Leave it out, or add the pattern.'}"
        )
    return [pattern.search(shares.get(pattern.name), candles) for pattern in wanted]


def candlesticks(
    bars: PricedBars | Mapping[str, ArrayLike] | NDArray[np.void] | Sequence[ArrayLike],
    patterns: Iterable[str] | str | None = None,
    *,
    penetrations: Penetrations | None = None,
    candles: CandleSettings = DEFAULT_CANDLES,
) -> dict[str, Verdicts]:
    """Look for candlestick patterns.

    Parameters
    ----------
    bars : Bars, mapping, structured array, or sequence of four arrays
        Open, high, low and close of (rows,) bars.
    patterns : iterable of str, str or None
        Names, ours or TA-Lib's; None for all 61.
    penetrations : mapping or None
        How far a candle must reach into the body of another, as a share of that body, by the name of the pattern;
        those of TA-Lib where none is given.
    candles : CandleSettings
        By what candles are called long, short, a doji, near or equal; TA-Lib's by default.

    Returns
    -------
    dict of str to (rows,) int32
        By our names, in the order asked for. In the row of the pattern's last candle 100 where it is bullish (or has
        no direction), -100 where it is bearish, weaker forms 80 and confirmed ones 200; else 0, also before the
        look-back is over. Equal to TA-Lib's in every row.

    Raises
    ------
    ConfigError
        If there is no pattern of a name, or a penetration does not fit.
    DataShapeError
        If a column is missing or not one of finite numbers, or their lengths differ.
    """
    searches = find_searches(patterns, penetrations, candles)
    columns = search_columns("candlesticks", searches, _four_columns(bars))
    return {search.name: column for search, column in zip(searches, columns, strict=True)}
