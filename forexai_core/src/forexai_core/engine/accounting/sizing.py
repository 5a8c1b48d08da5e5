"""What a step of volume loses at its stop: what sizing by risk counts with."""

from __future__ import annotations

from typing import Any

from forexai_core._jit import kernel
from forexai_core.engine.accounting.commissions import step_commission
from forexai_core.engine.accounting.money import convert
from forexai_core.engine.state.records import REQUEST_BUY_SELL_STOP, REQUEST_MARKET

__all__ = ["lost_at_stop"]


@kernel
def lost_at_stop(symbol: Any, kind: int, side: int, entry: int, stop_loss: int) -> float:
    """Compute what one step loses from its entry to its stop, fixed slippage and commissions included.

    What a model adds to the slippage is not counted: at the open of a bar its range is not known yet.

    Parameters
    ----------
    symbol : SYMBOL record
        Its present rates are used.
    kind : int
        Of the request that opens: a limit order opens without slippage.
    side : int
        1 buy, -1 sell.
    entry, stop_loss : int
        Points: the quoted entry, or the order's own price, and the stop, on the losing side of it.

    Returns
    -------
    float
        Account currency, above 0.
    """
    slippage, opened = symbol["fixed_slippage"], entry
    if kind in (REQUEST_MARKET, REQUEST_BUY_SELL_STOP):
        opened = max(1, entry + side * slippage)
    closed = max(1, stop_loss - side * slippage)
    lost = -convert(symbol, -abs(opened - closed) * symbol["value_per_point_step"], closed)
    return lost + step_commission(symbol, opened, closed)
