"""An account, its positions, orders and deals as structures; every stamp is the server's wall clock as an epoch."""

from __future__ import annotations

from typing import Any

from forexai_core.engine.accounting.money import profit_of
from forexai_mt5.simulator.server.cases import position_row
from forexai_mt5.simulator.server.records import Deal, Order, Position
from forexai_mt5.simulator.server.trade_server import TradeServer
from forexai_mt5.terms import constants as c
from forexai_mt5.terms.structure import structure_of
from forexai_mt5.terms.structures import AccountInfo, TradeDeal, TradeOrder, TradePosition

__all__ = ["account_view", "deal_view", "order_view", "position_view"]

_NS_PER_MS, _NS_PER_S = 1_000_000, 1_000_000_000


def _stamps(server: TradeServer, name: str, time_ns: int) -> dict[str, int]:
    """Give a time in seconds and in milliseconds of the server's wall clock; 0 stays 0."""
    wall = server.wall_ns(time_ns) if time_ns else 0
    return {name: wall // _NS_PER_S, f"{name}_msc": wall // _NS_PER_MS}


def _level(price: float) -> float:
    return max(price, 0.0)


def position_view(server: TradeServer, position: Position) -> TradePosition:
    """Describe an open position at the present quotes."""
    row, symbol = position_row(server, position), server.symbols[position.symbol]
    quote, place = server.feed.last[position.symbol], server.stepper.places[position.symbol]
    side, steps = int(row["side"]), int(row["volume_steps"])
    current = quote.bid if side > 0 else quote.ask
    scale = float(server.ledger.account["money_scale"])
    profit = profit_of(server.ledger.symbols[place], side, steps, float(row["cost"]), current, scale)
    return structure_of(
        TradePosition,
        {
            "ticket": position.ticket,
            **_stamps(server, "time", position.time_ns),
            **_stamps(server, "time_update", position.time_update_ns),
            "type": c.POSITION_TYPE_BUY if side > 0 else c.POSITION_TYPE_SELL,
            "magic": position.magic,
            "identifier": position.identifier,
            "reason": position.reason,
            "volume": symbol.lots(steps),
            "price_open": round(float(row["cost"]) / steps / symbol.scale, 8),
            "sl": symbol.price(_level(float(row["stop_loss"]))),
            "tp": symbol.price(_level(float(row["take_profit"]))),
            "price_current": symbol.price(current),
            "swap": float(row["swap"]),
            "profit": profit,
            "symbol": position.symbol,
            "comment": position.comment,
        },
    )


def order_view(server: TradeServer, order: Order) -> TradeOrder:
    """Describe an order, working or of the past."""
    symbol, quote = server.symbols[order.symbol], server.feed.last[order.symbol]
    buys = order.type in {
        c.ORDER_TYPE_BUY, c.ORDER_TYPE_BUY_LIMIT, c.ORDER_TYPE_BUY_STOP, c.ORDER_TYPE_BUY_STOP_LIMIT,
    }  # fmt: skip
    current = order.price_current if order.time_done_ns else symbol.price(quote.ask if buys else quote.bid)
    return structure_of(
        TradeOrder,
        {
            "ticket": order.ticket,
            **_stamps(server, "time_setup", order.time_setup_ns),
            **_stamps(server, "time_done", order.time_done_ns),
            "time_expiration": order.expiration,
            "type": order.type,
            "type_time": order.type_time,
            "type_filling": order.type_filling,
            "state": order.state,
            "magic": order.magic,
            "position_id": order.position_id,
            "position_by_id": order.position_by_id,
            "reason": order.reason,
            "volume_initial": order.volume_initial,
            "volume_current": order.volume_current,
            "price_open": order.price_open,
            "sl": order.sl,
            "tp": order.tp,
            "price_current": current,
            "price_stoplimit": order.price_stoplimit,
            "symbol": order.symbol,
            "comment": order.comment,
        },
    )


def deal_view(server: TradeServer, deal: Deal) -> TradeDeal:
    """Describe a deal."""
    same = ("ticket", "order", "type", "entry", "magic", "position_id", "reason", "volume", "price", "commission",
            "swap", "profit", "fee", "symbol", "comment")  # fmt: skip
    return structure_of(TradeDeal, {name: getattr(deal, name) for name in same} | _stamps(server, "time", deal.time_ns))


def account_view(server: TradeServer, *, connected: bool, experts: bool) -> AccountInfo:
    """Describe the account at the present quotes."""
    server.mark()
    settings, account = server.settings, server.ledger.account
    balance, equity, margin = (float(account[name]) for name in ("balance", "equity", "margin"))
    if not account["positions"]:
        equity = balance
    values: dict[str, Any] = {
        "login": settings.login,
        "trade_mode": settings.trade_mode,
        "leverage": settings.leverage,
        "limit_orders": settings.limit_orders,
        "margin_so_mode": settings.stop_out_mode,
        "trade_allowed": connected and not settings.investor,
        "trade_expert": settings.experts_allowed and experts,
        "margin_mode": settings.margin_mode,
        "currency_digits": settings.for_ledger().digits,
        "fifo_close": settings.fifo_close,
        "balance": balance,
        "profit": round(equity - balance, 8),
        "equity": round(equity, 8),
        "margin": round(margin, 8),
        "margin_free": round(equity - margin, 8),
        "margin_level": 100.0 * equity / margin if margin else 0.0,
        "margin_so_call": settings.margin_call,
        "margin_so_so": settings.stop_out,
        "name": settings.name,
        "server": settings.server,
        "currency": settings.currency,
        "company": settings.company,
    }
    return structure_of(AccountInfo, values)
