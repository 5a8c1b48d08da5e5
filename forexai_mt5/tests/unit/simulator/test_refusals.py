"""Bad input to a trade server: request, retcode, comment; nothing is changed by any of it."""

from __future__ import annotations

import math
from typing import Any

import pytest
from simulated_terminal import Bench, changed

from forexai_mt5.simulator.server.account_settings import AccountSettings
from forexai_mt5.simulator.server.checks import MOST_HELD
from forexai_mt5.terms import constants as c
from forexai_mt5.terms.codes import RETCODE_TEXTS

DEAL: dict[str, Any] = {
    "action": c.TRADE_ACTION_DEAL, "symbol": "EURUSD", "volume": 0.1, "type": c.ORDER_TYPE_BUY, "price": 1.0991,
}  # fmt: skip
LIMIT: dict[str, Any] = {
    "action": c.TRADE_ACTION_PENDING, "symbol": "EURUSD", "volume": 0.1, "type": c.ORDER_TYPE_BUY_LIMIT,
    "price": 1.0980,
}  # fmt: skip
MARKET = {"execution": c.SYMBOL_TRADE_EXECUTION_MARKET, "filling_mask": 3}

# What is sent, how the symbol is, and the answer.
ROWS: list[tuple[dict[str, Any], dict[str, Any], int]] = [
    # the request as such
    ({"action": 0}, {}, c.TRADE_RETCODE_INVALID),
    ({"action": 2}, {}, c.TRADE_RETCODE_INVALID),
    ({"action": 99}, {}, c.TRADE_RETCODE_INVALID),
    ({"symbol": "NOSUCH"}, {}, c.TRADE_RETCODE_INVALID),
    ({"symbol": "eurusd"}, {}, c.TRADE_RETCODE_INVALID),  # letter for letter
    ({"type": c.ORDER_TYPE_BUY_LIMIT}, {}, c.TRADE_RETCODE_INVALID_ORDER),
    ({"type": 99}, {}, c.TRADE_RETCODE_INVALID),
    (LIMIT | {"type": c.ORDER_TYPE_BUY}, {}, c.TRADE_RETCODE_INVALID_ORDER),
    # volume
    ({"volume": 0.0}, {}, c.TRADE_RETCODE_INVALID_VOLUME),
    ({"volume": -0.1}, {}, c.TRADE_RETCODE_INVALID_VOLUME),
    ({"volume": 0.005}, {}, c.TRADE_RETCODE_INVALID_VOLUME),
    ({"volume": 0.015}, {}, c.TRADE_RETCODE_INVALID_VOLUME),
    ({"volume": 500.01}, {}, c.TRADE_RETCODE_INVALID_VOLUME),
    (LIMIT | {"volume": 0.015}, {}, c.TRADE_RETCODE_INVALID_VOLUME),
    ({"volume": 0.2}, {"volume_limit": 0.1}, c.TRADE_RETCODE_LIMIT_VOLUME),
    (LIMIT | {"volume": 0.2}, {"volume_limit": 0.1}, c.TRADE_RETCODE_LIMIT_VOLUME),
    ({"volume": 100.0}, {}, c.TRADE_RETCODE_NO_MONEY),
    # price: it counts on request and instant execution only
    ({"price": 0.0}, {}, c.TRADE_RETCODE_INVALID_PRICE),
    ({"price": -1.0}, {}, c.TRADE_RETCODE_INVALID_PRICE),
    ({"price": 1.099105}, {}, c.TRADE_RETCODE_INVALID_PRICE),
    ({"price": 1.0990, "deviation": 9}, {}, c.TRADE_RETCODE_REQUOTE),
    ({"price": 1.0992, "deviation": 9}, {}, c.TRADE_RETCODE_REQUOTE),
    # stops: a buy's from the bid, a sell's from the ask, at least the stops level away
    ({"sl": 1.0990}, {}, c.TRADE_RETCODE_INVALID_STOPS),
    ({"sl": 1.1}, {}, c.TRADE_RETCODE_INVALID_STOPS),
    ({"tp": 1.0990}, {}, c.TRADE_RETCODE_INVALID_STOPS),
    ({"sl": -1.0}, {}, c.TRADE_RETCODE_INVALID_STOPS),
    ({"sl": 1.0980}, {"stops_level_points": 100}, c.TRADE_RETCODE_INVALID_STOPS),
    ({"tp": 1.1000}, {"stops_level_points": 100}, c.TRADE_RETCODE_INVALID_STOPS),
    ({"type": 1, "price": 1.0990, "sl": 1.0991}, {}, c.TRADE_RETCODE_INVALID_STOPS),
    ({"type": 1, "price": 1.0990, "sl": 1.1001}, {"stops_level_points": 100}, c.TRADE_RETCODE_INVALID_STOPS),
    (LIMIT | {"sl": 1.0980}, {}, c.TRADE_RETCODE_INVALID_STOPS),
    (LIMIT | {"tp": 1.0975}, {}, c.TRADE_RETCODE_INVALID_STOPS),
    (LIMIT | {"price": 1.0985}, {"stops_level_points": 100}, c.TRADE_RETCODE_INVALID_PRICE),
    (LIMIT | {"stoplimit": 0.0, "type": c.ORDER_TYPE_BUY_STOP_LIMIT, "price": 1.1}, {}, c.TRADE_RETCODE_INVALID_PRICE),
    (LIMIT | {"stoplimit": 1.2, "type": c.ORDER_TYPE_BUY_STOP_LIMIT, "price": 1.1}, {}, c.TRADE_RETCODE_INVALID_PRICE),
    ({"sl": 1.09}, {"order_mask": 127 - 16}, c.TRADE_RETCODE_INVALID_STOPS),
    ({"tp": 1.11}, {"order_mask": 127 - 32}, c.TRADE_RETCODE_INVALID_STOPS),
    # what the symbol allows
    ({}, {"order_mask": 126}, c.TRADE_RETCODE_INVALID_ORDER),
    (LIMIT, {"order_mask": 125}, c.TRADE_RETCODE_INVALID_ORDER),
    (LIMIT | {"type": c.ORDER_TYPE_BUY_STOP, "price": 1.1}, {"order_mask": 123}, c.TRADE_RETCODE_INVALID_ORDER),
    (LIMIT | {"type": c.ORDER_TYPE_BUY_STOP_LIMIT, "price": 1.1}, {"order_mask": 119}, c.TRADE_RETCODE_INVALID_ORDER),
    ({}, {"trade_mode": c.SYMBOL_TRADE_MODE_DISABLED}, c.TRADE_RETCODE_TRADE_DISABLED),
    ({}, {"trade_mode": c.SYMBOL_TRADE_MODE_CLOSEONLY}, c.TRADE_RETCODE_CLOSE_ONLY),
    ({}, {"trade_mode": c.SYMBOL_TRADE_MODE_SHORTONLY}, c.TRADE_RETCODE_SHORT_ONLY),
    ({"type": 1, "price": 1.0990}, {"trade_mode": c.SYMBOL_TRADE_MODE_LONGONLY}, c.TRADE_RETCODE_LONG_ONLY),
    (LIMIT, {"trade_mode": c.SYMBOL_TRADE_MODE_SHORTONLY}, c.TRADE_RETCODE_SHORT_ONLY),
    # filling
    ({"type_filling": 0}, MARKET | {"filling_mask": 2}, c.TRADE_RETCODE_INVALID_FILL),
    ({"type_filling": 2}, MARKET, c.TRADE_RETCODE_INVALID_FILL),
    ({"type_filling": 7}, {}, c.TRADE_RETCODE_INVALID_FILL),
    (LIMIT | {"type_filling": 3}, {}, c.TRADE_RETCODE_INVALID_FILL),
    # tickets
    ({"action": c.TRADE_ACTION_SLTP, "sl": 1.09}, {}, c.TRADE_RETCODE_INVALID),
    ({"action": c.TRADE_ACTION_MODIFY, "order": 5}, {}, c.TRADE_RETCODE_INVALID),
    ({"action": c.TRADE_ACTION_REMOVE, "order": 5}, {}, c.TRADE_RETCODE_INVALID),
    ({"action": c.TRADE_ACTION_CLOSE_BY, "position": 5, "position_by": 6}, {}, c.TRADE_RETCODE_INVALID),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "values", "retcode"), ROWS)
