"""What happened to a strategy's orders since it was last told, from the ledger's own rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from forexai_core.arrays import CLOSE_REASONS, OPEN_REASONS
from forexai_core.engine.state.records import ENTRY_IN
from forexai_core.engine.trades import whole_deals
from forexai_core.strategies.context import Context
from forexai_core.strategies.strategy import Strategy
from forexai_core.strategies.views import PendingOrder
from forexai_core.values.orders import (
    Deal,
    DealEntry,
    OrderRequest,
    OrderState,
    OrderStatus,
    TimeInForce,
)

__all__ = ["Notices"]

_ENTRIES = tuple(DealEntry)


class Notices:
    """Tells one strategy of its deals and pending orders, each change once.

    Parameters
    ----------
    strategy : Strategy
        Whom to tell.
    context : Context
        Its context.
    """

    def __init__(self, strategy: Strategy, context: Context) -> None:
        hooks = type(strategy).hooks()
        self._strategy, self._context = strategy, context
        self._tells_orders, self._tells_deals = "on_order" in hooks, "on_fill" in hooks
        self._activity = -1
        self._deals = 0
        self._orders: dict[int, PendingOrder] = {}

    @property
    def needed(self) -> bool:
        """Whether the strategy listens at all; without it :meth:`deliver` need not be called."""
        return self._tells_orders or self._tells_deals

    def deliver(self) -> None:
        """Tell of everything since the last call: orders first, then deals. Call it after events, before ``on_bar``."""
        ledger = self._context.ledger_rows
        activity = int(ledger.account["activity"])
        if activity == self._activity:
            return
        self._activity = activity
        symbol, strategy = self._context.indices
        deals = ledger.deals
        new, self._deals = deals[self._deals :], len(deals)
        rows = [row for row in whole_deals(new) if row["symbol"] == symbol and row["strategy"] == strategy]
        if self._tells_orders:
            for state in self._changed_orders(rows):
                self._strategy.on_order(self._context, state)
        if self._tells_deals:
            for row in rows:
                self._strategy.on_fill(self._context, self._deal(row))

    def _deal(self, row: np.void) -> Deal:
        symbol = self._context.ledger_rows.symbols[row["symbol"]]
        reasons = OPEN_REASONS if row["entry"] == ENTRY_IN else CLOSE_REASONS
        return Deal(
            deal=int(row["ticket"]),
            order=int(row["order"]),
            position=int(row["position"]),
            symbol=self._context.symbol,
            time_ns=int(row["time_ns"]),
            side=int(row["side"]),
            entry=_ENTRIES[int(row["entry"])],
            volume_lots=round(int(row["volume_steps"]) * float(symbol["volume_step"]), 8),
            price=float(row["price"] / symbol["scale"]),
            profit=float(row["profit"]),
            commission=float(row["commission"]),
            swap=float(row["swap"]),
            reason=reasons[int(row["reason"])],
        )

    def _changed_orders(self, deals: list[np.void]) -> list[OrderState]:
        present = {order.ticket: order for order in self._context.orders}
        filled = {int(row["order"]): row for row in deals}  # what closes by request has an order of its own
        states = [
            self._gone(order, filled.get(ticket)) for ticket, order in self._orders.items() if ticket not in present
        ]
        states += [
            _state(order, OrderStatus.PLACED) for ticket, order in present.items() if self._orders.get(ticket) != order
        ]
        self._orders = present
        return states

    def _gone(self, order: PendingOrder, deal: np.void | None) -> OrderState:
        now = self._context.time_ns
        if deal is not None:
            scale = float(self._context.ledger_rows.symbols[deal["symbol"]]["scale"])
            return _state(
                order,
                OrderStatus.FILLED,
                done_time_ns=int(deal["time_ns"]),
                filled_lots=order.volume_lots,
                average_price=float(deal["price"]) / scale,
                position=int(deal["position"]),
            )
        expired = 0 < order.expiry_ns <= now
        return _state(order, OrderStatus.EXPIRED if expired else OrderStatus.CANCELLED, done_time_ns=now)


def _state(order: PendingOrder, status: OrderStatus, **fields: Any) -> OrderState:
    request = OrderRequest(
        client_id=f"{order.symbol}-{order.ticket}",
        symbol=order.symbol,
        side=order.side,
        kind=order.kind,
        volume_lots=order.volume_lots,
        price=order.price,
        limit_price=order.limit_price or 0.0,
        stop_loss=order.stop_loss or 0.0,
        take_profit=order.take_profit or 0.0,
        time_in_force=TimeInForce.UNTIL if order.expiry_ns else TimeInForce.GTC,
        expire_time_ns=order.expiry_ns,
        tag=order.tag,
    )
    return OrderState(order=order.ticket, request=request, status=status, placed_time_ns=order.placed_time_ns, **fields)
