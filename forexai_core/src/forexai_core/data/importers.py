"""Files of bars and ticks, in whatever dialect, into sound values with their provenance."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from typing import Unpack

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.arrays import BAR, QUOTE, TICK
from forexai_core.data.dialects import METATRADER_EXPORT
from forexai_core.data.file_rows import FileRows, read_rows
from forexai_core.data.gaps import GapPolicy, apply_gap_policy
from forexai_core.data.options import FileKeywords, FileOptions
from forexai_core.data.price_checks import inspect_bars, inspect_ticks
from forexai_core.data.validation_report import Finding, ValidationReport
from forexai_core.errors import ConfigError, DataError
from forexai_core.values.bars import Bars
from forexai_core.values.catalogue import find_instrument
from forexai_core.values.clocks import format_time_ns
from forexai_core.values.frames import decimals
from forexai_core.values.instruments import Instrument
from forexai_core.values.ticks import Ticks
from forexai_core.values.timeframes import Timeframe

__all__ = ["LOUD_CHECKS", "ImportedBars", "ImportedTicks", "import_bars", "import_ticks", "read_bars", "read_ticks"]

_LOG = logging.getLogger(__name__)
_SIDES = ("open", "high", "low", "close")
LOUD_CHECKS = frozenset(
    {"crossed", "unmatched", "closed-hours", "grid", "digits", "outlier", "scale", "future", "spread-unit"}
)
"""Findings that say that prices were changed, or are probably misread: whoever uses the prices is told (they are logged
as warnings), and so is whoever reads a result that rests on them (they stand in the provenance)."""

_NOISE_DIGITS = 3  # so many more decimals than the instrument has are a sign of computed prices

Floats = NDArray[np.float64]
Path = str | os.PathLike[str]


@attrs.frozen(kw_only=True)
class ImportedBars:
    """Bars with the report of their import."""

    bars: Bars
    report: ValidationReport


@attrs.frozen(kw_only=True)
class ImportedTicks:
    """Ticks with the report of their import."""

    ticks: Ticks
    report: ValidationReport


def read_bars(
    path: Path | None = None,
    *,
    symbol: str,
    timeframe: str | Timeframe,
    bid: Path | None = None,
    ask: Path | None = None,
    instrument: Instrument | None = None,
    gap_policy: GapPolicy = "report",
    **options: Unpack[FileKeywords],
) -> Bars:
    """Read bid bars from a file, or bars with both sides from a pair of files.

    Parameters
    ----------
    path : path, optional
        A CSV (own format, MetaTrader export, HistData, Dukascopy, TrueFX and their like; plain, gzip
        or zip) or Parquet file of bid bars, perhaps with ask columns or a spread column.
    symbol, timeframe : str
        What the bars are; where the file has a column of symbols, only this symbol's rows are read.
    bid, ask : path, optional
        In place of ``path``: one file a side. Bars that only one of them has are left out and
        reported; where the ask lies below the bid it is raised to the bid, field by field, and reported.
    instrument : Instrument, optional
        Default: the catalogue's; its digits grow where the file's prices are finer.
    gap_policy : {"report", "raise", "forward-fill", "drop-days"}
        What to do about missing bars.
    **options
        The fields of :class:`forexai_core.data.FileOptions`: ``timezone`` (the file's clock, needed
        for times without an offset), ``on_bad``, ``quarantine``, ``columns``, ``decimal``, …

    Returns
    -------
    Bars
        Prices on the instrument's grid, times in UTC; ``provenance`` tells what was done. Use
        :func:`import_bars` to get the report as well.

    Raises
    ------
    DataFormatError
        If the file cannot be read, naming line, column and remedy.
    ConfigError
        If a parameter is wrong.
    """
    return import_bars(
        path,
        symbol=symbol,
        timeframe=timeframe,
        bid=bid,
        ask=ask,
        instrument=instrument,
        gap_policy=gap_policy,
        **options,
    ).bars


def read_ticks(
    path: Path, *, symbol: str, instrument: Instrument | None = None, **options: Unpack[FileKeywords]
) -> Ticks:
    """Read ticks, bid and ask, from a file.

    Parameters
    ----------
    path : path
        As for :func:`read_bars`.
    symbol : str
        What the ticks are of.
    instrument : Instrument, optional
        Default: the catalogue's.
    **options
        The fields of :class:`forexai_core.data.FileOptions`.

    Raises
    ------
    DataFormatError
        If the file cannot be read, naming line, column and remedy.
    """
    return import_ticks(path, symbol=symbol, instrument=instrument, **options).ticks


def import_bars(
    path: Path | None = None,
    *,
    symbol: str,
    timeframe: str | Timeframe,
    bid: Path | None = None,
    ask: Path | None = None,
    instrument: Instrument | None = None,
    gap_policy: GapPolicy = "report",
    **options: Unpack[FileKeywords],
) -> ImportedBars:
    """Read bars as :func:`read_bars` does, with the report of everything that was found."""
    frame = Timeframe.of(timeframe)
    if frame is Timeframe.TICK:
        raise ConfigError("timeframe='tick' is for read_ticks.")
    known = _instrument(symbol, instrument)
    chosen = FileOptions(**options)
    if path is not None and bid is None and ask is None:
        rows = read_rows(path, symbol=symbol, timeframe=frame, options=chosen)
        columns, findings = rows.values, rows.findings
        files: tuple[FileRows, ...] = (rows,)
        time_ns, provenance = rows.time_ns, dict(rows.provenance)
    elif path is None and bid is not None and ask is not None:
        # Both files' bad rows would go to one quarantine file: each gets its own, beside it.
        if chosen.quarantine is not None:
            raise ConfigError(
                "quarantine= names one file, but a pair has two: leave it out, and each gets one beside it."
            )
        files = tuple(read_rows(side, symbol=symbol, timeframe=frame, options=chosen) for side in (bid, ask))
        time_ns, columns, findings, provenance = _join(*files)
    else:
        raise ConfigError("Give one file of bid bars, or bid= and ask= together.")
    bars, more = _make_bars(known, frame, time_ns, columns, provenance)
    bars, about_spread = _spread_in_points(bars, files[0].price_decimals)
    more += about_spread
    seen, gaps = inspect_bars(bars)
    bars = apply_gap_policy(attrs.evolve(bars, provenance=_with_doubts(bars.provenance, (*more, *seen))), gap_policy)
    report = _report(files, known, str(frame), (*findings, *more, *seen))
    return ImportedBars(bars=bars, report=attrs.evolve(report, gaps=gaps, kept=len(time_ns)))


def import_ticks(
    path: Path, *, symbol: str, instrument: Instrument | None = None, **options: Unpack[FileKeywords]
) -> ImportedTicks:
    """Read ticks as :func:`read_ticks` does, with the report of everything that was found."""
    known = _instrument(symbol, instrument)
    rows = read_rows(path, symbol=symbol, timeframe=Timeframe.TICK, options=FileOptions(**options))
    digits, findings = _digits(known, rows.values)
    data = np.empty(len(rows.time_ns), TICK)
    data["time_ns"] = rows.time_ns
    data["bid"] = np.round(rows.values["bid"], digits)
    asked = np.round(rows.values["ask"], digits)
    data["ask"] = np.maximum(asked, data["bid"])
    data["volume"] = rows.values.get("volume", 0.0)
    provenance = dict(rows.provenance)
    crossed = asked < data["bid"]
    findings += _crossed(crossed, rows.time_ns, provenance)
    data.flags.writeable = False
    ticks = Ticks(instrument=known.with_digits(digits), data=data, provenance=provenance)
    findings += inspect_ticks(ticks)
    ticks = attrs.evolve(ticks, provenance=_with_doubts(provenance, findings))
    report = _report((rows,), known, "tick", (*rows.findings, *findings))
    return ImportedTicks(ticks=ticks, report=report)


def _instrument(symbol: str, instrument: Instrument | None) -> Instrument:
    known = instrument or find_instrument(symbol)
    if known.symbol != symbol:
        raise ConfigError(f"symbol is '{symbol}', but instrument is of '{known.symbol}'. Make them the same.")
    return known


def _join(
    bid: FileRows, ask: FileRows
) -> tuple[NDArray[np.int64], Mapping[str, Floats], tuple[Finding, ...], dict[str, str]]:
    """Keep the bars that both sides have."""
    time_ns, of_bid, of_ask = np.intersect1d(bid.time_ns, ask.time_ns, assume_unique=True, return_indices=True)
    if not len(time_ns):
        raise DataError(
            f"{bid.source} and {ask.source} have no bar in common: one runs from "
            f"{format_time_ns(bid.time_ns[0])} to {format_time_ns(bid.time_ns[-1])}, the other from "
            f"{format_time_ns(ask.time_ns[0])} to {format_time_ns(ask.time_ns[-1])}. Check that both are of one clock."
        )
    columns = {field: bid.values[field][of_bid] for field in _SIDES}
    columns |= {f"ask_{field}": ask.values[field][of_ask] for field in _SIDES}
    if "volume" in bid.values:
        columns["volume"] = bid.values["volume"][of_bid]
    alone = len(bid.time_ns) - len(time_ns), len(ask.time_ns) - len(time_ns)
    findings = (*bid.findings, *ask.findings)
    provenance = {f"bid_{key}": text for key, text in bid.provenance.items()}
    provenance |= {f"ask_{key}": text for key, text in ask.provenance.items()}
    provenance["source"] = f"{bid.source} (bid) + {ask.source} (ask)"
    if any(alone):
        message = f"{alone[0]:,} bars of the bid and {alone[1]:,} of the ask stand on one side only and are left out."
        findings += (Finding(check="unmatched", severity="warning", count=sum(alone), message=message),)
        provenance["unmatched"] = message
    return time_ns, columns, findings, provenance


def _make_bars(
    known: Instrument,
    timeframe: Timeframe,
    time_ns: NDArray[np.int64],
    columns: Mapping[str, Floats],
    provenance: dict[str, str],
) -> tuple[Bars, tuple[Finding, ...]]:
    digits, findings = _digits(known, columns)
    data = np.empty(len(time_ns), BAR)
    data["time_ns"] = time_ns
    for field in _SIDES:
        data[field] = np.round(columns[field], digits)
    data["volume"] = columns.get("volume", 0.0)
    data.flags.writeable = False
    ask = None
    if "ask_open" in columns:
        ask = np.empty(len(time_ns), QUOTE)
        crossed = np.zeros(len(time_ns), np.bool_)
        for field in _SIDES:
            asked = np.round(columns[f"ask_{field}"], digits)
            crossed |= asked < data[field]
            ask[field] = np.maximum(asked, data[field])
        ask.flags.writeable = False
        findings += _crossed(crossed, time_ns, provenance)
    spread = None if ask is not None else columns.get("spread")
    bars = Bars(
        instrument=known.with_digits(digits),
        timeframe=timeframe,
        data=data,
        ask=ask,
        spread_points=spread,
        provenance=provenance,
    )
    return bars, findings


def _spread_in_points(bars: Bars, decimals: int | None) -> tuple[Bars, tuple[Finding, ...]]:
    """Count a file's spreads in points of the grid that the bars have.

    MetaTrader writes every price with all decimals of its symbol, and counts spreads in points of these: 2 points of a
    broker with four decimals are 20 of the catalogue's five. Of other files nobody knows how they count.
    """
    if bars.spread_points is None or decimals is None or decimals >= bars.digits:
        return bars, ()
    scale = 10.0 ** (bars.digits - decimals)
    if bars.provenance["format"] == METATRADER_EXPORT:
        note = f"counted in points of {decimals} decimals; times {scale:g} in points of {bars.digits}"
        told = {**bars.provenance, "spread": note}
        return attrs.evolve(bars, spread_points=bars.spread_points * scale, provenance=told), ()
    message = (
        f"the prices have {decimals} decimals where {bars.symbol} has {bars.digits}; the column of spreads is taken "
        f"as points of {bars.digits}. Should it count points of {decimals}, multiply it by {scale:g}."
    )
    return bars, (Finding(check="spread-unit", severity="warning", count=len(bars), message=message),)


def _digits(known: Instrument, columns: Mapping[str, Floats]) -> tuple[int, tuple[Finding, ...]]:
    """Find the price grid: the instrument's, or the finer one of the file."""
    prices = [column for role, column in columns.items() if role not in {"volume", "spread"}]
    digits = max(
        known.digits if np.array_equal(np.round(column, known.digits), column) else decimals(column)
        for column in prices
    )
    digits = max(digits, known.digits)
    if digits < known.digits + _NOISE_DIGITS:
        return digits, ()
    message = (
        f"prices have {digits} decimals where {known.symbol} has {known.digits}: computed, or stored with too few bits?"
    )
    return digits, (Finding(check="digits", severity="warning", count=len(prices[0]), message=message),)


