"""What the venue shows, sorted by whose it is: a strategy's, the session's own, or somebody else's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum

import attrs

from forexai_core.errors import ConfigError, did_you_mean
from forexai_core.live.answers import Answer
from forexai_core.live.findings import own_deals, own_orders
from forexai_core.live.intent_book import IntentBook
from forexai_core.live.plans import Plan
from forexai_core.live.snapshots import Snapshot
from forexai_core.ports.broker import Broker
from forexai_core.ports.intents import SETTLED, Intent
from forexai_core.values.orders import Deal, OrderRequest, OrderState
from forexai_core.values.positions import Position

__all__ = ["ForeignPolicy", "Sorted", "Sorter"]

_LOTS = 1e-8
_AROUND_NS = 10_000_000_000  # of a position's opening: its deal lies in it, even where stamps are whole seconds


class ForeignPolicy(StrEnum):
    """What is done with a position or a working order that no intent of ours explains. A person is told in any case."""

    FLAG = "flag"
    """Nothing: it counts in risk, and is left alone."""
    ADOPT = "adopt"
    """Taken for the session's own: what closes all closes it with the rest."""
    PROTECT = "protect"
    """A position without a stop gets one."""
    CLOSE = "close"
    """A position is closed, an order cancelled."""

    @classmethod
    def of(cls, value: str | ForeignPolicy) -> ForeignPolicy:
        """Read a policy by its name.

        Raises
        ------
        ConfigError
            If there is none.
        """
        try:
            return cls(value)
        except ValueError:
            raise ConfigError(
                f"There is no policy '{value}' for foreign positions. {did_you_mean(str(value), cls)}"
            ) from None


@attrs.frozen(kw_only=True)
class Sorted:
    """A look at the venue, sorted.

    Attributes
    ----------
    plans : dict of int to Plan
        By position: the order that opened each position of ours.
    working : dict of int to Plan
        By order: what each working order of ours was asked for with.
    turned : tuple of (Position, Plan)
        Positions that an order of ours has opened that was only to close one, with that order: on an account that nets,
        where a stop came first.
    positions : tuple of Position
        Foreign ones.
    orders : tuple of OrderState
        Foreign ones.
    contradictions : tuple of str
        What the venue shows of orders that it had refused or never had, and beyond what orders were settled with: a
        sentence each.
    """

    plans: dict[int, Plan]
    working: dict[int, Plan]
    turned: tuple[tuple[Position, Plan], ...]
    positions: tuple[Position, ...]
    orders: tuple[OrderState, ...]
    contradictions: tuple[str, ...]


_Key = tuple[int, str]
_Known = tuple[Intent, Plan]


def _beyond(known: Iterable[_Known], answers: Mapping[str, Answer], snapshot: Snapshot) -> Iterator[str]:
    """Say of which settled intents more was executed, or works, than they were settled with.

    Parameters
    ----------
    known : iterable of intents with their plans
        That something shown belongs to.
    answers : mapping of str to Answer
        What those that are settled came to, by their ids.
    snapshot : Snapshot
        What the venue shows.
    """
    for intent, plan in {each[0].draft.id: each for each in known}.values():
        answer = answers.get(intent.draft.id)
        if answer is None or answer.filled_lots == 0.0:
            continue
        deals, orders = own_deals(plan.request, snapshot.deals), own_orders(plan.request, snapshot.orders)
        tickets = {each.order for each in deals} | {each.order for each in orders}
        lots = sum(each.volume_lots for each in deals)
        if answer.order and answer.order not in tickets:  # its own deals are older than this look reaches back
            tickets.add(answer.order)
            lots += answer.filled_lots
        if len(tickets) > 1 or lots > plan.request.volume_lots + _LOTS:
            yield (
                f"The venue shows more of intent {intent.draft.id} than it was settled with ({intent.state}): orders "
                f"{', '.join(map(str, sorted(tickets)))}, with {lots:g} of {plan.request.volume_lots:g} lots."
            )


