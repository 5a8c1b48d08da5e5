"""A MACD of simple averages, all three in one pass.

Their sums are those of :mod:`~forexai_core.indicators.averages.simple_average`, by the same steps and afresh in the
same rows. Each sum waits for its last row; together they wait only once.
"""

from __future__ import annotations

import math
from typing import TypeAlias

from forexai_core._jit import kernel
from forexai_core.indicators.inputs import Floats
from forexai_core.indicators.rolling_sums import NO_SUM_YET, CentredSum, centred_sum_step, mean_of_sum, slide_sum

__all__ = ["write_simple_macd"]

Sums: TypeAlias = tuple[CentredSum, CentredSum, CentredSum]
"""Of the fast average, the slow one, and that of their difference."""


@kernel(forceinline=True)
def _step(values: Floats, i: int, sums: Sums, fast: int, slow: int, signal: int, out: Floats) -> Sums:
    """Write one row, and take those sums afresh that are due."""
    near, far, smoothed = sums
    near, quick = centred_sum_step(values[i], values[i - fast], values, i, i, near, fast)
    far, late = centred_sum_step(values[i], values[i - slow], values, i, i, far, slow)
    lines = out[0]
    lines[i] = quick - late
    past = i - (slow - 1)
    smoothed, average = centred_sum_step(lines[i], lines[i - signal], lines, i, past, smoothed, signal)
    out[1, i], out[2, i] = average, lines[i] - average
    return near, far, smoothed


@kernel
def _slide(
    values: Floats, i: int, stop: int, sums: Sums, fast: int, slow: int, signal: int, out: Floats
) -> tuple[float, float, float]:
    """Write rows in which no sum is due to be taken afresh; give the sums."""
    (_, near_centre, near), (_, far_centre, far), (_, centre, total) = sums
    newest, near_old, far_old = values[i:stop], values[i - fast : stop], values[i - slow : stop]
    lines, old_lines = out[0, i:stop], out[0, i - signal : stop]
    signals, histogram = out[1, i:stop], out[2, i:stop]
    for k in range(newest.shape[0]):
        near = slide_sum(newest[k], near_old[k], near)
        far = slide_sum(newest[k], far_old[k], far)
        line = mean_of_sum(near_centre, near, fast) - mean_of_sum(far_centre, far, slow)
        lines[k] = line
        total = slide_sum(line, old_lines[k], total)
        average = mean_of_sum(centre, total, signal)
        signals[k], histogram[k] = average, line - average
    return near, far, total


@kernel
def write_simple_macd(values: Floats, fast: int, slow: int, signal: int, out: Floats) -> bool:
    """Write the three lines of a MACD of simple averages.

    Parameters
    ----------
    values : (rows,) float64
        Prices or another quantity.
    fast, slow, signal : int
        Lengths of the averages, at least 2; ``fast`` below ``slow``.
    out : (3, rows) float64
        Overwritten; NaN in the first ``slow + signal - 2`` rows.

    Returns
    -------
    bool
        False where a value may not be finite.
    """
    rows, start = values.shape[0], slow + signal - 2
    finite = rows > start
    sums = (NO_SUM_YET, NO_SUM_YET, NO_SUM_YET)
    for i in range(slow - 1, min(start, rows)):
        sums = _step(values, i, sums, fast, slow, signal, out)
    i = start
    while i < rows:
        sums = _step(values, i, sums, fast, slow, signal, out)
        # A value that is not finite stays in a sum until this is taken afresh.
        finite &= math.isfinite(out[1, i])
        i += 1
        near, far, smoothed = sums
        count = min(near[0], far[0], smoothed[0], rows - i)
        totals = _slide(values, i, i + count, sums, fast, slow, signal, out)
        finite &= math.isfinite(totals[2])
        sums = (
            (near[0] - count, near[1], totals[0]),
            (far[0] - count, far[1], totals[1]),
            (smoothed[0] - count, smoothed[1], totals[2]),
        )
        i += count
    out[:, : min(start, rows)] = math.nan
    return finite
