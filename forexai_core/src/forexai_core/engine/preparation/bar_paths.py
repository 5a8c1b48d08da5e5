"""Paths inside bars by a model: each bar becomes a few straight ways, from price to price.

A straight way is a bar whose prices only rise or only fall, on both sides; the ledger then knows the order of all
that it meets. The extremes of the ask are taken at the moments of the bid's.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from zlib import crc32

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.engine.accounting.draws import uniforms
from forexai_core.values.points import Points

__all__ = ["PATHS", "Part", "straightened"]

PATHS = ("worst-first", "open-high-low-close", "open-low-high-close", "adaptive", "bridge")
"""How the prices inside a bar are taken; the first is no model, but the ledger's own rule."""

_STEPS = 4  # of the bridge, between two of a bar's four prices
_BLOCK = 65_536  # bars at a time, so that memory stays small

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


@attrs.frozen(kw_only=True, eq=False)
class Part:
    """The events of one symbol.

    Attributes
    ----------
    time_ns, end_ns : (events,) int64
        Opening and end.
    bid, ask : Points
        Both sides.
    decides : (events,) int64
        Row of the strategy's bars that ends with each event, or -1.
    ticks : (events,) bool
        Which are ticks, whose price stands for their instant alone.
    volume : (events,) float64
        As the prices bring it.
    """

    time_ns: Integers
    end_ns: Integers
    bid: Points
    ask: Points
    decides: Integers
    ticks: NDArray[np.bool_]
    volume: Floats


def _high_first(part: Part, model: str, draws: Floats) -> NDArray[np.bool_]:
    """Say in which bars the high comes before the low."""
    opened, high, low, close = (column.astype(np.int64) for column in part.bid)
    if model == "open-high-low-close":
        return np.ones(len(opened), np.bool_)
    if model == "open-low-high-close":
        return np.zeros(len(opened), np.bool_)
    if model == "adaptive":
        return close < opened
    # By the leading term of the reflection principle, a path of Brownian motion over these extremes has the
    # likelihood exp(-length**2 / (2 * variance)), with Parkinson's variance = range**2 / (4 * log(2)).
    span = (high - low).astype(np.float64)
    up = (high - opened) + span + (close - low)
    down = (opened - low) + span + (high - close)
    excess = np.divide(up * up - down * down, span * span, out=np.zeros_like(span), where=span > 0)
    ahead: NDArray[np.bool_] = draws * (1.0 + np.exp(np.clip(excess * 2.0 * np.log(2.0), -700, 700))) < 1.0
    return ahead


def _keys(side: Points, high_first: NDArray[np.bool_]) -> Integers:
    """Give the four prices of each bar in the order in which they come: (bars, 4)."""
    opened, high, low, close = (column.astype(np.int64) for column in side)
    return np.stack([opened, np.where(high_first, high, low), np.where(high_first, low, high), close], axis=1)


def _wander(span: Floats, draws: Floats) -> Floats:
    """Make Brownian bridges between each bar's four prices, in points: (bars, 3 * _STEPS + 1), 0 at the four."""
    radius = np.sqrt(-2.0 * np.log1p(-draws[:, 0::2]))
    angle = 2.0 * np.pi * draws[:, 1::2]
    normal = np.concatenate([radius * np.cos(angle), radius * np.sin(angle)], axis=1).reshape(len(draws), 3, _STEPS)
    deviation = span / np.sqrt(4.0 * np.log(2.0)) / np.sqrt(3.0 * _STEPS)
    walked = np.cumsum(normal * deviation[:, None, None], axis=2)
    share = np.arange(1, _STEPS + 1) / _STEPS
    bridges = walked - share * walked[:, :, -1:]
    bridges[:, :, -1] = 0.0
    return np.concatenate([np.zeros((len(draws), 1)), bridges.reshape(len(draws), -1)], axis=1)


def _stations(keys: Integers, side: Points, wander: Floats) -> Integers:
    """Give the prices at which each bar's path turns, on the grid of points and within the bar."""
    steps = (wander.shape[1] - 1) // 3
    at = np.arange(wander.shape[1]) / steps
    before = np.minimum(at.astype(np.int64), 2)
    line = keys[:, before] + (at - before) * (keys[:, before + 1] - keys[:, before])
    turned = np.rint(line + wander).astype(np.int64)
    return np.clip(turned, side.low[:, None].astype(np.int64), side.high[:, None].astype(np.int64))


