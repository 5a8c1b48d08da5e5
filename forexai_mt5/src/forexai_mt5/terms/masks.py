"""Bit masks of a symbol's modes, which the official package leaves out (MQL5's ``SYMBOL_FILLING_MODE`` and others)."""

from __future__ import annotations

__all__ = [
    "EXPIRATION_DAY",
    "EXPIRATION_GTC",
    "EXPIRATION_SPECIFIED",
    "EXPIRATION_SPECIFIED_DAY",
    "FILLING_BOC",
    "FILLING_FOK",
    "FILLING_IOC",
    "ORDER_CLOSEBY",
    "ORDER_LIMIT",
    "ORDER_MARKET",
    "ORDER_SL",
    "ORDER_STOP",
    "ORDER_STOP_LIMIT",
    "ORDER_TP",
    "TRADE_RETCODE_HEDGE_PROHIBITED",
]

FILLING_FOK, FILLING_IOC, FILLING_BOC = 1, 2, 4
"""Of ``SymbolInfo.filling_mode``; there is no bit for return."""

EXPIRATION_GTC, EXPIRATION_DAY, EXPIRATION_SPECIFIED, EXPIRATION_SPECIFIED_DAY = 1, 2, 4, 8
"""Of ``SymbolInfo.expiration_mode``."""

ORDER_MARKET, ORDER_LIMIT, ORDER_STOP, ORDER_STOP_LIMIT = 1, 2, 4, 8
ORDER_SL, ORDER_TP, ORDER_CLOSEBY = 16, 32, 64
"""Of ``SymbolInfo.order_mode``."""

TRADE_RETCODE_HEDGE_PROHIBITED = 10046
"""A trade server's answer that the official package has no name for."""
