"""The checks of ``forexai data check``."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import attrs
import typer

from forexai_core.cli.failures import ExitCode
from forexai_core.cli.options import folder_or_default
from forexai_core.cli.prices import PriceChoice, import_file, load
from forexai_core.cli.printing import print_json, say
from forexai_core.cli.waiting import progress_of
from forexai_core.data import Library, validate
from forexai_core.data.validation_report import ValidationReport
from forexai_core.errors import ConfigError

__all__ = ["check_files", "check_library", "check_series"]

_SHOWN = 20


def check_files(files: Sequence[Path], choice: PriceChoice, *, as_json: bool) -> None:
    """Read files and report on them, keeping nothing."""
    if choice.symbol is None or choice.timeframe is None:
        raise ConfigError("Give --symbol and --timeframe: what the prices in the files are.")
    reports = []
    with tempfile.TemporaryDirectory() as folder:
        for file in files:
            with progress_of(f"reading {file.name}"):
                _, report = import_file(str(file), choice, quarantine=Path(folder) / "rows.csv")
            reports.append(attrs.evolve(report, quarantine_file=None))
    _tell(reports, as_json=as_json)


def check_series(choice: PriceChoice, *, as_json: bool) -> None:
    """Report on the prices of one series of the library."""
    _tell([validate(load(choice))], as_json=as_json)


def check_library(library: Path | None, *, as_json: bool) -> None:
    """Compare every byte of the library with its digests."""
    folder = folder_or_default(library)
    with progress_of(f"checking {folder}"):
        held = Library(folder)
        problems, series = held.check(), len(held.entries())
    if as_json:
        print_json({"library": folder, "series": series, "problems": problems})
    else:
        for problem in problems:
            say(problem)
        verdict = "every byte is as it was written" if not problems else f"{len(problems)} problems"
        say(f"{series:,} series in {folder}: {verdict}.")
    if problems:
        raise typer.Exit(ExitCode.FOUND)


def _tell(reports: list[ValidationReport], *, as_json: bool) -> None:
    bad = sum(len(report.quarantined) for report in reports)
    if as_json:
        found: dict[str, Any] = {"ok": all(report.ok for report in reports)}
        print_json(found | {"reports": [report.to_dict() for report in reports]})
    else:
        for report in reports:
            say(report.summary())
            for row in report.quarantined[:_SHOWN]:
                say(f"         line {row.line}: {row.reason}")
            if len(report.quarantined) > _SHOWN:
                say(f"         and {len(report.quarantined) - _SHOWN:,} more")
    if bad:
        raise typer.Exit(ExitCode.DATA)
    if not all(report.ok for report in reports):
        raise typer.Exit(ExitCode.FOUND)
