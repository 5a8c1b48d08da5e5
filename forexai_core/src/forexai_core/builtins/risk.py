"""The risk rules that ship, as offers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

import attrs
from pydantic import Field

from forexai_core.data.event_files import read_events
from forexai_core.ports.risk import RiskOffer, RiskRule
from forexai_core.ports.services import Services
from forexai_core.ports.settings import Settings
from forexai_core.risk.exposures import CorrelatedPositions, CurrencyExposure, MarginLevel
from forexai_core.risk.hours import NewsBlackout, TradingHours, WeekendPause
from forexai_core.risk.limits import MaxPositions, MaxVolume, OrdersPerMinute, PositionRisk, SpreadCap
from forexai_core.risk.loss_limits import DailyLoss, TotalLoss, TrailingDrawdown
from forexai_core.values.calendar import EconomicEvent

__all__ = ["risk_offers"]


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
    """Share that a day may lose, all stops included: 0.02 is two percent."""
    of: Literal["reference", "initial"] = "reference"
    """What the share is of: what the day began with, or the initial balance."""
    reference: Literal["larger", "balance", "equity"] = "larger"
    """What the loss is reckoned from: balance, equity or the larger of both at midnight."""
    clock: str | None = None
    """Whose midnight begins a day; nothing is the server's."""
    latch: Literal["day", "person"] = "person"
    """Whether a broken day ends with the day, or waits for a person."""
    flatten: bool = True
    """Whether a breach closes what is open."""
    initial_balance: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    """What the account began with; nothing: its balance when risk begins."""


class TotalLossSettings(Settings):
    """Settings of total-loss."""

    limit_fraction: float = Field(default=0.10, gt=0, le=1)
    """Share of the initial balance that may be lost in all."""
    flatten: bool = True
    """Whether a breach closes what is open."""
    initial_balance: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    """What the account began with; nothing: its balance when risk begins."""


class TrailingDrawdownSettings(Settings):
    """Settings of trailing-drawdown."""

    limit_fraction: float = Field(default=0.10, gt=0, le=1)
    """How far the equity may fall below the high-water mark."""
    of: Literal["peak", "initial"] = "peak"
    """What the share is of: the mark, or the initial balance."""
    trails: Literal["end_of_day", "intraday"] = "intraday"
    """Whether the mark rises with every price, or at midnights alone."""
    measure: Literal["balance", "equity", "larger"] = "equity"
    """What it follows at midnights."""
    lock_fraction: float | None = Field(default=None, ge=-1, le=10)
    """The floor rises no further than the initial balance and this share of it; nothing: it always rises."""
    clock: str | None = None
    """Whose midnights; nothing is the server's."""
    flatten: bool = True
    """Whether a breach closes what is open."""
    initial_balance: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    """What the account began with; nothing: its balance when risk begins."""


class PositionRiskSettings(Settings):
    """Settings of position-risk."""

    limit_fraction: float = Field(default=0.05, gt=0, le=1)
    """Share of the equity that the stop of one order may lose: 0.05 is five percent."""


class OrdersPerMinuteSettings(Settings):
    """Settings of orders-per-minute."""

    limit: int = Field(default=30, ge=1, le=10_000)
    """Orders in any minute."""


class CurrencyExposureSettings(Settings):
    """Settings of currency-exposure."""

    limit_multiple: float = Field(default=20.0, gt=0, le=1_000)
    """Net value of any currency but the account's, as a multiple of the equity."""


class CorrelationSettings(Settings):
    """Settings of correlation."""

    limit: int = Field(default=3, ge=1, le=1_000)
    """Positions that move together, the new one included."""
    threshold: float = Field(default=0.7, gt=0, le=1)
    """Correlation of returns from which two symbols move together."""
    steps: int = Field(default=120, ge=2, le=10_000)
    """Returns that count."""
    step_minutes: int = Field(default=60, ge=1, le=10_080)
    """Minutes of each return."""
    least: int = Field(default=30, ge=2, le=10_000)
    """With fewer returns two symbols count as moving together."""


class MarginLevelSettings(Settings):
    """Settings of margin-level."""

    limit_percent: float = Field(default=200.0, gt=0, le=100_000)
    """Least equity over margin, the new order's included, percent."""


class TradingHoursSettings(Settings):
    """Settings of trading-hours."""

    spans: tuple[str, ...] = Field(default=("mon-fri 00:00-24:00",), min_length=1)
    """When positions may be opened, such as "mon-fri 08:00-17:00"."""
    clock: str = "new-york+7"
    """Which clock shows these hours."""


class WeekendSettings(Settings):
    """Settings of weekend."""

    before_minutes: int = Field(default=60, ge=0, le=10_080)
    """Nothing opens so long before Friday's midnight."""
    after_minutes: int = Field(default=0, ge=0, le=10_080)
    """Nor so long after Monday's."""
    clock: str = "new-york+7"
    """Whose midnights."""


