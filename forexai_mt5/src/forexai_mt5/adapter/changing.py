"""Changing and cancelling what is there."""

from __future__ import annotations

from typing import Any

import attrs

from forexai_core.errors import BrokerUnreachableError, OrderRejectedError
from forexai_core.values.orders import OrderState, OrderStatus
from forexai_mt5.adapter.placing import Placing
from forexai_mt5.adapter.requests import change_of_order, change_of_position, removal
from forexai_mt5.adapter.venue import Venue
from forexai_mt5.adapter.views import lots_of, mean_price
from forexai_mt5.terms import constants as c
from forexai_mt5.terms.structures import TradeOrder

__all__ = ["Changing"]

_LOOKS, _LOOK_S = 20, 0.1


class Changing:
    """Changes positions and orders.

    Parameters
    ----------
    venue : Venue
        Where.
    placing : Placing
        Which knows what became of positions.
    """

    def __init__(self, venue: Venue, placing: Placing) -> None:
        self._venue, self._placing = venue, placing

    async def modify(
        self, ticket: int, *, price: float | None, stop_loss: float | None, take_profit: float | None
    ) -> None:
        """Change a working order, or a position's stop and target; None leaves, 0 removes.

        Raises
        ------
        OrderRejectedError
            If the venue says no, or there is nothing of that ticket.
        BrokerUnreachableError, OrderStateUnknownError
            If it was not sent, or nobody knows: it may be asked again.
        """
        position = await self._venue.position(ticket)
        if position is not None:
            if price is not None:
                raise OrderRejectedError(f"Position {ticket} is open: it has no price that could be changed.")
            info = await self._venue.symbols.info(position.symbol)
            await self._send(change_of_position(info, position, stop_loss, take_profit))
            return
        order = await self._venue.working(ticket)
        if order is None:
            raise await self._nothing(ticket)
        info = await self._venue.symbols.info(order.symbol)
        await self._send(change_of_order(info, order, price, stop_loss, take_profit))

    async def _nothing(self, ticket: int) -> OrderRejectedError:
        done = await self._venue.past(ticket)
        if done is not None and not await self._venue.deals_of_position(ticket):
            return OrderRejectedError(f"Order {ticket} does not work any more.", code=c.TRADE_RETCODE_INVALID)
        return await self._placing.no_position(ticket)

    async def _send(self, request: dict[str, Any]) -> None:
        try:
            await self._venue.session.send(request)
        except OrderRejectedError as refused:
            if refused.code != c.TRADE_RETCODE_NO_CHANGES:  # it stands as it was asked for
                raise

    async def cancel(self, ticket: int) -> OrderState:
        """Take a working order back, and tell how it ended.

        Raises
        ------
        OrderRejectedError
            If it does not work any more, or the venue says no.
        BrokerUnreachableError, OrderStateUnknownError
            If it was not sent, or nobody knows: it may be asked again.
        """
        order = await self._venue.working(ticket)
        if order is None:
            raise OrderRejectedError(f"No order {ticket} works.", code=c.TRADE_RETCODE_INVALID)
        await self._venue.session.send(removal(order))
        return await self._ended(order)

    async def _ended(self, order: TradeOrder) -> OrderState:
        deals: Any = ()
        for _ in range(_LOOKS):
            try:
                done = await self._venue.past(order.ticket)
                deals = await self._venue.deals_of_order(order.ticket)
            except BrokerUnreachableError:
                break  # the server has said that it is taken back
            if done is not None:
                state = self._venue.views.order(done, average_price=mean_price(deals))
                if state is not None:
                    return state
            await self._venue.time.sleep(_LOOK_S)
        shown = self._venue.views.order(order, average_price=mean_price(deals))
        if shown is None:
            raise OrderRejectedError(f"Order {order.ticket} closes a position by another one and cannot be cancelled.")
        now_ns = self._venue.clock.now_ns()
        return attrs.evolve(shown, status=OrderStatus.CANCELLED, filled_lots=lots_of(deals), done_time_ns=now_ns)
