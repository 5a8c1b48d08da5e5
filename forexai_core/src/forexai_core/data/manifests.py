"""What a series of the library consists of: its manifest, written whole and replaced at once."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any

import attrs

from forexai_core.errors import IntegrityError, StorageError
from forexai_core.values.instruments import (
    AssetClass,
    CalculationMode,
    FillingMode,
    Holiday,
    Instrument,
    SwapMode,
    TradingSession,
)
from forexai_core.values.margin_rules import MarginRate

__all__ = ["FORMAT_VERSION", "Block", "Manifest", "Piece", "read_manifest", "sync_folder", "write_manifest"]

FORMAT_VERSION = 1
"""Layout of the files; a newer one is refused, not guessed."""

_NAME = "manifest.json"


@attrs.frozen(kw_only=True)
class Block:
    """A run of rows whose bytes are hashed together.

    Attributes
    ----------
    rows : int
        How many.
    first_ns, last_ns : int
        Times of its first and last row.
    sha256 : dict of str to str
        Column file to the digest of the block's bytes in it.
    """

    rows: int
    first_ns: int
    last_ns: int
    sha256: Mapping[str, str]


@attrs.frozen(kw_only=True)
class Piece:
    """A range of rows that came together: where they came from.

    Attributes
    ----------
    first_ns, last_ns : int
        Times of the first and last row.
    provenance : mapping of str to str
        As the bars or ticks said.
    """

    first_ns: int
    last_ns: int
    provenance: Mapping[str, str]


@attrs.frozen(kw_only=True)
class Manifest:
    """Everything about a series but its rows.

    Attributes
    ----------
    instrument : Instrument
        What is priced.
    timeframe : str
        Its timeframe, or ``tick``.
    columns : tuple of str
        Column files: ``bars`` with perhaps ``ask`` and ``spread``, or ``ticks``.
    generation : int
        Part of the column files' names; grows when rows are replaced.
    blocks : tuple of Block
        All rows, in order.
    pieces : tuple of Piece
        Where the rows came from.
    """

    instrument: Instrument
    timeframe: str
    columns: tuple[str, ...]
    generation: int = 1
    blocks: tuple[Block, ...] = ()
    pieces: tuple[Piece, ...] = ()

    @property
    def rows(self) -> int:
        """Rows of the series."""
        return sum(block.rows for block in self.blocks)

    @property
    def last_ns(self) -> int | None:
        """Time of the last row."""
        return self.blocks[-1].last_ns if self.blocks else None

    def file_name(self, column: str) -> str:
        """Name a column file."""
        return f"{column}-{self.generation}.bin"


def _plain(_instance: object, _field: object, value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, set | frozenset):
        return sorted(str(item) for item in value)
    if isinstance(value, date):
        return value.isoformat()
    return value


def _instrument(found: dict[str, Any]) -> Instrument:
    found = dict(found)
    found["asset_class"] = AssetClass(found["asset_class"])
    found["calculation_mode"] = CalculationMode(found["calculation_mode"])
    found["swap_mode"] = SwapMode(found["swap_mode"])
    found["filling_modes"] = frozenset(FillingMode(mode) for mode in found["filling_modes"])
    found["sessions"] = tuple(TradingSession(**session) for session in found["sessions"])
    found["holidays"] = tuple(Holiday(**holiday) for holiday in found.get("holidays", ()))
    found["margin_rates"] = tuple(MarginRate(**rate) for rate in found.get("margin_rates", ()))
    found["swap_days"] = None if found.get("swap_days") is None else tuple(found["swap_days"])
    found["catalogue_defaults"] = frozenset(found["catalogue_defaults"])
    return Instrument(**found)


def _digest(body: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Replace a series' manifest at once; after a crash the old one or the new one stands, never a part.

    Raises
    ------
    StorageError
        If the disk refuses.
    """
    body = attrs.asdict(manifest, value_serializer=_plain)
    body["format"] = FORMAT_VERSION
    text = json.dumps({**body, "sha256": _digest(json.loads(json.dumps(body)))}, indent=1)
    target, fresh = folder / _NAME, folder / f"{_NAME}.new"
    try:
        with fresh.open("w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        fresh.replace(target)
        sync_folder(folder)
    except OSError as error:
        raise StorageError(f"{target} cannot be written ({error.strerror or error}). Check the disk.") from error


def sync_folder(folder: Path) -> None:
    """Make a change of names durable, where the system can (not on Windows)."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read_manifest(folder: Path) -> Manifest | None:
    """Read a series' manifest; None where there is none.

    Raises
    ------
    IntegrityError
        If it is not what was written, or of a newer version.
    """
    path = folder / _NAME
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise IntegrityError(f"{path} cannot be read ({error}). Restore it from a backup.") from error
    if not isinstance(body, dict) or body.pop("sha256", None) != _digest(body):
        raise IntegrityError(
            f"{path} was changed since it was written. Restore it from a backup, or import the data again."
        )
    version = body.pop("format")
    if version > FORMAT_VERSION:
        raise IntegrityError(
            f"{path} has format {version}; this version of ForexAI reads up to {FORMAT_VERSION}. Upgrade it."
        )
    return Manifest(
        instrument=_instrument(body["instrument"]),
        timeframe=body["timeframe"],
        columns=tuple(body["columns"]),
        generation=body["generation"],
        blocks=tuple(Block(**block) for block in body["blocks"]),
        pieces=tuple(Piece(**piece) for piece in body["pieces"]),
    )
