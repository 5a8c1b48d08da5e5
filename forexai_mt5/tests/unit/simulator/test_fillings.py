"""Filling by execution mode and mask: MetaTrader 5's table, every cell of it."""

from __future__ import annotations

import itertools

import pytest
from simulated_terminal import Bench

from forexai_mt5.simulator.server.account_settings import AccountSettings
from forexai_mt5.terms import constants as c

REQUEST, INSTANT, MARKET, EXCHANGE = range(4)
FOK, IOC, RETURN, BOC = range(4)


def allowed(execution: int, mask: int, filling: int) -> bool:
    """The table: request and instant take all three; market FOK and IOC by their bit; exchange return besides."""
    if filling == BOC:
        return False
    if execution in {REQUEST, INSTANT}:
        return True
    if filling == RETURN:
        return execution == EXCHANGE
    return bool(mask & (1 if filling == FOK else 2))


CELLS = list(itertools.product((REQUEST, INSTANT, MARKET, EXCHANGE), (0, 1, 2, 3), (FOK, IOC, RETURN, BOC)))
BENCHES: dict[tuple[int, int], Bench] = {}


def bench_of(execution: int, mask: int) -> Bench:
    if (execution, mask) not in BENCHES:
        changes = {"EURUSD": {"execution": execution, "filling_mask": mask}}
        BENCHES[execution, mask] = Bench(symbols=("EURUSD",), changes=changes)
    return BENCHES[execution, mask]


@pytest.mark.parametrize(("execution", "mask", "filling"), CELLS)
def test_a_deal_is_checked_and_sent_by_the_table(execution: int, mask: int, filling: int) -> None:
    bench = bench_of(execution, mask)
    request = {
        "action": c.TRADE_ACTION_DEAL, "symbol": "EURUSD", "volume": 0.01, "type": c.ORDER_TYPE_BUY, "price": 1.0991,
        "type_filling": filling,
    }  # fmt: skip
    good = allowed(execution, mask, filling)
    checked = bench.mt5.order_check(request)
    assert checked is not None
    assert checked.retcode == (0 if good else c.TRADE_RETCODE_INVALID_FILL)
    assert checked.comment == ("Done" if good else "Unsupported filling mode")
    assert bench.send(request).retcode == (c.TRADE_RETCODE_DONE if good else c.TRADE_RETCODE_INVALID_FILL)


@pytest.mark.parametrize("execution", [REQUEST, INSTANT, MARKET, EXCHANGE])
@pytest.mark.parametrize("filling", [FOK, IOC, RETURN])
def test_pending_orders_take_return_whatever_the_mask(execution: int, filling: int) -> None:
    bench = bench_of(execution, 2)
    result = bench.send({
        "action": c.TRADE_ACTION_PENDING, "symbol": "EURUSD", "volume": 0.01, "type": c.ORDER_TYPE_BUY_LIMIT,
        "price": 1.09, "type_filling": filling,
    })  # fmt: skip
    assert result.retcode == c.TRADE_RETCODE_DONE
    orders = bench.mt5.orders_get(ticket=result.order)
    assert orders is not None
    assert orders[0].type_filling == c.ORDER_FILLING_RETURN


def thin(execution: int = EXCHANGE) -> Bench:
    return Bench(
        symbols=("EURUSD",),
        account=AccountSettings(margin_mode=c.ACCOUNT_MARGIN_MODE_EXCHANGE),
        changes={"EURUSD": {"execution": execution, "filling_mask": 3, "liquidity_lots": 0.3}},
    )


def test_fill_or_kill_finds_too_little() -> None:
    bench = thin()
    result = bench.deal("EURUSD", 1, 0.5, type_filling=FOK)
    assert result.retcode == c.TRADE_RETCODE_REJECT
    assert bench.mt5.positions_total() == 0
    assert bench.mt5.history_orders_total(0, 2**32 - 1) == 0


