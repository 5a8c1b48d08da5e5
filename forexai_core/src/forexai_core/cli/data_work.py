"""The work of ``forexai data``: importing, listing, resampling, fetching and writing prices."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer

from forexai_core.cli.failures import ExitCode
from forexai_core.cli.given_values import checked, parse_pairs
from forexai_core.cli.options import folder_or_default, require_home
from forexai_core.cli.prices import PriceChoice, import_file, keep, load, row_word
from forexai_core.cli.printing import note, print_json, say, show_table
from forexai_core.cli.waiting import progress_of
from forexai_core.data import Library, export_prices, to_time_ns
from forexai_core.data import resample as resample_prices
from forexai_core.data.validation_report import ValidationReport
from forexai_core.errors import ConfigError, DataError, DataGapError
from forexai_core.plugins import discover
from forexai_core.ports.data import DataSource
from forexai_core.services.assembly import default_home, embedded_services
from forexai_core.values.bars import Bars
from forexai_core.values.clocks import format_time_ns
from forexai_core.values.ticks import Ticks
from forexai_core.values.timeframes import Timeframe

__all__ = ["fetched", "finish", "import_into", "resampled", "show_library", "tell_next"]


def import_into(
    files: Sequence[Path],
    choice: PriceChoice,
    *,
    on_overlap: str,
    keep_good: bool,
    quarantine: Path | None,
    as_json: bool,
) -> None:
    """Import files one by one; see ``forexai data import``."""
    if quarantine is not None and len(files) > 1:
        raise ConfigError("--quarantine names one file, but several are imported: leave it out, and each gets one.")
    if choice.library is None:
        require_home("--library FOLDER")
    folder = folder_or_default(choice.library)
    imported: list[dict[str, Any]] = []
    refused = 0
    for file in files:
        with progress_of(f"reading {file.name}"):
            prices, report = import_file(str(file), choice, quarantine=quarantine)
        taken = keep_good or not report.quarantined
        held = keep(prices, folder, on_overlap) if taken else None
        refused += not taken
        imported.append({"file": file, "imported": taken, "report": report.to_dict()})
        if not as_json:
            _show_import(report, held, file)
    if as_json:
        print_json({"library": folder, "files": imported})
    if refused:
        note(f"error: {refused} of {len(files)} files have bad rows and were not imported; see the report.")
        raise typer.Exit(ExitCode.DATA)


def _show_import(report: ValidationReport, held: str | None, file: Path) -> None:
    say(report.summary())
    if held is not None:
        say(f"imported: {held}")
        return
    say(
        f"not imported: {len(report.quarantined):,} of {report.rows:,} rows of {file} are bad. Correct them, or take "
        "the sound rows with --keep-good."
    )


def show_library(library: Path | None, *, as_json: bool) -> None:
    """List the series of a library; see ``forexai data list``."""
    folder = folder_or_default(library)
    entries = Library(folder).entries()
    if as_json:
        print_json({"library": folder, "series": entries})
        return
    if not entries:
        note(f"The library {folder} is empty. Fill it with: forexai data import FILE --symbol S --timeframe T")
        return
    show_table(
        ("Symbol", "Timeframe", "Rows", "From", "To", "Sides", "Class", "MiB"),
        [
            (
                each.symbol,
                each.timeframe,
                f"{each.rows:,}",
                format_time_ns(each.first_ns),
                format_time_ns(each.last_ns),
                each.sides,
                each.asset_class,
                f"{each.size_bytes / 2**20:,.1f}",
            )
            for each in entries
        ],
        right=("Rows", "MiB"),
    )
    say(f"\nin {folder}")


def resampled(choice: PriceChoice, into: str, clock: str) -> Bars:
    """Make longer bars of the prices that were chosen."""
    with progress_of(f"resampling to {into}"):
        return resample_prices(load(choice), into, clock=clock)


def fetched(
    name: str, symbol: str, timeframe: str, *, start: str | None, stop: str | None, settings: Sequence[str]
) -> Bars | Ticks:
    """Get prices from a data offer.

    Raises
    ------
    PluginMissingError
        If nothing offers the name.
    DataGapError
        If the source has nothing in the range.
    """
    offer = discover(kinds={"data"}).data[name]
    given = parse_pairs(settings, "--set")
    # What the source calls its symbol and timeframe need not be said twice.
    for field, value in (("symbol", symbol), ("timeframe", timeframe)):
        if field in offer.settings.model_fields:
            given.setdefault(field, value)
    frame = Timeframe.of(timeframe)
    with embedded_services(default_home()) as services, progress_of(f"fetching from {name}"):
        source = offer.open(checked(offer.settings, given, name), services)
        first, last = _range(source, symbol, frame, start, stop)
        prices = (
            source.ticks(symbol, first, last) if frame is Timeframe.TICK else source.bars(symbol, frame, first, last)
        )
    if not len(prices):
        raise DataGapError(f"{name} has no {symbol} {frame} in that range. It holds them until {format_time_ns(last)}.")
    return prices


def _range(source: DataSource, symbol: str, frame: Timeframe, start: str | None, stop: str | None) -> tuple[int, int]:
    """Give the range that was asked for, open ends being those of what the source holds."""
    covered = source.coverage(symbol)
    held = [each for each in covered if each.timeframe is frame]
    if not held and (start is None or stop is None):
        known = ", ".join(source.symbols()) or "nothing"
        if covered:
            known = f"{symbol} as {', '.join(each.timeframe for each in covered)}"
        raise DataError(
            f"The source does not say that it holds {symbol} {frame}; it holds {known}. Give --from and --to to ask it "
            "all the same."
        )
    first = min(each.start_ns for each in held) if start is None else to_time_ns(start)
    last = max(each.stop_ns for each in held) if stop is None else to_time_ns(stop)
    return first, last


def finish(
    prices: Bars | Ticks, out: Path | None, library: Path | None, *, on_overlap: str = "raise", as_json: bool = False
) -> None:
    """Write prices to a file or into the library, and say so."""
    if out is not None:
        place = f"written: {len(prices):,} {row_word(prices)} to {export_prices(prices, out)}"
    else:
        if library is None:
            require_home("--library FOLDER")
        place = f"kept: {keep(prices, folder_or_default(library), on_overlap)}"
    if not as_json:
        say(place)
        return
    print_json(
        {
            "symbol": prices.symbol,
            "timeframe": "tick" if isinstance(prices, Ticks) else prices.timeframe,
            "rows": len(prices),
            "start_ns": int(prices.time_ns[0]),
            "last_ns": int(prices.time_ns[-1]),
            "fingerprint": prices.fingerprint,
            "provenance": dict(prices.provenance),
            "file": out,
            "library": None if out is not None else folder_or_default(library),
        }
    )


def tell_next(prices: Bars | Ticks, file: Path) -> None:
    """Say where sample prices come from, and what to do with them."""
    for name in ("source", "sides"):
        say(f"{name}: {prices.provenance[name]}")
    frame = "tick" if isinstance(prices, Ticks) else prices.timeframe
    say(f"\nNext:  forexai backtest sma-cross --data {file} --symbol {prices.symbol} --timeframe {frame} --html r.html")
