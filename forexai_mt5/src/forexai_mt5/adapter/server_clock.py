"""The trade server's clock: measured on ticks that are seen to arrive, kept as a rule, and turned into UTC and back.

Everything that a terminal stamps (ticks, bars, orders, deals, positions, expirations) is the server's wall clock
written as if it were UTC. The package has no function that tells the server's time, so its offset is read off ticks;
and since a symbol shows its last tick for ever, only one whose stamp changes while it is watched says anything.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Awaitable, Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from forexai_core.errors import BrokerUnreachableError, StorageError
from forexai_core.ports.blobs import Blobs
from forexai_core.ports.clock import Clock as Time
from forexai_core.values.clocks import Clock
from forexai_core.values.timeframes import NS_PER_DAY, NS_PER_SECOND
from forexai_mt5.adapter.clock_rules import GRID_MINUTES, Observation, clock_of, is_sure
from forexai_mt5.terms.structures import Tick

__all__ = ["ServerClock"]

_LOG = logging.getLogger(__name__)
_NS_PER_MS, _NS_PER_MINUTE = 1_000_000, 60 * NS_PER_SECOND
_LOOK_S = 0.2
_FRESH_NS = 3 * NS_PER_SECOND  # a tick that appears between two looks is no older than the time between them
_WANTED = 3
_LARGEST_RESIDUE_NS = 60 * NS_PER_SECOND
_EARLIEST, _LATEST = -12 * 60, 14 * 60
_PREFIX = "mt5-clock"
_LATE_NS = 60 * NS_PER_SECOND
_LARGEST = 2**31 - 1

ReadTick = Callable[[str], Awaitable[Tick | None]]


class ServerClock:
    """What the server's clock shows.

    Parameters
    ----------
    time : Clock
        This machine's.
    blobs : Blobs
        Where what was measured is kept.
    stated : Clock or None
        What the user says; it is held against what is measured.
    measure : bool
        False believes ``stated`` and the server's stamps alone: for a terminal whose time is not this machine's, as a
        simulated one's may be.

    Attributes
    ----------
    rule : Clock or None
        None until it is known.
    sure : bool
        Whether no other usual rule fits what has been measured, or the user said it.
    """

    def __init__(self, time: Time, blobs: Blobs, *, stated: Clock | None = None, measure: bool = True) -> None:
        self._time, self._blobs, self._stated, self._measures = time, blobs, stated, measure
        self.rule: Clock | None = stated
        self.sure = stated is not None
        self._seen: list[Observation] = []
        self._server = ""
        self._last_tick_ns = 0
        self._measured_ns: int | None = None
        self._looks: dict[str, tuple[int, int]] = {}
        self._offsets: list[int] = []
        self._doubt = self._contradiction = ""

    # --------------------------------------------------------------------------------------------------- finding out
    @property
    def is_due(self) -> bool:
        """Whether it should be measured again: a day after the last time."""
        if not self._measures:
            return False
        return self._measured_ns is None or self._time.monotonic_ns() - self._measured_ns >= NS_PER_DAY

    @property
    def was_measured(self) -> bool:
        """Whether anything has ever been measured of this server."""
        return bool(self._seen)

    async def recall(self, server: str) -> None:
        """Read what was measured of a server before."""
        self._server = server
        try:
            kept = [json.loads(await self._blobs.get(each.key)) for each in await self._blobs.list(self._folder)]
        except (StorageError, ValueError) as problem:
            _LOG.warning("What was measured of the clock of %s cannot be read: %s", server, problem)
            kept = []
        self._seen = [Observation(time_ns=int(each["time_ns"]), offset_minutes=each["offset_minutes"]) for each in kept]
        self._decide()

    @property
    def _folder(self) -> str:
        return f"{_PREFIX}/{hashlib.sha256(self._server.encode()).hexdigest()[:32]}/"

    async def measure(self, read: ReadTick, symbols: Sequence[str], *, patience_s: float) -> bool:
        """Watch ticks arrive, and take note of the offset; say whether that succeeded.

        Parameters
        ----------
        read : callable
            ``await read(symbol)`` gives the last tick, or None.
        symbols : sequence of str
            Whose ticks are watched.
        patience_s : float
            How long to wait for three of them: where the market is closed none comes, and nothing follows.

        Raises
        ------
        BrokerUnreachableError
            If what is measured contradicts what the user said.
        """
        offsets = await self._watched(read, symbols, patience_s)
        if len(offsets) < _WANTED:
            return False
        self._offsets = []
        rounded = {round(each / (GRID_MINUTES * _NS_PER_MINUTE)) * GRID_MINUTES for each in offsets}
        minutes = rounded.pop()
        residue = max(abs(each - minutes * _NS_PER_MINUTE) for each in offsets)
        if rounded or residue > _LARGEST_RESIDUE_NS or not _EARLIEST <= minutes <= _LATEST:
            self._doubt = (
                f"The stamps of fresh ticks are {offsets[-1] / NS_PER_SECOND:+.0f} s from this machine's clock, which "
                "is no offset of a wall clock: set this machine's clock by a time server. "
            )
            _LOG.warning("%s", self._doubt)
            return False
        self._doubt = ""
        await self._take(Observation(time_ns=self._time.now_ns(), offset_minutes=minutes))
        return True

    async def _watched(self, read: ReadTick, symbols: Sequence[str], patience_s: float) -> list[int]:
        """Give the offsets of ticks that arrived between two looks, from this call and those shortly before."""
        until_ns = self._time.monotonic_ns() + round(patience_s * NS_PER_SECOND)
        while True:
            for symbol in symbols:
                self._look_at(symbol, await read(symbol))
            if len(self._offsets) >= _WANTED or self._time.monotonic_ns() >= until_ns:
                return self._offsets
            await self._time.sleep(_LOOK_S)

    def _look_at(self, symbol: str, tick: Tick | None) -> None:
        if tick is None:
            return
        now_ns, looked_ns = self._time.now_ns(), self._time.monotonic_ns()
        stamp, before_ns = self._looks.get(symbol, (tick.time_msc, looked_ns))
        self._looks[symbol] = (tick.time_msc, looked_ns)
        if tick.time_msc > stamp and looked_ns - before_ns <= _FRESH_NS:
            self._offsets.append(tick.time_msc * _NS_PER_MS - now_ns)

    async def _take(self, observation: Observation) -> None:
        self._measured_ns = self._time.monotonic_ns()
        if self._stated is not None and not observation.fits(self._stated):
            self._contradiction = (
                f"The server's clock is {observation.offset_minutes / 60:+g} h from UTC, and clock='{self._stated}' "
                "says something else. Correct the setting, or leave it empty to have it measured."
            )
            raise BrokerUnreachableError(self._contradiction)
        self._contradiction = ""
        day = observation.time_ns // NS_PER_DAY
        if any(
            (each.time_ns // NS_PER_DAY, each.offset_minutes) == (day, observation.offset_minutes)
            for each in self._seen
        ):
            self._decide()
            return
        self._seen.append(observation)
        self._decide()
        content: dict[str, str | int] = {"server": self._server, "time_ns": str(observation.time_ns)}
        content |= {"offset_minutes": observation.offset_minutes}
        try:
            key = f"{self._folder}{observation.time_ns}"
            await self._blobs.put(key, json.dumps(content).encode())
        except StorageError as problem:
            _LOG.warning("What was measured of the clock of %s could not be kept: %s", self._server, problem)

    def _decide(self) -> None:
        if self._stated is not None:
            return
        before, self.rule = self.rule, clock_of(self._seen)
        self.sure = is_sure(self._seen)
        if before is not None and self.rule != before:
            _LOG.warning("%s keeps the clock %s, not %s as was thought", self._server, self.rule, before)

    # ------------------------------------------------------------------------------------------------------- turning
    @property
    def known(self) -> Clock:
        """The rule.

        Raises
        ------
        BrokerUnreachableError
            If it is not known yet, or is not what the user said.
        """
        if self._contradiction:
            raise BrokerUnreachableError(self._contradiction)
        if self.rule is None:
            raise BrokerUnreachableError(
                f"{self._doubt}The clock of {self._server or 'the server'} is not known, and no tick arrives to "
                "measure it by: the market may be closed. Say it by clock='new-york+7' (most servers) or 'UTC', or "
                "connect while it is open once."
            )
        return self.rule

    @property
    def follows_ticks(self) -> bool:
        """Whether the venue's time is what its ticks say, and not this machine's."""
        return not self._measures

    def see(self, tick: Tick) -> None:
        """Take note of the newest stamp."""
        self._last_tick_ns = max(self._last_tick_ns, self.utc_ns(tick.time_msc))

    def now_ns(self) -> int:
        """Give the venue's time, nanoseconds UTC."""
        if self._measures or not self._last_tick_ns:
            return self._time.now_ns()
        return self._last_tick_ns

    def utc_ns(self, wall_ms: int) -> int:
        """Turn a stamp in milliseconds into nanoseconds UTC; 0 stays 0.

        An hour that the clock shows twice is taken for its second pass as soon as that has come: what has just happened
        is never stamped an hour early.
        """
        if not wall_ms:
            return 0
        return self.wall_to_utc_ns(wall_ms * _NS_PER_MS)

    def wall_to_utc_ns(self, wall_ns: int) -> int:
        """Turn nanoseconds of the wall clock into nanoseconds UTC, likewise."""
        wall = np.array([wall_ns], np.int64)
        later = int(self.known.to_utc_ns(wall, ambiguous="later", missing="forward")[0])
        if later <= self.now_ns() + _LATE_NS:
            return later
        return int(self.known.to_utc_ns(wall, ambiguous="earlier", missing="forward")[0])

    def utc_of_all(self, wall_ns: NDArray[np.int64]) -> NDArray[np.int64]:
        """Turn many stamps of prices, nanoseconds of the wall clock, into nanoseconds UTC."""
        return self.known.to_utc_ns(wall_ns, ambiguous="earlier", missing="forward")

    def wall_s(self, time_ns: int) -> int:
        """Turn nanoseconds UTC into seconds of the server's clock, as the package takes them."""
        bounded = np.array([min(max(time_ns, 0), _LARGEST * NS_PER_SECOND)], np.int64)
        return min(max(int(self.known.to_wall_ns(bounded)[0]) // NS_PER_SECOND, 0), _LARGEST)
