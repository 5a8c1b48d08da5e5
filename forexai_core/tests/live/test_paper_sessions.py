"""A session with a paper venue at its ends: prices that run out, and followers who do not read."""

from __future__ import annotations

import asyncio

import pytest

import forexai_core as fx
from forexai_core.errors import OrderRejectedError
from forexai_core.live.paper import PaperSettings, open_paper
from forexai_core.live.paper.broker import MOST_WAITING, PaperBroker
from forexai_core.ports.broker import BrokerEvent, BrokerEventKind
from forexai_core.values.orders import OrderRequest, OrderStatus

pytestmark = pytest.mark.asyncio


def asking(name):
    return OrderRequest(client_id=name, symbol="EURUSD", side=1, volume_lots=0.1)


async def session(**settings):
    venue = open_paper(PaperSettings(**settings), {"EURUSD": fx.synthetic("EURUSD", "M1", bars=6, seed=3)})
    broker = PaperBroker(venue, pulls=True)
    await broker.connect()
    venue.advance()
    return broker


async def test_an_order_that_no_price_can_meet_is_refused_before_the_venue_has_it():
    broker = await session()
    while broker.venue.left:
        broker.venue.advance()
    before = len(broker.venue.orders)
    with pytest.raises(OrderRejectedError, match="no more prices"):
        await broker.submit(asking("late"))
    assert len(broker.venue.orders) == before
    assert await broker.orders() == ()


async def test_an_order_that_is_on_its_way_when_the_prices_end_is_shown_so():
    broker = await session(latency_ms=600_000)
    order = await broker.submit(asking("slow"))
    assert order.status is OrderStatus.PLACED
    assert [each.client_id for each in await broker.orders()] == ["slow"]
    assert await broker.submit(asking("slow")) == order  # the same one twice is one
    with pytest.raises(OrderRejectedError, match="no more prices"):
        await broker.submit(asking("other"))


async def test_a_follower_who_does_not_read_is_let_go():
    broker = await session()
    left, read = broker.events(), broker.events()
    event = BrokerEvent(kind=BrokerEventKind.CONNECTED, time_ns=1)
    for _ in range(MOST_WAITING):
        broker._hear(event)
    assert await anext(read) == event
    broker._hear(event)
    assert [each async for each in left] == []
    assert len(broker._followers) == 1
    await read.aclose()
    assert broker._followers == []
    broker._hear(event)
    with pytest.raises(StopAsyncIteration):
        async with asyncio.timeout(5):
            await anext(left)
