"""What nobody has verified about the terminal and the servers, as choices with names; each may be chosen otherwise."""

from __future__ import annotations

import attrs

from forexai_mt5.terms import constants as c

__all__ = ["Policies"]


@attrs.frozen(kw_only=True)
class Policies:
    """Choices where documents, the library's code and measurements leave something open.

    Attributes
    ----------
    unknown_symbol : int
        What ``last_error`` says after a symbol that does not exist (``RES_E_NOT_FOUND``; ``RES_E_FAIL`` is possible).
    unknown_symbol_prices : int
        The same after ``copy_rates_*`` and ``copy_ticks_*``.
    tick_of_hidden : bool
        Whether ``symbol_info_tick`` gives a tick of a symbol that is not in the Market Watch; else None.
    unfilled : int
        Retcode of a market order of which the market can fill nothing, or not all of a fill-or-kill.
    unknown_ticket : int
        Retcode of a request about an order or a position that never was.
    ioc_rest_state : int
        State of an immediate-or-cancel order that was filled in part.
    refused_activation_state : int
        State of a pending order that is refused when its price comes.
    stop_comment, target_comment, stop_out_comment : str
        What the server writes into the order and the deal by which it closes: ``{price}``, ``{level}``, ``{equity}``
        and ``{margin}`` are filled in.
    close_frozen : bool
        Whether a position cannot be closed by hand while the market is within the freeze level of its stop or target.
    limits_better : bool
        Whether limit orders and targets that a gap has passed are filled at the better price that is there.
    history_by_setup : bool
        Whether ``history_orders_*`` choose orders by the time of their placing; else by that of their end.
    refuse_beyond_maxbars : bool
        Whether more bars than the terminal keeps in a chart are refused; else as many as there are are given.
    first_bars, growth : int
        How many bars of a chart the first call gets while the terminal fetches the rest, and how many times as many
        each further one. 0: everything at once.
    fast_ticks : int
        How many of the latest ticks a first call gets; further ones get all. 0: everything at once.
    book_lots : float
        Volume of the first row on each side of the depth of market; each further one has as much again.
    """

    unknown_symbol: int = c.RES_E_NOT_FOUND
    unknown_symbol_prices: int = c.RES_E_FAIL
    tick_of_hidden: bool = False
    unfilled: int = c.TRADE_RETCODE_REJECT
    unknown_ticket: int = c.TRADE_RETCODE_INVALID
    ioc_rest_state: int = c.ORDER_STATE_CANCELED
    refused_activation_state: int = c.ORDER_STATE_CANCELED
    stop_comment: str = "[sl {price}]"
    target_comment: str = "[tp {price}]"
    stop_out_comment: str = "[so {level:.2f}%/{equity:.2f}/{margin:.2f}]"
    close_frozen: bool = True
    limits_better: bool = True
    history_by_setup: bool = False
    refuse_beyond_maxbars: bool = True
    first_bars: int = 2_000
    growth: int = 8
    fast_ticks: int = 4_096
    book_lots: float = 1.0
