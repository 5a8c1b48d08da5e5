"""Structured dtypes of the ledger's state, and the codes in their fields.

Prices are integer points, volumes integer steps, money float64 in account currency, times int64
nanoseconds UTC. Where a field has no value it holds 0, except that prices use :data:`NO_PRICE`.
"""

from __future__ import annotations

import numpy as np

from forexai_core.engine.state.market_records import ROLLOVER

__all__ = [
    "ACCOUNT",
    "BOOK",
    "DEAL",
    "LEVEL",
    "NO_PRICE",
    "ORDER",
    "POSITION",
    "REFUSALS",
    "REQUEST",
    "SYMBOL",
]

NO_PRICE = -(2**62)
"""Stands for a price that is not given."""

NEVER = 2**63 - 1
"""Stands for an instant that never comes."""

FAR = 2**62
"""Points beyond any price, with room to add some."""

UNTIL_MIDNIGHT = -1
"""An expiry: the end of the day, by the account's clock, on which the order is placed or changed."""

# --- kinds of request ------------------------------------------------------------------------
REQUEST_NONE = 0
REQUEST_MARKET = 1
REQUEST_BUY_SELL_LIMIT = 2
REQUEST_BUY_SELL_STOP = 3
REQUEST_STOP_LIMIT = 4
REQUEST_CLOSE = 5
REQUEST_CLOSE_ALL = 6
REQUEST_MODIFY_POSITION = 7
REQUEST_MODIFY_ORDER = 8
REQUEST_CANCEL = 9
REQUEST_CANCEL_ALL = 10
REQUEST_TRAIL = 11
REQUEST_CLOSE_BY = 12

REQUEST = np.dtype(
    [
        ("kind", np.int64),
        ("symbol", np.int64),  # index of the symbol
        ("strategy", np.int64),  # who asks: attribution, and the scope of "all"
        ("side", np.int64),  # +1 buy, -1 sell; of CLOSE_ALL: the side to close, 0 both
        ("volume_steps", np.int64),  # 0 of CLOSE: all
        ("risk_fraction", np.float64),  # > 0: size by risk instead of volume_steps
        ("price", np.int64),  # points: of a pending order (stop price of a stop-limit)
        ("limit_price", np.int64),  # points: of a stop-limit
        ("stop_loss", np.int64),  # points; NO_PRICE none; of MODIFY: the new value
        ("take_profit", np.int64),
        ("stop_distance", np.int64),  # points from the quoted entry; 0 none
        ("target_distance", np.int64),
        ("trail_distance", np.int64),  # points; 0 none
        ("trail_start", np.int64),  # points of gain before trailing begins
        ("expiry_ns", np.int64),  # 0 good till cancelled; UNTIL_MIDNIGHT: until the day ends on which it is placed
        ("ticket", np.int64),  # of the position or order that the request is about
        ("ticket_by", np.int64),  # of CLOSE_BY: the opposite position
        ("oco", np.int64),  # group of orders of which one cancels the others; 0 none
        ("turns", np.int64),  # of MARKET: 1 opens only where nothing of the strategy is left in the symbol
        ("tag", np.int64),  # the asker's own mark, carried to order, position and deals
        ("decided_ns", np.int64),  # no price before this instant is for it
        ("asked_bid", np.int64),  # points: the quote that the trader saw, in instant execution; 0 not noted yet
        ("asked_ask", np.int64),
        ("worked", np.int64),  # how many events there were when a part of it was last executed; 0 none was
    ]
)
"""A decision, waiting for the next price of its symbol."""

# --- pending orders --------------------------------------------------------------------------
ORDER_LIMIT = 2
ORDER_STOP = 3
ORDER_STOP_LIMIT = 4

ORDER = np.dtype(
    [
        ("ticket", np.int64),
        ("symbol", np.int64),
        ("strategy", np.int64),
        ("kind", np.int64),  # ORDER_*
        ("origin", np.int64),  # the kind it was placed as: a triggered stop-limit stays one
        ("side", np.int64),
        ("volume_steps", np.int64),
        ("price", np.int64),
        ("limit_price", np.int64),
        ("stop_loss", np.int64),
        ("take_profit", np.int64),
        ("trail_distance", np.int64),
        ("trail_start", np.int64),
        ("placed_ns", np.int64),
        ("triggered_ns", np.int64),  # bar in which a stop-limit became a limit; 0 not
        ("expiry_ns", np.int64),
        ("oco", np.int64),
        ("tag", np.int64),
        ("held_back", np.int64),  # 1 once a price outside the sessions has reached it
        ("margin", np.float64),  # what it binds while it waits
    ]
)
"""An order that waits at the venue."""

