"""How much may come, and how fast."""

from __future__ import annotations

from collections import OrderedDict

__all__ = ["Bucket", "Rates"]


class Bucket:
    """Lets through so much a second on average, and so much at once.

    Parameters
    ----------
    per_s : float
        Average.
    burst : float
        At once.
    """

    def __init__(self, per_s: float, burst: float) -> None:
        self._per_s, self._burst = per_s, burst
        self._level, self._at_s = burst, float("-inf")

    def take(self, amount: float, now_s: float) -> bool:
        """Take an amount; False, and nothing taken, where that is too much now."""
        passed = now_s - self._at_s
        self._level = self._burst if passed == float("inf") else min(self._burst, self._level + passed * self._per_s)
        self._at_s = now_s
        if amount > self._level:
            return False
        self._level -= amount
        return True


class Rates:
    """A bucket for each of many, such as addresses; those that were longest unused are forgotten.

    Parameters
    ----------
    per_minute : float
        Of each.
    most : int
        How many are remembered.
    """

    def __init__(self, per_minute: float, *, most: int = 10_000) -> None:
        self._per_minute, self._most = per_minute, most
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def take(self, key: str, now_s: float) -> bool:
        """Count one of a key; False where that is too many."""
        bucket = self._buckets.pop(key, None) or Bucket(self._per_minute / 60, max(1.0, self._per_minute))
        self._buckets[key] = bucket
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        return bucket.take(1.0, now_s)
