"""Rules about when: hours of the week, weekends, news."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from functools import lru_cache

import attrs
import numpy as np

from forexai_core.errors import ConfigError
from forexai_core.ports.risk import Proposal, Verdict
from forexai_core.risk import checks
from forexai_core.values.calendar import EconomicEvent, Impact
from forexai_core.values.clocks import NEW_YORK_CLOSE, Clock, format_time_ns
from forexai_core.values.timeframes import NS_PER_DAY, NS_PER_MINUTE

__all__ = ["NewsBlackout", "TradingHours", "WeekSpan", "WeekendPause", "minute_of_week"]

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MINUTES_PER_DAY = 1_440
_MINUTES_PER_WEEK = 7 * _MINUTES_PER_DAY
_SPAN = re.compile(
    r"(?:(?P<first>[a-z]{3})(?:-(?P<last>[a-z]{3}))?\s+)?(?P<h1>\d{1,2}):(?P<m1>\d{2})-(?P<h2>\d{1,2}):(?P<m2>\d{2})"
)
_EPOCH_WEEKDAY = 3


_QUARTER_NS = 15 * NS_PER_MINUTE  # every zone since 1970 has changed its offset at a multiple of this


@lru_cache(maxsize=1_024)
def _offset_in(clock: Clock, quarter: int) -> int:
    return int(clock.offset_ns(np.array([quarter * _QUARTER_NS], np.int64))[0])


def minute_of_week(clock: Clock, time_ns: int) -> int:
    """Give the minutes since Monday's midnight that a clock shows."""
    wall = time_ns + _offset_in(clock, time_ns // _QUARTER_NS)
    weekday = (wall // NS_PER_DAY + _EPOCH_WEEKDAY) % 7
    return weekday * _MINUTES_PER_DAY + wall % NS_PER_DAY // NS_PER_MINUTE


@attrs.frozen
class WeekSpan:
    """Hours of some days of the week.

    Attributes
    ----------
    days : tuple of int
        Monday is 0.
    open_minute, close_minute : int
        Minutes of the day; where the second is not the later one, the span ends on the next day.
    """

    days: tuple[int, ...]
    open_minute: int
    close_minute: int

    @classmethod
    def of(cls, text: str | WeekSpan) -> WeekSpan:
        """Read ``mon-fri 08:00-17:00``, ``sun 22:00-24:00`` or ``08:00-17:00`` (every day).

        Raises
        ------
        ConfigError
            If the text is none of these.
        """
        if isinstance(text, WeekSpan):
            return text
        if not isinstance(text, str):
            raise ConfigError(f"{text!r} are no trading hours. Write them as 'mon-fri 08:00-17:00' or '08:00-17:00'.")
        match = _SPAN.fullmatch(text.strip().casefold())
        named = [] if match is None else [name for name in (match["first"], match["last"]) if name]
        if match is None or any(name not in _DAYS for name in named):
            raise ConfigError(f"'{text}' are no trading hours. Write them as 'mon-fri 08:00-17:00' or '08:00-17:00'.")
        days = range(7)
        if named:
            first, last = _DAYS.index(named[0]), _DAYS.index(named[-1])
            days = [day % 7 for day in range(first, last + (1 if last >= first else 8))]  # type: ignore[assignment]
        opens, closes = (60 * int(match[f"h{part}"]) + int(match[f"m{part}"]) for part in (1, 2))
        if max(opens, closes) > _MINUTES_PER_DAY or opens == closes or int(match["m1"]) > 59 or int(match["m2"]) > 59:
            raise ConfigError(f"'{text}' are no trading hours: a span has two different times from 00:00 to 24:00.")
        return cls(tuple(days), opens, closes)

    def holds(self, minute: int) -> bool:
        """Say whether a minute of the week lies in it."""
        length = (self.close_minute - self.open_minute) % _MINUTES_PER_DAY or _MINUTES_PER_DAY
        return any(
            (minute - day * _MINUTES_PER_DAY - self.open_minute) % _MINUTES_PER_WEEK < length for day in self.days
        )


def _spans(values: Iterable[str | WeekSpan]) -> tuple[WeekSpan, ...]:
    return tuple(map(WeekSpan.of, (values,) if isinstance(values, str | WeekSpan) else values))


def _clock(value: str | Clock) -> Clock:
    return Clock.of(value)


_minutes = checks.from_to(0, _MINUTES_PER_WEEK, "minutes")


@attrs.frozen(kw_only=True)
class TradingHours:
    """Openings in some hours of the week alone.

    Attributes
    ----------
    spans : tuple of WeekSpan
        When positions may be opened; texts such as ``"mon-fri 08:00-17:00"`` are taken.
    clock : Clock
        Which clock shows these hours.
    """

    spans: tuple[WeekSpan, ...] = attrs.field(converter=_spans, validator=attrs.validators.min_len(1))
    clock: Clock = attrs.field(default=NEW_YORK_CLOSE, converter=_clock)
    name: str = attrs.field(default="trading-hours", init=False)

    def judge(self, proposal: Proposal) -> Verdict:
        """Refuse an opening outside the hours."""
        if not proposal.opens:
            return Verdict(allowed=True, rule=self.name)
        minute = minute_of_week(self.clock, proposal.time_ns)
        allowed = any(span.holds(minute) for span in self.spans)
        day, rest = divmod(minute, _MINUTES_PER_DAY)
        text = f"{_DAYS[day].title()} {rest // 60:02}:{rest % 60:02} ({self.clock}) is outside the trading hours."
        return Verdict(allowed=allowed, rule=self.name, reason="" if allowed else text, value=float(minute))


@attrs.frozen(kw_only=True)
class WeekendPause:
    """No opening before and after the weekend; markets that trade on Saturdays are exempt.

    Attributes
    ----------
    before_minutes : int
        Before Friday's midnight.
    after_minutes : int
        After Monday's midnight.
    clock : Clock
        Whose midnights; default New York plus seven hours, by which the week begins and ends at midnight.
    """

    before_minutes: int = attrs.field(default=60, validator=_minutes)
    after_minutes: int = attrs.field(default=0, validator=_minutes)
    clock: Clock = attrs.field(default=NEW_YORK_CLOSE, converter=_clock)
    name: str = "weekend"

    def judge(self, proposal: Proposal) -> Verdict:
        """Refuse an opening around the weekend."""
        if not proposal.opens or proposal.instrument.trades_at_weekends:
            return Verdict(allowed=True, rule=self.name)
        minute = minute_of_week(self.clock, proposal.time_ns)
        starts = 5 * _MINUTES_PER_DAY - self.before_minutes
        paused = minute >= starts or minute < self.after_minutes
        text = (
            f"The weekend's pause, from {self.before_minutes} minutes before it to {self.after_minutes} after it "
            f"({self.clock})."
        )
        return Verdict(allowed=not paused, rule=self.name, reason=text if paused else "", value=float(minute))


def _in_order(events: Iterable[EconomicEvent]) -> tuple[EconomicEvent, ...]:
    return tuple(sorted(events, key=lambda event: (event.time_ns, event.currency, event.title)))


@attrs.frozen(kw_only=True)
class NewsBlackout:
    """No opening around news that concern one of the order's currencies.

    Attributes
    ----------
    events : tuple of EconomicEvent
        The calendar, as `forexai_core.data.read_events` reads it.
    before_minutes, after_minutes : int
        Around each event.
    impact : Impact
        From which impact on an event counts; holidays count only where this says ``holiday``.
    until_ns : int or None
        How far the calendar reaches, nanoseconds UTC; None is its last event. After it nothing is known, and nothing
        may be opened: unless `open_end`.
    open_end : bool
        Whether openings are allowed beyond the calendar's end.
    """

    events: tuple[EconomicEvent, ...] = attrs.field(converter=_in_order)
    before_minutes: int = attrs.field(default=30, validator=_minutes)
    after_minutes: int = attrs.field(default=30, validator=_minutes)
    impact: Impact = attrs.field(default=Impact.HIGH, converter=Impact)
    until_ns: int | None = None
    open_end: bool = False
    name: str = "news"
    _times: tuple[int, ...] = attrs.field(init=False, eq=False, repr=False)

    @_times.default
    def _times_of_events(self) -> tuple[int, ...]:
        return tuple(event.time_ns for event in self.events)

    def _near(self, proposal: Proposal) -> EconomicEvent | None:
        currencies = {proposal.instrument.base_currency, proposal.instrument.profit_currency}
        first = bisect_left(self._times, proposal.time_ns - self.after_minutes * NS_PER_MINUTE)
        last = proposal.time_ns + self.before_minutes * NS_PER_MINUTE
        for number in range(first, len(self.events)):
            event = self.events[number]
            if event.time_ns > last:
                break
            if event.currency in currencies and event.impact.rank >= self.impact.rank:
                return event
        return None

    def judge(self, proposal: Proposal) -> Verdict:
        """Refuse an opening near an event, and where the calendar has ended."""
        if not proposal.opens:
            return Verdict(allowed=True, rule=self.name)
        if not self.events and self.until_ns is None and not self.open_end:
            return Verdict(allowed=False, rule=self.name, reason="There is no calendar of news. Load one.")
        until = self.until_ns if self.until_ns is not None else (self._times[-1] if self._times else 0)
        if not self.open_end and proposal.time_ns > until:
            reason = f"The calendar ends at {format_time_ns(until)}: what comes after it is unknown. Load a newer one."
            return Verdict(allowed=False, rule=self.name, reason=reason)
        near = self._near(proposal)
        if near is None:
            return Verdict(allowed=True, rule=self.name)
        away = (near.time_ns - proposal.time_ns) / NS_PER_MINUTE
        when = f"in {away:.0f} minutes" if away >= 0 else f"{-away:.0f} minutes ago"
        reason = f"{near.currency} news of {near.impact} impact {when}: {near.title}."
        return Verdict(allowed=False, rule=self.name, reason=reason, value=away)
