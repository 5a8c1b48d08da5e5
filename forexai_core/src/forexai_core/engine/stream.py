"""One stream of events from the prices of a run: several symbols and finer prices, merged by time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.arrays import BAR, QUOTE
from forexai_core.engine.records import EVENT
from forexai_core.errors import ConfigError, DataShapeError
from forexai_core.values.bars import Bars, Ticks
from forexai_core.values.clocks import format_time_ns

__all__ = ["Stream", "as_bars", "merge"]

Series = Bars | Ticks


@attrs.frozen(kw_only=True, eq=False)
class Stream:
    """Events of a run in the order in which the ledger takes them.

    Attributes
    ----------
    bars : (events,) BAR
        Bid prices; a tick is a bar whose four prices are equal.
    ask : (events,) QUOTE or None
        The ask side; None where bid and a spread give it.
    spread : (events,) int64 or None
        Points, where a column gives them.
    events : (events,) EVENT or None
        None: one symbol, each event closes a bar of the strategy.
    ends : (events,) int64 or None
        Ends of calendar bars; None where a fixed duration gives them.
    decision_bars : (decisions,) BAR
        The strategy's bars, symbol after symbol.
    """

    bars: NDArray[np.void]
    ask: NDArray[np.void] | None = None
    spread: NDArray[np.int64] | None = None
    events: NDArray[np.void] | None = None
    ends: NDArray[np.int64] | None = None
    decision_bars: NDArray[np.void]


def as_bars(ticks: Ticks) -> tuple[NDArray[np.void], NDArray[np.void]]:
    """Turn ticks into bars that never move: bid and ask."""
    bid, ask = np.empty(len(ticks), BAR), np.empty(len(ticks), QUOTE)
    bid["time_ns"] = ticks.time_ns
    bid["volume"] = ticks.volume
    for name in QUOTE.names or ():
        bid[name] = ticks.bid
        ask[name] = ticks.ask
    return bid, ask


def _sides(series: Series, spread_points: int | None) -> tuple[NDArray[np.void], NDArray[np.void]]:
    if isinstance(series, Ticks):
        return as_bars(series)
    if series.ask is not None:
        return series.data, series.ask
    column = series.spread_points
    points = spread_points or 0 if column is None else np.rint(column)
    ask = np.empty(len(series), QUOTE)
    for name in QUOTE.names or ():
        ask[name] = np.round(series.data[name] + points * series.instrument.point, series.digits)
    return series.data, ask


def _ends(series: Series) -> NDArray[np.int64]:
    return series.time_ns if isinstance(series, Ticks) else series.end_ns


def _single(series: Series) -> Stream:
    if isinstance(series, Ticks):
        bars, ask = as_bars(series)
        return Stream(bars=bars, ask=ask, decision_bars=bars)
    column = series.spread_points
    return Stream(
        bars=series.data,
        ask=series.ask,
        spread=None if column is None else np.rint(column).astype(np.int64),
        ends=series.end_ns if series.timeframe.follows_calendar else None,
        decision_bars=series.data,
    )


@attrs.frozen(kw_only=True, eq=False)
class _Part:
    """The events of one symbol."""

    bars: NDArray[np.void]
    ask: NDArray[np.void]
    ends: NDArray[np.int64]
    decides: NDArray[np.int64]


def _coarse_part(series: Series, spread_points: int | None) -> _Part:
    bars, ask = _sides(series, spread_points)
    return _Part(bars=bars, ask=ask, ends=_ends(series), decides=np.arange(len(bars)))


def _check_finer(coarse: Bars, fine: Series, owner: NDArray[np.int64]) -> None:
    """Refuse finer prices that leave the bars they are said to lie in."""
    high = fine.bid if isinstance(fine, Ticks) else fine.high
    low = fine.bid if isinstance(fine, Ticks) else fine.low
    inside = owner >= 0
    slack = 0.5 * coarse.instrument.point
    above = high[inside] > coarse.high[owner[inside]] + slack
    below = low[inside] < coarse.low[owner[inside]] - slack
    if np.any(above | below):
        row = np.flatnonzero(inside)[np.flatnonzero(above | below)[0]]
        raise DataShapeError(
            f"{coarse.symbol}: the finer price at {format_time_ns(fine.time_ns[row])} lies outside "
            f"the {coarse.timeframe} bar that opens at "
            f"{format_time_ns(coarse.time_ns[owner[row]])}. Both must come from one source: "
            "resample the finer prices to get the bars."
        )
    _check_cover(coarse, high, low, owner)


def _check_cover(coarse: Bars, high: NDArray[np.float64], low: NDArray[np.float64], owner: NDArray[np.int64]) -> None:
    """Refuse finer prices that do not reach a bar's extremes: what is missing would hide a stop."""
    inside = owner >= 0
    highest, lowest = np.full(len(coarse), -np.inf), np.full(len(coarse), np.inf)
    np.maximum.at(highest, owner[inside], high[inside])
    np.minimum.at(lowest, owner[inside], low[inside])
    slack = 0.5 * coarse.instrument.point
    short = np.isfinite(highest) & ((highest < coarse.high - slack) | (lowest > coarse.low + slack))
    if short.any():
        row = int(np.flatnonzero(short)[0])
        raise DataShapeError(
            f"{coarse.symbol}: the finer prices do not reach the high or the low of the {coarse.timeframe} bar that "
            f"opens at {format_time_ns(coarse.time_ns[row])}, so some are missing and a stop could go unseen. Give "
            "finer prices that cover their bars, or leave those of such bars out: the bar itself is then used."
        )


