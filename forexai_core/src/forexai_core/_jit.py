"""The one place where kernels are compiled, and where compiled kernels are kept.

A kernel cached on disk must never outlive an edit of a helper in another file, which numba's own cache does not notice.
So the cache of each file's kernels is stamped with a hash of all that they may depend on
(:mod:`forexai_core._kernel_stamps`), besides the versions of numba and Python that numba itself checks.
"""

from __future__ import annotations

import atexit
import logging
import shutil
import tempfile
from collections.abc import Callable, Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import Any, TypeVar, cast, overload

import numba
from numba.core import caching, codegen, types
from numba.core.runtime import nrt

from forexai_core._compiling_notice import CompilingNotice
from forexai_core._kernel_stamps import in_package, kernel_stamp
from forexai_core._vectors import NarrowVectors

__all__ = ["compiled_signature", "is_compiled", "kernel"]

F = TypeVar("F", bound=Callable[..., Any])

_LOG = logging.getLogger(__name__)
_NOTICE = CompilingNotice()


class _Stamped:
    """Stamp the cache of the package's kernels with :func:`kernel_stamp`; decline other files."""

    _py_file: str

    def get_source_stamp(self) -> str:
        return kernel_stamp(Path(self._py_file).resolve())

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


# numba tries its locators in order.
caching.CacheImpl._locator_classes[:0] = [  # noqa: SLF001
    _StampedProvidedLocator,
    _StampedUserLocator,
    _StampedTreeLocator,
    _StampedPassingLocator,
]


# Before numba reads its first kernel from disk it fills its registries with everything that code may call, which takes
# longer than all else in a short run. A kernel that is compiled already needs of that only the addresses of what its
# machine code calls, so these are checked, and the registries filled when one is missing. Compiling fills them by
# itself. This leans on parts of numba that are not public, tried on numba 0.68.1: where one of them is missing,
# the usual way is taken.
_RUNTIME: Any = getattr(nrt, "_nrt", None)
_LLVM: Any = getattr(nrt, "ll", None)
_PARTS = (
    (caching, "FunctionCache"),
    (caching, "CompileResultCacheImpl"),
    (caching.Cache, "_load_overload"),
    (caching.Cache, "_guard_against_spurious_io_errors"),
    (caching.CompileResultCacheImpl, "reduce"),
    (caching.CompileResultCacheImpl, "rebuild"),
    (_RUNTIME, "c_helpers"),
    (_LLVM, "address_of_symbol"),
    (_LLVM, "parse_bitcode"),
    (codegen.JITCodeLibrary, "_get_module_for_linking"),
)
_LOADS_ALONE = all(hasattr(home, name) for home, name in _PARTS)


@cache
def _add_runtime_symbols() -> None:
    """Tell LLVM where numba's runtime lies, as numba does when it fills its registries."""
    for name, address in _RUNTIME.c_helpers.items():
        _LLVM.add_symbol(name if name.startswith("_") else f"NRT_{name}", address)


def _called_from_outside(library: Any) -> tuple[str, ...] | None:
    """Name what compiled code calls or reads outside itself; None where that cannot be seen."""
    module = getattr(library, "_final_module", None)
    if module is None:
        return None
    outside = [*module.functions, *module.global_variables]
    return tuple(each.name for each in outside if each.is_declaration and not each.name.startswith("llvm."))


@cache
def _is_known(symbol: str) -> bool:
    return _LLVM.address_of_symbol(symbol) is not None


def _defined_in(library: Any) -> tuple[str, ...]:
    """Name what compiled code defines."""
    module = library._get_module_for_linking()  # noqa: SLF001
    return tuple(each.name for each in (*module.functions, *module.global_variables) if not each.is_declaration)


