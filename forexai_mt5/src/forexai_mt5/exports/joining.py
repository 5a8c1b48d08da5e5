"""Several files of one series, put together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from forexai_core.errors import DataError
from forexai_core.values.bars import Bars
from forexai_core.values.clocks import format_time_ns
from forexai_core.values.ticks import Ticks

__all__ = ["join_bars", "join_ticks"]

Series = TypeVar("Series", Bars, Ticks)
Columns = tuple[NDArray[Any], ...]
"""Rows of a series, whose first column has a field ``time_ns``, and what stands beside them."""


def join_bars(files: Sequence[tuple[str, Bars]], *, overlap: str) -> Bars:
    """Put bars of one symbol and timeframe together.

    Parameters
    ----------
    files : sequence of (file, Bars)
        In any order, none empty.
    overlap : {"raise", "later"}
        Where two of them tell different prices of the same time.

    Raises
    ------
    DataError
        If they contradict each other; both files and the time are named.
    """
    files = _in_order(files)
    digits = max(bars.digits for _, bars in files)
    spreads = _spreads(files, digits)
    tables: list[Columns] = [(bars.data,) for _, bars in files]
    if spreads is not None:
        tables = [(*columns, spread) for columns, spread in zip(tables, spreads, strict=True)]
    joined = _join([name for name, _ in files], tables, overlap)
    return Bars(
        instrument=files[0][1].instrument.with_digits(digits),
        timeframe=files[0][1].timeframe,
        data=joined[0],
        spread_points=None if spreads is None else joined[1],
        provenance=_provenance(files),
    )


def join_ticks(files: Sequence[tuple[str, Ticks]], *, overlap: str) -> Ticks:
    """Put ticks of one symbol together; see :func:`join_bars`."""
    files = _in_order(files)
    joined = _join([name for name, _ in files], [(ticks.data,) for _, ticks in files], overlap)
    return Ticks(
        instrument=files[0][1].instrument.with_digits(max(ticks.digits for _, ticks in files)),
        data=joined[0],
        provenance=_provenance(files),
    )


def _in_order(files: Sequence[tuple[str, Series]]) -> list[tuple[str, Series]]:
    """Sort by first row; of two that begin alike, the one that ends earlier comes first."""
    return sorted(files, key=lambda each: (int(each[1].time_ns[0]), int(each[1].time_ns[-1]), each[0]))


def _spreads(files: Sequence[tuple[str, Bars]], digits: int) -> list[NDArray[np.float64]] | None:
    """Give the spread columns in points of the finest grid, or None where no file has one."""
    columns = [
        None if bars.spread_points is None else bars.spread_points * 10.0 ** (digits - bars.digits) for _, bars in files
    ]
    known = [column for column in columns if column is not None]
    if known and len(known) < len(columns):
        first, second = (files[[column is None for column in columns].index(missing)][0] for missing in (False, True))
        raise DataError(
            f"{first} has a column of spreads and {second} has none, so together they would trade at two kinds of "
            "cost. Export both in the same way, or name only one of them."
        )
    return known or None


def _join(names: Sequence[str], tables: Sequence[Columns], overlap: str) -> Columns:
    """Fold tables, in the order of their first rows, into one in which every time is told once."""
    joined = tables[0]
    for at in range(1, len(tables)):
        table = tables[at]
        old, new = joined[0]["time_ns"], table[0]["time_ns"]
        first, last = int(np.searchsorted(old, new[0])), int(np.searchsorted(old, new[-1], side="right"))
        fresh = int(np.searchsorted(new, old[-1], side="right"))
        theirs, mine = _rows(joined, first, last), _rows(table, 0, fresh)
        keep = len(old)
        if not _equal(theirs, mine):
            if overlap != "later":
                raise _contradiction(names, tables, at, theirs, mine)
            if fresh < len(new):  # it goes on later: it replaces what was told of its time
                keep, fresh = first, 0
        joined = tuple(np.concatenate([a[:keep], b[fresh:]]) for a, b in zip(joined, table, strict=True))
    return joined


def _rows(columns: Columns, start: int, stop: int) -> Columns:
    return tuple(column[start:stop] for column in columns)


def _equal(first: Columns, second: Columns) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


def _contradiction(
    names: Sequence[str], tables: Sequence[Columns], at: int, theirs: Columns, mine: Columns
) -> DataError:
    """Say which two files contradict each other, and when first."""
    rows = min(len(theirs[0]), len(mine[0]))
    alike = np.ones(rows, np.bool_)
    for a, b in zip(theirs, mine, strict=True):
        alike &= a[:rows] == b[:rows]
    row = rows if alike.all() else int(np.argmin(alike))
    times = [int(side[0]["time_ns"][row]) for side in (theirs, mine) if row < len(side[0])]
    time_ns = min(times)
    other = next(
        name
        for name, table in reversed(list(zip(names[:at], tables[:at], strict=True)))
        if table[0]["time_ns"][0] <= time_ns <= table[0]["time_ns"][-1]
    )
    return DataError(
        f"{other} and {names[at]} tell different prices at {format_time_ns(time_ns)} UTC. Export them again, name "
        "only one of them, or set overlap='later' to believe the file that goes on later: the last bar of an export "
        "is often unfinished."
    )


def _provenance(files: Sequence[tuple[str, Series]]) -> dict[str, str]:
    """Say which files, and once what is alike of all."""
    if len(files) == 1:
        return dict(files[0][1].provenance)
    told = {}
    for key in dict.fromkeys(key for _, rows in files for key in rows.provenance):
        texts = dict.fromkeys(rows.provenance.get(key, "") for _, rows in files)
        told[key] = " + ".join(text for text in texts if text)
    return told
