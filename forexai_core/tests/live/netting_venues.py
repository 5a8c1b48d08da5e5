"""A venue that keeps one position a symbol, and that may look at no name when an order closes one."""

from __future__ import annotations

import attrs

from forexai_core.testing import SimulatedVenue
from forexai_core.values.orders import DealEntry, OrderStatus, floor_volume


class NettingVenue(SimulatedVenue):
    """A netting account at a venue in memory.

    ``names`` says whether an order that closes a position is refused where that is gone, as MetaTrader does it; where
    not, the order is one of its side like any other, and what it cannot close it opens.
    """

    def __init__(self, *given, names=True):
        super().__init__(*given)
        self.names = names

    def _check_closing(self, request):
        if self.names:
            super()._check_closing(request)

    def _fill(self, order, price=None):
        request = order.request
        at = self._price(request.symbol, request.side) if price is None else price
        held = next((each for each in self.positions.values() if each.symbol == request.symbol), None)
        if held is None:
            ticket = self._enter(order, at)
        elif held.side == request.side:
            ticket = self._grow(held, order, at)
        elif request.volume_lots <= held.volume_lots:
            ticket = held.position
            self._leave(held, request.volume_lots, at, reason="signal", order=order)
        else:
            ticket = self._turn(held, order, at)
        done = attrs.evolve(
            self.orders[order.order],
            status=OrderStatus.FILLED,
            filled_lots=request.volume_lots,
            average_price=at,
            position=ticket,
            done_time_ns=self.time_ns,
        )
        return self._finish(done, OrderStatus.FILLED, "")

    def _grow(self, held, order, at):
        request = order.request
        step = self.instruments[request.symbol].volume_step
        lots = floor_volume(held.volume_lots + request.volume_lots, step)
        cost = held.open_price * held.volume_lots + at * request.volume_lots
        self.positions[held.position] = attrs.evolve(
            held,
            volume_lots=lots,
            open_price=cost / lots,
            stop_loss=request.stop_loss or held.stop_loss,
            take_profit=request.take_profit or held.take_profit,
        )
        self._book(order, held, entry=DealEntry.IN, volume=request.volume_lots, price=at)
        return held.position

    def _turn(self, held, order, at):
        """Close what there is and open the rest, by one deal; the position keeps its ticket."""
        request = order.request
        step = self.instruments[request.symbol].volume_step
        self.positions[held.position] = attrs.evolve(
            held,
            client_id=request.client_id,
            tag=request.tag,
            magic=request.magic,
            side=request.side,
            volume_lots=floor_volume(request.volume_lots - held.volume_lots, step),
            open_price=at,
            open_time_ns=self.time_ns,
            stop_loss=request.stop_loss,
            take_profit=request.take_profit,
        )
        profit = self._profit(held, held.volume_lots, at)
        self._book(order, held, entry=DealEntry.INOUT, volume=request.volume_lots, price=at, profit=profit)
        return held.position