def test_bad_input(fields: dict[str, Any], values: dict[str, Any], retcode: int) -> None:
    bench = Bench(symbols=("EURUSD",), changes={"EURUSD": values})
    request = fields if fields.get("action") == c.TRADE_ACTION_PENDING else DEAL | fields
    checked = bench.mt5.order_check(request)
    assert checked is not None
    assert (checked.retcode, checked.comment) == (retcode, RETCODE_TEXTS[retcode])
    result = bench.send(request)
    assert (result.retcode, result.comment) == (retcode, RETCODE_TEXTS[retcode])
    assert (result.deal, result.order, result.volume, result.price) == (0, 0, 0.0, 0.0)
    assert bench.mt5.last_error() == (1, "Success")
    assert (bench.mt5.positions_total(), bench.mt5.orders_total(), len(bench.history())) == (0, 0, 1)


TAKEN: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"price": 0.0}, MARKET),
    ({"price": 5.0, "deviation": 0}, MARKET),
    ({"price": 1.0990, "deviation": 10}, {}),
    ({"sl": 1.09799}, {"stops_level_points": 100}),
    ({"volume": 500.0}, {"contract_size": 1.0, "margin_hedged": 1.0}),
    (LIMIT | {"price": 1.0981}, {"stops_level_points": 100}),
    (LIMIT | {"type_filling": 3}, {"filling_mask": 7}),
    ({"comment": "x" * 29}, {}),
]


