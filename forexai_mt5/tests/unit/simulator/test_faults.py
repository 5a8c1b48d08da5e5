"""Everything that goes wrong on purpose: each kind of fault, and the ten failures that people report most."""

from __future__ import annotations

import threading
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from simulated_terminal import WALL_S, Bench

from forexai_core.errors import ConfigError
from forexai_mt5.simulator.server.account_settings import AccountSettings
from forexai_mt5.simulator.terminal.faults import KINDS, Fault
from forexai_mt5.terms import constants as c
from forexai_mt5.terms.codes import TEXTS

DEAL: dict[str, Any] = {
    "action": c.TRADE_ACTION_DEAL, "symbol": "EURUSD", "volume": 0.1, "type": c.ORDER_TYPE_BUY, "price": 1.0991,
    "deviation": 100, "magic": 7, "comment": "mine",
}  # fmt: skip
ACCOUNTS = [AccountSettings(login=1, server="A-Demo"), AccountSettings(login=2, server="B-Live", balance=500.0)]


def reconnected(bench: Bench) -> None:
    assert bench.mt5.shutdown()
    assert bench.mt5.initialize()


# ------------------------------------------------------------------------------------------------ before a call
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"kind": "ipc_failed"}, (-10000, "IPC call failed")),
        ({"kind": "ipc_send"}, (-10001, "IPC send failed")),
        ({"kind": "ipc_receive"}, (-10002, "IPC recv failed")),
        ({"kind": "call_failed"}, (-1, "Terminal: Call failed")),
        ({"kind": "call_failed", "code": -3}, (-3, "Terminal: Out of memory")),
        ({"kind": "restart"}, (-10002, "IPC recv failed")),
    ],
)
@pytest.mark.parametrize("call", ["account_info", "positions_get", "order_send", "symbol_info_tick"])
def test_a_call_fails_and_nothing_is_done(fault: dict[str, Any], error: tuple[int, str], call: str) -> None:
    bench = Bench(faults=[fault])
    arguments = {"order_send": (DEAL,), "symbol_info_tick": ("EURUSD",)}.get(call, ())
    assert getattr(bench.mt5, call)(*arguments) is None
    assert bench.mt5.last_error() == error
    still = bench.mt5.account_info() is not None
    assert still is (fault["kind"] in {"ipc_failed", "call_failed"})
    reconnected(bench)
    assert bench.mt5.positions_total() == 0


def test_a_call_can_meet_what_it_was_meant_for_only() -> None:
    bench = Bench(faults=[{"kind": "call_failed", "calls": "positions_get", "skip": 1, "times": 2}])
    answers = [(bench.mt5.account_info() is None, bench.mt5.positions_get() is None) for _ in range(5)]
    assert answers == [(False, False), (False, True), (False, True), (False, False), (False, False)]


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("initialize_timeout", (-10005, "IPC timeout")),
        ("terminal_missing", (-10003, "IPC initialize failed, MetaTrader 5 x64 not found")),
        ("version_mismatch", (-5, TEXTS[-5])),
    ],
)  # fmt: skip
def test_initialize_fails(kind: str, error: tuple[int, str]) -> None:
    bench = Bench()
    bench.terminal.add_fault({"kind": kind, "calls": "initialize"})
    assert bench.mt5.initialize() is False
    assert bench.mt5.last_error() == error
    assert bench.mt5.account_info() is None
    assert bench.mt5.initialize() is True


@pytest.mark.parametrize("kind", ["hang", "slow"])
def test_a_call_that_blocks_stops_every_thread(kind: str) -> None:
    bench = Bench(faults=[{"kind": kind, "calls": "account_info", "seconds": 0.25}])
    stop, gaps = threading.Event(), [0.0]

    def watch() -> None:
        before = time.monotonic()
        while not stop.is_set():
            now = time.monotonic()
            gaps[0], before = max(gaps[0], now - before), now

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        assert bench.mt5.account_info() is not None  # late, and right
    finally:
        stop.set()
        watcher.join()
    assert gaps[0] >= 0.24


