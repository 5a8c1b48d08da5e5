"""What the kernels of the ledger are handed: the book they write, and the market they read."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from forexai_core.values.points import Points

__all__ = ["Book", "Books", "Curve", "Desk", "Market", "Quotes", "Roster", "Seen", "as_read"]

ArrayT = TypeVar("ArrayT", bound=NDArray[Any])

Rows = NDArray[np.void]


Book = Any
"""A record of :data:`forexai_core.engine.state.records.BOOK`.

All state of an account is one record, so that a kernel is handed one pointer: handing on a tuple of
arrays took several times as long, to compile and to run.
"""


Books = Rows
"""(1,) BOOK: what Python hands over. A bare record of so many fields takes numba 9 µs to recognise
at every call, an array of it 0.3."""


class Market(NamedTuple):
    """Prices in the order of their opening times. An array of length 0 stands for "not given"."""

    time_ns: NDArray[np.int64]  # (rows,) opening of each bar
    end_ns: NDArray[np.int64]  # (rows,) its end
    bid: Points  # four columns of (rows,)
    ask: Points  # likewise, or none: the symbol's fixed spread above the bid
    slippage: NDArray[np.int64]  # (rows,) points, or none: the symbol's fixed one
    events: Rows  # (rows,) EVENT, or none: one symbol, each bar decides
    rates: Rows  # (rows, symbols, 2) CONVERSION at the open and at the close, or none
    rollovers: Rows  # (rollovers,) ROLLOVER
    midnights: NDArray[np.int64]  # of the account's clock, after the first event, and one after the last
    depth: NDArray[np.int64]  # (rows,) steps that each fills on each side, or none: the symbol's own
    closed: NDArray[np.uint8]  # (rows,) 1 outside the sessions of the symbol, or none: always open
    agenda: Rows  # (events,) AGENDA where several symbols' bars overlap, or none: each row is an event, whole, in turn


class Curve(NamedTuple):
    """The equity curve as it is written, one row a bar of the strategy.

    Balance and margin change with deals only, so they are kept where they change.
    """

    equity: NDArray[np.float64]  # (rows,)
    lowest: NDArray[np.float64]  # (rows,) lowest equity since the row before
    time_ns: NDArray[np.int64]  # (rows,), or none: the ends of the events, one row each
    levels: Rows  # (capacity,) LEVEL
    shares: NDArray[np.float64]  # (rows, sleeves) what each of several strategies has made, floating included, or none
    settled: NDArray[np.float64]  # (sleeves,) the same without what floats, of the deals taken in so far


class Seen(NamedTuple):
    """The strategy's own bars or ticks, row by row as they lie in memory: ticks need not be copied into bars.

    Kernels are compiled for one type, so both are numbers of 64 bits in columns, and the columns have their places.
    """

    values: NDArray[np.float64]  # (decisions, columns)
    stamps: NDArray[np.int64]  # the same memory as whole numbers: column 0 is the opening time
    open: int  # which column; of ticks all four are the bid
    high: int
    low: int
    close: int
    volume: int


class Desk(NamedTuple):
    """What the batch drive decides with. An array of length 0 stands for "not given"."""

    seen: Seen
    wishes: NDArray[np.void]  # (wishes,) INTENT, symbol after symbol: the rows at which something is wanted
    wish_rows: NDArray[np.int64]  # (wishes,) the decision of each
    pending: NDArray[np.int64]  # (symbols,) the next wish of each symbol
    stops: NDArray[np.int64]  # (symbols,) where its wishes end
    management: NDArray[np.void]  # (symbols,) MANAGEMENT
    manages: int  # whether positions are looked after at each close
    steps: int  # whether the compiled step is called at each close
    state: NDArray[np.uint8]  # (symbols, bytes)
    params: NDArray[np.uint8]  # (symbols, bytes)
    row: NDArray[np.void]  # (1,) ROW
    commands: NDArray[np.void]  # (n,) COMMAND


class Roster(NamedTuple):
    """What several strategies decide with. An array of length 0 stands for "not given"."""

    turns: Rows  # (turns,) TURN, in the order in which they are taken
    symbols: NDArray[np.int64]  # (sleeves,) index of the symbol of each
    addresses: NDArray[np.int64]  # (sleeves,) of its compiled step, or nowhere
    seen: Seen  # their own bars, sleeve after sleeve
    firsts: NDArray[np.int64]  # (sleeves,) where the bars of each begin
    wishes: Rows  # (wishes,) INTENT, sleeve after sleeve
    wish_rows: NDArray[np.int64]  # (wishes,) the sleeve's row of each
    pending: NDArray[np.int64]  # (sleeves,) the next wish of each
    stops: NDArray[np.int64]  # (sleeves,) where its wishes end
    management: Rows  # (sleeves,) MANAGEMENT
    state: NDArray[np.uint8]  # (sleeves, bytes)
    params: NDArray[np.uint8]  # (sleeves, bytes)
    row: Rows  # (1,) ROW
    commands: Rows  # (n,) COMMAND
    taken: NDArray[np.int64]  # (1,) how many turns have been taken


class Quotes(NamedTuple):
    """The prices of one bar in points, both sides."""

    bid_open: int
    bid_high: int
    bid_low: int
    bid_close: int
    ask_open: int
    ask_high: int
    ask_low: int
    ask_close: int


def as_read(array: ArrayT) -> ArrayT:
    """Give what a kernel only reads in the one form in which it is handed over: contiguous and read-only.

    Whether an array may be written is part of its type, and for each type the kernel is compiled once more.
    """
    view: Any = np.ascontiguousarray(array).view()
    view.flags.writeable = False
    return cast("ArrayT", view)
