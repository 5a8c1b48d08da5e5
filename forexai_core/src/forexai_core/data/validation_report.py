"""What was found in prices: findings, gaps, and the rows that were set aside."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import Any, Literal

import attrs

from forexai_core.data.text_tables import BadRow
from forexai_core.errors import DataError
from forexai_core.values.clocks import format_time_ns

__all__ = ["Finding", "Gap", "ValidationReport"]

Severity = Literal["bad", "warning", "note"]


@attrs.frozen(kw_only=True)
class Finding:
    """One kind of thing that was found.

    Attributes
    ----------
    check : str
        Name of the check: ``order``, ``duplicate``, ``prices``, ``crossed``, ``outlier``, ``gaps`` …
    severity : {"bad", "warning", "note"}
        ``bad`` rows are not taken over; a ``warning`` deserves a look; a ``note`` is for the record.
    count : int
        How many rows, runs or gaps.
    message : str
        For the reader.
    first_time_ns : int or None
        When it first occurs, nanoseconds UTC.
    first_line : int or None
        Line of the file where it first occurs.
    """

    check: str
    severity: Severity
    count: int
    message: str
    first_time_ns: int | None = None
    first_line: int | None = None


@attrs.frozen(kw_only=True)
class Gap:
    """A stretch in which bars are missing though the market was open.

    Attributes
    ----------
    after_ns, before_ns : int
        Opening times of the bars around it.
    missing : int
        Bars that the calendar expects between them.
    holiday : bool
        Whether it touches Christmas or New Year, when most markets close.
    """

    after_ns: int
    before_ns: int
    missing: int
    holiday: bool


@attrs.frozen(kw_only=True)
class ValidationReport:
    """What a look at prices found.

    Attributes
    ----------
    symbol, timeframe, source : str
        What was looked at.
    rows, kept : int
        Rows read, and rows taken over.
    findings : tuple of Finding
        One a kind.
    quarantined : tuple of BadRow
        Every row that was not taken over, with its line and reason.
    gaps : tuple of Gap
        Stretches without prices.
    quarantine_file : str or None
        Where the rows set aside were written.
    """

    symbol: str
    timeframe: str
    source: str
    rows: int
    kept: int
    findings: tuple[Finding, ...] = ()
    quarantined: tuple[BadRow, ...] = ()
    gaps: tuple[Gap, ...] = ()
    quarantine_file: str | None = None

    @property
    def ok(self) -> bool:
        """Whether nothing bad and nothing that deserves a look was found."""
        return not any(finding.severity != "note" for finding in self.findings)

    def finding(self, check: str) -> Finding | None:
        """Give the finding of one check, None where it found nothing."""
        return next((finding for finding in self.findings if finding.check == check), None)

    def summary(self) -> str:
        """Write the report for people, one line a finding."""
        lines = [f"{self.symbol} {self.timeframe} from {self.source}: {self.kept:,} of {self.rows:,} rows taken over."]
        for finding in self.findings:
            place = f" First at {format_time_ns(finding.first_time_ns)}." if finding.first_time_ns is not None else ""
            if finding.first_line is not None:
                place += f" First in line {finding.first_line}."
            lines.append(f"{finding.severity:>7}  {finding.check}: {finding.message}{place}")
        if self.quarantine_file is not None:
            lines.append(f"Rows set aside are in {self.quarantine_file}.")
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Give the report as plain values for JSON; nanoseconds are strings."""
        found = attrs.asdict(self)
        for entry in found["findings"]:
            entry["first_time_ns"] = None if entry["first_time_ns"] is None else str(entry["first_time_ns"])
        for entry in found["gaps"]:
            entry["after_ns"], entry["before_ns"] = str(entry["after_ns"]), str(entry["before_ns"])
        found["ok"] = self.ok
        return found

    def write_quarantine(self, path: str | os.PathLike[str]) -> Path:
        """Write the rows set aside as CSV: source, line, column, check, reason, text.

        Raises
        ------
        DataError
            If the file cannot be written.
        """
        target = Path(path)
        try:
            with target.open("w", encoding="utf-8", newline="") as stream:
                writer = csv.writer(stream)
                writer.writerow(("source", "line", "column", "check", "reason", "text"))
                for row in self.quarantined:
                    writer.writerow((self.source, row.line, row.column or "", row.check, row.reason, row.text))
        except OSError as error:
            raise DataError(
                f"The rows set aside cannot be written to {target} ({error.strerror or error}). Pass quarantine=PATH."
            ) from error
        return target
