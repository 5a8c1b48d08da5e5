"""The compiled forms of a kernel: kept on disk, read without what numba would do first, looked at only when called."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from numba.core import caching, codegen
from numba.core.runtime import nrt

from forexai_core._compilation.files import KernelFiles
from forexai_core._compilation.notice import CompilingNotice
from forexai_core._compilation.places import keep_stamped

__all__ = ["LOADS_ALONE", "KernelCache", "use_own_files"]

_NOTICE = CompilingNotice()

keep_stamped()

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
LOADS_ALONE = all(hasattr(home, name) for home, name in _PARTS)


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


def use_own_files(kept: Any, made_of: str = "") -> Any:
    """Have a cache of numba's keep its forms without an index.

    Parameters
    ----------
    kept : numba cache
        Of one function, on disk.
    made_of : str
        What the forms depend on besides numba's own stamp.

    Returns
    -------
    numba cache
        The same one.
    """
    locator, base = kept._impl.locator, kept._impl.filename_base  # noqa: SLF001
    stamp = f"{locator.get_source_stamp()}\0{made_of}"
    kept._cache_file = KernelFiles(Path(locator.get_cache_path()), base, stamp)  # noqa: SLF001
    return kept


class KernelCache(caching.NullCache):
    """The cache of a kernel, which looks at the disk when the kernel is first called: most never are."""

    def __init__(self, body: Callable[..., Any]) -> None:
        self._body = body

    @cached_property
    def kept(self) -> Any:
        """The cache that does the work."""
        make: Any = _LightCache
        return use_own_files(make(self._body))

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