class _DeferredLibrary(codegen.JITCodeLibrary):
    """Compiled code whose text, which others are compiled with, is parsed when the first of them is.

    Its machine code is there; of a short run the parsing was a tenth.
    """

    bitcode: bytes
    _parsed: Any = None

    @property
    def _shared_module(self) -> Any:
        if self._parsed is None:
            self._parsed = _LLVM.parse_bitcode(self.bitcode)
        return self._parsed

    @_shared_module.setter
    def _shared_module(self, module: Any) -> None:
        self._parsed = module


@cache
def _empty_bitcode() -> bytes:
    return bytes(_LLVM.parse_assembly("").as_bitcode())


class _KernelResults(caching.CompileResultCacheImpl):
    """Keep with each compiled kernel what it calls and defines.

    The registries are filled only where something that it calls is not known.
    """

    def reduce(self, result: Any) -> Any:
        usual: Any = super()
        return _called_from_outside(result.library), _defined_in(result.library), usual.reduce(result)

    def rebuild(self, target_context: Any, payload: tuple[Sequence[str] | None, Sequence[str], Any]) -> Any:
        symbols, defined, kept = payload
        if symbols is None or not all(map(_is_known, symbols)):
            target_context.refresh()
        usual: Any = super()
        (name, kind, code), *others = kept
        known = getattr(getattr(target_context.codegen(), "_engine", None), "_defined_symbols", None)
        if kind != "object" or known is None:
            return usual.rebuild(target_context, kept)
        known.update(defined)
        result = usual.rebuild(target_context, ((name, kind, (code[0], _empty_bitcode())), *others))
        result.library.__class__ = _DeferredLibrary
        result.library.bitcode = code[1]
        result.library._shared_module = None  # noqa: SLF001
        return result


class _LightCache(caching.FunctionCache):
    """The kept forms of one kernel, read without filling numba's registries."""

    _impl_class = _KernelResults

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        _add_runtime_symbols()
        here: Any = self
        with here._guard_against_spurious_io_errors():  # noqa: SLF001
            return here._load_overload(sig, target_context)  # noqa: SLF001


class _KernelCache(caching.NullCache):
    """The cache of a kernel, which looks at the disk when the kernel is first called: most never are."""

    def __init__(self, body: Callable[..., Any]) -> None:
        self._body = body

    @cached_property
    def kept(self) -> Any:
        """The cache that does the work."""
        make: Any = _LightCache
        return make(self._body)

    @property
    def cache_path(self) -> Any:
        return self.kept.cache_path

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        found = self.kept.load_overload(sig, target_context)
        if found is None:
            _NOTICE.before(self._body)
        return found

    def save_overload(self, sig: Any, cres: Any) -> None:
        self.kept.save_overload(sig, cres)

    def enable(self) -> None:
        self.kept.enable()

    def disable(self) -> None:
        self.kept.disable()

    def flush(self) -> None:
        self.kept.flush()


def _compiled_by_need(body: F, options: dict[str, Any]) -> Any:
    """Decorate a function for numba, kept on disk where ``cache`` says so."""
    if not options.pop("cache", False):
        return numba.njit(**options)(body)
    if not _LOADS_ALONE:
        return numba.njit(cache=True, **options)(body)
    dispatcher: Any = numba.njit(**options)(body)
    if hasattr(dispatcher, "_cache"):  # with NUMBA_DISABLE_JIT there is no dispatcher
        dispatcher._cache = _KernelCache(body)  # noqa: SLF001
    return dispatcher


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
    options.setdefault("pipeline_class", NarrowVectors)

    def make(body: F) -> F:
        return cast("F", _typed_widely(_compiled_by_need(body, dict(options))))

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
    options.setdefault("pipeline_class", NarrowVectors)

    def make(body: F) -> F:
        dispatcher = _compiled_by_need(body, dict(options))
        if hasattr(dispatcher, "py_func"):
            dispatcher.compile(signature)
            dispatcher.disable_compile()
        return cast("F", dispatcher)

    return make


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
    kept = getattr(dispatcher._cache, "kept", dispatcher._cache)  # noqa: SLF001
    file = getattr(kept, "_cache_file", None)
    return file is not None and bool(file._load_index())  # noqa: SLF001
