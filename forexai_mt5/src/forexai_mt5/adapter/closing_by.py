"""Closing two opposite positions by each other: no spread is paid for what both have."""

from __future__ import annotations

from forexai_core.errors import BrokerUnreachableError, OrderRejectedError, OrderStateUnknownError
from forexai_core.values.orders import OrderRequest, OrderState, OrderStatus
from forexai_core.values.timeframes import NS_PER_SECOND
from forexai_mt5.adapter.afterwards import after_sending
from forexai_mt5.adapter.boundary import real_int
from forexai_mt5.adapter.placing import Placing
from forexai_mt5.adapter.venue import Venue
from forexai_mt5.adapter.views import lots_of, mean_price
from forexai_mt5.terms import constants as c
from forexai_mt5.terms import masks as m
from forexai_mt5.terms.structures import TradePosition

__all__ = ["ClosingBy"]

_LOOK_S = 0.05
_LOTS = 1e-8


class ClosingBy:
    """Closes positions by opposite ones.

    Parameters
    ----------
    venue : Venue
        Where.
    placing : Placing
        Which knows what became of positions.
    appear_s : float
        How long its deals are looked for.
    """

    def __init__(self, venue: Venue, placing: Placing, *, appear_s: float) -> None:
        self._venue, self._placing, self._appear_s = venue, placing, appear_s

    async def close(self, position: int, by: int, *, client_id: str) -> OrderState:
        """Send it, once, and look for its deals.

        Raises
        ------
        OrderRejectedError
            If the two do not close each other, or the server says no.
        BrokerUnreachableError
            If it certainly was not sent.
        OrderStateUnknownError
            If nobody knows.
        """
        venue = self._venue
        open_now = {each.identifier: each for each in await venue.positions()}
        for ticket in (position, by):
            if ticket not in open_now:
                raise await self._placing.no_position(ticket)
        first, second = open_now[position], open_now[by]
        await self._check(first, second)
        shown = venue.views.position(first)
        request = OrderRequest(
            client_id=client_id,
            symbol=shown.symbol,
            side=-shown.side,
            volume_lots=min(shown.volume_lots, venue.views.position(second).volume_lots),
            position=position,
        )
        # MetaTrader 5's documents on TRADE_ACTION_CLOSE_BY: the two tickets are all that counts.
        result = await venue.session.send(
            {
                "action": c.TRADE_ACTION_CLOSE_BY,
                "symbol": first.symbol,
                "position": real_int(first.ticket, "position"),
                "position_by": real_int(second.ticket, "position_by"),
            }
        )
        if not result.order:
            raise OrderStateUnknownError(
                f"The server took the order ({result.retcode}) and named no ticket: look whether both are open."
            )
        with after_sending(result.order):
            venue.marks.sent(client_id, result.order)
            return await self._followed(request, result.order)

    async def _check(self, first: TradePosition, second: TradePosition) -> None:
        info = await self._venue.symbols.info(first.symbol)
        if not info.order_mode & m.ORDER_CLOSEBY:
            raise OrderRejectedError(
                f"{first.symbol} lets no position be closed by another one. Close both.", code=c.TRADE_RETCODE_INVALID
            )
        if first.symbol != second.symbol or first.type == second.type:
            raise OrderRejectedError(
                f"Positions {first.identifier} and {second.identifier} are not opposite ones of one symbol.",
                code=c.TRADE_RETCODE_INVALID,
            )

    async def _followed(self, request: OrderRequest, ticket: int) -> OrderState:
        """Look for the deal of the first position until it is shown, or late: the server's answer stands."""
        venue = self._venue
        until_ns = venue.time.monotonic_ns() + round(self._appear_s * NS_PER_SECOND)
        while True:
            try:
                deals = await venue.deals_of_order(ticket)
            except BrokerUnreachableError:
                deals = ()
            own = [each for each in deals if each.position_id == request.position]
            late = venue.time.monotonic_ns() >= until_ns
            if lots_of(own) > request.volume_lots - _LOTS or late:
                now_ns = venue.clock.now_ns()
                return OrderState(
                    order=ticket,
                    request=request,
                    status=OrderStatus.FILLED,
                    filled_lots=request.volume_lots,
                    average_price=mean_price(own),
                    position=request.position,
                    placed_time_ns=venue.clock.utc_ns(own[0].time_msc) if own else now_ns,
                    done_time_ns=venue.clock.utc_ns(own[-1].time_msc) if own else now_ns,
                )
            await venue.time.sleep(_LOOK_S)
