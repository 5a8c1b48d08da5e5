"""Rows of the ledger as a venue shows them."""

from __future__ import annotations

from typing import Any, NamedTuple

import attrs

from forexai_core.arrays import CLOSE_REASONS, OPEN_REASONS
from forexai_core.engine.accounting.money import profit_of
from forexai_core.engine.state.records import NO_PRICE
from forexai_core.values.instruments import Instrument
from forexai_core.values.orders import Deal, DealEntry, OrderRequest, OrderState, TimeInForce
from forexai_core.values.positions import Position

__all__ = ["Contract", "deal_of", "order_of", "position_of", "price_of"]

_ENTRIES = tuple(DealEntry)


class Contract(NamedTuple):
    """What a symbol's rows are read by."""

    record: Any  # SYMBOL
    instrument: Instrument


def price_of(points: int, scale: float) -> float:
    """Turn points into a price; 0 stands for none."""
    return 0.0 if points == NO_PRICE else points / scale


def order_of(order: OrderState, row: Any, scale: float) -> OrderState:
    """Give an order as it stands after changes, by its row of ORDER; ``scale`` is that of its symbol's prices."""
    request = attrs.evolve(
        order.request,
        price=price_of(int(row["price"]), scale),
        stop_loss=price_of(int(row["stop_loss"]), scale),
        take_profit=price_of(int(row["take_profit"]), scale),
        stop_loss_distance=0.0,
        take_profit_distance=0.0,
        time_in_force=TimeInForce.UNTIL if row["expiry_ns"] else TimeInForce.GTC,
        expire_time_ns=int(row["expiry_ns"]),
    )
    return attrs.evolve(order, request=request)


def position_of(row: Any, contract: Contract, money_scale: float, opener: OrderRequest | None) -> Position:
    """Read a row of POSITION.

    Parameters
    ----------
    row : POSITION record
        What is open.
    contract : Contract
        Of its symbol, at the present quotes.
    money_scale : float
        ``10 ** digits`` of the account currency.
    opener : OrderRequest or None
        The order that opened it.
    """
    record, instrument = contract
    scale, steps, side = float(record["scale"]), int(row["volume_steps"]), int(row["side"])
    leave = int(record["bid"] if side > 0 else record["ask"])
    return Position(
        position=int(row["ticket"]),
        client_id=opener.client_id if opener else "",
        symbol=instrument.symbol,
        side=side,
        volume_lots=round(steps * instrument.volume_step, 8),
        open_time_ns=int(row["open_ns"]),
        open_price=float(row["cost"]) / steps / scale,
        stop_loss=price_of(int(row["stop_loss"]), scale),
        take_profit=price_of(int(row["take_profit"]), scale),
        price=leave / scale,
        profit=float(profit_of(record, side, steps, float(row["cost"]), leave, money_scale)),
        swap=float(row["swap"]),
        commission=float(row["commission"]),
        tag=opener.tag if opener else "",
        magic=opener.magic if opener else 0,
    )


def deal_of(row: Any, contract: Contract, number: int, request: OrderRequest | None) -> Deal:
    """Read a row of DEAL.

    Parameters
    ----------
    row : DEAL record
        What was executed.
    contract : Contract
        Of its symbol.
    number : int
        Of the order behind it; 0 where the venue acted by itself.
    request : OrderRequest or None
        That order.
    """
    record, instrument = contract
    reasons = CLOSE_REASONS if row["closing"] else OPEN_REASONS
    return Deal(
        deal=int(row["ticket"]),
        order=number,
        position=int(row["position"]),
        client_id=request.client_id if request else "",
        symbol=instrument.symbol,
        time_ns=int(row["time_ns"]),
        side=int(row["side"]),
        entry=_ENTRIES[int(row["entry"])],
        volume_lots=round(int(row["volume_steps"]) * instrument.volume_step, 8),
        price=int(row["price"]) / float(record["scale"]),
        profit=float(row["profit"]),
        commission=float(row["commission"]),
        swap=float(row["swap"]),
        reason=reasons[int(row["reason"])],
        tag=request.tag if request else "",
        magic=request.magic if request else 0,
    )
