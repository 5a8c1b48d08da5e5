"""One file of prices, read and checked: sound rows in UTC, and every other row with its reason."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Mapping

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.data.columns import BAR_ROLES, TICK_ROLES
from forexai_core.data.file_clocks import to_utc
from forexai_core.data.options import FileOptions
from forexai_core.data.row_checks import (
    Problems,
    check_bar_rows,
    check_future,
    check_order,
    check_tick_rows,
)
from forexai_core.data.spikes import check_spikes
from forexai_core.data.stamps import Stamps
from forexai_core.data.tables import Table, open_table, select_symbol
from forexai_core.data.text_tables import BadRow
from forexai_core.data.validation_report import Finding, ValidationReport
from forexai_core.errors import DataFormatError
from forexai_core.values.timeframes import NS_PER_MINUTE, Timeframe

__all__ = ["FileRows", "read_rows", "settle_bad_rows"]

_LOG = logging.getLogger(__name__)
_FEW_ROWS = 10  # below this, the distance of rows says little about the timeframe


@attrs.frozen(kw_only=True, eq=False)
class FileRows:
    """Sound rows of one file.

    Attributes
    ----------
    source : str
        The file.
    time_ns : (rows,) int64
        Nanoseconds UTC, in order.
    values : mapping of str to (rows,) float64
        Columns by role.
    rows : int
        Rows that the file has of the symbol, bad ones included.
    bad : tuple of BadRow
        Rows not taken over.
    findings : tuple of Finding
        About the file.
    quarantine_file : str or None
        Where bad rows were written.
    provenance : mapping of str to str
        What the file is and what was done.
    price_decimals : int or None
        Decimals that every price is written with, where they are all the same.
    """

    source: str
    time_ns: NDArray[np.int64]
    values: Mapping[str, NDArray[np.float64]]
    rows: int
    bad: tuple[BadRow, ...]
    findings: tuple[Finding, ...]
    quarantine_file: str | None
    provenance: Mapping[str, str]
    price_decimals: int | None = None


def read_rows(path: str | os.PathLike[str], *, symbol: str, timeframe: Timeframe, options: FileOptions) -> FileRows:
    """Read one file of bars or ticks.

    Raises
    ------
    DataFormatError
        If the file cannot be read; or has a bad row, unless bad rows are set aside.
    """
    for_ticks = timeframe is Timeframe.TICK
    table = open_table(path, options, TICK_ROLES if for_ticks else BAR_ROLES)
    ragged = table.ragged
    table, others = select_symbol(table, symbol)
    problems = Problems(rows=len(table))
    stamps = _read_stamps(table, timeframe, problems) if len(table) else None
    if stamps is None:
        raise _first_error(ragged, table.file, options)
    values = _read_values(table, problems)
    filled = _carry_quotes(table, values, problems) if for_ticks else 0
    (check_tick_rows if for_ticks else check_bar_rows)(values, problems)
    time_ns, clock = to_utc(stamps, table, options, problems)
    order = np.arange(len(table))
    if options.sort:
        order = np.argsort(time_ns, kind="stable")
        time_ns, values = time_ns[order], {role: column[order] for role, column in values.items()}
        back = np.argsort(order)
        problems = Problems(rows=len(table), found={int(back[row]): bad for row, bad in problems.found.items()})
    else:
        _refuse_newest_first(time_ns[problems.good], table)
    if not for_ticks:
        _check_spacing(time_ns[problems.good], timeframe, table)
    _check_sequence(time_ns, values, problems, timeframe, options)
    bad = _bad_rows(table, problems, order, ragged)
    quarantine_file = settle_bad_rows(bad, table.file, options, kept=int(problems.good.sum()))
    good = problems.good
    provenance = _provenance(table, clock, others, len(bad), quarantine_file)
    return FileRows(
        source=table.file,
        time_ns=time_ns[good],
        values={role: column[good] for role, column in values.items()},
        rows=len(table) + len(ragged),
        bad=bad,
        findings=_findings(table, others, filled, bad),
        quarantine_file=quarantine_file,
        provenance=provenance,
        price_decimals=None if for_ticks else table.written_decimals("open"),
    )


def _check_sequence(
    time_ns: NDArray[np.int64],
    values: Mapping[str, NDArray[np.float64]],
    problems: Problems,
    timeframe: Timeframe,
    options: FileOptions,
) -> None:
    """Check rows by those around them, and by what time it is."""
    if options.future == "refuse":
        check_future(time_ns, time.time_ns(), problems)
    check_order(time_ns, values, problems, timeframe)
    if options.spikes == "refuse":
        check_spikes(values, problems)


def _read_stamps(table: Table, timeframe: Timeframe, problems: Problems) -> Stamps:
    stamps = table.stamps()
    for row, reason in stamps.problems.items():
        problems.add(row, "time", "time", reason)
    if not stamps.timed and not timeframe.follows_calendar:
        raise DataFormatError(
            f"the times have no time of day, which {timeframe} needs.",
            file=table.file,
            line=int(table.line[0]),
            column=table.roles["time"],
            remedy="Pass timeframe='D1' if these are daily bars, or export them with the time.",
        )
    return stamps


def _read_values(table: Table, problems: Problems) -> dict[str, NDArray[np.float64]]:
    values = {}
    may_be_empty = {"bid", "ask", "volume"} if "bid" in table.roles else set()
    for role in table.roles:
        if role in {"time", "symbol"}:
            continue
        column = table.numbers(role)
        values[role] = column.values
        for row in column.unreadable.tolist():
            cell = table.cell(role, row)
            if not cell and role in may_be_empty:
                continue
            reason = f"'{cell}' is no number." if cell else "the value is missing."
            problems.add(row, role, "number", reason)
    return values


def _carry_quotes(table: Table, values: dict[str, NDArray[np.float64]], problems: Problems) -> int:
    """Fill empty bids and asks with the last one: MetaTrader exports only the side that changed."""
    filled = 0
    for role in ("bid", "ask"):
        column = values[role]
        empty = np.isnan(column) & problems.good
        empty[empty] = [not table.cell(role, row) for row in np.flatnonzero(empty).tolist()]
        if not empty.any():
            continue
        last = np.maximum.accumulate(np.where(empty, -1, np.arange(len(column))))
        problems.flag(
            empty & (last < 0), role, "number", lambda _row: "the value is missing, and none stands before it."
        )
        column = np.where(empty & (last >= 0), column[np.maximum(last, 0)], column)
        values[role] = column
        filled += int((empty & (last >= 0)).sum())
    if "volume" in values:
        values["volume"] = np.nan_to_num(values["volume"], nan=0.0, posinf=np.inf, neginf=-np.inf)
    return filled


def _refuse_newest_first(times: NDArray[np.int64], table: Table) -> None:
    steps = np.diff(times)
    if len(times) > 2 and np.all(steps <= 0) and np.any(steps < 0):
        raise DataFormatError(
            "the rows stand newest first.",
            file=table.file,
            line=int(table.line[0]),
            column=table.roles["time"],
            remedy="Pass sort=True.",
        )


def _check_spacing(times: NDArray[np.int64], timeframe: Timeframe, table: Table) -> None:
    """Refuse a timeframe that is plainly not the file's."""
    steps = np.diff(times)
    steps = steps[steps > 0]
    if len(steps) < _FEW_ROWS:
        return
    sizes, counts = np.unique(steps, return_counts=True)
    usual = int(sizes[np.argmax(counts)])
    too_near = int(counts[sizes < timeframe.least_step_ns].sum())
    # Quiet markets leave bars out, but not always the same number of them.
    too_far = timeframe.intraday and sizes[0] > timeframe.nominal_ns and counts.max() * 2 > len(steps)
    if too_near * 10 > len(steps) or too_far:
        raise DataFormatError(
            f"the rows are mostly {usual / NS_PER_MINUTE:g} minutes apart, which is not {timeframe}.",
            file=table.file,
            line=int(table.line[0]),
            column=table.roles["time"],
            remedy="Pass the timeframe that the file has.",
        )


