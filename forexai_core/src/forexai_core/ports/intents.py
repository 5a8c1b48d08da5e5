"""Order intents: durable before anything is sent, and followed until the venue's truth is known."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol, runtime_checkable

import attrs

from forexai_core.errors import ConfigError
from forexai_core.ports.leases import Fence
from forexai_core.ports.names import check_name

__all__ = [
    "LEGAL",
    "LONGEST_TAG",
    "SETTLED",
    "Intent",
    "IntentDraft",
    "IntentState",
    "Intents",
    "Resolution",
    "Transition",
    "check_resolution",
]

LONGEST_TAG = 31
"""Most characters of a tag: what an MT5 comment carries."""

_INT64 = 2**63


class IntentState(StrEnum):
    """How far an intent has come."""

    RECORDED = "recorded"
    """Durable; certainly not sent."""
    SENT = "sent"
    """About to be sent, or sent: after a crash nobody knows, so treat it as unknown."""
    ACKNOWLEDGED = "acknowledged"
    """The venue has the order; it works."""
    FILLED = "filled"
    """Done, by the venue's own answer."""
    REJECTED = "rejected"
    """Refused, by the venue's own answer."""
    UNKNOWN = "unknown"
    """The answer is lost: reconcile, never send again."""
    RESOLVED = "resolved"
    """Settled otherwise: abandoned, cancelled, expired, or found out by reconciling."""


class Resolution(StrEnum):
    """What a resolved intent came to."""

    FILLED = "filled"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    ABSENT = "absent"
    """The venue never had it, as its positions, orders and deals show."""
    ABANDONED = "abandoned"
    """Never sent, and never will be."""


LEGAL: Mapping[IntentState, frozenset[IntentState]] = MappingProxyType(
    {
        IntentState.RECORDED: frozenset({IntentState.SENT, IntentState.RESOLVED}),
        IntentState.SENT: frozenset(
            {IntentState.ACKNOWLEDGED, IntentState.FILLED, IntentState.REJECTED, IntentState.UNKNOWN}
        ),
        IntentState.ACKNOWLEDGED: frozenset(
            {IntentState.FILLED, IntentState.REJECTED, IntentState.UNKNOWN, IntentState.RESOLVED}
        ),
        IntentState.UNKNOWN: frozenset({IntentState.ACKNOWLEDGED, IntentState.RESOLVED}),
        IntentState.FILLED: frozenset(),
        IntentState.REJECTED: frozenset(),
        IntentState.RESOLVED: frozenset(),
    }
)
"""Where an intent may go from each state. Nothing leads back to ``RECORDED`` or ``SENT``: at most one send."""

SETTLED: frozenset[IntentState] = frozenset(state for state, following in LEGAL.items() if not following)
"""States that are final."""


def check_resolution(current: IntentState, following: IntentState, resolution: Resolution | None) -> None:
    """Refuse a resolution where none belongs, a missing one, and one that contradicts whether it was sent.

    Raises
    ------
    ConfigError
        If ``resolution`` does not fit the step.
    """
    if (resolution is not None) != (following is IntentState.RESOLVED):
        raise ConfigError(
            f"An intent becomes '{following}' with resolution {resolution}: give one exactly when it is resolved."
        )
    never_sent = current is IntentState.RECORDED
    if resolution is not None and (resolution is Resolution.ABANDONED) != never_sent:
        raise ConfigError(
            f"An intent that is '{current}' cannot be resolved as '{resolution}': "
            "'abandoned' is for those never sent, and only for those."
        )


def _int64(instance: object, attribute: attrs.Attribute[int], value: int) -> None:
    if not -_INT64 <= value < _INT64:
        raise ConfigError(f"{type(instance).__name__}: {attribute.name} {value} does not fit 64 bits.")


def _name(_: object, attribute: attrs.Attribute[str], value: str) -> None:
    check_name(f"intent's {attribute.name}", value)


def _tag(_: object, __: attrs.Attribute[str], value: str) -> None:
    if len(check_name("intent's tag", value)) > LONGEST_TAG:
        raise ConfigError(f"The tag '{value}' has {len(value)} characters; venues keep {LONGEST_TAG} at most.")


@attrs.frozen(kw_only=True)
class IntentDraft:
    """What is to be recorded.

    Attributes
    ----------
    id : str
        Unique in the installation, made by us.
    account : str
        Broker account; also the scope of the fence.
    tag : str
        Short text that travels with the order, by which it is found again at the venue.
    magic : int
        Number that travels with the order. ``(account, magic, tag)`` is unique.
    request : bytes
        The order, encoded; it never changes.
    """

    id: str = attrs.field(validator=_name)
    account: str = attrs.field(validator=_name)
    tag: str = attrs.field(validator=_tag)
    magic: int = attrs.field(validator=_int64)
    request: bytes


