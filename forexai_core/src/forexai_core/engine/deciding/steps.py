"""Compiled steps: an author's function, in the one form in which the kernel of the ledger calls it.

The kernel is compiled once for all strategies, so every compiled strategy has to look the same to it: a function of
:data:`STEP_SIGNATURE` at some address, whose state and parameters travel as bytes. The author's own function sees
records instead; the wrapper that stands between them is a closure over the two dtypes and costs about 2 ns a call.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, cast

import numba
import numpy as np
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from forexai_core._jit import compiled_signature
from forexai_core.arrays import COMMAND, ROW
from forexai_core.engine.deciding.addresses import NOWHERE, address_of, caller
from forexai_core.engine.deciding.kept_steps import keep_current
from forexai_core.errors import ConfigError

__all__ = ["NO_RECORD", "STEP_SIGNATURE", "Step", "call_step", "compile_step", "step_address"]

Step = Callable[..., None]
Bytes = NDArray[np.uint8]

STEP_SIGNATURE = types.void(
    numba.from_dtype(ROW),
    types.uint8[::1],
    types.uint8[::1],
    types.Array(numba.from_dtype(COMMAND), 1, "C"),
)
"""``step(row, state, params, out)``: a ROW record, bytes of the state, bytes of the parameters, COMMAND rows."""

call_step = caller(STEP_SIGNATURE)  # (address, (row, state, params, out))

NO_RECORD = np.dtype([("unused", np.uint8)])
"""Stands for the state or the parameters of a step that has none."""


def step_address(step: Step | None) -> int:
    """Give the address at which the kernel calls a compiled step; :data:`NOWHERE` without one."""
    return NOWHERE if step is None else address_of(step, STEP_SIGNATURE)


def _record_of(dtype: np.dtype[Any]) -> Callable[[Bytes], Any]:
    """Make a function that reads bytes as one record, without a copy and without a check."""
    config: Any = numba.config
    if config.DISABLE_JIT:
        return lambda buffer: buffer.view(dtype)[0]
    record = numba.from_dtype(dtype)

    @intrinsic
    def as_record(_context: Any, buffer: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            array = context.make_array(signature.args[0])(context, builder, arguments[0])
            return builder.bitcast(array.data, context.get_value_type(record))

        return record(buffer), generate

    read: Any = as_record
    return cast("Callable[[Bytes], Any]", read)


@lru_cache(maxsize=256)
def _compiled(function: Step, state: np.dtype[Any], params: np.dtype[Any], cache: bool) -> Step:
    inner: Any = function
    if not hasattr(function, "py_func"):
        inner = numba.njit(function, nogil=True, error_model="numpy", cache=cache)
    if hasattr(inner, "py_func"):  # with NUMBA_DISABLE_JIT there is none
        keep_current(inner)
    state_of, params_of = _record_of(state), _record_of(params)

    def step(row: Any, state_bytes: Bytes, params_bytes: Bytes, out: Any) -> None:
        inner(row, state_of(state_bytes), params_of(params_bytes), out)

    return compiled_signature(STEP_SIGNATURE)(step)


def compile_step(
    function: Step, state_dtype: np.dtype[Any], params_dtype: np.dtype[Any], *, cache: bool = False
) -> Step:
    """Compile an author's step for the kernel.

    Parameters
    ----------
    function : callable
        ``function(row, state, params, out)``, plain or already compiled by numba. ``state`` and ``params`` are records
        of the two dtypes; both live as long as the run.
    state_dtype, params_dtype : numpy.dtype
        Structured; :data:`NO_RECORD` where there is none.
    cache : bool
        Keep the compiled function on disk, beside its file. It is compiled anew once anything has changed that it
        reaches: functions and constants, in whatever file.

    Returns
    -------
    callable
        A first-class function of :data:`STEP_SIGNATURE`; the same arguments give the same one.

    Raises
    ------
    ConfigError
        If a dtype is not structured, or numba cannot compile the function; its reason is quoted.
    """
    name = getattr(function, "__qualname__", repr(function))
    for what, dtype in (("state", state_dtype), ("params", params_dtype)):
        if not dtype.names or dtype.hasobject:
            raise ConfigError(
                f"Step {name}: the dtype of its {what} must be structured, with named fields: not {dtype}."
            )
    try:
        return _compiled(function, state_dtype, params_dtype, cache)
    except (
        numba.core.errors.NumbaError,
        KeyError,
        AttributeError,
        TypeError,
        NotImplementedError,
        RuntimeError,
    ) as error:
        # Numba lets some of its own mistakes through: a field that a record lacks comes as a KeyError.
        reason = f"there is no field {error}." if isinstance(error, KeyError) else str(error).strip()
        raise ConfigError(
            f"Step {name} cannot be compiled: {reason}\nIt must take (row, state, params, out) and use numbers, "
            "records and arrays only. NUMBA_DISABLE_JIT=1 runs it as plain Python, which shows where it fails."
        ) from error
