"""In which order the bars of several symbols come: what ends before what opens."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from forexai_core.engine.market_records import (
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
    for symbol in np.unique(symbols):
        own = np.flatnonzero(symbols == symbol)
        ends[own[:-1]] = np.minimum(ends[own[:-1]], time_ns[own[1:]])
    return ends


def _parts(time_ns: Times, ends: Times, events: NDArray[np.void], *, turns: bool) -> NDArray[np.void]:
    """List the parts of all rows in the order of time; a row without a length comes at once, among what opens."""
    kinds = ((PART_OPEN, time_ns, _OPENS), (PART_REST, ends, _ENDS), (PART_TURN, ends, _TURNS))[: 3 if turns else 2]
    rows, point = np.arange(len(time_ns)), ends <= time_ns
    every = np.zeros(len(kinds) * len(rows), AGENDA)
    every["row"] = np.tile(rows, len(kinds))
    every["part"] = np.repeat([part for part, _, _ in kinds], len(rows))
    times = np.concatenate([np.where(point, time_ns, instants) for _, instants, _ in kinds])
    moments = np.concatenate([np.where(point, _OPENS, moment) for _, _, moment in kinds])
    every_symbol = events["symbol"][every["row"]]
    order = np.lexsort((every["part"], every["row"], every_symbol, moments, times))
    every = every[order]
    return every[(every["part"] != PART_TURN) | (events["decides"][every["row"]] >= 0)]


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
    firsts = np.flatnonzero(np.concatenate(([True], ~joins)))
    if len(firsts) == len(time_ns) and not np.any(np.diff(parts["row"][firsts]) < 0):
        return np.empty(0, AGENDA)
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
    # twice the time, and one more for what opens, so that it comes after what ends
    keys = 2 * np.where(opens, time_ns[agenda["row"]], ends[agenda["row"]]) + opens
    return np.searchsorted(keys, 2 * instants + 1, side="left")
