"""The whole package as one object: what one process has of it."""

from __future__ import annotations

from collections.abc import Iterable

from forexai_mt5.simulator.face.history_calls import HistoryCalls
from forexai_mt5.simulator.terminal.terminal import Terminal

__all__ = ["FUNCTIONS", "Client"]

FUNCTIONS = (
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
)
"""The 32 functions of the official package."""


class Client(HistoryCalls):
    """The functions of the package, over simulated terminals.

    Parameters
    ----------
    *terminals : Terminal
        What is installed on the machine; ``initialize`` without a path takes the first.

    Notes
    -----
    As with the package, one process should have one client in use: it is connected to one terminal at a time, and its
    calls are not meant for several threads.
    """

    def __init__(self, *terminals: Terminal | Iterable[Terminal]) -> None:
        found: list[Terminal] = []
        for each in terminals:
            found.extend([each] if isinstance(each, Terminal) else each)
        super().__init__(found)
