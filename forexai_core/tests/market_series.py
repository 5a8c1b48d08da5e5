"""Prices to test indicators on: random walks on a grid, with flat stretches, gaps and spikes, at several scales."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

KINDS = ("walk", "grid", "flat", "steps", "spike")
SCALES = (1.1, 150.0, 100_000.0)


def make_bars(rows, seed=0, kind="walk", scale=1.1):
    """Give high, low, close as float64 arrays."""
    rng = np.random.default_rng(seed)
    moves = rng.normal(0.0, 1e-3, rows)
    if kind == "flat":
        moves[rng.random(rows) < 0.9] = 0.0
    if kind == "steps":
        moves = np.where(rng.random(rows) < 0.05, rng.choice((-0.02, 0.02), rows), 0.0)
    close = scale * np.exp(np.cumsum(moves))
    reach = 0.0 if kind in ("flat", "steps") else 5e-4
    high = close * (1.0 + reach * np.abs(rng.normal(size=rows)))
    low = close * (1.0 - reach * np.abs(rng.normal(size=rows)))
    if kind == "spike" and rows:
        at = rng.integers(rows)
        high[at] *= 5.0
        close[at] *= 5.0
    if kind != "walk":
        digits = 5 if scale < 10 else 2
        high, low, close = (np.round(column, digits) for column in (high, low, close))
    return high, low, close


bar_columns = st.builds(
    make_bars,
    rows=st.integers(0, 160),
    seed=st.integers(0, 2**32 - 1),
    kind=st.sampled_from(KINDS),
    scale=st.sampled_from(SCALES),
)
