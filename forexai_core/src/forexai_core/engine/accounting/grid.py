"""The grid of prices: orders, stops and targets lie on whole steps of the symbol's smallest one."""

from __future__ import annotations

from forexai_core._jit import kernel

__all__ = ["closing_price", "is_on_grid"]


@kernel(inline="always")
def is_on_grid(points: int, tick: int) -> bool:
    """Say whether a price is a whole number of steps; most symbols' steps are points, so that every price is."""
    return tick <= 1 or points % tick == 0


@kernel
def _on_step(points: int, side: int, tick: int) -> int:
    """Go down to a whole number of steps for a buy, up for a sell."""
    beyond = points % tick
    if side < 0 and beyond > 0:
        beyond -= tick
    return points - beyond


@kernel(inline="always")
def closing_price(points: int, side: int, tick: int) -> int:
    """Put where a position is to close on the grid, never on the side that is better for it.

    Parameters
    ----------
    points : int
        A stop's or a target's price, as its distance gives it.
    side : int
        Of the position: a buy's price goes down, a sell's up.
    tick : int
        Points in one step.
    """
    return points if tick <= 1 else _on_step(points, side, tick)
