"""What a trade request is about: the symbol, the order and the positions that it names."""

from __future__ import annotations

from typing import Any

import attrs

from forexai_core.values.timeframes import NS_PER_SECOND
from forexai_mt5.simulator.server.checks import Case
from forexai_mt5.simulator.server.records import Order, Position
from forexai_mt5.simulator.server.trade_server import TradeServer
from forexai_mt5.terms import constants as c
from forexai_mt5.terms.structures import TradeRequest

__all__ = ["case_of", "position_row"]


@attrs.frozen
class _Held:
    """A position with its row in the ledger."""

    position: Position | None = None
    row: Any = None

    @property
    def side(self) -> int:
        return 0 if self.row is None else int(self.row["side"])


def position_row(server: TradeServer, position: Position) -> Any:
    """Give the ledger's row of an open position."""
    ledger = server.ledger
    for row in ledger.positions[: int(ledger.account["positions"])]:
        if row["ticket"] == position.ledger_ticket:
            return row
    raise RuntimeError(f"Position {position.ticket} is booked, but the ledger does not hold it.")


def _order_row(server: TradeServer, order: Order) -> Any:
    ledger = server.ledger
    for row in ledger.orders[: int(ledger.account["orders"])]:
        if row["ticket"] == order.ledger_ticket:
            return row
    return None


def _held(server: TradeServer, position: Position | None) -> _Held:
    return _Held() if position is None else _Held(position, position_row(server, position))


def _named_position(server: TradeServer, request: TradeRequest) -> _Held:
    """Find the position of a request: by its ticket; in netting that of its symbol."""
    books = server.books
    if server.settings.hedges:
        return _held(server, books.position_of(request.position))
    if request.action in {c.TRADE_ACTION_DEAL, c.TRADE_ACTION_SLTP}:
        return _held(server, books.position_on(request.symbol))
    return _Held()


def case_of(server: TradeServer, request: TradeRequest) -> Case | None:
    """Gather what a request names.

    Returns
    -------
    Case or None
        None where there is no symbol to look at: an unknown one, or none.
    """
    books = server.books
    held = _named_position(server, request)
    other = _held(server, books.position_of(request.position_by))
    order = books.working.get(request.order)
    name = request.symbol
    either = held.position or other.position
    if request.action == c.TRADE_ACTION_CLOSE_BY and either is not None:
        name = either.symbol
    elif request.action in {c.TRADE_ACTION_MODIFY, c.TRADE_ACTION_REMOVE} and order is not None:
        name = order.symbol
    elif not name and held.position is not None:
        name = held.position.symbol
    symbol = server.symbols.get(name)
    if symbol is None:
        return None
    return Case(
        request=request,
        symbol=symbol,
        hedges=server.settings.hedges,
        position=held.position,
        position_by=other.position,
        position_side=held.side,
        by_side=other.side,
        order=order,
        row=held.row if order is None else _order_row(server, order),
        held_lots=0.0 if held.row is None else symbol.lots(int(held.row["volume_steps"])),
        by_lots=0.0 if other.row is None else symbol.lots(int(other.row["volume_steps"])),
        pending=sum(each.is_pending for each in books.working.values()),
        limit_orders=server.settings.limit_orders,
        held=server.held,
        now_wall_s=server.wall_ns(server.now_ns) // NS_PER_SECOND,
        was_position=request.position in books.closed
        or (request.action == c.TRADE_ACTION_CLOSE_BY and request.position_by in books.closed),
        unknown_ticket=server.policies.unknown_ticket,
    )
