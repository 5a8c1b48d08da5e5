"""One series of the library: columns in files that only grow, read by mapping them into memory."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.arrays import BAR, QUOTE, TICK
from forexai_core.data.manifests import Block, Manifest, Piece, sync_folder, write_manifest
from forexai_core.errors import IntegrityError, StorageError

__all__ = ["COLUMN_DTYPES", "append_rows", "check_series", "read_rows_between", "replace_rows"]

COLUMN_DTYPES: Mapping[str, np.dtype[Any]] = {
    "bars": BAR,
    "ask": QUOTE,
    "spread": np.dtype(np.float64),
    "ticks": TICK,
}
"""Rows of each column file, little-endian as numpy writes them on all supported machines."""

_BLOCK_ROWS = 65_536

Rows = Mapping[str, NDArray[Any]]


def read_rows_between(
    folder: Path, manifest: Manifest, start_ns: int | None, stop_ns: int | None
) -> dict[str, NDArray[Any]]:
    """Copy the rows with ``start_ns <= time_ns < stop_ns`` out of the files; the rest is not read.

    Raises
    ------
    FileNotFoundError
        If another process has replaced the generation meanwhile: read the manifest again.
    IntegrityError
        If a file is shorter than its manifest says.
    """
    low, high = _row_range(folder, manifest, start_ns, stop_ns)
    rows = {}
    for column in manifest.columns:
        mapped = _map(folder, manifest, column)
        rows[column] = np.array(mapped[low:high])
    return rows


def _map(folder: Path, manifest: Manifest, column: str) -> NDArray[Any]:
    dtype, path = COLUMN_DTYPES[column], folder / manifest.file_name(column)
    if manifest.rows == 0:
        return np.empty(0, dtype)
    if path.stat().st_size < manifest.rows * dtype.itemsize:
        raise IntegrityError(
            f"{path} is shorter than its {manifest.rows:,} rows. Restore it, or import the data again."
        )
    return np.memmap(path, dtype=dtype, mode="r", shape=(manifest.rows,))


def _row_range(folder: Path, manifest: Manifest, start_ns: int | None, stop_ns: int | None) -> tuple[int, int]:
    time_ns = _map(folder, manifest, manifest.columns[0])["time_ns"]
    edges = []
    for edge, default in ((start_ns, 0), (stop_ns, manifest.rows)):
        edges.append(default if edge is None else _first_row_from(manifest.blocks, time_ns, edge))
    return edges[0], max(edges)


def _first_row_from(blocks: Sequence[Block], time_ns: NDArray[np.int64], edge: int) -> int:
    """Find the first row at or after a time, looking into one block only."""
    row = 0
    for block in blocks:
        if edge <= block.last_ns:
            if edge <= block.first_ns:
                return row
            return row + int(np.searchsorted(time_ns[row : row + block.rows], edge))
        row += block.rows
    return row


def append_rows(
    folder: Path, manifest: Manifest, rows: Rows, provenance: Mapping[str, str], pieces: Sequence[Piece] | None = None
) -> Manifest:
    """Write rows behind those that stand, then the manifest that makes them part of the series.

    ``pieces`` tells where all rows come from, if not the new ones from ``provenance``.

    What a crash leaves behind the manifest's last row is cut off first; readers never look there.

    Raises
    ------
    StorageError
        If the disk refuses.
    """
    time_ns = rows[manifest.columns[0]]["time_ns"]
    if not len(time_ns):
        return manifest
    try:
        for column in manifest.columns:
            _write_behind(folder / manifest.file_name(column), rows[column], manifest.rows)
        sync_folder(folder)
    except OSError as error:
        raise StorageError(f"{folder} cannot be written ({error.strerror or error}). Check the disk.") from error
    blocks = _extended(folder, manifest, rows)
    if pieces is None:
        piece = Piece(first_ns=int(time_ns[0]), last_ns=int(time_ns[-1]), provenance=dict(provenance))
        earlier = list(manifest.pieces)
        if earlier and earlier[-1].provenance == piece.provenance:
            piece = attrs.evolve(piece, first_ns=earlier.pop().first_ns)
        pieces = (*earlier, piece)
    grown = attrs.evolve(manifest, blocks=blocks, pieces=tuple(pieces))
    write_manifest(folder, grown)
    return grown


def _write_behind(path: Path, rows: NDArray[Any], standing: int) -> None:
    mode = "r+b" if path.exists() else "x+b"
    with path.open(mode) as stream:
        end = standing * rows.dtype.itemsize
        stream.seek(0, os.SEEK_END)
        if stream.tell() < end:
            raise IntegrityError(f"{path} is shorter than its {standing:,} rows. Restore it, or import the data again.")
        stream.truncate(end)
        stream.seek(end)
        stream.write(np.ascontiguousarray(rows).data)
        stream.flush()
        os.fsync(stream.fileno())


def _extended(folder: Path, manifest: Manifest, rows: Rows) -> tuple[Block, ...]:
    """Hash the new rows in blocks; a last block that is not full takes in the first of them."""
    blocks = list(manifest.blocks)
    first = manifest.rows
    if blocks and blocks[-1].rows < _BLOCK_ROWS:
        first -= blocks.pop().rows
    total = manifest.rows + len(rows[manifest.columns[0]])
    grown = attrs.evolve(
        manifest, blocks=(Block(rows=total, first_ns=0, last_ns=0, sha256={}),)
    )  # only its number of rows is used, to map the files
    mapped = {column: _map(folder, grown, column) for column in manifest.columns}
    for low in range(first, total, _BLOCK_ROWS):
        part = slice(low, min(low + _BLOCK_ROWS, total))
        times = mapped[manifest.columns[0]]["time_ns"][part]
        digests = {column: _digest(mapped[column][part]) for column in manifest.columns}
        blocks.append(Block(rows=len(times), first_ns=int(times[0]), last_ns=int(times[-1]), sha256=digests))
    return tuple(blocks)


def _digest(rows: NDArray[Any]) -> str:
    return hashlib.sha256(np.ascontiguousarray(rows).data).hexdigest()


def replace_rows(folder: Path, manifest: Manifest, rows: Rows, pieces: Sequence[Piece]) -> Manifest:
    """Write a whole new generation of files, switch the manifest over, then remove the old ones."""
    fresh = attrs.evolve(manifest, generation=manifest.generation + 1, blocks=(), pieces=())
    for column in fresh.columns:
        (folder / fresh.file_name(column)).unlink(missing_ok=True)  # of a crash
    grown = append_rows(folder, fresh, rows, {}, pieces)
    for column in COLUMN_DTYPES:
        old = folder / manifest.file_name(column)
        try:
            old.unlink(missing_ok=True)
        except OSError:  # a reader on Windows still maps it; the next generation's number is free anyway
            continue
    return grown


def check_series(folder: Path, manifest: Manifest) -> list[str]:
    """Compare every byte of a series with its manifest.

    Returns
    -------
    list of str
        What is wrong, one sentence each; empty when all is as written.
    """
    problems = []
    for column in manifest.columns:
        path = folder / manifest.file_name(column)
        try:
            mapped = _map(folder, manifest, column)
        except (OSError, IntegrityError) as error:
            problems.append(f"{path}: {error}")
            continue
        row = 0
        for block in manifest.blocks:
            if _digest(mapped[row : row + block.rows]) != block.sha256[column]:
                problems.append(
                    f"{path}: rows {row:,} to {row + block.rows - 1:,} were changed since they were written."
                )
            row += block.rows
    return problems
