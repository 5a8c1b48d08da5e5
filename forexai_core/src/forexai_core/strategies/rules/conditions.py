"""Conditions of rules: comparisons, crossings, trends, counts, times, and how they combine."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from forexai_core.strategies.rules.operands import Closed, Operand, kind_of

__all__ = [
    "AllOf",
    "AnyOf",
    "Between",
    "Compare",
    "Condition",
    "Count",
    "Crosses",
    "Negation",
    "SessionName",
    "SessionWindow",
    "TimeWindow",
    "Trend",
    "Weekday",
]

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
SessionName = Literal["sydney", "tokyo", "london", "new_york", "london_new_york"]


class Compare(Closed):
    """One value against another. Values that differ by less than a millionth of a millionth are equal."""

    kind: Literal["compare"]
    left: Operand
    operator: Literal[">", "<", ">=", "<="]
    right: Operand


class Crosses(Closed):
    """True on the bar on which a value turns from one side of another to the other side; a tie is no cross."""

    kind: Literal["crosses"]
    left: Operand
    direction: Literal["above", "below", "either"]
    right: Operand


class Between(Closed):
    """A value within two others, both included."""

    kind: Literal["between"]
    value: Operand
    low: Operand
    high: Operand


class Trend(Closed):
    """A value that has risen, or fallen, on each of the last bars, counted in its own timeframe."""

    kind: Literal["rising", "falling"]
    value: Operand
    bars: int = Field(default=1, ge=1, le=10_000)


class Count(Closed):
    """A condition that was true on at least so many of the last bars, the present one included."""

    kind: Literal["count"]
    condition: Condition
    at_least: int = Field(ge=1, le=10_000)
    bars: int = Field(ge=1, le=10_000)

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.at_least > self.bars:
            raise ValueError(f"at_least {self.at_least} of {self.bars} bars can never be")
        return self


class AllOf(Closed):
    """Every condition is true (AND)."""

    kind: Literal["all"]
    conditions: list[Condition] = Field(min_length=1)


class AnyOf(Closed):
    """At least one condition is true (OR)."""

    kind: Literal["any"]
    conditions: list[Condition] = Field(min_length=1)


class Negation(Closed):
    """A condition is false (NOT); while an indicator warms up it is neither true nor false."""

    kind: Literal["not"]
    condition: Condition


class TimeWindow(Closed):
    """The decision's time lies in hours and weekdays of a clock."""

    kind: Literal["time"]
    clock: str = "UTC"
    """An IANA time zone, UTC, eet, new-york+7 …; daylight saving included."""
    start: str = Field(default="00:00", pattern=r"^([01]?\d|2[0-3]):[0-5]\d$")
    """First minute, HH:MM."""
    end: str = Field(default="24:00", pattern=r"^(([01]?\d|2[0-3]):[0-5]\d|24:00)$")
    """First minute that is out again, HH:MM; before ``start`` the window passes midnight."""
    weekdays: list[Weekday] | None = None
    """Days on which it counts, by the same clock; every day where left out."""


class SessionWindow(Closed):
    """The decision's time lies in a trading session, by the clock of its own city.

    Sydney 07:00-16:00, Tokyo 09:00-18:00, London 08:00-17:00, New York 08:00-17:00; ``london_new_york`` is the time in
    which both of the last two are open.
    """

    kind: Literal["session"]
    session: SessionName


Condition = Annotated[
    Annotated[Compare, Tag("compare")]
    | Annotated[Crosses, Tag("crosses")]
    | Annotated[Between, Tag("between")]
    | Annotated[Trend, Tag("rising")]
    | Annotated[Trend, Tag("falling")]
    | Annotated[Count, Tag("count")]
    | Annotated[AllOf, Tag("all")]
    | Annotated[AnyOf, Tag("any")]
    | Annotated[Negation, Tag("not")]
    | Annotated[TimeWindow, Tag("time")]
    | Annotated[SessionWindow, Tag("session")],
    Discriminator(kind_of),
]
"""Something that is true, false or not yet known at the close of each bar."""

for _model in (Count, AllOf, AnyOf, Negation):
    _model.model_rebuild()
