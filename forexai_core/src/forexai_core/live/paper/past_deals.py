"""The deals of a paper account, found by their time however many there are."""

from __future__ import annotations

from bisect import bisect_left

from forexai_core.values.orders import Deal

__all__ = ["PastDeals"]


class PastDeals(list[Deal]):
    """Deals in the order in which they were told; they are only appended."""

    def __init__(self) -> None:
        super().__init__()
        self._reached_ns: list[int] = []  # by each deal: the latest time of those so far

    def append(self, deal: Deal) -> None:
        """Add a deal."""
        super().append(deal)
        self._reached_ns.append(max([deal.time_ns, *self._reached_ns[-1:]]))

    def between(self, start_ns: int, stop_ns: int) -> tuple[Deal, ...]:
        """Give the deals from one time (inclusive) to another (exclusive), nanoseconds UTC."""
        first = bisect_left(self._reached_ns, start_ns)  # all before it are earlier
        return tuple(deal for deal in self[first:] if start_ns <= deal.time_ns < stop_ns)
