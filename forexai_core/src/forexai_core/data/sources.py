"""Sources of prices that need nothing but this machine: a file, the library, samples, a synthetic market.

They are plugins like anyone's: ``builtins`` registers :data:`DATA_OFFERS`.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence
from importlib.resources import files
from typing import Literal

import numpy as np
from pydantic import Field, model_validator

from forexai_core.data.bundled import SAMPLES, sample
from forexai_core.data.gaps import GapPolicy
from forexai_core.data.importers import read_bars, read_ticks
from forexai_core.data.library import Library
from forexai_core.data.options import FileKeywords
from forexai_core.data.synthetic_market import synthetic
from forexai_core.errors import DataError, did_you_mean
from forexai_core.ports.data import Coverage, DataCapabilities, DataOffer
from forexai_core.ports.services import Services
from forexai_core.ports.settings import NoSettings, Settings
from forexai_core.values.bars import Bars
from forexai_core.values.ticks import Ticks
from forexai_core.values.timeframes import Timeframe

__all__ = [
    "DATA_OFFERS",
    "FileSettings",
    "FileSource",
    "HeldPrices",
    "LibrarySettings",
    "LibrarySource",
    "SampleSource",
    "SyntheticSettings",
    "SyntheticSource",
]

_ROWS_AT_ONCE = 1_024
_TIMEFRAMES = frozenset(Timeframe) - {Timeframe.TICK}


class HeldPrices(ABC):
    """A source that holds whole series: what is common to those below."""

    @abstractmethod
    def coverage(self, symbol: str) -> Sequence[Coverage]:
        """Tell what it holds of a symbol, one entry a timeframe."""

    @abstractmethod
    def symbols(self) -> Sequence[str]:
        """Name what it holds."""

    @abstractmethod
    def _series(self, _symbol: str, _timeframe: Timeframe, start_ns: int, stop_ns: int, /) -> Bars | Ticks:
        """Give the rows in the range; only called for what is covered."""

    def bars(self, symbol: str, timeframe: Timeframe, start_ns: int, stop_ns: int) -> Bars:
        """Give the bars that open in ``[start_ns, stop_ns)``."""
        if timeframe is not Timeframe.TICK:
            self._require(symbol, timeframe)
            found = self._series(symbol, timeframe, start_ns, stop_ns)
            if isinstance(found, Bars):
                return found
        raise DataError(f"Bars of {symbol} {timeframe} were asked for. Ask ticks() for ticks.")

    def ticks(self, symbol: str, start_ns: int, stop_ns: int) -> Ticks:
        """Give the ticks in ``[start_ns, stop_ns)``."""
        self._require(symbol, Timeframe.TICK)
        found = self._series(symbol, Timeframe.TICK, start_ns, stop_ns)
        if isinstance(found, Ticks):
            return found
        raise DataError(f"The source holds bars of {symbol}, and no ticks.")

    async def subscribe(self, symbol: str, timeframe: Timeframe) -> AsyncIterator[Bars | Ticks]:
        """Give what is held from the first row on, some rows at once; the session sets the pace."""
        of = await asyncio.to_thread(self._require, symbol, timeframe)
        rows = await asyncio.to_thread(self._series, symbol, timeframe, of.start_ns, of.stop_ns)
        for low in range(0, len(rows), _ROWS_AT_ONCE):
            yield rows[low : low + _ROWS_AT_ONCE]

    def _require(self, symbol: str, timeframe: Timeframe) -> Coverage:
        symbols = self.symbols()
        if symbol not in symbols:
            raise DataError(f"The source does not hold '{symbol}'. {did_you_mean(symbol, symbols)}")
        covered = {of.timeframe: of for of in self.coverage(symbol)}
        if timeframe not in covered:
            held = ", ".join(str(each) for each in covered)
            raise DataError(f"The source does not hold {symbol} {timeframe}. Of {symbol} it holds: {held}.")
        return covered[timeframe]


def _cut(rows: Bars | Ticks, start_ns: int, stop_ns: int) -> Bars | Ticks:
    low, high = np.searchsorted(rows.time_ns, [start_ns, stop_ns]).tolist()
    return rows[low : max(low, high)]


def _covered(rows: Bars | Ticks, timeframe: Timeframe) -> tuple[Coverage, ...]:
    if not len(rows):
        return ()
    first, last = int(rows.time_ns[0]), int(rows.time_ns[-1])
    return (Coverage(symbol=rows.symbol, timeframe=timeframe, start_ns=first, stop_ns=last + 1),)


class FileSettings(Settings):
    """One file of prices, or a pair of bid and ask."""

    path: str | None = Field(default=None, examples=["EURUSD_M1.csv.gz"])
    """CSV (plain, gzip or zip) or Parquet."""
    bid: str | None = None
    """File of the bid side, in place of `path`."""
    ask: str | None = None
    """File of the ask side, in place of `path`."""
    symbol: str
    """What the prices are of, such as EURUSD."""
    timeframe: str
    """M1, H1, …, or tick."""
    timezone: str | None = None
    """The file's clock, needed for times without an offset: an IANA name, UTC or new-york+7."""
    on_bad: Literal["raise", "quarantine"] = "raise"
    """Refuse a file with bad rows, or set them aside beside it with their reasons."""
    gap_policy: GapPolicy = "report"
    """What to do about missing bars."""

    @model_validator(mode="after")
    def _one_file_or_two(self) -> FileSettings:
        if (self.path is None) == (self.bid is None and self.ask is None) or (self.bid is None) != (self.ask is None):
            raise ValueError("give path, or bid and ask together")
        Timeframe.of(self.timeframe)
        return self


