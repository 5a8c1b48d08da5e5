"""Facts by name, and how they are written."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import attrs

from forexai_core.ports.advisor import Fact

__all__ = ["FactBook", "fact_text"]

FRACTION = "fraction"
"""Unit of shares: 0.5 is half, written as 50.0 %."""
SECONDS = "seconds"
"""Unit of durations, written in hours or days."""

_LONGEST_WORD = 80
_HOUR_S, _DAY_S = 3_600.0, 86_400.0


def fact_text(fact: Fact) -> str | None:
    """Write the value of a fact; None where it is undefined.

    Numbers are rounded to what a reader needs; a word is put on one line and cut, whatever it holds.
    """
    value = fact.value
    if isinstance(value, str):
        line = " ".join("".join(each if each.isprintable() else " " for each in value).split())
        return line if len(line) <= _LONGEST_WORD else line[: _LONGEST_WORD - 1] + "…"
    if value is None or not math.isfinite(value):
        return None
    if fact.unit == FRACTION:
        return f"{100 * value:.1f} %"
    if fact.unit == SECONDS:
        return f"{value / _DAY_S:.1f} d" if value >= 2 * _DAY_S else f"{value / _HOUR_S:.1f} h"
    number = f"{value:,d}" if isinstance(value, int) else f"{value:,.2f}"
    return f"{number} {fact.unit}".rstrip()


@attrs.frozen(kw_only=True)
class FactBook:
    """The facts that may be spoken of.

    Attributes
    ----------
    facts : dict of str to Fact
        By name.
    contradicted : tuple of str
        Names that several facts tell differently; none of those is spoken of.
    """

    facts: dict[str, Fact]
    contradicted: tuple[str, ...] = ()

    @classmethod
    def of(cls, given: Iterable[Fact]) -> FactBook:
        """Sort facts by name."""
        facts: dict[str, Fact] = {}
        contradicted: dict[str, None] = {}
        for fact in given:
            known = facts.setdefault(fact.name, fact)
            if (known.value, known.unit) != (fact.value, fact.unit):
                contradicted[fact.name] = None
        return cls(
            facts={name: fact for name, fact in facts.items() if name not in contradicted},
            contradicted=tuple(contradicted),
        )

    def __contains__(self, name: object) -> bool:
        return name in self.facts

    def __iter__(self) -> Iterator[str]:
        return iter(self.facts)

    def __len__(self) -> int:
        return len(self.facts)

    def number(self, name: str) -> float | None:
        """Give a figure; None where it is missing, undefined or a word."""
        fact = self.facts.get(name)
        if fact is None or isinstance(fact.value, str) or fact.value is None or not math.isfinite(fact.value):
            return None
        return float(fact.value)

    def labels(self, group: str) -> list[str]:
        """List the labels of a group in the order given: of ``session.London.trades`` it is ``London``."""
        parts = [name.split(".") for name in self.facts if name.startswith(f"{group}.")]
        return list(dict.fromkeys(".".join(each[1:-1]) for each in parts if len(each) >= 3))
