"""Four ratios in empyrical."""

from __future__ import annotations

import empyrical
import numpy as np
import task
from task import Run, Task

PACKAGES = ("empyrical-reloaded", "numpy", "pandas")
LACKS = ""


def returns(given: Task) -> Run:
    """Compute them one after the other, on an array: faster than on a series."""
    values = given.column("returns")

    def run() -> int:
        for ratio in (empyrical.sharpe_ratio, empyrical.sortino_ratio, empyrical.calmar_ratio):
            assert np.isfinite(ratio(values, annualization=task.MINUTES_A_YEAR))
        assert empyrical.max_drawdown(values) < 0
        return 0

    return run


CASES = {"returns": returns}
