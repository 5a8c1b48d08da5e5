"""Symbols, their last prices and their depth of market as structures."""

from __future__ import annotations

from typing import Any

import numpy as np

from forexai_core.values.instruments import Instrument
from forexai_mt5.simulator.market.symbols import Symbol, calculation_code, swap_code
from forexai_mt5.simulator.server.trade_server import TradeServer
from forexai_mt5.simulator.terminal.charts import Charts
from forexai_mt5.terms import constants as c
from forexai_mt5.terms.structure import structure_of
from forexai_mt5.terms.structures import BookInfo, Tick
from forexai_mt5.terms.symbol_structure import SymbolInfo

__all__ = ["book_view", "symbol_view", "tick_view"]

_NS_PER_MS, _NS_PER_S = 1_000_000, 1_000_000_000


def tick_view(server: TradeServer, symbol: Symbol) -> Tick:
    """Give the last prices of a symbol."""
    quote = server.feed.last[symbol.name]
    wall = server.wall_ns(quote.time_ms * _NS_PER_MS)
    return structure_of(
        Tick,
        {
            "time": wall // _NS_PER_S,
            "bid": symbol.price(quote.bid),
            "ask": symbol.price(quote.ask),
            "time_msc": wall // _NS_PER_MS,
            "flags": c.TICK_FLAG_BID | c.TICK_FLAG_ASK,
        },
    )


def book_view(server: TradeServer, symbol: Symbol, lots: float) -> tuple[BookInfo, ...]:
    """Give the depth of market, the best price of each side in the middle: sells above, buys below."""
    quote, depth = server.feed.last[symbol.name], symbol.book_depth
    step = max(1, round(symbol.instrument.tick_size * symbol.scale))

    def row(kind: int, points: int, place: int) -> BookInfo:
        volume = lots * (place + 1)
        values = {"type": kind, "price": symbol.price(points), "volume": round(volume), "volume_dbl": volume}
        return structure_of(BookInfo, values)

    sells = [row(c.BOOK_TYPE_SELL, quote.ask + place * step, place) for place in reversed(range(depth))]
    buys = [row(c.BOOK_TYPE_BUY, quote.bid - place * step, place) for place in range(depth)]
    return (*sells, *buys)


def symbol_view(server: TradeServer, charts: Charts, symbol: Symbol, *, selected: bool) -> SymbolInfo:
    """Describe a symbol; one that is not in the Market Watch has no prices."""
    values = _contract(symbol) | _rules(symbol) | {"select": selected, "visible": selected}
    if selected:
        values |= _prices(server, charts, symbol)
    return structure_of(SymbolInfo, values)


def _contract(symbol: Symbol) -> dict[str, Any]:
    instrument = symbol.instrument
    return {
        "name": symbol.name,
        "path": symbol.path,
        "description": symbol.description,
        "currency_base": instrument.base_currency,
        "currency_profit": instrument.profit_currency,
        "currency_margin": instrument.margin_currency,
        "digits": instrument.digits,
        "point": round(instrument.point, instrument.digits),
        "trade_tick_size": instrument.tick_size,
        "trade_contract_size": instrument.contract_size,
        "volume_min": instrument.volume_min,
        "volume_max": instrument.volume_max,
        "volume_step": instrument.volume_step,
        "volume_limit": instrument.volume_limit,
        "margin_initial": instrument.margin_initial,
        "margin_maintenance": instrument.margin_maintenance,
        "margin_hedged": instrument.margin_hedged,
        "margin_hedged_use_leg": instrument.margin_hedged_use_leg,
    }


def _rollover_day(instrument: Instrument) -> int:
    """Give the day of the triple swap, Sunday 0; of instruments without one, Sunday too (choice of ours)."""
    days = instrument.rollover_days
    triple = int(np.argmax(days)) if max(days) >= 3.0 else 6
    return (triple + 1) % 7


def _rules(symbol: Symbol) -> dict[str, Any]:
    instrument = symbol.instrument
    return {
        "spread_float": True,
        "ticks_bookdepth": symbol.book_depth,
        "trade_calc_mode": calculation_code(instrument.calculation_mode),
        "trade_mode": symbol.trade_mode,
        "trade_stops_level": instrument.stops_level_points,
        "trade_freeze_level": instrument.freeze_level_points,
        "trade_exemode": symbol.execution,
        "swap_mode": swap_code(instrument.swap_mode),
        "swap_rollover3days": _rollover_day(instrument),
        "swap_long": instrument.swap_long,
        "swap_short": instrument.swap_short,
        "expiration_mode": symbol.expiration_mask,
        "filling_mode": symbol.filling_mask,
        "order_mode": symbol.order_mask,
        "order_gtc_mode": symbol.gtc_mode,
    }


def _tick_values(server: TradeServer, symbol: Symbol) -> dict[str, float]:
    """Give what one smallest step of the price is worth for one lot, to a trader who gains and to one who loses."""
    server.stepper.rates_now()
    record = server.ledger.symbols[server.stepper.places[symbol.name]]
    steps = symbol.instrument.tick_size * symbol.scale / symbol.instrument.volume_step
    value = float(record["value_per_point_step"]) * steps
    how = int(record["profit_conversion"])
    if how == 1:
        quote = server.feed.last[symbol.name]
        gain, loss = 1.0 / symbol.price(quote.ask), 1.0 / symbol.price(quote.bid)
    else:
        gain, loss = (1.0, 1.0) if how == 0 else (float(record["gain_rate"]), float(record["loss_rate"]))
    return {
        "trade_tick_value": value * gain,
        "trade_tick_value_profit": value * gain,
        "trade_tick_value_loss": value * loss,
    }


def _prices(server: TradeServer, charts: Charts, symbol: Symbol) -> dict[str, Any]:
    quote = server.feed.last[symbol.name]
    values: dict[str, Any] = {
        "bid": symbol.price(quote.bid),
        "ask": symbol.price(quote.ask),
        "spread": quote.ask - quote.bid,
        "time": server.wall_ns(quote.time_ms * _NS_PER_MS) // _NS_PER_S,
        **_tick_values(server, symbol),
    }
    day = charts.day(symbol, server.now_ns // _NS_PER_MS)
    if len(day):
        opened, closed = symbol.price(float(day["open"][0])), symbol.price(float(day["close"][-1]))
        values |= {
            "bidhigh": symbol.price(float(day["high"].max())),
            "bidlow": symbol.price(float(day["low"].min())),
            # The ask's extremes as the least spread of each minute has them.
            "askhigh": symbol.price(float((day["high"] + day["spread"]).max())),
            "asklow": symbol.price(float((day["low"] + day["spread"]).min())),
            "session_open": opened,
            "session_close": closed,
            "price_change": round(100.0 * (closed / opened - 1.0), 4),
        }
    return values
