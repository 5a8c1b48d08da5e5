"""From two records of an account to differences, each with one cause, whose money adds up to the whole."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import attrs

from forexai_core.live.drift.causes import DriftLimits, Found, ask_cause, exit_cause
from forexai_core.live.drift.differences import AccountDrift, Cause, Difference
from forexai_core.live.drift.histories import Ask, Booked, History, history_of
from forexai_core.live.drift.market import PricesSeen
from forexai_core.live.drift.pairing import AskPair, DealPair, Pairs, pairs_of
from forexai_core.ports.journal import JournalRecord

__all__ = ["drift_of"]

_NONE = Decimal(0)
_CENT = Decimal("0.01")
_NOTHING_SEEN = PricesSeen(())


def drift_of(
    account: str,
    live: Sequence[JournalRecord],
    backtest: Sequence[JournalRecord],
    limits: DriftLimits | None = None,
) -> AccountDrift:
    """Compare what a session did on an account with what a backtest of its period does.

    Decisions are matched by strategy and time, orders by what they ask for, deals by order and position. Every deal of
    both records stands in one pair, and what the two of a pair booked differently is the money of one difference (of
    two, where an entry and its exit both differ), so that the differences add up to the difference in net result.

    Parameters
    ----------
    account : str
        Which.
    live : sequence of JournalRecord
        Of the session, oldest first. Its first and last decision bound the period.
    backtest : sequence of JournalRecord
        Of the backtest, oldest first; what lies outside the period is left out.
    limits : DriftLimits, optional
        What counts as a difference.
    """
    decided = [record.time_ns for record in live if record.kind == "decision"]
    first_ns, last_ns = (decided[0], max(record.time_ns for record in live)) if decided else (None, None)
    ours = history_of(live)
    theirs = history_of(backtest, first_ns, last_ns)
    work = _Attribution(account=account, pairs=pairs_of(ours, theirs), limits=limits or DriftLimits())
    return _report(account, ours, theirs, work.run(), work.pairs)


@attrs.define(kw_only=True, eq=False)
class _Attribution:
    """Goes through both records in the order of time, and remembers what each difference brought about."""

    account: str
    pairs: Pairs
    limits: DriftLimits
    found: list[Difference] = attrs.field(factory=list)
    _seen: dict[str, PricesSeen] = attrs.field(init=False)
    _of_ask: dict[int, Difference] = attrs.field(factory=dict)
    _roots: dict[str, list[tuple[float, Difference]]] = attrs.field(factory=dict)

    _cancels: dict[bool, set[str]] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        asked = [each for asks in self.pairs.asks.values() for each in asks if each.either.kind == "cancel"]
        self._cancels = {
            True: {each.live.position for each in asked if each.live is not None},
            False: {each.backtest.position for each in asked if each.backtest is not None},
        }
        self._seen = {name: PricesSeen(each) for name, each in self.pairs.decisions.items()}

    def run(self) -> tuple[Difference, ...]:
        """Find every difference."""
        events: list[tuple[int, int, str, AskPair | DealPair]] = []
        for name, asks in self.pairs.asks.items():
            decided = self.pairs.decisions[name]
            events += [(decided[each.place].time_ns, 1, name, each) for each in asks]
        for pair in self.pairs.deals:
            # At a bar's time lies the decision on the one before; at a tick it is the other way round.
            strategy = pair.both[0].strategy
            bars = any(each.either.bar for each in self.pairs.decisions.get(strategy, ())[:1])
            events.append((pair.time_ns, 2 if bars else 0, strategy, pair))
        for _, _, name, event in sorted(events, key=lambda item: item[:2]):
            if isinstance(event, AskPair):
                self._take_ask(name, event)
            else:
                self._take_deal(name, event)
        return tuple(self.found)

    # -------------------------------------------------------------------------------------------------- orders
    def _take_ask(self, strategy: str, pair: AskPair) -> None:
        lone = pair.live is None or pair.backtest is None
        about = pair.either.position
        if lone and about and (self._lone(about, live=pair.backtest is None) or self._rooted(about, pair)):
            return  # it ends, or changes, what a difference brought about
        root = self._divergence(strategy, pair.place)
        if about and self._rooted(about, pair):
            root = self._roots[self._named(about, live=pair.live is not None)][-1][1]
        found = ask_cause(
            pair, self._seen[strategy], self.limits, diverged=root is not None, taken_back=self._taken_back(pair)
        )
        if found is None:
            return
        follows = self._followed(strategy, root) if found.cause is None else None
        what = {"open": "entry", "unmet": "entry", "close": "exit"}.get(pair.either.kind, "change")
        time_ns = self._seen[strategy].pairs[pair.place].time_ns
        each = self._note(strategy, (pair.either.symbol, time_ns), what, found, follows)
        each.live, each.backtest = _asked(pair.live), _asked(pair.backtest)
        self._of_ask[id(pair)] = each
        for ask, live in ((pair.live, True), (pair.backtest, False)):
            if ask is not None:
                tickets = {ask.position, ask.order, *(deal.position for deal in ask.deals)} - {""}
                for ticket in sorted(tickets):
                    self._root(self._named(ticket, live=live), each, _weight(pair))

    def _lone(self, ticket: str, *, live: bool) -> bool:
        """Say whether a position is one of a single record."""
        return ticket not in (self.pairs.tickets if live else self.pairs.tickets.values())

    def _rooted(self, ticket: str, pair: AskPair) -> bool:
        return bool(self._roots.get(self._named(ticket, live=pair.live is not None)))

    def _named(self, ticket: str, *, live: bool) -> str:
        """Give a position one name in both records: that of the backtest, where it has it."""
        if not live:
            return ticket
        return self.pairs.tickets.get(ticket, f"live {ticket}")

    def _root(self, name: str, difference: Difference, weight: float) -> None:
        """Remember that a position is not what it would be."""
        self._roots.setdefault(name, []).append((weight, difference))

    def _taken_back(self, pair: AskPair) -> bool:
        """Say whether an order was cancelled by its strategy in one of the records alone."""
        if pair.live is None or pair.backtest is None or not (pair.live.order and pair.backtest.order):
            return False
        return (pair.live.order in self._cancels[True]) != (pair.backtest.order in self._cancels[False])

    def _divergence(self, strategy: str, place: int) -> Difference | None:
        """Give what brought it about that the two held different positions when they decided; None: they did not."""
        decided = self._seen[strategy].pairs
        since = place
        while since >= 0 and _strays(decided[since]):
            since -= 1
        if since == place:
            return None
        first_ns = decided[since].time_ns if since >= 0 else 0
        now_ns = decided[place].time_ns
        began = [each for each in self.found if first_ns <= each.time_ns <= now_ns and each.strategy == strategy]
        return next(iter(began or self.found[-1:]), None)

    def _followed(self, strategy: str, root: Difference | None) -> Difference | None:
        """Give the difference that another follows: what the positions differ by, or what cost most so far."""
        if root is not None:
            return root
        own = [each for each in self.found if each.strategy == strategy] or self.found
        return max(own, key=lambda each: abs(each.money), default=None)

    def _note(
        self, strategy: str, place: tuple[str, int], what: str, found: Found, follows: Difference | None = None
    ) -> Difference:
        symbol, time_ns = place
        cause = found.cause or (follows.cause if follows is not None else Cause.SIGNAL)
        each = Difference(
            number=len(self.found) + 1,
            account=self.account,
            strategy=strategy,
            symbol=symbol,
            time_ns=time_ns,
            what=what,
            cause=cause,
            said=found.said,
            live=None,
            backtest=None,
            follows=follows.number if follows is not None else 0,
        )
        self.found.append(each)
        return each

    # --------------------------------------------------------------------------------------------------- deals
    def _take_deal(self, strategy: str, pair: DealPair) -> None:
        own = next((self._of_ask[id(each)] for each in pair.asks if id(each) in self._of_ask), None)
        roots = self._roots_of(pair)
        if own is None and pair.both[0].closes and not self._explained(pair):
            seen = self._seen.get(strategy, _NOTHING_SEEN)
            diverged = self._strayed_at(strategy, pair.time_ns) is not None
            found = exit_cause(pair, seen, self.limits, rooted=bool(roots), diverged=diverged)
            own = None if found is None else self._exit(strategy, pair, found)
        self._book(strategy, pair, own, roots)
        if any(each.entry == "inout" for each in pair.both):  # what is open from now on began with it
            for each in pair.both:
                name = self._named(each.position, live=each is pair.live)
                self._roots[name] = [] if own is None else [(0.0, own)]

    def _book(
        self, strategy: str, pair: DealPair, own: Difference | None, roots: Sequence[tuple[float, Difference]]
    ) -> None:
        """Give what two deals booked differently to what brought it about."""
        money = (pair.live.money if pair.live else _NONE) - (pair.backtest.money if pair.backtest else _NONE)
        if not money:
            return
        root = max((each for each in roots if each[1] is not own), key=lambda each: each[0], default=(0.0, None))[1]
        if own is not None and root is not None:
            part = self._exit_part(pair)
            own.money += money if part is None else part
            root.money += _NONE if part is None else money - part
            return
        target = own or root or self._strayed_at(strategy, pair.time_ns)
        if target is None:
            target = self._note(strategy, (pair.both[0].symbol, pair.time_ns), "charge", _charged(pair))
            target.live, target.backtest = _dealt(pair.live), _dealt(pair.backtest)
        target.money += money

    def _strayed_at(self, strategy: str, time_ns: int) -> Difference | None:
        """Give what brought it about that the two held different positions at a time; None: they did not."""
        seen = self._seen.get(strategy, _NOTHING_SEEN)
        place = seen.place_at(time_ns)
        return None if place is None else self._divergence(strategy, place)

    def _explained(self, pair: DealPair) -> bool:
        """Say whether a deal needs no cause of its own: both asked for it alike, or its position is in one record."""
        if len(pair.asks) == 1 and len(pair.both) == 2 and pair.asks[0].live and pair.asks[0].backtest:
            return True
        return len(pair.both) == 1 and self._lone(pair.both[0].position, live=pair.live is not None)

    def _roots_of(self, pair: DealPair) -> list[tuple[float, Difference]]:
        names = [self._named(each.position, live=each is pair.live) for each in pair.both]
        return [each for name in dict.fromkeys(names) for each in self._roots.get(name, ())]

    def _exit(self, strategy: str, pair: DealPair, found: Found) -> Difference:
        each = self._note(strategy, (pair.both[0].symbol, pair.time_ns), "exit", found)
        each.live, each.backtest = _dealt(pair.live), _dealt(pair.backtest)
        for deal in pair.both:
            self._root(self._named(deal.position, live=deal is pair.live), each, 0.0)
        return each

    def _exit_part(self, pair: DealPair) -> Decimal | None:
        """Give what the other price of an exit made by itself; None where that cannot be told from the rest."""
        ours, theirs = pair.live, pair.backtest
        if ours is None or theirs is None or ours.lots != theirs.lots:
            return None
        entry = self._entry_price(ours)
        if entry is None or entry == ours.price:
            return None
        worth = float(ours.profit) / (ours.price - entry)  # money per unit of price, its side included
        part = Decimal(repr(worth * (ours.price - theirs.price)))
        return part.quantize(_CENT, rounding=ROUND_HALF_EVEN)

    def _entry_price(self, deal: Booked) -> float | None:
        """Give the average price at which a position of the session was opened."""
        opened = [each.live for each in self.pairs.deals if each.live and each.live.position == deal.position]
        opened = [each for each in opened if not each.closes and each.time_ns <= deal.time_ns]
        lots = sum(each.lots for each in opened)
        return sum(each.price * each.lots for each in opened) / lots if lots else None


def _strays(pair: Any) -> bool:
    return pair.live is not None and pair.backtest is not None and pair.live.held != pair.backtest.held


def _weight(pair: AskPair) -> float:
    """Give how much an entry changes what its position costs: lots by price, of the one less the other."""
    ours, theirs = (0.0 if each is None else each.price * each.filled_lots for each in (pair.live, pair.backtest))
    return abs(ours - theirs)


def _charged(pair: DealPair) -> Found:
    ours, theirs = (each.money if each is not None else _NONE for each in (pair.live, pair.backtest))
    return Found(Cause.PRICE, f"the deal booked {ours}, not {theirs}: another commission, swap or rate of conversion")


def _asked(ask: Ask | None) -> dict[str, Any] | None:
    if ask is None:
        return None
    state = ask.status or ask.state or ("refused" if ask.refusal else "")
    plain: dict[str, Any] = {"lots": ask.lots, "filled_lots": ask.filled_lots, "state": state}
    return plain | ({"price": ask.price, "time_ns": str(ask.time_ns)} if ask.deals else {})


def _dealt(deal: Booked | None) -> dict[str, Any] | None:
    if deal is None:
        return None
    return {"lots": deal.lots, "price": deal.price, "time_ns": str(deal.time_ns), "state": deal.reason}


def _report(account: str, ours: History, theirs: History, found: tuple[Difference, ...], pairs: Pairs) -> AccountDrift:
    decided = [pair for each in pairs.decisions.values() for pair in each]
    both = [pair for pair in decided if pair.live is not None and pair.backtest is not None]
    prices = [PricesSeen(each) for each in pairs.decisions.values()]
    other = sum(
        each.at(place) is not None
        for each in prices
        for place, pair in enumerate(each.pairs)
        if pair.live is not None and pair.backtest is not None
    )
    return AccountDrift(
        account=account,
        first_ns=min((pair.time_ns for pair in decided), default=0),
        last_ns=max((pair.time_ns for pair in decided), default=0),
        decisions=len(both),
        only_live=sum(pair.backtest is None for pair in decided),
        only_backtest=sum(pair.live is None for pair in decided),
        other_inputs=other,
        live_net=ours.net,
        backtest_net=theirs.net,
        others_net=sum((deal.money for deal in ours.others), _NONE),
        differences=found,
    )