def _fine_part(coarse: Series, fine: Series, spread_points: int | None) -> _Part:
    """Put finer prices in place of each bar that they cover; keep the bars that they do not."""
    if isinstance(coarse, Ticks):
        raise ConfigError(f"{coarse.symbol}: ticks have nothing finer; leave finer out.")
    if fine.symbol != coarse.symbol:
        raise ConfigError(f"finer holds {fine.symbol}, but the bars are {coarse.symbol}.")
    if isinstance(fine, Bars) and fine.timeframe.nominal_ns > coarse.timeframe.nominal_ns:
        raise ConfigError(
            f"{coarse.symbol}: finer prices of {fine.timeframe} are coarser than the {coarse.timeframe} bars. Give "
            "bars of a lower timeframe, or ticks."
        )
    ends = coarse.end_ns
    owner = np.searchsorted(coarse.time_ns, fine.time_ns, side="right") - 1
    outside = (owner < 0) | (fine.time_ns >= ends[np.maximum(owner, 0)])
    owner = np.where(outside, -1, owner)
    _check_finer(coarse, fine, owner)
    keep = owner >= 0
    bare = np.setdiff1d(np.arange(len(coarse)), owner[keep])
    fine_bid, fine_ask = _sides(fine, spread_points)
    coarse_bid, coarse_ask = _sides(coarse, spread_points)
    bars = np.concatenate([fine_bid[keep], coarse_bid[bare]])
    rows = np.concatenate([owner[keep], bare])
    order = np.argsort(bars["time_ns"], kind="stable")
    rows = rows[order]
    last = np.append(rows[1:] != rows[:-1], True)
    stops = np.concatenate([np.minimum(_ends(fine)[keep], ends[owner[keep]]), ends[bare]])[order]
    return _Part(
        bars=bars[order],
        ask=np.concatenate([fine_ask[keep], coarse_ask[bare]])[order],
        ends=np.where(last, ends[rows], stops),
        decides=np.where(last, rows, -1),
    )


def merge(
    series: Mapping[str, Series],
    finer: Mapping[str, Series],
    spreads: Sequence[int | None],
) -> Stream:
    """Merge the prices of a run into one stream.

    Parameters
    ----------
    series : mapping of str to Bars or Ticks
        The strategy's prices, in the order of the symbols.
    finer : mapping of str to Bars or Ticks
        Finer prices of some of them.
    spreads : sequence of int or None
        Fixed spread of each symbol, points.

    Raises
    ------
    ConfigError, DataShapeError
        If finer prices do not belong to the bars.
    """
    if len(series) == 1 and not finer:
        return _single(next(iter(series.values())))
    parts: list[_Part] = []
    for (symbol, prices), spread in zip(series.items(), spreads, strict=True):
        fine = finer.get(symbol)
        parts.append(_coarse_part(prices, spread) if fine is None else _fine_part(prices, fine, spread))
    events = np.zeros(sum(len(part.bars) for part in parts), EVENT)
    firsts = np.cumsum([0, *(len(prices) for prices in series.values())])
    events["symbol"] = np.repeat(np.arange(len(parts)), [len(part.bars) for part in parts])
    events["end_ns"] = np.concatenate([part.ends for part in parts])
    events["decides"] = np.concatenate(
        [np.where(part.decides >= 0, part.decides + first, -1) for part, first in zip(parts, firsts, strict=False)]
    )
    bars = np.concatenate([part.bars for part in parts])
    order = np.argsort(bars["time_ns"], kind="stable")
    return Stream(
        bars=bars[order],
        ask=np.concatenate([part.ask for part in parts])[order],
        events=events[order],
        decision_bars=np.concatenate([_sides(item, 0)[0] for item in series.values()]),
    )
