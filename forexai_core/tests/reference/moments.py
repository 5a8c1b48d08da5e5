"""In which order the prices of several symbols come.

A bar opens at its opening time; what lies inside it, and its close, come at its end. At one instant first bars end,
symbol after symbol, then the strategy decides at each of these ends, and then bars open. A tick comes all at once,
among what opens.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from reference.quotes import Bar

__all__ = ["DECISION", "END", "OPEN", "Moment", "moments_of"]

END, DECISION, OPEN = range(3)


class Moment(NamedTuple):
    """One of the moments of a bar; ``number`` is the bar's place among all that were given."""

    kind: int
    number: int
    symbol: int
    bar: Bar


def moments_of(events: Iterable[tuple[int, Bar]]) -> list[Moment]:
    """Put the moments of bars in order; of each symbol the bars come one after the other."""
    given = list(events)
    found: list[tuple[tuple[int, ...], Moment]] = []
    following: dict[int, int] = {}
    for number in range(len(given) - 1, -1, -1):
        symbol, bar = given[number]
        end_ns = min(bar.end_ns, following.get(symbol, bar.end_ns))
        following[symbol] = bar.time_ns
        for kind in (OPEN, END, DECISION):
            moment = Moment(kind, number, symbol, bar)
            if end_ns <= bar.time_ns:
                found.append(((bar.time_ns, OPEN, symbol, number, (kind + 1) % 3), moment))
            else:
                found.append(((bar.time_ns if kind == OPEN else end_ns, kind, symbol, number), moment))
    return [moment for _, moment in sorted(found, key=lambda each: each[0])]
