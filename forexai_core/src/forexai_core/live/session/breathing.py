"""What a session does between two prices: others go on for a moment, and garbage is collected.

Python collects garbage after so many allocations, wherever that happens to be: now and then in the middle of an order,
which then waits for longer than it takes itself. So while a session runs nothing is collected but between prices, by
Python's own thresholds.
"""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager

from forexai_core.ports.clock import Clock

__all__ = ["Breathing", "Collector", "collecting_between_prices"]

_EVERY = 64  # prices
_AFTER_NS = 20_000_000  # of the system's clock: prices that are slow to take must not starve what goes beside
_FULL_SHARE = 100  # a collection of everything rests so many times as long as it took

_holders: list[object] = []
"""Sessions of this process that keep Python from collecting by itself."""


class Collector:
    """Collects garbage when it is told to, by Python's own thresholds."""

    def __init__(self) -> None:
        self._full_ns = 0

    def collect(self) -> None:
        """Collect what is due by now; everything only so seldom that it takes a hundredth of the time at most."""
        young, middle, old = gc.get_count()
        most_young, most_middle, most_old = gc.get_threshold()
        if young <= most_young or not most_young or self not in _holders:
            return
        began_ns = time.monotonic_ns()
        if middle <= most_middle:
            gc.collect(0)
        elif old <= most_old or began_ns < self._full_ns:
            gc.collect(1)
        else:
            gc.collect()
            ended_ns = time.monotonic_ns()
            self._full_ns = ended_ns + _FULL_SHARE * (ended_ns - began_ns)


@contextmanager
def collecting_between_prices() -> Iterator[Collector]:
    """Keep Python from collecting by itself, and give what does when it is told to.

    Where it was kept from that already, by somebody else than a session, nothing changes, and nothing is collected.
    """
    collector = Collector()
    if _holders or gc.isenabled():
        _holders.append(collector)
        gc.disable()
    try:
        yield collector
    finally:
        if collector in _holders:
            _holders.remove(collector)
            if not _holders:
                gc.enable()


class Breathing:
    """Lets others go on between prices, so that leases are renewed, halts read, and signals heard.

    Parameters
    ----------
    real : Clock
        The system's.
    """

    def __init__(self, real: Clock) -> None:
        self._real = real
        self._breathed_ns, self._breaths = real.monotonic_ns(), 0

    async def breathe(self) -> None:
        """Pause after a price where it is time to."""
        now_ns = self._real.monotonic_ns()
        self._breaths += 1
        if self._breaths % _EVERY == 0 or now_ns - self._breathed_ns >= _AFTER_NS:
            await asyncio.sleep(0)
            self._breathed_ns = self._real.monotonic_ns()