def test_after_a_restart_charts_are_fetched_again() -> None:
    bench = Bench(faults=[{"kind": "restart", "calls": "version"}])
    bench.mt5.copy_rates_from_pos("EURUSD", 1, 0, 5)
    assert bench.terminal.charts.fetched("EURUSD", 1) == 16_000
    assert bench.mt5.version() is None
    reconnected(bench)
    assert bench.terminal.charts.fetched("EURUSD", 1) == 2_000


# ---------------------------------------------------------------------------------------------------- to a request
@pytest.mark.parametrize(
    "code", [10004, 10006, 10007, 10012, 10020, 10021, 10023, 10024, 10028, 10031, 10033, 10039, 10040]
)
def test_a_request_is_answered_with_a_code_and_not_carried_out(code: int) -> None:
    bench = Bench(faults=[{"kind": "retcode", "code": code}])
    result = bench.send(DEAL)
    assert (result.retcode, result.deal, result.order) == (code, 0, 0)
    assert bench.mt5.positions_total() == 0
    assert bench.send(DEAL).retcode == c.TRADE_RETCODE_DONE


def test_a_storm_of_requotes_ends() -> None:
    bench = Bench(faults=[{"kind": "retcode", "times": 7}])
    assert [bench.send(DEAL).retcode for _ in range(8)] == [c.TRADE_RETCODE_REQUOTE] * 7 + [c.TRADE_RETCODE_DONE]


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"kind": "answer_lost"}, -10002),
        ({"kind": "answer_lost", "code": -10001}, -10001),
        ({"kind": "answer_lost", "code": -10000}, -10000),
        ({"kind": "ipc_receive", "calls": "order_send", "executed": True}, -10002),
    ],
)
def test_an_answer_is_lost_though_the_request_was_carried_out(fault: dict[str, Any], code: int) -> None:
    bench = Bench(faults=[fault])
    assert bench.mt5.order_send(DEAL) is None
    assert bench.mt5.last_error()[0] == code
    reconnected(bench)
    (position,) = bench.mt5.positions_get() or ()
    assert (position.magic, position.comment, position.volume) == (7, "mine", 0.1)  # found by what it was sent with
    assert len(bench.history()) == 2


@pytest.mark.parametrize("code", [0, 10011, 10012, 10031])
def test_an_answer_says_nothing_though_the_request_was_carried_out(code: int) -> None:
    bench = Bench(faults=[{"kind": "answer_unknown", "code": code}])
    result = bench.send(DEAL)
    assert (result.retcode, result.deal, result.order) == (code or 10012, 0, 0)
    assert bench.mt5.positions_total() == 1


def test_a_request_is_placed_and_filled_later() -> None:
    bench = Bench(faults=[{"kind": "placed"}])
    result = bench.send(DEAL)
    assert (result.retcode, result.deal, result.price) == (c.TRADE_RETCODE_PLACED, 0, 0.0)
    assert [position.ticket for position in bench.mt5.positions_get() or ()] == [result.order]


# ---------------------------------------------------------------------------------------------------------- states
def test_what_is_new_shows_later() -> None:
    bench = Bench(faults=[{"kind": "history_lag", "seconds": 3.0}])
    result = bench.send(DEAL)
    pending = bench.send(DEAL | {"action": c.TRADE_ACTION_PENDING, "type": c.ORDER_TYPE_BUY_LIMIT, "price": 1.09})
    for after_s, seen in ((0.0, 0), (2.9, 0), (0.2, 1)):
        bench.clock.advance(after_s)
        assert len(bench.mt5.positions_get(ticket=result.order) or ()) == seen
        assert bench.mt5.positions_total() == seen
        assert len(bench.mt5.orders_get(ticket=pending.order) or ()) == seen
        assert len(bench.mt5.history_deals_get(ticket=result.order) or ()) == seen
        assert len(bench.mt5.history_orders_get(ticket=result.order) or ()) == seen


