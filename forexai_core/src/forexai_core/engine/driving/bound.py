"""The stepwise drive with its arrays laid out once: what is called at every decision of a class strategy.

At each call numba recognises and takes apart all that a kernel is handed, and a market is twenty columns in three
tuples: that took many times as long as most stretches of events themselves. So the arguments that stay the same are
written to memory once, in the form in which compiled code holds them, and each call only says where they lie.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, cast

import numba
import numpy as np
from numba import types
from numba.core import cgutils
from numba.core.errors import TypingError
from numba.extending import intrinsic
from numba.np import numpy_support
from numpy.typing import NDArray

from forexai_core._jit import kernel
from forexai_core.engine.deciding.addresses import address_of
from forexai_core.engine.driving.phases import Addresses
from forexai_core.engine.driving.run import advance
from forexai_core.engine.state.book import Books, Curve, Market, as_read
from forexai_core.engine.state.market_records import (
    AGENDA,
    CONVERSION,
    EVENT,
    ROLLOVER,
)
from forexai_core.engine.state.records import (
    BOOK,
    LEVEL,
)
from forexai_core.values.points import Points

__all__ = ["Bound"]

Memory = NDArray[np.integer[Any]]
"""Where the arguments lie. It has the type of the market's points, since that is all in which two markets differ."""

Arguments = tuple[Books, Market, Curve, Addresses]

_tuple_of: Any = types.Tuple
_dtype_of: Any = numpy_support.as_dtype
_ROOM = 8_192  # bytes; far more than they take


@cache
def _kinds(points: Any) -> tuple[Any, ...]:
    """Give numba's types of the arguments, for a type of points."""

    def none(dtype: Any, *more: int) -> NDArray[Any]:
        return as_read(np.empty((0, *more), dtype))

    side = Points(*4 * (none(points),))
    rates, events, rollovers = none(CONVERSION, 0, 2), none(EVENT), none(ROLLOVER)
    times, shut = none(np.int64), none(np.uint8)
    market = Market(times, times, side, side, times, events, rates, rollovers, times, times, shut, none(AGENDA))
    curve = Curve(np.empty(0), np.empty(0), np.empty(0, np.int64), np.empty(0, LEVEL), np.empty((0, 0)), np.empty(0))
    return tuple(map(numba.typeof, (np.empty(0, BOOK), market, curve, times)))


def _storer() -> Callable[[Memory, Arguments], None]:
    @intrinsic
    def store(_context: Any, memory: Any, arguments: Any) -> Any:
        if arguments != _tuple_of(_kinds(_dtype_of(memory.dtype))):
            raise TypingError(f"a drive is not laid out for {arguments}")

        def generate(context: Any, builder: Any, made: Any, values: Any) -> Any:
            kind = context.get_value_type(made.args[1])
            if context.get_abi_sizeof(kind) > _ROOM:
                raise TypingError("the arguments of a drive are larger than the room that is kept for them")
            place = context.make_array(made.args[0])(context, builder, values[0]).data
            builder.store(values[1], builder.bitcast(place, kind.as_pointer()), align=8)
            return context.get_dummy_value()

        return types.void(memory, arguments), generate

    return cast("Callable[[Memory, Arguments], None]", store)


def _caller() -> Callable[[Memory, int, int], int]:
    unlikely: Any = cgutils.if_unlikely

    @intrinsic
    def call(_context: Any, memory: Any, address: Any, stop: Any) -> Any:
        kinds = _kinds(_dtype_of(memory.dtype))

        def generate(context: Any, builder: Any, made: Any, values: Any) -> Any:
            kind = context.get_value_type(_tuple_of(kinds))
            place = context.make_array(made.args[0])(context, builder, values[0]).data
            packed = builder.load(builder.bitcast(place, kind.as_pointer()), align=8)
            given = [builder.extract_value(packed, number) for number in range(len(kinds))]
            wanted, convention = (*kinds, types.int64), context.call_conv
            function = builder.inttoptr(values[1], convention.get_function_type(types.int64, wanted).as_pointer())
            status, result = convention.call_function(builder, function, types.int64, wanted, [*given, values[2]])
            with unlikely(builder, status.is_error):
                convention.return_status_propagate(builder, status)
            return result

        return types.int64(memory, address, stop), generate

    return cast("Callable[[Memory, int, int], int]", call)


_store, _call = _storer(), _caller()


@kernel
def _lay_out(memory: Memory, books: Books, market: Market, curve: Curve, phases: Addresses) -> None:
    _store(memory, (books, market, curve, phases))


@kernel
def _advance(memory: Memory, address: int, stop: int) -> int:
    return _call(memory, address, stop)


class Bound:
    """:func:`forexai_core.engine.driving.run.advance` on the arrays of one ledger.

    Parameters
    ----------
    books, market, curve, phases
        As that takes them; they are kept alive.
    """

    def __init__(self, books: Books, market: Market, curve: Curve, phases: Addresses) -> None:
        self._arguments = (books, market, curve, phases)
        self._memory: Memory | None = None
        self._address = 0

    def __call__(self, stop: int) -> int:
        """Drive the ledger up to an event (exclusive); give the first event at which something may happen."""
        if self._memory is not None:
            return _advance(self._memory, self._address, stop)
        config: Any = numba.config
        if config.DISABLE_JIT:
            return advance(*self._arguments, stop)
        points = self._arguments[1].bid.close.dtype
        memory: Memory = np.empty(_ROOM // points.itemsize, points)
        _lay_out(memory, *self._arguments)
        self._address = address_of(advance, types.int64(*_kinds(points), types.int64))
        self._memory = memory
        return _advance(memory, self._address, stop)
