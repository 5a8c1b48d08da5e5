"""What a price that jumps over a stop may cost beyond the stop's own price."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.arrays import CLOSE_REASONS
from forexai_core.engine.accounting.impact import slippage_of
from forexai_core.engine.interval.axes import Bar
from forexai_core.engine.interval.forks import Fork
from forexai_core.engine.state.records import NO_PRICE, ORDER_STOP

__all__ = ["Jumps"]

_STOPS = (CLOSE_REASONS.index("stop_loss"), CLOSE_REASONS.index("trailing_stop"))


@attrs.frozen
class Jumps:
    """How far a price may jump.

    Attributes
    ----------
    points : int
        The longest jump; 0: prices move point by point.
    lowest, highest : int
        The lowest and highest price of the run, points: a symbol that converts itself does so between them.
    dearest : float
        The highest rate of conversion in the run, where it is a column.
    digits : int
        Of the account's currency.
    """

    points: int
    lowest: int
    highest: int
    dearest: float
    digits: int

    def entry_moves(self, deals: NDArray[np.void], before: Fork) -> bool:
        """Say whether a jump may have moved the price at which something opened."""
        if self.points == 0:
            return False
        stops = before.orders["ticket"][before.orders["kind"] == ORDER_STOP]
        return bool(np.any((deals["closing"] == 0) & np.isin(deals["order"], stops)))

    def penalty(self, deals: NDArray[np.void], before: Fork, bar: Bar, symbols: NDArray[np.void]) -> float:
        """Give by how much worse the stops among some deals may have filled.

        Parameters
        ----------
        deals : (n,) DEAL
            Of one price inside the bar.
        before : Fork
            The state that they came from.
        bar : Bar
            No fill lies beyond its extremes.
        symbols : (symbols,) SYMBOL
            With the slippage and the rates of the bar.

        Returns
        -------
        float
            Account currency, 0 or above.
        """
        if self.points == 0 or not len(deals):
            return 0.0
        return sum(self._of_deal(deal, before, bar, symbols) for deal in deals)

    def _of_deal(self, deal: Any, before: Fork, bar: Bar, symbols: NDArray[np.void]) -> float:
        side, (level, steps) = int(deal["side"]), self._level(deal, before)
        symbol = symbols[int(deal["symbol"])]
        if level is None:
            return 0.0
        extreme = bar.ask_high if side > 0 else bar.bid_low
        worst = min(level + self.points, extreme) if side > 0 else max(level - self.points, extreme)
        filled = int(deal["price"]) - side * int(slippage_of(symbol, steps))
        missing = side * (worst - filled)
        return self._money(symbol, missing * int(deal["volume_steps"])) if missing > 0 else 0.0

    @staticmethod
    def _level(deal: Any, before: Fork) -> tuple[int | None, int]:
        """Give the stop's own price and volume; None where the deal came by no stop."""
        steps = int(deal["volume_steps"])
        if deal["closing"] and deal["reason"] in _STOPS:
            return (None if deal["stop_loss"] == NO_PRICE else int(deal["stop_loss"])), steps
        orders = before.orders[(before.orders["ticket"] == deal["order"]) & (before.orders["kind"] == ORDER_STOP)]
        return (int(orders["price"][0]), int(orders["volume_steps"][0])) if len(orders) else (None, steps)

    def _money(self, symbol: Any, points_steps: int) -> float:
        """Turn points times steps into the most that they can cost, rounding included."""
        amount = points_steps * float(symbol["value_per_point_step"])
        if symbol["profit_conversion"] == 1:
            amount *= float(symbol["scale"]) / self.lowest * (self.highest / self.lowest)
        elif symbol["profit_conversion"] == 2:
            amount *= self.dearest  # what opened here may close at any of the run's rates
        return round(amount, self.digits) + 10.0**-self.digits