@pytest.mark.parametrize(("fields", "values"), TAKEN)
def test_what_is_just_good_enough(fields: dict[str, Any], values: dict[str, Any]) -> None:
    bench = Bench(symbols=("EURUSD",), changes={"EURUSD": values})
    request = DEAL | fields
    checked = bench.mt5.order_check(request)
    assert checked is not None
    assert (checked.retcode, checked.comment) == (0, "Done")
    assert bench.send(request).retcode == c.TRADE_RETCODE_DONE


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, 1e300, -1e300])
@pytest.mark.parametrize(
    ("field", "retcode"),
    [
        ("volume", c.TRADE_RETCODE_INVALID_VOLUME),
        ("price", c.TRADE_RETCODE_INVALID_PRICE),
        ("sl", c.TRADE_RETCODE_INVALID_STOPS),
        ("tp", c.TRADE_RETCODE_INVALID_STOPS),
    ],
)
@pytest.mark.parametrize("request_fields", [DEAL, LIMIT], ids=["deal", "limit"])
def test_what_is_no_number_is_refused(request_fields: dict[str, Any], field: str, retcode: int, number: float) -> None:
    bench = Bench()
    asked = request_fields | {field: number}
    assert bench.send(asked).retcode == retcode
    check = bench.mt5.order_check(asked)
    assert check is not None
    assert check.retcode == retcode
    assert bench.mt5.positions_total() == bench.mt5.orders_total() == 0


@pytest.mark.parametrize("number", [math.nan, math.inf, -1.0, 1e300, 0.0])
def test_market_execution_ignores_whatever_price_there_is(number: float) -> None:
    bench = Bench(changes={"EURUSD": MARKET})
    assert bench.send(DEAL | {"price": number}).retcode == c.TRADE_RETCODE_DONE


@pytest.mark.parametrize("number", [math.nan, math.inf, 1e300])
def test_nothing_is_calculated_with_what_is_no_number(number: float) -> None:
    mt5 = Bench().mt5
    assert mt5.order_calc_margin(c.ORDER_TYPE_BUY, "EURUSD", 0.1, number) is None
    assert mt5.order_calc_margin(c.ORDER_TYPE_BUY, "EURUSD", number, 1.1) is None
    assert mt5.order_calc_profit(c.ORDER_TYPE_BUY, "EURUSD", 0.1, 1.1, number) is None
    assert mt5.last_error()[0] == c.RES_E_INVALID_PARAMS


def test_a_symbol_that_is_not_in_the_market_watch_has_no_prices() -> None:
    bench = Bench()
    assert bench.mt5.symbol_select("EURUSD", False)
    assert bench.mt5.symbol_info_tick("EURUSD") is None
    info = bench.mt5.symbol_info("EURUSD")
    assert info is not None
    assert (info.select, info.visible, info.bid, info.digits) == (False, False, 0.0, 5)
    assert bench.send(DEAL).retcode == c.TRADE_RETCODE_PRICE_OFF
    assert bench.mt5.symbol_select("EURUSD")
    assert bench.send(DEAL).retcode == c.TRADE_RETCODE_DONE
    assert not bench.mt5.symbol_select("EURUSD", False)  # something is open on it


