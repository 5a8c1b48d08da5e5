"""The package's functions, and what a lost answer of each would mean."""

from __future__ import annotations

from forexai_mt5.terms import constants as c

__all__ = ["FUNCTIONS", "TRADING", "UNKNOWN_CODES", "UNKNOWN_RETCODES"]

FUNCTIONS = frozenset({
    "account_info", "copy_rates_from", "copy_rates_from_pos", "copy_rates_range", "copy_ticks_from",
    "copy_ticks_range", "history_deals_get", "history_deals_total", "history_orders_get", "history_orders_total",
    "initialize", "last_error", "login", "market_book_add", "market_book_get", "market_book_release",
    "order_calc_margin", "order_calc_profit", "order_check", "order_send", "orders_get", "orders_total",
    "positions_get", "positions_total", "shutdown", "symbol_info", "symbol_info_tick", "symbol_select", "symbols_get",
    "symbols_total", "terminal_info", "version",
})  # fmt: skip
"""All that a worker calls. ``Buy``, ``Sell`` and ``Close`` are not among them: they send again by themselves."""

TRADING = frozenset({"order_send"})
"""What changes an account."""

UNKNOWN_CODES = frozenset({
    c.RES_E_INTERNAL_FAIL, c.RES_E_INTERNAL_FAIL_SEND, c.RES_E_INTERNAL_FAIL_RECEIVE, c.RES_E_INTERNAL_FAIL_TIMEOUT,
})  # fmt: skip
"""``last_error`` after which nobody knows whether a request was carried out."""

UNKNOWN_RETCODES = frozenset({c.TRADE_RETCODE_TIMEOUT, c.TRADE_RETCODE_CONNECTION, c.TRADE_RETCODE_ERROR})
"""Answers of a trade server after which nobody knows either."""
