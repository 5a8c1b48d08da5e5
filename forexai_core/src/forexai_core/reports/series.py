"""What the charts of a page draw, packed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forexai_core.arrays import CLOSE_REASONS, DOUBTS
from forexai_core.backtesting import Candles
from forexai_core.reports.packing import pack, pack_changes, scaled, seconds
from forexai_core.reports.subject import Subject

__all__ = ["candle_series", "equity_series", "histogram", "trade_series"]

Floats = NDArray[np.float64]


def equity_series(subject: Subject, *, at_most: int) -> dict[str, Any]:
    """Pack the equity curve: the last value of each run of rows, their extremes and deepest drawdown.

    Parameters
    ----------
    subject : Subject
        The result.
    at_most : int
        Upper bound of the points.
    """
    rows = subject.equity
    start = np.array([subject.start_ns], np.int64)
    first = np.array([subject.initial_balance])
    time = np.concatenate((start, rows["time_ns"]))
    equity, balance = np.concatenate((first, rows["equity"])), np.concatenate((first, rows["balance"]))
    if len(rows) and rows["time_ns"][0] <= subject.start_ns:
        time, equity, balance = time[1:], equity[1:], balance[1:]
    peaks = np.maximum.accumulate(np.maximum(equity, subject.initial_balance))
    fall = 100.0 * (1.0 - equity / peaks) if subject.initial_balance > 0 else np.zeros_like(equity)
    step = max(1, -(-len(time) // at_most))
    starts = np.arange(0, len(time), step)
    ends = np.append(starts[1:], len(time)) - 1
    digits = subject.money_digits
    return {
        "rows": step,
        "digits": digits,
        "time": pack_changes(seconds(time[ends])),
        "equity": pack_changes(scaled(equity[ends], digits)),
        "low": pack(scaled(equity[ends] - np.minimum.reduceat(equity, starts), digits)),
        "high": pack(scaled(np.maximum.reduceat(equity, starts) - equity[ends], digits)),
        "balance": pack_changes(scaled(balance[ends], digits)),
        "fall": pack_changes(scaled(np.maximum.reduceat(fall, starts), 3)),
    }


def candle_series(candles: Candles) -> dict[str, Any]:
    """Pack candles: each close by its change, the other prices by their distance from what they follow."""
    opened, close = scaled(candles.open, candles.digits), scaled(candles.close, candles.digits)
    high, low = scaled(candles.high, candles.digits), scaled(candles.low, candles.digits)
    return {
        "symbol": candles.symbol,
        "timeframe": candles.timeframe,
        "digits": candles.digits,
        "rows": candles.rows_per_candle,
        "time": pack_changes(seconds(candles.time_ns)),
        "close": pack_changes(close),
        "open": pack(opened - close),
        "high": pack(high - np.maximum(opened, close)),
        "low": pack(np.minimum(opened, close) - low),
    }


def trade_series(subject: Subject, *, at_most: int) -> dict[str, Any]:
    """Pack the first trades, column by column.

    Parameters
    ----------
    subject : Subject
        The result.
    at_most : int
        Upper bound of the trades.
    """
    trades, money = subject.trades[:at_most], subject.money_digits
    symbols, of_symbol = np.unique(trades["symbol"], return_inverse=True)
    digits = np.array([subject.digits_of(str(symbol)) for symbol in symbols], np.int64)[of_symbol]
    reasons, of_reason = np.unique(trades["close_reason"], return_inverse=True)
    return {
        "count": len(trades),
        "of": len(subject.trades),
        "symbols": [str(symbol) for symbol in symbols],
        "digits": [subject.digits_of(str(symbol)) for symbol in symbols],
        "reasons": [str(reason) for reason in reasons],
        "known": [str(reason) in CLOSE_REASONS for reason in reasons],
        "ticket": [str(ticket) for ticket in trades["ticket"].tolist()],
        "symbol": pack(of_symbol.astype(np.int64)),
        "side": pack(trades["side"].astype(np.int64)),
        "volume": pack(scaled(trades["volume_lots"], 8)),
        "opened": pack_changes(seconds(trades["open_time_ns"])),
        "closed": pack_changes(seconds(trades["close_time_ns"])),
        **{
            name: pack_changes(_in_points(trades[name], digits))
            for name in ("open_price", "close_price", "stop_loss", "take_profit")
        },
        **{name: pack(scaled(trades[name], money)) for name in ("commission", "swap", "net_profit", "mae", "mfe")},
        "reason": pack(of_reason.astype(np.int64)),
        "marks": pack(trades["ambiguous"].astype(np.int64) + 2 * trades["intrabar"].astype(np.int64)),
        "doubts": pack(trades["doubts"].astype(np.int64)),
        "doubted": list(DOUBTS),
    }


def _in_points(prices: Floats, digits: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.rint(prices * 10.0**digits).astype(np.int64)


def histogram(net: Floats, *, bars: int = 34) -> Mapping[str, Any] | None:
    """Count trades by net profit, in bars of a round width with an edge at zero.

    A few extreme trades must not press all others into one bar: what lies beyond the inner 99 % is
    held by the outermost bars.

    Parameters
    ----------
    net : (trades,) float64
        Net profits.
    bars : int
        About how many.

    Returns
    -------
    mapping or None
        ``width``, ``first`` (edges are whole multiples of the width) and ``counts``; None without
        trades.
    """
    if net.size == 0:
        return None
    low, high = np.percentile(net, [0.5, 99.5]) if net.size >= 200 else (net.min(), net.max())
    width = _round_width(max(high, 0.0) - min(low, 0.0), bars)
    first, last = math.floor(min(low, 0.0) / width), math.floor(max(high, 0.0) / width)
    places = np.clip(np.floor(net / width).astype(np.int64), first, last) - first
    return {"width": width, "first": first, "counts": np.bincount(places, minlength=last - first + 1).tolist()}


def _round_width(span: float, bars: int) -> float:
    if not span > 0:
        return 1.0
    rough = span / bars
    power = 10.0 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (1.0, 2.0, 2.5, 5.0, 10.0) if factor * power >= rough * (1 - 1e-9))
