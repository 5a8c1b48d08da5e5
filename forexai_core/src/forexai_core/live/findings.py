"""What a look at the venue says of one order of ours."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

import attrs

from forexai_core.live.snapshots import Snapshot
from forexai_core.values.orders import Deal, OrderRequest, OrderState
from forexai_core.values.positions import Position

__all__ = ["Finding", "Found", "carries", "find", "own_deals", "own_orders"]

_LOTS = 1e-8


class Found(StrEnum):
    """What was found."""

    NOTHING = "nothing"
    """No trace; by itself no proof."""
    WORKING = "working"
    """It waits, or waits for more."""
    FILLED = "filled"
    """All of it is executed."""
    SHOWN = "shown"
    """A position of it is shown, on an account that nets, where only its deals tell how much of that it is."""
    PARTLY = "partly"
    """A part is executed, and it does not work any more."""
    EXCESS = "excess"
    """More was executed than asked for, or by more than one order: nobody may trade on until a person has looked."""
    SUSPECT = "suspect"
    """Something without marks could be it."""


@attrs.frozen(kw_only=True)
class Finding:
    """What was found of an order.

    Attributes
    ----------
    found : Found
        In a word.
    order, position : int
        The venue's tickets; 0 where unknown.
    filled_lots, average_price : float
        Of its deals.
    reason : str
        For people, where it is not plain.
    """

    found: Found
    order: int = 0
    position: int = 0
    filled_lots: float = 0.0
    average_price: float = 0.0
    reason: str = ""


def carries(request: OrderRequest, thing: OrderRequest | Position | Deal) -> bool:
    """Say whether something at the venue has one of an order's marks. Some venues lose one, none has another's."""
    return bool(
        (thing.client_id and thing.client_id == request.client_id)
        or (thing.magic and thing.magic == request.magic)
        or (thing.tag and thing.tag == request.tag)
    )


def own_deals(request: OrderRequest, deals: Iterable[Deal]) -> list[Deal]:
    """Give the deals of an order."""
    # A stop of the position carries its opener's marks too, with the other side.
    return [deal for deal in deals if deal.side == request.side and carries(request, deal)]


def own_orders(request: OrderRequest, orders: Iterable[OrderState]) -> list[OrderState]:
    """Give what works of an order."""
    return [order for order in orders if order.status.working and carries(request, order.request)]


def _opened(request: OrderRequest, positions: Iterable[Position]) -> Position | None:
    """Give the position that an opening made, which may be shown before its deal."""
    if not request.opens:
        return None
    own = (each for each in positions if each.side == request.side and carries(request, each))
    return next(own, None)


def _unmarked(thing: OrderRequest | Position | Deal) -> bool:
    # An order always has a name: where its venue keeps none, the adapter made one up.
    named = thing.client_id and not isinstance(thing, OrderRequest)
    return not (named or thing.magic or thing.tag)


def _suspects(request: OrderRequest, snapshot: Snapshot, sent_ns: int) -> list[str]:
    """Name what has no marks, came since, and is what was asked for."""

    def alike(symbol: str, side: int, lots: float, time_ns: int) -> bool:
        same = (symbol, side) == (request.symbol, request.side) and abs(lots - request.volume_lots) < _LOTS
        return same and time_ns >= sent_ns

    orders = [
        f"order {each.order}"
        for each in snapshot.orders
        if _unmarked(each.request) and alike(each.symbol, each.side, each.request.volume_lots, each.placed_time_ns)
    ]
    deals = [
        f"deal {each.deal}"
        for each in snapshot.deals
        if _unmarked(each) and each.reason == "signal" and alike(each.symbol, each.side, each.volume_lots, each.time_ns)
    ]
    positions = [
        f"position {each.position}"
        for each in snapshot.positions
        if request.opens and _unmarked(each) and alike(each.symbol, each.side, each.volume_lots, each.open_time_ns)
    ]
    return orders + deals + positions


def find(request: OrderRequest, snapshot: Snapshot, *, since_ns: int, nets: bool = False) -> Finding:
    """Look for an order.

    Parameters
    ----------
    request : OrderRequest
        With its marks.
    snapshot : Snapshot
        Of the venue.
    since_ns : int
        From when on something without marks may be it, nanoseconds UTC: the send, and what the clocks may differ.
    nets : bool
        Whether the account keeps one position a symbol: what is shown of it may come from several orders.
    """
    deals = own_deals(request, snapshot.deals)
    orders = own_orders(request, snapshot.orders)
    opened = _opened(request, snapshot.positions)
    tickets = {each.order for each in deals} | {each.order for each in orders}
    lots = round(sum(each.volume_lots for each in deals), 8)
    finding = Finding(
        found=Found.NOTHING,
        order=min(tickets, default=0),
        position=deals[0].position if deals else (opened.position if opened else 0),
        filled_lots=lots,
        average_price=sum(each.price * each.volume_lots for each in deals) / lots if lots else 0.0,
    )
    if len(tickets) > 1 or lots > request.volume_lots + _LOTS:
        shown = f"orders {sorted(tickets)} with {lots:g} of {request.volume_lots:g} lots"
        return attrs.evolve(finding, found=Found.EXCESS, reason=f"The venue shows {shown} for one intent.")
    if orders:
        return attrs.evolve(finding, found=Found.WORKING)
    if opened and nets and not lots:
        return attrs.evolve(finding, found=Found.SHOWN)
    if opened and not nets and opened.volume_lots > lots:
        lots = min(opened.volume_lots, request.volume_lots)
        finding = attrs.evolve(finding, filled_lots=lots, average_price=opened.open_price)
    if lots:
        whole = lots > request.volume_lots - _LOTS
        return attrs.evolve(finding, found=Found.FILLED if whole else Found.PARTLY)
    suspects = _suspects(request, snapshot, since_ns)
    if suspects:
        return Finding(found=Found.SUSPECT, reason=f"Without marks, but alike: {', '.join(suspects)}.")
    return finding
