"""Moments out of text, a column at a time: many layouts, one meaning, no guessing of days and months."""

from __future__ import annotations

from typing import Literal

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.data.stamp_layouts import Layout, find_layout
from forexai_core.data.text_tables import Cells
from forexai_core.values.timeframes import NS_PER_DAY, NS_PER_MINUTE, NS_PER_SECOND

__all__ = ["FIRST_YEAR", "LAST_YEAR", "DateOrder", "Stamps", "parse_stamps"]

DateOrder = Literal["dmy", "mdy"]

FIRST_YEAR, LAST_YEAR = 1970, 2099
"""Years that a moment may lie in; beyond them it is taken for an error."""

_MONTH_START = (
    np.arange((FIRST_YEAR - 1970) * 12, (LAST_YEAR + 1 - 1970) * 12 + 1).astype("datetime64[M]").astype("datetime64[D]")
).astype(np.int64)
_MOST_UNREADABLE = 1_000
_FIELDS = ("y", "m", "d", "a", "b", "H", "M", "S", "f", "o")
_KNOWN = (
    "Known are ISO 8601 (2012-02-01 00:00:00+00:00), 2012.02.01 00:00, 20120201 000000, 01.02.2012 00:00:00.000 "
    "and seconds, milli-, micro- or nanoseconds since 1970."
)

Indexes = NDArray[np.int64]


@attrs.frozen(kw_only=True, eq=False)
class Stamps:
    """A column of moments.

    Attributes
    ----------
    local_ns : (rows,) int64
        What the file's clock showed, nanoseconds since its own 1970; instants in UTC where the file
        says its offset.
    offset_ns : (rows,) int64
        The offset that the file says, 0 where it says none.
    zoned : bool
        Whether the file says its offset, or counts from 1970.
    epoch : bool
        Whether it counts from 1970.
    timed : bool
        Whether there is a time of day.
    problems : dict of int to str
        Rows that are no moments, and why.
    """

    local_ns: Indexes
    offset_ns: Indexes
    zoned: bool
    epoch: bool
    timed: bool
    problems: dict[int, str]


def parse_stamps(cells: Cells, *, date_order: DateOrder | None) -> Stamps:
    """Read the moments of one column.

    Parameters
    ----------
    cells : Cells
        The column; a date and a time in neighbouring columns are one moment.
    date_order : {"dmy", "mdy"} or None
        The user's word on dates such as 01/02/2012.

    Raises
    ------
    DataFormatError
        If no layout is known, layouts are mixed, or days and months cannot be told apart.
    """
    fields: dict[str, Indexes] = {}
    problems: dict[int, str] = {}
    first: Layout | None = None
    left = np.arange(len(cells))
    while left.size:
        row = int(left[0])
        text = cells.text(row)
        layout = find_layout(text)
        if layout is None or (first is not None and layout.family != first.family):
            _refuse_layout(cells, row, layout, first)
            if len(problems) >= _MOST_UNREADABLE:
                raise cells.error(row, f"'{text}' is no time, as {len(problems):,} others.", _KNOWN)
            problems[row] = f"'{text}' is no time." if text else "the time is missing."
            left = left[1:]
            continue
        if first is None:
            first = layout
            fields = {name: np.zeros(len(cells), np.int64) for name in _FIELDS}
        left = _take(cells, left, layout, fields)
    if first is None:
        raise cells.error(0, f"'{cells.text(0)}' is no time in a known layout.", _KNOWN)
    local = _count(cells, fields, problems, first, date_order)
    return Stamps(
        local_ns=local - fields["o"] if first.zoned else local,
        offset_ns=fields["o"],
        zoned=first.zoned,
        epoch=first.epoch_unit_ns > 0,
        timed=first.timed,
        problems=problems,
    )


def _count(
    cells: Cells, fields: dict[str, Indexes], problems: dict[int, str], first: Layout, date_order: DateOrder | None
) -> Indexes:
    """Count nanoseconds since 1970."""
    bad = np.zeros(len(cells), np.bool_)
    bad[list(problems)] = True
    if not first.epoch_unit_ns:
        if first.by_position:
            _order_days(cells, fields, bad, date_order)
        return _assemble(fields, bad, problems)
    local = fields["d"] * first.epoch_unit_ns + fields["f"]
    wrong = ~bad & ((local < 0) | (local >= _MONTH_START[-1] * NS_PER_DAY))
    problems |= dict.fromkeys(np.flatnonzero(wrong).tolist(), f"the time lies outside {FIRST_YEAR}-{LAST_YEAR}.")
    return local