class NewsEvent(Settings):
    """An event of the calendar."""

    time_ns: int
    """When, nanoseconds UTC."""
    currency: str
    """Which currency it concerns."""
    impact: Literal["holiday", "low", "medium", "high"] = "high"
    """How much it usually moves it."""
    title: str = "news"
    """What it is."""


class NewsSettings(Settings):
    """Settings of news."""

    calendar: str | None = None
    """File of an economic calendar (CSV)."""
    timezone: str | None = None
    """Clock of that file, where its times name none."""
    events: tuple[NewsEvent, ...] = ()
    """Events besides those of the file."""
    before_minutes: int = Field(default=30, ge=0, le=10_080)
    """Nothing opens so long before an event."""
    after_minutes: int = Field(default=30, ge=0, le=10_080)
    """Nor so long after it."""
    impact: Literal["holiday", "low", "medium", "high"] = "high"
    """From which impact on an event counts."""
    open_end: bool = False
    """Whether openings are allowed after the calendar's last event."""


def _made_of(rule: Callable[..., RiskRule]) -> Callable[[Any, Services], RiskRule]:
    """Make what opens a rule: its settings are its arguments."""

    def opened(settings: Settings, _services: Services) -> RiskRule:
        return rule(**settings.model_dump())

    return opened


def _news(settings: NewsSettings, _services: Services) -> RiskRule:
    options = {} if settings.timezone is None else {"timezone": settings.timezone}
    read = () if settings.calendar is None else read_events(settings.calendar, **options)  # type: ignore[arg-type]
    given = (EconomicEvent(**event.model_dump()) for event in settings.events)
    return NewsBlackout(
        events=(*read, *given),
        before_minutes=settings.before_minutes,
        after_minutes=settings.after_minutes,
        impact=settings.impact,
        open_end=settings.open_end,
    )


@attrs.frozen
class _Shipped:
    """One rule that ships."""

    name: str
    title: str
    summary: str
    settings: type[Settings]
    open: Callable[[Any, Services], RiskRule]
    default: bool = False
    example: Mapping[str, Any] = attrs.field(factory=dict)


_EXAMPLE_NEWS = {"events": [{"time_ns": 1_700_345_600_000_000_000, "currency": "USD"}]}

_RULES = (
    _Shipped(
        "max-positions",
        "Open positions",
        "At most so many positions.",
        MaxPositionsSettings,
        _made_of(MaxPositions),
        default=True,
    ),
    _Shipped(
        "max-volume",
        "Volume",
        "At most so many lots of a symbol in one direction.",
        MaxVolumeSettings,
        _made_of(MaxVolume),
    ),
    _Shipped("spread-cap", "Spread", "No opening at a wide spread.", SpreadCapSettings, _made_of(SpreadCap)),
    _Shipped(
        "daily-loss",
        "Daily loss",
        "No opening that could lose too much in a day; a breach closes everything.",
        DailyLossSettings,
        _made_of(DailyLoss),
        default=True,
    ),
    _Shipped(
        "total-loss",
        "Total loss",
        "No opening that could lose too much of the initial balance; a breach closes everything.",
        TotalLossSettings,
        _made_of(TotalLoss),
    ),
    _Shipped(
        "trailing-drawdown",
        "Trailing drawdown",
        "No opening that could fall too far below the high-water mark; a breach closes everything.",
        TrailingDrawdownSettings,
        _made_of(TrailingDrawdown),
    ),
    _Shipped(
        "position-risk",
        "Risk of a position",
        "No opening without a stop, or with too much at risk.",
        PositionRiskSettings,
        _made_of(PositionRisk),
        default=True,
    ),
    _Shipped(
        "orders-per-minute",
        "Orders a minute",
        "At most so many orders in any minute.",
        OrdersPerMinuteSettings,
        _made_of(OrdersPerMinute),
        default=True,
    ),
    _Shipped(
        "currency-exposure",
        "Exposure by currency",
        "At most so much of any currency, net.",
        CurrencyExposureSettings,
        _made_of(CurrencyExposure),
    ),
    _Shipped(
        "correlation",
        "Correlated positions",
        "At most so many positions that move together.",
        CorrelationSettings,
        _made_of(CorrelatedPositions),
    ),
    _Shipped(
        "margin-level",
        "Margin level",
        "No opening that leaves the margin level too low.",
        MarginLevelSettings,
        _made_of(MarginLevel),
    ),
    _Shipped(
        "trading-hours",
        "Trading hours",
        "Openings in some hours of the week alone.",
        TradingHoursSettings,
        _made_of(TradingHours),
    ),
    _Shipped("weekend", "Weekend", "No opening around the weekend.", WeekendSettings, _made_of(WeekendPause)),
    _Shipped("news", "News", "No opening around news.", NewsSettings, _news, example=_EXAMPLE_NEWS),
)


def risk_offers() -> tuple[RiskOffer, ...]:
    """Give the risk rules that ship."""
    return tuple(
        RiskOffer(
            name=rule.name,
            title=rule.title,
            summary=rule.summary,
            settings=rule.settings,
            open=rule.open,
            api_version=1,
            default=rule.default,
            example=rule.example,
        )
        for rule in _RULES
    )
