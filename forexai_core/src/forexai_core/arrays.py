"""Structured dtypes of everything that comes in rows, with the meaning and unit of each field.

Times are int64 nanoseconds UTC, prices float64 on the instrument's grid, money float64 in account
currency rounded to its digits, volumes lots at the edge and integer steps inside the ledger.
"""

from __future__ import annotations

import numpy as np

__all__ = ["BAR", "CLOSE_REASONS", "EQUITY", "FILL", "INTENT", "OPEN_REASONS", "QUOTE", "TICK", "TRADE"]

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

QUOTE = np.dtype(
    [("open", np.float64), ("high", np.float64), ("low", np.float64), ("close", np.float64)]
)
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
        ("exit", np.int8),  # 1 closes what is open, before any entry of the row
        ("stop", np.float64),  # distance of the stop from the quoted entry, price units; 0 none
        ("target", np.float64),  # distance of the target, price units; 0 none
        ("volume_lots", np.float64),  # 0 takes the run's default volume
    ]
)
"""What a vector strategy wants at the close of one bar."""

OPEN_REASONS = ("signal", "limit", "stop", "stop_limit")
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
)
"""How a position, or a part of it, came to an end."""

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
