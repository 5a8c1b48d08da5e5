"""The direction over a fixed number of bars."""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.errors import ConfigError
from forexai_core.values.bars import Bars

__all__ = ["HorizonLabels", "horizon_labels"]


@attrs.frozen(kw_only=True, eq=False)
class HorizonLabels:
    """A label for each bar that has one.

    Attributes
    ----------
    rows : (labels,) int64
        Positions of the bars, ascending.
    side : (labels,) int64
        +1 the price rose, -1 it fell.
    decided_ns : (labels,) int64
        When the bar closed and one could decide, nanoseconds UTC.
    known_ns : (labels,) int64
        When the label was known.
    """

    rows: NDArray[np.int64]
    side: NDArray[np.int64]
    decided_ns: NDArray[np.int64]
    known_ns: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.rows)


def horizon_labels(bars: Bars, horizon: int) -> HorizonLabels:
    """Label each bar by where the price goes after it.

    What is decided at the close of bar i is entered at the open of bar i+1, as in a backtest, and looked at again
    at the close of bar i+``horizon``. Bars after which the price ends where it began have no label, nor have the
    last ones, after which nothing is known yet.

    Parameters
    ----------
    bars : Bars
        Bid prices; the spread is left out, for it has no direction.
    horizon : int
        Bars ahead, 1 or more.

    Raises
    ------
    ConfigError
        If the horizon is below 1.
    """
    if horizon < 1:
        raise ConfigError(f"horizon is {horizon}: look at least one bar ahead.")
    count = max(0, len(bars) - horizon)
    change = bars.close[horizon:] - bars.open[1 : count + 1]
    rows = np.flatnonzero(change != 0).astype(np.int64)
    return HorizonLabels(
        rows=rows,
        side=np.sign(change[rows]).astype(np.int64),
        decided_ns=bars.end_ns[rows],
        known_ns=bars.end_ns[rows + horizon],
    )
