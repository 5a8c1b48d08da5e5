"""Positions, orders and deals of the package as values of the core: our names of symbols, nanoseconds UTC."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from forexai_core.ports.broker import Transfer, TransferKind
from forexai_core.values.orders import Deal, DealEntry, OrderKind, OrderRequest, OrderState, OrderStatus, TimeInForce
from forexai_core.values.positions import Position
from forexai_mt5.adapter.marks import SentMarks
from forexai_mt5.adapter.server_clock import ServerClock
from forexai_mt5.adapter.symbols import Symbols
from forexai_mt5.terms import constants as c
from forexai_mt5.terms.structures import TradeDeal, TradeOrder, TradePosition

__all__ = ["Views", "lots_of", "mean_price"]

_LARGEST_MAGIC = 2**63 - 1
_NS_PER_S = 1_000_000_000
_KINDS = {
    c.ORDER_TYPE_BUY: (OrderKind.MARKET, 1),
    c.ORDER_TYPE_SELL: (OrderKind.MARKET, -1),
    c.ORDER_TYPE_BUY_LIMIT: (OrderKind.LIMIT, 1),
    c.ORDER_TYPE_SELL_LIMIT: (OrderKind.LIMIT, -1),
    c.ORDER_TYPE_BUY_STOP: (OrderKind.STOP, 1),
    c.ORDER_TYPE_SELL_STOP: (OrderKind.STOP, -1),
    c.ORDER_TYPE_BUY_STOP_LIMIT: (OrderKind.STOP_LIMIT, 1),
    c.ORDER_TYPE_SELL_STOP_LIMIT: (OrderKind.STOP_LIMIT, -1),
}
_LIVES = {c.ORDER_TIME_GTC: TimeInForce.GTC, c.ORDER_TIME_DAY: TimeInForce.DAY}
_ENDS = {
    c.ORDER_STATE_CANCELED: OrderStatus.CANCELLED,
    c.ORDER_STATE_FILLED: OrderStatus.FILLED,
    c.ORDER_STATE_REJECTED: OrderStatus.REJECTED,
    c.ORDER_STATE_EXPIRED: OrderStatus.EXPIRED,
}
_ENTRIES = {
    c.DEAL_ENTRY_IN: DealEntry.IN,
    c.DEAL_ENTRY_OUT: DealEntry.OUT,
    c.DEAL_ENTRY_INOUT: DealEntry.INOUT,
    c.DEAL_ENTRY_OUT_BY: DealEntry.OUT_BY,
}
_REASONS = {
    c.DEAL_REASON_SL: "stop_loss",
    c.DEAL_REASON_TP: "take_profit",
    c.DEAL_REASON_SO: "stop_out",
    c.DEAL_REASON_ROLLOVER: "rollover",
}
_TRANSFERS = {
    c.DEAL_TYPE_BALANCE: TransferKind.BALANCE,
    c.DEAL_TYPE_BONUS: TransferKind.BALANCE,
    c.DEAL_TYPE_CREDIT: TransferKind.CREDIT,
}
_SERVERS_OWN = frozenset({c.DEAL_REASON_SL, c.DEAL_REASON_TP, c.DEAL_REASON_SO})


def _magic(value: int) -> int:
    """Keep a number of somebody else's program within what the core takes."""
    return min(value, _LARGEST_MAGIC)


def lots_of(deals: Iterable[TradeDeal]) -> float:
    """Add up volumes."""
    return round(sum(deal.volume for deal in deals), 8)


def mean_price(deals: Iterable[TradeDeal]) -> float:
    """Give the mean price, weighted by volume; 0 of none."""
    parts = [(deal.price, deal.volume) for deal in deals]
    volume = sum(part for _, part in parts)
    return sum(price * part for price, part in parts) / volume if volume else 0.0


