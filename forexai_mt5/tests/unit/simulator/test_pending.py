"""Pending orders from their placing to their end."""

from __future__ import annotations

import pytest
from simulated_terminal import WALL_S, Bench

from forexai_mt5.simulator.server.account_settings import AccountSettings
from forexai_mt5.terms import constants as c

PLACE = {"action": c.TRADE_ACTION_PENDING, "symbol": "EURUSD", "volume": 0.1}

# EURUSD stands at 1.0990/1.0991. Type, price, limit, the quote that fills it, and its price.
KINDS = [
    (c.ORDER_TYPE_BUY_LIMIT, 1.0980, 0.0, (1.0979, 1.0980), 1.0980),
    (c.ORDER_TYPE_BUY_LIMIT, 1.0980, 0.0, (1.0970, 1.0971), 1.0971),  # a gap: better
    (c.ORDER_TYPE_SELL_LIMIT, 1.1000, 0.0, (1.1000, 1.1001), 1.1000),
    (c.ORDER_TYPE_BUY_STOP, 1.1000, 0.0, (1.0999, 1.1000), 1.1000),
    (c.ORDER_TYPE_BUY_STOP, 1.1000, 0.0, (1.1009, 1.1010), 1.1010),  # a gap: worse
    (c.ORDER_TYPE_SELL_STOP, 1.0980, 0.0, (1.0980, 1.0981), 1.0980),
]


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.mark.parametrize(("kind", "price", "limit", "quote", "filled"), KINDS)
def test_an_order_waits_and_is_filled(
    bench: Bench, *, kind: int, price: float, limit: float, quote: tuple[float, float], filled: float
) -> None:
    result = bench.send(PLACE | {"type": kind, "price": price, "stoplimit": limit, "magic": 7, "comment": "waits"})
    assert (result.retcode, result.deal, result.volume) == (c.TRADE_RETCODE_DONE, 0, 0.1)
    (order,) = bench.mt5.orders_get() or ()
    assert (order.ticket, order.type, order.state) == (result.order, kind, c.ORDER_STATE_PLACED)
    assert (order.price_open, order.volume_current, order.magic, order.comment) == (price, 0.1, 7, "waits")
    assert (order.time_setup, order.time_done, order.position_id) == (WALL_S, 0, 0)
    assert bench.mt5.history_orders_get(ticket=result.order) == ()
    bench.quote("EURUSD", *quote)
    (position,) = bench.mt5.positions_get() or ()
    assert (position.ticket, position.price_open, position.magic) == (result.order, filled, 7)
    assert bench.mt5.orders_get() == ()
    (order,) = bench.mt5.history_orders_get(ticket=result.order) or ()
    assert (order.state, order.time_done, order.position_id) == (c.ORDER_STATE_FILLED, WALL_S + 1, result.order)
    (deal,) = bench.mt5.history_deals_get(ticket=result.order) or ()
    assert (deal.entry, deal.price, deal.comment) == (c.DEAL_ENTRY_IN, filled, "waits")


@pytest.mark.parametrize(
    ("kind", "price"),
    [
        (c.ORDER_TYPE_BUY_LIMIT, 1.1000), (c.ORDER_TYPE_SELL_LIMIT, 1.0980), (c.ORDER_TYPE_BUY_STOP, 1.0980),
        (c.ORDER_TYPE_SELL_STOP, 1.1000), (c.ORDER_TYPE_BUY_LIMIT, 0.0), (c.ORDER_TYPE_BUY_LIMIT, 1.095055),
    ],
)  # fmt: skip
def test_a_price_on_the_wrong_side_is_refused(bench: Bench, kind: int, price: float) -> None:
    result = bench.send(PLACE | {"type": kind, "price": price})
    assert (result.retcode, result.comment) == (c.TRADE_RETCODE_INVALID_PRICE, "Invalid price")
    assert bench.mt5.orders_total() == 0


