"""The state of an account's risk over a restart: what has been lost today is not forgotten with the process."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import attrs

from forexai_core.errors import IntegrityError
from forexai_core.live.session.decisions import DecisionBook, read_record, stream_of
from forexai_core.live.session.transfers import Transfers
from forexai_core.ports.journal import Journal, JournalRecord
from forexai_core.risk.control import RiskControl

__all__ = ["Recalled", "RiskMemory"]

_KIND = "risk"
_EVERY_NS = 60_000_000_000
_STEP = 0.01
"""Share of what may be lost by which a floor rises before that is on the disk, whatever has been sent since."""


@attrs.frozen
class Recalled:
    """What an account's journal tells of earlier starts.

    Attributes
    ----------
    decisions : int
        How many it holds.
    deals : frozenset of int
        Tickets of the deals that were heard.
    until_ns : int
        When it was last written, nanoseconds UTC; 0 where it never was.
    new_limits : frozenset of str
        Limits that the state of risk did not know, and that begin now.
    """

    decisions: int
    deals: frozenset[int]
    until_ns: int
    new_limits: frozenset[str] = frozenset()


class RiskMemory:
    """Writes the state of risk into the account's journal, and reads the last one back.

    It is written when a limit breaks, a day begins, or a floor has risen by a hundredth of what may be lost, and once a
    minute otherwise; a breach before anything is closed. A floor that has risen less goes with the next decision, so
    that it is written before the order which that allows is sent. How many orders were sent is not taken from here: the
    intents tell it to the last one.

    Parameters
    ----------
    journal : Journal
        Where.
    book : DecisionBook
        Of the account, taken over.
    control : RiskControl
        Whose state it is.
    transfers : Transfers
        What was moved to and from the account, as far as that state knows it.
    """

    def __init__(self, journal: Journal, book: DecisionBook, control: RiskControl, transfers: Transfers) -> None:
        self._journal, self._book, self._control, self._transfers = journal, book, control, transfers
        self._kept_ns = 0
        self._moved: Any = None
        self._written: Mapping[str, float] = {}
        self._on_disk: Mapping[str, float] = {}

    async def recall(self) -> Recalled:
        """Go on from the last state of risk that was written, and tell what else the journal holds.

        Raises
        ------
        IntegrityError
            If it cannot be read: the losses of the day would be forgotten.
        """
        last, decisions, deals, until_ns = None, 0, set(), 0
        async for record in self._journal.read(stream_of(self._book.account)):
            decisions += record.kind == "decision"
            until_ns = max(until_ns, record.time_ns)
            if record.kind == "deal":
                deals.add(int(read_record(record)["deal"]))
            last = record if record.kind == _KIND else last
        known = self._restore(last) if last is not None else self._control.watch.marks
        self._moved = self._marks()
        self._written = self._on_disk = self._floors()
        return Recalled(
            decisions, frozenset(deals), until_ns, frozenset(self._control.watch.marks.keys() - known.keys())
        )

    def _restore(self, record: JournalRecord) -> Mapping[str, Any]:
        """Go on from a record, and give the limits that it knows."""
        fields = read_record(record)
        state = fields.get("state")
        if not isinstance(state, dict):
            raise IntegrityError(
                f"The state of risk of '{self._book.account}' (record {record.sequence}) cannot be read. Restore the "
                "journal from a backup."
            )
        self._control.restore(state)
        # One that was written before transfers were told knows those that there were by then.
        self._transfers.restore(fields.get("transfers", {"since_ns": str(record.time_ns), "known": []}))
        marks: Mapping[str, Any] = state["marks"]
        return marks

    def _marks(self) -> tuple[Any, ...]:
        """Give what must not be lost even for a minute: which limits are broken, and the days that have begun."""
        broken = tuple(floor.rule for floor in self._control.watch.floors if floor.broken_ns)
        return broken, self._control.quiet_until_ns

    def _floors(self) -> dict[str, float]:
        return {floor.rule: floor.equity for floor in self._control.watch.floors}

    def _has_risen(self, before: Mapping[str, float], step: float = 0.0) -> bool:
        """Say whether a floor has risen by more than a share of what may be lost above it."""
        floors = self._control.watch.floors
        return any(each.equity > before.get(each.rule, -math.inf) + step * each.allowance for each in floors)

    def note(self, time_ns: int) -> None:
        """Let the state be written with what is written next, where a floor has risen since it was."""
        if self._has_risen(self._written):
            self._note(time_ns)

    def _note(self, time_ns: int) -> None:
        self._kept_ns, self._written = time_ns, self._floors()
        self._book.note(_KIND, time_ns, {"state": self._control.to_dict(), "transfers": self._transfers.to_dict()})

    async def keep(self, time_ns: int, *, now: bool = False) -> None:
        """Write the state where it is time; durable on return where a limit broke, a day began or a floor rose far.

        Raises
        ------
        StorageError
            If it could not be written.
        """
        marks = self._marks()
        durable = now or not self._kept_ns or marks != self._moved or self._has_risen(self._on_disk, _STEP)
        if not (durable or time_ns - self._kept_ns >= _EVERY_NS):
            return
        self._moved = marks
        self._note(time_ns)
        await self._book.write(durable=durable)
        if durable:
            self._on_disk = self._written
