"""The few operations of a file system on which durability rests."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import TracebackType

from forexai_core.errors import StorageError

__all__ = ["Disk", "storing"]

if sys.platform == "darwin":
    import fcntl


class storing:  # noqa: N801 - reads like the word it is: with storing("…")
    """Turn an error of the operating system into a `StorageError` that says what was being done."""

    # A generator with a decorator takes several times as long as the locks and writes that stand inside.
    __slots__ = ("_what",)

    def __init__(self, what: str) -> None:
        self._what = what

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(problem, OSError):
            raise StorageError(
                f"{self._what} failed: {problem.strerror or problem}. Check the disk's space and the rights to the "
                "folder."
            ) from problem


class Disk:
    """Writing, syncing and renaming; tests put one that fails in its place."""

    def write(self, descriptor: int, content: bytes) -> None:
        """Write all of ``content`` where the descriptor stands."""
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(descriptor, rest) :]

    def sync(self, descriptor: int) -> None:
        """Return once what was written survives a power failure."""
        if sys.platform == "darwin":
            # fsync on macOS leaves the data in the drive's cache.
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
        else:
            os.fsync(descriptor)

    def truncate(self, descriptor: int, size: int) -> None:
        """Cut a file."""
        os.ftruncate(descriptor, size)

    def sync_folder(self, folder: Path) -> None:
        """Return once names that were added to a folder survive a power failure."""
        if os.name != "posix":  # Windows keeps names by itself, and does not open folders
            return
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def make_folder(self, folder: Path) -> None:
        """Make a folder and those above it that are missing, durably, for the owner only."""
        missing = [folder]
        while not missing[-1].parent.exists():
            missing.append(missing[-1].parent)
        for path in reversed(missing):
            path.mkdir(mode=0o700, exist_ok=True)
            self.sync_folder(path.parent)

    def replace(self, target: Path, content: bytes, *, mode: int = 0o600) -> None:
        """Give a file new content, wholly or not at all, durably. One writer at a time."""
        fresh = target.with_name(target.name + ".new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), mode)
        try:
            self.write(descriptor, content)
            self.sync(descriptor)
        finally:
            os.close(descriptor)
        self.rename(fresh, target)
        self.sync_folder(target.parent)

    def rename(self, source: Path, target: Path) -> None:
        """Put a file in the place of another, at once."""
        source.replace(target)
