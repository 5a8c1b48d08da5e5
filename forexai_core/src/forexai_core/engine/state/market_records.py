"""Structured dtypes of what a ledger is driven by: events, their order, the rates known at them, and what falls due."""

from __future__ import annotations

import numpy as np

__all__ = [
    "AGENDA",
    "CONVERSION",
    "DUE_CASH",
    "DUE_SWAP",
    "EVENT",
    "PART_OPEN",
    "PART_REST",
    "PART_TURN",
    "ROLLOVER",
]

CONVERSION = np.dtype(
    [
        ("gain", np.float64),
        ("loss", np.float64),
        ("margin", np.float64),
        ("margin_gain", np.float64),
        ("fee", np.float64),
    ]
)
"""Rates known at one event, from the currencies of a symbol's profit, margin and commission to the account's."""

EVENT = np.dtype(
    [
        ("symbol", np.int64),
        ("decides", np.int64),  # row of the strategy's bars that closes with this event, or -1
        ("tick", np.int64),  # 1: its price stands for its instant alone, whatever its end
    ]
)
"""One price event, where several symbols or finer prices are merged into one stream."""

PART_OPEN, PART_REST, PART_TURN = 1, 2, 4
"""What an event of several symbols is: a bar's open, what lies inside it and its close, the decision at its end."""

AGENDA = np.dtype([("row", np.int64), ("part", np.int64)])
"""One event where several symbols share the time: a row of the market, and what of it comes then (PART_*, summed)."""

DUE_SWAP, DUE_CASH = 0, 1

ROLLOVER = np.dtype(
    [
        ("time_ns", np.int64),
        ("event", np.int64),  # the first one not before it
        ("symbol", np.int64),
        ("kind", np.int64),  # DUE_SWAP at a midnight of the account's clock, DUE_CASH at any instant
        ("days", np.float64),  # that a swap counts
        ("long", np.float64),  # rate of one day, or cash of one lot in profit currency
        ("short", np.float64),
    ]
)
"""What the positions of one symbol are charged at one instant; one at which no amount can be due has no row."""
