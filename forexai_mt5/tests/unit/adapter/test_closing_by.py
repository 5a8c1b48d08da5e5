"""Closing opposite positions by each other: at the server once, at no spread, and refused where it cannot be."""

from __future__ import annotations

import pytest
from adapter_bench import AdapterBench, buy

from forexai_core.errors import BrokerUnreachableError, OrderRejectedError, OrderStateUnknownError
from forexai_core.values.orders import OrderStatus
from forexai_mt5.simulator.server.account_settings import AccountSettings
from forexai_mt5.terms import constants as c
from forexai_mt5.terms import masks as m

pytestmark = pytest.mark.usefixtures("ledger")


async def hedged(bench, broker):
    await broker.connect()
    long = await broker.submit(buy("long", lots=0.3))
    short = await broker.submit(buy("short", lots=0.1, side=-1))
    return long, short


async def test_the_smaller_volume_is_closed_at_the_prices_of_both_openings():
    bench = AdapterBench()
    broker = bench.broker()
    long, short = await hedged(bench, broker)
    done = await broker.close_by(short.position, long.position, client_id="by")
    assert (done.status, done.filled_lots, done.position) == (OrderStatus.FILLED, 0.1, short.position)
    assert done.average_price == long.average_price
    (left,) = await broker.positions()
    assert (left.position, left.volume_lots) == (long.position, 0.2)
    assert await broker.close_by(short.position, long.position, client_id="by") == done
    assert sum(each["action"] == c.TRADE_ACTION_CLOSE_BY for each in bench.package.sent) == 1
    with pytest.raises(OrderRejectedError, match="was used for another order"):
        await broker.close_by(long.position, short.position, client_id="by")
    with pytest.raises(OrderRejectedError, match="is closed already"):
        await broker.close_by(short.position, long.position, client_id="once more")
    await broker.disconnect()


async def test_one_whose_answer_was_lost_is_unknown_and_never_sent_again():
    bench = AdapterBench()
    broker = bench.broker()
    long, short = await hedged(bench, broker)
    bench.fault("answer_lost")
    for _ in range(2):
        with pytest.raises(OrderStateUnknownError):
            await broker.close_by(long.position, short.position, client_id="by")
    assert sum(each["action"] == c.TRADE_ACTION_CLOSE_BY for each in bench.package.sent) == 1
    (left,) = await broker.positions()
    assert left.volume_lots == 0.2
    await broker.disconnect()


async def test_what_was_taken_and_cannot_be_read_is_unknown_and_not_as_though_it_was_not_sent(monkeypatch):
    bench = AdapterBench()
    broker = bench.broker()
    long, short = await hedged(bench, broker)
    clock = broker._at_desk().venue.clock
    real, sent = type(clock).utc_ns, len(bench.package.sent)

    def utc_ns(self, wall_ms):
        if len(bench.package.sent) > sent:
            raise BrokerUnreachableError("The server's clock is not what the settings say.")
        return real(self, wall_ms)

    monkeypatch.setattr(type(clock), "utc_ns", utc_ns)
    with pytest.raises(OrderStateUnknownError, match="has taken order"):
        await broker.close_by(long.position, short.position, client_id="by")

    def now_ns(self):
        if len(bench.package.sent) > sent:
            raise BrokerUnreachableError("The server's clock is not what the settings say.")
        return real_now(self)

    real_now, sent = type(clock).now_ns, len(bench.package.sent)
    monkeypatch.setattr(type(clock), "now_ns", now_ns)
    with pytest.raises(OrderStateUnknownError, match="has taken order"):
        await broker.submit(buy("another"))
    monkeypatch.undo()
    await broker.disconnect()


async def test_what_do_not_close_each_other_are_refused_before_anything_is_sent():
    bench = AdapterBench(changes={"order_mask": 127 & ~m.ORDER_CLOSEBY})
    broker = bench.broker()
    long, short = await hedged(bench, broker)
    with pytest.raises(OrderRejectedError, match="lets no position be closed by another"):
        await broker.close_by(long.position, short.position, client_id="by")
    await broker.disconnect()
    bench = AdapterBench()
    broker = bench.broker()
    long, short = await hedged(bench, broker)
    other = await broker.submit(buy("other", side=-1, symbol="USDJPY"))
    for ticket in (other.position, long.position):
        with pytest.raises(OrderRejectedError, match="not opposite ones"):
            await broker.close_by(long.position, ticket, client_id=f"by-{ticket}")
    with pytest.raises(OrderRejectedError, match="no position 12345"):
        await broker.close_by(12345, short.position, client_id="by-none")
    assert all(each["action"] != c.TRADE_ACTION_CLOSE_BY for each in bench.package.sent)
    assert broker.capabilities.close_by
    await broker.disconnect()


async def test_a_netting_account_cannot():
    netting = AdapterBench(accounts=[AccountSettings(margin_mode=c.ACCOUNT_MARGIN_MODE_RETAIL_NETTING)]).broker()
    await netting.connect()
    assert not netting.capabilities.close_by
    await netting.disconnect()
