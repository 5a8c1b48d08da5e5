"""Where compiled kernels are kept: in the first of numba's places that can be written, whatever environment asks.

A kernel cached on disk must never outlive an edit of a helper in another file, which numba's own cache does not notice.
So what is kept of each file's kernels is stamped with a hash of all that they may depend on
(:mod:`forexai_core._compilation.stamps`), besides the versions of numba and Python that numba itself checks. With such
a stamp installations of the same release can share what they compile: the place does not tell where the package lies.
"""

from __future__ import annotations

import atexit
import logging
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from numba.core import caching

from forexai_core._compilation.stamps import in_package, kernel_stamp, place_in_package

__all__ = ["keep_stamped"]

_LOG = logging.getLogger(__name__)


class _Stamped:
    """Stamp the cache of the package's kernels with :func:`kernel_stamp`; decline other files."""

    _py_file: str

    def get_source_stamp(self) -> str:
        return kernel_stamp(Path(self._py_file).resolve())

    @classmethod
    def get_suitable_cache_subpath(cls, py_file: str) -> str:
        return place_in_package(py_file)

    @classmethod
    def from_function(cls, py_func: Any, py_file: str) -> Any:
        if not in_package(py_file):
            return None
        locate: Any = super()
        return locate.from_function(py_func, py_file)


class _StampedProvidedLocator(_Stamped, caching.UserProvidedCacheLocator):
    """In the folder that ``NUMBA_CACHE_DIR`` names, when it names one."""


class _StampedUserLocator(_Stamped, caching.UserWideCacheLocator):
    """In the user's cache folder."""


class _StampedTreeLocator(_Stamped, caching.InTreeCacheLocator):
    """Beside the package's own files, where the user's folders cannot be written."""


@cache
def _passing_folder() -> Path:
    """Make a folder that nobody else can have put anything into, and that goes with this process."""
    folder = tempfile.mkdtemp(prefix="forexai-kernels-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    _LOG.warning(
        "No folder can be written in which compiled kernels could stay: every process compiles them anew, which takes "
        "up to a minute. Set NUMBA_CACHE_DIR to a folder that can be written."
    )
    return Path(folder)


class _StampedPassingLocator(_Stamped, caching.UserWideCacheLocator):
    """In a folder of this process, where nothing else can be written."""

    def __init__(self, py_func: Any, py_file: str) -> None:
        usual: Any = super()
        usual.__init__(py_func, py_file)
        self._cache_path = str(_passing_folder() / usual.get_suitable_cache_subpath(py_file))


def keep_stamped() -> None:
    """Have numba try these places first for the package's own kernels."""
    caching.CacheImpl._locator_classes[:0] = [  # noqa: SLF001
        _StampedProvidedLocator,
        _StampedUserLocator,
        _StampedTreeLocator,
        _StampedPassingLocator,
    ]
