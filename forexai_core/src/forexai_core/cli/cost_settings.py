"""The ``[costs]`` of a settings file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from forexai_core.data.event_files import read_events
from forexai_core.ports.settings import Settings
from forexai_core.values.accounts import Costs
from forexai_core.values.calendar import Impact
from forexai_core.values.charges import CashFlow, Charged, Commission, SwapRates
from forexai_core.values.slippage import SlippageModel
from forexai_core.values.spreads import SpreadModel

__all__ = ["CostsPart"]


class _CommissionPart(Settings):
    """What a deal costs."""

    per_lot: float = 0.0
    percent: float = 0.0
    per_deal: float = 0.0
    minimum: float = 0.0
    maximum: float | None = None
    charged: Charged = Charged.EACH_SIDE
    currency: str | None = None


class _SwapRatesPart(Settings):
    """Swap rates from a day on."""

    day: date
    long: float
    short: float


class _CashFlowPart(Settings):
    """A dated amount for a lot."""

    time: datetime
    long: float = 0.0
    short: float = 0.0
    title: str = ""


class _SpreadPart(Settings):
    """A spread by hour, around rollovers, openings of the week and news; ``events`` is a file of a calendar."""

    points: float | None = None
    hours: Mapping[int, float] = Field(default_factory=dict)
    rollover_factor: float | None = None
    rollover_minutes: float | None = None
    week_open_factor: float | None = None
    week_open_minutes: float | None = None
    news_factor: float | None = None
    news_minutes_before: float | None = None
    news_minutes_after: float | None = None
    events: str | None = None
    events_timezone: str | None = None
    least_impact: Impact | None = None
    jitter: float | None = None
    seed: int | None = None


class _SlippagePart(Settings):
    """Slippage by the market's movement, by volume and by chance."""

    range_fraction: float | None = None
    atr_fraction: float | None = None
    atr_bars: int | None = None
    random_points: float | None = None
    seed: int | None = None
    impact_points: float | None = None
    free_lots: float | None = None
    impact: Literal["square_root", "linear"] | None = None


def _given(part: Settings) -> dict[str, Any]:
    return {name: value for name, value in part.model_dump().items() if value is not None}


def _spread_model(part: _SpreadPart) -> SpreadModel:
    fields = _given(part)
    timezone = fields.pop("events_timezone", None)
    if "events" in fields:
        options = {} if timezone is None else {"timezone": timezone}
        fields["events"] = read_events(fields["events"], **options)
    return SpreadModel(**fields)


class CostsPart(Settings):
    """Costs; what is left out comes from the prices, else from the instrument."""

    spread_points: float | None = None
    commission_per_lot: float | None = None
    slippage_points: float | None = None
    swap_long_points: float | None = None
    swap_short_points: float | None = None
    commission: _CommissionPart | None = None
    swap_rates: tuple[_SwapRatesPart, ...] = ()
    cash_flows: tuple[_CashFlowPart, ...] = ()
    spread: _SpreadPart | None = None
    slippage: _SlippagePart | None = None

    def make(self) -> Costs:
        """Make the costs of a run.

        Raises
        ------
        ConfigError, DataError
            If a value is out of its bounds, or a file cannot be read.
        """
        plain = ("spread_points", "commission_per_lot", "slippage_points", "swap_long_points", "swap_short_points")
        return Costs(
            **{name: getattr(self, name) for name in plain},
            commission=None if self.commission is None else Commission(**_given(self.commission)),
            swap_rates=[SwapRates(**each.model_dump()) for each in self.swap_rates],
            cash_flows=[
                CashFlow(time_ns=each.time, long=each.long, short=each.short, title=each.title)
                for each in self.cash_flows
            ],
            spread_model=None if self.spread is None else _spread_model(self.spread),
            slippage_model=None if self.slippage is None else SlippageModel(**_given(self.slippage)),
        )
