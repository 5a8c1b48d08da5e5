"""A broker's profile: facts, each with whether it is sure. What an account itself says outranks all of them."""

from __future__ import annotations

import re
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from forexai_core.ports.settings import Settings
from forexai_core.values.clocks import Clock

__all__ = ["BrokerProfile", "ClockFact", "CompanyFact", "Filling", "Hint", "Levels", "ServerFact", "SuffixFact"]

Filling = Literal["fok", "ioc", "return", "boc"]
"""A mode in which MetaTrader 5 fills an order."""


class _Fact(Settings):
    """Something that was seen or read of a broker."""

    sure: bool
    """Whether it was seen at the broker or read in its own papers; otherwise it is hearsay, to be looked at."""
    note: str = ""
    """Where it holds, or what speaks against it."""


class ServerFact(_Fact):
    """Names of trade servers."""

    pattern: str = Field(min_length=3)
    """The whole name; ``*`` stands for any letters, digits or signs, and capitals do not matter."""
    kind: Literal["demo", "real", "any"] = "any"
    """What accounts it holds, as far as its name says."""
    seen: tuple[str, ...] = ()
    """Names that were really met."""

    def matches(self, server: str) -> bool:
        """Say whether a server has such a name."""
        expression = ".*".join(map(re.escape, self.pattern.split("*")))
        return re.fullmatch(expression, server.strip(), re.IGNORECASE | re.DOTALL) is not None

    @model_validator(mode="after")
    def _keeps_what_was_seen(self) -> Self:
        strangers = [name for name in self.seen if not self.matches(name)]
        if strangers:
            raise ValueError(f"pattern {self.pattern!r} does not match {', '.join(strangers)}, which was seen")
        return self


class CompanyFact(_Fact):
    """What the company calls itself in an account's information."""

    contains: str = Field(min_length=3)
    """Words of the name; capitals do not matter."""

    def matches(self, company: str) -> bool:
        """Say whether a company's name has these words, as whole words."""
        return re.search(rf"(?<![^\W_]){re.escape(self.contains)}(?![^\W_])", company, re.IGNORECASE) is not None


class SuffixFact(_Fact):
    """What stands behind a symbol's plain name."""

    text: str = Field(max_length=8)
    """The ending; empty where plain names are used."""
    account: str = ""
    """Kind of account that has it."""


class ClockFact(_Fact):
    """The wall clock of the trade servers, by which a terminal writes all its times."""

    rule: str
    """As :class:`forexai_core.Clock` takes it: ``UTC``, ``new-york+7``, ``eet``."""

    @field_validator("rule")
    @classmethod
    def _known(cls, rule: str) -> str:
        Clock.of(rule)
        return rule


class Levels(_Fact):
    """Margin levels, in percent."""

    account: str = ""
    """Kind of account; empty: any."""
    margin_call: float | None = Field(default=None, ge=0, le=1_000)
    """Where the broker warns."""
    stop_out: float | None = Field(default=None, ge=0, le=1_000)
    """Where it closes positions."""


class FillingFact(_Fact):
    """Modes in which market orders are filled."""

    modes: tuple[Filling, ...] = Field(min_length=1)
    """Those that work."""


class LeverageFact(_Fact):
    """The highest leverage."""

    text: str = Field(min_length=1)
    """As the broker puts it."""


class Hint(_Fact):
    """Something worth knowing before the first order."""

    text: str = Field(min_length=1)
    """A sentence."""


class RenamedFact(_Fact):
    """A symbol that has another name there."""

    theirs: str = Field(min_length=1)
    """At the broker."""
    ours: str = Field(min_length=1)
    """The usual one."""


class BrokerProfile(Settings):
    """What is known of a broker, to suggest settings and to explain; never to decide about an order."""

    name: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    """What users write."""
    title: str = Field(min_length=1)
    """What people read."""
    servers: tuple[ServerFact, ...] = Field(min_length=1)
    """Names of its servers."""
    companies: tuple[CompanyFact, ...] = ()
    """Names of the company."""
    suffixes: tuple[SuffixFact, ...] = ()
    """Endings of its symbols."""
    renamed: tuple[RenamedFact, ...] = ()
    """Symbols whose names differ by more than an ending."""
    clock: ClockFact
    """Its servers' clock."""
    filling: FillingFact | None = None
    """How it fills; None where nobody has said: read ``filling_mode`` of the symbol."""
    levels: tuple[Levels, ...] = ()
    """Margin call and stop-out."""
    leverage: tuple[LeverageFact, ...] = ()
    """Leverage."""
    hints: tuple[Hint, ...] = ()
    """What else."""
