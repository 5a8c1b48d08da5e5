"""Entries whose stop the venue does not show."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

import attrs

from forexai_core.errors import BrokerError
from forexai_core.live.plans import Plan
from forexai_core.live.snapshots import Snapshot
from forexai_core.live.stop_memory import StopMemory
from forexai_core.ports.clock import Clock
from forexai_core.values.instruments import Instrument
from forexai_core.values.positions import Position

__all__ = ["StopGuards", "stands"]

_NS_PER_S = 1_000_000_000
_DUST = 1e-9
_LOTS = 1e-8

Change = Callable[[int, float], Awaitable[None]]
Leave = Callable[[Position, Plan, float], Awaitable[None]]
"""Closes what is unprotected, and tells a person: with the stop that it should have."""


def stands(position: Position, stop_loss: float, instrument: Instrument | None, *, steps: int = 0) -> bool:
    """Say whether a position shows a stop: the one that is wanted, put on the venue's grid, or a nearer one.

    Parameters
    ----------
    position : Position
        As the venue shows it.
    stop_loss : float
        The stop that is wanted.
    instrument : Instrument or None
        With the grid of its prices, where it is known.
    steps : int
        By so many steps of the grid it may be farther.
    """
    if not position.stop_loss:
        return False
    side, bound = position.side, stop_loss
    if instrument is not None:
        grid = instrument.grid
        on_grid = grid.closing(stop_loss, side) - side * steps * grid.tick_points * instrument.point
        bound = min(stop_loss, on_grid, key=lambda each: side * each)
    return side * (position.stop_loss - bound) > -_DUST


@attrs.define
class _Guard:
    plan: Plan
    until_ns: int


@attrs.define(kw_only=True, eq=False)
class StopGuards:
    """Watches that each entry with a stop gets it at the venue; sets it again, and closes what stays without.

    Those that were open before this session are watched as well: nobody knows what the venue made of their stops
    meanwhile.

    Attributes
    ----------
    clock : Clock
        For deadlines.
    deadline_s : float
        How long an entry may stand without its stop.
    stops : StopMemory
        What was set after the entry.
    change : callable
        ``await change(position, stop_loss)`` asks the venue for the stop.
    leave : callable
        ``await leave(position, plan, stop_loss)`` is called when the deadline has passed, and again after each further
        one, until the stop stands or the position is gone.
    """

    clock: Clock
    deadline_s: float
    stops: StopMemory
    change: Change
    leave: Leave
    _guards: dict[int, _Guard] = attrs.field(factory=dict, init=False)
    _known: set[tuple[int, str]] = attrs.field(factory=set, init=False)

    @property
    def pending(self) -> bool:
        """Whether an entry is without its stop."""
        return bool(self._guards)

    async def tend(self, snapshot: Snapshot, plans: Mapping[int, Plan], instruments: Mapping[str, Instrument]) -> None:
        """Look after the positions of ours that a look at the venue showed.

        A position is watched from the first time it is seen until its stop is. What removes it later is the strategy's
        own will, or a person's.

        Parameters
        ----------
        snapshot : Snapshot
            What the venue shows.
        plans : mapping of int to Plan
            What opened each position of ours.
        instruments : mapping of str to Instrument
            With the grids of their prices.
        """
        open_now = {each.position: each for each in snapshot.positions}
        # An account that nets may turn a position, which keeps its ticket and is another entry.
        entries = {(ticket, plans[ticket].request.client_id) for ticket in open_now.keys() & plans.keys()}
        for ticket, _ in entries - self._known:
            self._guards[ticket] = _Guard(plans[ticket], self._deadline())
        self._known = entries
        for ticket, guard in [*self._guards.items()]:
            position = open_now.get(ticket)
            wanted = 0.0 if position is None else self._wanted(position, guard.plan)
            if position is None or not wanted or self._stands(position, guard.plan, wanted, instruments):
                del self._guards[ticket]
            else:
                await self._insist(position, guard, wanted)

    def _wanted(self, position: Position, plan: Plan) -> float:
        """Give the stop that a position has to show; 0 for none."""
        changed = self.stops.of(plan.request.client_id)
        return plan.stop_of(position) if changed is None else changed

    def _stands(self, position: Position, plan: Plan, wanted: float, instruments: Mapping[str, Instrument]) -> bool:
        request, instrument = plan.request, instruments.get(position.symbol)
        if not request.stop_loss_distance or self.stops.of(request.client_id) is not None:
            return stands(position, wanted, instrument)
        # The venue works it out from a fill that may lie between two prices of the grid; of a position that has grown
        # since, what it shows as the price of its opening is an average.
        grown = position.volume_lots > request.volume_lots + _LOTS
        return bool(position.stop_loss) if grown else stands(position, wanted, instrument, steps=1)

    def _deadline(self) -> int:
        return self.clock.monotonic_ns() + round(self.deadline_s * _NS_PER_S)

    async def _insist(self, position: Position, guard: _Guard, wanted: float) -> None:
        if self.clock.monotonic_ns() >= guard.until_ns:
            guard.until_ns = self._deadline()  # a venue that is closed is not asked at each look
            await self.leave(position, guard.plan, wanted)
            return
        try:
            await self.change(position.position, wanted)
        except (BrokerError, TimeoutError):
            return  # the next look tells whether it stands, and the deadline goes on