def test_a_stop_limit_becomes_a_limit(bench: Bench) -> None:
    kind = c.ORDER_TYPE_BUY_STOP_LIMIT
    result = bench.send(PLACE | {"type": kind, "price": 1.1000, "stoplimit": 1.0995})
    (order,) = bench.mt5.orders_get() or ()
    assert (order.type, order.price_open, order.price_stoplimit) == (kind, 1.1000, 1.0995)
    bench.quote("EURUSD", 1.0999, 1.1000)
    (order,) = bench.mt5.orders_get() or ()
    assert (order.ticket, order.type) == (result.order, c.ORDER_TYPE_BUY_LIMIT)
    assert (order.price_open, order.price_stoplimit) == (1.0995, 0.0)
    bench.quote("EURUSD", 1.0994, 1.0995)
    (position,) = bench.mt5.positions_get() or ()
    assert (position.ticket, position.price_open) == (result.order, 1.0995)


def test_an_order_is_changed_and_removed(bench: Bench) -> None:
    placed = bench.send(PLACE | {"type": c.ORDER_TYPE_BUY_LIMIT, "price": 1.0980})
    change = {"action": c.TRADE_ACTION_MODIFY, "order": placed.order, "price": 1.0970, "sl": 1.0900, "tp": 1.1000}
    assert bench.send(change).retcode == c.TRADE_RETCODE_DONE
    (order,) = bench.mt5.orders_get() or ()
    assert (order.price_open, order.sl, order.tp) == (1.0970, 1.0900, 1.1000)
    assert bench.send(change).retcode == c.TRADE_RETCODE_NO_CHANGES
    assert bench.send(change | {"price": 1.1100}).retcode == c.TRADE_RETCODE_INVALID_PRICE
    assert bench.send(change | {"sl": 1.0975}).retcode == c.TRADE_RETCODE_INVALID_STOPS
    assert bench.send(change | {"order": 5}).retcode == c.TRADE_RETCODE_INVALID
    remove = {"action": c.TRADE_ACTION_REMOVE, "order": placed.order}
    assert bench.send(remove).retcode == c.TRADE_RETCODE_DONE
    assert bench.mt5.orders_get() == ()
    (order,) = bench.mt5.history_orders_get(ticket=placed.order) or ()
    assert (order.state, order.volume_current) == (c.ORDER_STATE_CANCELED, 0.1)
    assert bench.send(remove).retcode == c.TRADE_RETCODE_INVALID


def test_a_server_keeps_prices_and_volumes_to_their_digits_and_a_date_only_if_there_is_one(bench: Bench) -> None:
    sums = {"volume": 0.1 + 0.2, "price": 1.1 - 0.0071, "sl": 1.09 - 0.005, "tp": 1.1 + 0.0007, "expiration": 1_234}
    bench.send(PLACE | {"type": c.ORDER_TYPE_BUY_LIMIT} | sums)
    (order,) = bench.mt5.orders_get() or ()
    assert (order.volume_initial, order.volume_current) == (0.3, 0.3)
    assert (order.price_open, order.sl, order.tp) == (1.0929, 1.085, 1.1007)
    assert order.time_expiration == 0
    change = {"action": c.TRADE_ACTION_MODIFY, "order": order.ticket, "price": 1.0929, "sl": 1.085, "tp": 1.1007}
    assert bench.send(change).retcode == c.TRADE_RETCODE_NO_CHANGES
    assert bench.send(change | {"expiration": 99}).retcode == c.TRADE_RETCODE_NO_CHANGES
    assert bench.send(change | {"sl": 1.09 - 0.006}).retcode == c.TRADE_RETCODE_DONE
    (order,) = bench.mt5.orders_get() or ()
    assert order.sl == 1.084
    remove = {"action": c.TRADE_ACTION_REMOVE, "order": order.ticket, "sl": float("nan")}  # what counts not is not read
    assert bench.send(remove).retcode == c.TRADE_RETCODE_DONE


# How long, by the server's clock that shows 13:00 of a Wednesday; the seconds until the order is over.
LIVES = [
    (c.ORDER_TIME_DAY, 0, 11 * 3_600),
    (c.ORDER_TIME_SPECIFIED, WALL_S + 90, 90),
    (c.ORDER_TIME_SPECIFIED_DAY, WALL_S + 86_400, 35 * 3_600),
    (c.ORDER_TIME_SPECIFIED_DAY, WALL_S, 11 * 3_600),
]


