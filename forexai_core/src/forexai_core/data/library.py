"""The local library of prices: columns on disk by asset class, symbol and timeframe.

::

    root/forex/EURUSD/M1/manifest.json    what the series is, its blocks with their digests, its sources
                         bars-1.bin       rows of dtype BAR; ask-1.bin and spread-1.bin where known
                         writer.lock

Rows are only ever written behind the last one, and count once the manifest says so. So a reader needs
no lock, a crash loses at most what was being appended, and a range is read without the rest.
"""

from __future__ import annotations

import os
import string
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.data.manifests import Manifest, Piece, read_manifest
from forexai_core.data.series import COLUMN_DTYPES, append_rows, check_series, read_rows_between, replace_rows
from forexai_core.data.stamp_layouts import find_layout
from forexai_core.data.stamps import parse_stamps
from forexai_core.data.text_tables import Cells
from forexai_core.errors import ConfigError, DataError, IntegrityError, StorageError, did_you_mean
from forexai_core.values.bars import Bars
from forexai_core.values.clocks import format_time_ns
from forexai_core.values.ticks import Ticks
from forexai_core.values.timeframes import Timeframe

__all__ = ["Entry", "Library", "Moment", "to_time_ns"]

Moment = str | datetime | np.datetime64 | np.integer[Any] | int
"""A time: ISO 8601 text or a datetime, both UTC unless they say otherwise, or nanoseconds UTC."""

Overlap = Literal["raise", "skip", "replace"]

_SAFE = frozenset(string.ascii_letters + string.digits + "-_")
_RESERVED = frozenset(
    {"CON", "PRN", "AUX", "NUL"} | {f"{name}{number}" for name in ("COM", "LPT") for number in range(10)}
)
_LOCK_TIMEOUT_S = 30.0
_READ_ATTEMPTS = 5


@attrs.frozen(kw_only=True)
class Entry:
    """What the library holds of one symbol and timeframe.

    Attributes
    ----------
    asset_class, symbol : str
        What.
    timeframe : Timeframe
        ``tick`` for ticks.
    rows : int
        How many.
    first_ns, last_ns : int
        Times of the first and the last row, nanoseconds UTC.
    sides : str
        ``bid``, ``bid + spread`` or ``bid + ask``.
    size_bytes : int
        On disk.
    """

    asset_class: str
    symbol: str
    timeframe: Timeframe
    rows: int
    first_ns: int
    last_ns: int
    sides: str
    size_bytes: int


def to_time_ns(moment: Moment) -> int:
    """Turn a time as users write it into nanoseconds UTC.

    Raises
    ------
    ConfigError
        If it is no time.
    """
    if isinstance(moment, datetime):
        aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
        since = aware - datetime(1970, 1, 1, tzinfo=UTC)
        return (since.days * 86_400 + since.seconds) * 10**9 + since.microseconds * 1_000
    if isinstance(moment, np.datetime64):
        return int(moment.astype("datetime64[ns]").astype(np.int64))
    if isinstance(moment, (int, np.integer)) and not isinstance(moment, bool):
        return int(moment)
    text = str(moment).strip()
    layout = find_layout(text)
    if layout is None or layout.by_position or layout.epoch_unit_ns:
        raise ConfigError(f"'{moment}' is no time. Write it as 2012-02-01 or 2012-02-01T13:30:00, in UTC.")
    stamps = parse_stamps(Cells.of([text], line=np.zeros(1, np.int64), file="", column="time"), date_order=None)
    if stamps.problems:
        raise ConfigError(f"'{moment}' is no time: {stamps.problems[0]}")
    return int(stamps.local_ns[0])


def _folder_name(name: str) -> str:
    """Write a name so that every file system takes it, and no two names become one."""
    safe = "".join(
        character if character in _SAFE and not character.islower() else f"%{ord(character):04x}" for character in name
    )
    return f"%{ord(safe[0]):04x}{safe[1:]}" if safe.upper() in _RESERVED else safe


