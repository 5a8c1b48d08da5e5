"""What a request that opens asks for, at the quotes of now: its price, its stop, and what that stop loses."""

from __future__ import annotations

from typing import Any

from forexai_core.engine.accounting.sizing import lost_at_stop
from forexai_core.engine.state.records import NO_PRICE, REQUEST_MARKET, REQUEST_STOP_LIMIT
from forexai_core.values.instruments import Instrument

__all__ = ["entry_and_stop", "lost_per_step"]


def entry_and_stop(request: Any, symbol: Any, instrument: Instrument) -> tuple[int, int]:
    """Give the price at which a request would open now, and its stop; points, and NO_PRICE without a stop."""
    side = int(request["side"])
    own = int(symbol["ask"] if side > 0 else symbol["bid"])
    if request["kind"] != REQUEST_MARKET:
        own = int(request["limit_price"] if request["kind"] == REQUEST_STOP_LIMIT else request["price"])
    stop = int(request["stop_loss"])
    if stop == NO_PRICE and request["stop_distance"] > 0:
        stop = instrument.grid.closing_points(own - side * int(request["stop_distance"]), side)
    return own, stop


def lost_per_step(request: Any, symbol: Any, instrument: Instrument) -> float:
    """Give what a step loses from its entry to its stop, costs included, account currency.

    It is 0 without a stop on the losing side, and NaN where no rate is known that converts it.
    """
    side = int(request["side"])
    own, stop = entry_and_stop(request, symbol, instrument)
    if stop == NO_PRICE or side * (own - stop) <= 0:
        return 0.0
    return float(lost_at_stop(symbol, int(request["kind"]), side, own, stop))
