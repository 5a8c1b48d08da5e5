"""One server for each home: a lock that tells at once, and the address of whoever holds it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import TracebackType
from typing import Self, final

from forexai_core.errors import ConfigError
from forexai_core.services.disk import Disk, storing

__all__ = ["HomeInUseError", "HomeLock", "address_of_server"]

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_LOCK, _ADDRESS = "server.lock", "server.address"


class HomeInUseError(ConfigError):
    """Another server runs on this home.

    Parameters
    ----------
    address : str
        Where it answers; empty while it starts.
    """

    def __init__(self, home: Path, address: str) -> None:
        where = f" at {address}" if address else ""
        super().__init__(f"ForexAI runs on {home} already{where}. Stop it, or name another --home.")
        self.address = address


@final
class HomeLock:
    """Holds a home for one server, as long as its process lives.

    Parameters
    ----------
    home : Path
        The folder.

    Raises
    ------
    HomeInUseError
        On entering, if another process holds it.
    """

    def __init__(self, home: Path) -> None:
        self._home = home
        self._descriptor: int | None = None

    def __enter__(self) -> Self:
        with storing(f"Locking {self._home}"):
            Disk().make_folder(self._home)
            descriptor = os.open(self._home / _LOCK, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
        if not _taken(descriptor):
            os.close(descriptor)
            raise HomeInUseError(self._home, address_of_server(self._home))
        self._descriptor = descriptor
        (self._home / _ADDRESS).unlink(missing_ok=True)
        return self

    def tell(self, address: str) -> None:
        """Write down where the server answers, for whoever starts another."""
        with storing(f"Writing the address of the server into {self._home}"):
            Disk().replace(self._home / _ADDRESS, address.encode())

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        (self._home / _ADDRESS).unlink(missing_ok=True)
        if self._descriptor is not None:
            os.close(self._descriptor)  # which gives the lock back
            self._descriptor = None


def address_of_server(home: Path) -> str:
    """Give the address that the server of a home wrote down; empty where there is none."""
    try:
        return (home / _ADDRESS).read_text("utf-8").strip()
    except OSError:
        return ""


def _taken(descriptor: int) -> bool:
    try:
        if sys.platform == "win32":
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
