"""Models of the spread, for prices that bring none of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from forexai_core.errors import ConfigError, did_you_mean
from forexai_core.values.calendar import EconomicEvent, Impact
from forexai_core.values.numbers import is_number, is_whole, not_negative, number, whole

__all__ = ["SpreadModel"]


def _hours(given: Mapping[int, float] | Iterable[tuple[int, float]]) -> tuple[tuple[int, float], ...]:
    try:
        pairs = [(hour, points) for hour, points in (given.items() if isinstance(given, Mapping) else given)]
    except (TypeError, ValueError):
        raise ConfigError(f"SpreadModel: hours are points by hour, such as {{22: 25}}, not {given!r}.") from None
    for hour, points in pairs:
        sound = is_whole(hour) and 0 <= hour <= 23 and is_number(points) and 0 <= points < float("inf")
        if not sound:
            raise ConfigError(f"SpreadModel: hours[{hour!r}] = {points!r} is no spread of an hour from 0 to 23.")
    return tuple(sorted((int(hour), float(points)) for hour, points in pairs))


def _at_least_one(_instance: object, attribute: attrs.Attribute[float], value: float) -> None:
    if not (is_number(value) and 1 <= value < float("inf")):
        raise ConfigError(
            f"SpreadModel: {attribute.name} widens the spread, so it must be a number, 1 or above, not {value!r}."
        )


def _events(given: Iterable[EconomicEvent]) -> tuple[EconomicEvent, ...]:
    listed = list(given) if isinstance(given, Iterable) else [given]
    for each in listed:
        if not isinstance(each, EconomicEvent):
            raise ConfigError(f"SpreadModel: events are those that an economic calendar gives, not {each!r}.")
    return tuple(sorted(listed, key=lambda event: event.time_ns))


def _impact(value: str | Impact) -> Impact:
    try:
        return Impact(value)
    except ValueError:
        raise ConfigError(
            f"SpreadModel: there is no least_impact '{value}'. {did_you_mean(str(value), Impact)}"
        ) from None


def _minutes(default: float) -> Any:
    return attrs.field(default=default, converter=number, validator=not_negative)


def _factor(default: float) -> Any:
    return attrs.field(default=default, converter=number, validator=_at_least_one)


@attrs.frozen(kw_only=True)
class SpreadModel:
    """A spread by hour, wider around rollovers, openings of the week and news, and random if asked.

    Each bar or tick has one spread: the widest of any instant in it. The factors of windows that overlap are not
    multiplied; the largest one counts.

    Attributes
    ----------
    points : float or None
        Ordinary spread; None is the instrument's.
    hours : mapping of int to float, or pairs of them
        Points by hour of the account's clock, in place of ``points``; kept as pairs.
    rollover_factor, rollover_minutes : float
        How much wider, and for how long before and after each midnight of the account's clock.
    week_open_factor, week_open_minutes : float
        How much wider, and for how long, after a pause of prices of a day or more.
    news_factor, news_minutes_before, news_minutes_after : float
        How much wider around the events that concern the symbol's currencies.
    events : tuple of EconomicEvent
        Of an economic calendar; see the ``events`` source.
    least_impact : Impact
        Events of less impact, and holidays, are left out.
    jitter : float
        Each spread is widened by a random part of itself, evenly from 0 to this.
    seed : int
        Of the jitter.
    """

    points: float | None = attrs.field(default=None, validator=attrs.validators.optional(not_negative))
    hours: tuple[tuple[int, float], ...] = attrs.field(default=(), converter=_hours)
    rollover_factor: float = _factor(1.0)
    rollover_minutes: float = _minutes(15.0)
    week_open_factor: float = _factor(1.0)
    week_open_minutes: float = _minutes(60.0)
    news_factor: float = _factor(1.0)
    news_minutes_before: float = _minutes(5.0)
    news_minutes_after: float = _minutes(15.0)
    events: tuple[EconomicEvent, ...] = attrs.field(default=(), converter=_events)
    least_impact: Impact = attrs.field(default=Impact.HIGH, converter=_impact)
    jitter: float = _minutes(0.0)
    seed: int = attrs.field(default=0, validator=whole)

    def __attrs_post_init__(self) -> None:
        if self.news_factor > 1.0 and not self.events:
            raise ConfigError("SpreadModel: news_factor widens the spread around events, but there are none.")

    def __str__(self) -> str:
        base = "the instrument's" if self.points is None else f"{self.points:g} points"
        parts = [base + (f", {len(self.hours)} hours of their own" if self.hours else "")]
        widened = (
            (self.rollover_factor, f"{self.rollover_minutes:g} minutes around rollovers"),
            (self.week_open_factor, f"{self.week_open_minutes:g} minutes after pauses of a day"),
            (
                self.news_factor,
                (
                    f"{self.news_minutes_before:g} minutes before to {self.news_minutes_after:g} after "
                    f"{len(self.events)} events of at least {self.least_impact} impact"
                ),
            ),
        )
        parts += [f"{factor:g} times {where}" for factor, where in widened if factor > 1.0]
        parts += [f"up to {100 * self.jitter:g} % wider at random, seed {self.seed}"] if self.jitter else []
        return "; ".join(parts)
