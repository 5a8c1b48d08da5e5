"""One process for a folder: two would work on one store of commands, and take each other's for those of the dead."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from forexai_core.errors import ConfigError
from forexai_core.services.disk import Disk, storing

__all__ = ["AlreadyRunningError", "alone_in"]

_NAME = "connector.lock"


class AlreadyRunningError(ConfigError):
    """Another connector works in this folder."""


if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _try_lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Hold a folder for this process; the system gives it back when the process ends, however it ends.

    Raises
    ------
    AlreadyRunningError
        If another process, or another part of this one, holds it.
    StorageError
        If the folder or its lock file cannot be made.
    """
    place = folder / _NAME
    with storing(f"Opening {place}"):
        Disk().make_folder(folder)
        descriptor = os.open(place, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
    try:
        try:
            _try_lock(descriptor)
        except OSError:
            raise AlreadyRunningError(
                f"A connector works in {folder} already, as a service or with its window. Stop that one first."
            ) from None
        yield
    finally:
        os.close(descriptor)
