"""Symbols whose orders, or stops, the server removes at the end of its day: said by the session, also over a line."""

from __future__ import annotations

from types import SimpleNamespace

import attrs
import pytest
from adapter_bench import AdapterBench
from gateway_bench import CountingBroker, Machine, Platform, connected

from forexai_core.ports.broker import EVERY_SYMBOL
from forexai_mt5.connector.rows import account_row
from forexai_mt5.platform_broker.broker import LineBroker
from forexai_mt5.platform_broker.settings import LineSettings
from forexai_mt5.terms import constants as c

pytestmark = pytest.mark.usefixtures("ledger")


async def said(**bench):
    broker = AdapterBench(suffix="m", **bench).broker()
    await broker.connect()
    can = broker.capabilities
    await broker.disconnect()
    return can.orders_end_daily, can.stops_end_daily


async def test_orders_that_last_are_said_to():
    assert await said() == (frozenset(), frozenset())


@pytest.mark.parametrize(
    ("mode", "stops"), [(c.SYMBOL_ORDERS_DAILY, {EVERY_SYMBOL}), (c.SYMBOL_ORDERS_DAILY_NO_STOPS, set())]
)
async def test_a_server_of_days_is_said_to_be_one(mode, stops):
    assert await said(changes={"gtc_mode": mode}) == ({EVERY_SYMBOL}, stops)


async def test_of_some_symbols_each_is_named_as_we_do(monkeypatch):
    bench = AdapterBench(suffix="m")
    broker = bench.broker()
    await broker.connect()
    symbols = broker._opened.venue.symbols
    for name, mode in (("EURUSDm", c.SYMBOL_ORDERS_DAILY_NO_STOPS), ("USDJPYm", c.SYMBOL_ORDERS_DAILY)):
        monkeypatch.setitem(symbols._infos, name, (0, SimpleNamespace(order_gtc_mode=mode)))
    monkeypatch.setitem(symbols._infos, "GOLDm", (0, SimpleNamespace(order_gtc_mode=c.SYMBOL_ORDERS_GTC)))
    assert symbols.ending_daily() == ({"EURUSD", "USDJPY"}, {"USDJPY"})
    await broker.disconnect()


class Nightly(CountingBroker):
    """Of a venue that ends orders of two symbols daily, and stops of one."""

    @property
    def capabilities(self):
        orders, stops = frozenset({"EURUSD", "XAUUSD"}), frozenset({"XAUUSD"})
        return attrs.evolve(super().capabilities, orders_end_daily=orders, stops_end_daily=stops)


async def test_a_session_behind_a_connector_is_told_too():
    platform, broker = Platform(), Nightly()
    machine = Machine(platform, broker, report_s=5.0)
    await machine.pair()
    machine.start()
    await connected(platform, machine)
    line = LineBroker(LineSettings(account="main"), platform.services)
    await line.connect()
    assert line.capabilities.orders_end_daily == {"EURUSD", "XAUUSD"}
    assert line.capabilities.ends_stops_daily("XAUUSD")
    assert not line.capabilities.ends_stops_daily("EURUSD")
    many = attrs.evolve(broker.capabilities, orders_end_daily=frozenset(f"S{number}" for number in range(501)))
    assert account_row(await broker.account(), many, candles=False).abilities.orders_end_daily == (EVERY_SYMBOL,)
    await line.disconnect()
    await machine.kill()
    platform.services.close()
