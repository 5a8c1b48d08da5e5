"""An intent in the hands of the account's writer, until it is settled."""

from __future__ import annotations

import asyncio

import attrs

from forexai_core.live.plans import Plan
from forexai_core.live.unshown import Net
from forexai_core.ports.intents import Intent, IntentState
from forexai_core.values.clocks import format_time_ns

__all__ = ["UNCLEAR", "Tracked"]

UNCLEAR = frozenset({IntentState.SENT, IntentState.UNKNOWN})
"""States in which nobody knows what became of an order."""


@attrs.define(kw_only=True, eq=False)
class Tracked:
    """An intent that is not settled, or not yet seen at the venue.

    Attributes
    ----------
    intent : Intent
        As it stands.
    plan : Plan
        What was asked for.
    login : str
        Of the account when it was sent.
    sent_ns : int
        When, nanoseconds UTC, by our clock.
    venue_ns : int
        The venue's own time when it was last seen before that; 0 where it is not known.
    unclear_ns : int
        Since when it is unclear what became of it, by the monotonic clock.
    missing : bool
        Whether the last look did not show it at work.
    looks : list of int
        When a look that counts showed nothing of it.
    told : bool
        Whether a person was told.
    shown_lots : float
        What the last look before the send showed of the position that it closes; 0 where it closes none.
    before : Net or None
        What that look showed of its symbol; None where nobody knows.
    accounted_lots : float
        How much of an opening the last look accounts for.
    settling : asyncio.Lock
        Held while a step of it is written.
    """

    intent: Intent
    plan: Plan
    login: str
    sent_ns: int
    venue_ns: int
    unclear_ns: int
    missing: bool = False
    looks: list[int] = attrs.field(factory=list)
    told: bool = False
    shown_lots: float = 0.0
    before: Net | None = None
    accounted_lots: float = 0.0
    settling: asyncio.Lock = attrs.field(factory=asyncio.Lock)

    @property
    def id(self) -> str:
        """Of the intent."""
        return self.intent.draft.id

    @property
    def state(self) -> IntentState:
        """Of the intent."""
        return self.intent.state

    @property
    def since_ns(self) -> int:
        """From when on the venue may have executed it, by its own clock, whatever ours was set to."""
        return min(self.sent_ns, self.venue_ns or self.sent_ns)

    def __str__(self) -> str:
        return f"{self.plan}; sent at {format_time_ns(self.sent_ns)} on login '{self.login}'"

    @property
    def unaccounted_lots(self) -> float:
        """What may be open, or open yet, and is not shown."""
        lots = self.plan.request.volume_lots
        return lots if self.state in UNCLEAR else round(lots - self.accounted_lots, 8)
