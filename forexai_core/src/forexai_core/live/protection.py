"""Entries whose stop the venue does not show."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

import attrs

from forexai_core.errors import BrokerError
from forexai_core.live.plans import Plan
from forexai_core.live.snapshots import Snapshot
from forexai_core.ports.clock import Clock
from forexai_core.values.positions import Position

__all__ = ["StopGuards"]

_NS_PER_S = 1_000_000_000

Change = Callable[[int, float], Awaitable[None]]


class Leave(Protocol):
    """Closes what is unprotected, and tells a person."""

    async def __call__(self, position: Position, plan: Plan, *, inherited: bool) -> None:
        """Do so; an inherited position is only told of, since somebody may have taken its stop away."""
        ...


@attrs.define
class _Guard:
    plan: Plan
    until_ns: int
    inherited: bool


class StopGuards:
    """Watches that each entry with a stop gets it at the venue; sets it again, and closes what stays without.

    Parameters
    ----------
    clock : Clock
        For deadlines.
    deadline_s : float
        How long an entry may stand without its stop.
    change : callable
        ``await change(position, stop_loss)`` asks the venue for the stop.
    leave : Leave
        Called when the deadline has passed; ``inherited`` where the position was open before this session.
    """

    def __init__(self, clock: Clock, deadline_s: float, change: Change, leave: Leave) -> None:
        self._clock, self._deadline_ns = clock, round(deadline_s * _NS_PER_S)
        self._change, self._leave = change, leave
        self._guards: dict[int, _Guard] = {}
        self._known: set[int] = set()
        self._inherits = True

    @property
    def pending(self) -> bool:
        """Whether an entry is without its stop."""
        return bool(self._guards)

    async def tend(self, snapshot: Snapshot, plans: dict[int, Plan]) -> None:
        """Look after the positions of ours that a look at the venue showed.

        A position is watched from the first time it is seen until its stop is. What removes it later is the strategy's
        own will, or a person's.
        """
        open_now = {each.position: each for each in snapshot.positions}
        now_ns = self._clock.monotonic_ns()
        for ticket in open_now.keys() & plans.keys() - self._known:
            self._known.add(ticket)
            if plans[ticket].stop_of(open_now[ticket]):
                self._guards[ticket] = _Guard(plans[ticket], now_ns + self._deadline_ns, self._inherits)
        self._inherits = False
        self._known &= open_now.keys()
        for ticket in [*self._guards]:
            position = open_now.get(ticket)
            if position is None or position.stop_loss:
                del self._guards[ticket]
            else:
                await self._insist(position, self._guards[ticket])

    async def _insist(self, position: Position, guard: _Guard) -> None:
        if self._clock.monotonic_ns() >= guard.until_ns:
            await self._leave(position, guard.plan, inherited=guard.inherited)
            if guard.inherited:
                del self._guards[position.position]
            return
        try:
            await self._change(position.position, guard.plan.stop_of(position))
        except (BrokerError, TimeoutError):
            return  # the next look tells whether it stands, and the deadline goes on