def test_near_its_price_everything_is_frozen() -> None:
    bench = Bench(changes={"EURUSD": {"freeze_level_points": 50}})
    placed = bench.send(LIMIT)
    opened = bench.send(DEAL | {"sl": 1.0950})
    bench.quote("EURUSD", 1.0984, 1.0985)  # 50 points from the order's price
    modify = {"action": c.TRADE_ACTION_MODIFY, "order": placed.order, "price": 1.0900}
    assert bench.send(modify).retcode == c.TRADE_RETCODE_FROZEN
    assert bench.send({"action": c.TRADE_ACTION_REMOVE, "order": placed.order}).retcode == c.TRADE_RETCODE_FROZEN
    bench.quote("EURUSD", 1.0955, 1.0956)  # filled, and 50 points from the position's stop
    sltp = {"action": c.TRADE_ACTION_SLTP, "symbol": "EURUSD", "position": opened.order, "sl": 1.0940}
    assert bench.send(sltp).retcode == c.TRADE_RETCODE_FROZEN
    assert bench.deal("EURUSD", -1, 0.1, position=opened.order).retcode == c.TRADE_RETCODE_FROZEN
    bench.quote("EURUSD", 1.0956, 1.0957)
    assert bench.send(sltp).retcode == c.TRADE_RETCODE_DONE
    assert bench.deal("EURUSD", -1, 0.1, position=opened.order).retcode == c.TRADE_RETCODE_DONE


def test_close_only_lets_positions_go() -> None:
    bench = Bench()
    opened = bench.deal("EURUSD", 1, 0.1)
    mode = {"trade_mode": c.SYMBOL_TRADE_MODE_CLOSEONLY}
    bench.terminal.server.symbols["EURUSD"] = changed(bench.symbols["EURUSD"], mode)
    assert bench.deal("EURUSD", 1, 0.1).retcode == c.TRADE_RETCODE_CLOSE_ONLY
    assert bench.deal("EURUSD", -1, 0.1, position=opened.order).retcode == c.TRADE_RETCODE_DONE


@pytest.mark.parametrize(
    ("settings", "retcode"),
    [
        ({"investor": True}, c.TRADE_RETCODE_TRADE_DISABLED),
        ({"experts_allowed": False}, c.TRADE_RETCODE_SERVER_DISABLES_AT),
    ],
)
def test_accounts_that_may_not_trade(settings: dict[str, bool], retcode: int) -> None:
    bench = Bench(account=AccountSettings(**settings))
    assert bench.send(DEAL).retcode == retcode
    account = bench.mt5.account_info()
    assert account is not None
    assert (account.trade_allowed, account.trade_expert) == (
        not settings.get("investor", False), settings.get("experts_allowed", True),
    )  # fmt: skip


def test_on_a_weekend_the_market_is_closed() -> None:
    bench = Bench()
    opened = bench.deal("EURUSD", 1, 0.1)
    placed = bench.send(LIMIT)
    bench.clock.advance(3 * 86_400)
    assert bench.deal("EURUSD", 1, 0.1).retcode == c.TRADE_RETCODE_MARKET_CLOSED
    assert bench.deal("EURUSD", -1, 0.1, position=opened.order).retcode == c.TRADE_RETCODE_MARKET_CLOSED
    remove = bench.send({"action": c.TRADE_ACTION_REMOVE, "order": placed.order})
    assert (remove.retcode, remove.comment) == (c.TRADE_RETCODE_MARKET_CLOSED, "Market closed")


def test_a_check_says_how_the_account_would_stand() -> None:
    bench = Bench()
    checked = bench.mt5.order_check(DEAL | {"volume": 1.0})
    assert checked is not None
    assert (checked.balance, checked.equity, checked.profit) == (10_000.0, 9_990.0, -10.0)
    assert (checked.margin, checked.margin_free) == (1_099.1, 8_890.9)
    assert checked.margin_level == pytest.approx(100 * 9_990.0 / 1_099.1)
    assert checked.request.volume == 1.0
    assert bench.mt5.positions_total() == 0


