"""The phases of an event, compiled once for every drive of the ledger.

The drives call them by address. Called directly they would be compiled into each drive anew, which took longer than
everything else together.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numba
import numpy as np
from numba import types
from numpy.typing import NDArray

from forexai_core._jit import compiled_signature
from forexai_core.engine.accounting.deals import age_positions, settle_entries
from forexai_core.engine.accounting.margin import mark
from forexai_core.engine.accounting.reopening import reopen_positions
from forexai_core.engine.accounting.swaps import charge_rollovers, note_rollovers_inside
from forexai_core.engine.deciding.addresses import address_of, caller
from forexai_core.engine.execution.bar_open import open_phase
from forexai_core.engine.execution.inside import inside_phase
from forexai_core.engine.execution.margin_calls import watch_margin
from forexai_core.engine.execution.shut import refuse_at_open, shut_phase
from forexai_core.engine.passing.calm import lowest_equity, note_calm, note_equity
from forexai_core.engine.state.book import Book, Quotes, Rows, as_read
from forexai_core.engine.state.market_records import ROLLOVER
from forexai_core.engine.state.records import (
    BOOK,
)

__all__ = [
    "CARRY",
    "CLOSE",
    "INSIDE",
    "OPEN",
    "SETTLE",
    "SHUT",
    "WHOLE",
    "Addresses",
    "call_carry",
    "call_close",
    "call_settle",
    "call_shut",
    "phases",
]

_BOOK = numba.from_dtype(BOOK)
_named_tuple: Any = types.NamedUniTuple
_QUOTES = _named_tuple(types.int64, len(Quotes._fields), Quotes)
_ROLLOVERS = types.Array(numba.from_dtype(ROLLOVER), 1, "C", readonly=True)

_SETTLE = types.void(_BOOK, types.int64, _QUOTES, types.int64)
_SHUT = types.void(_BOOK, types.int64, _QUOTES, types.int64)
_CLOSE = types.void(_BOOK, types.int64, _QUOTES, types.boolean, types.int64)
_CARRY = types.void(_BOOK, _ROLLOVERS, types.int64, types.int64)


Addresses = NDArray[np.int64]

CARRY, SETTLE, CLOSE, SHUT = 0, 1, 2, 3
"""Places of the phases in what :func:`phases` gives; outside the sessions an event is shut instead of settled."""

WHOLE, OPEN, INSIDE = 0, 1, 2
"""What of an event is settled: all of it, or what its open does, or what lies inside the bar after that."""

call_carry = caller(_CARRY)  # (address, (book, rollovers, time_ns, end_ns))
call_settle = caller(_SETTLE)  # (address, (book, symbol, quotes, part))
call_shut = caller(_SHUT)  # (address, (book, symbol, quotes, part))
call_close = caller(_CLOSE)  # (address, (book, symbol, quotes, decides, next_rollover_ns))


def _carry(book: Book, rollovers: Rows, time_ns: int, end_ns: int) -> None:
    """Charge the rollovers up to an event's opening, and note those inside its bar."""
    charge_rollovers(book, rollovers, time_ns)
    reopen_positions(book)
    note_rollovers_inside(book, rollovers, end_ns)


def _settle(book: Book, index: int, quotes: Quotes, part: int) -> None:
    """Do what the open does, and then what lies inside the bar."""
    if part != INSIDE:
        open_phase(book, index)
    if part != OPEN:
        inside_phase(book, index, quotes)


def _shut(book: Book, index: int, quotes: Quotes, part: int) -> None:
    """Let a price outside the sessions pass, at which nothing can be done."""
    if part != INSIDE:
        refuse_at_open(book, index)
    if part != OPEN:
        shut_phase(book, index, quotes)


def _close(book: Book, index: int, quotes: Quotes, ages: bool, next_rollover_ns: int) -> None:
    """Mark the account at the close, age its positions, and note how long calm lasts."""
    account = book["account"]
    mark(book)
    lowest = account["equity"]
    if account["positions"] > 0:
        settle_entries(book)
        if ages:
            age_positions(book, index)
        lowest = lowest_equity(book, index, quotes)
    note_equity(book, index, lowest)
    watch_margin(book, index, quotes, lowest)
    note_calm(book, next_rollover_ns)


@cache
def phases() -> Addresses:
    """Give the addresses of the phases; they are compiled, or read from disk, when first asked for.

    Returns
    -------
    (4,) int64
        Read-only.
    """
    bodies = ((_carry, _CARRY), (_settle, _SETTLE), (_close, _CLOSE), (_shut, _SHUT))
    compiled = [(compiled_signature(signature, cache=True)(body), signature) for body, signature in bodies]
    return as_read(np.array([address_of(*each) for each in compiled], np.int64))
