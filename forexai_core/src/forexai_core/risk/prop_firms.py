"""Rule sets of prop firms as data: the limits of an evaluated or funded account, and what it has to show.

The sets that ship describe well-known kinds, not any firm's present terms: those change, and only the firm's own text
counts. Each says as of when its kind was described.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, model_validator

from forexai_core.errors import ConfigError, DataFormatError, did_you_mean
from forexai_core.ports.risk import RiskRule
from forexai_core.ports.settings import Settings
from forexai_core.risk.hours import NewsBlackout, WeekendPause
from forexai_core.risk.loss_limits import DailyLoss, Latch, TotalLoss, TrailingDrawdown
from forexai_core.values.calendar import EconomicEvent
from forexai_core.values.clocks import Clock

__all__ = ["PropFirmRules", "prop_firm", "prop_firm_names", "prop_firm_schema", "read_prop_firm"]

_Fraction = Annotated[float, Field(gt=0, le=1)]
_Minutes = Annotated[int, Field(ge=0, le=10_080)]


class DailyLossTerms(Settings):
    """What a day may lose."""

    fraction: _Fraction
    """Share that a day may lose."""
    of: Literal["initial", "reference"] = "initial"
    """What the share is of: the initial balance, or what the day began with."""
    reference: Literal["balance", "equity", "larger"] = "larger"
    """What the loss is reckoned from: balance, equity or the larger of both at midnight."""
    clock: str = "new-york+7"
    """Whose midnight begins a day."""


class TotalLossTerms(Settings):
    """What the account may lose in all."""

    kind: Literal["static", "trailing"] = "static"
    """From the initial balance, or from the high-water mark."""
    fraction: _Fraction
    """Share of the initial balance."""
    trails: Literal["end_of_day", "intraday"] = "end_of_day"
    """When a trailing mark rises."""
    measure: Literal["balance", "equity", "larger"] = "balance"
    """What a mark of the day's end follows; an intraday one follows the equity."""
    lock_fraction: float | None = Field(default=None, ge=-1, le=10)
    """A trailing floor rises no further than the initial balance and this share of it; none: it always rises."""
    clock: str = "new-york+7"
    """Whose midnight ends a day."""

    @model_validator(mode="after")
    def _static_trails_nothing(self) -> Self:
        given = sorted(self.model_fields_set & {"trails", "measure", "lock_fraction"})
        if self.kind == "static" and given:
            raise ValueError(f"a static limit does not trail: leave out {', '.join(given)}, or say kind = 'trailing'")
        return self


class NewsTerms(Settings):
    """When nothing may be opened around news."""

    before_minutes: _Minutes = 2
    """Before each event."""
    after_minutes: _Minutes = 2
    """After each event."""
    impact: Literal["low", "medium", "high"] = "high"
    """From which impact on an event counts."""


class ObjectiveTerms(Settings):
    """What the account has to show."""

    profit_target_fraction: _Fraction | None = None
    """Profit to reach, of the initial balance."""
    min_trading_days: int = Field(default=0, ge=0, le=365)
    """Days on which something was opened."""
    best_day_share: _Fraction | None = None
    """Consistency: the most that the best day may contribute to all profit."""
    clock: str = "new-york+7"
    """Whose midnight ends a day."""