def test_comments_are_overwritten() -> None:
    bench = Bench(faults=[{"kind": "comment", "text": "broker"}])
    result = bench.send(DEAL)
    assert result.request.comment == "mine"  # what was sent is what is echoed
    assert [position.comment for position in bench.mt5.positions_get() or ()] == ["broker"]
    assert bench.history()[-1].comment == "broker"


STATES = [
    ("auto_trading_off", c.TRADE_RETCODE_CLIENT_DISABLES_AT, "AutoTrading disabled by client"),
    ("server_disables", c.TRADE_RETCODE_SERVER_DISABLES_AT, "AutoTrading disabled by server"),
    ("connection_lost", c.TRADE_RETCODE_CONNECTION, "No connection"),
]


@pytest.mark.parametrize(("kind", "retcode", "comment"), STATES)
def test_a_state_holds_for_its_time(kind: str, retcode: int, comment: str) -> None:
    bench = Bench(faults=[{"kind": kind, "after_s": 10.0, "until_s": 20.0}])
    assert bench.send(DEAL).retcode == c.TRADE_RETCODE_DONE
    bench.clock.advance(10)
    result = bench.send(DEAL)
    assert (result.retcode, result.comment) == (retcode, comment)
    checked = bench.mt5.order_check(DEAL)
    assert checked is not None
    assert checked.retcode == retcode
    terminal, account = bench.mt5.terminal_info(), bench.mt5.account_info()
    assert terminal is not None
    assert account is not None
    assert terminal.trade_allowed is (kind != "auto_trading_off")
    assert terminal.connected is (kind != "connection_lost")
    assert account.trade_expert is (kind != "server_disables")
    assert account.trade_allowed is (kind != "connection_lost")
    bench.clock.advance(10)
    assert bench.send(DEAL).retcode == c.TRADE_RETCODE_DONE
    assert bench.mt5.positions_total() == 2


def test_trading_by_python_is_disabled() -> None:
    bench = Bench(faults=[{"kind": "api_disabled"}])
    assert bench.mt5.order_send(DEAL) is None
    assert bench.mt5.last_error() == (-8, "Auto-Trading using Python API disabled in Terminal")
    terminal = bench.mt5.terminal_info()
    assert terminal is not None
    assert terminal.tradeapi_disabled is True


def test_without_a_connection_nothing_is_seen_that_happens_meanwhile() -> None:
    bench = Bench(faults=[{"kind": "connection_lost", "after_s": 5.0, "until_s": 60.0}])
    bench.send(DEAL | {"sl": 1.0950})
    bench.clock.advance(5)
    bench.quote("EURUSD", 1.0940, 1.0941, after_s=10)
    tick = bench.mt5.symbol_info_tick("EURUSD")
    assert tick is not None
    assert (tick.bid, tick.time) == (1.0990, WALL_S)
    assert bench.mt5.positions_total() == 1
    bench.clock.advance(60)
    assert bench.mt5.positions_total() == 0
    deal = bench.history()[-1]
    assert (deal.reason, deal.price, deal.time) == (c.DEAL_REASON_SL, 1.0940, WALL_S + 15)


def test_somebody_switches_the_account() -> None:
    bench = Bench(accounts=ACCOUNTS, faults=[{"kind": "account_switched", "after_s": 5.0, "login": 2}])
    bench.send(DEAL)
    bench.clock.advance(5)
    account = bench.mt5.account_info()
    assert account is not None
    assert (account.login, account.server, account.balance) == (2, "B-Live", 500.0)
    assert bench.mt5.positions_get() == ()  # whoever does not look trades on another account
    assert bench.mt5.initialize(login=1)
    assert len(bench.mt5.positions_get() or ()) == 1


def test_a_symbol_is_hidden() -> None:
    bench = Bench(faults=[{"kind": "hidden", "symbol": "EURUSD", "after_s": 5.0}])
    assert bench.mt5.symbol_info_tick("EURUSD") is not None
    bench.clock.advance(5)
    assert bench.mt5.symbol_info_tick("EURUSD") is None
    assert bench.mt5.symbol_select("EURUSD")
    assert bench.mt5.symbol_info_tick("EURUSD") is not None


