"""Events of the economic calendar."""

from __future__ import annotations

from enum import StrEnum

import attrs

from forexai_core.errors import ConfigError

__all__ = ["EconomicEvent", "Impact"]


class Impact(StrEnum):
    """How much an event usually moves its currency."""

    HOLIDAY = "holiday"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"

    @property
    def rank(self) -> int:
        """Order: a holiday 0, low 1, medium 2, high 3."""
        return list(Impact).index(self)


@attrs.frozen(kw_only=True)
class EconomicEvent:
    """A release, a speech or a holiday.

    Attributes
    ----------
    time_ns : int
        When, nanoseconds UTC.
    currency : str
        ISO code of the currency that it concerns.
    impact : Impact
        How much it usually moves it.
    title : str
        What it is.
    actual, forecast, previous : float or None
        Its figures, where known; ``actual`` only after the release.
    unit : str
        Of the figures: ``%`` or nothing. Thousands, millions and billions are multiplied out.
    """

    time_ns: int
    currency: str
    impact: Impact = attrs.field(converter=Impact)
    title: str
    actual: float | None = None
    forecast: float | None = None
    previous: float | None = None
    unit: str = ""

    def __attrs_post_init__(self) -> None:
        if len(self.currency) != 3 or not self.currency.isalpha() or not self.currency.isupper():
            raise ConfigError(f"The event '{self.title}' concerns '{self.currency}', which is no ISO code such as USD.")

    @property
    def surprise(self) -> float | None:
        """Actual less forecast, where both are known."""
        if self.actual is None or self.forecast is None:
            return None
        return self.actual - self.forecast
