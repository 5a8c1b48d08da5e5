"""The risk rules that ship, as offers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import Field

from forexai_core.ports.risk import RiskOffer, RiskRule
from forexai_core.ports.services import Services
from forexai_core.ports.settings import Settings
from forexai_core.risk.limits import DailyLoss, MaxPositions, MaxVolume, OrdersPerMinute, PositionRisk, SpreadCap

__all__ = [
    "DailyLossSettings",
    "MaxPositionsSettings",
    "MaxVolumeSettings",
    "OrdersPerMinuteSettings",
    "PositionRiskSettings",
    "SpreadCapSettings",
    "risk_offers",
]


class MaxPositionsSettings(Settings):
    """Settings of max-positions."""

    limit: int = Field(default=10, ge=1, le=10_000)
    """Positions on the account, and orders that may open one, together."""


class MaxVolumeSettings(Settings):
    """Settings of max-volume."""

    limit_lots: float = Field(default=10.0, gt=0, le=100_000)
    """Lots of a symbol in one direction, what waits included."""


class SpreadCapSettings(Settings):
    """Settings of spread-cap."""

    limit_points: float = Field(default=50.0, gt=0, le=1_000_000)
    """Widest spread at which a position may be opened, points."""


class DailyLossSettings(Settings):
    """Settings of daily-loss."""

    limit_fraction: float = Field(default=0.02, gt=0, le=1)
    """Share of the day's first equity that the day may lose, open risk included: 0.02 is two percent."""


class PositionRiskSettings(Settings):
    """Settings of position-risk."""

    limit_fraction: float = Field(default=0.05, gt=0, le=1)
    """Share of the equity that the stop of one order may lose: 0.05 is five percent."""


class OrdersPerMinuteSettings(Settings):
    """Settings of orders-per-minute."""

    limit: int = Field(default=30, ge=1, le=10_000)
    """Orders in any minute."""


def _made_of(rule: Callable[..., RiskRule]) -> Callable[[Any, Services], RiskRule]:
    """Make what opens a rule: its settings are its arguments."""

    def opened(settings: Settings, _services: Services) -> RiskRule:
        return rule(**settings.model_dump())

    return opened


_RULES: tuple[tuple[str, str, str, type[Settings], Callable[..., RiskRule], bool], ...] = (
    ("max-positions", "Open positions", "At most so many positions.", MaxPositionsSettings, MaxPositions, True),
    ("max-volume", "Volume", "At most so many lots of a symbol in one direction.", MaxVolumeSettings, MaxVolume, False),
    ("spread-cap", "Spread", "No opening at a wide spread.", SpreadCapSettings, SpreadCap, False),
    ("daily-loss", "Daily loss", "No opening that could lose too much in a day.", DailyLossSettings, DailyLoss, True),
    (
        "position-risk",
        "Risk of a position",
        "No opening without a stop, or with too much at risk.",
        PositionRiskSettings,
        PositionRisk,
        True,
    ),
    (
        "orders-per-minute",
        "Orders a minute",
        "At most so many orders in any minute.",
        OrdersPerMinuteSettings,
        OrdersPerMinute,
        True,
    ),
)


def risk_offers() -> tuple[RiskOffer, ...]:
    """Give the risk rules that ship."""
    return tuple(
        RiskOffer(
            name=name,
            title=title,
            summary=summary,
            settings=settings,
            open=_made_of(rule),
            api_version=1,
            default=default,
        )
        for name, title, summary, settings, rule, default in _RULES
    )
