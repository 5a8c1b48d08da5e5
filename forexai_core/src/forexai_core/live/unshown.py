"""Openings that were executed and that the venue's list of positions does not show yet.

A venue answers that an order is filled, and tells its deal, before its list of positions has it. Until that list, or a
deal that has closed it again, accounts for what was executed, it counts in risk as if it were open.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import attrs

from forexai_core.live.absence import Absence
from forexai_core.live.findings import own_deals, own_orders
from forexai_core.live.plans import Plan
from forexai_core.live.snapshots import Snapshot
from forexai_core.ports.clock import Clock
from forexai_core.values.orders import Deal, DealEntry, OrderRequest
from forexai_core.values.positions import Position

__all__ = ["Net", "Unshown", "net_lots", "shown_lots"]

_LOTS = 1e-8


@attrs.frozen
class Net:
    """What a look at the venue showed of a symbol: signed lots, and when, by the venue's own clock."""

    lots: float
    time_ns: int


@attrs.define(kw_only=True, eq=False)
class _Executed:
    request: OrderRequest
    position: int
    since_ns: int
    executed_ns: int
    looks: list[int] = attrs.field(factory=list)
    left_lots: float = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.left_lots = self.request.volume_lots

    @property
    def signed_lots(self) -> float:
        return self.request.side * self.request.volume_lots


@attrs.define(eq=False)
class _Chain:
    """What was executed of a symbol since the list of positions last accounted for all of it."""

    before: Net | None
    executed: list[_Executed] = attrs.field(factory=list)


def net_lots(positions: Iterable[Position], symbol: str) -> float:
    """Give what is open of a symbol, short as negative."""
    return round(sum(each.side * each.volume_lots for each in positions if each.symbol == symbol), 8)


def shown_lots(request: OrderRequest, position: int, snapshot: Snapshot, plans: Mapping[int, Plan]) -> float:
    """Give how much of an opening a look accounts for, where each position is of one order.

    What works of it, what is open of it, and what of that has been closed again.

    Parameters
    ----------
    request : OrderRequest
        With its marks.
    position : int
        The ticket that the venue answered with; 0 where it said none.
    snapshot : Snapshot
        The look.
    plans : mapping of int to Plan
        What opened each position that it shows, where that is ours.
    """
    tickets = {each.position for each in own_deals(request, snapshot.deals)} | {position}
    tickets |= {ticket for ticket, plan in plans.items() if plan.request.client_id == request.client_id}
    tickets.discard(0)
    works = sum(each.left_lots for each in own_orders(request, snapshot.orders))
    open_ = sum(each.volume_lots for each in snapshot.positions if each.position in tickets)
    gone = sum(each.volume_lots for each in snapshot.deals if each.position in tickets and _leaves(each, request))
    return round(works + open_ + gone, 8)


def _leaves(deal: Deal, request: OrderRequest) -> bool:
    return deal.entry is not DealEntry.IN and deal.side == -request.side


