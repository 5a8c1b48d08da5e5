"""Four ratios in quantstats."""

from __future__ import annotations

import numpy as np
import pandas as pd
import quantstats
import task
from task import Run, Task

PACKAGES = ("quantstats", "numpy", "pandas")
LACKS = ""


def returns(given: Task) -> Run:
    """Compute them one after the other, on a series."""
    index = pd.date_range("2020-01-01", periods=given.rows, freq="min")
    values = pd.Series(given.column("returns"), index)

    def run() -> int:
        stats = quantstats.stats
        for ratio in (stats.sharpe, stats.sortino, stats.calmar):
            assert np.isfinite(ratio(values, periods=task.MINUTES_A_YEAR))
        assert stats.max_drawdown(values) < 0
        return 0

    return run


CASES = {"returns": returns}
