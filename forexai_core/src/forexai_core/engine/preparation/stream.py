"""One stream of events from the prices of a run: several symbols and finer prices, merged by time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.arrays import BAR
from forexai_core.engine.preparation.bar_paths import PATHS, Part, straightened
from forexai_core.engine.state.market_records import EVENT
from forexai_core.errors import ConfigError, DataShapeError
from forexai_core.values.bars import Bars
from forexai_core.values.clocks import format_time_ns
from forexai_core.values.points import Points, raised
from forexai_core.values.ticks import Ticks

__all__ = ["Stream", "as_bars", "merge"]

Series = Bars | Ticks


@attrs.frozen(kw_only=True, eq=False)
class Stream:
    """Events of a run in the order in which the ledger takes them.

    Attributes
    ----------
    time_ns, end_ns : (events,) int64
        Opening and end of each event's bar; a tick's are the same.
    bid : Points
        The bid side; a tick is a bar whose four prices are equal.
    ask : Points or None
        The ask side; None where it lies a fixed spread above the bid.
    slippage : (events,) int64 or None
        Points; None where each symbol's is fixed.
    volume : (events,) float64
        As the prices bring it.
    events : (events,) EVENT or None
        None: one symbol, each event closes a bar of the strategy.
    """

    time_ns: NDArray[np.int64]
    end_ns: NDArray[np.int64]
    bid: Points
    volume: NDArray[np.float64]
    ask: Points | None = None
    events: NDArray[np.void] | None = None
    slippage: NDArray[np.int64] | None = None


def as_bars(prices: Series) -> NDArray[np.void]:
    """Give prices as rows of BAR; ticks as bars that never move."""
    if isinstance(prices, Bars):
        return prices.data
    rows = np.empty(len(prices), BAR)
    rows["time_ns"] = prices.time_ns
    rows["volume"] = prices.volume
    for name in Points._fields:
        rows[name] = prices.bid
    return rows


def _ask_side(series: Series, spread_points: int | None) -> Points:
    """Give the ask side in points: as known, or the bid and a spread."""
    known = series.ask_points
    return raised(series.bid_points, float(spread_points or 0)) if known is None else known


def _ends(series: Series) -> NDArray[np.int64]:
    return series.time_ns if isinstance(series, Ticks) else series.end_ns


def _volumes(series: Series) -> NDArray[np.float64]:
    volumes: NDArray[np.float64] = series.volume if isinstance(series, Ticks) else series.data["volume"]
    return volumes


def _single(series: Series) -> Stream:
    return Stream(
        time_ns=series.time_ns,
        end_ns=_ends(series),
        bid=series.bid_points,
        volume=_volumes(series),
        ask=series.ask_points,
    )


def _taken(side: Points, rows: NDArray[Any]) -> Points:
    return Points(*(column[rows] for column in side))


def _joined(sides: Sequence[Points]) -> Points:
    return Points(*(np.concatenate(columns) for columns in zip(*sides, strict=True)))


def _coarse_part(series: Series, spread_points: int | None) -> Part:
    return Part(
        time_ns=series.time_ns,
        end_ns=_ends(series),
        bid=series.bid_points,
        ask=_ask_side(series, spread_points),
        decides=np.arange(len(series)),
        ticks=np.full(len(series), isinstance(series, Ticks)),
        volume=_volumes(series),
    )


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


def _fine_part(coarse: Series, fine: Series, spread_points: int | None) -> Part:
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
    return _woven(coarse, fine, owner, spread_points)


def _woven(coarse: Bars, fine: Series, owner: NDArray[np.int64], spread_points: int | None) -> Part:
    """Put the finer prices that have an owner and the bars that own none into the order of time."""
    keep, ends = owner >= 0, coarse.end_ns
    bare = np.setdiff1d(np.arange(len(coarse)), owner[keep])
    times = np.concatenate([fine.time_ns[keep], coarse.time_ns[bare]])
    order = np.argsort(times, kind="stable")
    rows = np.concatenate([owner[keep], bare])[order]
    last = np.append(rows[1:] != rows[:-1], True)
    stops = np.concatenate([np.minimum(_ends(fine)[keep], ends[owner[keep]]), ends[bare]])[order]

    def both(fine_side: Points, coarse_side: Points) -> Points:
        return _taken(_joined([_taken(fine_side, keep), _taken(coarse_side, bare)]), order)

    return Part(
        time_ns=times[order],
        end_ns=np.where(last, ends[rows], stops),
        bid=both(fine.bid_points, coarse.bid_points),
        ask=both(_ask_side(fine, spread_points), _ask_side(coarse, spread_points)),
        decides=np.where(last, rows, -1),
        ticks=(np.arange(len(times)) < np.count_nonzero(keep))[order] & isinstance(fine, Ticks),
        volume=np.concatenate([_volumes(fine)[keep], _volumes(coarse)[bare]])[order],
    )


def merge(
    series: Mapping[str, Series],
    finer: Mapping[str, Series],
    spreads: Sequence[int | None],
    *,
    path: str = PATHS[0],
    seed: int = 0,
    numbered: bool = False,
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
    path : str
        One of :data:`forexai_core.engine.preparation.bar_paths.PATHS`: by which model bars are turned into
        straight ways.
    seed : int
        Of the model.
    numbered : bool
        Whether to say of each event which bar it closes, where that goes without saying, too.

    Raises
    ------
    ConfigError, DataShapeError
        If finer prices do not belong to the bars.
    """
    modelled = path != PATHS[0]
    if len(series) == 1 and not finer and not modelled and not numbered:
        return _single(next(iter(series.values())))
    parts: list[Part] = []
    for (symbol, prices), spread in zip(series.items(), spreads, strict=True):
        fine = finer.get(symbol)
        part = _coarse_part(prices, spread) if fine is None else _fine_part(prices, fine, spread)
        parts.append(straightened(part, path, symbol, seed) if modelled else part)
    firsts = np.cumsum([0, *(len(prices) for prices in series.values())])
    times = np.concatenate([part.time_ns for part in parts])
    ends = np.concatenate([part.end_ns for part in parts])
    events = np.zeros(len(times), EVENT)
    events["tick"] = np.concatenate([part.ticks for part in parts])
    events["symbol"] = np.repeat(np.arange(len(parts)), [len(part.time_ns) for part in parts])
    events["decides"] = np.concatenate(
        [np.where(part.decides >= 0, part.decides + first, -1) for part, first in zip(parts, firsts, strict=False)]
    )
    order = np.argsort(times, kind="stable")
    return Stream(
        time_ns=times[order],
        end_ns=ends[order],
        bid=_taken(_joined([part.bid for part in parts]), order),
        volume=np.concatenate([part.volume for part in parts])[order],
        ask=_taken(_joined([part.ask for part in parts]), order),
        events=events[order],
    )
