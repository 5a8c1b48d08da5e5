"""What two records show of the prices around an event, and whether those explain a difference."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

import attrs

from forexai_core.live.drift.differences import Cause
from forexai_core.live.drift.pairing import DecisionPair

__all__ = ["Evidence", "PricesSeen"]

_NOISE = 1e-9  # of a price: what binary fractions leave


class Evidence(NamedTuple):
    """What prices say.

    Attributes
    ----------
    cause : Cause
        DATA where bars differ, PRICE where quotes do.
    said : str
        The figures.
    """

    cause: Cause
    said: str


@attrs.frozen(eq=False)
class PricesSeen:
    """The prices that a strategy's decisions saw, in both records.

    Attributes
    ----------
    pairs : sequence of DecisionPair
        Of one strategy, oldest first.
    """

    pairs: Sequence[DecisionPair]
    _times: list[int] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "_times", [pair.time_ns for pair in self.pairs])

    def place_at(self, time_ns: int) -> int | None:
        """Give the last decision until a time; None where there was none."""
        place = bisect_right(self._times, time_ns) - 1
        return place if place >= 0 else None

    def time_after(self, place: int) -> int:
        """Give when the decision after a place was made, nanoseconds UTC; 0 where there is none."""
        return self._times[place + 1] if place + 1 < len(self._times) else 0

    def bars_at(self, place: int) -> Evidence | None:
        """Say how the bars of a decision differ; None where they do not."""
        pair = self.pairs[place]
        if pair.live is None or pair.backtest is None:
            where = "the session" if pair.live is None else "the backtest"
            return Evidence(Cause.DATA, f"{where} has no price at {pair.time_ns}")
        if _far(pair.live.bar, pair.backtest.bar):
            return Evidence(Cause.DATA, f"the bar was {_told(pair.live.bar)}, not {_told(pair.backtest.bar)}")
        return None

    def quotes_at(self, place: int) -> Evidence | None:
        """Say how the quotes of a decision differ; None where they do not."""
        pair = self.pairs[place]
        if pair.live is None or pair.backtest is None:
            return None
        ours, theirs = (pair.live.bid, pair.live.ask), (pair.backtest.bid, pair.backtest.ask)
        if not _far(ours, theirs):
            return None
        cause = Cause.PRICE if pair.live.bar or pair.backtest.bar else Cause.DATA  # at a tick it is all there is to see
        return Evidence(cause, f"the quote was {_quoted(ours)}, not {_quoted(theirs)}")

    def at(self, place: int) -> Evidence | None:
        """Say how what a decision saw differs: bars before quotes; None where nothing does."""
        return self.bars_at(place) or self.quotes_at(place)

    def before(self, place: int, memory: int) -> Evidence | None:
        """Say how one of the so many bars before a decision differs, the last first; None where none does."""
        places = range(place - 1, max(-1, place - 1 - memory), -1)
        return next((found for each in places if (found := self.bars_at(each)) is not None), None)

    def during(self, first_ns: int, last_ns: int) -> Evidence | None:
        """Say how prices differ from the first decision after a time to the one that saw the last."""
        start, end = bisect_right(self._times, first_ns), bisect_right(self._times, last_ns)
        places = range(start, min(end + 1, len(self.pairs)))
        bars = (self.bars_at(each) for each in places)
        quotes = (self.quotes_at(each) for each in places)
        return next((each for each in (*bars, *quotes) if each is not None), None)

    def explains_fill(self, place: int, side: int, moved: float) -> Evidence | None:
        """Say whether the price that an order at the market met differs by most of what its fill differs.

        Parameters
        ----------
        place : int
            Of its decision.
        side : int
            Of its deal, +1 bought.
        moved : float
            The session's fill less the backtest's.
        """
        following = place + 1 if place + 1 < len(self.pairs) else None
        met = None if following is None else self._opened(following, side)
        for bars, quotes in (each for each in (met, self._stood(place, side)) if each is not None):
            if abs(bars + quotes) <= _NOISE or abs(moved - bars - quotes) > abs(moved) / 2:
                continue
            said = f"the price that it met was {bars + quotes:+.10g} away, the fill {moved:+.10g}"
            return Evidence(Cause.DATA if abs(bars) >= abs(quotes) else Cause.PRICE, said)
        return None

    def explains_level(self, time_ns: int, moved: float) -> Evidence | None:
        """Say whether the prices at a time differ by half of what a deal at a level differs, or more."""
        place = bisect_right(self._times, time_ns)
        if place >= len(self.pairs):
            return None
        pair = self.pairs[place]
        if pair.live is None or pair.backtest is None:
            return self.bars_at(place)
        for found, ours, theirs in (
            (self.bars_at(place), pair.live.bar, pair.backtest.bar),
            (self.quotes_at(place), (pair.live.bid, pair.live.ask), (pair.backtest.bid, pair.backtest.ask)),
        ):
            apart = max((abs(one - other) for one, other in zip(ours, theirs, strict=False)), default=0.0)
            if found is not None and apart >= abs(moved) / 2:
                return found
        return None

    def _opened(self, place: int, side: int) -> tuple[float, float] | None:
        """Give by how much the opening of a bar differs, and on top of it the spread."""
        pair = self.pairs[place]
        if pair.live is None or pair.backtest is None or not (pair.live.bar and pair.backtest.bar):
            return None
        spreads = (pair.live.ask - pair.live.bid) - (pair.backtest.ask - pair.backtest.bid)
        return pair.live.bar[0] - pair.backtest.bar[0], spreads if side > 0 else 0.0

    def _stood(self, place: int, side: int) -> tuple[float, float] | None:
        """Give by how much the quote of a decision differs: what its bar explains, and the rest."""
        pair = self.pairs[place]
        if pair.live is None or pair.backtest is None:
            return None
        quote = pair.live.ask - pair.backtest.ask if side > 0 else pair.live.bid - pair.backtest.bid
        bars = pair.live.bar[3] - pair.backtest.bar[3] if pair.live.bar and pair.backtest.bar else 0.0
        return bars, quote - bars


def _far(ours: Sequence[float], theirs: Sequence[float]) -> bool:
    return len(ours) != len(theirs) or any(abs(a - b) > _NOISE for a, b in zip(ours, theirs, strict=True))


def _told(bar: Sequence[float]) -> str:
    return " ".join(f"{each:.10g}" for each in bar) or "none"


def _quoted(quote: Sequence[float]) -> str:
    return " / ".join(f"{each:.10g}" for each in quote)
