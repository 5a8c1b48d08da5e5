"""Bars of a longer timeframe out of shorter ones or ticks, anchored at a server's midnight."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from forexai_core.arrays import BAR, QUOTE
from forexai_core.data.market_hours import MarketHours
from forexai_core.errors import ConfigError, DataShapeError, did_you_mean
from forexai_core.values.bars import Bars
from forexai_core.values.clocks import NEW_YORK_CLOSE, Clock, format_time_ns
from forexai_core.values.instruments import Instrument
from forexai_core.values.ticks import Ticks
from forexai_core.values.timeframes import NS_PER_DAY, Timeframe

__all__ = ["resample"]

SundayPolicy = Literal["keep", "merge"]
PartialPolicy = Literal["drop", "keep"]

_SUNDAY = 6
_NESTED = {Timeframe.MN1: Timeframe.D1}  # weeks do not fit into months


def resample(
    prices: Bars | Ticks,
    timeframe: str | Timeframe,
    *,
    clock: str | Clock = NEW_YORK_CLOSE,
    sunday: SundayPolicy = "keep",
    partial: PartialPolicy = "drop",
) -> Bars:
    """Make bars of a longer timeframe.

    A bar takes the first open, highest high, lowest low, last close and summed volume of what it
    holds, of the bid and of the ask alike. Where only spreads are known it takes the *first* one: that
    of its open, where decisions execute. Bars without prices are not made up. The first bar may begin
    before the prices do; the provenance says so.

    Parameters
    ----------
    prices : Bars or Ticks
        The shorter ones.
    timeframe : str
        The longer one; the shorter must divide it.
    clock : str or Clock
        Whose midnight days begin at; weeks begin at its Sunday. By the default, New York + 7 h, the
        forex day ends at 17:00 in New York, and Sunday evening's prices belong to Monday.
    sunday : {"keep", "merge"}
        On other clocks Sunday evening makes a daily bar of few hours: keep that stub, or merge it
        into Monday's bar. Markets that trade at weekends are left alone.
    partial : {"drop", "keep"}
        What to do with a last bar whose time is not over while the market is open.

    Raises
    ------
    ConfigError
        If the timeframe is not longer, or not divided by the shorter one, or a policy is unknown.
    DataShapeError
        If bars cross the edges of the longer ones, as bars anchored at another clock do.
    """
    target, anchor = Timeframe.of(timeframe), Clock.of(clock)
    _check(prices, target, sunday, partial)
    provenance = {**prices.provenance, "resampled": f"to {target} by the clock {anchor}"}
    if not len(prices):
        return Bars(instrument=prices.instrument, timeframe=target, data=np.empty(0, BAR), provenance=provenance)
    start = anchor.bar_start_ns(prices.time_ns, target)
    if isinstance(prices, Bars):
        _check_edges(prices, start, target, anchor)
    if sunday == "merge" and target is Timeframe.D1 and not prices.instrument.trades_at_weekends:
        start = _merge_sundays(start, anchor)
    first = np.concatenate(([0], np.flatnonzero(np.diff(start)) + 1))
    data, ask = _from_bars(prices, first) if isinstance(prices, Bars) else _from_ticks(prices, first)
    data["time_ns"] = start[first]
    spread = prices.spread_points[first] if isinstance(prices, Bars) and prices.spread_points is not None else None
    end = int(anchor.bar_end_ns(start[-1:], target)[0])
    if prices.time_ns[0] > start[0]:
        provenance["first_bar"] = (
            f"begins at {format_time_ns(start[0])}, its prices at {format_time_ns(prices.time_ns[0])}"
        )
    if _is_partial(prices, end):
        provenance["last_bar"] = f"not over ({format_time_ns(end)}) when the prices end: " + (
            "left out" if partial == "drop" else "partial"
        )
        if partial == "drop":
            data, ask = data[:-1], None if ask is None else ask[:-1]
            spread = None if spread is None else spread[:-1]
    return Bars(
        instrument=prices.instrument, timeframe=target, data=data, ask=ask, spread_points=spread, provenance=provenance
    )


def _check(prices: Bars | Ticks, target: Timeframe, sunday: str, partial: str) -> None:
    for name, value, known in (
        ("sunday", sunday, get_args(SundayPolicy)),
        ("partial", partial, get_args(PartialPolicy)),
    ):
        if value not in known:
            raise ConfigError(f"{name} is '{value}'. {did_you_mean(value, known)}")
    if isinstance(prices, Ticks):
        if target is Timeframe.TICK:
            raise ConfigError("Ticks are made into bars of a timeframe such as 'M1', not into ticks.")
        return
    source = prices.timeframe
    nests = target.nominal_ns % source.nominal_ns == 0 if source is not Timeframe.MN1 else False
    if target in _NESTED and source is Timeframe.W1:
        nests = False
    if target.nominal_ns <= source.nominal_ns or not nests:
        raise ConfigError(
            f"Bars of {target} cannot be made of bars of {source}: the shorter timeframe must divide the longer. "
            "Start from shorter bars, or from ticks."
        )


def _check_edges(bars: Bars, start: NDArray[np.int64], target: Timeframe, anchor: Clock) -> None:
    """Refuse bars that lie across an edge, by more than daylight saving explains."""
    end = anchor.bar_end_ns(start, target)
    source = bars.timeframe
    if source.intraday:
        across = bars.time_ns + source.nominal_ns > end
    else:
        across = (bars.time_ns - start) % NS_PER_DAY != 0
        across &= (anchor.to_wall_ns(bars.time_ns) % NS_PER_DAY) != 0
    if across.any():
        row = int(np.argmax(across))
        raise DataShapeError(
            f"{bars.symbol}: the {source} bar at {format_time_ns(bars.time_ns[row])} lies across an edge of {target} "
            f"by the clock {anchor}: the bars are anchored at another clock. Pass clock= of their server, or start "
            "from shorter bars."
        )


def _merge_sundays(start: NDArray[np.int64], anchor: Clock) -> NDArray[np.int64]:
    stub = anchor.weekday(start) == _SUNDAY
    monday = anchor.bar_end_ns(start[stub], Timeframe.D1)
    merged = start.copy()
    merged[stub] = monday
    return merged


def _from_bars(bars: Bars, first: NDArray[np.int64]) -> tuple[NDArray[np.void], NDArray[np.void] | None]:
    last = np.append(first[1:], len(bars)) - 1
    data = np.empty(len(first), BAR)
    _condense(bars.data, data, first, last)
    data["volume"] = np.add.reduceat(bars.volume, first)
    if bars.ask is None:
        return data, None
    ask = np.empty(len(first), QUOTE)
    _condense(bars.ask, ask, first, last)
    return data, ask


def _condense(rows: NDArray[np.void], out: NDArray[np.void], first: NDArray[np.int64], last: NDArray[np.int64]) -> None:
    out["open"], out["close"] = rows["open"][first], rows["close"][last]
    out["high"] = np.maximum.reduceat(np.ascontiguousarray(rows["high"]), first)
    out["low"] = np.minimum.reduceat(np.ascontiguousarray(rows["low"]), first)


def _from_ticks(ticks: Ticks, first: NDArray[np.int64]) -> tuple[NDArray[np.void], NDArray[np.void]]:
    """Make bid bars whose volume counts ticks, and the ask side beside them."""
    last = np.append(first[1:], len(ticks)) - 1
    data, ask = np.empty(len(first), BAR), np.empty(len(first), QUOTE)
    for out, side in ((data, ticks.bid), (ask, ticks.ask)):
        price = np.ascontiguousarray(side)
        out["open"], out["close"] = price[first], price[last]
        out["high"] = np.maximum.reduceat(price, first)
        out["low"] = np.minimum.reduceat(price, first)
    data["volume"] = last - first + 1
    return data, ask


def _is_partial(prices: Bars | Ticks, end: int) -> bool:
    """Tell whether the market is still open between the last price and the end of the last bar."""
    known_to = prices.time_ns[-1:] if isinstance(prices, Ticks) else NEW_YORK_CLOSE.bar_end_ns(
        prices.time_ns[-1:], prices.timeframe
    )  # fmt: skip
    return _open_between(prices.instrument, int(known_to[0]), end)


def _open_between(instrument: Instrument, start_ns: int, stop_ns: int) -> bool:
    edges = np.array([start_ns, stop_ns], np.int64)
    if stop_ns <= start_ns:
        return False
    return bool(MarketHours.of(instrument).open_minutes(edges[:1], edges[1:])[0] > 0)
