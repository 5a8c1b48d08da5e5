"""A disk that fails when it is told to."""

from __future__ import annotations

import errno

from forexai_core.services.disk import Disk


class FaultyDisk(Disk):
    """Counts its operations, and fails the Nth; a failing write leaves half of its bytes.

    Parameters
    ----------
    fail_at : int or None
        Number of the operation that fails, from 1; None fails none.
    for_good : bool
        Whether everything after it fails too.
    """

    def __init__(self, fail_at: int | None = None, *, for_good: bool = False) -> None:
        self.fail_at = fail_at
        self.for_good = for_good
        self.operations: list[str] = []
        self.failed = False

    def _count(self, operation: str) -> bool:
        self.operations.append(operation)
        fails = len(self.operations) == self.fail_at or (self.for_good and self.failed)
        self.failed = self.failed or fails
        return fails

    def _refuse(self) -> OSError:
        return OSError(errno.ENOSPC, "No space left on device")

    def write(self, descriptor, content):
        if self._count("write"):
            super().write(descriptor, content[: len(content) // 2])
            raise self._refuse()
        super().write(descriptor, content)

    def sync(self, descriptor):
        if self._count("sync"):
            raise self._refuse()

    def truncate(self, descriptor, size):
        if self._count("truncate"):
            raise self._refuse()
        super().truncate(descriptor, size)

    def sync_folder(self, folder):
        if self._count("sync_folder"):
            raise self._refuse()

    def rename(self, source, target):
        if self._count("rename"):
            raise self._refuse()
        super().rename(source, target)
