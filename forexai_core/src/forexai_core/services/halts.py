"""Halts in a file that every process of a home reads, and in memory."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import attrs

from forexai_core.errors import IntegrityError, NotFoundError, StorageError
from forexai_core.ports.halts import Halt, HaltBoard, HaltRecord, HaltScope
from forexai_core.services.disk import Disk, storing
from forexai_core.services.file_locks import FileLock

__all__ = ["HALTS_FOLDER", "FileHalts", "MemoryHalts", "board_of"]

HALTS_FOLDER = "halts"
"""Name of the folder within a home."""

_FILE = "halts.json"
_MARKER = f"{HALTS_FOLDER}.begun"
_VERSION = 1


def board_of(records: Sequence[HaltRecord]) -> HaltBoard:
    """Fold changes into the board as it stands."""
    standing: dict[tuple[HaltScope, str], Halt] = {}
    for record in records:
        place = record.halt.scope, record.halt.name
        standing.pop(place, None)
        if not record.lifted:
            standing[place] = record.halt
    return HaltBoard(number=len(records), halts=tuple(standing.values()))


def _standing(records: Sequence[HaltRecord], scope: HaltScope, name: str) -> Halt | None:
    return next((halt for halt in board_of(records).halts if (halt.scope, halt.name) == (scope, name)), None)


def _given(records: Sequence[HaltRecord], halt: Halt) -> HaltRecord:
    """Make the record of a halt; where one stands already that flattens, the new one does too."""
    before = _standing(records, halt.scope, halt.name)
    kept = attrs.evolve(halt, flatten=halt.flatten or (before is not None and before.flatten))
    return HaltRecord(
        number=len(records) + 1, time_ns=halt.time_ns, by=halt.by, reason=halt.reason, halt=kept, lifted=False
    )


def _lifted(
    records: Sequence[HaltRecord], scope: HaltScope, name: str, *, by: str, reason: str, time_ns: int
) -> HaltRecord:
    standing = _standing(records, HaltScope(scope), name)
    if standing is None:
        what = f"the {scope}" if not name else f"{scope} {name}"
        raise NotFoundError(f"No halt of {what} stands. 'forexai kill --list' shows those that do.")
    return HaltRecord(number=len(records) + 1, time_ns=time_ns, by=by, reason=reason, halt=standing, lifted=True)


class MemoryHalts:
    """Halts of one process; gone with it."""

    def __init__(self) -> None:
        self._records: list[HaltRecord] = []

    async def read(self) -> HaltBoard:
        """As the port says."""
        return board_of(self._records)

    async def halt(self, halt: Halt) -> HaltBoard:
        """As the port says."""
        self._records.append(_given(self._records, halt))
        return board_of(self._records)

    async def rearm(self, scope: HaltScope, name: str, *, by: str, reason: str, time_ns: int) -> HaltBoard:
        """As the port says."""
        self._records.append(_lifted(self._records, scope, name, by=by, reason=reason, time_ns=time_ns))
        return board_of(self._records)

    async def history(self) -> Sequence[HaltRecord]:
        """As the port says."""
        return tuple(self._records)


class FileHalts:
    """Halts in a file that is replaced as a whole at each change, with a checksum of all that is in it.

    A folder without its file is an error, not an empty board: whoever loses the file has not lifted a halt. So is a
    home without the folder, once a halt was given there: a marker beside the folder, ``halts.begun``, says so.

    Parameters
    ----------
    home : Path
        Of the person or the server; the folder is made at the first change.
    disk : Disk, optional
        How files are written.
    """

    def __init__(self, home: Path, *, disk: Disk | None = None) -> None:
        self.folder = Path(home) / HALTS_FOLDER
        self._file = self.folder / _FILE
        self._fresh = self.folder.with_name(f"{HALTS_FOLDER}.new")
        self._marker = self.folder.with_name(_MARKER)
        self._disk = disk or Disk()
        self._lock = FileLock(Path(home) / f"{HALTS_FOLDER}.lock")

    async def read(self) -> HaltBoard:
        """As the port says."""
        return await asyncio.to_thread(lambda: board_of(self._load()))

    async def halt(self, halt: Halt) -> HaltBoard:
        """As the port says."""
        return await asyncio.to_thread(self._append, lambda records: _given(records, halt))

    async def rearm(self, scope: HaltScope, name: str, *, by: str, reason: str, time_ns: int) -> HaltBoard:
        """As the port says."""
        return await asyncio.to_thread(
            self._append, lambda records: _lifted(records, scope, name, by=by, reason=reason, time_ns=time_ns)
        )

    async def history(self) -> Sequence[HaltRecord]:
        """As the port says."""
        return await asyncio.to_thread(self._load)

    def close(self) -> None:
        """Let go of the lock file."""
        self._lock.close()

    def _append(self, make: Any) -> HaltBoard:
        with self._lock:
            records = self._load()
            records = (*records, make(records))
            with storing(f"Writing {self._file}"):
                if self.folder.exists():
                    self._mark()  # a home of before there were markers
                    self._disk.replace(self._file, _written(records))
                else:
                    self._begin(_written(records))
        return board_of(records)

    def _begin(self, content: bytes) -> None:
        """Make the folder with its file in it, at once: one without the file would be taken for a loss."""
        self._disk.make_folder(self._fresh)
        self._disk.replace(self._fresh / _FILE, content)
        self._mark()  # from here on the halt stands: what is lost later is seen to be
        self._disk.rename(self._fresh, self.folder)
        self._disk.sync_folder(self.folder.parent)

    def _mark(self) -> None:
        if not self._marker.exists():
            self._disk.replace(self._marker, _MARKED)

    def _load(self) -> tuple[HaltRecord, ...]:
        # The marker first: what another process begins meanwhile is then found, or was not there yet.
        if not self._marker.exists() and not self.folder.exists():
            return ()
        for file in (self._file, self._fresh / _FILE, self._file):  # renamed in between, it is in its place
            with storing(f"Reading {file}"), suppress(FileNotFoundError):
                return _read(file.read_bytes(), file)
        raise StorageError(
            f"{self._file} is gone, and halts were given there: nobody knows what is halted, so nothing may be opened. "
            f"Restore the folder {self.folder} from a backup. If you know that nothing is to stay halted, delete "
            f"{self._marker}" + (" and the folder." if self.folder.exists() else ".")
        )


_MARKED = (
    b"Halts were given in this home. While this file is here, a missing folder 'halts' is a loss: nothing is opened.\n"
)


def _written(records: Sequence[HaltRecord]) -> bytes:
    plain = [_plain(record) for record in records]
    text = json.dumps(plain, separators=(",", ":"), sort_keys=True)
    document = {"version": _VERSION, "sha256": hashlib.sha256(text.encode()).hexdigest(), "records": plain}
    return json.dumps(document, indent=1, sort_keys=True).encode()


def _plain(record: HaltRecord) -> dict[str, Any]:
    plain = attrs.asdict(record)
    plain["time_ns"], plain["halt"]["time_ns"] = str(record.time_ns), str(record.halt.time_ns)
    plain["halt"]["scope"] = str(record.halt.scope)
    return plain


def _read(content: bytes, file: Path) -> tuple[HaltRecord, ...]:
    try:
        document = json.loads(content)
        text = json.dumps(document["records"], separators=(",", ":"), sort_keys=True)
        if document["version"] != _VERSION or document["sha256"] != hashlib.sha256(text.encode()).hexdigest():
            raise IntegrityError(_damaged(file))
        records = tuple(_record(plain) for plain in document["records"])
        if [record.number for record in records] != list(range(1, len(records) + 1)):
            raise IntegrityError(_damaged(file))
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise IntegrityError(_damaged(file)) from problem
    return records


def _record(plain: dict[str, Any]) -> HaltRecord:
    halt = Halt(**(plain["halt"] | {"time_ns": int(plain["halt"]["time_ns"])}))
    return HaltRecord(**(plain | {"time_ns": int(plain["time_ns"]), "halt": halt}))


def _damaged(file: Path) -> str:
    return (
        f"{file} is not what was written there, so nobody knows what is halted, and nothing may be opened. Restore it "
        "from a backup."
    )
