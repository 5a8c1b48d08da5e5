"""The exports of a terminal as a source of prices."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from pathlib import Path

import attrs
import numpy as np

from forexai_core.data.sources import HeldPrices
from forexai_core.errors import DataError
from forexai_core.ports.data import Coverage
from forexai_core.values.bars import Bars
from forexai_core.values.ticks import Ticks
from forexai_core.values.timeframes import Timeframe
from forexai_mt5.exports.joining import join_bars, join_ticks
from forexai_mt5.exports.names import our_symbol, parse_name
from forexai_mt5.exports.reading import read_bar_export, read_tick_export
from forexai_mt5.settings import ExportSettings

__all__ = ["Export", "ExportSource", "Skipped"]

_LOG = logging.getLogger(__name__)
_ENDINGS = (".csv", ".csv.gz", ".csv.zip")
_SHOWN = 5


@attrs.frozen(kw_only=True)
class Export:
    """One file, and what its name says."""

    path: str
    broker_symbol: str
    symbol: str
    timeframe: Timeframe


@attrs.frozen(kw_only=True)
class Skipped:
    """A file of a folder that is not read, and why."""

    path: str
    reason: str


class ExportSource(HeldPrices):
    """Bars and ticks that a MetaTrader 5 terminal exported; a file is read when it is first asked for.

    Parameters
    ----------
    settings : ExportSettings
        Which files, and how to read them.
    """

    def __init__(self, settings: ExportSettings) -> None:
        self._settings = settings
        self._found: tuple[Export, ...] | None = None
        self._skipped: tuple[Skipped, ...] = ()
        self._series_read: dict[tuple[str, Timeframe], Bars | Ticks] = {}

    @property
    def exports(self) -> tuple[Export, ...]:
        """The files that are read.

        Raises
        ------
        DataError
            If a path does not exist, a file that was named is not named like an export, two brokers' symbols
            stand for one of ours, or there is nothing at all.
        """
        if self._found is None:
            self._found, self._skipped = self._look()
            for each in self._skipped:
                _LOG.warning("%s is not read: %s", each.path, each.reason)
        return self._found

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """Files in the folders that look like data and are not read, with their reasons."""
        return self._skipped if self.exports else ()

    def symbols(self) -> Sequence[str]:
        """Name what the files hold."""
        return tuple(sorted({each.symbol for each in self.exports}))

    def coverage(self, symbol: str) -> Sequence[Coverage]:
        """Tell what the files hold of a symbol; reads them."""
        held = []
        for timeframe in Timeframe:
            if any((each.symbol, each.timeframe) == (symbol, timeframe) for each in self.exports):
                times = self._joined(symbol, timeframe).time_ns
                start, stop = int(times[0]), int(times[-1]) + 1
                held.append(Coverage(symbol=symbol, timeframe=timeframe, start_ns=start, stop_ns=stop))
        return tuple(held)

    def _series(self, symbol: str, timeframe: Timeframe, start_ns: int, stop_ns: int, /) -> Bars | Ticks:
        rows = self._joined(symbol, timeframe)
        low, high = np.searchsorted(rows.time_ns, [start_ns, stop_ns]).tolist()
        return rows[low : max(low, high)]

    def _joined(self, symbol: str, timeframe: Timeframe) -> Bars | Ticks:
        key = symbol, timeframe
        if key not in self._series_read:
            self._series_read[key] = self._read(symbol, timeframe)
        return self._series_read[key]

    def _read(self, symbol: str, timeframe: Timeframe) -> Bars | Ticks:
        chosen = self._settings
        paths = [each.path for each in self.exports if (each.symbol, each.timeframe) == (symbol, timeframe)]
        if timeframe is Timeframe.TICK:
            ticks = [
                (path, read_tick_export(path, symbol=symbol, clock=chosen.clock, on_bad=chosen.on_bad))
                for path in paths
            ]
            return join_ticks(ticks, overlap=chosen.overlap)
        bars = [
            (
                path,
                read_bar_export(path, symbol=symbol, timeframe=timeframe, clock=chosen.clock, on_bad=chosen.on_bad),
            )
            for path in paths
        ]
        return join_bars(bars, overlap=chosen.overlap)

    def _look(self) -> tuple[tuple[Export, ...], tuple[Skipped, ...]]:
        exports: dict[str, Export] = {}
        skipped: dict[str, Skipped] = {}
        for given in self._settings.paths:
            path = Path(given)
            if not path.is_dir():
                exports[str(path)] = self._export(path)
                continue
            for file in _files_in(path, recursive=self._settings.recursive):
                try:
                    exports[str(file)] = self._export(file)
                except DataError as problem:
                    skipped[str(file)] = Skipped(path=str(file), reason=str(problem))
        if not exports:
            reasons = "; ".join(f"{each.path}: {each.reason}" for each in list(skipped.values())[:_SHOWN])
            raise DataError(
                f"There is no export in {', '.join(self._settings.paths)}. {reasons or 'No CSV file was found.'} "
                "In the terminal: View, Symbols, Bars or Ticks, Request, Export."
            )
        _refuse_mixture(exports.values())
        return tuple(exports.values()), tuple(each for name, each in skipped.items() if name not in exports)

    def _export(self, path: Path) -> Export:
        name = parse_name(str(path))
        if name is None:
            raise DataError(
                f"{path} is not named as a terminal names exports, so nothing says what it holds. Name it like "
                "EURUSD_H1.csv or EURUSD_ticks.csv, or read it with the source 'file', which is told."
            )
        if not path.exists():
            raise DataError(f"There is no file {path}; looked from {Path.cwd()}. Check the name.")
        chosen = self._settings
        symbol = our_symbol(name.broker_symbol, given=chosen.symbols, strip_suffix=chosen.strip_suffix)
        return Export(path=str(path), broker_symbol=name.broker_symbol, symbol=symbol, timeframe=name.timeframe)


def _files_in(folder: Path, *, recursive: bool) -> list[Path]:
    found = folder.rglob("*") if recursive else folder.iterdir()
    return sorted(
        path
        for path in found
        # What an import set aside lies beside its file, and is no export.
        if path.name.casefold().endswith(_ENDINGS) and ".quarantine." not in path.name and path.is_file()
    )


def _refuse_mixture(exports: Iterable[Export]) -> None:
    """Refuse two of a broker's symbols for one of ours: they are two kinds of account, or two brokers."""
    names: dict[str, dict[str, str]] = {}
    for each in exports:
        names.setdefault(each.symbol, {}).setdefault(each.broker_symbol, each.path)
    for symbol, of in names.items():
        if len(of) > 1:
            files = " and ".join(f"'{broker}' ({path})" for broker, path in list(of.items())[:_SHOWN])
            raise DataError(
                f"{symbol} comes from {files}: prices of two kinds of account are not mixed. Name the files of one "
                "of them in paths."
            )
