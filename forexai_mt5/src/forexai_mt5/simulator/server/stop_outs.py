"""What a stop-out was decided by: equity and margin just before each position that it closed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.arrays import CLOSE_REASONS
from forexai_core.engine.accounting.margin import account_margin
from forexai_core.engine.ledger import Ledger

__all__ = ["Strain", "recall", "remember"]

_STOP_OUT = CLOSE_REASONS.index("stop_out")


@attrs.frozen
class Strain:
    """The account when a stop-out chose a position: equity and margin, account currency."""

    equity: float
    margin: float

    @property
    def level(self) -> float:
        """Percent; 0 without margin."""
        return 100.0 * self.equity / self.margin if self.margin else 0.0


def remember(trial: Ledger, ledger: Ledger) -> None:
    """Copy an account into a second ledger that follows the same rows."""
    account = ledger.account
    trial.book["account"] = ledger.book["account"]
    trial.symbols[:] = ledger.symbols
    for name in ("positions", "orders", "requests"):
        count = int(account[name])
        getattr(trial, name)[:count] = getattr(ledger, name)[:count]


def recall(trial: Ledger, stop: int) -> Mapping[int, Strain]:
    """Go through events again, and look at the account wherever a stop-out closes something.

    Parameters
    ----------
    trial : Ledger
        As :func:`remember` left it before the events.
    stop : int
        The events before it are gone through.

    Returns
    -------
    mapping of int to Strain
        By the ledger's ticket of each position that was closed so.
    """
    found: dict[int, Strain] = {}
    for event in range(int(trial.account["events"]), stop):
        before = trial.positions[: trial.account["positions"]].copy()
        outs, paid = int(trial.account["stop_outs"]), float(trial.account["compensated"])
        trial.account["deals"] = 0
        trial.advance(event + 1)
        if trial.account["stop_outs"] > outs:
            compensated = float(trial.account["compensated"]) - paid
            found |= _strains(trial, before, trial.deals.copy(), compensated)
    return found


def _strains(trial: Ledger, before: NDArray[np.void], deals: NDArray[np.void], compensated: float) -> dict[int, Strain]:
    """Work back from the account after an event.

    A stop-out closes at the very quotes by which equity is counted, so a close changes equity by its commission alone.
    Orders that bind margin have gone before, and every position closed takes its margin with it.
    """
    found = {}
    left = before
    for place, deal in enumerate(deals):
        if deal["closing"] and deal["reason"] == _STOP_OUT:
            later = float(deals["commission"][place:].sum())
            equity = float(trial.account["equity"]) - compensated - later
            found[int(deal["position"])] = Strain(round(equity, 8), round(_margin_of(trial, left), 8))
        if deal["closing"]:
            left = left[left["ticket"] != deal["position"]]
    return found


def _margin_of(trial: Ledger, positions: NDArray[Any]) -> float:
    """Sum the margin of some positions beside the orders that stand."""
    count = int(trial.account["positions"])
    kept = trial.positions[: max(count, len(positions))].copy()
    trial.positions[: len(positions)] = positions
    trial.account["positions"] = len(positions)
    margin = float(account_margin(trial.book, 0, 0, 0, 0.0))
    trial.positions[: len(kept)] = kept
    trial.account["positions"] = count
    return margin
