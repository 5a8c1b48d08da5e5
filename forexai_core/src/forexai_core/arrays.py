"""Structured dtypes of everything that comes in rows, with the meaning and unit of each field.

Times are int64 nanoseconds UTC, prices float64 on the instrument's grid, money float64 in account
currency rounded to its digits, volumes lots at the edge and integer steps inside the ledger.
"""

from __future__ import annotations

import numpy as np

__all__ = [
    "BAR",
    "CLOSE_REASONS",
    "COMMAND",
    "CURVE",
    "DOUBTS",
    "EQUITY",
    "FILL",
    "INTENT",
    "MANAGEMENT",
    "OPEN_REASONS",
    "QUOTE",
    "ROW",
    "TICK",
    "TRADE",
]

BAR = np.dtype(
    [
        ("time_ns", np.int64),  # opening time
        ("open", np.float64),  # bid
        ("high", np.float64),
        ("low", np.float64),
        ("close", np.float64),
        ("volume", np.float64),  # whatever the source counts: ticks, mostly; 0 where unknown
    ]
)
"""One bar of bid prices."""

QUOTE = np.dtype([("open", np.float64), ("high", np.float64), ("low", np.float64), ("close", np.float64)])
"""The ask side of one bar, where it is known; never below the bid."""

TICK = np.dtype(
    [
        ("time_ns", np.int64),
        ("bid", np.float64),
        ("ask", np.float64),
        ("volume", np.float64),  # 0 where unknown
    ]
)
"""One change of the quote."""

INTENT = np.dtype(
    [
        ("entry", np.int8),  # +1 be long, -1 be short, 0 nothing: closes the other side first
        ("exit", np.int8),  # before any entry of the row: 1 closes, 2 closes buys, 3 closes sells
        ("stop", np.float64),  # distance of the stop from the quoted entry, price units; 0 none
        ("target", np.float64),  # distance of the target, price units; 0 none
        ("volume_lots", np.float64),  # 0 takes the run's default volume
    ]
)
"""What a vector strategy wants at the close of one bar."""

ROW = np.dtype(
    [
        ("index", np.int64),  # of the bar or tick in its series
        ("symbol", np.int64),  # index of the symbol in the run
        ("open_time_ns", np.int64),
        ("time_ns", np.int64),  # the decision's time: the end of the bar
        ("open", np.float64),  # bid
        ("high", np.float64),
        ("low", np.float64),
        ("close", np.float64),
        ("ask", np.float64),  # at the close
        ("volume", np.float64),
        ("point", np.float64),
        ("balance", np.float64),
        ("equity", np.float64),
        ("positions", np.int64),  # open positions of this strategy and symbol
        ("orders", np.int64),  # pending orders of this strategy and symbol
        ("side", np.int64),  # of the newest such position; 0 flat
        ("ticket", np.int64),
        ("volume_lots", np.float64),
        ("entry_price", np.float64),
        ("stop_loss", np.float64),  # 0 none
        ("take_profit", np.float64),  # 0 none
        ("bars_held", np.int64),
    ]
)
"""What a compiled strategy sees at the close of one bar."""

COMMAND = np.dtype(
    [
        ("kind", np.int64),  # COMMAND_*; 0 ends the list
        ("side", np.int64),  # +1 buy, -1 sell; of a close-all: the side to close, 0 both
        ("volume_lots", np.float64),
        ("risk_fraction", np.float64),  # > 0: size by the loss at the stop instead of the volume
        ("price", np.float64),  # of a pending order
        ("limit_price", np.float64),  # of a stop-limit
        ("stop_loss", np.float64),  # price; 0 none
        ("take_profit", np.float64),  # price; 0 none
        ("stop_distance", np.float64),  # from the quoted entry, price units; 0 none
        ("target_distance", np.float64),
        ("trail_distance", np.float64),
        ("trail_start", np.float64),
        ("expiry_ns", np.int64),  # 0 good till cancelled; -1 until the day ends; -t until the day ends that holds t
        ("ticket", np.int64),
        ("ticket_by", np.int64),  # of a close-by: the opposite position
        ("oco", np.int64),
    ]
)
"""One thing that a compiled strategy asks for."""

