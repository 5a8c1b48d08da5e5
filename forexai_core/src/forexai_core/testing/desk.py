"""A desk at a broker under test: a session, an instrument, and orders for it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Any

import attrs

from forexai_core.errors import OrderRejectedError
from forexai_core.ports.broker import Broker
from forexai_core.testing.conformance import ConformanceFailure, Subject
from forexai_core.values.instruments import Instrument
from forexai_core.values.orders import OrderKind, OrderRequest, OrderState, OrderStatus

__all__ = ["FOREVER", "Desk", "desk", "rejects"]

FOREVER = 2**62
"""A time after all deals."""

_STOP_PIPS = 100


@attrs.frozen
class Desk:
    """A connected broker, an instrument to trade, and orders for it."""

    broker: Broker
    instrument: Instrument

    @property
    def volume(self) -> float:
        """Two steps at least, so that a half of it is a volume too."""
        instrument = self.instrument
        return round(max(2 * instrument.volume_min, 2 * instrument.volume_step), 8)

    async def request(self, client_id: str, side: int = 1, **changes: Any) -> OrderRequest:
        """Make a market order with a stop and a target."""
        quote = await self.broker.quote(self.instrument.symbol)
        reach = self.reach
        near = quote.bid if side > 0 else quote.ask
        order = OrderRequest(
            client_id=client_id,
            symbol=self.instrument.symbol,
            side=side,
            volume_lots=self.volume,
            stop_loss=self.on_grid(near - side * reach),
            take_profit=self.on_grid(near + side * reach),
        )
        return attrs.evolve(order, **changes)

    async def limit(self, client_id: str) -> OrderRequest:
        """Give a limit order so far below the market that it waits."""
        quote = await self.broker.quote(self.instrument.symbol)
        price = self.on_grid(quote.bid - 3 * self.reach)
        stop, target = self.on_grid(price - self.reach), self.on_grid(price + self.reach)
        return await self.request(client_id, kind=OrderKind.LIMIT, price=price, stop_loss=stop, take_profit=target)

    async def bought(self, client_id: str) -> OrderState:
        """Buy, and insist that the answer says so."""
        order = await self.broker.submit(await self.request(client_id))
        if order.status is not OrderStatus.FILLED or not order.position:
            raise ConformanceFailure(
                f"a market order came back as {order.status} with position {order.position}.",
                "Answer with the order as it stands once the venue has executed it.",
            )
        return order

    @property
    def reach(self) -> float:
        """Distance of stops and targets, price units."""
        least = 2 * self.instrument.stops_level_points * self.instrument.point
        return max(_STOP_PIPS * self.instrument.pip_size, least)

    def on_grid(self, price: float) -> float:
        """Round a price to the instrument's digits."""
        return round(price, self.instrument.digits)


@asynccontextmanager
async def desk(subject: Subject) -> AsyncIterator[Desk]:
    """Connect, choose an instrument, and disconnect afterwards."""
    broker: Broker = subject.open()
    await broker.connect()
    try:
        instruments = {each.symbol: each for each in await broker.instruments()}
        wanted = subject.probe.get("symbol")
        if not instruments or (wanted is not None and wanted not in instruments):
            raise ConformanceFailure(f"it lists no instrument {wanted or ''}.", "Fill instruments().")
        yield Desk(broker, instruments[wanted or next(iter(instruments))])
    finally:
        await broker.disconnect()


async def rejects(action: str, work: Awaitable[object]) -> None:
    """Insist that the venue says no."""
    try:
        await work
    except OrderRejectedError:
        return
    except Exception as problem:
        raise ConformanceFailure(
            f"{action} raised {type(problem).__name__} instead of OrderRejectedError.",
            "Translate what the venue refuses into OrderRejectedError, with the venue's code.",
        ) from problem
    raise ConformanceFailure(f"{action} was taken.", "Raise OrderRejectedError; change nothing, round nothing.")