# --- positions -------------------------------------------------------------------------------
POSITION = np.dtype(
    [
        ("ticket", np.int64),
        ("symbol", np.int64),
        ("strategy", np.int64),
        ("side", np.int64),
        ("volume_steps", np.int64),
        ("cost", np.float64),  # sum of points x steps of what is open: the average price exactly
        ("open_ns", np.int64),
        ("serial", np.int64),  # which opening of the account it was: its age beside that of others
        ("stop_loss", np.int64),
        ("take_profit", np.int64),
        ("trail_distance", np.int64),
        ("trail_start", np.int64),
        ("trailed", np.int64),  # 1 once trailing has moved the stop
        ("peak", np.int64),  # best exit-side price that trailing follows; NO_PRICE: none yet
        ("best", np.int64),  # best exit-side price since the entry, points; the entry at first
        ("worst", np.int64),  # worst likewise
        ("commission", np.float64),  # entry commission not yet shared out, <= 0
        ("swap", np.float64),  # accrued, signed
        ("reopen_points", np.float64),  # swap by re-opening that is due; 0 none
        ("reopen_ns", np.int64),  # the rollover that it is due at
        ("margin", np.float64),
        ("initial_risk", np.float64),  # money lost at the first stop; 0 unknown
        ("open_reason", np.int64),  # index into arrays.OPEN_REASONS
        ("doubts", np.int64),  # what the bars have left open of it: bits of arrays.DOUBTS
        ("entered", np.int64),  # ENTERED_*: how it came to be in the present bar
        ("inside_until_ns", np.int64),  # end of the last bar inside which it was opened or grew; 0 none
        ("sure_steps", np.int64),  # volume that was held all through that bar, whenever the rest came
        ("bars", np.int64),  # bars of the strategy's timeframe closed since the entry
        ("tag", np.int64),
        ("held_back", np.int64),  # 1 once a price outside the sessions has reached its stop or target
        ("kept", np.int64),  # why the last close of all of its symbol left it, index into REFUSALS; 0 none has
    ]
)
"""An open position."""

ENTERED_BEFORE, ENTERED_OPEN, ENTERED_RISING, ENTERED_FALLING, ENTERED_BY_CLOSE = 0, 1, 2, 3, 4

# --- deals: what the run leaves behind ---------------------------------------------------------
ENTRY_IN, ENTRY_OUT, ENTRY_INOUT, ENTRY_OUT_BY = 0, 1, 2, 3

DEAL = np.dtype(
    [
        ("ticket", np.int64),
        ("order", np.int64),
        ("position", np.int64),
        ("symbol", np.int64),
        ("strategy", np.int64),
        ("time_ns", np.int64),
        ("side", np.int64),  # of the deal
        ("entry", np.int64),  # ENTRY_*
        ("closing", np.int64),  # 1 closes a volume, 0 opens one
        ("volume_steps", np.int64),
        ("price", np.int64),
        ("profit", np.float64),
        ("commission", np.float64),  # of this deal alone
        ("swap", np.float64),
        ("reason", np.int64),  # index into OPEN_REASONS (in) or CLOSE_REASONS (out)
        ("tag", np.int64),
        # what a closing deal's trade row needs of the position it closes
        ("open_ns", np.int64),
        ("open_price", np.float64),  # points, average
        ("stop_loss", np.int64),
        ("take_profit", np.int64),
        ("entry_commission", np.float64),  # share taken from the position
        ("open_reason", np.int64),
        ("doubts", np.int64),
        ("intrabar", np.int64),
        ("mae", np.float64),
        ("mfe", np.float64),
        ("initial_risk", np.float64),
    ]
)
"""One deal. An INOUT deal appears as its two halves, which share ticket and order: what closes, then what opens."""

FILLING_FOK, FILLING_IOC, FILLING_RETURN = 0, 1, 2

