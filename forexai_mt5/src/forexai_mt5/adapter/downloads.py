"""History as a terminal hands it over: asked for until the answer stays the same, in parts that fit a message."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from forexai_core.errors import DataGapError
from forexai_core.values.timeframes import NS_PER_DAY, NS_PER_SECOND, Timeframe
from forexai_mt5.adapter.venue import Venue
from forexai_mt5.terms import constants as c

__all__ = ["TIMEFRAMES", "Downloads", "Rows"]

Rows = NDArray[np.void]

TIMEFRAMES: Mapping[Timeframe, int] = {
    each: int(getattr(c, f"TIMEFRAME_{each}")) for each in Timeframe if each is not Timeframe.TICK
}
"""The package's number of each timeframe."""

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.05, 2.0
_EMPTY_ANSWERS = 4
_HOUR_NS = 3_600 * NS_PER_SECOND


class Downloads:
    """Reads the history of a terminal.

    Parameters
    ----------
    venue : Venue
        Which terminal.
    patience_s : float
        How long an answer may go on growing: the terminal fetches what it has not from its server meanwhile.
    """

    def __init__(self, venue: Venue, *, patience_s: float) -> None:
        self._venue, self._patience_s = venue, patience_s

    async def bars(self, theirs: str, timeframe: Timeframe, start_ns: int, stop_ns: int) -> Rows:
        """Read the bars around a span, the one that forms included; stamps are the server's.

        Raises
        ------
        DataGapError
            If the answer does not come to rest.
        BrokerUnreachableError
            If the terminal does not answer.
        """
        first, last = self._span_s(start_ns, stop_ns)
        number = TIMEFRAMES[timeframe]

        async def ask() -> Rows:
            rows: Rows = await self._venue.session.ask("copy_rates_range", theirs, number, first, last)
            return rows

        return await self._until_stable(ask, f"{theirs} {timeframe}")

    async def ticks(self, theirs: str, start_ns: int, stop_ns: int) -> Rows:
        """Read the ticks around a span, a day at a time, each once; errors as of :meth:`bars`."""
        parts: list[Rows] = []
        for day_ns in range(start_ns - start_ns % NS_PER_DAY, stop_ns, NS_PER_DAY):
            first, last = self._span_s(max(day_ns, start_ns), min(day_ns + NS_PER_DAY, stop_ns))

            async def ask(first: int = first, last: int = last) -> Rows:
                flags = c.COPY_TICKS_ALL
                rows: Rows = await self._venue.session.ask("copy_ticks_range", theirs, first, last, flags)
                return rows

            rows = await self._until_stable(ask, f"{theirs} ticks")
            # The spans of two days overlap by the hours that a clock may skip or repeat.
            parts.append(_after(rows, parts[-1]) if parts and len(parts[-1]) else rows)
        held = [part for part in parts if len(part)]
        return np.concatenate(held) if held else parts[0] if parts else np.empty(0, _TICK)

    def _span_s(self, start_ns: int, stop_ns: int) -> tuple[int, int]:
        """Give a span in seconds of the server's clock, an hour wider on both sides."""
        return self._venue.clock.wall_s(start_ns - _HOUR_NS), self._venue.clock.wall_s(stop_ns + _HOUR_NS)

    async def _until_stable(self, ask: Callable[[], Awaitable[Rows]], what: str) -> Rows:
        """Ask until an answer only adds at its end what has happened since; an empty one has to come several times."""
        time = self._venue.time
        until_ns = time.monotonic_ns() + round(self._patience_s * NS_PER_SECOND)
        pause_s, before, empty = _FIRST_PAUSE_S, await ask(), 1
        while True:
            await time.sleep(pause_s)
            rows = await ask()
            empty = 0 if len(rows) else empty + 1
            if _continues(before, rows) and (len(rows) or empty >= _EMPTY_ANSWERS):
                return rows
            if time.monotonic_ns() >= until_ns:
                raise DataGapError(
                    f"{what}: after {self._patience_s:g} s the terminal's answer still grows ({len(rows):,} rows). It "
                    "is fetching history: ask again later, or for a shorter span."
                )
            before, pause_s = rows, min(2.0 * pause_s, _LONGEST_PAUSE_S)


_TICK = np.dtype(
    [("time", "<i8"), ("bid", "<f8"), ("ask", "<f8"), ("last", "<f8"), ("volume", "<u8"), ("time_msc", "<i8"),
     ("flags", "<u4"), ("volume_real", "<f8")]
)  # fmt: skip


def _stamps(rows: Rows) -> NDArray[np.int64]:
    stamps: NDArray[np.int64] = rows["time_msc" if "time_msc" in (rows.dtype.names or ()) else "time"]
    return stamps


def _continues(before: Rows, rows: Rows) -> bool:
    """Say whether an answer is the one before, and perhaps what has come since."""
    if not len(before):
        return not len(rows)
    old, new = _stamps(before), _stamps(rows)
    if not len(new) or new[0] != old[0]:
        return False
    # Of the last instant more may have come.
    return int(np.searchsorted(new, old[-1])) == int(np.searchsorted(old, old[-1]))


def _after(rows: Rows, before: Rows) -> Rows:
    """Give the rows that come after those before, of which the last instant may be told twice."""
    return rows[int(np.searchsorted(rows["time_msc"], before["time_msc"][-1], side="right")) :]