class Views:
    """Turns what the package shows into values of the core.

    Parameters
    ----------
    symbols : Symbols
        For our names.
    clock : ServerClock
        For times.
    marks : SentMarks
        Which of our ids belongs to which order.
    """

    def __init__(self, symbols: Symbols, clock: ServerClock, marks: SentMarks) -> None:
        self._symbols, self._clock, self._marks = symbols, clock, marks

    def position(self, of: TradePosition) -> Position:
        """Describe an open position, by the number that stays the same when its ticket changes."""
        return Position(
            position=of.identifier,
            client_id=self._marks.client_id(of.identifier, of.magic),
            symbol=self._symbols.ours(of.symbol),
            side=1 if of.type == c.POSITION_TYPE_BUY else -1,
            volume_lots=of.volume,
            open_time_ns=self._clock.utc_ns(of.time_msc or of.time * 1_000),
            open_price=of.price_open,
            stop_loss=of.sl,
            take_profit=of.tp,
            price=of.price_current,
            profit=of.profit,
            swap=of.swap,
            tag=of.comment,
            magic=_magic(of.magic),
        )

    def deals(self, of: Iterable[TradeDeal]) -> list[Deal]:
        """Describe deals; deposits, fees and the like are none."""
        return [self._deal(each) for each in of if each.type in {c.DEAL_TYPE_BUY, c.DEAL_TYPE_SELL} and each.volume > 0]

    def transfers(self, of: Iterable[TradeDeal]) -> list[Transfer]:
        """Describe deposits, withdrawals, bonuses and credits; charges, commissions and interest are none."""
        return [
            Transfer(
                transfer=each.ticket,
                time_ns=self._clock.utc_ns(each.time_msc or each.time * 1_000),
                amount=each.profit,
                kind=_TRANSFERS[each.type],
            )
            for each in of
            if each.type in _TRANSFERS and each.profit
        ]

    def _deal(self, of: TradeDeal) -> Deal:
        own = of.reason not in _SERVERS_OWN
        reason = "close_by" if of.entry == c.DEAL_ENTRY_OUT_BY else _REASONS.get(of.reason, "signal")
        return Deal(
            deal=of.ticket,
            order=of.order,
            position=of.position_id,
            client_id=self._marks.client_id(of.order, of.magic) if own else "",
            symbol=self._symbols.ours(of.symbol),
            time_ns=self._clock.utc_ns(of.time_msc or of.time * 1_000),
            side=1 if of.type == c.DEAL_TYPE_BUY else -1,
            entry=_ENTRIES[of.entry],
            volume_lots=of.volume,
            price=of.price,
            profit=of.profit,
            commission=round(of.commission + of.fee, 8),
            swap=of.swap,
            reason=reason,
            tag=of.comment if own else "",
            magic=_magic(of.magic),
        )

    def order(self, of: TradeOrder, *, average_price: float = 0.0, reason: str = "") -> OrderState | None:
        """Describe an order, working or done; None of one that closes a position by another one."""
        if of.type not in _KINDS:
            return None
        filled = round(of.volume_initial - of.volume_current, 8)
        status = _ENDS.get(of.state) or (OrderStatus.PARTIAL if filled > 0 else OrderStatus.PLACED)
        if status is OrderStatus.FILLED:
            filled = of.volume_initial
        return OrderState(
            order=of.ticket,
            request=self._request(of),
            status=status,
            filled_lots=filled,
            average_price=average_price,
            position=of.position_id,
            placed_time_ns=self._clock.utc_ns(of.time_setup_msc or of.time_setup * 1_000),
            done_time_ns=self._clock.utc_ns(of.time_done_msc or of.time_done * 1_000),
            reason=reason,
        )

    def _request(self, of: TradeOrder) -> OrderRequest:
        kind, side = _KINDS[of.type]
        life: dict[str, Any] = {"time_in_force": _LIVES.get(of.type_time, TimeInForce.GTC)}
        if of.type_time not in _LIVES and of.time_expiration > 0:
            life = {
                "time_in_force": TimeInForce.UNTIL,
                "expire_time_ns": self._clock.wall_to_utc_ns(of.time_expiration * _NS_PER_S),
            }
        return OrderRequest(
            client_id=self._marks.client_id(of.ticket, of.magic) or f"mt5-{of.ticket}",
            symbol=self._symbols.ours(of.symbol),
            side=side,
            kind=kind,
            volume_lots=of.volume_initial,
            price=0.0 if kind is OrderKind.MARKET else of.price_open,
            limit_price=of.price_stoplimit if kind is OrderKind.STOP_LIMIT else 0.0,
            stop_loss=of.sl,
            take_profit=of.tp,
            tag=of.comment,
            magic=_magic(of.magic),
            **life,
        )