class FileSource(HeldPrices):
    """A file of prices; it is read when it is first asked.

    Parameters
    ----------
    settings : FileSettings
        Which file, and what it is.
    """

    def __init__(self, settings: FileSettings) -> None:
        self._settings = settings
        self._timeframe = Timeframe.of(settings.timeframe)
        self._read: Bars | Ticks | None = None

    def symbols(self) -> Sequence[str]:
        """Name the one symbol of the file."""
        return (self._settings.symbol,)

    def coverage(self, symbol: str) -> Sequence[Coverage]:
        """Tell what the file holds."""
        return _covered(self._rows(), self._timeframe) if symbol == self._settings.symbol else ()

    def _rows(self) -> Bars | Ticks:
        if self._read is None:
            chosen = self._settings
            options: FileKeywords = {"timezone": chosen.timezone, "on_bad": chosen.on_bad}
            if self._timeframe is not Timeframe.TICK:
                self._read = read_bars(
                    chosen.path,
                    bid=chosen.bid,
                    ask=chosen.ask,
                    symbol=chosen.symbol,
                    timeframe=self._timeframe,
                    gap_policy=chosen.gap_policy,
                    **options,
                )
            elif chosen.path is not None:
                self._read = read_ticks(chosen.path, symbol=chosen.symbol, **options)
            else:
                raise DataError("Ticks hold both sides in one file: give path, not bid and ask.")
        return self._read

    def _series(self, _symbol: str, _timeframe: Timeframe, start_ns: int, stop_ns: int, /) -> Bars | Ticks:
        return _cut(self._rows(), start_ns, stop_ns)


class LibrarySettings(Settings):
    """A local library of prices."""

    path: str
    """Folder of the library."""


class LibrarySource(HeldPrices):
    """The local library as a source.

    Parameters
    ----------
    library : Library
        Where the prices lie.
    """

    def __init__(self, library: Library) -> None:
        self._library = library

    def symbols(self) -> Sequence[str]:
        """Name what the library holds."""
        return tuple(dict.fromkeys(entry.symbol for entry in self._library.entries()))

    def coverage(self, symbol: str) -> Sequence[Coverage]:
        """Tell what the library holds of a symbol."""
        return tuple(
            Coverage(symbol=symbol, timeframe=entry.timeframe, start_ns=entry.first_ns, stop_ns=entry.last_ns + 1)
            for entry in self._library.entries()
            if entry.symbol == symbol
        )

    def _series(self, symbol: str, timeframe: Timeframe, start_ns: int, stop_ns: int, /) -> Bars | Ticks:
        if timeframe is Timeframe.TICK:
            return self._library.ticks(symbol, start_ns, stop_ns)
        return self._library.bars(symbol, timeframe, start_ns, stop_ns)


