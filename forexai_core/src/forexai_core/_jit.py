"""What makes a function a kernel. How it is compiled, and kept, is in :mod:`forexai_core._compilation`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast, overload

import numba
from numba.core import types

from forexai_core._compilation.cache import LOADS_ALONE, KernelCache, use_own_files
from forexai_core._compilation.compiler import KernelCompiler

__all__ = ["compiled_signature", "is_compiled", "kernel"]

F = TypeVar("F", bound=Callable[..., Any])


def _compiled_by_need(body: F, options: dict[str, Any]) -> Any:
    """Decorate a function for numba, kept on disk where ``cache`` says so."""
    keep = options.pop("cache", False)
    dispatcher: Any = numba.njit(cache=keep and not LOADS_ALONE, **options)(body)
    if keep and hasattr(dispatcher, "_cache"):  # with NUMBA_DISABLE_JIT there is no dispatcher
        if LOADS_ALONE:
            dispatcher._cache = KernelCache(body)  # noqa: SLF001
        else:
            use_own_files(dispatcher._cache)  # noqa: SLF001
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
    options.setdefault("pipeline_class", KernelCompiler)

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
    options.setdefault("pipeline_class", KernelCompiler)

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
    kept = getattr(dispatcher._cache, "kept", dispatcher._cache)  # noqa: SLF001
    file = getattr(kept, "_cache_file", None)
    return file is not None and file.is_kept()
