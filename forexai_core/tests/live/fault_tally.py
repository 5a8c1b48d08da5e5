"""What schedules of faults came to: how often each kind of fault happened, and how each intent and session ended."""

from __future__ import annotations

from collections import Counter

import attrs
from live.mortal_parts import POINTS

from forexai_core.testing import Fault

_OF_ORDERS = {
    Fault.LOST: "answer lost though executed",
    Fault.HANG: "answer lost though executed",
    Fault.ODD: "answer lost though executed",
    Fault.PART_LOST: "answer lost though executed",
    Fault.NEVER: "answer lost, not executed",
    Fault.LATE: "late appearance",
    Fault.PRICE: "reject",
    Fault.BUSY: "reject",
    Fault.REFUSED: "reject",
    Fault.RESOURCES: "reject",
    Fault.UNREACHABLE: "disconnect",
}
KINDS = (
    *dict.fromkeys(_OF_ORDERS.values()),
    "duplicate",
    "reorder",
    "partial",
    "disk full",
    "torn journal",
    "clock jump",
    "feed stall",
    "stop racing a close",
    "netting stop racing a close",
    "netting close that opens the other side",
    "several at once",
    *(f"kill: {point}" for point in POINTS),
)
"""All kinds of fault; some hundred schedules have each of them."""


@attrs.define
class Tally:
    """What schedules came to."""

    kinds: Counter = attrs.field(factory=Counter)
    faults: Counter = attrs.field(factory=Counter)
    intents: Counter = attrs.field(factory=Counter)
    sessions: Counter = attrs.field(factory=Counter)
    halts: Counter = attrs.field(factory=Counter)
    schedules: int = 0

    def drawn(self, fault):
        """Count what is wrong with an order."""
        self.faults[str(fault)] += 1
        if fault in _OF_ORDERS:
            self.kinds[_OF_ORDERS[fault]] += 1

    def add(self, other):
        """Take over what another one has counted."""
        self.schedules += other.schedules
        for name in ("kinds", "faults", "intents", "sessions", "halts"):
            getattr(self, name).update(getattr(other, name))

    def missing(self):
        """Name the kinds of fault that never happened."""
        drawn = [str(fault) for fault in Fault if not self.faults[str(fault)]]
        return [*drawn, *(kind for kind in KINDS if not self.kinds[kind])]

    def counts(self):
        """Give each count by its name."""
        given = {"schedules": self.schedules}
        for name, counter in (
            ("fault", self.kinds),
            ("order", self.faults),
            ("intent", self.intents),
            ("session", self.sessions),
            ("halt", self.halts),
        ):
            given |= {f"{name}: {key}": count for key, count in counter.items()}
        return given