class SampleSource(HeldPrices):
    """The bundled real samples as a source."""

    def symbols(self) -> Sequence[str]:
        """Name what is bundled."""
        return tuple(dict.fromkeys(symbol for symbol, _ in SAMPLES))

    def coverage(self, symbol: str) -> Sequence[Coverage]:
        """Tell what is bundled of a symbol."""
        held = [timeframe for name, timeframe in SAMPLES if name == symbol]
        return tuple(of for timeframe in held for of in _covered(sample(symbol, timeframe), timeframe))

    def _series(self, symbol: str, timeframe: Timeframe, start_ns: int, stop_ns: int, /) -> Bars | Ticks:
        return _cut(sample(symbol, timeframe), start_ns, stop_ns)


class SyntheticSettings(Settings):
    """A market made of numbers."""

    symbol: str = "EURUSD"
    """Whose contract and grid."""
    timeframe: str = "M1"
    """M1, H1, …, or tick."""
    bars: int = Field(default=100_000, ge=1, le=50_000_000)
    """How many bars or ticks."""
    seed: int = Field(default=0, ge=0)
    """One seed, one market."""
    start: str = "2020-01-05T22:00:00"
    """When it begins, UTC."""


class SyntheticSource(HeldPrices):
    """A synthetic market as a source; it is made when it is first asked."""

    def __init__(self, settings: SyntheticSettings) -> None:
        self._settings = settings
        self._timeframe = Timeframe.of(settings.timeframe)
        self._made: Bars | Ticks | None = None

    def symbols(self) -> Sequence[str]:
        """Name the one symbol."""
        return (self._settings.symbol,)

    def coverage(self, symbol: str) -> Sequence[Coverage]:
        """Tell what is made."""
        return _covered(self._rows(), self._timeframe) if symbol == self._settings.symbol else ()

    def _rows(self) -> Bars | Ticks:
        if self._made is None:
            chosen = self._settings
            self._made = synthetic(
                chosen.symbol, self._timeframe, bars=chosen.bars, seed=chosen.seed, start=chosen.start
            )
        return self._made

    def _series(self, _symbol: str, _timeframe: Timeframe, start_ns: int, stop_ns: int, /) -> Bars | Ticks:
        return _cut(self._rows(), start_ns, stop_ns)


def _open_file(settings: FileSettings, _services: Services) -> FileSource:
    return FileSource(settings)


def _open_library(settings: LibrarySettings, _services: Services) -> LibrarySource:
    return LibrarySource(Library(settings.path))


def _open_sample(_settings: NoSettings, _services: Services) -> SampleSource:
    return SampleSource()


def _open_synthetic(settings: SyntheticSettings, _services: Services) -> SyntheticSource:
    return SyntheticSource(settings)


_ANYTHING = DataCapabilities(bars=True, ticks=True, timeframes=_TIMEFRAMES)

DATA_OFFERS: tuple[DataOffer, ...] = (
    DataOffer(
        name="file",
        title="A file",
        summary="Bars or ticks from a CSV or Parquet file of almost any layout, or from a pair of bid and ask.",
        settings=FileSettings,
        open=_open_file,
        api_version=1,
        capabilities=_ANYTHING,
        example={
            "path": str(files("forexai_core.data") / "samples" / "EURUSD_H1_2017_ask.csv.gz"),
            "symbol": "EURUSD",
            "timeframe": "H1",
        },
    ),
    DataOffer(
        name="library",
        title="The local library",
        summary="Everything that was imported into a folder of this machine.",
        settings=LibrarySettings,
        open=_open_library,
        api_version=1,
        capabilities=_ANYTHING,
    ),
    DataOffer(
        name="sample",
        title="Bundled samples",
        summary="Real EURUSD prices that come with the package: H1 bars of 2017 and the ticks of one day.",
        settings=NoSettings,
        open=_open_sample,
        api_version=1,
        capabilities=DataCapabilities(bars=True, ticks=True, timeframes=frozenset({Timeframe.H1})),
    ),
    DataOffer(
        name="synthetic",
        title="A synthetic market",
        summary="Made-up prices with the shape of real ones, the same for the same seed.",
        settings=SyntheticSettings,
        open=_open_synthetic,
        api_version=1,
        capabilities=_ANYTHING,
        example={"bars": 5_000, "seed": 1},
    ),
)
"""The sources above, as offers."""
