"""Asking for memory ahead of its use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numba
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from forexai_core._jit import kernel
from forexai_core.engine.state.book import Market

__all__ = ["fetch_event"]


def _prefetcher() -> Callable[[Any, int], None]:
    config: Any = numba.config
    if config.DISABLE_JIT:
        return lambda _array, _index: None
    numbas: Any = cgutils  # it is untyped
    ir = numbas.ir

    @intrinsic
    def prefetch(_context: Any, array: Any, index: Any) -> Any:  # noqa: ARG001 - its type is always int64
        def generate(context: Any, builder: Any, made: Any, values: Any) -> Any:
            data = context.make_array(made.args[0])(context, builder, values[0]).data
            address = builder.bitcast(builder.gep(data, [values[1]]), ir.IntType(8).as_pointer())
            word = ir.IntType(32)
            kind = ir.FunctionType(ir.VoidType(), [address.type, word, word, word])
            function = builder.module.declare_intrinsic("llvm.prefetch", [address.type], kind)
            # to read, into every cache, data
            builder.call(function, [address, word(0), word(3), word(1)])
            return context.get_dummy_value()

        return types.void(array, types.int64), generate

    return cast("Callable[[Any, int], None]", prefetch)


_prefetch = _prefetcher()


@kernel(inline="always")
def fetch_event(market: Market, event: int) -> None:
    """Ask for the prices and times of an event, which is a row of the market.

    A stretch of bars is passed by reading three columns; where it ends, all the others are wanted at once, from
    memory that no cache holds. Asked for when the stretch begins, they are there by then.
    """
    _prefetch(market.time_ns, event)
    _prefetch(market.end_ns, event)
    _prefetch(market.bid.open, event)
    _prefetch(market.bid.high, event)
    _prefetch(market.bid.low, event)
    _prefetch(market.bid.close, event)
    if len(market.ask.close):
        _prefetch(market.ask.open, event)
        _prefetch(market.ask.high, event)
        _prefetch(market.ask.low, event)
        _prefetch(market.ask.close, event)
