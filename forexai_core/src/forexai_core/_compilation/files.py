"""Compiled kernels on disk: one file for each form of each kernel, named after all that the form depends on.

numba keeps an index of its files beside them. Of two processes that compile at once, the later index wins, so that a
signature can come to name the other one's machine code; and a fresh index is written before its file, so that a third
process can load what an older text was compiled to. Here nothing is named before it is there, and every file says
itself what it holds.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from numba.core import caching

__all__ = ["KernelFiles"]

_LOG = logging.getLogger(__name__)
_SUFFIX = ".nbc"
_STATES_KEPT = 4
"""Of how many states of the sources the forms of one kernel are kept: several installations may share the folder."""


def _seal(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


_SEALED = len(_seal(b""))


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


class KernelFiles(caching.IndexDataCacheFile):
    """The forms of one kernel, in the place of numba's index and its files.

    Parameters
    ----------
    folder : Path
        Where the files lie; made by the caller before anything is saved.
    name : str
        Of the kernel, good for a file name.
    stamp : str
        Of all that the kernel is compiled from.
    """

    def __init__(self, folder: Path, name: str, stamp: str) -> None:
        usual: Any = super()
        usual.__init__(str(folder), name, stamp)
        self._folder = folder
        self._name = name
        self._state = _digest(stamp)

    def _file_of(self, key: Any) -> str:
        return f"{self._name}.{self._state}-{_digest(repr(key))}{_SUFFIX}"

    def load(self, key: Any) -> Any:
        """Read the form of a signature; None where there is none."""
        file = self._file_of(key)
        try:
            content = (self._folder / file).read_bytes()
        except FileNotFoundError:
            return None
        if _seal(content[:-_SEALED]) != content[-_SEALED:]:
            _LOG.warning("%s is damaged; the kernel is compiled anew.", self._folder / file)
            return None
        usual: Any = super()
        kept_key, form = usual._load_data(file)  # noqa: SLF001 - it reads up to the seal
        return form if kept_key == key else None

    def save(self, key: Any, data: Any) -> None:
        """Write the form of a signature; readers see all of it or nothing."""
        usual: Any = super()
        usual._save_data(self._file_of(key), (key, data))  # noqa: SLF001
        self._forget_old_states()

    def _dump(self, obj: Any) -> bytes:
        """Give the bytes of a form, sealed: machine code that has changed is still code, and does something else."""
        usual: Any = super()
        content: bytes = usual._dump(obj)  # noqa: SLF001
        return content + _seal(content)

    def flush(self) -> None:
        """Remove all forms of the kernel."""
        for file in self._files():
            file.unlink(missing_ok=True)

    def is_kept(self) -> bool:
        """Tell whether any form of the present state is there."""
        return next(self._files(self._state), None) is not None

    def _files(self, state: str = "*") -> Iterator[Path]:
        return self._folder.glob(f"{self._name}.{state}-*{_SUFFIX}")

    def _forget_old_states(self) -> None:
        newest: dict[str, float] = {}
        for file in self._files():
            try:
                written = file.stat().st_mtime
            except FileNotFoundError:  # another process forgot it
                continue
            state = _state_of(file)
            newest[state] = max(newest.get(state, written), written)
        for state in sorted(newest, key=newest.__getitem__, reverse=True)[_STATES_KEPT:]:
            for file in self._files(state):
                file.unlink(missing_ok=True)


def _state_of(file: Path) -> str:
    return file.stem.rpartition(".")[2].partition("-")[0]
