"""From what a connector tells to values of the core."""

from __future__ import annotations

from collections.abc import Callable

from forexai_core.errors import OrderRejectedError
from forexai_core.ports.broker import BrokerCapabilities, Quote
from forexai_core.values.accounts import AccountMode, AccountState
from forexai_core.values.orders import Deal, DealEntry, OrderKind, OrderRequest, OrderState, OrderStatus, TimeInForce
from forexai_core.values.positions import Position
from forexai_mt5.protocol.reports import AccountRow, AccountUpdate, DealRow, OrderRow, PositionRow, PriceRow

__all__ = ["NameOf", "abilities_of", "account_of", "account_told", "deal_of", "order_of", "position_of", "quote_of"]

NameOf = Callable[[str], str]
"""Gives our id of an order by that of its command."""

_KINDS = {"": OrderKind.MARKET, "LIMIT": OrderKind.LIMIT, "STOP": OrderKind.STOP, "STOP_LIMIT": OrderKind.STOP_LIMIT}


def account_of(row: AccountRow) -> AccountState:
    """Read how the account stands."""
    return AccountState(
        time_ns=row.time,
        currency=row.currency,
        balance=float(row.balance),
        equity=float(row.equity),
        margin=float(row.margin),
        login=row.login,
    )


def account_told(update: AccountUpdate) -> AccountState:
    """Read what the connector tells of the account by itself."""
    return AccountState(
        time_ns=update.timestamp,
        currency=update.currency,
        balance=float(update.balance),
        equity=float(update.equity),
        margin=float(update.margin),
        login=update.login,
    )


def abilities_of(row: AccountRow) -> BrokerCapabilities:
    """Read what the account can do; words that this version does not know are left out."""
    can = row.abilities
    return BrokerCapabilities(
        order_kinds=frozenset(each for each in OrderKind if each.value in can.order_kinds),
        times_in_force=frozenset(each for each in TimeInForce if each.value in can.times_in_force),
        modes=frozenset(AccountMode(each) for each in can.modes),
        stops_at_venue=can.stops_at_venue,
        partial_close=can.partial_close,
        close_by=False,
        finds_client_id=can.finds_client_id,
        managed_exits=False,
        live_money=can.live_money,
        orders_end_daily=frozenset(can.orders_end_daily),
        stops_end_daily=frozenset(can.stops_end_daily),
    )


def position_of(row: PositionRow, name_of: NameOf) -> Position:
    """Read a position."""
    return Position(
        position=row.ticket,
        client_id=name_of(row.client_id),
        symbol=row.symbol,
        side=1 if row.type == "BUY" else -1,
        volume_lots=float(row.lots),
        open_time_ns=row.open_time,
        open_price=float(row.open_price),
        stop_loss=float(row.stop_loss),
        take_profit=float(row.take_profit),
        price=float(row.price),
        profit=float(row.profit),
        swap=float(row.swap),
        commission=float(row.commission),
        tag=row.comment,
        magic=row.magic_number,
    )


def order_of(row: OrderRow, name_of: NameOf) -> OrderState:
    """Read an order that works."""
    side, _, ending = row.type.partition("_")
    kind = _KINDS[ending]
    filled = float(row.filled_lots)
    request = OrderRequest(
        client_id=name_of(row.client_id) or f"order-{row.ticket}",
        symbol=row.symbol,
        side=1 if side == "BUY" else -1,
        kind=kind,
        volume_lots=float(row.lots),
        price=0.0 if kind is OrderKind.MARKET else float(row.price),
        limit_price=float(row.limit_price),
        stop_loss=float(row.stop_loss),
        take_profit=float(row.take_profit),
        time_in_force=TimeInForce(row.time_in_force.lower()),
        expire_time_ns=row.expire_time if row.time_in_force == "UNTIL" else 0,
        tag=row.comment,
        magic=row.magic_number,
    )
    return OrderState(
        order=row.ticket,
        request=request,
        status=OrderStatus.PARTIAL if filled else OrderStatus.PLACED,
        filled_lots=filled,
        average_price=float(row.average_price),
        position=row.position,
        placed_time_ns=row.placed_time,
    )


def deal_of(row: DealRow, name_of: NameOf) -> Deal:
    """Read a deal."""
    return Deal(
        deal=row.ticket,
        order=row.order,
        position=row.position,
        client_id=name_of(row.client_id),
        symbol=row.symbol,
        time_ns=row.time,
        side=1 if row.type == "BUY" else -1,
        entry=DealEntry(row.entry),
        volume_lots=float(row.lots),
        price=float(row.price),
        profit=float(row.profit),
        commission=float(row.commission),
        swap=float(row.swap),
        reason=row.reason,
        tag=row.comment,
        magic=row.magic_number,
    )


def quote_of(row: PriceRow) -> Quote:
    """Read a quote.

    Raises
    ------
    OrderRejectedError
        If there is no price.
    """
    if not 0 < row.bid <= row.ask:
        raise OrderRejectedError(f"{row.symbol} has no price now.")
    return Quote(symbol=row.symbol, time_ns=row.time, bid=float(row.bid), ask=float(row.ask))
