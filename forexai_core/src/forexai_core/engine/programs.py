"""Programs: what the batch drive of the ledger runs for one symbol, and compiled steps.

The kernel of the ledger is compiled once for all strategies, so every compiled strategy has to look the same to it: a
first-class function of :data:`STEP_SIGNATURE`, whose state and parameters travel as bytes. The author's own function
sees records instead; the wrapper that stands between them is a closure over the two dtypes and costs about 2 ns a call.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, cast

import attrs
import numba
import numpy as np
from numba import types
from numba.experimental.function_type import _get_wrapper_address
from numba.extending import intrinsic
from numpy.typing import NDArray

from forexai_core._jit import compiled_signature
from forexai_core.arrays import COMMAND, INTENT, MANAGEMENT, ROW
from forexai_core.errors import ConfigError, DataShapeError

__all__ = ["NO_RECORD", "STEP_SIGNATURE", "Program", "Step", "compile_step", "handed", "idle_step"]

Step = Callable[..., None]
Bytes = NDArray[np.uint8]

STEP_SIGNATURE = types.void(
    numba.from_dtype(ROW),
    types.uint8[::1],
    types.uint8[::1],
    types.Array(numba.from_dtype(COMMAND), 1, "C"),
)
"""``step(row, state, params, out)``: a ROW record, bytes of the state, bytes of the parameters, COMMAND rows."""

NO_RECORD = np.dtype([("unused", np.uint8)])
"""Stands for the state or the parameters of a step that has none."""


def _idle(row: Any, state: Bytes, params: Bytes, out: Any) -> None:
    """Ask for nothing."""


idle_step: Step = compiled_signature(STEP_SIGNATURE, cache=True)(_idle)
"""The step that never asks for anything: what the kernel is handed where a program has none."""


class _Handed(types.WrapperAddressProtocol):
    """A compiled step by its address: numba sees the signature, and not which function it is."""

    def __init__(self, step: Step) -> None:
        self._step = step  # kept alive, as its address is
        address_of: Any = _get_wrapper_address
        self._address: int = address_of(step, STEP_SIGNATURE)

    # The two that numba asks.
    def __wrapper_address__(self) -> int:
        return self._address

    def signature(self) -> Any:
        return STEP_SIGNATURE


@lru_cache(maxsize=256)
def handed(step: Step) -> Step:
    """Give a compiled step in the form in which a kernel takes it.

    A kernel that is handed a compiled function as it is, is typed by that very function, and is compiled anew in every
    process. Typed by the signature it is compiled once, whatever the step.
    """
    return step if not hasattr(step, "py_func") else cast("Step", _Handed(step))


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
        Keep the compiled function on disk, beside its file. Numba notices an edit of that file, but not of helpers that
        it takes from other files: leave it off while those change.

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
    except (numba.core.errors.NumbaError, KeyError, AttributeError, TypeError, NotImplementedError) as error:
        # Numba lets some of its own mistakes through: a field that a record lacks comes as a KeyError.
        reason = f"there is no field {error}." if isinstance(error, KeyError) else str(error).strip()
        raise ConfigError(
            f"Step {name} cannot be compiled: {reason}\nIt must take (row, state, params, out) and use numbers, "
            "records and arrays only. NUMBA_DISABLE_JIT=1 runs it as plain Python, which shows where it fails."
        ) from error


def _rows_of(dtype: np.dtype[Any]) -> Callable[[Any, attrs.Attribute[Any], Any], None]:
    def check(_program: Any, attribute: attrs.Attribute[Any], value: Any) -> None:
        if value is not None and (value.dtype != dtype or value.ndim != 1 or not value.flags.c_contiguous):
            raise DataShapeError(
                f"Program: {attribute.name} must be a contiguous array of one dimension of {dtype.names}."
            )

    return check


def _one_row(_program: Any, _attribute: Any, value: NDArray[np.void]) -> None:
    if value.shape != (1,):
        raise DataShapeError(f"Program: management must be one record, of shape (1,), not {value.shape}.")


@attrs.frozen(kw_only=True, eq=False)
class Program:
    """What the batch drive runs for one symbol: rows of intents made beforehand, or a compiled step, or both.

    Attributes
    ----------
    intents : (bars,) INTENT or None
        What is wanted at the close of each bar.
    management : (1,) MANAGEMENT
        How the positions that intents open are sized and looked after.
    step : callable or None
        A first-class function of :data:`STEP_SIGNATURE`, called at the close of each bar.
    state : (n,) uint8 or None
        Bytes of the step's state at the start. A run works on a copy.
    params : (n,) uint8 or None
        Bytes of the step's parameters.
    warmup : int
        Leading bars on which nothing is wanted.
    """

    intents: NDArray[np.void] | None = attrs.field(default=None, validator=_rows_of(INTENT))
    management: NDArray[np.void] = attrs.field(
        factory=lambda: np.zeros(1, MANAGEMENT), validator=[_rows_of(MANAGEMENT), _one_row]
    )
    step: Step | None = None
    state: Bytes | None = attrs.field(default=None, validator=_rows_of(np.dtype(np.uint8)))
    params: Bytes | None = attrs.field(default=None, validator=_rows_of(np.dtype(np.uint8)))
    warmup: int = attrs.field(default=0, validator=attrs.validators.ge(0))