def test_immediate_or_cancel_takes_what_there_is() -> None:
    bench = thin()
    result = bench.deal("EURUSD", 1, 0.5, type_filling=IOC)
    assert (result.retcode, result.volume) == (c.TRADE_RETCODE_DONE_PARTIAL, 0.3)
    order = bench.mt5.history_orders_get(ticket=result.order)
    assert order is not None
    assert (order[0].volume_initial, order[0].volume_current) == (0.5, 0.2)
    assert order[0].state == c.ORDER_STATE_CANCELED
    assert bench.mt5.orders_total() == 0


def test_return_waits_for_the_rest() -> None:
    bench = thin()
    result = bench.deal("EURUSD", 1, 0.7, type_filling=RETURN)
    assert (result.retcode, result.volume) == (c.TRADE_RETCODE_DONE_PARTIAL, 0.3)
    orders = bench.mt5.orders_get()
    assert orders is not None
    assert (orders[0].ticket, orders[0].state, orders[0].volume_current) == (result.order, c.ORDER_STATE_PARTIAL, 0.4)
    bench.quote("EURUSD", 1.0991, 1.0992)
    bench.mt5.positions_total()
    bench.quote("EURUSD", 1.0992, 1.0993)
    positions = bench.mt5.positions_get()
    assert positions is not None
    assert [position.volume for position in positions] == [0.7]
    assert positions[0].price_open == round((0.3 * 1.0991 + 0.3 * 1.0992 + 0.1 * 1.0993) / 0.7, 8)
    assert bench.mt5.orders_total() == 0
    assert [deal.order for deal in bench.history()[1:]] == [result.order] * 3


def test_a_rest_is_not_filled_by_looking_at_the_account() -> None:
    bench = thin()
    placed = bench.deal("EURUSD", 1, 0.7, type_filling=RETURN)
    for _ in range(3):
        bench.mt5.account_info()
        bench.mt5.order_check({"action": c.TRADE_ACTION_DEAL, "symbol": "EURUSD", "volume": -1.0})
        (position,) = bench.mt5.positions_get() or ()
        (order,) = bench.mt5.orders_get() or ()
        assert (position.volume, order.ticket, order.volume_current) == (0.3, placed.order, 0.4)
    bench.quote("EURUSD", 1.0991, 1.0992)
    (position,) = bench.mt5.positions_get() or ()
    assert position.volume == 0.6


def test_a_rest_waits_through_any_number_of_quotes() -> None:
    bench = Bench(
        symbols=("EURUSD", "USDJPY"),
        account=AccountSettings(margin_mode=c.ACCOUNT_MARGIN_MODE_EXCHANGE, balance=100_000.0),
        changes={"EURUSD": {"execution": EXCHANGE, "liquidity_lots": 0.01}, "USDJPY": {"execution": EXCHANGE}},
    )
    placed = bench.deal("EURUSD", 1, 20.0, type_filling=RETURN)
    for count in range(1_100):
        bench.quote("EURUSD", 1.0990, 1.0991, after_s=0.01)
        if count % 100 == 0:
            assert bench.mt5.positions_total() == 1
    (position,) = bench.mt5.positions_get() or ()
    assert (position.ticket, position.volume) == (placed.order, 11.01)
    (order,) = bench.mt5.orders_get() or ()
    assert (order.ticket, order.volume_current) == (placed.order, 8.99)


def test_a_request_at_a_quote_that_others_have_met_finds_what_they_left() -> None:
    bench = thin()
    first = bench.deal("EURUSD", 1, 0.2, type_filling=IOC)
    second = bench.deal("EURUSD", 1, 0.2, type_filling=IOC)
    third = bench.deal("EURUSD", 1, 0.2, type_filling=IOC)
    assert [(each.retcode, each.volume) for each in (first, second, third)] == [
        (c.TRADE_RETCODE_DONE, 0.2), (c.TRADE_RETCODE_DONE_PARTIAL, 0.1), (c.TRADE_RETCODE_REJECT, 0.0),
    ]  # fmt: skip
    assert bench.deal("EURUSD", -1, 0.3, type_filling=FOK).retcode == c.TRADE_RETCODE_DONE  # the other side is whole
    bench.quote("EURUSD", 1.0990, 1.0991)
    assert bench.deal("EURUSD", 1, 0.3, type_filling=FOK).retcode == c.TRADE_RETCODE_DONE