COMMAND_MARKET, COMMAND_LIMIT, COMMAND_STOP, COMMAND_STOP_LIMIT = 1, 2, 3, 4
COMMAND_CLOSE, COMMAND_CLOSE_ALL = 5, 6
COMMAND_MODIFY_POSITION, COMMAND_MODIFY_ORDER = 7, 8
COMMAND_CANCEL, COMMAND_CANCEL_ALL, COMMAND_TRAIL = 9, 10, 11
COMMAND_CLOSE_BY = 12

MANAGEMENT = np.dtype(
    [
        ("volume_lots", np.float64),  # for intents whose own volume is 0
        ("risk_fraction", np.float64),  # > 0: sizes by the loss at the stop instead
        ("break_even_start", np.float64),  # gain at which the stop moves to the entry; 0 never
        ("break_even_lock", np.float64),  # gain that it then locks in
        ("trail_start", np.float64),  # gain at which trailing begins
        ("trail_distance", np.float64),  # price units; 0 no trailing
        ("max_bars", np.int64),  # bars after which a position is closed; 0 never
    ]
)
"""How the positions that intents open are sized and looked after; distances in price units."""

OPEN_REASONS = ("signal", "limit", "stop", "stop_limit", "rollover")
"""How a position came to be: at the market, or through one of the pending kinds."""

CLOSE_REASONS = (
    "signal",
    "stop_loss",
    "take_profit",
    "trailing_stop",
    "stop_out",
    "close_by",
    "expiry",
    "kill",
    "end_of_data",
    "rollover",
)
"""How a position, or a part of it, came to an end."""

DOUBTS = (
    "stop_and_target",
    "entry_and_stop",
    "entry_and_target",
    "order_and_exit",
    "rival_order",
    "trailing",
    "rollover",
)
"""Why a trade is ambiguous: the bit ``1 << n`` of ``TRADE["doubts"]`` stands for the name at n."""

TRADE = np.dtype(
    [
        ("ticket", np.int64),  # position's ticket
        ("symbol", "U16"),
        ("side", np.int8),  # +1 buy, -1 sell
        ("volume_lots", np.float64),  # volume closed by this deal
        ("open_time_ns", np.int64),
        ("close_time_ns", np.int64),
        ("open_price", np.float64),
        ("close_price", np.float64),
        ("stop_loss", np.float64),  # as it stood at the close; 0 none
        ("take_profit", np.float64),  # as it stood at the close; 0 none
        ("commission", np.float64),  # share of the entry's and the exit's, money, <= 0
        ("swap", np.float64),  # money, signed
        ("profit", np.float64),  # without commission and swap, money
        ("net_profit", np.float64),  # profit + commission + swap
        ("open_reason", "U16"),
        ("close_reason", "U16"),
        ("ambiguous", np.bool_),  # the bars left open what came first
        ("intrabar", np.bool_),  # closed inside the bar that opens at close_time_ns
        ("mae", np.float64),  # lowest open profit while it lived, money, <= 0
        ("mfe", np.float64),  # highest open profit while it lived, money, >= 0
        ("strategy", "U32"),  # whose it was: the name of the strategy, or of its sleeve
        ("doubts", np.int16),  # why it is ambiguous, by the bits of DOUBTS; 0 where it is not
    ]
)
"""One closing deal."""

EQUITY = np.dtype(
    [
        ("time_ns", np.int64),  # when the row holds: the close of the bar, or the tick
        ("balance", np.float64),
        ("equity", np.float64),  # balance + floating profit and swap
        ("margin", np.float64),  # bound by open positions
    ]
)
"""The account after a bar has closed."""

CURVE = np.dtype(
    [
        ("time_ns", np.int64),  # when the row holds
        ("equity", np.float64),  # the initial balance and all that one strategy has made by then, floating included
    ]
)
"""The account as it would be had one of its strategies alone made what it made."""

FILL = np.dtype(
    [
        ("deal", np.int64),
        ("order", np.int64),
        ("position", np.int64),
        ("symbol", "U16"),
        ("time_ns", np.int64),
        ("side", np.int8),  # side of the deal itself
        ("entry", "U8"),  # in, out, inout, out_by
        ("volume_lots", np.float64),
        ("price", np.float64),
        ("profit", np.float64),
        ("commission", np.float64),
        ("swap", np.float64),
        ("reason", "U16"),
    ]
)
"""One deal."""
