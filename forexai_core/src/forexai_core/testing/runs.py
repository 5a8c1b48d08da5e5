"""Running a strategy over bars, the way every suite does: fixed account, fixed costs, nothing recorded."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from forexai_core.values.accounts import Account, Costs
from forexai_core.values.bars import Bars

__all__ = ["run_strategy"]


def run_strategy(strategy: Any, bars: Bars) -> NDArray[np.void]:
    """Give the trades of a backtest with a stated account and costs."""
    from forexai_core.backtesting import backtest  # loads the compiled engine: only who runs a strategy pays for it

    result = backtest(strategy, bars, account=Account(), costs=Costs(spread_points=10, commission_per_lot=3.5))
    return result.trades
