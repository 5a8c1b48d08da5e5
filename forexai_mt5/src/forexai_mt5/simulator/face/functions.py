"""The package's functions, as a module has them: over one client, which a process has one of."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from forexai_mt5.simulator.face.client import Client
from forexai_mt5.simulator.terminal.terminal import Terminal
from forexai_mt5.terms.structures import (
    AccountInfo,
    BookInfo,
    OrderCheckResult,
    OrderSendResult,
    TerminalInfo,
    Tick,
    TradeDeal,
    TradeOrder,
    TradePosition,
)
from forexai_mt5.terms.symbol_structure import SymbolInfo

__all__ = [
    "account_info",
    "copy_rates_from",
    "copy_rates_from_pos",
    "copy_rates_range",
    "copy_ticks_from",
    "copy_ticks_range",
    "history_deals_get",
    "history_deals_total",
    "history_orders_get",
    "history_orders_total",
    "initialize",
    "install",
    "installed",
    "last_error",
    "login",
    "market_book_add",
    "market_book_get",
    "market_book_release",
    "order_calc_margin",
    "order_calc_profit",
    "order_check",
    "order_send",
    "orders_get",
    "orders_total",
    "positions_get",
    "positions_total",
    "shutdown",
    "symbol_info",
    "symbol_info_tick",
    "symbol_select",
    "symbols_get",
    "symbols_total",
    "terminal_info",
    "version",
]

_clients: list[Client] = []  # the one of this process, once it is made


def install(*terminals: Terminal) -> None:
    """Say which simulated terminals the machine has; a connection that stands is cut.

    Parameters
    ----------
    *terminals : Terminal
        ``initialize()`` without a path takes the first. None: a terminal with the defaults, once it is asked for.
    """
    _clients[:] = [Client(*terminals)] if terminals else []


def installed() -> tuple[Terminal, ...]:
    """Give the simulated terminals of the machine."""
    return _client().terminals


def _client() -> Client:
    if not _clients:
        _clients.append(Client(Terminal()))
    return _clients[0]


# -------------------------------------------------------------------------------------------------------- connection


def initialize(*args: Any, **kwargs: Any) -> bool:
    """Establish connection to MetaTrader 5 terminal."""
    return _client().initialize(*args, **kwargs)


def login(*args: Any, **kwargs: Any) -> bool:
    """Log in to specific account."""
    return _client().login(*args, **kwargs)


def shutdown() -> bool:
    """Disconnect from MetaTrader 5 terminal."""
    return _client().shutdown()


def version(*args: Any) -> tuple[int, int, str] | None:
    """Get MetaTrader 5 terminal version."""
    return _client().version(*args)


def last_error() -> tuple[int, str]:
    """Return last error code and description."""
    return _client().last_error()


def terminal_info(*args: Any) -> TerminalInfo | None:
    """Get parameters of MetaTrader 5 terminal."""
    return _client().terminal_info(*args)


def account_info(*args: Any) -> AccountInfo | None:
    """Return information on the current account."""
    return _client().account_info(*args)


# ----------------------------------------------------------------------------------------------------------- symbols


def symbols_total(*args: Any) -> int | None:
    """Return the number of all available symbols."""
    return _client().symbols_total(*args)


def symbols_get(*args: Any, **kwargs: Any) -> tuple[SymbolInfo, ...] | bool | None:
    """Return all available symbols or filtered by group."""
    return _client().symbols_get(*args, **kwargs)


def symbol_info(*args: Any) -> SymbolInfo | None:
    """Return full information for specified symbol."""
    return _client().symbol_info(*args)


def symbol_info_tick(*args: Any) -> Tick | None:
    """Return current prices of specified symbol."""
    return _client().symbol_info_tick(*args)


def symbol_select(*args: Any) -> bool:
    """Select symbol in Market Watch window or remove symbol from the window."""
    return _client().symbol_select(*args)


def market_book_add(*args: Any) -> bool:
    """Open the Depth of Market of a symbol."""
    return _client().market_book_add(*args)


def market_book_get(*args: Any) -> tuple[BookInfo, ...] | None:
    """Return the Depth of Market of a symbol."""
    return _client().market_book_get(*args)


def market_book_release(*args: Any) -> bool:
    """Close the Depth of Market of a symbol."""
    return _client().market_book_release(*args)


# ------------------------------------------------------------------------------------------------------------ prices


def copy_rates_from(*args: Any) -> NDArray[np.void] | None:
    """Get bars starting from specific date."""
    return _client().copy_rates_from(*args)


def copy_rates_from_pos(*args: Any) -> NDArray[np.void] | None:
    """Get bars starting from specified position."""
    return _client().copy_rates_from_pos(*args)


def copy_rates_range(*args: Any) -> NDArray[np.void] | None:
    """Get bars from specified period."""
    return _client().copy_rates_range(*args)


def copy_ticks_from(*args: Any) -> NDArray[np.void] | None:
    """Get ticks starting from specific date."""
    return _client().copy_ticks_from(*args)


def copy_ticks_range(*args: Any) -> NDArray[np.void] | None:
    """Get ticks from specified period."""
    return _client().copy_ticks_range(*args)


# ----------------------------------------------------------------------------------------------------------- trading


def order_calc_margin(*args: Any) -> float | None:
    """Calculate margin required for specified order."""
    return _client().order_calc_margin(*args)


def order_calc_profit(*args: Any) -> float | None:
    """Calculate profit for the current account in the current market conditions based on parameters passed."""
    return _client().order_calc_profit(*args)


def order_check(*args: Any, **kwargs: Any) -> OrderCheckResult | None:
    """Check if there are enough funds to execute required trading operation."""
    return _client().order_check(*args, **kwargs)


def order_send(*args: Any, **kwargs: Any) -> OrderSendResult | None:
    """Send trading requests to server."""
    return _client().order_send(*args, **kwargs)


# ---------------------------------------------------------------------------------------- what is open, and what was


def positions_total(*args: Any) -> int | None:
    """Return the number of open positions."""
    return _client().positions_total(*args)


def positions_get(*args: Any, **kwargs: Any) -> tuple[TradePosition, ...] | None:
    """Return all open positions, can be filtered by symbol, group or ticket."""
    return _client().positions_get(*args, **kwargs)


def orders_total(*args: Any) -> int | None:
    """Return the number of orders."""
    return _client().orders_total(*args)


def orders_get(*args: Any, **kwargs: Any) -> tuple[TradeOrder, ...] | None:
    """Return all orders, can be filtered by symbol, group or ticket."""
    return _client().orders_get(*args, **kwargs)


def history_orders_total(*args: Any) -> int | None:
    """Return the number of orders in selected range from history."""
    return _client().history_orders_total(*args)


def history_orders_get(*args: Any, **kwargs: Any) -> tuple[TradeOrder, ...] | None:
    """Return orders in selected range from history or filtered by position id, ticket."""
    return _client().history_orders_get(*args, **kwargs)


def history_deals_total(*args: Any) -> int | None:
    """Return the number of deals in selected range from history."""
    return _client().history_deals_total(*args)


def history_deals_get(*args: Any, **kwargs: Any) -> tuple[TradeDeal, ...] | None:
    """Return deals in selected range from history or filtered by position id, ticket."""
    return _client().history_deals_get(*args, **kwargs)
