"""Prices as a command names them: a file, a pair of files, or a stretch of the library."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from forexai_core.cli.contracts import read_instrument
from forexai_core.cli.given_values import parse_pairs, reading_of
from forexai_core.cli.options import folder_or_default
from forexai_core.cli.printing import note
from forexai_core.cli.remedies import in_options
from forexai_core.data import Library, import_bars, import_ticks, read_bars, read_ticks, to_time_ns
from forexai_core.data.importers import LOUD_CHECKS
from forexai_core.data.options import FileKeywords
from forexai_core.data.validation_report import ValidationReport
from forexai_core.errors import ConfigError, DataGapError
from forexai_core.values.bars import Bars
from forexai_core.values.clocks import format_time_ns
from forexai_core.values.instruments import Instrument
from forexai_core.values.ticks import Ticks
from forexai_core.values.timeframes import Timeframe

__all__ = ["PriceChoice", "import_file", "keep", "load", "row_word"]


def _said(value: Mapping[str, Any] | Sequence[str] | None) -> Mapping[str, Any]:
    return dict(value) if isinstance(value, Mapping) else parse_pairs(value or (), "--read")


@attrs.frozen(kw_only=True)
class PriceChoice:
    """Which prices.

    Attributes
    ----------
    file, bid, ask : str or None
        One file, or one a side; without any, the library is asked.
    symbol, timeframe : str or None
        What the prices are.
    timezone : str or None
        The file's clock.
    read : mapping of str to object, or sequence of str
        How the file is written (see ``remedies.READING``), also as ``name=value``.
    instrument : Path or None
        File with a contract, in place of the catalogue's.
    library : Path or None
        Folder; default the person's own.
    start, stop : str or None
        Half-open range, UTC.
    """

    file: str | None = None
    bid: str | None = None
    ask: str | None = None
    symbol: str | None = None
    timeframe: str | None = None
    timezone: str | None = None
    read: Mapping[str, Any] = attrs.field(default=None, converter=_said)
    instrument: Path | None = None
    library: Path | None = None
    start: str | None = None
    stop: str | None = None

    @property
    def reading(self) -> FileKeywords:
        """Keywords of the readers."""
        said = reading_of(self.read)
        said["timezone"] = self.timezone
        return said

    @property
    def contract(self) -> Instrument | None:
        """The contract that was given.

        Raises
        ------
        ConfigError
            If its file is wrong, or of another symbol.
        """
        if self.instrument is None:
            return None
        found = read_instrument(self.instrument)
        if self.symbol not in {None, found.symbol}:
            raise ConfigError(f"--symbol is {self.symbol}, but {self.instrument} is the contract of {found.symbol}.")
        return found

    @property
    def from_library(self) -> bool:
        """Whether no file is named."""
        return self.file is None and self.bid is None and self.ask is None


def row_word(prices: Bars | Ticks) -> str:
    """Say what the rows are."""
    return "ticks" if isinstance(prices, Ticks) else "bars"


def load(choice: PriceChoice) -> Bars | Ticks:
    """Read the prices that were chosen.

    Raises
    ------
    ConfigError
        If it is not said what they are.
    DataError
        If they cannot be read, or there are none in the range.
    """
    if choice.symbol is None or choice.timeframe is None:
        lacking = " and ".join(name for name in ("symbol", "timeframe") if getattr(choice, name) is None)
        remedy = "" if not choice.from_library else " Prices come from --data FILE, --bid and --ask, or the library."
        raise ConfigError(f"Give --{lacking.replace(' and ', ' and --')}: what the prices are.{remedy}")
    frame = Timeframe.of(choice.timeframe)
    if choice.from_library:
        if choice.instrument is not None:
            raise ConfigError(
                "--instrument goes with files: prices of the library keep the contract that they were imported with."
            )
        library = Library(folder_or_default(choice.library))
        prices: Bars | Ticks = (
            library.ticks(choice.symbol, choice.start, choice.stop)
            if frame is Timeframe.TICK
            else library.bars(choice.symbol, frame, choice.start, choice.stop)
        )
        # Files say it when they are read; what the library holds was read another day.
        for doubt in sorted(LOUD_CHECKS & prices.provenance.keys()):
            note(f"warning: {choice.symbol} {frame} in {library.path}: {doubt}: {prices.provenance[doubt]}")
        return _some(prices, choice)
    if choice.library is not None:
        raise ConfigError("Give either files or --library, not both.")
    return _some(_cut(_read(choice, choice.symbol, frame), choice), choice)


def _read(choice: PriceChoice, symbol: str, frame: Timeframe) -> Bars | Ticks:
    if frame is not Timeframe.TICK:
        return read_bars(
            choice.file,
            bid=choice.bid,
            ask=choice.ask,
            symbol=symbol,
            timeframe=frame,
            instrument=choice.contract,
            **choice.reading,
        )
    if choice.file is None:
        raise ConfigError("Ticks hold both sides in one file: give that, not a bid and an ask file.")
    return read_ticks(choice.file, symbol=symbol, instrument=choice.contract, **choice.reading)


def _cut(prices: Bars | Ticks, choice: PriceChoice) -> Bars | Ticks:
    first, last = 0, len(prices)
    if choice.start is not None:
        first = int(prices.time_ns.searchsorted(to_time_ns(choice.start)))
    if choice.stop is not None:
        last = int(prices.time_ns.searchsorted(to_time_ns(choice.stop)))
    return prices if (first, last) == (0, len(prices)) else prices[first : max(first, last)]


def _some(prices: Bars | Ticks, choice: PriceChoice) -> Bars | Ticks:
    if not len(prices):
        span = " ".join(
            f"{word} {text}" for word, text in (("from", choice.start), ("to", choice.stop)) if text is not None
        )
        raise DataGapError(f"There are no {choice.symbol} {choice.timeframe} {span}. Choose another range.")
    return prices


def import_file(file: str, choice: PriceChoice, *, quarantine: Path | None) -> tuple[Bars | Ticks, ValidationReport]:
    """Read one file with a report of all that was found; bad rows are set aside, not refused.

    Raises
    ------
    DataFormatError
        If the file as a whole cannot be read.
    """
    frame = Timeframe.of(choice.timeframe or "")
    symbol = choice.symbol or ""
    reading = choice.reading
    reading["on_bad"] = "quarantine"
    reading["quarantine"] = quarantine
    # The report tells all that the log would.
    logger = logging.getLogger("forexai_core.data")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        if frame is Timeframe.TICK:
            ticks = import_ticks(Path(file), symbol=symbol, instrument=choice.contract, **reading)
            return ticks.ticks, _in_options(ticks.report)
        bars = import_bars(Path(file), symbol=symbol, timeframe=frame, instrument=choice.contract, **reading)
        return bars.bars, _in_options(bars.report)
    finally:
        logger.setLevel(level)


def _in_options(report: ValidationReport) -> ValidationReport:
    """Let a report, and the file of the rows that it sets aside, name options."""
    said = attrs.evolve(
        report,
        findings=tuple(attrs.evolve(each, message=in_options(each.message)) for each in report.findings),
        quarantined=tuple(attrs.evolve(row, reason=in_options(row.reason)) for row in report.quarantined),
    )
    if said.quarantine_file is not None and said.quarantined != report.quarantined:
        said.write_quarantine(said.quarantine_file)
    return said


def keep(prices: Bars | Ticks, library: Path, on_overlap: str) -> str:
    """Append prices to a library, and say what it has now."""
    entry = Library(library).append(prices, on_overlap=on_overlap)  # type: ignore[arg-type] # checked there
    return (
        f"{entry.symbol} {entry.timeframe}: {entry.rows:,} {row_word(prices)}, {format_time_ns(entry.first_ns)} to "
        f"{format_time_ns(entry.last_ns)}, in {library}"
    )
