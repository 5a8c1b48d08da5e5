"""Economic calendars from CSV files, with the same care as prices."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from typing import Unpack

import attrs
import numpy as np

from forexai_core.data.columns import find_columns
from forexai_core.data.dialects import sniff
from forexai_core.data.file_clocks import to_utc
from forexai_core.data.file_rows import settle_bad_rows
from forexai_core.data.options import FileKeywords, FileOptions
from forexai_core.data.row_checks import Problems
from forexai_core.data.tables import TextFileTable
from forexai_core.data.text_tables import BadRow, split_text
from forexai_core.data.unpacking import decode_text, read_file
from forexai_core.errors import ConfigError, DataFormatError
from forexai_core.values.calendar import EconomicEvent, Impact

__all__ = ["EVENT_ROLES", "EventFileSource", "read_events"]

EVENT_ROLES: Mapping[str, tuple[str, ...]] = {
    "time": ("timestamp", "datetime", "time", "date", "timeutc", "datetimeutc", "gmttime", "start"),
    "currency": ("currency", "ccy", "country"),
    "impact": ("impact", "importance", "volatility"),
    "title": ("title", "event", "name", "description"),
    "actual": ("actual",),
    "forecast": ("forecast", "consensus", "expected"),
    "previous": ("previous", "prior"),
}
"""Columns of a calendar, and the names they go by."""

_IMPACTS = {
    "high": Impact.HIGH, "medium": Impact.MEDIUM, "low": Impact.LOW, "holiday": Impact.HOLIDAY,
    "3": Impact.HIGH, "2": Impact.MEDIUM, "1": Impact.LOW, "0": Impact.HOLIDAY,
    "red": Impact.HIGH, "orange": Impact.MEDIUM, "yellow": Impact.LOW, "moderate": Impact.MEDIUM,
    "non-economic": Impact.HOLIDAY, "none": Impact.LOW,
}  # fmt: skip
_FIGURE = re.compile(r"(?P<sign>[+-]?)(?P<number>\d+(?:\.\d+)?)(?P<scale>[KMBT]?)(?P<unit>%?)")
_SCALES = {"": 1.0, "K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}
_OPTIONAL = frozenset({"actual", "forecast", "previous"})


def read_events(path: str | os.PathLike[str], **options: Unpack[FileKeywords]) -> tuple[EconomicEvent, ...]:
    """Read an economic calendar.

    Parameters
    ----------
    path : path
        CSV with a header: ``timestamp, currency, impact, title`` and perhaps ``actual, forecast,
        previous`` (or the names that calendars give these), plain, gzip or zip.
    **options
        The fields of :class:`forexai_core.data.FileOptions`.

    Returns
    -------
    tuple of EconomicEvent
        In order of time.

    Raises
    ------
    DataFormatError
        If the file cannot be read, naming line, column and remedy.
    """
    chosen = FileOptions(**options)
    table = _open(path, chosen)
    problems = Problems(rows=len(table))
    stamps = table.stamps()
    for row, reason in stamps.problems.items():
        problems.add(row, "time", "time", reason)
    time_ns, _clock = to_utc(stamps, table, chosen, problems)
    events: list[EconomicEvent] = []
    for row in range(len(table)):
        if row in problems.found:
            continue
        event = _event(table, row, int(time_ns[row]), problems)
        if event is not None:
            events.append(event)
    bad = [
        BadRow(
            line=int(table.line[row]),
            column=table.roles.get(problem.role or "", problem.role),
            reason=problem.reason,
            text=table.row_text(row),
            check=problem.check,
        )
        for row, problem in problems.found.items()
    ]
    settle_bad_rows(
        tuple(sorted((*bad, *table.ragged), key=lambda each: each.line)), table.file, chosen, kept=len(events)
    )
    return tuple(sorted(events, key=lambda event: event.time_ns))


def _open(path: str | os.PathLike[str], options: FileOptions) -> TextFileTable:
    raw = read_file(path, options.limits)
    if raw.is_parquet:
        raise DataFormatError("calendars are read from CSV, not Parquet.", file=raw.name, remedy="Save it as CSV.")
    content = decode_text(raw, options.encoding)
    dialect = sniff(content, file=raw.name, delimiter=options.delimiter, for_ticks=False)
    if dialect.header_line is None:
        raise DataFormatError(
            "the calendar has no header.", file=raw.name, line=1, remedy="Add the line timestamp,currency,impact,title."
        )
    positions = find_columns(
        dialect.header, EVENT_ROLES, options.columns, file=raw.name, line=dialect.header_line, optional=_OPTIONAL
    )
    text = split_text(content, dialect.delimiter, len(dialect.header), file=raw.name, skip_lines=dialect.skip_lines)
    if not len(text) and not text.ragged:
        raise DataFormatError("the file has no rows.", file=raw.name, remedy="Export or download the data again.")
    return TextFileTable(
        text=text, sha256=raw.sha256, written=dialect, options=options, positions=positions, decimal="."
    )


def _event(table: TextFileTable, row: int, time_ns: int, problems: Problems) -> EconomicEvent | None:
    currency, title = table.cell("currency", row).upper(), table.cell("title", row)
    impact = _IMPACTS.get(table.cell("impact", row).casefold().removesuffix(" impact expected").removesuffix(" impact"))
    if impact is None:
        cell = table.cell("impact", row)
        problems.add(row, "impact", "impact", f"'{cell}' is no impact; it must be high, medium, low or holiday.")
        return None
    if not title:
        problems.add(row, "title", "title", "the title is missing.")
        return None
    figures: dict[str, float | None] = {}
    units = set()
    for role in _OPTIONAL & table.roles.keys():
        cell = table.cell(role, row)
        match = _FIGURE.fullmatch(cell.upper().replace("\N{MINUS SIGN}", "-"))
        if cell and match is None:
            problems.add(row, role, "figure", f"'{cell}' is no figure such as 0.3%, 250K or 51.2.")
            return None
        figures[role] = None if match is None else _figure(match)
        units |= {match["unit"]} if match is not None else set()
    try:
        return EconomicEvent(
            time_ns=time_ns, currency=currency, impact=impact, title=title, unit="%" if "%" in units else "", **figures
        )
    except ConfigError:
        problems.add(row, "currency", "currency", f"'{currency}' is no currency such as USD.")
        return None


def _figure(match: re.Match[str]) -> float:
    number = float(match["number"]) * _SCALES[match["scale"]]
    return -number if match["sign"] == "-" else number


@attrs.frozen(eq=False)
class EventFileSource:
    """An economic calendar in memory, asked by time and currency.

    Attributes
    ----------
    events : sequence of EconomicEvent
        In order of time.
    """

    events: Sequence[EconomicEvent]

    @classmethod
    def open(cls, path: str | os.PathLike[str], **options: Unpack[FileKeywords]) -> EventFileSource:
        """Read a calendar file: see :func:`read_events`."""
        return cls(events=read_events(path, **options))

    def between(
        self,
        start_ns: int,
        stop_ns: int,
        *,
        currencies: frozenset[str] | None = None,
        least: Impact = Impact.HOLIDAY,
    ) -> tuple[EconomicEvent, ...]:
        """Give the events in ``[start_ns, stop_ns)`` of some currencies, from an impact up."""
        times = np.array([event.time_ns for event in self.events], np.int64)
        low, high = np.searchsorted(times, [start_ns, stop_ns])
        return tuple(
            event
            for event in self.events[low:high]
            if (currencies is None or event.currency in currencies) and event.impact.rank >= least.rank
        )