# --------------------------------------------------------------------------------------------------- on the market
def test_a_session_is_closed() -> None:
    bench = Bench(faults=[{"kind": "session_closed", "symbol": "EURUSD", "after_s": 5.0, "seconds": 10.0}])
    opened = bench.send(DEAL | {"sl": 1.0950})
    bench.quote("EURUSD", 1.0940, 1.0941, after_s=6)
    assert bench.send(DEAL).retcode == c.TRADE_RETCODE_MARKET_CLOSED
    assert bench.send(DEAL | {"symbol": "USDJPY", "price": 107.883}).retcode == c.TRADE_RETCODE_DONE
    assert len(bench.mt5.positions_get(ticket=opened.order) or ()) == 1  # its stop waits
    bench.quote("EURUSD", 1.0945, 1.0946, after_s=10)
    assert bench.mt5.positions_get(ticket=opened.order) == ()
    assert bench.history()[-1].price == 1.0945


def test_quotes_stop() -> None:
    bench = Bench(faults=[{"kind": "quotes_stop", "symbol": "EURUSD", "after_s": 5.0, "seconds": 10.0}])
    bench.quote("EURUSD", 1.1000, 1.1001, after_s=6)
    tick = bench.mt5.symbol_info_tick("EURUSD")
    assert tick is not None
    assert tick.bid == 1.0990
    bench.quote("EURUSD", 1.1010, 1.1011, after_s=10)
    tick = bench.mt5.symbol_info_tick("EURUSD")
    assert tick is not None
    assert tick.bid == 1.1010


def test_a_spread_widens() -> None:
    bench = Bench(faults=[{"kind": "spread", "symbol": "EURUSD", "after_s": 5.0, "seconds": 10.0, "points": 200}])
    bench.quote("EURUSD", 1.0990, 1.0991, after_s=6)
    info = bench.mt5.symbol_info("EURUSD")
    assert info is not None
    assert (info.bid, info.ask, info.spread) == (1.0990, 1.1011, 210)


def test_a_price_jumps_and_the_account_is_stopped_out() -> None:
    jump = {"kind": "price_jump", "symbol": "EURUSD", "after_s": 5.0, "points": -9_700}
    bench = Bench(faults=[jump])
    opened = bench.send(DEAL | {"volume": 1.0})
    bench.quote("EURUSD", 1.0990, 1.0991, after_s=6)
    assert bench.mt5.positions_get() == ()
    deal = bench.history()[-1]
    # Equity 10000 - 9710 = 290, margin 1099.10: 26.4 %.
    assert (deal.position_id, deal.reason, deal.profit) == (opened.order, c.DEAL_REASON_SO, -9_710.0)
    account = bench.mt5.account_info()
    assert account is not None
    assert account.balance == 290.0


class GoneError(Exception):
    pass


class Caller:
    """A process that a test looks at instead of ending."""

    def freeze(self, seconds: float) -> None:
        raise AssertionError(f"nothing hangs for {seconds} s here")

    def crash(self) -> None:
        raise GoneError


@pytest.mark.parametrize("executed", [False, True])
def test_a_crash_ends_the_caller_before_or_after_the_order_is_carried_out(executed: bool) -> None:
    bench = Bench(faults=[{"kind": "crash", "calls": "order_send", "executed": executed}])
    bench.mt5.caller = Caller()
    with pytest.raises(GoneError):
        bench.deal("EURUSD", 1, 0.1)
    assert bench.mt5.positions_total() == int(executed)


# ---------------------------------------------------------------------------------------------------- the schedule
def test_every_kind_is_tried_here() -> None:
    source = Path(__file__).read_text(encoding="utf-8")
    assert [kind for kind in KINDS if f'"{kind}"' not in source] == []