@attrs.frozen(kw_only=True)
class Intent:
    """An intent as it stands.

    Attributes
    ----------
    draft : IntentDraft
        What was recorded.
    state : IntentState
        How far it has come.
    resolution : Resolution or None
        What it came to, when it is resolved.
    detail : bytes
        What was told with the last step, such as the venue's answer.
    recorded_at_ns, changed_at_ns : int
        First and last step, by the clock of the store.
    """

    draft: IntentDraft
    state: IntentState
    resolution: Resolution | None
    detail: bytes
    recorded_at_ns: int
    changed_at_ns: int

    @property
    def request_sha256(self) -> str:
        """Hash of the request, hex: what a venue's order is compared with."""
        return hashlib.sha256(self.draft.request).hexdigest()


@attrs.frozen(kw_only=True)
class Transition:
    """One step of an intent's history; the first one is its recording."""

    state: IntentState
    resolution: Resolution | None
    detail: bytes
    time_ns: int
    fence: Fence


@runtime_checkable
class Intents(Protocol):
    """Every order that we ever meant to send. Each change is durable on return, or did not happen.

    The promise that stands on this port: at most one send per intent, and eventual agreement with the venue's
    truth, or a halt. So: `record_sent`; only if that succeeded, send. What is accepted now and sent later is
    recorded by `record`, and takes the step to ``SENT`` by `advance` when its turn comes. A crash leaves nothing or
    ``RECORDED`` (certainly not sent), or ``SENT`` (unknown), never a sent order without an intent.
    """

    async def take(self, account: str, fence: Fence) -> None:
        """Make ``fence`` the account's newest token; older ones are refused from then on.

        Raises
        ------
        FencedError
            If a newer token, or one of another resource, was seen.
        """
        ...

    async def record(self, draft: IntentDraft, *, fence: Fence) -> Intent:
        """Record an intent that is to be sent later, and return it as it stands.

        Recording the same draft again changes nothing and returns the intent in whatever state it has reached,
        so look at ``state`` before sending.

        Raises
        ------
        ConflictError
            If another draft has that id, or another intent of the account has that magic and tag.
        FencedError
            If the token is old, or of another resource.
        """
        ...

    async def record_sent(self, draft: IntentDraft, *, fence: Fence, detail: bytes = b"") -> Intent:
        """Record an intent and mark it as ``SENT``, both or neither, in one durable write: who returns may send.

        It is `record` followed by `advance` to ``SENT`` with that detail, and leaves both steps in the history; an
        intent that the same draft recorded before takes the second only.

        Raises
        ------
        ConflictError
            If the intent may have been sent before, if another draft has that id, or if another intent of the account
            has that magic and tag.
        FencedError
            If the token is old, or of another resource.
        """
        ...

    async def advance(
        self,
        intent_id: str,
        state: IntentState,
        *,
        fence: Fence,
        detail: bytes = b"",
        resolution: Resolution | None = None,
    ) -> Intent:
        """Move an intent to its next state.

        Repeating the last step with the same detail and resolution changes nothing and returns the intent (a
        duplicate fill is no second fill), except for ``SENT``, which succeeds once: who gets the success may send.

        Raises
        ------
        ConfigError
            If the resolution does not fit (`check_resolution`).
        ConflictError
            If `LEGAL` does not allow the step, or the state was reached with another detail or resolution.
        FencedError
            If the token is old, or of another resource.
        NotFoundError
            If there is no such intent.
        """
        ...

    async def get(self, intent_id: str) -> Intent:
        """Return an intent.

        Raises
        ------
        NotFoundError
            If there is none of that id.
        """
        ...

    async def unsettled(self, account: str) -> Sequence[Intent]:
        """Return the account's intents that are in no final state, in the order of recording."""
        ...

    async def marked(self, account: str, magic: int) -> Sequence[Intent]:
        """Return the account's intents of a magic number, in the order of recording, whatever their state.

        By this a position or an order that a venue shows is told to be ours, long after its intent was settled.
        """
        ...

    async def latest(self, account: str, count: int) -> Sequence[Intent]:
        """Return the account's last ``count`` intents, in the order of recording, whatever their state.

        By this a session that begins anew knows what the one before it had just sent.
        """
        ...

    async def history(self, intent_id: str) -> Sequence[Transition]:
        """Return every step of an intent, oldest first.

        Raises
        ------
        NotFoundError
            If there is none of that id.
        """
        ...