class Library:
    """Prices on disk; many may read, one writes a series at a time.

    Parameters
    ----------
    path : path
        Folder of the library; made when something is appended.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)

    def __repr__(self) -> str:
        return f"<Library {self.path}>"

    def entries(self) -> tuple[Entry, ...]:
        """List what the library holds, by asset class, symbol and length of the timeframe."""
        found = []
        for path in sorted(self.path.glob("*/*/*/manifest.json")):
            manifest = read_manifest(path.parent)
            if manifest is None or not manifest.blocks:
                continue
            found.append(_entry(manifest))
        return tuple(sorted(found, key=lambda entry: (entry.asset_class, entry.symbol, entry.timeframe.nominal_ns)))

    def bars(
        self, symbol: str, timeframe: str | Timeframe, start: Moment | None = None, stop: Moment | None = None
    ) -> Bars:
        """Read the bars that open in ``[start, stop)``; only these are read from disk.

        Raises
        ------
        DataError
            If the library has no such bars.
        IntegrityError
            If files are damaged.
        """
        frame = Timeframe.of(timeframe)
        if frame is Timeframe.TICK:
            raise ConfigError("Library.bars gives bars; for ticks use Library.ticks.")
        manifest, rows = self._read(symbol, frame, start, stop)
        return Bars(
            instrument=manifest.instrument,
            timeframe=frame,
            data=rows["bars"],
            ask=rows.get("ask"),
            spread_points=rows.get("spread"),
            provenance=_provenance(manifest, rows["bars"]["time_ns"]),
        )

    def ticks(self, symbol: str, start: Moment | None = None, stop: Moment | None = None) -> Ticks:
        """Read the ticks in ``[start, stop)``; only these are read from disk."""
        manifest, rows = self._read(symbol, Timeframe.TICK, start, stop)
        provenance = _provenance(manifest, rows["ticks"]["time_ns"])
        return Ticks(instrument=manifest.instrument, data=rows["ticks"], provenance=provenance)

    def append(self, prices: Bars | Ticks, *, on_overlap: Overlap = "raise") -> Entry:
        """Write bars or ticks behind those that the library has.

        Parameters
        ----------
        prices : Bars or Ticks
            All later than what is there, unless a policy says otherwise.
        on_overlap : {"raise", "skip", "replace"}
            What to do with rows that are not later than the last one there: refuse all, leave these
            out, or put the new rows in place of all that stands in their range (which writes the
            series anew).

        Raises
        ------
        DataError
            If rows overlap and nothing was said; or the grid or the sides differ from what is there.
        StorageError
            If another process is writing the series, or the disk refuses.
        """
        if on_overlap not in get_args(Overlap):
            raise ConfigError(f"on_overlap is '{on_overlap}'. {did_you_mean(on_overlap, get_args(Overlap))}")
        if not len(prices):
            raise DataError(f"There is nothing to append: the {prices.symbol} given are none.")
        frame = prices.timeframe if isinstance(prices, Bars) else Timeframe.TICK
        folder = self._folder(prices.symbol, frame) or (
            self.path / prices.instrument.asset_class.value / _folder_name(prices.symbol) / frame.value
        )
        with _writing(folder):
            manifest = read_manifest(folder) or Manifest(
                instrument=prices.instrument, timeframe=frame.value, columns=tuple(_columns(prices))
            )
            return _entry(_write(folder, _agree(manifest, prices), prices, on_overlap))

    def check(self) -> tuple[str, ...]:
        """Compare every byte with the digests of its manifest.

        Returns
        -------
        tuple of str
            What is wrong, one sentence each; empty when all is as it was written.
        """
        problems: list[str] = []
        for path in sorted(self.path.glob("*/*/*/manifest.json")):
            try:
                manifest = read_manifest(path.parent)
            except IntegrityError as error:
                problems.append(str(error))
                continue
            if manifest is not None:
                problems += check_series(path.parent, manifest)
        return tuple(problems)

    def _folder(self, symbol: str, frame: Timeframe) -> Path | None:
        found = [path.parent for path in self.path.glob(f"*/{_folder_name(symbol)}/{frame.value}/manifest.json")]
        if len(found) > 1:
            places = ", ".join(path.parts[-3] for path in found)
            raise DataError(f"The library has {symbol} {frame} in several asset classes: {places}. Remove all but one.")
        return found[0] if found else None

    def _read(
        self, symbol: str, frame: Timeframe, start: Moment | None, stop: Moment | None
    ) -> tuple[Manifest, dict[str, NDArray[Any]]]:
        folder = self._folder(symbol, frame)
        if folder is None:
            known = [f"{entry.symbol} {entry.timeframe}" for entry in self.entries()]
            hint = did_you_mean(f"{symbol} {frame}", known) or "It is empty: import something first."
            raise DataError(f"The library {self.path} has no {symbol} {frame}. {hint}")
        edges = [None if moment is None else to_time_ns(moment) for moment in (start, stop)]
        for _ in range(_READ_ATTEMPTS):
            manifest = read_manifest(folder)
            if manifest is None:
                break
            try:
                return manifest, read_rows_between(folder, manifest, *edges)
            except FileNotFoundError:
                continue  # a writer has just replaced the files: the new manifest names the new ones
        raise IntegrityError(
            f"Files of {symbol} {frame} are missing in {folder}. Restore them, or import the data again."
        )


def _write(folder: Path, manifest: Manifest, prices: Bars | Ticks, on_overlap: Overlap) -> Manifest:
    rows, last = _columns(prices), manifest.last_ns
    old = int(np.searchsorted(prices.time_ns, last, side="right")) if last is not None else 0
    if old and last is not None and on_overlap == "raise":
        raise DataError(
            f"The library has {prices.symbol} {manifest.timeframe} up to {format_time_ns(last)}; {old:,} of the rows "
            f"given, from {format_time_ns(prices.time_ns[0])}, are not later. Pass on_overlap='skip' to keep what is "
            "there, or 'replace' to put the new rows in its place."
        )
    if not old or on_overlap == "skip":
        return append_rows(folder, manifest, {name: column[old:] for name, column in rows.items()}, prices.provenance)
    first, until = int(prices.time_ns[0]), int(prices.time_ns[-1])
    before = read_rows_between(folder, manifest, None, first)
    after = read_rows_between(folder, manifest, until + 1, None)
    merged = {name: np.concatenate((before[name], rows[name], after[name])) for name in manifest.columns}
    fresh = Piece(first_ns=first, last_ns=until, provenance=dict(prices.provenance))
    pieces = sorted((*_pieces_outside(manifest, first, until), fresh), key=lambda piece: piece.first_ns)
    return replace_rows(folder, manifest, merged, pieces)


def _entry(manifest: Manifest) -> Entry:
    sides = {"ask": "bid + ask", "ticks": "bid + ask", "spread": "bid + spread"}.get(manifest.columns[-1], "bid")
    return Entry(
        asset_class=manifest.instrument.asset_class.value,
        symbol=manifest.instrument.symbol,
        timeframe=Timeframe.of(manifest.timeframe),
        rows=manifest.rows,
        first_ns=manifest.blocks[0].first_ns,
        last_ns=manifest.blocks[-1].last_ns,
        sides=sides,
        size_bytes=sum(COLUMN_DTYPES[column].itemsize for column in manifest.columns) * manifest.rows,
    )


def _columns(prices: Bars | Ticks) -> dict[str, NDArray[Any]]:
    if isinstance(prices, Ticks):
        return {"ticks": prices.data}
    columns: dict[str, NDArray[Any]] = {"bars": prices.data}
    if prices.ask is not None:
        columns["ask"] = prices.ask
    elif prices.spread_points is not None:
        columns["spread"] = prices.spread_points
    return columns


def _agree(manifest: Manifest, prices: Bars | Ticks) -> Manifest:
    """Refuse rows of other sides; take a finer grid over."""
    given = tuple(_columns(prices))
    if manifest.columns != given:
        raise DataError(
            f"The library has {prices.symbol} {manifest.timeframe} as {' + '.join(manifest.columns)}, the rows given "
            f"are {' + '.join(given)}. Keep them in another library, or bring them to the same sides."
        )
    if "spread" in given and manifest.blocks and manifest.instrument.digits != prices.instrument.digits:
        raise DataError(
            f"The spreads of {prices.symbol} are in points of {manifest.instrument.digits} digits in the library, of "
            f"{prices.instrument.digits} in the rows given. Bring them to the same digits."
        )
    return attrs.evolve(manifest, instrument=manifest.instrument.with_digits(prices.instrument.digits))


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    from filelock import FileLock, Timeout  # slow to load, and needed by writers only

    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / "writer.lock", timeout=_LOCK_TIMEOUT_S):
            yield
    except Timeout:
        raise StorageError(
            f"Another process is writing {folder} for more than {_LOCK_TIMEOUT_S:g} s. Try again later."
        ) from None
    except OSError as error:
        raise StorageError(f"{folder} cannot be written ({error.strerror or error}). Check its permissions.") from error


def _pieces_outside(manifest: Manifest, first_ns: int, last_ns: int) -> tuple[Piece, ...]:
    """Keep what the pieces say about rows before and after a range."""
    left = []
    for piece in manifest.pieces:
        if piece.first_ns < first_ns:
            left.append(attrs.evolve(piece, last_ns=min(piece.last_ns, first_ns - 1)))
        if piece.last_ns > last_ns:
            left.append(attrs.evolve(piece, first_ns=max(piece.first_ns, last_ns + 1)))
    return tuple(left)


def _provenance(manifest: Manifest, time_ns: NDArray[np.int64]) -> Mapping[str, str]:
    """Join what the pieces that were read say about themselves."""
    if not len(time_ns):
        return {"source": "library"}
    used = [piece for piece in manifest.pieces if piece.last_ns >= time_ns[0] and piece.first_ns <= time_ns[-1]]
    told: dict[str, str] = {}
    for piece in used:
        for key, text in piece.provenance.items():
            told[key] = text if told.get(key, text) == text else f"{told[key]}; {text}"
    return {**told, "library": f"{len(used)} piece{'s' if len(used) != 1 else ''}"}
