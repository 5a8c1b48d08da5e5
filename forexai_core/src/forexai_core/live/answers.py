"""What is known of an order after it was sent or looked for, as it is written down beside its intent."""

from __future__ import annotations

import attrs

from forexai_core.errors import IntegrityError
from forexai_core.live.records import decode, encode
from forexai_core.ports.intents import IntentState, Resolution

__all__ = ["Answer", "Outcome"]

_KIND, _VERSION = "answer", 1


@attrs.frozen(kw_only=True)
class Answer:
    """What an intent comes to, and by which facts.

    Attributes
    ----------
    state : IntentState
        Where it goes.
    resolution : Resolution or None
        Where ``state`` is ``RESOLVED``.
    order, position : int
        The venue's tickets; 0 where unknown.
    filled_lots, average_price : float
        What was executed; 0 where nothing was.
    refusal : str
        A `RejectionKind`, or ``unreachable`` where nothing was sent; empty where nothing was refused.
    code : int or None
        The venue's own.
    reason : str
        For people.
    """

    state: IntentState
    resolution: Resolution | None = None
    order: int = 0
    position: int = 0
    filled_lots: float = 0.0
    average_price: float = 0.0
    refusal: str = ""
    code: int | None = None
    reason: str = ""

    def to_bytes(self) -> bytes:
        """Write down its facts; state and resolution stand in the intent."""
        return encode(
            _KIND,
            _VERSION,
            {
                "order": str(self.order),
                "position": str(self.position),
                "filled_lots": self.filled_lots,
                "average_price": self.average_price,
                "refusal": self.refusal,
                "code": self.code,
                "reason": self.reason,
            },
        )

    @classmethod
    def from_bytes(cls, state: IntentState, resolution: Resolution | None, data: bytes) -> Answer:
        """Read it.

        Raises
        ------
        IntegrityError
            If it is no answer.
        """
        fields = decode(data, _KIND, _VERSION)
        try:
            return cls(
                state=state,
                resolution=resolution,
                order=int(fields["order"]),
                position=int(fields["position"]),
                filled_lots=float(fields["filled_lots"]),
                average_price=float(fields["average_price"]),
                refusal=str(fields["refusal"]),
                code=fields["code"],
                reason=str(fields["reason"]),
            )
        except (KeyError, TypeError, ValueError) as problem:
            raise IntegrityError(f"A written answer cannot be read: {problem}.") from problem


@attrs.frozen(kw_only=True)
class Outcome:
    """What became of an order that the desk was asked to place.

    Attributes
    ----------
    intent_id : str
        Of the last attempt; empty when nothing was written down, since the desk refused it.
    answer : Answer
        As it stands.
    attempts : int
        How many intents it took.
    """

    intent_id: str
    answer: Answer
    attempts: int

    @property
    def known(self) -> bool:
        """Whether anybody knows what became of it."""
        return self.answer.state not in {IntentState.SENT, IntentState.UNKNOWN}
