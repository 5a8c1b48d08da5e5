"""The connection, the terminal, symbols and the Market Watch."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import pytest
from simulated_terminal import START_MS, WALL_S, Bench

from forexai_core.errors import ConfigError
from forexai_core.services.clocks import ManualClock
from forexai_mt5.simulator.face.client import FUNCTIONS, Client
from forexai_mt5.simulator.face.groups import matches
from forexai_mt5.simulator.server.account_settings import AccountSettings
from forexai_mt5.simulator.terminal.terminal import Program, Terminal
from forexai_mt5.terms import constants as c

ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "copy_rates_from": ("EURUSD", 1, 0, 5), "copy_rates_from_pos": ("EURUSD", 1, 0, 5),
    "copy_rates_range": ("EURUSD", 1, 0, 5), "copy_ticks_from": ("EURUSD", 0, 5, -1),
    "copy_ticks_range": ("EURUSD", 0, 5, -1), "history_deals_get": (0, 5), "history_deals_total": (0, 5),
    "history_orders_get": (0, 5), "history_orders_total": (0, 5), "login": (5,), "market_book_add": ("EURUSD",),
    "market_book_get": ("EURUSD",), "market_book_release": ("EURUSD",), "order_calc_margin": (0, "EURUSD", 1.0, 1.0),
    "order_calc_profit": (0, "EURUSD", 1.0, 1.0, 1.1), "order_check": ({"action": 1},), "order_send": ({"action": 1},),
    "symbol_info": ("EURUSD",), "symbol_info_tick": ("EURUSD",), "symbol_select": ("EURUSD",),
}  # fmt: skip
FALSE = {"login", "symbol_select", "market_book_add", "market_book_release"}
TALKING = sorted(set(FUNCTIONS) - {"initialize", "shutdown", "last_error"})


@pytest.mark.parametrize("name", TALKING)
def test_without_a_connection_every_call_says_so(name: str) -> None:
    bench = Bench()
    assert bench.mt5.shutdown() is True
    assert getattr(bench.mt5, name)(*ARGUMENTS.get(name, ())) is (False if name in FALSE else None)
    assert bench.mt5.last_error() == (-10004, "No IPC connection")


@pytest.mark.parametrize("name", TALKING)
def test_a_broken_connection_stays_broken(name: str) -> None:
    bench = Bench(faults=[{"kind": "ipc_send"}])
    assert bench.mt5.version() is None
    assert bench.mt5.last_error() == (-10001, "IPC send failed")
    assert not getattr(bench.mt5, name)(*ARGUMENTS.get(name, ()))
    assert bench.mt5.last_error() == (-10001, "IPC send failed")
    assert bench.mt5.shutdown()
    assert bench.mt5.last_error() == (1, "Success")
    assert bench.mt5.initialize()
    assert bench.mt5.version() == (500, 5260, "27 Sep 2026")


def test_every_call_begins_with_success() -> None:
    bench = Bench()
    assert bench.mt5.symbol_info("NOSUCH") is None
    assert bench.mt5.last_error() == (-4, "Terminal: Not found")
    assert bench.mt5.symbol_info("EURUSD") is not None
    assert bench.mt5.last_error() == (1, "Success")
    assert bench.mt5.copy_rates_from_pos("NOSUCH", 1, 0, 5) is None
    assert bench.mt5.last_error() == (-1, "Terminal: Call failed")


ACCOUNTS = [
    AccountSettings(login=1, password="one", server="A-Demo", balance=1_000.0),
    AccountSettings(login=2, password="two", server="B-Live", currency="EUR", trade_mode=c.ACCOUNT_TRADE_MODE_REAL),
    AccountSettings(login=3, password="three", server="B-Live", one_time_password=True),
]

LOGINS = [
    ({"login": 2, "password": "two", "server": "B-Live"}, True, (1, "Success")),
    ({"login": 2}, True, (1, "Success")),  # saved in the terminal
    ({"login": 2, "password": "wrong"}, False, (-6, "Terminal: Authorization failed")),
    ({"login": 9, "password": "two", "server": "B-Live"}, False, (-6, "Terminal: Authorization failed")),
    ({"login": 2, "password": "two", "server": "A-Demo"}, False, (-6, "Terminal: Authorization failed")),
    ({"login": 2, "password": "two", "server": "Nowhere"}, False, (-10005, "IPC timeout")),
    ({"login": 3}, False, (-7, "Unsupported authorization mode, OTP or certificate password needed")),
]


@pytest.mark.parametrize("how", ["initialize", "login"])
@pytest.mark.parametrize(("fields", "good", "error"), LOGINS)
def test_logging_in(how: str, fields: dict[str, Any], *, good: bool, error: tuple[int, str]) -> None:
    bench = Bench(accounts=ACCOUNTS)
    assert getattr(bench.mt5, how)(**fields) is good
    assert bench.mt5.last_error() == error
    account = bench.mt5.account_info()
    if good:
        assert account is not None
        assert (account.login, account.server, account.currency) == (2, "B-Live", "EUR")
    else:
        assert (account is None) is (how == "initialize")  # there is no connection if it was to be made


def test_an_account_keeps_what_it_has_while_another_is_used() -> None:
    bench = Bench(accounts=ACCOUNTS[:2])
    bench.deal("EURUSD", 1, 0.01)
    assert bench.mt5.login(2)
    assert bench.mt5.positions_get() == ()
    assert bench.mt5.login(1)
    assert len(bench.mt5.positions_get() or ()) == 1


def test_a_process_has_one_terminal_at_a_time() -> None:
    one, two = Bench(accounts=ACCOUNTS[:1]), Bench(accounts=ACCOUNTS[1:2], program=Program(path="D:\\Broker Two"))
    mt5 = Client(one.terminal, two.terminal)
    assert mt5.initialize()
    assert mt5.account_info()[0] == 1  # type: ignore[index]
    assert mt5.initialize("d:/broker two/terminal64.exe")
    assert mt5.account_info()[0] == 2  # type: ignore[index]
    assert not mt5.initialize("E:\\nowhere\\terminal64.exe")
    assert mt5.last_error() == (-10003, "IPC initialize failed, MetaTrader 5 x64 not found")
    assert mt5.account_info() is None


def test_portable_must_be_asked_for_as_the_terminal_was_started() -> None:
    bench = Bench(program=Program(portable=True))
    assert bench.mt5.initialize(portable=True)
    assert not bench.mt5.initialize(portable=False)
    assert bench.mt5.last_error() == (-10005, "IPC timeout")


def test_information_on_terminal_and_account() -> None:
    bench = Bench()
    terminal, account = bench.mt5.terminal_info(), bench.mt5.account_info()
    assert terminal is not None
    assert account is not None
    assert (terminal.connected, terminal.trade_allowed, terminal.tradeapi_disabled) == (True, True, False)
    assert (account.leverage, account.currency, account.margin_mode) == (100, "USD", 2)
    assert (account.balance, account.margin_level, account.margin_so_call, account.margin_so_so) == (
        10_000.0,
        0.0,
        50.0,
        30.0,
    )
    assert (account.limit_orders, account.trade_mode, account.currency_digits) == (200, 0, 2)


def test_the_reference_symbol() -> None:
    bench = Bench()
    info = bench.mt5.symbol_info("EURUSD")
    assert info is not None
    assert (info.trade_exemode, info.filling_mode, info.expiration_mode, info.order_mode) == (1, 1, 15, 127)
    assert (info.digits, info.point, info.trade_contract_size) == (5, 0.00001, 100_000.0)
    assert (info.volume_min, info.volume_max, info.volume_step) == (0.01, 500.0, 0.01)
    assert (info.trade_stops_level, info.trade_freeze_level, info.margin_hedged) == (0, 0, 100_000.0)
    assert (info.swap_mode, info.swap_rollover3days, info.spread) == (1, 3, 10)
    assert (info.bid, info.ask, info.time) == (1.0990, 1.0991, WALL_S)
    assert (info.trade_tick_value, info.trade_tick_size) == (1.0, 0.00001)


def test_a_tick_has_the_servers_time() -> None:
    bench = Bench()
    bench.quote("EURUSD", 1.1, 1.1001, after_s=1.5)
    tick = bench.mt5.symbol_info_tick("EURUSD")
    assert tick is not None
    assert (tick.time, tick.time_msc) == (WALL_S + 1, START_MS + 3 * 3_600_000 + 1_500)
    assert (tick.bid, tick.ask, tick.last, tick.volume, tick.flags) == (1.1, 1.1001, 0.0, 0, 6)


GROUPS = [
    ("*", "EURUSD", True), ("EUR*", "EURUSD", True), ("*USD", "EURUSD", True), ("*JPY*", "EURUSD", False),
    ("*,!*USD*", "EURUSD", False), ("*,!*USD*", "EURJPY", True), ("!*USD*,*", "EURUSD", True),
    ("!*JPY*", "EURUSD", False), ("E?RUSD", "EURUSD", False),
    ("EURUSD,USDJPY", "USDJPY", True), (" EURUSD , USDJPY ", "USDJPY", True), ("", "EURUSD", False),
    ("*,!EUR*,EURUSD", "EURUSD", True), ("eur*", "EURUSD", False), ("EUR*USD", "EURUSD", True),
    ("EUR.*", "EURUSD", False),
]  # fmt: skip


@pytest.mark.parametrize(("group", "name", "inside"), GROUPS)
def test_groups(group: str, name: str, *, inside: bool) -> None:
    assert matches(group, name) is inside


def test_symbols_by_group() -> None:
    bench = Bench(symbols=("EURUSD", "USDJPY", "EURJPY"))
    assert bench.mt5.symbols_total() == 3
    assert [symbol.name for symbol in bench.mt5.symbols_get() or ()] == ["EURUSD", "USDJPY", "EURJPY"]
    assert [symbol.name for symbol in bench.mt5.symbols_get("*,!*USD") or ()] == ["USDJPY", "EURJPY"]
    assert [symbol.name for symbol in bench.mt5.symbols_get(group="EUR*") or ()] == ["EURUSD", "EURJPY"]
    assert bench.mt5.symbols_get("X*") == ()


def test_positions_and_orders_are_chosen_by_ticket_before_symbol() -> None:
    bench = Bench()
    one, two = bench.deal("EURUSD", 1, 0.1), bench.deal("USDJPY", 1, 0.1)
    get = bench.mt5.positions_get
    assert [p.ticket for p in get(symbol="USDJPY") or ()] == [two.order]
    assert [p.ticket for p in get(ticket=one.order, symbol="USDJPY") or ()] == [one.order]
    assert [p.ticket for p in get(symbol="USDJPY", group="EUR*") or ()] == [two.order]
    assert [p.ticket for p in get(group="*,!*JPY") or ()] == [one.order]
    assert get(ticket=5) == ()
    assert get(symbol="NOSUCH") == ()
    assert bench.mt5.positions_total() == 2
    assert bench.mt5.orders_get(ticket=one.order) == ()


def test_the_depth_of_market() -> None:
    bench = Bench()
    assert bench.mt5.market_book_get("EURUSD") is None
    assert bench.mt5.market_book_add("EURUSD")
    rows = bench.mt5.market_book_get("EURUSD") or ()
    assert [(row.type, row.price) for row in rows[4:6]] == [(c.BOOK_TYPE_SELL, 1.0991), (c.BOOK_TYPE_BUY, 1.0990)]
    assert [row.price for row in rows] == sorted((row.price for row in rows), reverse=True)
    assert bench.mt5.market_book_release("EURUSD")
    assert bench.mt5.market_book_get("EURUSD") is None
    assert not bench.mt5.market_book_add("USDJPY")  # has none


def test_a_terminal_needs_an_account_and_prices() -> None:
    with pytest.raises(ConfigError, match="needs an account"):
        Terminal(accounts=())
    bench = Bench()
    bench.clock.advance(-0.0)
    with pytest.raises(ConfigError, match="has no price in the six days before"):
        Client(Terminal(market=bench.market, symbols=bench.symbols.values())).initialize()


def test_a_terminal_goes_when_nobody_has_it() -> None:
    terminal = Terminal(clock=ManualClock(START_MS * 1_000_000))
    mt5 = Client(terminal)
    assert mt5.initialize()
    assert mt5.copy_ticks_from("EURUSD", WALL_S - 3_600, 5_000, c.COPY_TICKS_ALL) is not None
    parts = [weakref.ref(part) for part in (terminal, terminal.market, terminal.server, terminal.charts)]
    gc.collect()
    gc.disable()  # what only a collector finds stays for long: arrays do not make it hurry
    try:
        del terminal, mt5
        assert [part() for part in parts] == [None] * len(parts)
    finally:
        gc.enable()
