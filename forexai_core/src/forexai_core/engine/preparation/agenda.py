"""In which order the bars of several symbols come: what ends before what opens."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from forexai_core.engine.state.market_records import (
    AGENDA,
    PART_OPEN,
    PART_REST,
    PART_TURN,
)

__all__ = ["agenda_of", "events_before"]

Times = NDArray[np.int64]

_ENDS, _TURNS, _OPENS = 0, 1, 2
"""What comes at one instant: the ends of bars, then the decisions at them, then the opens and the ticks."""


def _ends(time_ns: Times, end_ns: Times, symbols: NDArray[np.int64]) -> Times:
    """Give the end of each row, no later than the next opening of its symbol."""
    ends = end_ns.copy()
    for symbol in range(int(symbols.max()) + 1):
        own = np.flatnonzero(symbols == symbol)
        ends[own[:-1]] = np.minimum(ends[own[:-1]], time_ns[own[1:]])
    return ends


def _parts(time_ns: Times, ends: Times, events: NDArray[np.void], *, turns: bool) -> NDArray[np.void]:
    """List the parts of all rows in the order of time; a row without a length comes at once, among what opens."""
    rows = np.argsort(events["symbol"], kind="stable")  # at one instant symbol after symbol
    lasting, decides = ends[rows] > time_ns[rows], events["decides"][rows] >= 0
    at_once = PART_OPEN | PART_REST | np.where(decides & turns, PART_TURN, 0)
    later = rows[lasting]
    deciding = rows[lasting & decides & turns]
    every = np.empty(len(rows) + len(later) + len(deciding), AGENDA)
    every["row"] = np.concatenate((rows, later, deciding))
    every["part"] = np.concatenate(
        (np.where(lasting, PART_OPEN, at_once), np.full(len(later), PART_REST), np.full(len(deciding), PART_TURN))
    )
    keys = (_key(time_ns[rows], _OPENS), _key(ends[later], _ENDS), _key(ends[deciding], _TURNS))
    ordered: NDArray[np.void] = every[np.argsort(np.concatenate(keys), kind="stable")]
    return ordered


def _key(instants: Times, moment: int) -> NDArray[np.uint64]:
    """Give what sorts by instant, then by what comes at it; sorted runs are merged in no time."""
    return instants.astype(np.uint64) * np.uint64(4) + np.uint64(moment)


def agenda_of(time_ns: Times, end_ns: Times, events: NDArray[np.void], *, sleeves: bool) -> NDArray[np.void]:
    """Put the bars of several symbols in the order in which their parts come.

    At one instant bars end, symbol after symbol, then the strategy decides, then bars open. What follows upon itself,
    with nothing of another symbol in between, is one event.

    Parameters
    ----------
    time_ns, end_ns : (rows,) int64
        Opening and end of each bar, by opening times.
    events : (rows,) EVENT
        Whose it is; empty for a lone symbol.
    sleeves : bool
        Whether several strategies decide at times of their own, which may lie inside any bar.

    Returns
    -------
    (events,) AGENDA
        Empty where each bar is an event, whole, in the order of the rows.
    """
    if not np.any(events["symbol"]):
        return np.empty(0, AGENDA)
    ends = _ends(time_ns, end_ns, events["symbol"])
    parts = _parts(time_ns, ends, events, turns=not sleeves)
    joins = parts["row"][1:] == parts["row"][:-1]
    if sleeves:
        joins &= (ends <= time_ns)[parts["row"][1:]]
    agenda = _fused(parts, joins) if joins.any() else parts
    as_they_are = len(agenda) == len(time_ns) and not np.any(np.diff(agenda["row"]) < 0)
    return np.empty(0, AGENDA) if as_they_are else agenda


def _fused(parts: NDArray[np.void], joins: NDArray[np.bool_]) -> NDArray[np.void]:
    """Make one event of each part and those that join it."""
    firsts = np.flatnonzero(np.concatenate(([True], ~joins)))
    agenda: NDArray[np.void] = parts[firsts]
    agenda["part"] = np.add.reduceat(parts["part"], firsts)
    return agenda


def events_before(
    instants: Times, time_ns: Times, end_ns: Times, events: NDArray[np.void], agenda: NDArray[np.void]
) -> Times:
    """Count the events that come before what opens at some instants.

    Parameters
    ----------
    instants : (n,) int64
        Nanoseconds UTC.
    time_ns, end_ns, events
        As :func:`agenda_of` takes them.
    agenda : (events,) AGENDA
        What it gave, for several strategies.
    """
    if not len(agenda):
        return np.searchsorted(time_ns, instants, side="left")
    ends, opens = _ends(time_ns, end_ns, events["symbol"]), agenda["part"] & PART_OPEN > 0
    keys = np.where(opens, _key(time_ns[agenda["row"]], _OPENS), _key(ends[agenda["row"]], _ENDS))
    return np.searchsorted(keys, _key(instants, _OPENS), side="left")
