"""The limits of a run in one value."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import attrs

from forexai_core.errors import ConfigError
from forexai_core.ports.risk import RiskRule
from forexai_core.risk import checks
from forexai_core.risk.exposures import CorrelatedPositions, CurrencyExposure, MarginLevel
from forexai_core.risk.hours import NewsBlackout, TradingHours, WeekendPause, WeekSpan
from forexai_core.risk.limits import MaxPositions, MaxVolume, OrdersPerMinute, PositionRisk, SpreadCap
from forexai_core.risk.loss_limits import DailyLoss, Latch, Measure, TotalLoss, TrailingDrawdown
from forexai_core.values.calendar import EconomicEvent
from forexai_core.values.clocks import NEW_YORK_CLOSE, Clock

if TYPE_CHECKING:
    from forexai_core.risk.prop_firms import PropFirmRules

__all__ = ["Risk"]


def _several(values: Any) -> Any:
    """Make a tuple of what can be gone through; what cannot is named by the field's check."""
    return tuple(values) if isinstance(values, Iterable) and not isinstance(values, str) else values


def _texts(values: Any) -> Any:
    return (values,) if isinstance(values, str) else _several(values)


def _clock(value: str | Clock) -> Clock:
    if not isinstance(value, str | Clock):
        raise ConfigError(f"Risk: a clock is a name such as 'Europe/London' or 'new-york+7', not {value!r}.")
    return Clock.of(value)


def _optional_clock(value: str | Clock | None) -> Clock | None:
    return None if value is None else _clock(value)


def _firm(value: str | PropFirmRules | None) -> PropFirmRules | None:
    if not isinstance(value, str):
        return value
    # Slow to load: rule sets are read with pydantic, which most runs do without.
    from forexai_core.risk.prop_firms import prop_firm

    return prop_firm(value)


def _is_firm(_: object, __: attrs.Attribute[Any], value: Any) -> None:
    made = callable(getattr(value, "rules", None)) and hasattr(value, "objectives") and not isinstance(value, type)
    if value is not None and not made:
        raise ConfigError(
            f"Risk: prop_firm is the name of a rule set that ships, or what read_prop_firm('mine.toml') gives, not "
            f"{value!r}."
        )


_MINUTES = checks.from_to(0, 7 * 24 * 60, "minutes")
_HOURS = checks.each_of((str, WeekSpan), "takes texts such as 'mon-fri 08:00-17:00'")
_EVENTS = checks.each_of(EconomicEvent, "takes the events that forexai_core.data.read_events gives")
_RULES = checks.each_of(RiskRule, "takes rules, each with a name and judge(proposal)")


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

    max_daily_loss_fraction: float | None = attrs.field(
        default=None, validator=attrs.validators.optional(checks.fraction)
    )
    max_position_risk_fraction: float | None = attrs.field(
        default=None, validator=attrs.validators.optional(checks.fraction)
    )
    max_positions: int | None = attrs.field(default=None, validator=attrs.validators.optional(checks.count))
    max_volume_lots: float | None = attrs.field(default=None, validator=attrs.validators.optional(checks.positive))
    max_spread_points: float | None = attrs.field(default=None, validator=attrs.validators.optional(checks.positive))
    max_orders_per_minute: int | None = attrs.field(default=None, validator=attrs.validators.optional(checks.count))
    max_total_loss_fraction: float | None = attrs.field(
        default=None, validator=attrs.validators.optional(checks.fraction)
    )
    max_drawdown_fraction: float | None = attrs.field(
        default=None, validator=attrs.validators.optional(checks.fraction)
    )
    max_currency_exposure: float | None = attrs.field(
        default=None, validator=attrs.validators.optional(checks.positive)
    )
    max_correlated_positions: int | None = attrs.field(default=None, validator=attrs.validators.optional(checks.count))
    correlation_threshold: float = attrs.field(default=0.7, validator=checks.fraction)
    correlation_steps: int = attrs.field(default=120, validator=checks.from_to(2))
    correlation_step_minutes: int = attrs.field(default=60, validator=checks.count)
    min_margin_level_percent: float | None = attrs.field(
        default=None, validator=attrs.validators.optional(checks.positive)
    )
    trading_hours: tuple[str, ...] = attrs.field(default=(), converter=_texts, validator=_HOURS)
    trading_clock: Clock = attrs.field(default=NEW_YORK_CLOSE, converter=_clock)
    weekend_pause_minutes: int | None = attrs.field(default=None, validator=attrs.validators.optional(_MINUTES))
    news: tuple[EconomicEvent, ...] = attrs.field(default=(), converter=_several, validator=_EVENTS)
    news_minutes_before: int = attrs.field(default=30, validator=_MINUTES)
    news_minutes_after: int = attrs.field(default=30, validator=_MINUTES)
    daily_loss_of: str = attrs.field(default="reference", validator=checks.one_of(("reference", "initial")))
    daily_loss_reference: Measure = attrs.field(default=Measure.LARGER, validator=checks.one_of(Measure))
    daily_loss_clock: Clock | None = attrs.field(default=None, converter=_optional_clock)
    daily_loss_latch: Latch = attrs.field(default=Latch.DAY, validator=checks.one_of(Latch))
    initial_balance: float | None = attrs.field(default=None, validator=attrs.validators.optional(checks.positive))
    prop_firm: PropFirmRules | None = attrs.field(default=None, converter=_firm, validator=_is_firm)
    rules: tuple[RiskRule, ...] = attrs.field(default=(), converter=_several, validator=_RULES)

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
