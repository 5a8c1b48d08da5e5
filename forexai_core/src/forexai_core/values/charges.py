"""What a broker charges besides the spread: commissions, dated swap rates and dated cash flows."""

from __future__ import annotations

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

import attrs

from forexai_core.errors import ConfigError, did_you_mean
from forexai_core.values.numbers import finite, is_whole, not_negative, number

__all__ = ["CashFlow", "Charged", "Commission", "SwapRates"]

_EPOCH = date(1970, 1, 1)


class Charged(StrEnum):
    """On which deals a commission is taken."""

    EACH_SIDE = "each_side"
    OPENING = "opening"


def _charged(value: str | Charged) -> Charged:
    try:
        return Charged(value)
    except ValueError:
        raise ConfigError(f"Commission: charged is no '{value}'. {did_you_mean(str(value), Charged)}") from None


def _amount(default: float = 0.0) -> Any:
    return attrs.field(default=default, converter=number, validator=not_negative)


@attrs.frozen(kw_only=True)
class Commission:
    """The commission of a deal: a part for each lot, one for the turnover, a fixed one, and bounds on their sum.

    Attributes
    ----------
    per_lot : float
        For each lot of the deal; with ``charged="opening"`` this is the price of a round turn.
    percent : float
        Of the deal's turnover, lots times contract size times price; converted like a loss.
    per_deal : float
        For each deal, whatever its volume.
    minimum, maximum : float or None
        Bounds of one deal's commission; no maximum is None.
    charged : Charged
        ``each_side``: on opening and closing deals; ``opening``: on opening deals alone.
    currency : str or None
        Of ``per_lot``, ``per_deal`` and the bounds; None is the account's. Another one is converted at the
        time of the deal, as it costs to buy it.
    """

    per_lot: float = _amount()
    percent: float = _amount()
    per_deal: float = _amount()
    minimum: float = _amount()
    maximum: float | None = attrs.field(
        default=None,
        converter=attrs.converters.optional(number),
        validator=attrs.validators.optional(not_negative),
    )
    charged: Charged = attrs.field(default=Charged.EACH_SIDE, converter=_charged)
    currency: str | None = None

    def __attrs_post_init__(self) -> None:
        if self.maximum is not None and self.maximum < self.minimum:
            raise ConfigError(f"Commission: maximum ({self.maximum:g}) lies below minimum ({self.minimum:g}).")
        code = self.currency
        if code is not None and not (isinstance(code, str) and len(code) >= 3 and code.isupper()):
            raise ConfigError(f"Commission: '{self.currency}' is no currency code. Use capital letters, such as USD.")

    @property
    def is_plain(self) -> bool:
        """Whether it is so much a lot and side, in account currency, and nothing else."""
        return self == Commission(per_lot=self.per_lot)

    def __str__(self) -> str:
        parts = [
            f"{value:g} {what}"
            for value, what in (
                (self.per_lot, "per lot"),
                (self.percent, "% of the turnover"),
                (self.per_deal, "per deal"),
            )
            if value
        ]
        text = " + ".join(parts) or "none"
        text += f", at least {self.minimum:g}" if self.minimum else ""
        text += "" if self.maximum is None else f", at most {self.maximum:g}"
        return f"{text}, {'opening deals alone' if self.charged is Charged.OPENING else 'each side'}"


def _day(value: str | date) -> date:
    if isinstance(value, datetime):
        raise ConfigError(f"SwapRates: day is a date, not the time {value}. Give {value.date()}.")
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise ConfigError(f"SwapRates: '{value}' is no date. Write it as 2024-05-13.") from None


@attrs.frozen(kw_only=True)
class SwapRates:
    """Swap rates from a day on, until the next entry of a table.

    Attributes
    ----------
    day : date
        First day of the account's clock whose rollover, the midnight that ends it, they hold for.
    long, short : float
        In the unit of the symbol's swap mode; negative is paid by the trader.
    """

    day: date = attrs.field(converter=_day)
    long: float = attrs.field(converter=number, validator=finite)
    short: float = attrs.field(converter=number, validator=finite)

    @property
    def day_number(self) -> int:
        """Days since 1 January 1970."""
        return (self.day - _EPOCH).days


def _text(_instance: object, _attribute: attrs.Attribute[str], value: str) -> None:
    if not isinstance(value, str):
        raise ConfigError(f"CashFlow: title must be a text, not {value!r}.")


def _instant(value: int | str | datetime) -> int:
    if not isinstance(value, str | datetime):
        if is_whole(value):
            return int(value)
        raise ConfigError(f"CashFlow: {value!r} is no time. Write it as 2024-05-13T21:00Z, or in nanoseconds UTC.")
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        raise ConfigError(f"CashFlow: '{value}' is no time. Write it as 2024-05-13T21:00Z.") from None
    if moment.tzinfo is None:
        raise ConfigError(f"CashFlow: the time {moment} has no time zone. Write it as 2024-05-13T21:00Z.")
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000_000 + since.microseconds * 1_000


@attrs.frozen(kw_only=True)
class CashFlow:
    """Money that a position pays or gets at an instant, such as a dividend or the financing of a CFD.

    Attributes
    ----------
    time_ns : int
        When, nanoseconds UTC; an ISO 8601 text with a time zone is taken, too. Positions opened before it
        are charged at the first price at or after it, before anything fills there.
    long, short : float
        For one lot bought, and for one sold, in the symbol's profit currency; negative is paid by the trader.
    title : str
        What it is.
    """

    time_ns: int = attrs.field(converter=_instant)
    long: float = attrs.field(default=0.0, converter=number, validator=finite)
    short: float = attrs.field(default=0.0, converter=number, validator=finite)
    title: str = attrs.field(default="", validator=_text)
