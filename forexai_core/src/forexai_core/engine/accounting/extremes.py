"""The best and the worst price that a position has seen."""

from __future__ import annotations

from typing import Any

from forexai_core._jit import kernel
from forexai_core.engine.state.records import NO_PRICE

__all__ = ["extend"]


@kernel(inline="always")
def extend(position: Any, best: int, worst: int) -> None:
    """Carry a position's best and worst exit-side prices on."""
    side = position["side"]
    if side * (best - position["best"]) > 0:
        position["best"] = best
    if position["peak"] == NO_PRICE or side * (best - position["peak"]) > 0:
        position["peak"] = best
    if side * (worst - position["worst"]) < 0:
        position["worst"] = worst