def _bad_rows(
    table: Table, problems: Problems, order: NDArray[np.int64], ragged: tuple[BadRow, ...]
) -> tuple[BadRow, ...]:
    rows = [
        BadRow(
            line=int(table.line[order[row]]),
            column=None if problem.role is None else table.roles.get(problem.role, problem.role),
            reason=problem.reason,
            text=table.row_text(int(order[row])),
            check=problem.check,
        )
        for row, problem in problems.found.items()
    ]
    return tuple(sorted((*rows, *ragged), key=lambda bad: bad.line))


def _first_error(bad: tuple[BadRow, ...], file: str, options: FileOptions) -> DataFormatError:
    if not bad:
        return DataFormatError("the file has no rows.", file=file, remedy="Export or download the data again.")
    first = bad[0]
    others = f" {len(bad) - 1:,} more rows are bad." if len(bad) > 1 else ""
    remedy = "Correct the file." if options.on_bad == "quarantine" else (
        "Correct it, or pass on_bad='quarantine' to set bad rows aside, each with its reason."
    )  # fmt: skip
    return DataFormatError(first.reason + others, file=file, line=first.line, column=first.column, remedy=remedy)


def settle_bad_rows(bad: tuple[BadRow, ...], file: str, options: FileOptions, *, kept: int) -> str | None:
    """Refuse bad rows, or write them to the quarantine file and name it.

    Raises
    ------
    DataFormatError
        If bad rows are to be refused, or none is left without them.
    """
    if not bad:
        return None
    if options.on_bad == "raise" or kept == 0:
        raise _first_error(bad, file, options)
    target = options.quarantine or file.split("!", maxsplit=1)[0] + ".quarantine.csv"
    report = ValidationReport(symbol="", timeframe="", source=file, rows=kept + len(bad), kept=kept, quarantined=bad)
    _LOG.warning("%s: %d bad rows set aside in %s.", file, len(bad), target)
    return str(report.write_quarantine(target))


def _findings(table: Table, others: int, filled: int, bad: tuple[BadRow, ...]) -> tuple[Finding, ...]:
    found = []
    for check in sorted({row.check for row in bad}):
        rows = [row for row in bad if row.check == check]
        message = f"{len(rows):,} rows set aside, such as: {rows[0].reason}"
        found.append(Finding(check=check, severity="bad", count=len(rows), message=message, first_line=rows[0].line))
    if others:
        message = f"{others:,} rows of other symbols are not read."
        found.append(Finding(check="symbol", severity="note", count=others, message=message))
    if filled:
        message = f"{filled:,} empty quotes carry the last one, as in MetaTrader's export."
        found.append(Finding(check="carried", severity="note", count=filled, message=message))
    if table.ignored:
        message = f"nothing is taken from the columns {', '.join(table.ignored)}."
        found.append(Finding(check="columns", severity="note", count=len(table.ignored), message=message))
    return tuple(found)


def _provenance(table: Table, clock: str, others: int, bad: int, quarantine_file: str | None) -> dict[str, str]:
    told = {"source": table.file, "format": table.dialect, "clock": clock, "source_sha256": table.sha256}
    if others:
        told["other_symbols"] = f"{others:,} rows of other symbols not read"
    if bad:
        told["quarantine"] = f"{bad:,} bad rows set aside in {quarantine_file}"
    return told
