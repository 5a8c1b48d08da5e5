"""What is asked and answered about strategies."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import msgspec

from reference_app.http.fields import Cursor, TimeNs

__all__ = [
    "OfferedList",
    "OfferedStrategy",
    "ParametersJudged",
    "ParametersWanted",
    "RuleProblem",
    "Rules",
    "RulesJudged",
    "RulesSchema",
    "StrategyChanged",
    "StrategyLine",
    "StrategyList",
    "StrategyShown",
    "StrategyWanted",
]

_EXAMPLE = {
    "schema_version": 1,
    "name": "rsi-reversal",
    "title": "Turns of the RSI",
    "entry_long": {
        "kind": "crosses",
        "left": {"kind": "indicator", "name": "rsi", "parameters": {"period": 14}},
        "direction": "above",
        "right": 30,
    },
    "stop_loss": {"kind": "atr", "multiple": 2},
}

Rules = Annotated[
    dict[str, Any],
    msgspec.Meta(examples=[_EXAMPLE], description="A rules document, as `strategies/rules-schema` describes it."),
]
_Name = Annotated[str, msgspec.Meta(examples=["rsi-reversal"])]
_Title = Annotated[str, msgspec.Meta(examples=["Turns of the RSI"])]
_Version = Annotated[
    int, msgspec.Meta(ge=1, examples=[1], description="How often it was written; 1 is the first time.")
]
_Reading = Annotated[
    str,
    msgspec.Meta(
        examples=["Buy when RSI(14) crosses above 30."], description="The rules in plain English, a sentence a line."
    ),
]


class OfferedStrategy(msgspec.Struct, frozen=True, kw_only=True):
    """A strategy that a plugin offers.

    Attributes
    ----------
    parameters : dict
        JSON Schema of its parameters, from which pages draw a form.
    """

    name: Annotated[str, msgspec.Meta(examples=["sma-cross"])]
    title: Annotated[str, msgspec.Meta(examples=["Crossing averages"])]
    summary: str
    form: Annotated[str, msgspec.Meta(examples=["compiled"], description="How it is written.")]
    tags: tuple[str, ...]
    plugin: Annotated[str, msgspec.Meta(examples=["builtins"])]
    parameters: dict[str, Any]


class OfferedList(msgspec.Struct, frozen=True, kw_only=True):
    """The strategies that plugins offer."""

    items: tuple[OfferedStrategy, ...]


class RulesSchema(msgspec.Struct, frozen=True, kw_only=True):
    """The JSON Schema of a rules document."""

    json_schema: dict[str, Any]


class RuleProblem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong with rules, or with parameters."""

    place: Annotated[str, msgspec.Meta(examples=["entry_long.left.name"], description="Where in the document.")]
    message: Annotated[
        str,
        msgspec.Meta(
            examples=["there is no indicator 'rsii'. Did you mean 'rsi'?"], description="What is wrong, and the remedy."
        ),
    ]


class RulesJudged(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be said about rules.

    Attributes
    ----------
    problems : tuple of RuleProblem
        Empty where the rules can be run.
    warmup_bars : int
        Bars before all that the rules look at is known.
    """

    sound: bool
    problems: tuple[RuleProblem, ...]
    reading: _Reading
    warmup_bars: int


class ParametersWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Parameters of an offered strategy that are to be looked at."""

    name: Annotated[str, msgspec.Meta(max_length=100, examples=["sma-cross"])]
    parameters: Annotated[dict[str, Any], msgspec.Meta(examples=[{"fast": 10, "slow": 40}])]


class ParametersJudged(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be said about parameters; nothing where the strategy can be run with them."""

    sound: bool
    problems: tuple[RuleProblem, ...]


class StrategyWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Rules that are to be kept, or looked at."""

    rules: Rules


class StrategyChanged(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Rules in place of others, and which version they were made of."""

    rules: Rules
    version: _Version


class StrategyLine(msgspec.Struct, frozen=True, kw_only=True):
    """A strategy of the tenant's own, in a list."""

    id: UUID
    name: _Name
    title: _Title
    version: _Version
    created_ns: TimeNs
    changed_ns: TimeNs


class StrategyList(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A page of strategies."""

    items: tuple[StrategyLine, ...]
    next_cursor: Cursor | None = None


class StrategyShown(msgspec.Struct, frozen=True, kw_only=True):
    """A strategy of the tenant's own."""

    id: UUID
    name: _Name
    title: _Title
    version: _Version
    rules: Rules
    reading: _Reading
    warmup_bars: int
    created_ns: TimeNs
    changed_ns: TimeNs