def test_one_seed_draws_the_same_faults() -> None:
    def drawn(seed: int) -> list[bool]:
        bench = Bench(faults=[{"kind": "call_failed", "times": None, "probability": 0.4}], seed=seed)
        return [bench.mt5.positions_total() is None for _ in range(60)]

    assert drawn(3) == drawn(3)
    assert drawn(3) != drawn(4)
    assert 10 < sum(drawn(3)) < 40


def test_what_happened_is_logged() -> None:
    bench = Bench(faults=[{"kind": "call_failed", "calls": "version", "after_s": 2.0}])
    bench.mt5.version()
    bench.clock.advance(3)
    bench.mt5.version()
    assert bench.terminal.faults.log == [(3.0, "call_failed", "version")]


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"kind": "requote"}, "There is no fault 'requote'"),
        ({"kind": "hang", "second": 1}, "A fault has no field 'second'.*seconds"),
        ({"kind": "hidden", "symbol": "EURUSDm"}, "which the terminal has not"),
    ],
)
def test_a_wrong_schedule_is_refused(values: dict[str, Any], text: str) -> None:
    with pytest.raises(ConfigError, match=text):
        Bench(faults=[values])
    assert Fault(kind="hang").meets("version")


# ------------------------------------------------------------------------------- the ten failures reported most
def test_1_initialize_with_credentials_times_out_and_attaching_works() -> None:
    bench = Bench(accounts=ACCOUNTS, faults=[{"kind": "initialize_timeout", "calls": "login"}])
    assert not bench.mt5.initialize(login=1, password="simulator", server="Unknown-Server")
    assert bench.mt5.last_error() == (-10005, "IPC timeout")
    assert bench.mt5.initialize()  # attach, look, and log in only if it is another account
    account = bench.mt5.account_info()
    assert account is not None
    assert (account.login, account.server) == (1, "A-Demo")


def test_2_the_mask_is_no_filling() -> None:
    bench = Bench(changes={"EURUSD": {"execution": c.SYMBOL_TRADE_EXECUTION_MARKET, "filling_mask": 2}})
    info = bench.mt5.symbol_info("EURUSD")
    assert info is not None
    assert bench.send(DEAL | {"type_filling": info.filling_mode}).retcode == c.TRADE_RETCODE_INVALID_FILL
    assert bench.send(DEAL).retcode == c.TRADE_RETCODE_INVALID_FILL  # left out, it is fill-or-kill
    opened = bench.send(DEAL | {"type_filling": c.ORDER_FILLING_IOC})
    assert opened.retcode == c.TRADE_RETCODE_DONE
    assert bench.deal("EURUSD", -1, 0.1, position=opened.order).retcode == c.TRADE_RETCODE_INVALID_FILL  # closing, too


def test_4_success_is_a_retcode() -> None:
    bench = Bench()
    result = bench.send(DEAL | {"price": 0.0})
    assert result is not None
    assert (result.retcode, result.price) == (c.TRADE_RETCODE_INVALID_PRICE, 0.0)


def test_6_a_decimal_stop_changes_nothing_and_says_so_once() -> None:
    bench = Bench()
    opened = bench.send(DEAL)
    request = {"action": c.TRADE_ACTION_SLTP, "symbol": "EURUSD", "position": opened.order, "sl": Decimal("1.09")}
    assert bench.mt5.order_send(request) is None
    assert bench.mt5.last_error() == (-2, 'Invalid "sl" argument')
    assert [position.sl for position in bench.mt5.positions_get() or ()] == [0.0]


def test_7_sending_again_after_a_lost_answer_doubles_the_position() -> None:
    bench = Bench(faults=[{"kind": "answer_lost"}])
    assert bench.mt5.order_send(DEAL) is None
    reconnected(bench)
    bench.send(DEAL)
    assert bench.mt5.positions_total() == 2


def test_10_a_suffix_makes_another_symbol() -> None:
    bench = Bench()
    assert bench.mt5.symbol_info_tick("EURUSDm") is None
    assert bench.send(DEAL | {"symbol": "EURUSDm"}).retcode == c.TRADE_RETCODE_INVALID
