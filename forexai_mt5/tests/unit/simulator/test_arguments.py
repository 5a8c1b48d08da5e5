"""Arguments as the official library reads them: what was seen in its code, a row each."""

from __future__ import annotations

import datetime as dt
import enum
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from simulated_terminal import START_MS, Bench

from forexai_mt5.terms import constants as c


class Action(enum.IntEnum):
    DEAL = 1


class Price(float):
    """A subclass of float."""


GOOD: dict[str, Any] = {
    "action": c.TRADE_ACTION_DEAL, "symbol": "EURUSD", "volume": 0.1, "type": c.ORDER_TYPE_BUY, "price": 1.0991,
}  # fmt: skip

FLOATS = ("volume", "price", "stoplimit", "sl", "tp")
INTEGERS = ("action", "magic", "order", "type", "type_filling", "type_time", "deviation", "expiration", "position",
            "position_by")  # fmt: skip
TEXTS = ("symbol", "comment")

REFUSED = [
    *[(name, value) for name in FLOATS for value in (1, Decimal("1.0"), np.float32(1.0), "1.0", None)],
    *[(name, value) for name in INTEGERS for value in (1.0, np.int64(1), "1", None, dt.datetime(2026, 9, 2))],  # noqa: DTZ001
    *[(name, value) for name in TEXTS for value in ("x" * 30, 5, None, b"EURUSD", "\N{GRINNING FACE}" * 15)],
]
TAKEN = [
    *[(name, value) for name in FLOATS for value in (1.0, np.float64(1.0), Price(1.0))],
    *[(name, value) for name in INTEGERS for value in (1, True, Action.DEAL)],
    *[(name, value) for name in TEXTS for value in ("", "x" * 29, "\N{GRINNING FACE}" * 14)],
]
UNREADABLE = [
    *[(name, -1) for name in INTEGERS],
    *[(name, 2**64) for name in INTEGERS],
    *[(name, 2**32) for name in ("action", "type", "type_filling", "type_time")],
]


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench()


@pytest.mark.parametrize(("name", "value"), REFUSED)
def test_a_field_of_a_wrong_type_is_named(bench: Bench, name: str, value: object) -> None:
    assert bench.mt5.order_check(GOOD | {name: value}) is None
    assert bench.mt5.last_error() == (-2, f'Invalid "{name}" argument')


@pytest.mark.parametrize(("name", "value"), TAKEN)
def test_a_field_of_a_right_type_is_taken(bench: Bench, name: str, value: object) -> None:
    result = bench.mt5.order_check(GOOD | {name: value})
    assert result is not None
    assert getattr(result.request, name) == value
    assert type(getattr(result.request, name)) in {int, float, str}


@pytest.mark.parametrize(("name", "value"), UNREADABLE)
def test_an_integer_that_c_cannot_hold_is_a_system_error(bench: Bench, name: str, value: int) -> None:
    with pytest.raises(SystemError, match="returned a result with an exception set"):
        bench.mt5.order_check(GOOD | {name: value})


def test_unknown_keys_are_ignored_and_missing_ones_are_nothing(bench: Bench) -> None:
    result = bench.mt5.order_check(GOOD | {"stop_loss": 1.0, 7: "x"})
    assert result is not None
    assert result.retcode == 0
    assert result.request._asdict() == dict.fromkeys(result.request._asdict(), 0) | {"comment": ""} | GOOD


def test_a_request_is_a_dictionary_or_keywords_and_not_both(bench: Bench) -> None:
    assert bench.mt5.order_check(**GOOD) == bench.mt5.order_check(GOOD)
    for args, kwargs in (((GOOD,), {"magic": 1}), ((GOOD, GOOD), {}), (([("action", 1)],), {}), ((), {})):
        assert bench.mt5.order_check(*args, **kwargs) is None
        assert bench.mt5.last_error() == (-2, "Invalid arguments")


