"""The stops that were set after entries, on disk: by them it is known what an inherited position has to show."""

from __future__ import annotations

from forexai_core.errors import IntegrityError
from forexai_core.live.records import decode, encode
from forexai_core.ports.clock import Clock
from forexai_core.ports.journal import Entry, Journal, JournalRecord
from forexai_core.ports.leases import Fence

__all__ = ["StopMemory"]

_STREAM = "order-stops/"
_KIND, _VERSION = "stop", 1
_REMEMBERED = 10_000


class StopMemory:
    """Knows by intent the stop that was last set for its order or position; where none was, that of the order holds.

    Parameters
    ----------
    journal : Journal
        Where.
    clock : Clock
        For times.
    account : str
        Whose.
    fence : Fence
        The writer's token.
    """

    def __init__(self, journal: Journal, clock: Clock, account: str, fence: Fence) -> None:
        self._journal, self._clock, self._fence = journal, clock, fence
        self._stream = f"{_STREAM}{account}"
        self._stops: dict[str, float] = {}

    async def recover(self) -> None:
        """Take the stream over, and read what was set.

        Raises
        ------
        StorageError
            If it cannot be read: then nobody knows which stops are the right ones.
        """
        await self._journal.take(self._stream, self._fence)
        async for record in self._journal.read(self._stream):
            self._fold(record)

    def _fold(self, record: JournalRecord) -> None:
        fields = decode(record.payload, record.kind, _VERSION)
        try:
            self._keep(str(fields["intent"]), float(fields["stop_loss"]))
        except (KeyError, TypeError, ValueError) as problem:
            raise IntegrityError(
                f"Record {record.sequence} of the journal's stream '{self._stream}' cannot be read ({problem!r}), so "
                "nobody knows which stop a position has to have. Restore the journal from a backup."
            ) from problem

    def _keep(self, intent_id: str, stop_loss: float) -> None:
        self._stops.pop(intent_id, None)
        self._stops[intent_id] = stop_loss
        if len(self._stops) > _REMEMBERED:
            del self._stops[next(iter(self._stops))]

    async def note(self, intent_id: str, stop_loss: float) -> None:
        """Write down a stop that the venue has taken; 0 is none.

        Raises
        ------
        FencedError
            If another writer took the account over.
        StorageError
            If it could not be written.
        """
        payload = encode(_KIND, _VERSION, {"intent": intent_id, "stop_loss": stop_loss})
        entry = Entry(time_ns=self._clock.now_ns(), kind=_KIND, payload=payload)
        self._keep(intent_id, stop_loss)
        await self._journal.append(self._stream, [entry], fence=self._fence, durable=False)

    def of(self, intent_id: str) -> float | None:
        """Give the stop that was last set; None where it is still that of the order."""
        return self._stops.get(intent_id)
