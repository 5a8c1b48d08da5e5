"""Whose the positions, orders and deals of an account are: which strategy's of the session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from forexai_core.arrays import OPEN_REASONS
from forexai_core.live.plans import Plan
from forexai_core.live.session.mirror import Mark
from forexai_core.values.orders import Deal, DealEntry, OrderKind, OrderRequest, OrderState
from forexai_core.values.positions import Position

__all__ = ["Ownership"]

_NOBODY = Mark(-1)
_MARKET = OPEN_REASONS.index("signal")
_REMEMBERED = 1_000


def _opened(kind: OrderKind) -> int:
    return _MARKET if kind is OrderKind.MARKET else OPEN_REASONS.index(str(kind))


class Ownership:
    """Remembers what each strategy has asked for, and tells by it whose a thing at the venue is.

    Parameters
    ----------
    names : sequence of str
        The strategies, by their place.
    tags : sequence of list of str
        Of each, the texts that it calls its orders by; the first is empty.

    Attributes
    ----------
    names, tags
        As they were given.
    """

    def __init__(self, names: Sequence[str], tags: Sequence[list[str]]) -> None:
        self._places = {name: place for place, name in enumerate(names)}
        self.names, self.tags = tuple(names), tags
        self._intents: dict[str, Mark] = {}
        self._closing: set[str] = set()
        self._positions: dict[int, Mark] = {}
        self._closed: dict[int, Mark] = {}  # a venue tells of a stop's deal after it shows the position no more

    def __call__(self, thing: Position | OrderState | Deal) -> Mark:
        """Give the mark of something that the venue shows."""
        if isinstance(thing, OrderState):
            return self._intents.get(thing.client_id, _NOBODY)
        if thing.position in self._positions:
            return self._positions[thing.position]
        return self._intents.get(thing.client_id) or self._closed.get(thing.position, _NOBODY)

    def owner(self, thing: Position | OrderState | Deal) -> str:
        """Name the strategy; empty for nobody of the session."""
        mark = self(thing)
        return "" if mark.strategy < 0 else self.names[mark.strategy]

    def asked(self, intent_id: str, strategy: int, label: str, order: OrderRequest) -> None:
        """Remember an order of a strategy."""
        self._intents[intent_id] = self._mark(strategy, label, order)
        if not order.opens:
            self._closing.add(intent_id)

    def hear(self, deal: Deal) -> None:
        """Remember whose position a deal has opened; what a close has opened, its position being gone, is nobody's."""
        opens = deal.client_id in self._intents and deal.client_id not in self._closing
        if opens and deal.entry is not DealEntry.OUT:
            self._positions.setdefault(deal.position, self._intents[deal.client_id])

    def learn(self, plans: Mapping[int, Plan], open_now: Sequence[Position]) -> None:
        """Take over what the desk knows of positions, such as those of an earlier start, and forget closed ones.

        Parameters
        ----------
        plans : mapping of int to Plan
            What opened each position that is ours, by ticket.
        open_now : sequence of Position
            What is open.
        """
        for ticket, plan in plans.items():
            place = self._places.get(plan.owner)
            if place is not None and ticket not in self._positions:
                self._positions[ticket] = self._mark(place, plan.label, plan.request)
        shown = {each.position for each in open_now}
        for ticket in [each for each in self._positions if each not in shown]:
            self._closed[ticket] = self._positions.pop(ticket)
        for ticket in list(self._closed)[:-_REMEMBERED]:
            del self._closed[ticket]

    def place_of(self, intent_id: str) -> int | None:
        """Give the place of the strategy that an order is of; None for nobody's of the session."""
        mark = self._intents.get(intent_id)
        return None if mark is None else mark.strategy

    def _mark(self, strategy: int, label: str, order: OrderRequest) -> Mark:
        tag = self._tag(strategy, label)
        return Mark(strategy, tag, _opened(order.kind), order.stop_loss, order.take_profit)

    def _tag(self, strategy: int, label: str) -> int:
        tags = self.tags[strategy]
        if label not in tags:
            tags.append(label)
        return tags.index(label)
