"""Which decision, order and deal of one record is which of the other's."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

import attrs

from forexai_core.live.drift.histories import Ask, Booked, Decided, History

__all__ = ["AskPair", "DealPair", "DecisionPair", "Pairs", "pairs_of"]


@attrs.frozen(kw_only=True, eq=False)
class DecisionPair:
    """A decision in both records, or in one of them.

    Attributes
    ----------
    live, backtest : Decided or None
        None where that record has none.
    """

    live: Decided | None
    backtest: Decided | None

    @property
    def either(self) -> Decided:
        """The one that there is; of two, the live one."""
        found = self.live or self.backtest
        if found is None:
            raise ValueError("a pair has one side at least")
        return found

    @property
    def time_ns(self) -> int:
        """When it was made, by the backtest's clock where that has it; nanoseconds UTC."""
        return (self.backtest or self.either).time_ns


@attrs.frozen(kw_only=True, eq=False)
class AskPair:
    """What a strategy asked for, in both records or in one.

    Attributes
    ----------
    place : int
        Of the decision among the strategy's pairs.
    live, backtest : Ask or None
        None where it was not asked for.
    """

    place: int
    live: Ask | None
    backtest: Ask | None

    @property
    def either(self) -> Ask:
        """The one that there is; of two, the live one."""
        found = self.live or self.backtest
        if found is None:
            raise ValueError("a pair has one side at least")
        return found

    @property
    def deals(self) -> tuple[Booked, ...]:
        """All that came of it, in both records."""
        return tuple(deal for ask in (self.live, self.backtest) if ask is not None for deal in ask.deals)


@attrs.frozen(kw_only=True, eq=False)
class DealPair:
    """A deal in both records, or in one.

    Attributes
    ----------
    live, backtest : Booked or None
        None where it was not made.
    asks : tuple of AskPair
        That asked for either of them.
    """

    live: Booked | None
    backtest: Booked | None
    asks: tuple[AskPair, ...] = ()

    @property
    def both(self) -> tuple[Booked, ...]:
        """Those that there are, the live one first."""
        return tuple(deal for deal in (self.live, self.backtest) if deal is not None)

    @property
    def time_ns(self) -> int:
        """When the first of them was made, nanoseconds UTC."""
        return min(deal.time_ns for deal in self.both)


@attrs.define(kw_only=True, eq=False)
class Pairs:
    """Everything of an account, one to one.

    Attributes
    ----------
    decisions : dict of str to list of DecisionPair
        By strategy, oldest first.
    asks : dict of str to list of AskPair
        By strategy, in the order of their decisions.
    deals : list of DealPair
        Each deal of each record stands in exactly one.
    tickets : dict of str to str
        Of the session's positions and orders, and which of the backtest's they are.
    """

    decisions: dict[str, list[DecisionPair]] = attrs.field(factory=dict)
    asks: dict[str, list[AskPair]] = attrs.field(factory=dict)
    deals: list[DealPair] = attrs.field(factory=list)
    tickets: dict[str, str] = attrs.field(factory=dict)


def pairs_of(live: History, backtest: History) -> Pairs:
    """Pair two records: decisions by strategy and time, orders by what they ask for, deals by order and position."""
    pairs = Pairs()
    for name in dict.fromkeys((*backtest.decisions, *live.decisions)):
        decided = _decisions(live.decisions.get(name, ()), backtest.decisions.get(name, ()))
        pairs.decisions[name], pairs.asks[name] = decided, []
    taken: set[int] = set()
    for name, place in _in_time(pairs):
        for asked in _asks(place, pairs.decisions[name][place], pairs.tickets):
            pairs.asks[name].append(asked)
            _pair_deals(pairs, asked, taken)
    _pair_rest(pairs, live.deals, backtest.deals, taken)
    return pairs


