"""The slippage of each event by a model, before a run begins."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.engine.preparation.contracts import whole_points
from forexai_core.engine.preparation.stream import Stream
from forexai_core.values.accounts import Costs
from forexai_core.values.slippage import SlippageModel

__all__ = ["with_modelled_slippage"]

Floats = NDArray[np.float64]

_DUST = 1e-9  # of a point: what binary fractions leave


def _up(points: Floats) -> Floats:
    rounded: Floats = np.ceil(points - _DUST)
    return rounded


def _average_true_range(high: Floats, low: Floats, close: Floats, bars: int) -> Floats:
    """Give the mean true range of the bars before each one; 0 before the first."""
    before = np.concatenate([close[:1], close[:-1]])
    true_range = np.maximum(high, before) - np.minimum(low, before)
    true_range[0] = high[0] - low[0]
    sums = np.concatenate([[0.0], np.cumsum(true_range)])  # whole points: exact
    last = np.arange(len(high))
    first = np.maximum(last - bars, 0)
    mean: Floats = (sums[last] - sums[first]) / np.maximum(last - first, 1)
    return mean


def _modelled(high: Floats, low: Floats, close: Floats, model: SlippageModel, symbol: str) -> Floats:
    points = _up(model.range_fraction * (high - low))
    if model.atr_fraction > 0.0:
        points += _up(model.atr_fraction * _average_true_range(high, low, close, model.atr_bars))
    if model.random_points > 0.0:
        key = hashlib.sha256(f"{model.seed}|{symbol}|slippage".encode()).digest()
        points += _up(model.random_points * np.random.default_rng(list(key)).random(len(high)))
    return points


def _varies(model: SlippageModel | None) -> bool:
    return model is not None and model.varies


def with_modelled_slippage(stream: Stream, symbols: Sequence[str], costs: Mapping[str, Costs]) -> Stream:
    """Put the slippage of each event into a stream; it is given back where no model differs by event.

    Parameters
    ----------
    stream : Stream
        The events.
    symbols : sequence of str
        In the order of their indices.
    costs : mapping of str to Costs
        By symbol.
    """
    if not any(_varies(costs[symbol].slippage_model) for symbol in symbols):
        return stream
    owner = np.zeros(len(stream.time_ns), np.int64) if stream.events is None else stream.events["symbol"]
    slippage = np.zeros(len(owner), np.int64)
    for index, symbol in enumerate(symbols):
        rows, own = np.flatnonzero(owner == index), costs[symbol]
        slippage[rows] = whole_points(own.slippage_points or 0.0)
        if own.slippage_model is not None and own.slippage_model.varies and len(rows):
            path = [side[rows].astype(np.float64) for side in (stream.bid.high, stream.bid.low, stream.bid.close)]
            slippage[rows] += _modelled(path[0], path[1], path[2], own.slippage_model, symbol).astype(np.int64)
    return attrs.evolve(stream, slippage=slippage)
