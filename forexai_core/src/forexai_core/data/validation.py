"""Validation of prices that are already in memory: a report, and the sound rows."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from forexai_core.arrays import BAR, QUOTE, TICK
from forexai_core.data.importers import ImportedBars, ImportedTicks
from forexai_core.data.price_checks import inspect_bars, inspect_ticks
from forexai_core.data.row_checks import Problems, check_bar_rows, check_order, check_tick_rows
from forexai_core.data.text_tables import BadRow
from forexai_core.data.validation_report import Finding, ValidationReport
from forexai_core.errors import ConfigError, DataError, DataShapeError
from forexai_core.values.bars import Bars
from forexai_core.values.catalogue import find_instrument
from forexai_core.values.clocks import format_time_ns
from forexai_core.values.instruments import Instrument
from forexai_core.values.ticks import Ticks
from forexai_core.values.timeframes import Timeframe

__all__ = ["clean_bars", "clean_ticks", "validate"]


def validate(
    prices: Bars | Ticks | NDArray[np.void],
    *,
    symbol: str | None = None,
    timeframe: str | Timeframe | None = None,
    instrument: Instrument | None = None,
) -> ValidationReport:
    """Check prices, and change nothing.

    Parameters
    ----------
    prices : Bars, Ticks or (rows,) BAR or TICK
        Raw rows may be unsound: bad ones stand in the report's ``quarantined`` with their reasons.
    symbol, timeframe, instrument
        What raw rows are; not needed for bars and ticks, and ``timeframe`` not for raw ticks.

    Returns
    -------
    ValidationReport
        Order, duplicates, sanity of open, high, low and close, finite and positive values, crossed
        quotes, outliers, stale runs, gaps by the market's hours, spreads, closed hours.

    Raises
    ------
    ConfigError
        If it is not said what raw rows are.
    """
    if isinstance(prices, Bars):
        findings, gaps = inspect_bars(prices)
        return ValidationReport(
            symbol=prices.symbol,
            timeframe=str(prices.timeframe),
            source=prices.provenance.get("source", "memory"),
            rows=len(prices),
            kept=len(prices),
            findings=findings,
            gaps=gaps,
        )
    if isinstance(prices, Ticks):
        return ValidationReport(
            symbol=prices.symbol,
            timeframe="tick",
            source=prices.provenance.get("source", "memory"),
            rows=len(prices),
            kept=len(prices),
            findings=inspect_ticks(prices),
        )
    if symbol is None and instrument is None:
        raise ConfigError("Raw rows do not say what they are of: pass symbol= or instrument=.")
    known = instrument or find_instrument(str(symbol))
    if prices.dtype == TICK:
        return clean_ticks(prices, instrument=known).report
    if timeframe is None:
        raise ConfigError("Raw bars do not say how long they are: pass timeframe=.")
    return clean_bars(prices, instrument=known, timeframe=timeframe).report


def clean_bars(
    rows: NDArray[np.void],
    *,
    instrument: Instrument,
    timeframe: str | Timeframe,
    ask: NDArray[np.void] | None = None,
    spread_points: NDArray[np.float64] | None = None,
    source: str = "memory",
) -> ImportedBars:
    """Make bars of raw rows; bad rows are set aside in the report.

    Parameters
    ----------
    rows : (rows,) BAR
        Bid bars, perhaps unsound.
    ask : (rows,) QUOTE, optional
        The other side; raised to the bid where it lies below it, and reported.
    spread_points : (rows,) float64, optional
        Spreads, where the other side is unknown.
    source : str
        For the report and the provenance.

    Raises
    ------
    DataShapeError
        If arrays have another dtype or length.
    DataError
        If no row is sound.
    """
    frame = Timeframe.of(timeframe)
    values = _bar_values(rows, ask, spread_points)
    problems = Problems(rows=len(rows))
    check_bar_rows(values, problems)
    check_order(rows["time_ns"], values, problems, frame)
    good = _good(problems, instrument.symbol)
    findings, kept_ask = _bad_findings(problems), None
    if ask is not None:
        kept_ask, crossed = _raised(ask[good], rows[good])
        findings += _crossed(crossed, rows["time_ns"][good])
    bars = Bars(
        instrument=instrument,
        timeframe=frame,
        data=rows[good],
        ask=kept_ask,
        spread_points=None if spread_points is None or ask is not None else spread_points[good],
        provenance={"source": source},
    )
    seen, gaps = inspect_bars(bars)
    report = ValidationReport(
        symbol=instrument.symbol,
        timeframe=str(frame),
        source=source,
        rows=len(rows),
        kept=len(bars),
        findings=(*findings, *seen),
        quarantined=_quarantined(rows, problems),
        gaps=gaps,
    )
    return ImportedBars(bars=bars, report=report)


def _bar_values(
    rows: NDArray[np.void], ask: NDArray[np.void] | None, spread_points: NDArray[np.float64] | None
) -> dict[str, NDArray[np.float64]]:
    _check_shape(rows, BAR, "rows", len(rows))
    values = {name: rows[name] for name in ("open", "high", "low", "close", "volume")}
    if ask is not None:
        _check_shape(ask, QUOTE, "ask", len(rows))
        values |= {f"ask_{name}": ask[name] for name in QUOTE.names or ()}
    if spread_points is not None:
        _check_shape(spread_points, np.dtype(np.float64), "spread_points", len(rows))
        values["spread"] = spread_points
    return values


def _raised(ask: NDArray[np.void], bid: NDArray[np.void]) -> tuple[NDArray[np.void], NDArray[np.bool_]]:
    """Raise an ask to the bid, field by field; tell in which rows it lay below."""
    crossed, raised = np.zeros(len(ask), np.bool_), ask.copy()
    for name in QUOTE.names or ():
        crossed |= ask[name] < bid[name]
        raised[name] = np.maximum(ask[name], bid[name])
    return raised, crossed


def clean_ticks(rows: NDArray[np.void], *, instrument: Instrument, source: str = "memory") -> ImportedTicks:
    """Make ticks of raw rows of dtype TICK; bad rows are set aside in the report."""
    _check_shape(rows, TICK, "rows", len(rows))
    values = {name: rows[name] for name in ("bid", "ask", "volume")}
    problems = Problems(rows=len(rows))
    check_tick_rows(values, problems)
    check_order(rows["time_ns"], values, problems, Timeframe.TICK)
    good = _good(problems, instrument.symbol)
    kept = rows[good].copy()
    crossed = kept["ask"] < kept["bid"]
    kept["ask"] = np.maximum(kept["ask"], kept["bid"])
    ticks = Ticks(instrument=instrument, data=kept, provenance={"source": source})
    report = ValidationReport(
        symbol=instrument.symbol,
        timeframe="tick",
        source=source,
        rows=len(rows),
        kept=len(ticks),
        findings=(*_bad_findings(problems), *_crossed(crossed, kept["time_ns"]), *inspect_ticks(ticks)),
        quarantined=_quarantined(rows, problems),
    )
    return ImportedTicks(ticks=ticks, report=report)


def _check_shape(array: NDArray[Any], dtype: np.dtype[Any], name: str, rows: int) -> None:
    if array.dtype != dtype or array.shape != (rows,):
        raise DataShapeError(
            f"{name} must be a one-dimensional array of {rows:,} rows of dtype {dtype}, not {array.dtype}."
        )


def _good(problems: Problems, symbol: str) -> NDArray[np.bool_]:
    good = problems.good
    if not good.any():
        first = f" The first: {problems.found[0].reason}" if problems.rows else ""
        raise DataError(f"{symbol}: none of the {problems.rows:,} rows is sound.{first}")
    return good


def _bad_findings(problems: Problems) -> tuple[Finding, ...]:
    found = []
    for check in sorted({problem.check for problem in problems.found.values()}):
        rows = sorted(row for row, problem in problems.found.items() if problem.check == check)
        message = f"{len(rows):,} rows set aside, such as row {rows[0]}: {problems.found[rows[0]].reason}"
        found.append(Finding(check=check, severity="bad", count=len(rows), message=message, first_line=rows[0] + 1))
    return tuple(found)


def _quarantined(rows: NDArray[np.void], problems: Problems) -> tuple[BadRow, ...]:
    return tuple(
        BadRow(
            line=row + 1,
            column=problem.role,
            reason=problem.reason,
            text=",".join(str(value) for value in rows[row].tolist()),
            check=problem.check,
        )
        for row, problem in sorted(problems.found.items())
    )


def _crossed(crossed: NDArray[np.bool_], time_ns: NDArray[np.int64]) -> tuple[Finding, ...]:
    if not crossed.any():
        return ()
    first = int(time_ns[np.argmax(crossed)])
    count = int(crossed.sum())
    message = f"in {count:,} rows the ask lies below the bid, first at {format_time_ns(first)}; it counts as the bid."
    return (Finding(check="crossed", severity="warning", count=count, message=message, first_time_ns=first),)
