"""Slippage of one fill: what its event gives, and what its own volume adds."""

from __future__ import annotations

from typing import Any

import numpy as np

from forexai_core._jit import kernel

__all__ = ["slippage_of", "slipped"]

_DUST = 1e-9  # of a lot, and of a point: what binary fractions leave


@kernel
def _impact(symbol: Any, steps: int) -> int:
    lots = steps * symbol["volume_step"] - symbol["impact_free_lots"]
    if lots <= _DUST:
        return 0
    size = lots if symbol["impact_linear"] else np.sqrt(lots)
    return int(np.ceil(symbol["impact_points"] * size - _DUST))


@kernel
def slippage_of(symbol: Any, steps: int) -> int:
    """Give by how many points a fill of a volume is worse than its price.

    Parameters
    ----------
    symbol : SYMBOL
        The contract, with the slippage of the present event.
    steps : int
        Volume of the whole fill: what one order, or one stop, finds at one price.
    """
    if symbol["impact_points"] == 0.0:
        return symbol["slippage"]
    return symbol["slippage"] + _impact(symbol, steps)


@kernel
def slipped(symbol: Any, price: int, side: int, steps: int) -> int:
    """Give the price of a fill that slippage makes of one: worse for whoever buys or sells, and never below a point.

    Parameters
    ----------
    symbol : SYMBOL
        The contract, with the slippage of the present event.
    price : int
        Points, without slippage.
    side : int
        1 buys, -1 sells: who closes a buy sells.
    steps : int
        Volume of the whole fill.
    """
    return max(1, price + side * slippage_of(symbol, steps))
