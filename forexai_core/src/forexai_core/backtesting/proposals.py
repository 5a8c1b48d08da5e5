"""What risk rules are shown of a request: the account as it would stand once the request is carried out.

An opening on a netting account is judged by the position that it leads to. A change of a stop, or of an order that
waits, is judged as an opening where it raises what can be lost.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import attrs

from forexai_core.backtesting.ledger_values import OPENING_KINDS, LedgerValues
from forexai_core.backtesting.reductions import Reductions, ends
from forexai_core.engine.ledger import Ledger
from forexai_core.engine.state import records
from forexai_core.engine.state.records import NO_PRICE
from forexai_core.ports.risk import Holding, HoldingKind, Proposal, RiskRule
from forexai_core.risk.costing import Stake, Terms, loss_together
from forexai_core.risk.exposures import MarginLevel
from forexai_core.risk.loss_limits import TOLERANCE
from forexai_core.risk.netting import Joined, join
from forexai_core.values.accounts import Account, AccountMode, AccountState
from forexai_core.values.orders import OrderRequest, OrderState, OrderStatus

__all__ = ["Proposals"]

_CHANGES = {
    records.REQUEST_MODIFY_POSITION: HoldingKind.POSITION,
    records.REQUEST_MODIFY_ORDER: HoldingKind.ORDER,
}


@attrs.frozen(kw_only=True, eq=False)
class _Member:
    """A stake of the account, and what it is there."""

    number: int  # among those of its account; that which is judged has -1
    index: int  # of its symbol
    ticket: int  # 0 of an intent
    stake: Stake
    order: OrderRequest  # what waits or is on its way; of what is open, the same as an order
    ending: bool = False  # the close of all of it is on its way


@attrs.frozen(kw_only=True)
class _Coming:
    """What is on its way, and what symbols are worth meanwhile."""

    waiting: Reductions
    reserved: tuple[OrderRequest, ...]
    terms: Callable[[int], Terms]


@attrs.frozen(kw_only=True)
class _Step:
    """From the account as it is to what it would be."""

    order: OrderRequest
    before: tuple[_Member, ...]
    after: tuple[_Member, ...]
    own: _Member  # of `after`: what is judged
    cost: float = 0.0  # of closing what is turned round
    margin: float | None = None
    widens: bool = False


class Proposals:
    """Shows the requests of a ledger to risk rules.

    Parameters
    ----------
    ledger : Ledger
        The account.
    values : LedgerValues
        Reads it.
    account : Account
        As the run began.
    rules : sequence of RiskRule
        Who is asked: where none of them weighs margin, none is computed, which takes its time.
    """

    def __init__(self, ledger: Ledger, values: LedgerValues, account: Account, rules: Sequence[RiskRule]) -> None:
        self._ledger, self._values = ledger, values
        self._weighs_margin = any(
            isinstance(rule, MarginLevel) or not type(rule).__module__.startswith("forexai_core.") for rule in rules
        )
        self._currency, self._nets = account.currency, account.mode is AccountMode.NETTING

    def proposal(self, row: int, kept: int, time_ns: int, *, reserved: Sequence[OrderRequest] = ()) -> Proposal | None:
        """Describe a request to risk rules, those before it being on their way.

        Parameters
        ----------
        row, kept : int
            Of the ledger's requests: this one, and how many before it go on.
        time_ns : int
            When it was decided, nanoseconds UTC.
        reserved : sequence of OrderRequest
            Openings that count in full though neither the ledger's rows nor its requests show them: their outcome is
            unknown, or the venue does not list them yet.

        Returns
        -------
        Proposal or None
            Money in account currency; None where it raises nothing that can be lost, and so passes unasked. The
            figures of the account's past are those of now: the control of the rules knows better, and fills them in.
        """
        request = self._ledger.requests[row]
        kind = int(request["kind"])
        if (kind not in OPENING_KINDS and kind not in _CHANGES) or self._nears(request):
            return None
        find = self._opening if kind in OPENING_KINDS else self._change
        coming = _Coming(
            waiting=self._reductions(self._ledger.requests[:kept]),
            reserved=tuple(reserved),
            terms=cache(self._values.terms),
        )
        step = find(request, coming)
        return None if step is None else self._told(step, coming, time_ns)

    def name_reduction(self, row: int, kept: int) -> None:
        """Let an order that only reduces name the position, as a close does: then it can open nothing.

        On a netting account a stop may take the position before an order of the other side arrives, which would open
        one of that side; nobody has judged that.
        """
        if self._nets:
            self._reductions(self._ledger.requests[:kept]).name(self._ledger.requests[row])

    def _reductions(self, requests: Any) -> Reductions:
        return Reductions(self._ledger, self._values, requests, nets=self._nets)

    # ----------------------------------------------------------------------------------------------- the account
    def _members(self, coming: _Coming) -> list[_Member]:
        """List all that is open, works or is on its way."""
        ledger, values, waiting, terms = self._ledger, self._values, coming.waiting, coming.terms
        requests = waiting.requests
        made: list[_Member] = []

        def add(index: int, stake: Stake, order: OrderRequest, ticket: int = 0, *, ending: bool = False) -> None:
            number = len(made)
            made.append(_Member(number=number, index=index, ticket=ticket, stake=stake, order=order, ending=ending))

        for row in ledger.positions[: ledger.account["positions"]]:
            index, held = int(row["symbol"]), values.position(row)
            shown = OrderRequest(
                client_id=f"{held.symbol}-{held.position}",
                symbol=held.symbol,
                side=held.side,
                volume_lots=held.volume_lots,
                stop_loss=held.stop_loss,
                take_profit=held.take_profit,
            )
            stake = Stake.of_position(held, terms(index))
            add(index, stake, shown, held.position, ending=ends(row, requests))
        for row in ledger.orders[: ledger.account["orders"]]:
            index, order = int(row["symbol"]), values.pending(row).request
            add(index, Stake.of_order(order, terms(index)), order, int(row["ticket"]))
        for row in waiting.openings():
            index, order = int(row["symbol"]), values.request(row)
            met = self._met(made, row, waiting)
            adds = met is not None and met.stake.side == order.side
            stake = Stake.of_order(order, terms(index), kind=HoldingKind.INTENT)
            add(index, attrs.evolve(stake, inherits=adds and not stake.stop), order)
        for each in coming.reserved:
            place = values.place(each.symbol)
            if place is not None:
                order = values.priced(each)
                add(place, Stake.of_order(order, terms(place), kind=HoldingKind.INTENT), order)
        return _after_changes(made, requests, values, terms)

    def _joined(self, members: Sequence[_Member]) -> list[Joined]:
        """Find what may come to be one position; where each opening is one of its own, everything stands alone."""
        if not self._nets:
            return [Joined(stakes=(each.stake,)) for each in members if not each.ending]
        sides: dict[tuple[int, int], list[Stake]] = {}
        for each in members:
            if not each.ending:
                sides.setdefault((each.index, each.stake.side), []).append(each.stake)
        return [joined for stakes in sides.values() for joined in join(stakes)]

    # ------------------------------------------------------------------------------------------------- requests
    def _opening(self, request: Any, coming: _Coming) -> _Step | None:
        """Describe an opening; None where it only reduces what is open."""
        index, order = int(request["symbol"]), self._values.request(request)
        before, waiting, terms = self._members(coming), coming.waiting, coming.terms
        stake, after, cost, freed = Stake.of_order(order, terms(index), kind=HoldingKind.INTENT), before, 0.0, 0.0
        met = self._met(before, request, waiting)
        if met is not None and met.stake.side == order.side:
            stop = order.stop_loss or met.stake.stop  # that of the last fill which has one is the stop of all
            stake = attrs.evolve(stake, inherits=not order.stop_loss)
            after = _with(before, attrs.evolve(met, stake=attrs.evolve(met.stake, stop=stop)))
        elif met is not None:
            if waiting.covers(request):
                return None
            closed = waiting.left(index) * terms(index).instrument.volume_step
            stake, cost = attrs.evolve(stake, lots=round(order.volume_lots - closed, 8)), met.stake.closing_cost
            after = [each for each in before if each is not met]
            freed = self._values.bound(met.ticket) if self._weighs_margin else 0.0
        own = _Member(number=-1, index=index, ticket=0, stake=stake, order=order)
        margin = self._values.margin(order, stake.lots) - freed if self._weighs_margin else None
        return _Step(order=order, before=tuple(before), after=(*after, own), own=own, cost=cost, margin=margin)

    def _met(self, members: Sequence[_Member], request: Any, waiting: Reductions) -> _Member | None:
        """Find what an order at the market finds open on a netting account, of which something is left then."""
        index = int(request["symbol"])
        at_market = request["kind"] == records.REQUEST_MARKET and not request["turns"]
        if not (self._nets and at_market and waiting.left(index)):
            return None
        held = (each for each in members if each.stake.kind is HoldingKind.POSITION and each.index == index)
        return next((each for each in held if not each.ending), None)

    def _change(self, request: Any, coming: _Coming) -> _Step | None:
        """Describe a change that raises what can be lost; None where it does not."""
        before = self._members(coming)
        held = _changed_by(request, before)
        if held is None:
            return None
        staying = attrs.evolve(held, ending=False)  # its close may yet be refused
        before = _with(before, staying)
        own = _changed(staying, request, self._values, coming.terms)
        if own is None:
            return None
        after = _with(before, own)
        if not (_farther(own.stake, held.stake) or self._grows(before, staying, after, own)):
            return None
        margin = None
        if self._weighs_margin:
            opens = own.stake.kind is not HoldingKind.POSITION
            margin = self._values.margin(own.order, own.stake.lots) if opens else 0.0
        return _Step(order=own.order, before=tuple(before), after=tuple(after), own=own, margin=margin, widens=True)

    def _nears(self, request: Any) -> bool:
        """Say whether a change leaves the stop of a position where it is, or nearer: no rate is needed to know that."""
        if request["kind"] != records.REQUEST_MODIFY_POSITION or request["stop_loss"] == NO_PRICE:
            return False
        for row in self._ledger.positions[: self._ledger.account["positions"]]:
            if row["ticket"] == request["ticket"] and row["symbol"] == request["symbol"]:
                known = row["stop_loss"] != NO_PRICE
                return bool(known and row["side"] * (request["stop_loss"] - row["stop_loss"]) >= 0)
        return False

    def _grows(self, before: list[_Member], old: _Member, after: list[_Member], new: _Member) -> bool:
        """Say whether what may be one position with the changed one loses more, or all of its symbol and side does."""

        def losses(members: list[_Member], own: _Member) -> tuple[float, float]:
            beside = [each for each in members if (each.index, each.stake.side) == (own.index, own.stake.side)]
            joined = self._joined(beside)
            return _weight(_holding_of(joined, own).loss), sum(_weight(each.loss) for each in joined)

        return any(now > then + TOLERANCE for now, then in zip(losses(after, new), losses(before, old), strict=True))

    # -------------------------------------------------------------------------------------------------- telling
    def _on_way(self, coming: _Coming) -> float:
        """Give what is to be bound by openings of which the venue's margin says nothing yet."""
        asked = [self._values.request(row) for row in coming.waiting.openings()]
        known = [each for each in coming.reserved if self._values.place(each.symbol) is not None]
        return sum(self._values.margin(each, each.volume_lots) for each in (*asked, *known))

    def _told(self, step: _Step, coming: _Coming, time_ns: int) -> Proposal:
        account, values = self._ledger.account, self._values
        equity, own, order = float(account["equity"]), step.own, step.order
        terms = coming.terms(own.index)
        groups = self._joined(step.after)
        joined = _holding_of(groups, own)
        staying = [each for each in step.after if not joined.has(each.stake)]
        beside = {each.number for each in staying}
        gone = [each for each in step.before if each.number not in beside]
        loss = joined.loss
        return Proposal(
            time_ns=time_ns,
            request=order,
            instrument=terms.instrument,
            bid=terms.bid,
            ask=terms.ask,
            account=AccountState(
                time_ns=time_ns,
                currency=self._currency,
                balance=float(account["balance"]),
                equity=equity,
                margin=float(account["margin"]) + (self._on_way(coming) if self._weighs_margin else 0.0),
            ),
            positions=values.positions(),
            # What is of a symbol that nobody can value here is no holding, so that risk calls it unknown.
            orders=(
                *values.orders(),
                *(_working(each, time_ns) for each in coming.reserved if values.place(each.symbol) is None),
            ),
            day_start_equity=equity,
            peak_equity=equity,
            profit_rate=values.profit_rate(own.index),
            entry_risk=None if loss is None else loss + step.cost,
            entry_night_cost=terms.night_cost(order.side, joined.lots),
            entry_value=terms.value(joined.lots),
            entry_margin=step.margin,
            entry_lots=None if joined.lots == order.volume_lots else joined.lots,
            holdings=_holdings(staying, groups),
            replaces=_holdings(gone, self._joined(step.before)) if gone else (),
            widens=step.widens,
        )


