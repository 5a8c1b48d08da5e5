"""Backups of a SQLite database: one consistent state, checked before it counts."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from contextlib import closing
from pathlib import Path

from forexai_core.errors import IntegrityError, StorageError
from forexai_core.services.disk import Disk, storing

__all__ = ["back_up"]


async def back_up(source: Path, folder: Path, name: str) -> Path:
    """Copy a database that may be in use.

    Parameters
    ----------
    source : Path
        The database.
    folder : Path
        Where backups lie; made if it is not there, for the owner only.
    name : str
        Of the backup. One of that name stays, and the new one gets a number.

    Returns
    -------
    Path
        The backup, on the disk and sound.

    Raises
    ------
    IntegrityError
        If the database is damaged: nothing is left behind.
    StorageError
        If the backup cannot be written.
    """
    return await asyncio.to_thread(_back_up, source, folder, name)


def _back_up(source: Path, folder: Path, name: str) -> Path:
    with storing(f"Making a backup in {folder}"):
        Disk().make_folder(folder)
        draft = folder / f"{name}.part"
        draft.unlink(missing_ok=True)
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        try:
            _copy(source, draft)
            target = _free(folder, name)
            draft.replace(target)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
        Disk().sync_folder(folder)
    return target


def _copy(source: Path, draft: Path) -> None:
    try:
        with closing(sqlite3.connect(source)) as origin, closing(sqlite3.connect(draft)) as copy:
            origin.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # the copy is one file
            found = copy.execute("PRAGMA integrity_check").fetchone()[0]
    except sqlite3.Error as problem:
        raise StorageError(
            f"{source} could not be backed up ({problem}). Check the disk's space and its rights."
        ) from problem
    if found != "ok":
        raise IntegrityError(f"{source} is damaged ({found:.200}): restore it from an older backup.")
    descriptor = os.open(draft, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _free(folder: Path, name: str) -> Path:
    number, target = 1, folder / f"{name}.sqlite3"
    while target.exists():
        number += 1
        target = folder / f"{name}-{number}.sqlite3"
    return target
