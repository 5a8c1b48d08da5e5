"""Carrying out what strategies want: each wish becomes an order, a change or a cancellation at the desk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import attrs

from forexai_core.errors import BrokerError, OrderRefusedError
from forexai_core.live.desk import OrderDesk
from forexai_core.live.session.decisions import outcome_fields
from forexai_core.live.session.ownership import Ownership
from forexai_core.live.session.wishes import Wish, WishKind
from forexai_core.ports.broker import BrokerCapabilities
from forexai_core.values.orders import OrderRequest
from forexai_core.values.price_grid import PriceGrid

__all__ = ["Carried", "Carrier", "as_venue_takes", "held_up"]

_LOTS = 1e-8


def as_venue_takes(
    order: OrderRequest, price: float, capabilities: BrokerCapabilities, grid: PriceGrid | None = None
) -> OrderRequest:
    """Give an order whose stop and target the venue understands.

    Parameters
    ----------
    order : OrderRequest
        As the strategy wants it.
    price : float
        At which it was decided: the quote of its side, or its own price where it waits.
    capabilities : BrokerCapabilities
        Where they are taken as prices only, distances run from ``price``.
    grid : PriceGrid, optional
        Of the symbol's prices, on which what a distance gives is put as the ledger does.

    Raises
    ------
    OrderRefusedError
        If its stop is to trail, or it is one of a group, and the venue does neither.
    """
    if capabilities.managed_exits or not order.leaves_exits_to_venue:
        return order
    if order.trail_distance or order.group:
        what = "a trailing stop" if order.trail_distance else "one order that cancels another"
        raise OrderRefusedError(f"The venue keeps no {what} by itself.", rule="venue")
    own, stop, target = order.limit_price or order.price or price, order.stop_loss, order.take_profit
    if order.stop_loss_distance:
        stop = _closing(own - order.side * order.stop_loss_distance, order.side, grid)
    if order.take_profit_distance:
        target = _closing(own + order.side * order.take_profit_distance, order.side, grid)
    return attrs.evolve(order, stop_loss=stop, take_profit=target, stop_loss_distance=0.0, take_profit_distance=0.0)


def _closing(price: float, side: int, grid: PriceGrid | None) -> float:
    return round(price, 10) if grid is None else grid.closing(price, side)


@attrs.frozen(kw_only=True)
class Carried:
    """What came of a wish.

    Attributes
    ----------
    fields : dict
        As it is written down.
    intent_id : str
        Of the order that was placed; empty where none was.
    working : bool
        Whether it is still to be filled.
    taken : bool
        Whether the venue has it, or has done all of it.
    """

    fields: dict[str, Any]
    intent_id: str = ""
    working: bool = False
    taken: bool = False


def held_up(wish: Wish, before: Iterable[tuple[Wish, Carried]]) -> Carried | None:
    """Say why the opening of a turn is not sent: a close that came before it was not taken; None where all were."""
    for earlier, came in before:
        if earlier.kind is WishKind.CLOSE and earlier.symbol == wish.symbol and not came.taken:
            why = came.fields.get("reason") or "The venue did not take it."
            return Carried(
                fields={
                    "state": "refused",
                    "rule": "turn",
                    "reason": f"{wish.symbol}: what was open is not closed, so that nothing opens in its place. {why}",
                }
            )
    return None


@attrs.define(kw_only=True, eq=False)
class Carrier:
    """Hands wishes of one account to its desk.

    Attributes
    ----------
    desk : OrderDesk
        Of the account.
    capabilities : BrokerCapabilities
        Of its venue.
    ownership : Ownership
        Where orders are remembered by strategy.
    names : tuple of str
        The strategies, by their place.
    grids : mapping of str to PriceGrid
        Of the prices of its symbols.
    """

    desk: OrderDesk
    capabilities: BrokerCapabilities
    ownership: Ownership
    names: tuple[str, ...]
    grids: Mapping[str, PriceGrid] = attrs.field(factory=dict)

    async def carry(
        self,
        wish: Wish,
        strategy: int,
        label: str,
        price: float,
        ask_again: Callable[[OrderRequest], None],
        *,
        turns: bool = False,
    ) -> Carried:
        """Carry out one wish; what the desk or the venue refuses is an outcome, too.

        Parameters
        ----------
        wish : Wish
            What is wanted.
        strategy : int
            By whom; -1 is the session itself.
        label : str
            What the strategy calls the order.
        price : float
            The quote at which it was decided.
        ask_again : callable
            Raises OrderRefusedError where risk does not allow a further attempt.
        turns : bool
            Whether its order opens only where nothing is left in the symbol; told to venues that manage exits.
        """
        try:
            if wish.order is not None:
                turning = turns and self.capabilities.managed_exits
                order = attrs.evolve(wish.order, turns=True) if turning else wish.order
                return await self._place(order, strategy, label, price, ask_again)
            if wish.kind is WishKind.MODIFY:
                await self.desk.modify(
                    wish.ticket, price=wish.price, stop_loss=wish.stop_loss, take_profit=wish.take_profit
                )
            elif wish.kind is WishKind.TRAIL:
                await self.desk.trail(wish.ticket, distance=wish.distance, start=wish.start)
            elif wish.kind is WishKind.CANCEL:
                await self.desk.cancel(wish.ticket)
            else:
                return Carried(fields={"state": "unmet", "reason": wish.reason})
        except OrderRefusedError as refused:
            return Carried(fields={"state": "refused", "rule": refused.rule, "reason": str(refused)})
        except (BrokerError, TimeoutError) as problem:
            reason = str(problem) or "The venue did not answer in time."
            return Carried(fields={"state": "rejected", "reason": reason})
        return Carried(fields={"state": "asked"})

    async def _place(
        self,
        asked: OrderRequest,
        strategy: int,
        label: str,
        price: float,
        ask_again: Callable[[OrderRequest], None],
    ) -> Carried:
        order = as_venue_takes(asked, price, self.capabilities, self.grids.get(asked.symbol))
        outcome = await self.desk.place(
            order,
            owner=self.names[strategy] if strategy >= 0 else "",
            reason="signal" if strategy >= 0 else "kill",
            decided_price=price if order.opens else 0.0,
            ask_again=ask_again,
            label=label,
        )
        if outcome.intent_id and strategy >= 0:
            self.ownership.asked(outcome.intent_id, strategy, label, order)
        working = outcome.answer.state in {"sent", "acknowledged", "unknown"}
        less = 0.0 < outcome.answer.filled_lots < order.volume_lots - _LOTS
        return Carried(
            fields=outcome_fields(outcome),
            intent_id=outcome.intent_id,
            working=working,
            taken=outcome.answer.state in {"sent", "acknowledged"} or (outcome.answer.state == "filled" and not less),
        )
