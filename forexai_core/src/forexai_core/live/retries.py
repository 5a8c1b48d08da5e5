"""What to do after a refusal, by its kind."""

from __future__ import annotations

from enum import StrEnum

import attrs

from forexai_core.errors import ConfigError, RejectionKind
from forexai_core.live.answers import Answer
from forexai_core.live.sending import UNREACHABLE
from forexai_core.ports.intents import IntentState

__all__ = ["Action", "RetryPolicy"]


class Action(StrEnum):
    """What follows an answer."""

    DONE = "done"
    """Nothing: it is settled, or works, or must be reconciled."""
    AGAIN = "again"
    """Try again, by a new intent, at a fresh price."""
    LOOK_THEN_AGAIN = "look_then_again"
    """Wait, reconcile, and try again if all is well."""
    PAUSE_SYMBOL = "pause_symbol"
    """No openings in the symbol for a while."""
    STOP_OPENINGS = "stop_openings"
    """No openings on the account until a person allows them."""
    HALT = "halt"
    """As before, and it is urgent."""


_BY_KIND = {
    UNREACHABLE: Action.LOOK_THEN_AGAIN,
    RejectionKind.PRICE: Action.AGAIN,
    RejectionKind.BUSY: Action.LOOK_THEN_AGAIN,
    RejectionKind.FROZEN: Action.LOOK_THEN_AGAIN,
    RejectionKind.SYMBOL: Action.PAUSE_SYMBOL,
    RejectionKind.RESOURCES: Action.STOP_OPENINGS,
    RejectionKind.HALTED: Action.HALT,
}
_AGAIN = frozenset({Action.AGAIN, Action.LOOK_THEN_AGAIN})


def _counted(_: object, attribute: attrs.Attribute[int], value: int) -> None:
    if not 0 <= value <= 10:
        raise ConfigError(f"RetryPolicy: {attribute.name} is 0 to 10, not {value}.")


def _seconds(_: object, attribute: attrs.Attribute[float], value: float) -> None:
    if not 0 <= value < float("inf"):
        raise ConfigError(f"RetryPolicy: {attribute.name} is 0 or above and finite, not {value}.")


@attrs.frozen(kw_only=True)
class RetryPolicy:
    """How often an order that was certainly not executed is tried again. An unknown one never is.

    Attributes
    ----------
    price_retries : int
        After a requote, or without a price.
    busy_retries : int
        After too many requests, a lock, a freeze, or when the venue was not reached.
    price_delay_s, busy_delay_s : float
        Before trying again; the second doubles each time.
    max_slippage_points : float
        An opening is given up once the price is worse by more than this since it was decided, where the order itself
        does not say how much.
    """

    price_retries: int = attrs.field(default=2, validator=_counted)
    busy_retries: int = attrs.field(default=3, validator=_counted)
    price_delay_s: float = attrs.field(default=0.0, validator=_seconds)
    busy_delay_s: float = attrs.field(default=0.5, validator=_seconds)
    max_slippage_points: float = attrs.field(default=20.0, validator=_seconds)

    def after(self, answer: Answer, attempt: int) -> tuple[Action, float]:
        """Say what follows an answer.

        Parameters
        ----------
        answer : Answer
            To the last attempt.
        attempt : int
            Its number, from 1.

        Returns
        -------
        Action
            What to do.
        float
            Seconds to wait before; 0 unless it is tried again.
        """
        if answer.state is not IntentState.REJECTED:
            return Action.DONE, 0.0
        action = _BY_KIND.get(answer.refusal, Action.DONE)
        if action not in _AGAIN:
            return action, 0.0
        prices = action is Action.AGAIN
        if attempt > (self.price_retries if prices else self.busy_retries):
            return Action.DONE, 0.0
        return action, self.price_delay_s if prices else self.busy_delay_s * 2.0 ** (attempt - 1)
