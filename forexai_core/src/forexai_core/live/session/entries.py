"""What a deal at a venue closes: a venue tells of each deal alone, and a trade has both its ends."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np

from forexai_core.engine.state.records import ENTRY_IN, ENTRY_INOUT, NO_PRICE

__all__ = ["Entries"]


@attrs.define
class _Open:
    """What the deals of one position have opened so far."""

    open_ns: int
    open_reason: int
    turn: int
    steps: int = 0
    cost: float = 0.0
    commission: float = 0.0


class Entries:
    """Follows the open volume of each position by its deals, and writes into a closing deal what it has closed.

    Average prices and shares of the entry commission are those of the ledger: a part that is closed takes its share,
    the last one the remainder. Of a position whose opening was not heard, nothing is written.

    Parameters
    ----------
    money_digits : int
        Of the account's currency.
    """

    def __init__(self, money_digits: int) -> None:
        self._digits = money_digits
        self._open: dict[int, _Open] = {}
        self._heard = 0
        self._levels: dict[int, tuple[int, int]] = {}

    def see_levels(self, position: int, stop_loss: int, take_profit: int) -> None:
        """Remember the stop and the target of an open position, points."""
        if position in self._open:
            self._levels[position] = stop_loss, take_profit

    def opening_steps(self, position: int, entry: int, steps: int) -> int:
        """Say how much of a deal opens: all of one that goes in, of one that turns a position what it had not to close.

        Parameters
        ----------
        position : int
            Its ticket.
        entry : int
            ``ENTRY_*``.
        steps : int
            Of the whole deal.
        """
        if entry == ENTRY_IN:
            return steps
        held = self._open.get(position)
        return max(0, steps - held.steps) if entry == ENTRY_INOUT and held is not None else 0

    def opened(self, row: Any) -> bool:
        """Take note of a row of DEAL that opens; say whether its position is a new one."""
        position = int(row["position"])
        held = self._open.get(position)
        new = held is None
        if held is None:
            self._heard += 1
            held = self._open[position] = _Open(int(row["time_ns"]), int(row["reason"]), self._heard)
        held.steps += int(row["volume_steps"])
        held.cost += float(row["price"]) * int(row["volume_steps"])
        held.commission = round(held.commission + float(row["commission"]), self._digits)
        return new

    def turn(self, position: int) -> int:
        """Say which opening that was heard a position's was; 0 of one whose opening was not heard."""
        held = self._open.get(position)
        return 0 if held is None else held.turn

    def close(self, row: Any) -> None:
        """Write into a row of DEAL that closes what it closes."""
        position, steps = int(row["position"]), int(row["volume_steps"])
        row["stop_loss"], row["take_profit"] = self._levels.get(position, (NO_PRICE, NO_PRICE))
        held = self._open.get(position)
        if held is None or not steps:
            return
        whole = steps >= held.steps
        cost = held.cost if whole else held.cost * steps / held.steps
        share = held.commission if whole else round(held.commission * steps / held.steps, self._digits)
        row["open_ns"], row["open_reason"] = held.open_ns, held.open_reason
        row["open_price"] = np.round(cost / min(steps, held.steps), 8)
        row["entry_commission"] = share
        if whole:
            del self._open[position]
            self._levels.pop(position, None)
            return
        held.steps -= steps
        held.cost -= cost
        held.commission = round(held.commission - share, self._digits)
