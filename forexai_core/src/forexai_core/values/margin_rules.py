"""Rules by which a broker asks for margin and closes what is not covered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

import attrs

from forexai_core.errors import ConfigError, did_you_mean
from forexai_core.values.numbers import is_number, not_negative, number, positive

__all__ = [
    "ORDER_TYPES",
    "LeverageTier",
    "MarginRate",
    "StopOutMode",
    "StopOutOrders",
    "leverages_of",
    "margin_rates_of",
    "tiers_of",
]

ORDER_TYPES = (
    "buy",
    "sell",
    "buy_limit",
    "sell_limit",
    "buy_stop",
    "sell_stop",
    "buy_stop_limit",
    "sell_stop_limit",
)
"""Types of order to which a margin rate belongs (MetaTrader 5's ``ORDER_TYPE``)."""

MAX_TIERS = 16


class StopOutMode(StrEnum):
    """What the levels of margin call and stop-out are compared with (MetaTrader 5's ``ACCOUNT_MARGIN_SO_MODE``).

    ``percent``: equity over margin, in percent. In money MetaTrader 5 does not say of what: ``equity`` compares the
    equity with the amount, ``free_margin`` equity less margin, as MetaTrader 4 does.
    """

    PERCENT = "percent"
    EQUITY = "equity"
    FREE_MARGIN = "free_margin"


class StopOutOrders(StrEnum):
    """Which pending orders a stop-out removes before it closes anything.

    ``binding``: those that bind margin, the one that binds most first, until the level holds. ``all``: all at once.
    """

    BINDING = "binding"
    ALL = "all"


def _order_type(_instance: object, _attribute: attrs.Attribute[str], value: str) -> None:
    if value not in ORDER_TYPES:
        raise ConfigError(f"margin_rates: there is no order type '{value}'. {did_you_mean(str(value), ORDER_TYPES)}")


@attrs.frozen(kw_only=True)
class MarginRate:
    """Factors on the margin of one type of order (MetaTrader 5's ``SymbolInfoMarginRate``).

    Attributes
    ----------
    order : str
        One of :data:`ORDER_TYPES`.
    initial : float
        For opening; of a pending type: what the order binds while it waits, 0 nothing.
    maintenance : float
        For holding; only those of ``buy`` and ``sell`` are used.
    """

    order: str = attrs.field(validator=_order_type)
    initial: float = attrs.field(converter=number, validator=not_negative)
    maintenance: float = attrs.field(converter=number, validator=not_negative)


@attrs.frozen(kw_only=True)
class LeverageTier:
    """The most leverage that an account with some equity is given.

    Attributes
    ----------
    equity : float
        From this equity on, account currency.
    leverage : float
        100 stands for 1:100.
    """

    equity: float = attrs.field(converter=number, validator=not_negative)
    leverage: float = attrs.field(converter=number, validator=positive)


def _margin_rate(order: str, pair: Any) -> MarginRate:
    try:
        initial, maintenance = pair
    except (TypeError, ValueError):
        raise ConfigError(
            f"Instrument: margin_rates['{order}'] is {pair!r}. Give two factors, initial and maintenance."
        ) from None
    return MarginRate(order=order, initial=initial, maintenance=maintenance)


def margin_rates_of(value: Mapping[str, Any] | Iterable[MarginRate]) -> tuple[MarginRate, ...]:
    """Read margin rates: as they are, or a mapping of order type to (initial, maintenance).

    Raises
    ------
    ConfigError
        If a type of order is unknown.
    """
    if isinstance(value, Mapping):
        return tuple(_margin_rate(order, pair) for order, pair in value.items())
    rates = tuple(value) if isinstance(value, Iterable) and not isinstance(value, str) else (value,)
    for rate in rates:
        if not isinstance(rate, MarginRate):
            raise ConfigError(
                f"Instrument: margin_rates holds {rate!r}. Write factors by type of order, such as "
                "{'buy': (1.0, 0.5)}: initial and maintenance."
            )
    return rates


def leverages_of(value: Mapping[str, float] | Iterable[tuple[str, float]]) -> tuple[tuple[str, float], ...]:
    """Read leverages by symbol or asset class, in the order of their names.

    Raises
    ------
    ConfigError
        If one is not above 0.
    """
    try:
        pairs = [(name, leverage) for name, leverage in (value.items() if isinstance(value, Mapping) else value)]
    except (TypeError, ValueError):
        raise ConfigError(
            f"Account: leverages are given by symbol or asset class, such as {{'metal': 20}}, not {value!r}."
        ) from None
    rows = []
    for name, leverage in pairs:
        if not (is_number(leverage) and 0 < leverage < float("inf")):
            raise ConfigError(f"Account: leverages['{name}'] must be a number above 0, not {leverage!r}.")
        rows.append((str(name), float(leverage)))
    return tuple(sorted(rows))


def _tier_of(value: LeverageTier | tuple[float, float]) -> LeverageTier:
    if isinstance(value, LeverageTier):
        return value
    try:
        equity, leverage = value
        return LeverageTier(equity=equity, leverage=leverage)
    except (TypeError, ValueError):
        raise ConfigError(
            f"Account: leverage_tiers holds {value!r}, which is no tier. Write pairs of equity and leverage, such as "
            "[(0, 500), (10_000, 200)]."
        ) from None


def tiers_of(value: Iterable[LeverageTier | tuple[float, float]]) -> tuple[LeverageTier, ...]:
    """Read tiers, or pairs of equity and leverage, in the order of the equity.

    Raises
    ------
    ConfigError
        If two begin at one equity, or there are too many.
    """
    if not isinstance(value, Iterable):
        raise ConfigError(f"Account: leverage_tiers is a list such as [(0, 500), (10_000, 200)], not {value!r}.")
    tiers = [_tier_of(tier) for tier in value]
    tiers.sort(key=lambda tier: tier.equity)
    if len({tier.equity for tier in tiers}) != len(tiers):
        raise ConfigError("Account: two leverage tiers begin at one equity. Give each an equity of its own.")
    if len(tiers) > MAX_TIERS:
        raise ConfigError(f"Account: {len(tiers)} leverage tiers are given; {MAX_TIERS} are held.")
    return tuple(tiers)
