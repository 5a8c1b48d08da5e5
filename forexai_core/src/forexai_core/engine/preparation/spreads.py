"""The spread of each bar by a model, before a run begins."""

from __future__ import annotations

import hashlib

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.engine.preparation.contracts import DUST
from forexai_core.errors import ConfigError
from forexai_core.values.accounts import Costs
from forexai_core.values.bars import Bars
from forexai_core.values.clocks import Clock
from forexai_core.values.spreads import SpreadModel
from forexai_core.values.ticks import Ticks
from forexai_core.values.timeframes import NS_PER_DAY, NS_PER_MINUTE

__all__ = ["brings_spread", "modelled_spread", "with_modelled_spread"]

Times = NDArray[np.int64]
Floats = NDArray[np.float64]

_NS_PER_HOUR = 60 * NS_PER_MINUTE
_HOURS = 24


def _by_hour(bars: Bars, model: SpreadModel, clock: Clock) -> Floats:
    """Give the widest hour that each bar touches."""
    ordinary = bars.instrument.spread_points if model.points is None else model.points
    if not model.hours:
        return np.full(len(bars), float(ordinary))
    own = dict(model.hours)
    table = np.array([own.get(hour, ordinary) for hour in range(_HOURS)], np.float64)
    first = clock.to_wall_ns(bars.time_ns) // _NS_PER_HOUR
    last = clock.to_wall_ns(np.maximum(bars.end_ns - 1, bars.time_ns)) // _NS_PER_HOUR
    count = np.clip(last - first + 1, 1, _HOURS)
    widest = table[first % _HOURS]
    for later in range(1, int(count.max(initial=1))):
        np.maximum(widest, np.where(later < count, table[(first + later) % _HOURS], 0.0), out=widest)
    return widest


def _overlaps(bars: Bars, starts: Times, stops: Times) -> NDArray[np.bool_]:
    """Say which bars share an instant with any window ``[start, stop)``; the windows are of one length and in order."""
    if not len(starts):
        return np.zeros(len(bars), bool)
    window = np.searchsorted(stops, bars.time_ns, side="right")
    known = window < len(starts)
    return known & (starts[np.minimum(window, len(starts) - 1)] < np.maximum(bars.end_ns, bars.time_ns + 1))


def _around(instants: Times, before_minutes: float, after_minutes: float) -> tuple[Times, Times]:
    return instants - round(before_minutes * NS_PER_MINUTE), instants + round(after_minutes * NS_PER_MINUTE)


def _week_opens(times: Times) -> Times:
    """Give the first opening after each pause of a day or more, and the first of all."""
    return times[np.flatnonzero(np.diff(times, prepend=times[0] - NS_PER_DAY) >= NS_PER_DAY)]


def _news(bars: Bars, model: SpreadModel) -> Times:
    currencies = {bars.instrument.base_currency, bars.instrument.profit_currency}
    return np.array(
        [e.time_ns for e in model.events if e.currency in currencies and e.impact.rank >= model.least_impact.rank],
        np.int64,
    )


def _factors(bars: Bars, model: SpreadModel, clock: Clock) -> Floats:
    """Give how many times wider each bar's spread is."""
    factor = np.ones(len(bars))
    margin = round(model.rollover_minutes * NS_PER_MINUTE)
    if model.rollover_factor > 1.0:
        midnights = clock.midnights_ns(int(bars.time_ns[0]) - margin - 1, int(bars.end_ns[-1]) + margin)
        near = _overlaps(bars, *_around(midnights, model.rollover_minutes, model.rollover_minutes))
        factor[near] = model.rollover_factor
    if model.week_open_factor > 1.0:
        opens = _around(_week_opens(bars.time_ns), 0.0, model.week_open_minutes)
        factor = np.maximum(factor, np.where(_overlaps(bars, *opens), model.week_open_factor, 1.0))
    if model.news_factor > 1.0:
        windows = _around(_news(bars, model), model.news_minutes_before, model.news_minutes_after)
        factor = np.maximum(factor, np.where(_overlaps(bars, *windows), model.news_factor, 1.0))
    return factor


def modelled_spread(bars: Bars, model: SpreadModel, clock: Clock) -> Floats:
    """Compute the spread of each bar.

    Parameters
    ----------
    bars : Bars
        Without spread and ask side.
    model : SpreadModel
        What it follows.
    clock : Clock
        Of the account: its hours and midnights.

    Returns
    -------
    (bars,) float64
        Whole points, a fraction rounded up. The same bars, model and clock give the same spreads.
    """
    spread = _by_hour(bars, model, clock) * _factors(bars, model, clock)
    if model.jitter > 0.0:
        key = hashlib.sha256(f"{model.seed}|{bars.symbol}|{bars.timeframe}".encode()).digest()
        spread *= 1.0 + model.jitter * np.random.default_rng(list(key)).random(len(bars))
    return np.ceil(spread - DUST)


def brings_spread(prices: Bars | Ticks) -> bool:
    """Say whether prices know their ask side or spread."""
    return isinstance(prices, Ticks) or prices.ask is not None or prices.spread_points is not None


def with_modelled_spread(prices: Bars | Ticks, costs: Costs, clock: Clock) -> Bars | Ticks:
    """Put the spread of the costs' model into prices; without a model they are given back.

    Raises
    ------
    ConfigError
        If the prices bring an ask side or a spread of their own.
    """
    if costs.spread_model is None:
        return prices
    if isinstance(prices, Ticks) or brings_spread(prices):
        raise ConfigError(
            f"{prices.symbol}: the prices bring their own ask side or spread, so Costs(spread_model=…) would count the "
            "spread twice. Leave it out."
        )
    return attrs.evolve(prices, spread_points=modelled_spread(prices, costs.spread_model, clock))