def _decisions(live: Sequence[Decided], backtest: Sequence[Decided]) -> list[DecisionPair]:
    """Pair decisions at one instant, then what is left with its nearest within half a step of the strategy."""
    by_time = {each.time_ns: each for each in backtest}
    found = [DecisionPair(live=each, backtest=by_time.pop(each.time_ns, None)) for each in live]
    near_ns = _step_ns(backtest or live) // 2
    for number, pair in enumerate(found):
        if pair.backtest is None and by_time:
            time_ns = pair.either.time_ns
            nearest = min(by_time, key=lambda each: abs(each - time_ns))
            if abs(nearest - time_ns) <= near_ns:
                found[number] = DecisionPair(live=pair.live, backtest=by_time.pop(nearest))
    found += [DecisionPair(live=None, backtest=each) for each in by_time.values()]
    return sorted(found, key=lambda pair: pair.time_ns)


def _step_ns(decided: Sequence[Decided]) -> int:
    """Give how far decisions lie apart as a rule, nanoseconds."""
    gaps = sorted(after.time_ns - before.time_ns for before, after in itertools.pairwise(decided))
    return gaps[len(gaps) // 2] if gaps else 0


def _asks(place: int, pair: DecisionPair, tickets: dict[str, str]) -> list[AskPair]:
    """Pair what was asked for in two decisions: of one shape and about one position, in their order."""
    together = pair.live is not None and pair.backtest is not None and pair.live.held == pair.backtest.held
    left = list(pair.backtest.asks) if pair.backtest is not None else []
    found = []
    for ask in pair.live.asks if pair.live is not None else ():
        alike = (each for each in left if each.shape == ask.shape)
        other = next((each for each in alike if _about_one(ask, each, tickets, together=together)), None)
        if other is not None:
            left.remove(other)
            if ask.position:
                tickets.setdefault(ask.position, other.position)
        found.append(AskPair(place=place, live=ask, backtest=other))
    return found + [AskPair(place=place, live=None, backtest=each) for each in left]


def _about_one(ours: Ask, theirs: Ask, tickets: dict[str, str], *, together: bool) -> bool:
    """Say whether two asks are about one position or order: one that is known as such, or one of two that are alike."""
    known = tickets.get(ours.position)
    if not ours.position or known is not None:
        return (known or "") == theirs.position
    return together and theirs.position not in tickets.values()


def _in_time(pairs: Pairs) -> list[tuple[str, int]]:
    """Give the places of all decisions, by strategy, in the order of time."""
    keyed = [(each.time_ns, name, place) for name, made in pairs.decisions.items() for place, each in enumerate(made)]
    return [(name, place) for _, name, place in sorted(keyed, key=lambda item: item[0])]


def _pair_deals(pairs: Pairs, asked: AskPair, taken: set[int]) -> None:
    """Pair the deals of an order that both records have."""
    if asked.live is None or asked.backtest is None:
        return
    if asked.live.order and asked.backtest.order:
        pairs.tickets[asked.live.order] = asked.backtest.order
    known = set(pairs.tickets.values())
    for ours, theirs in zip(asked.live.deals, asked.backtest.deals, strict=False):
        pairs.deals.append(DealPair(live=ours, backtest=theirs, asks=(asked,)))
        taken |= {id(ours), id(theirs)}
        if ours.position not in pairs.tickets and theirs.position not in known:
            pairs.tickets[ours.position] = theirs.position
            known.add(theirs.position)


def _pair_rest(pairs: Pairs, live: Iterable[Booked], backtest: Iterable[Booked], taken: set[int]) -> None:
    """Pair what closed the same position, in its order; what is left stands alone."""
    asking = {id(deal): each for asks in pairs.asks.values() for each in asks for deal in each.deals}
    left = [deal for deal in backtest if id(deal) not in taken]
    for ours in live:
        if id(ours) in taken:
            continue
        ticket = pairs.tickets.get(ours.position)
        fits = (each for each in left if ours.closes and each.closes and each.position == ticket)
        theirs = next(fits, None)
        if theirs is not None:
            left.remove(theirs)
        pairs.deals.append(_pair(ours, theirs, asking))
    pairs.deals += [_pair(None, theirs, asking) for theirs in left]


def _pair(ours: Booked | None, theirs: Booked | None, asking: dict[int, AskPair]) -> DealPair:
    found = (asking.get(id(each)) for each in (ours, theirs) if each is not None)
    return DealPair(live=ours, backtest=theirs, asks=tuple(dict.fromkeys(each for each in found if each is not None)))
