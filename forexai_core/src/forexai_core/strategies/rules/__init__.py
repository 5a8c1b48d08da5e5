"""Strategies as data: JSON by a published schema, compiled to columns of intents."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Self

from forexai_core.ports.strategy import StrategyForm
from forexai_core.strategies.intents import Intents
from forexai_core.strategies.rules.columns import Columns
from forexai_core.strategies.rules.compiling import intents_of
from forexai_core.strategies.rules.document import RulesDocument
from forexai_core.strategies.rules.needs import bars_needed
from forexai_core.strategies.rules.reading import load, parse, read_text
from forexai_core.strategies.rules.reading_aloud import describe
from forexai_core.values.bars import Bars
from forexai_core.values.clocks import NEW_YORK_CLOSE, Clock
from forexai_core.values.ticks import Ticks

if TYPE_CHECKING:
    from forexai_core.engine.deciding.programs import Program

__all__ = ["Rules", "RulesDocument"]


class Rules:
    """A strategy read from data.

    Parameters
    ----------
    document : RulesDocument
        What it does; made by :meth:`from_json` or :meth:`from_dict`, which check it.
    """

    form: ClassVar[StrategyForm] = StrategyForm.RULES

    def __init__(self, document: RulesDocument) -> None:
        self.document = document

    @classmethod
    def from_json(cls, source: str | Path) -> Self:
        """Read rules from a file, or from JSON text.

        Raises
        ------
        ConfigError
            If they cannot be read, or are wrong: every problem is named by its place in the JSON.
        """
        text, origin = read_text(source)
        return cls(parse(load(text, origin), origin))

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Take rules as JSON gives them: dictionaries, lists, numbers and text.

        Raises
        ------
        ConfigError
            As :meth:`from_json`.
        """
        return cls(parse(data))

    @property
    def name(self) -> str:
        """What users call it."""
        return self.document.name

    @property
    def title(self) -> str:
        """What people read."""
        return self.document.title or self.document.name

    @property
    def description(self) -> str:
        """The idea, as its author wrote it, or else as it reads."""
        return self.document.description or self.describe()

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The rules themselves: what a run is recorded with."""
        return MappingProxyType({"rules": self.to_dict()})

    @property
    def warmup(self) -> int:
        """Bars, each of its own timeframe, before all that the rules look at is known."""
        return bars_needed(self.document)

    def to_dict(self) -> dict[str, Any]:
        """Give the rules as JSON would, without what is at its default."""
        return self.document.model_dump(mode="json", exclude_defaults=True)

    def to_json(self) -> str:
        """Write the rules as JSON."""
        return json.dumps(self.to_dict(), indent=2, ensure_ascii=False)

    def describe(self) -> str:
        """Read the rules aloud, in plain English, a sentence a line."""
        return describe(self.document)

    @classmethod
    def schema(cls) -> dict[str, Any]:
        """Give the JSON Schema of a rules document; it is published as ``docs/schemas/rules-1.json``."""
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "ForexAI rules, version 1",
            **{key: value for key, value in RulesDocument.model_json_schema().items() if key != "title"},
        }

    def copy(self) -> Self:
        """Make another with the same rules; rules have no state."""
        return copy.copy(self)

    def intents(
        self, bars: Bars, *, others: Mapping[str, Bars | Ticks] | None = None, clock: Clock | None = None
    ) -> Intents:
        """Say what is wanted at the close of each bar.

        Parameters
        ----------
        bars : Bars
            Of the traded symbol.
        others : mapping of str to Bars or Ticks
            Prices of other symbols that the rules look at.
        clock : Clock
            The account's: higher bars begin at its midnights. Default New York plus seven hours.

        Raises
        ------
        ConfigError
            If a symbol or a timeframe is not at hand; its place in the JSON is named.
        """
        return intents_of(self.document, Columns(bars, others or {}, clock or NEW_YORK_CLOSE))

    def program(
        self, bars: Bars, *, others: Mapping[str, Bars | Ticks] | None = None, clock: Clock | None = None
    ) -> Program:
        """Make what the batch drive runs; parameters and errors as in :meth:`intents`."""
        # numba is slow to load: only a run needs it
        from forexai_core.engine.deciding.programs import Program, Wishes

        intents = self.intents(bars, others=others, clock=clock)
        places, rows = intents.wanted
        if rows["entry"].any():
            intents.management.check_volume(bars.instrument)
        return Program(
            wishes=Wishes(rows, places, len(intents)),
            management=intents.management.record(),
            warmup=min(bars_needed(self.document, bars.timeframe), len(bars)),
        )

    def __repr__(self) -> str:
        return f"<Rules {self.name}>"