def _paths(part: Part, model: str, seed: int) -> tuple[Integers, Integers]:
    """Give the prices between which each bar goes straight, bid and ask: (bars, stations)."""
    if model != "bridge":
        high_first = _high_first(part, model, np.empty(0))
        return _keys(part.bid, high_first), _keys(part.ask, high_first)
    draws = uniforms(seed, part.time_ns, 1 + 3 * _STEPS)
    high_first = _high_first(part, model, draws[:, 0])
    span = (part.bid.high - part.bid.low).astype(np.float64)
    wander = _wander(span, draws[:, 1:])
    bid = _stations(_keys(part.bid, high_first), part.bid, wander)
    ask = _stations(_keys(part.ask, high_first), part.ask, wander)
    return bid, np.maximum(bid, ask)


def _ways(stations: Integers, kept: NDArray[np.bool_], dtype: np.dtype[Any]) -> Points:
    start, stop = stations[:, :-1][kept], stations[:, 1:][kept]
    columns = (start, np.maximum(start, stop), np.minimum(start, stop), stop)
    return Points(*(np.ascontiguousarray(column.astype(dtype)) for column in columns))


def _block(part: Part, model: str, seed: int) -> Part:
    bid, ask = _paths(part, model, seed)
    kept = (bid[:, 1:] != bid[:, :-1]) | (ask[:, 1:] != ask[:, :-1])
    kept[~kept.any(axis=1), -1] = True
    counts = kept.sum(axis=1)
    rows = np.repeat(np.arange(len(counts)), counts)
    number = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    last = number == counts[rows] - 1
    length = part.end_ns - part.time_ns
    times = part.time_ns[rows] + length[rows] // counts[rows] * number
    return Part(
        time_ns=times,
        end_ns=np.where(last, part.end_ns[rows], np.append(times[1:], 0)),
        bid=_ways(bid, kept, part.bid.open.dtype),
        ask=_ways(ask, kept, part.ask.open.dtype),
        decides=np.where(last, part.decides[rows], -1),
        ticks=part.ticks[rows],
        volume=(part.volume / counts)[rows],
    )


def _rows(part: Part, rows: slice) -> Part:
    return Part(
        time_ns=part.time_ns[rows],
        end_ns=part.end_ns[rows],
        bid=Points(*(column[rows] for column in part.bid)),
        ask=Points(*(column[rows] for column in part.ask)),
        decides=part.decides[rows],
        ticks=part.ticks[rows],
        volume=part.volume[rows],
    )


def _blocks(part: Part, model: str, seed: int) -> Iterator[Part]:
    for first in range(0, len(part.time_ns), _BLOCK):
        yield _block(_rows(part, slice(first, first + _BLOCK)), model, seed)


def straightened(part: Part, model: str, symbol: str, seed: int) -> Part:
    """Put the straight ways of a model in place of each bar.

    Parameters
    ----------
    part : Part
        The events of a symbol; those that never move stay as they are.
    model : str
        One of :data:`PATHS`.
    symbol : str
        Its name: each has paths of its own.
    seed : int
        Of the bridge. The path of a bar hangs on its seed, symbol, opening time and prices, and on no other bar.

    Returns
    -------
    Part
        At most 3 events a bar, of the bridge at most 12, which share its time and volume evenly.
    """
    blocks = list(_blocks(part, model, seed ^ crc32(symbol.encode())))

    def joined(side: str) -> Points:
        return Points(*(np.concatenate(columns) for columns in zip(*(getattr(b, side) for b in blocks), strict=True)))

    return Part(
        time_ns=np.concatenate([block.time_ns for block in blocks]),
        end_ns=np.concatenate([block.end_ns for block in blocks]),
        bid=joined("bid"),
        ask=joined("ask"),
        decides=np.concatenate([block.decides for block in blocks]),
        ticks=np.concatenate([block.ticks for block in blocks]),
        volume=np.concatenate([block.volume for block in blocks]),
    )
