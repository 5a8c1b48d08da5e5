"""The limits of a run in one value."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import attrs

from forexai_core.ports.risk import RiskRule
from forexai_core.risk.exposures import CorrelatedPositions, CurrencyExposure, MarginLevel
from forexai_core.risk.hours import NewsBlackout, TradingHours, WeekendPause
from forexai_core.risk.limits import MaxPositions, MaxVolume, OrdersPerMinute, PositionRisk, SpreadCap
from forexai_core.risk.loss_limits import DailyLoss, Latch, Measure, TotalLoss, TrailingDrawdown
from forexai_core.values.calendar import EconomicEvent
from forexai_core.values.clocks import NEW_YORK_CLOSE, Clock

if TYPE_CHECKING:
    from forexai_core.risk.prop_firms import PropFirmRules

__all__ = ["Risk"]


def _texts(values: str | Iterable[str]) -> tuple[str, ...]:
    return (values,) if isinstance(values, str) else tuple(values)


def _clock(value: str | Clock) -> Clock:
    return Clock.of(value)


def _optional_clock(value: str | Clock | None) -> Clock | None:
    return None if value is None else Clock.of(value)


def _firm(value: str | PropFirmRules | None) -> PropFirmRules | None:
    if not isinstance(value, str):
        return value
    # Slow to load: rule sets are read with pydantic, which most runs do without.
    from forexai_core.risk.prop_firms import prop_firm

    return prop_firm(value)


@attrs.frozen(kw_only=True)
class Risk:
    """Limits that every opening of a run has to keep; None is no limit.

    Attributes
    ----------
    max_daily_loss_fraction : float or None
        What a day may lose, with all that is open at its stops: a share of `daily_loss_of`. A price that breaks it
        closes everything.
    max_position_risk_fraction : float or None
        Of the present equity, lost at one order's stop; an order without stop is refused.
    max_positions : int or None
        Positions and opening orders at once.
    max_volume_lots : float or None
        Of one symbol in one direction.
    max_spread_points : float or None
        Above it nothing opens.
    max_orders_per_minute : int or None
        Rate of orders.
    max_total_loss_fraction : float or None
        What the account may lose in all, of its initial balance; a breach closes everything.
    max_drawdown_fraction : float or None
        How far the equity may fall below its highest; a breach closes everything.
    max_currency_exposure : float or None
        Net value of any currency but the account's, as a multiple of the equity.
    max_correlated_positions : int or None
        Positions that move together, from `correlation_threshold` on, over `correlation_steps` returns of
        `correlation_step_minutes` each.
    min_margin_level_percent : float or None
        Equity over margin, with the new order's.
    trading_hours : tuple of str
        Such as ``"mon-fri 08:00-17:00"``, by `trading_clock`; empty: any time.
    weekend_pause_minutes : int or None
        Nothing opens so long before Friday's midnight by `trading_clock`.
    news : tuple of EconomicEvent
        Nothing opens `news_minutes_before` to `news_minutes_after` events of high impact, nor after the last of them;
        empty: no such limit. Where `prop_firm` has minutes of its own, those count.
    daily_loss_of : {"reference", "initial"}
        Whether the day's share is of its reference or of the initial balance.
    daily_loss_reference : {"larger", "balance", "equity"}
        What the day's loss is reckoned from: which of them at midnight.
    daily_loss_clock : Clock or None
        Whose midnight; None is the account's.
    daily_loss_latch : {"day", "person"}
        Whether a broken day ends with the day, or waits for a person.
    initial_balance : float or None
        What the account began with, account currency: total loss, shares "of initial" and a firm's terms are reckoned
        from it. None: the balance when risk begins, which is wrong for an account that has traded before. A state that
        was kept goes on with what it began with, deposits added.
    prop_firm : PropFirmRules, str or None
        A rule set, or the name of one that ships; its limits come beside the others.
    rules : tuple of RiskRule
        Any others, such as a plugin's.
    """

    max_daily_loss_fraction: float | None = None
    max_position_risk_fraction: float | None = None
    max_positions: int | None = None
    max_volume_lots: float | None = None
    max_spread_points: float | None = None
    max_orders_per_minute: int | None = None
    max_total_loss_fraction: float | None = None
    max_drawdown_fraction: float | None = None
    max_currency_exposure: float | None = None
    max_correlated_positions: int | None = None
    correlation_threshold: float = 0.7
    correlation_steps: int = 120
    correlation_step_minutes: int = 60
    min_margin_level_percent: float | None = None
    trading_hours: tuple[str, ...] = attrs.field(default=(), converter=_texts)
    trading_clock: Clock = attrs.field(default=NEW_YORK_CLOSE, converter=_clock)
    weekend_pause_minutes: int | None = None
    news: tuple[EconomicEvent, ...] = attrs.field(default=(), converter=tuple)
    news_minutes_before: int = 30
    news_minutes_after: int = 30
    daily_loss_of: str = "reference"
    daily_loss_reference: Measure = attrs.field(default=Measure.LARGER)
    daily_loss_clock: Clock | None = attrs.field(default=None, converter=_optional_clock)
    daily_loss_latch: Latch = attrs.field(default=Latch.DAY)
    initial_balance: float | None = None
    prop_firm: PropFirmRules | None = attrs.field(default=None, converter=_firm)
    rules: tuple[RiskRule, ...] = attrs.field(default=(), converter=tuple)

    def __attrs_post_init__(self) -> None:
        self.all_rules()  # what no rule takes is refused here, not in the middle of a run

    @classmethod
    def of_session(cls, **changes: Any) -> Risk:
        """Give the limits that a paper or live session has unless it says otherwise.

        A day may lose 2 % and one position 5 %, ten positions, thirty orders a minute; a broken day waits for a person.

        Parameters
        ----------
        **changes
            Fields to set otherwise; None switches one off.
        """
        usual: dict[str, Any] = {
            "max_daily_loss_fraction": 0.02,
            "max_position_risk_fraction": 0.05,
            "max_positions": 10,
            "max_orders_per_minute": 30,
            "daily_loss_latch": Latch.PERSON,
        }
        return cls(**(usual | changes))

    def all_rules(self) -> tuple[RiskRule, ...]:
        """Give every limit as a rule, in the order of the fields."""
        firm = () if self.prop_firm is None else self.prop_firm.rules(self.news, initial_balance=self.initial_balance)
        return (*self._losses(), *self._sizes(), *self._times(), *firm, *self.rules)

    def _losses(self) -> Iterable[RiskRule]:
        if self.max_daily_loss_fraction is not None:
            yield DailyLoss(
                limit_fraction=self.max_daily_loss_fraction,
                of=self.daily_loss_of,
                reference=self.daily_loss_reference,
                clock=self.daily_loss_clock,
                latch=self.daily_loss_latch,
                initial_balance=self.initial_balance,
            )
        if self.max_total_loss_fraction is not None:
            yield TotalLoss(limit_fraction=self.max_total_loss_fraction, initial_balance=self.initial_balance)
        if self.max_drawdown_fraction is not None:
            yield TrailingDrawdown(limit_fraction=self.max_drawdown_fraction, initial_balance=self.initial_balance)

    def _sizes(self) -> Iterable[RiskRule]:
        if self.max_position_risk_fraction is not None:
            yield PositionRisk(limit_fraction=self.max_position_risk_fraction)
        if self.max_positions is not None:
            yield MaxPositions(limit=self.max_positions)
        if self.max_volume_lots is not None:
            yield MaxVolume(limit_lots=self.max_volume_lots)
        if self.max_currency_exposure is not None:
            yield CurrencyExposure(limit_multiple=self.max_currency_exposure)
        if self.max_correlated_positions is not None:
            yield CorrelatedPositions(
                limit=self.max_correlated_positions,
                threshold=self.correlation_threshold,
                steps=self.correlation_steps,
                step_minutes=self.correlation_step_minutes,
                least=min(30, self.correlation_steps),
            )
        if self.min_margin_level_percent is not None:
            yield MarginLevel(limit_percent=self.min_margin_level_percent)

    def _times(self) -> Iterable[RiskRule]:
        if self.max_spread_points is not None:
            yield SpreadCap(limit_points=self.max_spread_points)
        if self.max_orders_per_minute is not None:
            yield OrdersPerMinute(limit=self.max_orders_per_minute)
        if self.trading_hours:
            yield TradingHours(spans=self.trading_hours, clock=self.trading_clock)
        if self.weekend_pause_minutes is not None:
            yield WeekendPause(before_minutes=self.weekend_pause_minutes, clock=self.trading_clock)
        if self.news and (self.prop_firm is None or self.prop_firm.news is None):
            yield NewsBlackout(
                events=self.news, before_minutes=self.news_minutes_before, after_minutes=self.news_minutes_after
            )