# --- symbols ---------------------------------------------------------------------------------
SYMBOL = np.dtype(
    [
        ("scale", np.float64),  # 10 ** digits
        ("tick", np.int64),  # points: the step of the grid on which orders, stops and targets lie
        ("value_per_point_step", np.float64),  # profit currency
        ("contract_size", np.float64),
        ("volume_step", np.float64),
        ("min_steps", np.int64),
        ("max_steps", np.int64),
        ("limit_steps", np.int64),  # 0 none
        ("stops_level", np.int64),  # points
        ("freeze_level", np.int64),  # points
        ("spread", np.int64),  # points, where no column gives it
        ("slippage", np.int64),  # points, whatever the volume
        ("fixed_slippage", np.int64),  # points: the part of it that is the same in every event
        ("impact_points", np.float64),  # of one lot beyond the free ones; 0: volume makes no difference
        ("impact_free_lots", np.float64),
        ("impact_linear", np.int64),  # 0: by the square root of the lots
        ("commission_per_lot", np.float64),
        ("commission_rule", np.int64),  # 0: so much a lot and side, in account currency
        ("commission_percent", np.float64),  # of the turnover
        ("commission_per_deal", np.float64),
        ("commission_minimum", np.float64),  # of a deal
        ("commission_maximum", np.float64),
        ("commission_sides", np.float64),  # 2: opening and closing deals, 1: opening ones
        ("swap_mode", np.int64),  # index into SwapMode
        ("margin_mode", np.int64),  # index into CalculationMode
        ("leverage", np.float64),
        ("margin_initial", np.float64),  # of a lot; 0 by formula
        ("margin_maintenance", np.float64),
        ("initial_rate", np.float64, (8,)),  # by ORDER_TYPES
        ("maintenance_rate", np.float64, (2,)),  # buy, sell
        ("hedged_weight", np.float64),  # share of its margin that covered volume binds
        ("hedged_use_leg", np.int64),
        ("profit_conversion", np.int64),  # 0 same currency, 1 own price, 2 column
        ("margin_conversion", np.int64),  # 0 same, 1 own price, 2 column
        ("base_conversion", np.int64),  # 0 same, 1 own price and then like profit, 2 like profit
        ("fee_conversion", np.int64),  # 0 same, 2 column
        # present quotes, points
        ("bid", np.int64),
        ("ask", np.int64),
        ("bid_open", np.int64),  # of the present bar
        ("ask_open", np.int64),
        # present rates, profit (gain: bid, loss: ask) and margin currency to account currency
        ("gain_rate", np.float64),
        ("loss_rate", np.float64),
        ("margin_currency_rate", np.float64),  # as a loss is bought
        ("margin_gain_rate", np.float64),  # as a gain is sold
        ("fee_rate", np.float64),  # of the commission's currency, as a loss is bought
        ("last_end_ns", np.int64),  # end of its last bar
        ("bar_open", np.int64),  # 1 while a bar of it has opened whose inside is still to come
        ("charged_ns", np.int64),  # up to when its positions have been charged what was due
        ("owed", np.int64),  # 1 + index of the first rollover that came while its bar was open; 0 none
        ("depth", np.int64),  # steps that one event fills on each side, where no column tells; NEVER: any volume
        ("buy_depth", np.int64),  # steps that the present event still fills
        ("sell_depth", np.int64),
        # while its prices stay strictly between these, no stop, target or order of it is reached
        ("calm_bid_low", np.int64),
        ("calm_bid_high", np.int64),
        ("calm_ask_low", np.int64),
        ("calm_ask_high", np.int64),
    ]
)
"""Contract and present quote of one symbol."""

# --- the account -------------------------------------------------------------------------------
REFUSALS = (
    "none",
    "invalid_volume",
    "invalid_price",
    "invalid_stops",
    "no_money",
    "no_position",
    "frozen",
    "limit_volume",
    "invalid_close_by",
    "fifo_close",
    "hedge_prohibited",
    "market_closed",
    "requote",
    "no_liquidity",
)
"""Why the venue refuses a request, in the order of ``ACCOUNT["refused"]``."""

STATUS_OK, STATUS_FULL_POSITIONS, STATUS_FULL_ORDERS, STATUS_FULL_DEALS = 0, 1, 2, 3
STATUS_FULL_REQUESTS, STATUS_RATE_UNKNOWN, STATUS_FULL_LEVELS = 4, 5, 6
STATUS_MANY_COMMANDS, STATUS_WRONG_COMMAND = 7, 8

LEVEL = np.dtype([("row", np.int64), ("balance", np.float64), ("margin", np.float64)])
"""Balance and margin from one row of the equity curve on."""

