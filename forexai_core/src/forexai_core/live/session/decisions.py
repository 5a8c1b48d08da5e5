"""What a session writes down of each decision: what was seen, what was wanted, what risk said, what came of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import attrs

from forexai_core.live.answers import Outcome
from forexai_core.live.records import decode, encode
from forexai_core.live.session.wishes import Sizing, Wish
from forexai_core.ports.journal import Entry, Journal, JournalRecord
from forexai_core.ports.leases import Fence
from forexai_core.risk.judging import Judgement
from forexai_core.values.orders import Deal, OrderRequest, OrderState

__all__ = [
    "KINDS",
    "VERSION",
    "DecisionBook",
    "Follow",
    "order_fields",
    "outcome_fields",
    "read_record",
    "stream_of",
    "wish_fields",
]

VERSION = 1
KINDS = (
    "begun",
    "decision",
    "outcome",
    "order",
    "deal",
    "breach",
    "flatten",
    "notice",
    "stale",
    "halts",
    "risk",
    "ended",
)
"""What records there are, each with all fields as plain values."""

Follow = Callable[[str, int, Mapping[str, Any]], None]
"""Told of a record: its kind, when it was, nanoseconds UTC, and what it says."""

_FULL = 512
_LOG = logging.getLogger(__name__)
_WIDE = ("position", "expire_time_ns", "group")  # may pass 2**53, so they are text
_SAID = tuple(
    field.name for field in attrs.fields(OrderRequest) if field.name not in {"magic", "tag", "client_id", *_WIDE}
)
_SIZED = tuple(field.name for field in attrs.fields(Sizing))


def stream_of(account: str) -> str:
    """Name the stream of an account's decisions."""
    return f"session/{account}"


def read_record(record: JournalRecord) -> dict[str, Any]:
    """Read what a record says.

    Raises
    ------
    IntegrityError
        If it is none of a session's.
    """
    return decode(record.payload, record.kind, VERSION)


def order_fields(order: OrderRequest) -> dict[str, Any]:
    """Write an order as plain values, leaving out what it does not say."""
    plain = {name: value for name in _SAID if (value := getattr(order, name))}
    plain |= {"kind": str(order.kind), "time_in_force": str(order.time_in_force)}
    return plain | {name: str(value) for name in _WIDE if (value := getattr(order, name))}


def wish_fields(wish: Wish, judgement: Judgement | None = None) -> dict[str, Any]:
    """Write what a strategy asks for, and what risk says of it."""
    fields: dict[str, Any] = {"kind": str(wish.kind), "symbol": wish.symbol}
    if wish.order is not None:
        fields["order"] = order_fields(wish.order)
    if wish.ticket:
        fields["ticket"] = str(wish.ticket)
    fields |= {
        name: value
        for name in ("price", "stop_loss", "take_profit", "distance", "start", "reason")
        if (value := getattr(wish, name))
    }
    if wish.sizing is not None and wish.sizing.fraction:
        fields["sizing"] = {name: getattr(wish.sizing, name) for name in _SIZED}
    if wish.confirmation is not None:
        fields["confirmation"] = attrs.asdict(wish.confirmation)
    if judgement is not None:
        fields["allowed"] = judgement.allowed
        fields["verdicts"] = [_verdict(each) for each in judgement.verdicts]
    return fields


def _verdict(verdict: Any) -> dict[str, Any]:
    said = {"rule": verdict.rule, "allowed": bool(verdict.allowed)}
    if verdict.reason:
        said["reason"] = verdict.reason
    for name in ("limit", "value"):
        number = getattr(verdict, name)
        if number is not None:
            said[name] = float(number) if abs(number) < float("inf") else str(number)
    return said


class DecisionBook:
    """Writes an account's decisions to the journal: many at once, in order, those that lead to an order before it.

    Parameters
    ----------
    journal : Journal
        Where.
    account : str
        Whose.
    fence : Fence
        The writer's token.

    Attributes
    ----------
    account : str
        As it was given.
    decisions : int
        How many decisions have been written or wait to be.
    followers : list of callable
        Each is told of every record as it is kept: its kind, time and fields; they return at once. One that raises is
        told no more.
    """

    def __init__(self, journal: Journal, account: str, fence: Fence) -> None:
        self._journal, self._fence, self.account = journal, fence, account
        self._stream = stream_of(account)
        self._waiting: list[Entry] = []
        self.decisions = 0
        self.followers: list[Follow] = []

    async def take(self) -> None:
        """Take the stream over from the last writer."""
        await self._journal.take(self._stream, self._fence)

    def note(self, kind: str, time_ns: int, fields: Mapping[str, Any]) -> None:
        """Keep a record for the next write."""
        self._waiting.append(Entry(time_ns=time_ns, kind=kind, payload=encode(kind, VERSION, fields)))
        self.decisions += kind == "decision"
        for follow in tuple(self.followers):
            try:
                follow(kind, time_ns, fields)
            except Exception:  # noqa: BLE001 - whoever is told must not harm whoever trades
                self.followers.remove(follow)
                _LOG.exception("%s: who follows the journal failed, and is told no more.", self.account)

    @property
    def waiting(self) -> int:
        """How many records wait to be written."""
        return len(self._waiting)

    @property
    def full(self) -> bool:
        """Whether so many records wait that they should be written now."""
        return len(self._waiting) >= _FULL

    async def write(self, *, durable: bool = False) -> None:
        """Write what waits.

        Raises
        ------
        StorageError
            If it cannot be written; it waits on.
        """
        if self._waiting:
            entries = tuple(self._waiting)
            await self._journal.append(self._stream, entries, fence=self._fence, durable=durable)
            del self._waiting[: len(entries)]
        elif durable:
            await self._journal.flush(self._stream)

    def note_order(self, order: OrderState, time_ns: int) -> None:
        """Keep what the venue says of an order."""
        fields = {
            "intent": order.client_id,
            "order": str(order.order),
            "status": str(order.status),
            "filled_lots": order.filled_lots,
            "average_price": order.average_price,
            "position": str(order.position),
            "reason": order.reason,
        }
        self.note("order", time_ns, {name: value for name, value in fields.items() if value not in {"", "0", 0.0}})

    def note_deal(self, deal: Deal, owner: str) -> None:
        """Keep a deal."""
        fields = {
            "strategy": owner,
            "intent": deal.client_id,
            "deal": str(deal.deal),
            "position": str(deal.position),
            "symbol": deal.symbol,
            "side": deal.side,
            "entry": str(deal.entry),
            "lots": deal.volume_lots,
            "price": deal.price,
            "profit": deal.profit,
            "commission": deal.commission,
            "swap": deal.swap,
            "reason": deal.reason,
        }
        self.note("deal", deal.time_ns, {name: value for name, value in fields.items() if value != ""})

    def note_outcomes(self, decision: int, time_ns: int, outcomes: Iterable[Mapping[str, Any]]) -> None:
        """Keep what came of a decision's wishes, by its number."""
        self.note("outcome", time_ns, {"decision": decision, "wishes": list(outcomes)})


def outcome_fields(outcome: Outcome) -> dict[str, Any]:
    """Write what the order desk says of an order."""
    answer = outcome.answer
    fields = {"intent": outcome.intent_id, "state": str(answer.state), "attempts": outcome.attempts}
    if answer.refusal or answer.reason:
        fields |= {"refusal": answer.refusal, "reason": answer.reason}
    return fields
