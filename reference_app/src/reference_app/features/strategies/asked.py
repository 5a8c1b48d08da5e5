"""What goes to a process that has strategies loaded, and what comes back."""

from __future__ import annotations

from typing import Any

import msgspec

from reference_app.features.strategies.schemas import OfferedStrategy, RuleProblem

__all__ = [
    "OfferAsked",
    "OffersKnown",
    "ParametersChecked",
    "ParametersGiven",
    "RulesChecked",
    "RulesWritten",
]


class OfferAsked(msgspec.Struct, frozen=True, kw_only=True):
    """Which plugins are asked."""

    disabled: tuple[str, ...]
    required: tuple[str, ...]


class OffersKnown(msgspec.Struct, frozen=True, kw_only=True):
    """What plugins offer, and the JSON Schema of rules."""

    items: tuple[OfferedStrategy, ...]
    rules_schema: dict[str, Any]


class RulesWritten(msgspec.Struct, frozen=True, kw_only=True):
    """Rules as somebody wrote them."""

    rules: dict[str, Any]


class RulesChecked(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with rules, or where nothing is, the rules themselves."""

    problems: tuple[RuleProblem, ...] = ()
    name: str = ""
    title: str = ""
    rules: dict[str, Any] = msgspec.field(default_factory=dict)
    reading: str = ""
    warmup_bars: int = 0


class ParametersGiven(msgspec.Struct, frozen=True, kw_only=True):
    """Parameters of an offered strategy, and which plugins are asked for it."""

    name: str
    parameters: dict[str, Any]
    disabled: tuple[str, ...] = ()
    required: tuple[str, ...] = ()


class ParametersChecked(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with parameters."""

    problems: tuple[RuleProblem, ...]
