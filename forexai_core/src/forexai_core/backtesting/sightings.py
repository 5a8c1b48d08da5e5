"""What an account went through in one event of the ledger: its equity at the end, and its extremes."""

from __future__ import annotations

import math

from forexai_core.engine.ledger import Ledger
from forexai_core.engine.state.market_records import PART_REST
from forexai_core.risk.marks import Sighting

__all__ = ["Sightings"]

_OWN_PRICE, _BY_COLUMN = 1, 2


class Sightings:
    """Takes the events of a ledger one by one, and sees the account over each.

    Parameters
    ----------
    ledger : Ledger
        The account.
    highest : bool
        Whether the highest equity inside events is asked for, too; without, it is that of their ends.
    """

    def __init__(self, ledger: Ledger, *, highest: bool) -> None:
        self._ledger = ledger
        self._highest = highest
        self._before = -math.inf

    def take(self, event: int) -> Sighting:
        """Take an event, and see the account over it."""
        ledger, account = self._ledger, self._ledger.account
        # The lowest equity is kept since the last row of the curve, which may be some events ago: only this event's
        # is asked for, and what the curve has to know is put back.
        kept = float(account["lowest"])
        account["lowest"] = math.inf
        ledger.advance(event + 1)
        lowest = float(account["lowest"])
        if lowest < math.inf:
            account["lowest"] = min(kept, lowest)
        elif account["equity_rows"]:
            rows = ledger.lowest
            lowest = float(rows[-1])
            rows[-1] = min(kept, lowest)
        return self.now(lowest, event)

    def now(self, lowest: float, event: int) -> Sighting:
        """See the account at the end of the last event that was taken."""
        account = self._ledger.account
        equity = float(account["equity"])
        highest = self._highest_of(event, equity) if self._highest else equity
        self._before = equity
        return Sighting(
            start_ns=int(account["time_ns"]),
            end_ns=int(account["end_ns"]),
            balance=float(account["balance"]),
            equity=equity,
            lowest=min(lowest, equity),
            highest=highest,
        )

    def _highest_of(self, event: int, equity: float) -> float:
        """Bound the highest equity inside an event: all that is open in its symbol at its best price at once."""
        ledger, market, account = self._ledger, self._ledger.market, self._ledger.account
        if not account["positions"]:
            return equity
        best, index = equity, int(account["symbol"])
        bar, part = ledger.event_at(event)
        if not part & PART_REST:
            return equity
        symbol = ledger.symbols[index]
        for row in ledger.positions[: account["positions"]]:
            if row["symbol"] != index:
                continue
            side = int(row["side"])
            if side > 0:
                price, close = int(market.bid.high[bar]), int(symbol["bid"])
            else:
                asks = market.ask.low if len(market.ask.low) else market.bid.low
                price, close = (
                    int(asks[bar]) + (0 if len(market.ask.low) else int(symbol["spread"])),
                    int(symbol["ask"]),
                )
            gain = side * (price - close) * int(row["volume_steps"]) * float(symbol["value_per_point_step"])
            if symbol["profit_conversion"] == _OWN_PRICE:
                gain *= float(symbol["scale"]) / price
            elif symbol["profit_conversion"] == _BY_COLUMN:
                gain *= float(symbol["gain_rate"])
            best += max(0.0, gain)
        return max(best, equity)