def _working(request: OrderRequest, time_ns: int) -> OrderState:
    return OrderState(order=0, request=request, status=OrderStatus.PLACED, placed_time_ns=time_ns)


def _with(members: Sequence[_Member], changed: _Member) -> list[_Member]:
    """Put a member in the place of the one of its number."""
    return [changed if each.number == changed.number else each for each in members]


def _holding_of(groups: Sequence[Joined], member: _Member) -> Joined:
    """Find the position that a member may come to be, or a part of."""
    return next(each for each in groups if each.has(member.stake))


def _holdings(members: Sequence[_Member], groups: Sequence[Joined]) -> tuple[Holding, ...]:
    """Describe members as risks."""
    found = {id(stake): holding for joined in groups for stake, holding in joined.holdings()}
    return tuple(
        each.stake.holding(each.stake.closing_cost) if each.ending else found[id(each.stake)] for each in members
    )


def _weight(loss: float | None) -> float:
    return math.inf if loss is None else loss


def _farther(new: Stake, old: Stake) -> bool:
    """Say whether a change makes a stake lose more by itself, be it less than the smallest money that there is.

    Where neither has a stop, what it loses is unknown before and after: then any other price counts as more.
    """
    if not (new.stop or old.stop):
        return new.price != old.price
    return _distance(new) > _distance(old)


