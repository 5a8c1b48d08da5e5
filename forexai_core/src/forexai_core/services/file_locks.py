"""A lock between threads and processes that costs a few microseconds when nobody waits."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path
from types import TracebackType

from forexai_core.errors import StorageError
from forexai_core.services.disk import Disk, storing

__all__ = ["FileLock"]

if sys.platform != "win32":
    import fcntl


class FileLock:
    """Exclusion by a lock file, whose descriptor stays open; not reentrant.

    On POSIX this is ``flock``, which waits without polling and is given back by the kernel when a process dies.
    Windows uses the ``filelock`` package. A process that was forked opens the file anew: descriptors that
    parent and child share would not exclude them from each other.

    Parameters
    ----------
    path : Path
        The lock file; made, with its folder, at the first use, and never removed.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._begin()

    def _begin(self) -> None:
        self._owner = os.getpid()
        self._threads = threading.Lock()
        self._descriptor: int | None = None

    def __enter__(self) -> None:
        if os.getpid() != self._owner:
            self._begin()
        self._threads.acquire()
        try:
            with storing(f"Locking {self.path}"):
                self._acquire()
        except BaseException:
            self._threads.release()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._release()
        finally:
            self._threads.release()

    def close(self) -> None:
        """Close the lock file; it opens again when needed."""
        with self._threads:
            if self._descriptor is not None and os.getpid() == self._owner:
                os.close(self._descriptor)
            self._descriptor = None

    if sys.platform != "win32":

        def _acquire(self) -> None:
            if self._descriptor is None:
                Disk().make_folder(self.path.parent)
                self._descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._descriptor, fcntl.LOCK_EX)

        def _release(self) -> None:
            if self._descriptor is None:
                raise StorageError(f"The lock {self.path} was closed while it was held.")
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    else:

        def _acquire(self) -> None:
            # Needed on Windows only, and slow to import.
            import filelock

            Disk().make_folder(self.path.parent)
            self._windows = filelock.FileLock(self.path, thread_local=False)
            self._windows.acquire(poll_interval=0.002)

        def _release(self) -> None:
            self._windows.release()