def _refuse_layout(cells: Cells, row: int, layout: Layout | None, first: Layout | None) -> None:
    if layout is not None and first is not None:
        raise cells.error(
            row,
            f"time layouts are mixed: '{layout.text}' ({layout.family}) after '{first.text}' ({first.family}).",
            "Write all times alike; files from different sources are imported one by one.",
        )


def _take(cells: Cells, left: Indexes, layout: Layout, fields: dict[str, Indexes]) -> Indexes:
    """Read all rows that look like the layout's text; give those that do not."""
    shape = np.frombuffer(layout.text.encode(), np.uint8)
    rows = left[(cells.stop[left] - cells.start[left]) == len(shape)]
    begin = cells.start[rows]
    alike = np.ones(len(rows), np.bool_)
    digits = []
    for position, sign in enumerate(shape.tolist()):
        character = cells.content[begin + position]
        digit = character - np.uint8(48)
        digits.append(digit)
        alike &= digit < 10 if 48 <= sign <= 57 else character == sign
    whole = bool(alike.all())
    rows = rows if whole else rows[alike]
    for name, (low, high) in layout.spans.items():
        value = np.zeros(len(begin), np.int64)
        for position in range(low, high):
            value = value * 10 + digits[position]
        value = value if whole else value[alike]
        if name == "f":
            value *= 10 ** (9 - (high - low))
        elif name in {"oh", "om"}:
            value = fields["o"][rows] + layout.zone_sign * value * (60 if name == "oh" else 1) * NS_PER_MINUTE
        fields[{"epoch": "d", "oh": "o", "om": "o"}.get(name, name)][rows] = value
    if len(rows) == len(left):
        return left[:0]
    done = np.zeros(len(cells), np.bool_)
    done[rows] = True
    return left[~done[left]]


def _order_days(cells: Cells, fields: dict[str, Indexes], bad: NDArray[np.bool_], date_order: DateOrder | None) -> None:
    """Decide whether the day or the month comes first: by the user, by a field above 12, or by dots."""
    first, second = fields["a"], fields["b"]
    over_first = np.flatnonzero(~bad & (first > 12))
    over_second = np.flatnonzero(~bad & (second > 12))
    shown = int(np.argmin(bad))
    order: str | None = date_order
    if order is None and cells.text(shown).find(".") in {1, 2}:
        order = "dmy"  # nobody writes 12.31.2012
    if order is None and over_first.size and over_second.size:
        row = int(max(over_first[0], over_second[0]))
        raise cells.error(
            row, "days and months change places within the file.", "Write all dates alike, best as 2012-12-31."
        )
    if order is None and not over_first.size and not over_second.size:
        raise cells.error(
            shown,
            f"'{cells.text(shown)}' does not show whether the day or the month comes first.",
            "Pass date_order='dmy' or date_order='mdy'.",
        )
    if order is None:
        order = "dmy" if over_first.size else "mdy"
    fields["d"], fields["m"] = (first, second) if order == "dmy" else (second, first)


def _assemble(fields: dict[str, Indexes], bad: NDArray[np.bool_], problems: dict[int, str]) -> Indexes:
    """Count nanoseconds since 1970; name what is no date or no time of day."""
    year, month, day = fields["y"], fields["m"], fields["d"]

    def refuse(wrong: NDArray[np.bool_], values: Indexes, reason: str) -> None:
        for row in np.flatnonzero(wrong & ~bad).tolist():
            problems[row] = reason.format(values[row])
        bad[wrong] = True

    refuse((year < FIRST_YEAR) | (year > LAST_YEAR), year, f"the year {{}} lies outside {FIRST_YEAR}-{LAST_YEAR}.")
    refuse((month < 1) | (month > 12), month, "there is no month {}.")
    index = np.where(bad, 0, (year - FIRST_YEAR) * 12 + month - 1)
    length = _MONTH_START[index + 1] - _MONTH_START[index]
    refuse((day < 1) | (day > length), day, "the month has no day {}.")
    refuse(fields["H"] > 23, fields["H"], "there is no hour {}.")
    refuse(fields["M"] > 59, fields["M"], "there is no minute {}.")
    refuse(fields["S"] > 59, fields["S"], "there is no second {}.")
    refuse(np.abs(fields["o"]) > 15 * 60 * NS_PER_MINUTE, fields["o"], "no clock is so far from UTC.")
    days = _MONTH_START[index] + np.where(bad, 1, day) - 1
    seconds = (fields["H"] * 60 + fields["M"]) * 60 + fields["S"]
    return days * NS_PER_DAY + seconds * NS_PER_SECOND + fields["f"]