class PropFirmRules(Settings):
    """A rule set of a prop firm's account."""

    schema_version: Literal[1] = 1
    """Of this form."""
    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,63}$")
    """Of the set."""
    title: str = Field(min_length=1, max_length=200)
    """For people."""
    as_of: dt.date
    """When these terms, or terms of this kind, were looked up."""
    note: str = ""
    """What a trader should know."""
    daily_loss: DailyLossTerms | None = None
    total_loss: TotalLossTerms | None = None
    news: NewsTerms | None = None
    weekend_pause_minutes: _Minutes | None = None
    """Nothing is opened so long before the weekend."""
    objectives: ObjectiveTerms = ObjectiveTerms()

    def rules(
        self, events: Sequence[EconomicEvent] = (), *, initial_balance: float | None = None
    ) -> tuple[RiskRule, ...]:
        """Give the set as risk rules; a broken limit of a firm stays broken.

        Parameters
        ----------
        events : sequence of EconomicEvent
            The calendar, where the set has a rule for news.
        initial_balance : float, optional
            What the account began with; default its balance when risk begins.

        Raises
        ------
        ConfigError
            If the set needs a calendar and none is given.
        """
        made: list[RiskRule] = []
        if self.daily_loss is not None:
            terms = self.daily_loss
            made.append(
                DailyLoss(
                    name="prop-firm-daily-loss",
                    limit_fraction=terms.fraction,
                    of=terms.of,
                    reference=terms.reference,
                    clock=terms.clock,
                    latch=Latch.PERSON,
                    initial_balance=initial_balance,
                )
            )
        if self.total_loss is not None:
            made.append(_total(self.total_loss, initial_balance))
        if self.news is not None:
            made.append(_news(self.name, self.news, events))
        if self.weekend_pause_minutes is not None:
            made.append(WeekendPause(before_minutes=self.weekend_pause_minutes, name="prop-firm-weekend"))
        return tuple(made)


def _total(terms: TotalLossTerms, initial_balance: float | None) -> RiskRule:
    if terms.kind == "static":
        return TotalLoss(name="prop-firm-total-loss", limit_fraction=terms.fraction, initial_balance=initial_balance)
    return TrailingDrawdown(
        name="prop-firm-total-loss",
        limit_fraction=terms.fraction,
        of="initial",
        trails=terms.trails,
        measure=terms.measure,
        lock_fraction=terms.lock_fraction,
        initial_balance=initial_balance,
        clock=terms.clock,
    )


def _news(name: str, terms: NewsTerms, events: Sequence[EconomicEvent]) -> RiskRule:
    if not events:
        raise ConfigError(
            f"The rule set '{name}' forbids openings around news: give the calendar, "
            "fx.Risk(prop_firm=…, news=forexai_core.data.read_events('calendar.csv', timezone=…))."
        )
    return NewsBlackout(
        name="prop-firm-news",
        events=events,
        before_minutes=terms.before_minutes,
        after_minutes=terms.after_minutes,
        impact=terms.impact,
    )


_FOLDER = files("forexai_core.risk") / "prop_firm_rules"


@cache
def prop_firm_names() -> tuple[str, ...]:
    """Name the rule sets that ship."""
    names = (entry.name for entry in _FOLDER.iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


@cache
def prop_firm(name: str) -> PropFirmRules:
    """Give a rule set that ships.

    Raises
    ------
    ConfigError
        If there is none of that name.
    """
    if name not in prop_firm_names():
        raise ConfigError(
            f"There is no prop-firm rule set '{name}'. {did_you_mean(name, prop_firm_names())} A firm's own terms are "
            "read from a file by read_prop_firm."
        )
    return _parsed((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"), f"{name}.toml")


def read_prop_firm(path: str | Path) -> PropFirmRules:
    """Read a rule set from a TOML file.

    Raises
    ------
    DataFormatError
        If the file is no TOML, or no rule set; what is wrong is named.
    """
    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise DataFormatError(
            f"the file cannot be read: {problem}.", file=file.name, remedy="Check the path."
        ) from problem
    return _parsed(text, file.name)


def _parsed(text: str, file: str) -> PropFirmRules:
    try:
        rules = PropFirmRules.model_validate(tomllib.loads(text))
        for terms in (rules.daily_loss, rules.total_loss, rules.objectives):
            if terms is not None:
                Clock.of(terms.clock)
    except tomllib.TOMLDecodeError as problem:
        raise DataFormatError(f"it is no TOML: {problem}.", file=file, remedy="Correct the line.") from problem
    except ValidationError as problem:
        first = problem.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise DataFormatError(
            f"{where}: {first['msg']}.", file=file, remedy="Compare it with the schema, docs/schemas/prop-firm-1.json."
        ) from problem
    return rules


def prop_firm_schema() -> dict[str, object]:
    """Give the JSON Schema of rule sets."""
    schema = PropFirmRules.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Prop-firm rule set", **schema}
