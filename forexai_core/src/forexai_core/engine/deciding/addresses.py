"""Compiled functions called by their address.

A kernel that calls another directly has it compiled into itself once more, and one that is handed a compiled function
is typed by that very function, anew in every process. Handed an address, a kernel is compiled once, whatever stands
there; and an address is a number, which costs nothing to pass.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, cast

import numba
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

__all__ = ["NOWHERE", "address_of", "caller"]

NOWHERE = 0
"""Address of no function."""

Call = Callable[[int, tuple[Any, ...]], None]

_PLAIN: dict[int, Callable[..., Any]] = {}
"""With ``NUMBA_DISABLE_JIT`` functions have no address: there they are numbered."""


@lru_cache(maxsize=1_024)
def address_of(function: Callable[..., Any], signature: Any) -> int:
    """Give the address of a function compiled for a signature; both live as long as the process.

    Parameters
    ----------
    function : callable
        As :func:`forexai_core._jit.compiled_signature` gives it.
    signature : numba signature
        Of the function.
    """
    compiled: Any = function
    if not hasattr(compiled, "py_func"):
        number = len(_PLAIN) + 1
        _PLAIN[number] = function
        return number
    made = compiled.get_compile_result(signature)
    return int(made.library.get_pointer_to_function(made.fndesc.llvm_func_name))


def caller(signature: Any) -> Call:
    """Make what calls, from within a kernel, functions of a signature that returns nothing.

    Parameters
    ----------
    signature : numba signature
        Of the functions.

    Returns
    -------
    callable
        ``call(address, (argument, …))``. What the function raises is raised on.
    """
    config: Any = numba.config
    if config.DISABLE_JIT:
        return lambda address, arguments: _PLAIN[address](*arguments)

    unlikely: Any = cgutils.if_unlikely

    @intrinsic
    def call(_context: Any, address: Any, arguments: Any) -> Any:  # noqa: ARG001 - its type is always int64
        def generate(context: Any, builder: Any, made: Any, values: Any) -> Any:
            number, packed = values
            given = [
                context.cast(builder, builder.extract_value(packed, place), kind, wanted)
                for place, (kind, wanted) in enumerate(zip(made.args[1], signature.args, strict=True))
            ]
            convention = context.call_conv
            kind = convention.get_function_type(types.void, signature.args)
            function = builder.inttoptr(number, kind.as_pointer())
            status, _ = convention.call_function(builder, function, types.void, signature.args, given)
            with unlikely(builder, status.is_error):
                convention.return_status_propagate(builder, status)
            return context.get_dummy_value()

        return types.void(types.int64, arguments), generate

    return cast("Call", call)