def _turned(position: Position, plan: Plan) -> bool:
    """Say whether an order that was to close has opened a position; what it left open may bear its marks, too."""
    return not plan.request.opens and position.side == plan.request.side


def _key(thing: OrderRequest | Position | Deal) -> _Key:
    return thing.magic, thing.client_id


def _executed(snapshot: Snapshot) -> Iterator[tuple[str, _Key]]:
    for position in snapshot.positions:
        yield f"position {position.position}", _key(position)
    for order in snapshot.orders:
        yield f"order {order.order}", _key(order.request)
    for deal in snapshot.deals:
        if deal.reason == "signal":  # a stop's deal carries the marks of the position
            yield f"deal {deal.deal}", _key(deal)


class Sorter:
    """Tells whose things are, and remembers it while they are shown.

    Parameters
    ----------
    book : IntentBook
        What we ever sent.
    broker : Broker
        For the deals of a position that lost its marks.
    """

    def __init__(self, book: IntentBook, broker: Broker) -> None:
        self._book, self._broker = book, broker
        self._known: dict[_Key, _Known | None] = {}
        self._positions: dict[int, _Known | None] = {}
        self._answers: dict[str, Answer] = {}

    async def sort(self, snapshot: Snapshot) -> Sorted:
        """Sort a look at the venue.

        Raises
        ------
        BrokerError
            If the deals of a position could not be read.
        """
        shown = list(_executed(snapshot))
        await self._learn({key for _, key in shown})
        plans: dict[int, Plan] = {}
        turned: list[tuple[Position, Plan]] = []
        foreign: list[Position] = []
        for position in snapshot.positions:
            known = await self._behind(position)
            if known is None:
                foreign.append(position)
            elif _turned(position, known[1]):
                turned.append((position, known[1]))
            else:
                plans[position.position] = known[1]
        self._positions = {each.position: self._positions[each.position] for each in snapshot.positions}
        behind = {name: self._known[key] for name, key in shown}
        orders = [(each, self._known[_key(each.request)]) for each in snapshot.orders]
        return Sorted(
            plans=plans,
            working={each.order: known[1] for each, known in orders if known is not None},
            turned=tuple(turned),
            positions=tuple(foreign),
            orders=tuple(each for each, known in orders if known is None),
            contradictions=(
                *(
                    f"The venue shows {name} of intent {known[0].draft.id}, which had come to nothing "
                    f"({known[0].state})."
                    for name, known in behind.items()
                    if known is not None and self._came_to_nothing(known[0])
                ),
                *_beyond((known for known in behind.values() if known is not None), self._answers, snapshot),
            ),
        )

    def _came_to_nothing(self, intent: Intent) -> bool:
        """Say whether an intent was settled without any execution."""
        answer = self._answers.get(intent.draft.id)
        return answer is not None and answer.filled_lots == 0.0

    async def _learn(self, keys: set[_Key]) -> None:
        """Look up marks that are new, or whose intent was still open; forget what is shown no more."""
        fresh: dict[_Key, _Known | None] = {}
        for key in keys:
            known = self._known.get(key)
            settled = known is not None and known[0].state in SETTLED
            fresh[key] = known if settled else await self._book.whose(*key)
        self._known = fresh
        shown = {known[0].draft.id: known[0] for known in fresh.values() if known is not None}
        # What is settled stays as it is, so that it is read once.
        self._answers = {
            name: self._answers.get(name) or Answer.from_bytes(intent.state, intent.resolution, intent.detail)
            for name, intent in shown.items()
            if intent.state in SETTLED
        }

    async def _behind(self, position: Position) -> _Known | None:
        """Give the intent behind a position: by its marks, else by those of the deals that it came from."""
        known = self._known[_key(position)]
        if known is None and position.position in self._positions:
            known = self._positions[position.position]
        elif known is None:
            opened = position.open_time_ns
            for deal in await self._broker.history(opened - _AROUND_NS, opened + _AROUND_NS):
                if deal.position == position.position and known is None:
                    known = await self._book.whose(*_key(deal))
        self._positions[position.position] = known
        return known
