"""Running a strategy over bars, the way every suite does: fixed account, fixed costs, nothing kept."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from forexai_core.services.trials import MemoryTrials
from forexai_core.values.accounts import Account, Costs
from forexai_core.values.bars import Bars

__all__ = ["run_strategy"]


def run_strategy(strategy: Any, bars: Bars) -> NDArray[np.void]:
    """Give the trades of a backtest on the default account, with a stated spread and commission."""
    # Loads the compiled engine: only who runs a strategy pays for it.
    from forexai_core.backtesting.runner import backtest

    costs = Costs(spread_points=10, commission_per_lot=3.5)
    return backtest(strategy, bars, account=Account(), costs=costs, trials=MemoryTrials()).trades