def _distance(stake: Stake) -> tuple[float, float]:
    if not stake.stop:
        return math.inf, math.inf
    return _weight(loss_together((stake,), stake.stop)), round(stake.side * (stake.price - stake.stop), 10)


def _changed_by(request: Any, members: Sequence[_Member]) -> _Member | None:
    """Find what a change is about; None where it is gone."""
    kind = _CHANGES[int(request["kind"])]
    named = int(request["symbol"]), int(request["ticket"])
    return next((each for each in members if (each.index, each.ticket) == named and each.stake.kind is kind), None)


def _changed(member: _Member, request: Any, values: LedgerValues, terms: Any) -> _Member | None:
    """Give a member as a change would leave it; None where that is no order, which the venue refuses."""
    order, stop = member.order, values.price(member.index, request["stop_loss"])
    fields: dict[str, Any] = {"stop_loss": stop, "take_profit": values.price(member.index, request["take_profit"])}
    if member.stake.kind is HoldingKind.POSITION:
        changed = attrs.evolve(member.stake, stop=stop)
        return attrs.evolve(member, stake=changed, order=attrs.evolve(order, **fields))
    for name in ("price", "limit_price"):
        if request[name] != NO_PRICE and getattr(order, name):
            fields[name] = values.price(member.index, request[name])
    if not all(fields.get(name, 1.0) for name in ("price", "limit_price")):
        return None
    order = attrs.evolve(order, **fields)
    return attrs.evolve(member, stake=Stake.of_order(order, terms(member.index)), order=order)


def _after_changes(members: list[_Member], requests: Any, values: LedgerValues, terms: Any) -> list[_Member]:
    """Take changes that are on their way for done where they raise what can be lost: they may be, or not."""
    for request in requests:
        held = _changed_by(request, members) if int(request["kind"]) in _CHANGES else None
        new = None if held is None else _changed(held, request, values, terms)
        if held is not None and new is not None and _farther(new.stake, held.stake):
            members = _with(members, new)
    return members