def _crossed(crossed: NDArray[np.bool_], time_ns: NDArray[np.int64], provenance: dict[str, str]) -> tuple[Finding, ...]:
    count = int(crossed.sum())
    if count == 0:
        return ()
    first = int(time_ns[np.argmax(crossed)])
    message = f"in {count:,} rows the ask lies below the bid; it is raised to the bid, field by field."
    provenance["crossed"] = f"{message} First at {format_time_ns(first)}."
    return (Finding(check="crossed", severity="warning", count=count, message=message, first_time_ns=first),)


def _with_doubts(provenance: Mapping[str, str], findings: tuple[Finding, ...]) -> dict[str, str]:
    """Let what makes prices doubtful travel with them, into every result that rests on them."""
    doubts = {each.check: each.message for each in findings if _is_loud(each) and each.check not in provenance}
    return {**provenance, **doubts}


def _is_loud(finding: Finding) -> bool:
    return finding.severity == "warning" and finding.check in LOUD_CHECKS


def _report(
    files: tuple[FileRows, ...], known: Instrument, timeframe: str, findings: tuple[Finding, ...]
) -> ValidationReport:
    written = [rows.quarantine_file for rows in files if rows.quarantine_file is not None]
    report = ValidationReport(
        symbol=known.symbol,
        timeframe=timeframe,
        source=" + ".join(rows.source for rows in files),
        rows=sum(rows.rows for rows in files),
        kept=sum(len(rows.time_ns) for rows in files),
        findings=findings,
        quarantined=tuple(bad for rows in files for bad in rows.bad),
        quarantine_file=", ".join(written) or None,
    )
    for finding in findings:
        level = logging.WARNING if _is_loud(finding) else logging.INFO
        _LOG.log(level, "%s: %s: %s", report.source, finding.check, finding.message)
    return report
