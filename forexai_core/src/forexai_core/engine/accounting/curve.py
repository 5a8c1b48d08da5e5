"""The equity curve: how kernels write it, and how it is read."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple
from weakref import ref

import numpy as np
from numpy.typing import NDArray

from forexai_core._jit import kernel
from forexai_core.arrays import EQUITY
from forexai_core.engine.accounting.shares import note_shares
from forexai_core.engine.state.book import Book, Curve, Market, as_read
from forexai_core.engine.state.records import LEVEL

__all__ = ["equity_rows", "new_curve", "note_level", "row_times", "rows_later", "write_equity"]

_FIRST_LEVELS = 65_536  # memory that is not written to costs nothing; to make room for more goes through Python
_SPARE_LEVELS = 64


class _LastLooked(NamedTuple):
    column: ref[NDArray[np.int64]]
    ascends: bool


_LAST: list[_LastLooked] = []
"""The column that was looked through last, and what was found: most runs go over the same prices again."""


def _ascends(column: NDArray[np.int64]) -> bool:
    """Say whether each value of a column is above the one before."""
    last = _LAST[-1] if _LAST else None
    if last is not None and last.column() is column:
        return last.ascends
    ascends = bool((column[1:] > column[:-1]).all())
    owner = column if column.base is None else column.base
    if isinstance(owner, np.ndarray) and not owner.flags.writeable:  # nobody can change it
        _LAST[:] = [_LastLooked(ref(column), ascends)]
    return ascends


def new_curve(rows: int, market: Market, sleeves: int = 0) -> Curve:
    """Make an empty curve.

    Parameters
    ----------
    rows : int
        How many it may have.
    market : Market
        Where its rows are the events of one symbol, each at an instant of its own, their ends are its times.
    sleeves : int
        Strategies with a curve of their own.
    """
    plain = not len(market.events) and _ascends(market.end_ns)
    return Curve(
        equity=np.empty(rows),
        lowest=np.empty(rows),
        time_ns=np.empty(0 if plain else rows, np.int64),
        levels=np.empty(min(rows + _SPARE_LEVELS, _FIRST_LEVELS), LEVEL),
        shares=np.zeros((rows if sleeves else 0, sleeves)),
        settled=np.zeros(sleeves),
    )


@kernel(inline="always")
def note_level(book: Book, curve: Curve, row: int) -> None:
    """Note balance and margin where they differ from those of the row before."""
    account = book["account"]
    count = account["levels"]
    balance, margin = account["balance"], account["margin"]
    if count > 0:
        last = curve.levels[count - 1]
        if last["balance"] == balance and last["margin"] == margin:
            return
        if last["row"] == row:
            count -= 1
    curve.levels[count]["row"] = row
    curve.levels[count]["balance"] = balance
    curve.levels[count]["margin"] = margin
    account["levels"] = count + 1


@kernel(inline="always")
def write_equity(book: Book, curve: Curve) -> None:
    """Write the account's row of the equity curve; the rows of one instant become one."""
    account = book["account"]
    row = account["equity_rows"]
    lowest = account["lowest"]
    if row > 0 and account["row_ns"] >= account["end_ns"]:
        row -= 1
        lowest = min(lowest, curve.lowest[row])
    else:
        account["row_ns"] = account["end_ns"]
    curve.equity[row] = account["equity"]
    curve.lowest[row] = lowest
    if len(curve.time_ns):
        curve.time_ns[row] = account["row_ns"]
    note_level(book, curve, row)
    if account["sleeves"] > 0:
        note_shares(book, curve, row)
    account["equity_rows"] = row + 1
    account["lowest"] = np.inf


@kernel
def _write_rows(
    times: NDArray[np.int64], equity: NDArray[np.float64], levels: NDArray[np.void], table: NDArray[np.void]
) -> None:
    """Write rows of EQUITY, in one pass: they are more memory than any cache holds."""
    for number in range(len(levels)):
        level = levels[number]
        stop = levels[number + 1]["row"] if number + 1 < len(levels) else len(table)
        balance, margin = level["balance"], level["margin"]
        for row in range(level["row"], stop):
            line = table[row]
            line["time_ns"] = times[row]
            line["balance"] = balance
            line["equity"] = equity[row]
            line["margin"] = margin


def row_times(book: Book, curve: Curve, market: Market) -> NDArray[np.int64]:
    """Give when each row of the curve holds, nanoseconds UTC."""
    rows = int(book["account"]["equity_rows"])
    times: NDArray[np.int64] = (curve.time_ns if len(curve.time_ns) else market.end_ns)[:rows]
    return times


def equity_rows(book: Book, curve: Curve, market: Market) -> NDArray[np.void]:
    """Lay the curve out as rows of EQUITY.

    Returns
    -------
    (rows,) EQUITY
        A copy.
    """
    return rows_later(book, curve, market)()


def rows_later(book: Book, curve: Curve, market: Market) -> Callable[[], NDArray[np.void]]:
    """Give what lays the curve out when it is asked to; it holds on to nothing of the book."""
    rows, count = int(book["account"]["equity_rows"]), int(book["account"]["levels"])
    times, equity, levels = as_read(row_times(book, curve, market)), curve.equity[:rows], curve.levels[:count].copy()

    def lay_out() -> NDArray[np.void]:
        table = np.empty(rows, EQUITY)
        _write_rows(times, equity, levels, table)
        return table

    return lay_out
