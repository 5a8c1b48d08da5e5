"""From what the ledger did to the graph of orders, deals and positions that MetaTrader 5 makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forexai_core.arrays import CLOSE_REASONS
from forexai_core.engine.ledger import Ledger
from forexai_core.engine.state.records import ENTRY_INOUT, ORDER_LIMIT, ORDER_STOP_LIMIT, REQUEST_CLOSE
from forexai_mt5.simulator.market.symbols import Symbol
from forexai_mt5.simulator.server.policies import Policies
from forexai_mt5.simulator.server.records import Deal, Order, Position
from forexai_mt5.simulator.server.stepping import Outcome
from forexai_mt5.simulator.server.stop_outs import Strain
from forexai_mt5.terms import constants as c

__all__ = ["Books"]

_FIRST_TICKET = 100_000_001
_VENUE = {
    "stop_loss": c.ORDER_REASON_SL,
    "trailing_stop": c.ORDER_REASON_SL,
    "take_profit": c.ORDER_REASON_TP,
    "stop_out": c.ORDER_REASON_SO,
}


class Books:
    """All orders, deals and positions of an account.

    Parameters
    ----------
    ledger : Ledger
        Where volumes, prices and money stand.
    symbols : mapping of str to Symbol
        In the order of the ledger's indices.
    policies : Policies
        How the server writes what is not known.
    """

    def __init__(self, ledger: Ledger, symbols: Mapping[str, Symbol], policies: Policies) -> None:
        self._ledger = ledger
        self._symbols = list(symbols.values())
        self._policies = policies
        self._next_order = _FIRST_TICKET
        self._next_deal = _FIRST_TICKET
        self._by_ledger: dict[int, Order] = {}
        self.working: dict[int, Order] = {}
        self.history: list[Order] = []
        self.deals: list[Deal] = []
        self.positions: dict[int, Position] = {}  # by the ledger's ticket
        self.closed: set[int] = set()  # tickets of positions that were
        self._compensated = 0.0
        self._strain: Strain | None = None  # of the deal that is being booked

    def new_order(self, **fields: Any) -> Order:
        """Make an order with a ticket of its own; it is in no list yet."""
        order = Order(ticket=self._next_order, **fields)
        self._next_order += 1
        return order

    def withdraw(self, order: Order) -> None:
        """Give the ticket of a refused order back, where none was given out since."""
        if order.ticket == self._next_order - 1:
            self._next_order -= 1

    def position_of(self, ticket: int) -> Position | None:
        """Find an open position by its ticket."""
        return next((each for each in self.positions.values() if each.ticket == ticket), None)

    def position_on(self, symbol: str) -> Position | None:
        """Find the open position of a symbol: the only one in netting, the oldest in hedging."""
        return next((each for each in self.positions.values() if each.symbol == symbol), None)

    def operate(self, amount: float, time_ns: int, kind: int, comment: str) -> None:
        """Write an operation on the balance."""
        self._write(
            order=0, time_ns=time_ns, type=kind, entry=c.DEAL_ENTRY_IN, magic=0, position_id=0,
            reason=c.DEAL_REASON_CLIENT, volume=0.0, price=0.0, commission=0.0, swap=0.0, profit=amount,
            symbol="", comment=comment,
        )  # fmt: skip

    def take(self, outcome: Outcome, time_ns: int, hand: Order | None = None) -> list[Deal]:
        """Book what an event has led to.

        Parameters
        ----------
        outcome : Outcome
            Of the ledger.
        time_ns : int
            UTC, of the event.
        hand : Order, optional
            The order that the server had in hand; it stands behind deals and tickets that are new.

        Returns
        -------
        list of Deal
            The new ones.
        """
        known = len(self.deals)
        if hand is not None and outcome.ticket and all(row["order"] != outcome.ticket for row in outcome.deals):
            self._accept(hand, outcome.ticket)
        elif hand is not None and not hand.is_pending and self._waits(hand, self._waiting()):
            self.working[hand.ticket] = hand  # a closing of which nothing is filled yet
            hand.state = c.ORDER_STATE_PLACED
        rows = list(outcome.deals)
        while rows:
            row = rows.pop(0)
            other = rows.pop(0) if row["entry"] == ENTRY_INOUT and row["closing"] and rows else None
            self._strain = outcome.strains.get(int(row["position"]))
            self._book(row, other, hand)
        self._clear(time_ns, outcome)
        self._compensate(time_ns)
        return self.deals[known:]

    def finish(self, order: Order, state: int, time_ns: int) -> None:
        """Move an order into the history."""
        self.working.pop(order.ticket, None)
        self._by_ledger.pop(order.ledger_ticket, None)
        order.state, order.time_done_ns = state, time_ns
        self.history.append(order)

    def _accept(self, order: Order, ledger_ticket: int) -> None:
        order.ledger_ticket = ledger_ticket
        order.state = c.ORDER_STATE_PLACED
        self._by_ledger[ledger_ticket] = order
        self.working[order.ticket] = order

    # ------------------------------------------------------------------------------------------------------- deals
    def _book(self, row: Any, other: Any | None, hand: Order | None) -> None:
        """Write one deal from a row of the ledger, or from the two halves of one that reverses."""
        position = self.positions.get(int(row["position"]))
        opening = other if other is not None else (None if row["closing"] else row)
        order = self._order_of(row, position, hand)
        symbol = self._symbols[int(row["symbol"])]
        if opening is not None:
            position = self._opened(opening, position if other is not None else None, order)
        if position is None:
            raise RuntimeError(f"The ledger closed position {row['position']}, which was never booked.")
        position.time_update_ns = int(row["time_ns"])
        lots = symbol.lots(int(row["volume_steps"]) + (0 if other is None else int(other["volume_steps"])))
        halves = [row] if other is None else [row, other]
        swapped = self._reason(row) == "rollover"
        self._write(
            order=0 if order is None else order.ticket,
            time_ns=int(row["time_ns"]),
            type=c.DEAL_TYPE_BUY if row["side"] > 0 else c.DEAL_TYPE_SELL,
            entry=int(row["entry"]),
            magic=position.magic if order is None else order.magic,
            position_id=position.identifier,
            reason=c.DEAL_REASON_ROLLOVER if swapped or order is None else order.reason,
            volume=lots,
            price=symbol.price(float(row["price"])),
            commission=sum(float(half["commission"]) for half in halves),
            swap=sum(float(half["swap"]) for half in halves),
            profit=sum(float(half["profit"]) for half in halves),
            symbol=symbol.name,
            comment="" if order is None else order.comment,
        )
        if order is not None:
            self._fill(order, lots, position.identifier, symbol.price(float(row["price"])), int(row["time_ns"]))

    def _write(self, **fields: Any) -> None:
        self.deals.append(Deal(ticket=self._next_deal, fee=0.0, **fields))
        self._next_deal += 1

    def _reason(self, row: Any) -> str:
        """Give why a position was closed; of an opening deal only whether a rollover did it."""
        if row["closing"]:
            return CLOSE_REASONS[int(row["reason"])]
        return "rollover" if row["order"] == 0 else "signal"

    def _order_of(self, row: Any, position: Position | None, hand: Order | None) -> Order | None:
        """Give the order behind a deal; None where a rollover is."""
        ledger_ticket = int(row["order"])
        if ledger_ticket == 0:
            return None if self._reason(row) == "rollover" else self._venue_order(row, position)
        order = self._by_ledger.get(ledger_ticket)
        if order is None:
            order = hand or self._waiting_to_close(position)
        if order is None:
            raise RuntimeError(f"The ledger filled order {ledger_ticket}, which nobody sent.")
        order.ledger_ticket = ledger_ticket
        self._by_ledger[ledger_ticket] = order
        return order

    def _waiting_to_close(self, position: Position | None) -> Order | None:
        """Find the order whose rest goes on to close a position: each part of it has another ticket of the ledger."""
        waiting = [order for order in self.working.values() if not order.is_pending]
        mine = [order for order in waiting if position is not None and order.position_id == position.identifier]
        return next(iter(mine or waiting), None)

    def _venue_order(self, row: Any, position: Position | None) -> Order:
        """Make the order by which the server itself closes a position."""
        if position is None:
            raise RuntimeError(f"The ledger closed position {row['position']}, which was never booked.")
        symbol, why = self._symbols[int(row["symbol"])], self._reason(row)
        lots = symbol.lots(int(row["volume_steps"]))
        stop, target = (
            symbol.price(float(row[name])) if row[name] > 0 else 0.0 for name in ("stop_loss", "take_profit")
        )
        level = {c.ORDER_REASON_SL: stop, c.ORDER_REASON_TP: target}.get(_VENUE[why], 0.0)
        return self.new_order(
            symbol=symbol.name,
            type=c.ORDER_TYPE_BUY if row["side"] > 0 else c.ORDER_TYPE_SELL,
            time_setup_ns=int(row["time_ns"]),
            volume_initial=lots,
            volume_current=lots,
            magic=position.magic,
            reason=_VENUE[why],
            comment=self._venue_comment(_VENUE[why], symbol, level),
            price_open=level or symbol.price(float(row["price"])),
            sl=stop,
            tp=target,
            position_id=position.identifier,
        )

    def _venue_comment(self, reason: int, symbol: Symbol, level: float) -> str:
        price = f"{level:.{symbol.instrument.digits}f}"
        if reason == c.ORDER_REASON_SL:
            return self._policies.stop_comment.format(price=price)
        if reason == c.ORDER_REASON_TP:
            return self._policies.target_comment.format(price=price)
        strain = self._strain or Strain(0.0, 0.0)
        return self._policies.stop_out_comment.format(level=strain.level, equity=strain.equity, margin=strain.margin)

    def _opened(self, row: Any, reversed_from: Position | None, order: Order | None) -> Position:
        """Give the position that an opening deal belongs to, new or grown."""
        ledger_ticket, time_ns = int(row["position"]), int(row["time_ns"])
        position = self.positions.get(ledger_ticket)
        if position is None:
            if order is None:
                raise RuntimeError(f"The ledger opened position {ledger_ticket}, which nobody ordered.")
            position = Position(
                ticket=order.ticket,
                # A reversal keeps the identifier, and the ticket becomes that of the order that reversed.
                identifier=order.ticket if reversed_from is None else reversed_from.identifier,
                ledger_ticket=ledger_ticket,
                symbol=self._symbols[int(row["symbol"])].name,
                magic=order.magic,
                reason=order.reason,
                comment=order.comment,
                time_ns=time_ns,
                time_update_ns=time_ns,
            )
            self.positions[ledger_ticket] = position
        elif order is None:
            position.ticket, position.time_ns = self._next_order, time_ns  # re-opened by its swap
            self._next_order += 1
        return position

    def _fill(self, order: Order, lots: float, identifier: int, price: float, time_ns: int) -> None:
        order.price_current = price
        if order.type == c.ORDER_TYPE_CLOSE_BY:
            return  # two deals of one volume, of two positions; the server ends it
        order.position_id = identifier
        order.volume_current = max(0.0, round(order.volume_current - lots, 8))
        if order.volume_current > 0.0:
            order.state = c.ORDER_STATE_PARTIAL
            self.working[order.ticket] = order
            return
        self.finish(order, c.ORDER_STATE_FILLED, time_ns)

    # ------------------------------------------------------------------------------------------------- what is gone
    def _clear(self, time_ns: int, outcome: Outcome) -> None:
        """Drop positions that the ledger has no more, and end orders that it has no more."""
        ledger, count = self._ledger, int(self._ledger.account["positions"])
        open_now = set(ledger.positions["ticket"][:count].tolist())
        for gone in self.positions.keys() - open_now:
            self.closed.add(self.positions.pop(gone).ticket)
        rows = {int(row["ticket"]): row for row in ledger.orders[: int(ledger.account["orders"])]}
        waiting = self._waiting()
        for order in list(self.working.values()):
            if not order.is_pending:
                if not self._waits(order, waiting):
                    self.finish(order, self._policies.ioc_rest_state, time_ns)
            elif order.ledger_ticket in rows:
                self._follow(order, rows[order.ledger_ticket])
            elif 0 < order.expiry_ns <= time_ns:
                self.finish(order, c.ORDER_STATE_EXPIRED, time_ns)
            else:
                refused = outcome.refusals and order.state != c.ORDER_STATE_REQUEST_CANCEL
                state = self._policies.refused_activation_state if refused else c.ORDER_STATE_CANCELED
                self.finish(order, state, time_ns)

    def _waiting(self) -> Any:
        return self._ledger.requests[: int(self._ledger.account["requests"])]

    def _waits(self, order: Order, waiting: Any) -> bool:
        """Say whether a market order has a rest that waits: an opening by its own ticket, a closing by its position."""
        closes = waiting["kind"] == REQUEST_CLOSE
        if order.ledger_ticket in waiting["ticket"][~closes]:
            return True
        closing = set(waiting["ticket"][closes].tolist())
        return any(
            position.identifier == order.position_id and position.ledger_ticket in closing
            for position in self.positions.values()
        )

    def _follow(self, order: Order, row: Any) -> None:
        """Take over what has become of a working order: a stop-limit whose stop price came is a limit order."""
        symbol = self._symbols[int(row["symbol"])]
        if row["origin"] == ORDER_STOP_LIMIT and row["kind"] == ORDER_LIMIT and order.price_stoplimit:
            order.type = c.ORDER_TYPE_BUY_LIMIT if row["side"] > 0 else c.ORDER_TYPE_SELL_LIMIT
            order.price_open, order.price_stoplimit = symbol.price(float(row["price"])), 0.0

    def _compensate(self, time_ns: int) -> None:
        paid = float(self._ledger.account["compensated"])
        if paid > self._compensated:
            self.operate(paid - self._compensated, time_ns, c.DEAL_TYPE_CORRECTION, "Negative balance")
            self._compensated = paid
