"""What an order desk knows of its account: what the venue showed, whose it is, and what is not settled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from forexai_core.live.agreement import Agreement
from forexai_core.live.alerts import Alerts
from forexai_core.live.halt_journal import HaltJournal
from forexai_core.live.intent_book import IntentBook
from forexai_core.live.plans import Plan
from forexai_core.live.snapshots import Snapshot
from forexai_core.values.orders import OrderRequest, OrderState

__all__ = ["Knowledge"]


class Knowledge:
    """What can be asked of a desk without asking the venue."""

    _agreement: Agreement
    _book: IntentBook
    _halts: HaltJournal

    @property
    def alerts(self) -> Alerts:
        """Where people are told of the account."""
        return self._agreement.alerts

    @property
    def unsettled(self) -> bool:
        """Whether something needs to be looked at soon."""
        return self._agreement.unsettled

    def closing(self, position: int) -> str | None:
        """Give the id of the intent that closes a position and is not settled; None where it is not being closed."""
        return self._book.closing(position)

    def settled(self, intent_id: str) -> bool:
        """Whether it is known what became of an intent."""
        return self._book.find(intent_id) is None

    @property
    def unknown(self) -> tuple[str, ...]:
        """Ids of the intents of which nobody knows what became."""
        return tuple(self.unknown_of)

    @property
    def unknown_of(self) -> Mapping[str, str]:
        """Whose each of them is: a strategy's name; empty for the session itself."""
        return {each.id: each.plan.owner for each in self._book.unclear}

    def told_of(self, intent_id: str) -> str:
        """Say what is known of an intent that is not settled, for a person who has to decide on it."""
        tracked = self._book.find(intent_id)
        return "" if tracked is None else str(tracked)

    def halted_ns(self, name: str) -> int:
        """Say since when something is halted that a person has to release, nanoseconds UTC; 0: it is not written."""
        return self._halts.since_ns(name)

    @property
    def states(self) -> Mapping[str, int]:
        """How many intents that are not settled there are, by their state."""
        return self._book.states

    @property
    def snapshot(self) -> Snapshot | None:
        """The last look at the venue."""
        return self._agreement.snapshot

    @property
    def owned(self) -> dict[int, str]:
        """Whose each position of the last look is: a strategy's name; empty for the session itself, or adopted."""
        return self._agreement.owned

    @property
    def owned_orders(self) -> dict[int, str]:
        """Whose each working order of the last look is, likewise; those of nobody here are left out."""
        return self._agreement.owned_orders

    @property
    def plans(self) -> Mapping[int, Plan]:
        """What opened each position of the last look that is ours, by its ticket."""
        return self._agreement.plans

    @property
    def reserved(self) -> tuple[OrderRequest, ...]:
        """Openings under way, unknown, or executed and not listed yet: they count in risk beside what is listed."""
        return self._book.reserved

    @property
    def sent_before(self) -> tuple[int, ...]:
        """When openings were sent just before the desk was opened, nanoseconds UTC, oldest first."""
        return self._book.sent_before

    def see_orders(self, orders: Iterable[OrderState]) -> None:
        """Take note of what works, seen beside the looks."""
        self._book.see_orders(orders)