class Unshown:
    """Follows what was executed until the venue's lists account for it.

    Where each position is of one order it is followed by its own ticket. On an account that nets, a position shows
    only how much there is of a symbol: there the orders that were executed since are added up, and what is shown
    tells how many of them are in it. What the lists never account for is given up as any absence is.

    Parameters
    ----------
    clock : Clock
        For how long it may take.
    absence : Absence
        When it proves something that nothing is shown.
    """

    def __init__(self, clock: Clock, absence: Absence) -> None:
        self._clock, self._absence = clock, absence
        self._chains: dict[str, _Chain] = {}
        self._seen: Snapshot | None = None

    def net(self, symbol: str) -> Net | None:
        """Give what the last look showed of a symbol; None before the first."""
        if self._seen is None:
            return None
        return Net(net_lots(self._seen.positions, symbol), self._seen.account.time_ns)

    def executed(self, request: OrderRequest, lots: float, position: int, *, since_ns: int, before: Net | None) -> None:
        """Take note that an order was executed.

        Parameters
        ----------
        request : OrderRequest
            With its marks.
        lots : float
            How much of it.
        position : int
            The venue's ticket; 0 where it said none.
        since_ns : int
            From when on the venue may have executed it, by its own clock.
        before : Net or None
            What was shown of the symbol before; None where nobody knows.
        """
        chain = self._chains.get(request.symbol)
        if chain is None:
            if not request.opens and before is None:
                return  # nothing is hidden that it could be reckoned against
            chain = self._chains.setdefault(request.symbol, _Chain(before))
        now_ns = self._clock.monotonic_ns()
        done = attrs.evolve(request, volume_lots=lots)
        chain.executed.append(_Executed(request=done, position=position, since_ns=since_ns, executed_ns=now_ns))

    def see(self, snapshot: Snapshot, plans: Mapping[int, Plan], *, nets: bool) -> None:
        """Take over what a look accounts for.

        Parameters
        ----------
        snapshot : Snapshot
            The look.
        plans : mapping of int to Plan
            What opened each position that it shows, where that is ours.
        nets : bool
            Whether the account keeps one position a symbol.
        """
        self._seen = snapshot
        for symbol, chain in self._chains.items():
            if nets:
                self._see_net(symbol, chain, snapshot)
            else:
                self._see_each(chain, snapshot, plans)
            chain.executed = [each for each in chain.executed if not self._given_up(each, snapshot.began_ns)]
        self._chains = {symbol: chain for symbol, chain in self._chains.items() if chain.executed}

    @staticmethod
    def _see_each(chain: _Chain, snapshot: Snapshot, plans: Mapping[int, Plan]) -> None:
        for each in chain.executed:
            each.left_lots = each.request.volume_lots - shown_lots(each.request, each.position, snapshot, plans)
        chain.executed = [each for each in chain.executed if each.request.opens and each.left_lots > _LOTS]

    def _see_net(self, symbol: str, chain: _Chain, snapshot: Snapshot) -> None:
        shown = net_lots(snapshot.positions, symbol)
        if chain.before is None:
            return
        if any(abs(shown - end) < _LOTS for end in _ends(chain.before, chain.executed, symbol, snapshot.deals)):
            chain.executed = []
            return
        after = [chain.before.lots]
        for each in chain.executed:
            after.append(after[-1] + each.signed_lots)
        inside = next((n for n in range(len(chain.executed), 0, -1) if abs(after[n] - shown) < _LOTS), 0)
        if inside:
            chain.before = Net(shown, snapshot.account.time_ns)
            chain.executed = chain.executed[inside:]

    def _given_up(self, each: _Executed, began_ns: int) -> bool:
        if self._absence.counts(began_ns, each.executed_ns, each.looks):
            each.looks.append(began_ns)
        return self._absence.proven(each.looks)

    @property
    def oldest_ns(self) -> int | None:
        """From when on the venue may have executed the first of them."""
        times = (each.since_ns for chain in self._chains.values() for each in chain.executed)
        return min(times, default=None)

    @property
    def openings(self) -> list[OrderRequest]:
        """The openings, each with the volume that no look accounts for."""
        return [
            attrs.evolve(each.request, volume_lots=round(each.left_lots, 8))
            for chain in self._chains.values()
            for each in chain.executed
            if each.request.opens
        ]


def _ends(before: Net, executed: list[_Executed], symbol: str, deals: Iterable[Deal]) -> Iterable[float]:
    """Give what there may be once all is shown: with what others, and stops, have done since."""
    here = [each for each in deals if each.symbol == symbol]
    ours = {each.deal for one in executed for each in own_deals(one.request, here)}
    strange = [each for each in here if each.deal not in ours]
    own = before.lots + sum(each.signed_lots for each in executed)
    for first_ns in (before.time_ns, before.time_ns + 1):  # a deal of that very moment may be in it, or not
        yield own + sum(each.side * each.volume_lots for each in strange if each.time_ns >= first_ns)