DATES = [
    (START_MS // 1_000, True),
    (START_MS / 1_000, True),
    (np.float64(START_MS / 1_000), True),
    (dt.datetime.fromtimestamp(START_MS / 1_000, tz=dt.UTC), True),
    (dt.datetime.fromtimestamp(START_MS / 1_000), True),  # noqa: DTZ006 - naive: the local time of this machine
    (2**32 + START_MS // 1_000, True),  # cut to 32 bits
    (np.int64(START_MS // 1_000), False),
    (dt.date(2026, 9, 2), False),
    ("2026-09-02", False),
    (None, False),
    (float("nan"), False),
]


@pytest.mark.parametrize(("date", "good"), DATES)
def test_dates_of_prices(bench: Bench, date: object, good: bool) -> None:
    def ask() -> object:
        return bench.mt5.copy_rates_range("EURUSD", c.TIMEFRAME_M1, date, 2**32 - 1)

    if good:
        assert ask() is not None
        assert bench.mt5.last_error() == (1, "Success")
        return
    with pytest.raises(SystemError):
        ask()


WRONG_CALLS: list[tuple[str, tuple[Any, ...], str]] = [
    ("copy_rates_from_pos", ("EURUSD", 1, 0), "Invalid arguments"),
    ("copy_rates_from_pos", (7, 1, 0, 10), "Invalid 1st unnamed argument"),
    ("copy_rates_from_pos", ("EURUSD", 7, 0, 10), "Terminal: Invalid params"),
    ("copy_rates_from_pos", ("EURUSD", 1, -1, 10), "Terminal: Invalid params"),
    ("copy_rates_from_pos", ("EURUSD", 1, 0, 0), "Terminal: Invalid params"),
    ("copy_rates_from_pos", ("EURUSD", 1, 0, 100_001), "Terminal: Invalid params"),
    ("copy_ticks_from", ("EURUSD", 0, 10, 5), "Terminal: Invalid params"),
    ("copy_ticks_from", ("EURUSD", 0, 0, -1), "Terminal: Invalid params"),
    ("symbol_info", (), "Invalid arguments"),
    ("symbol_info", (5,), "Invalid 1st unnamed argument"),
    ("positions_get", ("EURUSD",), "Unnamed arguments not allowed"),
    ("orders_get", ("EURUSD",), "Unnamed arguments not allowed"),
    ("positions_total", (1,), "Invalid arguments"),
    ("history_deals_get", (0,), "Invalid number of arguments"),
    ("history_deals_get", (), "Invalid number of arguments"),
    ("history_deals_get", ("a", 0), "Invalid 1st unnamed argument"),
    ("history_orders_get", (0, "a"), "Invalid 2nd unnamed argument"),
    ("history_deals_total", (0, None), "Invalid 2nd unnamed argument"),
    ("order_calc_margin", (0, "EURUSD", 0.1), "Invalid arguments"),
    ("order_calc_margin", (9, "EURUSD", 0.1, 1.1), "Terminal: Invalid params"),
    ("order_calc_margin", (0, "EURUSD", 0.1, 0.0), "Terminal: Invalid params"),
    ("order_calc_profit", (2, "EURUSD", 0.1, 1.1, 1.2), "Terminal: Invalid params"),
]


@pytest.mark.parametrize(("name", "args", "text"), WRONG_CALLS)
def test_wrong_calls(bench: Bench, name: str, args: tuple[Any, ...], text: str) -> None:
    assert getattr(bench.mt5, name)(*args) is None
    assert bench.mt5.last_error() == (-2, text)


WRONG_KEYWORDS = [
    ("positions_get", {"ticket": 1.0}, '"ticket"'),
    ("positions_get", {"symbol": 5}, '"symbol"'),
    ("orders_get", {"group": 5}, '"group"'),
    ("orders_get", {"group": "*" * 1998}, '"group"'),
    ("history_deals_get", {"position": "7"}, '"position"'),
    ("history_orders_get", {"ticket": -1}, '"ticket"'),
]


@pytest.mark.parametrize(("name", "kwargs", "which"), WRONG_KEYWORDS)
def test_wrong_keywords_are_named(bench: Bench, name: str, kwargs: dict[str, Any], which: str) -> None:
    assert getattr(bench.mt5, name)(**kwargs) is None
    assert bench.mt5.last_error() == (-2, f"Invalid {which} argument")


def test_the_dates_of_a_history_have_no_keywords(bench: Bench) -> None:
    assert bench.mt5.history_deals_get(date_from=0, date_to=2**31) is None
    assert bench.mt5.last_error()[0] == -2


def test_calculations_want_numbers(bench: Bench) -> None:
    for wrong in ("0.1", None, [0.1]):
        with pytest.raises(SystemError):
            bench.mt5.order_calc_margin(0, "EURUSD", wrong, 1.1)
    assert bench.mt5.order_calc_margin(0, "EURUSD", 1, 1.1) == 1_100.0


WRONG_LOGINS = [
    ((5,), {}, "Invalid 1st unnamed argument"),
    (("a", "b"), {}, "Invalid number of arguments"),
    ((), {"login": "5"}, 'Invalid "login" argument'),
    ((), {"password": 5}, 'Invalid "password" argument'),
    ((), {"server": 5}, 'Invalid "server" argument'),
    ((), {"timeout": 1.5}, 'Invalid "timeout" argument'),
    ((), {"path": 5}, 'Invalid "path" argument'),
]


@pytest.mark.parametrize(("args", "kwargs", "text"), WRONG_LOGINS)
def test_wrong_arguments_of_initialize(args: tuple[Any, ...], kwargs: dict[str, Any], text: str) -> None:
    bench = Bench()
    assert bench.mt5.initialize(*args, **kwargs) is False
    assert bench.mt5.last_error() == (-2, text)
    assert bench.mt5.account_info() is None  # the connection that stood was given up first
    assert bench.mt5.last_error() == (-10004, "No IPC connection")


def test_too_many_arguments_of_symbols_get_give_false(bench: Bench) -> None:
    assert bench.mt5.symbols_get("*", "x") is False
    assert bench.mt5.last_error() == (-2, "Invalid number of arguments")
