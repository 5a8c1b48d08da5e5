"""The one place where kernels are compiled, and where compiled kernels are kept.

A kernel cached on disk must never outlive an edit of a helper in another file, which numba's own
cache does not notice. So the cache of this package's kernels is stamped with a hash of *all* files
that hold kernels, besides the versions of numba and Python that numba itself checks.
"""

from __future__ import annotations

import atexit
import hashlib
import logging
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast, overload

import numba
from numba.core import caching, types

__all__ = ["compiled_signature", "is_compiled", "kernel", "kernel_stamp"]

F = TypeVar("F", bound=Callable[..., Any])

_LOG = logging.getLogger(__name__)
_PACKAGE = Path(__file__).resolve().parent


# A kernel may call kernels of its own folder and of the floors below it, and no others: the
# contracts of the house forbid more. So these are the folders that its stamp has to cover.
_FLOORS = (("engine", "indicators", "services"), ("data", "risk", "metrics"), ("strategies",))


def _folders_behind(folder: str) -> tuple[str, ...]:
    lower: list[str] = []
    for floor in _FLOORS:
        if folder in floor:
            return (*lower, folder)
        lower.extend(floor)
    return tuple(lower)


@cache
def kernel_stamp(folder: str) -> str:
    """Hash every file that a kernel of one folder may depend on.

    Parameters
    ----------
    folder : str
        Name of the folder in the package, such as ``"engine"``.

    Returns
    -------
    str
        Hex digest; it changes when any of those files does.
    """
    digest = hashlib.sha256(numba.__version__.encode())
    for file in (_PACKAGE / "_jit.py", _PACKAGE / "arrays.py"):
        digest.update(file.read_bytes())
    for name in _folders_behind(folder):
        for file in sorted((_PACKAGE / name).rglob("*.py")):
            content = file.read_bytes()
            if b"_jit" in content or b"np.dtype" in content:
                digest.update(file.relative_to(_PACKAGE).as_posix().encode())
                digest.update(content)
    return digest.hexdigest()


class _Stamped:
    """Stamp the cache of the package's kernels with :func:`kernel_stamp`; decline other files."""

    _py_file: str

    def get_source_stamp(self) -> str:
        return kernel_stamp(Path(self._py_file).resolve().relative_to(_PACKAGE).parts[0])

    @classmethod
    def from_function(cls, py_func: Any, py_file: str) -> Any:
        if not Path(py_file).resolve().is_relative_to(_PACKAGE):
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


# numba tries its locators in order.
caching.CacheImpl._locator_classes[:0] = [  # noqa: SLF001
    _StampedProvidedLocator,
    _StampedUserLocator,
    _StampedTreeLocator,
    _StampedPassingLocator,
]


@overload
def kernel(function: F) -> F: ...
@overload
def kernel(function: None = None, **options: Any) -> Callable[[F], F]: ...
def kernel(function: F | None = None, **options: Any) -> F | Callable[[F], F]:
    """Compile a function of arrays and records, and keep the result on disk.

    Parameters
    ----------
    function : callable, optional
        The kernel, when the decorator is used without arguments.
    **options
        Passed on to ``numba.njit`` (``inline``, ``parallel`` …). ``fastmath`` is never set: the
        same inputs must give the same bytes.

    Returns
    -------
    callable
        The compiled kernel; its plain form is ``.py_func``. With ``NUMBA_DISABLE_JIT`` numba
        hands back the plain form itself.
    """
    options.setdefault("cache", options.get("inline", "never") == "never")
    options.setdefault("nogil", True)
    options.setdefault("error_model", "numpy")
    # Kernels allocate nothing, so they need no counting of references, which cost half their time.
    options.setdefault("_nrt", False)
    options.setdefault("no_cfunc_wrapper", True)  # nobody hands a kernel to C
    decorate = numba.njit(**options)

    def make(body: F) -> F:
        return cast("F", _typed_widely(decorate(body)))

    return make if function is None else make(function)


def _typed_widely(dispatcher: Any) -> Any:
    """Have a kernel compiled once for all integers that its callers write out.

    numba types a constant argument by its value, and compiles a kernel anew for each value that some
    kernel calls it with: closing a position came to fourteen times.
    """
    resolve = getattr(dispatcher, "get_call_template", None)
    if resolve is not None:  # with NUMBA_DISABLE_JIT there is no dispatcher
        widest: Any = types.unliteral

        def widened(args: Any, kws: Any) -> Any:
            return resolve([widest(kind) for kind in args], {name: widest(kind) for name, kind in kws.items()})

        dispatcher.get_call_template = widened
    return dispatcher


def compiled_signature(signature: Any, **options: Any) -> Callable[[F], F]:
    """Compile a function for one explicit signature, so that it can be handed to a kernel.

    Parameters
    ----------
    signature : numba signature
        Types of the result and of the arguments.
    **options
        Passed on to ``numba.njit``.

    Returns
    -------
    callable
        A decorator; what it returns is a first-class function for numba.
    """
    options.setdefault("nogil", True)
    options.setdefault("error_model", "numpy")
    return cast("Callable[[F], F]", numba.njit(signature, **options))


def is_compiled(function: Callable[..., Any]) -> bool:
    """Tell whether a kernel has been compiled before, in this process or, by this state of the files, on disk.

    Parameters
    ----------
    function : callable
        What :func:`kernel` gave. A plain function, as it is with ``NUMBA_DISABLE_JIT``, needs no compiling.

    Returns
    -------
    bool
        False means that its first call takes many seconds.
    """
    dispatcher: Any = function
    if not hasattr(dispatcher, "py_func") or dispatcher.signatures:
        return True
    # numba has no public way to look into a cache without loading from it.
    file = getattr(dispatcher._cache, "_cache_file", None)  # noqa: SLF001
    return file is not None and bool(file._load_index())  # noqa: SLF001
