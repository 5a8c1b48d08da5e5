"""Straight ways through a bar, from one of its four prices to the next."""

from __future__ import annotations

from dataclasses import replace

from reference.quotes import Bar, Prices

__all__ = ["ways_of"]


def _four(side: Prices, *, high_first: bool) -> list[int]:
    extremes = [side.high, side.low] if high_first else [side.low, side.high]
    return [side.open, *extremes, side.close]


def _way(start: int, stop: int) -> Prices:
    return Prices(start, max(start, stop), min(start, stop), stop)


def ways_of(bar: Bar, model: str) -> list[Bar]:
    """Give the ways of a bar, which share its time evenly; those on which neither side moves are left out."""
    high_first = bar.bid.close < bar.bid.open if model == "adaptive" else model == "open-high-low-close"
    bid, ask = (_four(side, high_first=high_first) for side in (bar.bid, bar.ask))
    moves = [number for number in range(3) if bid[number] != bid[number + 1] or ask[number] != ask[number + 1]] or [2]
    times = [bar.time_ns + (bar.end_ns - bar.time_ns) // len(moves) * part for part in range(len(moves))]
    return [
        replace(
            bar,
            time_ns=time,
            end_ns=end,
            bid=_way(bid[number], bid[number + 1]),
            ask=_way(ask[number], ask[number + 1]),
            straight=True,
            volume=bar.volume / len(moves),
            decides=number == moves[-1],
        )
        for number, time, end in zip(moves, times, [*times[1:], bar.end_ns], strict=True)
    ]
