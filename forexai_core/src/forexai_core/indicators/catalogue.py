"""The indicators that ship, by name: what rules, strategies, the command line and the indicator hook look up.

Each family lists its own in its ``specifications`` module; here they are put together.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from forexai_core.errors import ConfigError, did_you_mean
from forexai_core.indicators.averages import specifications as averages
from forexai_core.indicators.candlestick_patterns import specifications as candlestick_patterns
from forexai_core.indicators.cycles import specifications as cycles
from forexai_core.indicators.levels import specifications as levels
from forexai_core.indicators.oscillators import specifications as oscillators
from forexai_core.indicators.specification import IndicatorSpec
from forexai_core.indicators.statistics import specifications as statistics
from forexai_core.indicators.transforms import specifications as transforms
from forexai_core.indicators.trend import specifications as trend
from forexai_core.indicators.volatility import specifications as volatility
from forexai_core.indicators.volume import specifications as volume
from forexai_core.indicators.zones import specifications as zones

__all__ = ["catalogue", "find_indicator"]

_FAMILIES = (
    averages,
    oscillators,
    trend,
    volatility,
    volume,
    statistics,
    cycles,
    levels,
    zones,
    transforms,
    candlestick_patterns,
)
"""In the order in which the catalogue lists them."""


@cache
def catalogue() -> Mapping[str, IndicatorSpec]:
    """List the indicators that ship.

    Returns
    -------
    mapping
        Each by its name; aliases are understood by :func:`find_indicator` alone.
    """
    return MappingProxyType({spec.name: spec for family in _FAMILIES for spec in family.SPECIFICATIONS})


@cache
def _known() -> dict[str, IndicatorSpec]:
    return {alias: spec for spec in catalogue().values() for alias in (spec.name, *spec.aliases)}


def find_indicator(name: str) -> IndicatorSpec:
    """Look up an indicator by its name or one of its aliases, small or capital letters alike.

    Parameters
    ----------
    name : str
        Such as ``"sma"``.

    Returns
    -------
    IndicatorSpec
        The one of that name.

    Raises
    ------
    ConfigError
        If there is none; the message names those that resemble it.
    """
    wanted = str(name).casefold()
    known = _known()
    if wanted in known:
        return known[wanted]
    msg = f"There is no indicator {name!r}. {did_you_mean(wanted, known)}"
    raise ConfigError(msg)