ACCOUNT = np.dtype(
    [
        ("money_scale", np.float64),  # 10 ** digits of the account currency
        ("netting", np.int64),
        ("fifo", np.int64),  # index into FifoRule
        ("freezes_closes", np.int64),  # 1: within the freeze level of its stop or target no position closes on request
        ("stop_out", np.float64),
        ("margin_call", np.float64),
        ("straight", np.int64),  # 1: every event only rises or only falls, by the model of a path
        ("seed", np.int64),  # of what is drawn
        ("draws", np.int64),  # how many requotes were drawn
        ("latency_ns", np.int64),  # from a decision to the venue
        ("latency_jitter_ns", np.int64),  # and what may come on top
        ("reach_ns", np.int64),  # the last instant that the present event's open is the price of
        ("instant", np.int64),  # 1: market orders are executed at the price that was seen, or requoted
        ("deviation", np.int64),  # points that it may have moved; NEVER: any way
        ("requote_share", np.float64),
        ("bounded", np.int64),  # 1: a price fills only so much
        ("filling", np.int64),  # FILLING_*
        ("stop_out_mode", np.int64),  # index into StopOutMode
        ("stop_out_all_orders", np.int64),
        ("stop_out_hedged", np.int64),
        ("protected", np.int64),  # against a negative balance
        ("compensated", np.float64),  # what that protection has paid in
        ("orders_bind", np.int64),  # whether any pending order can bind margin
        ("checked_equity", np.float64),  # when an order was last checked: it decides the leverage
        ("slack", np.float64),  # least free margin that an order left since somebody asked (the interval does)
        ("tiers", np.int64),
        ("tier_equity", np.float64, (16,)),
        ("tier_leverage", np.float64, (16,)),
        ("called", np.int64),  # whether the level was below the margin call at the last close
        ("margin_calls", np.int64),
        ("first_margin_call_ns", np.int64),
        ("margin_call_ns", np.int64),  # of the last one
        ("limit_fill_open", np.int64),  # 1: limits and targets gapped by an open fill there
        ("balance", np.float64),
        ("equity", np.float64),
        ("margin", np.float64),
        ("lowest", np.float64),  # equity inside bars, since the last row of the curve
        ("time_ns", np.int64),  # opening time of the last event
        ("end_ns", np.int64),  # end of the last event's bar
        ("symbol", np.int64),  # of the last event
        ("rollover", np.int64),  # index of the next rollover
        ("owes", np.int64),  # how many symbols have rollovers to be charged that came while their bar was open
        ("sleeves", np.int64),  # how many strategies share the account, each with a curve of its own; 0: one does
        ("attributed", np.int64),  # how many of the deals in the book the curves of the sleeves have taken in
        ("symbols", np.int64),  # how many rows of each array are in use
        ("positions", np.int64),
        ("orders", np.int64),
        ("deals", np.int64),
        ("opened", np.int64),  # positions opened so far, those that swap has opened again among them
        ("requests", np.int64),
        ("inside", np.int64),
        ("equity_rows", np.int64),
        ("row_ns", np.int64),  # of the last row of the curve
        ("levels", np.int64),
        ("midnight", np.int64),  # index of the next midnight
        ("midnight_ns", np.int64),  # the first of the account's clock after the last event's opening
        ("calm_until_ns", np.int64),  # before this instant time itself changes nothing
        ("events", np.int64),  # how many events have been taken
        ("next_ticket", np.int64),
        ("next_deal", np.int64),
        ("refused", np.int64, (len(REFUSALS),)),  # by REFUSALS
        ("stop_outs", np.int64),
        ("partial_fills", np.int64),  # orders, whole or in part, of which a price filled less than was asked for
        ("held_back", np.int64),  # stops, targets and orders that prices outside the sessions have reached
        ("dropped", np.int64),  # decisions on the last bar
        ("activity", np.int64),  # raised by every fill, placing, change or removal
        ("status", np.int64),  # STATUS_*
        ("status_symbol", np.int64),
    ]
)
"""State of the account and of the ledger itself."""

MAX_SYMBOLS = 32
MAX_POSITIONS = 1_000
MAX_ORDERS = 1_000
MAX_REQUESTS = 1_000
COMMANDS_PER_CLOSE = 16  # that a step may give; it is lent one row more, which shows that it gave too many
MAX_DEALS = 65_536  # a page of memory is taken only when it is first written to
MAX_INSIDE = 2_048  # a month's bar has 31 rollovers of each symbol

BOOK = np.dtype(
    [
        ("account", ACCOUNT),
        ("symbols", SYMBOL, (MAX_SYMBOLS,)),
        ("positions", POSITION, (MAX_POSITIONS,)),  # by ticket
        ("orders", ORDER, (MAX_ORDERS,)),  # by ticket
        ("requests", REQUEST, (MAX_REQUESTS,)),
        ("deals", DEAL, (MAX_DEALS,)),  # emptied by whoever drives when it is nearly full
        ("inside", ROLLOVER, (MAX_INSIDE,)),  # rollovers strictly inside the present bar
    ]
)
"""All state of an account. Arrays are filled from the front; the account knows how far."""
