"""One order: made into a request, sent once, and followed until the terminal shows what became of it."""

from __future__ import annotations

from typing import Any

from forexai_core.errors import BrokerUnreachableError, OrderRejectedError, OrderStateUnknownError, RejectionKind
from forexai_core.values.orders import OrderKind, OrderRequest, OrderState, OrderStatus
from forexai_core.values.timeframes import NS_PER_SECOND
from forexai_mt5.adapter.afterwards import after_sending
from forexai_mt5.adapter.requests import closing, opening
from forexai_mt5.adapter.venue import Venue
from forexai_mt5.adapter.views import lots_of, mean_price
from forexai_mt5.terms import constants as c
from forexai_mt5.terms.structures import AccountInfo, OrderSendResult, TradeOrder, TradePosition
from forexai_mt5.terms.symbol_structure import SymbolInfo

__all__ = ["Placing"]

_LOTS = 1e-8
_FIRST_LOOK_S, _LONGEST_LOOK_S = 0.02, 0.5


class Placing:
    """Places orders.

    Parameters
    ----------
    venue : Venue
        Where.
    deviation_points : int
        What an order at the market may slip where it does not say.
    appear_s : float
        How long to look for an order that the server has taken: lists lag behind answers.
    """

    def __init__(self, venue: Venue, *, deviation_points: int, appear_s: float) -> None:
        self._venue, self._deviation, self._appear_s = venue, deviation_points, appear_s
        self.account: AccountInfo | None = None

    async def place(self, request: OrderRequest) -> OrderState:
        """Place an order: at most one call of ``order_send``.

        Raises
        ------
        OrderRejectedError
            If the venue says no, or this says it before it is sent.
        BrokerUnreachableError
            If it certainly was not sent.
        OrderStateUnknownError
            If nobody knows.
        """
        venue = self._venue
        theirs = venue.symbols.theirs(request.symbol)
        info = await venue.symbols.info(theirs)
        made = await self._made(info, request)
        made["type_filling"] = await venue.fillings.choose(info, made)
        venue.marks.sending(request.client_id, request.magic)
        try:
            result = await venue.session.send(made)
        except OrderRejectedError as refused:
            if refused.code == c.TRADE_RETCODE_INVALID_FILL:
                raise venue.fillings.refuse(info, made["type_filling"]) from refused
            if refused.code == c.TRADE_RETCODE_PRICE_OFF:
                await self._show(theirs)
            raise
        if not result.order:
            raise OrderStateUnknownError(
                f"The server took the order ({result.retcode}) and named no ticket: look for it by its marks."
            )
        with after_sending(result.order):
            venue.marks.sent(request.client_id, result.order)
            return await self._followed(request, result)

    async def _made(self, info: SymbolInfo, request: OrderRequest) -> dict[str, Any]:
        venue = self._venue
        if request.opens:
            tick = await venue.symbols.tick(info.name)
            return opening(info, request, tick=tick, clock=venue.clock, deviation=self._deviation)
        positions = await venue.positions()
        position = next((each for each in positions if each.identifier == request.position), None)
        if position is None:
            raise await self.no_position(request.position)
        self._check_order_of_closing(position, positions)
        tick = await venue.symbols.tick(info.name)
        return closing(info, request, position, tick=tick, deviation=self._deviation)

    async def no_position(self, identifier: int) -> OrderRejectedError:
        """Make the error of a position that is not open: closed already, or never there."""
        if await self._venue.deals_of_position(identifier):
            return OrderRejectedError(
                f"Position {identifier} is closed already.",
                code=c.TRADE_RETCODE_POSITION_CLOSED,
                kind=RejectionKind.GONE,
            )
        return OrderRejectedError(f"There is no position {identifier}.", code=c.TRADE_RETCODE_INVALID)

    def _check_order_of_closing(self, position: TradePosition, positions: Any) -> None:
        if self.account is None or not self.account.fifo_close:
            return
        first = min((each for each in positions if each.symbol == position.symbol), key=lambda each: each.time_msc)
        if first.identifier != position.identifier:
            raise OrderRejectedError(
                f"The account closes the oldest position of a symbol first: that is {first.identifier}.",
                code=c.TRADE_RETCODE_FIFO_CLOSE,
            )

    async def _show(self, theirs: str) -> None:
        """Put a symbol into the Market Watch that somebody took out, for the next time."""
        try:
            await self._venue.symbols.select(theirs)
        except BrokerUnreachableError:
            return  # the next order meets it again, and says so

    # ------------------------------------------------------------------------------------------------- what became
    async def _followed(self, request: OrderRequest, result: OrderSendResult) -> OrderState:
        """Look for the order until the lists show what the answer said, or it is late."""
        until_ns = self._venue.time.monotonic_ns() + round(self._appear_s * NS_PER_SECOND)
        pause_s = _FIRST_LOOK_S
        while True:
            try:
                shown = await self.look(request, result.order)
            except BrokerUnreachableError:
                shown = None  # the answer stands; what is not seen now is seen by the next look
            if shown is not None and _says(shown, result, request):
                return shown
            if self._venue.time.monotonic_ns() >= until_ns:
                return shown if shown is not None and not shown.status.working else self._by_answer(request, result)
            await self._venue.time.sleep(pause_s)
            pause_s = min(2.0 * pause_s, _LONGEST_LOOK_S)

    async def look(self, request: OrderRequest, ticket: int) -> OrderState | None:
        """Give an order as the terminal shows it now; None while it shows nothing."""
        venue = self._venue
        deals = [each for each in await venue.deals_of_order(ticket) if each.volume > 0]
        filled, price = lots_of(deals), mean_price(deals)
        position = deals[0].position_id if deals else 0
        times = [venue.clock.utc_ns(each.time_msc) for each in deals]
        if filled > request.volume_lots - _LOTS:
            return OrderState(
                order=ticket,
                request=request,
                status=OrderStatus.FILLED,
                filled_lots=filled,
                average_price=price,
                position=position,
                placed_time_ns=min(times),
                done_time_ns=max(times),
            )
        order = await venue.working(ticket) or await venue.past(ticket)
        if order is None:
            return None
        return self._in_part(request, order, filled, price, position)

    def _in_part(
        self, request: OrderRequest, order: TradeOrder, filled: float, price: float, position: int
    ) -> OrderState | None:
        state = self._venue.views.order(order, average_price=price)
        if state is None or (state.status is OrderStatus.FILLED and not filled):
            return None  # done, and its deals are not shown yet
        status = state.status
        if status is OrderStatus.FILLED:
            status = OrderStatus.CANCELLED  # what was not filled is dropped
        return OrderState(
            order=order.ticket,
            request=request,
            status=status,
            filled_lots=filled,
            average_price=price,
            position=position or state.position,
            placed_time_ns=state.placed_time_ns,
            done_time_ns=state.done_time_ns,
            reason="" if status.working else f"The server ended it with {filled:g} of {request.volume_lots:g} lots.",
        )

    def _by_answer(self, request: OrderRequest, result: OrderSendResult) -> OrderState:
        """Describe an order by the server's answer alone, since no list shows it yet."""
        now_ns = self._venue.clock.now_ns()
        done = result.retcode in {c.TRADE_RETCODE_DONE, c.TRADE_RETCODE_DONE_PARTIAL}
        if request.kind is not OrderKind.MARKET or not done:
            return OrderState(order=result.order, request=request, status=OrderStatus.PLACED, placed_time_ns=now_ns)
        hedging = self.account is not None and self.account.margin_mode == c.ACCOUNT_MARGIN_MODE_RETAIL_HEDGING
        whole = result.volume > request.volume_lots - _LOTS
        return OrderState(
            order=result.order,
            request=request,
            status=OrderStatus.FILLED if whole else OrderStatus.CANCELLED,
            filled_lots=round(result.volume, 8),
            average_price=result.price,
            position=request.position or (result.order if hedging else 0),
            placed_time_ns=now_ns,
            done_time_ns=now_ns,
            reason="" if whole else "The rest was not filled.",
        )


def _says(shown: OrderState, result: OrderSendResult, request: OrderRequest) -> bool:
    """Say whether what the lists show is no older than what the server answered."""
    if request.kind is not OrderKind.MARKET:
        return True
    if result.retcode == c.TRADE_RETCODE_PLACED:
        return not shown.status.working
    return shown.filled_lots > result.volume - _LOTS