@pytest.mark.parametrize(("kind", "stamp", "life_s"), LIVES)
def test_an_order_expires_without_a_quote(bench: Bench, kind: int, stamp: int, life_s: int) -> None:
    request = PLACE | {"type": c.ORDER_TYPE_BUY_LIMIT, "price": 1.0980, "type_time": kind, "expiration": stamp}
    placed = bench.send(request)
    (order,) = bench.mt5.orders_get() or ()
    assert (order.type_time, order.time_expiration) == (kind, stamp)
    bench.clock.advance(life_s - 1)
    assert bench.mt5.orders_total() == 1
    bench.clock.advance(10)
    assert bench.mt5.orders_total() == 0
    (order,) = bench.mt5.history_orders_get(ticket=placed.order) or ()
    assert (order.state, order.time_done) == (c.ORDER_STATE_EXPIRED, WALL_S + life_s)


@pytest.mark.parametrize(
    ("kind", "stamp"),
    [
        (c.ORDER_TIME_SPECIFIED, WALL_S),
        (c.ORDER_TIME_SPECIFIED, 0),
        (c.ORDER_TIME_SPECIFIED_DAY, WALL_S - 86_400),
        (4, 0),
    ],
)
def test_a_wrong_expiration_is_refused(bench: Bench, kind: int, stamp: int) -> None:
    request = PLACE | {"type": c.ORDER_TYPE_BUY_LIMIT, "price": 1.0980, "type_time": kind, "expiration": stamp}
    assert bench.send(request).retcode == c.TRADE_RETCODE_INVALID_EXPIRATION


@pytest.mark.parametrize("kind", [0, 1, 2, 3])
def test_expirations_are_allowed_by_the_mask(kind: int) -> None:
    bench = Bench(symbols=("EURUSD",), changes={"EURUSD": {"expiration_mask": 15 & ~(1 << kind)}})
    request = PLACE | {"type": c.ORDER_TYPE_BUY_LIMIT, "price": 1.0980, "type_time": kind, "expiration": WALL_S + 99}
    assert bench.send(request).retcode == c.TRADE_RETCODE_INVALID_EXPIRATION
    assert bench.send(request | {"type_time": (kind + 1) % 4}).retcode == c.TRADE_RETCODE_DONE


@pytest.mark.parametrize(
    ("mode", "orders", "stop"),
    [(c.SYMBOL_ORDERS_GTC, 1, 1.05), (c.SYMBOL_ORDERS_DAILY, 0, 0.0), (c.SYMBOL_ORDERS_DAILY_NO_STOPS, 0, 1.05)],
)
def test_what_a_symbol_keeps_over_the_day(mode: int, orders: int, stop: float) -> None:
    bench = Bench(changes={"EURUSD": {"gtc_mode": mode}})
    bench.deal("EURUSD", 1, 0.1, sl=1.05)
    bench.send(PLACE | {"type": c.ORDER_TYPE_BUY_LIMIT, "price": 1.0980})
    bench.clock.advance(12 * 3_600)
    assert bench.mt5.orders_total() == orders
    assert [position.sl for position in bench.mt5.positions_get() or ()] == [stop]


def test_an_order_that_cannot_be_paid_is_cancelled_when_its_price_comes() -> None:
    bench = Bench(account=AccountSettings(balance=150.0))
    placed = bench.send(PLACE | {"type": c.ORDER_TYPE_BUY_LIMIT, "price": 1.0980})  # will bind 109.80
    bench.deal("USDJPY", 1, 0.09)  # binds 90.00
    bench.quote("EURUSD", 1.0979, 1.0980)
    assert bench.mt5.orders_total() == 0
    assert [position.symbol for position in bench.mt5.positions_get() or ()] == ["USDJPY"]
    (order,) = bench.mt5.history_orders_get(ticket=placed.order) or ()
    assert (order.state, order.position_id) == (c.ORDER_STATE_CANCELED, 0)


def test_there_are_so_many_orders_and_no_more() -> None:
    bench = Bench(account=AccountSettings(limit_orders=2))
    for _ in range(2):
        assert bench.send(PLACE | {"type": c.ORDER_TYPE_BUY_LIMIT, "price": 1.0980}).retcode == c.TRADE_RETCODE_DONE
    result = bench.send(PLACE | {"type": c.ORDER_TYPE_BUY_LIMIT, "price": 1.0980})
    assert result.retcode == c.TRADE_RETCODE_LIMIT_ORDERS
