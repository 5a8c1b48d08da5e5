"""All candlestick patterns, by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from forexai_core.errors import ConfigError, did_you_mean
from forexai_core.indicators.candlestick_patterns import (
    dojis,
    hikkakes,
    long_patterns,
    single_candles,
    soldiers_and_crows,
    stars,
    three_candles,
    two_candles,
)
from forexai_core.indicators.candlestick_patterns.pattern import Pattern

__all__ = ["PATTERNS", "find_pattern", "find_patterns"]

_FAMILIES = (single_candles, dojis, two_candles, stars, three_candles, soldiers_and_crows, long_patterns, hikkakes)

PATTERNS: Mapping[str, Pattern] = MappingProxyType(
    {pattern.name: pattern for family in _FAMILIES for pattern in family.PATTERNS}
)
"""The 61 patterns of TA-Lib, from those of one candle to those of five."""

_KNOWN = {name: pattern for pattern in PATTERNS.values() for name in (pattern.name, *pattern.aliases)}


def find_pattern(name: str) -> Pattern:
    """Look up a pattern by its name or TA-Lib's, small or capital letters alike.

    Parameters
    ----------
    name : str
        Such as ``"engulfing"`` or ``"CDLENGULFING"``.

    Returns
    -------
    Pattern
        The one of that name.

    Raises
    ------
    ConfigError
        If there is none; the message names those that resemble it.
    """
    wanted = str(name).casefold()
    if wanted in _KNOWN:
        return _KNOWN[wanted]
    raise ConfigError(f"There is no candlestick pattern {name!r}. {did_you_mean(wanted, _KNOWN)}")


def find_patterns(names: Iterable[str] | str | None) -> tuple[Pattern, ...]:
    """Look up several patterns.

    Parameters
    ----------
    names : iterable of str, str or None
        One name or several, repetitions left out; None for all.

    Returns
    -------
    tuple of Pattern
        In the order asked for.

    Raises
    ------
    ConfigError
        If there is none of a name.
    """
    if names is None:
        return tuple(PATTERNS.values())
    listed = [names] if isinstance(names, str) else names
    return tuple(dict.fromkeys(find_pattern(name) for name in listed))
