"""Quotes in hftbacktest: its compiled loop, an order every so many quotes.

Its depth takes level updates, not best quotes, so each quote is four rows: the old level of each side removed, the new
one set.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import task
from hftbacktest import (
    BUY_EVENT,
    DEPTH_EVENT,
    EXCH_EVENT,
    GTC,
    LIMIT,
    LOCAL_EVENT,
    SELL_EVENT,
    BacktestAsset,
    ROIVectorMarketDepthBacktest,
)
from hftbacktest.types import event_dtype
from numba import njit
from task import Run, Task

PACKAGES = ("hftbacktest", "numba", "numpy")
LACKS = "stops and targets, swap, margin, equity a tick (it models order latency and queues instead)"

_FED = 2
_LONGEST_WAIT_NS = 10 * 86_400 * 1_000_000_000  # longer than any weekend


def _rows(given: Task) -> Any:
    rows = np.zeros(4 * given.rows, event_dtype)
    stamps = given.column("tick_time_ns")
    for place, (side, name) in enumerate(((BUY_EVENT, "tick_bid"), (SELL_EVENT, "tick_ask"))):
        price = given.column(name)
        before = np.concatenate((price[:1], price[:-1]))
        for part, (level, quantity) in enumerate(((before, 0.0), (price, 1e6))):
            lines = rows[2 * place + part :: 4]
            lines["ev"] = DEPTH_EVENT | EXCH_EVENT | LOCAL_EVENT | side
            lines["exch_ts"], lines["local_ts"] = stamps, stamps + 1_000
            lines["px"], lines["qty"] = level, quantity
    return rows


@njit
def _turn_round(market, every):
    seen, side, number = 0, 0, 1
    while market.wait_next_feed(False, _LONGEST_WAIT_NS) == _FED:
        seen += 1
        if seen % every == 0:
            market.clear_inactive_orders(0)
            depth = market.depth(0)
            quantity = 10_000.0 if market.position(0) == 0 else 20_000.0
            if side == 0:
                market.submit_buy_order(0, number, depth.best_ask, quantity, GTC, LIMIT, False)
            else:
                market.submit_sell_order(0, number, depth.best_bid, quantity, GTC, LIMIT, False)
            side = 1 - side
            number += 1
    return seen


def ticks(given: Task) -> Run:
    """Go through all quotes."""
    rows = _rows(given)

    def run() -> int:
        asset = (
            BacktestAsset()
            .data(rows)
            .linear_asset(1.0)
            .constant_order_latency(1_000, 1_000)
            .risk_adverse_queue_model()
            .no_partial_fill_exchange()
            .trading_value_fee_model(3.1e-5, 3.1e-5)
            .tick_size(task.POINT)
            .lot_size(1.0)
            .roi_lb(0.5)
            .roi_ub(2.5)
        )
        market = ROIVectorMarketDepthBacktest([asset])
        assert _turn_round(market, task.TICKS_A_TRADE) >= given.rows - 1
        trades = int(market.state_values(0).num_trades)
        market.close()
        return trades

    return run


CASES = {"ticks": ticks}