def test_a_rest_is_not_filled_by_another_request_at_the_same_quote() -> None:
    bench = thin()
    placed = bench.deal("EURUSD", 1, 0.7, type_filling=RETURN)
    sold = bench.deal("EURUSD", -1, 0.1, type_filling=IOC)
    assert (sold.retcode, sold.volume) == (c.TRADE_RETCODE_DONE, 0.1)
    (order,) = bench.mt5.orders_get() or ()
    assert (order.ticket, order.state, order.volume_current) == (placed.order, c.ORDER_STATE_PARTIAL, 0.4)
    bench.quote("EURUSD", 1.0991, 1.0992)
    (order,) = bench.mt5.orders_get() or ()
    assert (order.ticket, order.volume_current) == (placed.order, 0.1)
    bench.quote("EURUSD", 1.0991, 1.0992)
    assert bench.mt5.orders_total() == 0
    assert [deal.volume for deal in bench.history()[1:]] == [0.3, 0.1, 0.3, 0.1]


def test_a_pending_rest_is_not_filled_by_another_request_at_the_same_quote() -> None:
    bench = thin()
    placed = bench.send({
        "action": c.TRADE_ACTION_PENDING, "symbol": "EURUSD", "volume": 0.7, "type": c.ORDER_TYPE_BUY_LIMIT,
        "price": 1.0980,
    })  # fmt: skip
    bench.quote("EURUSD", 1.0978, 1.0979)
    (order,) = bench.mt5.orders_get() or ()
    assert (order.ticket, order.state, order.volume_current) == (placed.order, c.ORDER_STATE_PARTIAL, 0.4)
    assert bench.deal("EURUSD", -1, 0.1, type_filling=IOC).volume == 0.1
    (order,) = bench.mt5.orders_get() or ()
    assert (order.price_open, order.volume_current) == (1.0980, 0.4)
    bench.quote("EURUSD", 1.0977, 1.0978)
    (order,) = bench.mt5.orders_get() or ()
    assert order.volume_current == 0.1


def test_an_order_whose_rest_is_killed_is_over_while_another_waits() -> None:
    bench = thin()
    waits = bench.deal("EURUSD", 1, 0.7, type_filling=RETURN)
    killed = bench.deal("EURUSD", -1, 0.5, type_filling=IOC)
    assert (killed.retcode, killed.volume) == (c.TRADE_RETCODE_DONE_PARTIAL, 0.3)
    assert [order.ticket for order in bench.mt5.orders_get() or ()] == [waits.order]
    (order,) = bench.mt5.history_orders_get(ticket=killed.order) or ()
    assert (order.state, order.volume_current) == (c.ORDER_STATE_CANCELED, 0.2)


def test_two_closings_wait_each_for_its_own_position() -> None:
    bench = Bench(
        symbols=("EURUSD",), changes={"EURUSD": {"execution": EXCHANGE, "filling_mask": 3, "liquidity_lots": 0.1}}
    )
    opened = []
    for _ in range(2):
        opened.append(bench.deal("EURUSD", 1, 0.1, type_filling=FOK).order)
        bench.quote("EURUSD", 1.0990, 1.0991)
    bench.mt5.positions_total()
    closings = [bench.deal("EURUSD", -1, 0.1, type_filling=RETURN, position=each) for each in reversed(opened)]
    # The first takes all that the quote buys; the second waits without any.
    assert [each.retcode for each in closings] == [c.TRADE_RETCODE_DONE, c.TRADE_RETCODE_PLACED]
    (order,) = bench.mt5.orders_get() or ()
    assert (order.ticket, order.volume_current, order.position_id) == (closings[1].order, 0.1, opened[0])
    bench.quote("EURUSD", 1.0990, 1.0991)
    assert (bench.mt5.orders_total(), bench.mt5.positions_total()) == (0, 0)
    assert [(deal.order, deal.position_id) for deal in bench.history()[-2:]] == [
        (closings[0].order, opened[1]), (closings[1].order, opened[0]),
    ]  # fmt: skip