def test_an_account_that_is_full_is_told_so_before_the_ledger_is() -> None:
    bench = Bench(account=AccountSettings(balance=1e7, limit_orders=0), symbols=("EURUSD",))
    limit = {"action": c.TRADE_ACTION_PENDING, "symbol": "EURUSD", "volume": 0.01, "type": c.ORDER_TYPE_BUY_LIMIT}
    opened = [bench.deal("EURUSD", 1, 0.01).order for _ in range(MOST_HELD - 1)]
    placed = bench.send(limit | {"price": 1.09})
    assert placed.retcode == c.TRADE_RETCODE_DONE
    assert bench.deal("EURUSD", 1, 0.01).retcode == c.TRADE_RETCODE_LIMIT_POSITIONS
    assert bench.send(limit | {"price": 1.09}).retcode == c.TRADE_RETCODE_LIMIT_ORDERS
    request = {"action": c.TRADE_ACTION_DEAL, "symbol": "EURUSD", "volume": 0.01, "price": 1.0991}
    checked = bench.mt5.order_check(request)
    assert checked is not None
    assert checked.retcode == c.TRADE_RETCODE_LIMIT_POSITIONS
    # What is there can be changed, taken away, closed and stopped out, and makes room.
    stop = {"action": c.TRADE_ACTION_SLTP, "symbol": "EURUSD", "position": opened[0], "sl": 1.05}
    assert bench.send(stop).retcode == c.TRADE_RETCODE_DONE
    assert bench.send({"action": c.TRADE_ACTION_REMOVE, "order": placed.order}).retcode == c.TRADE_RETCODE_DONE
    assert bench.deal("EURUSD", 1, 0.01).retcode == c.TRADE_RETCODE_DONE
    assert bench.deal("EURUSD", -1, 0.01, position=opened[1]).retcode == c.TRADE_RETCODE_DONE
    assert bench.deal("EURUSD", 1, 0.01).retcode == c.TRADE_RETCODE_DONE
    assert bench.mt5.positions_total() == MOST_HELD


def test_a_full_account_loses_its_stops_at_midnight_where_the_symbol_keeps_them_for_a_day() -> None:
    bench = Bench(
        account=AccountSettings(balance=1e7),
        symbols=("EURUSD",),
        changes={"EURUSD": {"gtc_mode": c.SYMBOL_ORDERS_DAILY, "swap_long": 0.0, "swap_short": 0.0}},
    )
    for _ in range(MOST_HELD):
        bench.deal("EURUSD", 1, 0.01, sl=1.05)
    bench.quote("EURUSD", 1.0990, 1.0991, after_s=12 * 3_600)
    positions = bench.mt5.positions_get() or ()
    assert len(positions) == MOST_HELD
    assert {position.sl for position in positions} == {0.0}


@pytest.mark.parametrize("action", [c.TRADE_ACTION_SLTP, c.TRADE_ACTION_MODIFY, c.TRADE_ACTION_CLOSE_BY])
def test_nothing_of_a_disabled_symbol_is_changed(action: int) -> None:
    bench = Bench(symbols=("EURUSD",))
    bought, sold = bench.deal("EURUSD", 1, 0.1).order, bench.deal("EURUSD", -1, 0.1).order
    limit = {"symbol": "EURUSD", "volume": 0.1, "type": c.ORDER_TYPE_BUY_LIMIT, "price": 1.09}
    order = bench.send({"action": c.TRADE_ACTION_PENDING, **limit}).order
    symbols = bench.terminal.server.symbols
    symbols["EURUSD"] = changed(symbols["EURUSD"], {"trade_mode": c.SYMBOL_TRADE_MODE_DISABLED})
    request = {
        "action": action, "symbol": "EURUSD", "position": bought, "position_by": sold, "order": order, "sl": 1.05,
        "price": 1.091,
    }  # fmt: skip
    assert bench.send(request).retcode == c.TRADE_RETCODE_TRADE_DISABLED
    assert bench.send({"action": c.TRADE_ACTION_REMOVE, "order": order}).retcode == c.TRADE_RETCODE_DONE
