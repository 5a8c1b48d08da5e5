"""Numbers and times as traders write them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import attrs
import numpy as np

from forexai_core.backtesting.summary import figure_text
from forexai_core.metrics import METRICS, MetricUnit
from forexai_core.values.timeframes import NS_PER_SECOND

__all__ = ["Wording", "day_text", "time_text"]


def _moment(time_ns: int) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(time_ns) // NS_PER_SECOND, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def time_text(time_ns: int) -> str:
    """Write an instant to the minute, UTC; beyond the calendar as a bare number."""
    moment = _moment(time_ns)
    return str(time_ns) if moment is None else moment.strftime("%Y-%m-%d %H:%M")


def day_text(time_ns: int) -> str:
    """Write the date of an instant, UTC."""
    moment = _moment(time_ns)
    return str(time_ns) if moment is None else moment.strftime("%Y-%m-%d")


@attrs.frozen(kw_only=True)
class Wording:
    """Texts of one language, and the money of one account.

    Attributes
    ----------
    texts : mapping of str to str
        The catalogue.
    currency : str
        ISO code; empty where it is not known.
    money_digits : int
        Decimals of money.
    """

    texts: Mapping[str, str]
    currency: str
    money_digits: int

    def say(self, key: str, **values: Any) -> str:
        """Give a text with its blanks filled; the values are plain text, escaped later with the rest."""
        return self.texts[key].format_map(values) if values else self.texts[key]

    def money(self, value: float | None, *, sign: bool = False) -> str:
        """Write ``1,234.56 USD``, perhaps with a plus."""
        if value is None:
            return self.texts["undefined"]
        return f"{self.amount(value, sign=sign)} {self.currency}".rstrip()

    def amount(self, value: float, *, sign: bool = False) -> str:
        """Write money without its currency."""
        return f"{value:{'+' if sign else ''}z,.{self.money_digits}f}"

    def percent(self, value: float | None, *, sign: bool = False) -> str:
        """Write ``12.34 %`` for 12.34."""
        return self.texts["undefined"] if value is None else f"{value:{'+' if sign else ''}z,.2f} %"

    def number(self, value: float | None, digits: int = 2) -> str:
        """Write a bare number."""
        return self.texts["undefined"] if value is None else f"{value:z,.{digits}f}"

    def figure(self, name: str, value: Any) -> str:
        """Write a metric in its unit; one that is not of ours as it comes."""
        definition = METRICS.get(name)
        if value is None or (isinstance(value, (float, np.floating)) and not np.isfinite(value)):
            return self.texts["undefined"]
        if definition is None:
            return f"{value:,.4g}" if isinstance(value, float) else str(value)
        if definition.unit is MetricUnit.MONEY:
            return self.money(value)
        return figure_text(value, definition.unit, currency=self.currency, digits=self.money_digits)

    def title(self, name: str) -> str:
        """Give a metric's title, or its name where the catalogue has none."""
        return self.texts.get(f"metric.{name}", name.replace("_", " "))
