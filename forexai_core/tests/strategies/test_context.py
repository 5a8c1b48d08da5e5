"""The context of class strategies: what it shows, and the requests that it writes."""

from __future__ import annotations

import math

import numpy as np
import pytest
from strategy_markets import MONDAY_NS, empty_ledger, make_market, make_ticks

from forexai_core import indicators
from forexai_core.data import resample
from forexai_core.engine.state import records
from forexai_core.engine.state.records import NO_PRICE
from forexai_core.errors import ConfigError, OrderRefusedError, TradingError
from forexai_core.strategies import open_contexts
from forexai_core.values.accounts import Account
from forexai_core.values.orders import OrderKind

HOUR = 3_600_000_000_000


def open_one(prices, count=0, account=None, **others):
    ledger = empty_ledger(1 + len(others))
    contexts, cursors = open_contexts(ledger, {prices.symbol: prices, **others}, account or Account())
    cursors[0].count = cursors[0].synced = count
    return contexts[0], cursors[0], ledger


def asked(ledger):
    return [
        dict(zip(row.dtype.names, row.item(), strict=True)) for row in ledger.requests[: ledger.account["requests"]]
    ]


# --- prices -----------------------------------------------------------------------------------------------------------


def test_bars_are_shown_up_to_the_present_and_time_is_the_end_of_the_bar():
    bars = make_market(10)
    ctx, cursor, _ = open_one(bars)
    for row in range(10):
        cursor.count = row + 1
        assert ctx.bars.close[-1] == bars.close[row]
        assert ctx.bars.high[0] == bars.high[0]
        assert ctx.bars.time_ns[-1] == bars.time_ns[row]
        assert ctx.time_ns == bars.end_ns[row]
        assert len(ctx.bars) == row + 1


def test_at_the_start_nothing_is_known_and_the_time_is_the_first_opening():
    bars = make_market(10)
    ctx, _, _ = open_one(bars, 0)
    assert ctx.time_ns == bars.time_ns[0]
    assert math.isnan(ctx.bid)
    assert math.isnan(ctx.ask)
    assert math.isnan(ctx.bars.close[-1])
    assert math.isnan(ctx.bars("H4").close[-1])
    assert math.isnan(ctx.indicator("sma", 2)[-1])


def test_an_indicator_shows_the_batch_up_to_the_present():
    bars = make_market(60)
    ctx, cursor, _ = open_one(bars)
    whole = indicators.highest(bars.high, 5)
    bands = indicators.bollinger(bars.close, 10, 1.5)
    for row in range(60):
        cursor.count = row + 1
        np.testing.assert_equal(ctx.indicator("highest", 5)[-1], whole[row])
        np.testing.assert_equal(ctx.indicator("bollinger", 10, deviations=1.5).upper[-1], bands.upper[row])
    assert ctx.indicator("highest", 5) is ctx.indicator("highest", 5)
    assert ctx.indicator("sma", 5, source="median") is not ctx.indicator("sma", 5)


def test_a_higher_bar_appears_when_it_has_ended_and_not_before():
    bars = make_market(200)
    ctx, cursor, _ = open_one(bars)
    whole = resample(bars, "H4")
    ends = whole.time_ns + 4 * HOUR
    average = indicators.ema(whole.close, 3)
    kept = ctx.bars("H4")  # asked for once, read later
    for row in range(200):
        cursor.count = row + 1
        known = int(np.sum(ends <= bars.end_ns[row]))
        assert len(ctx.bars("H4")) == known == len(kept)
        if known:
            assert kept.close[-1] == whole.close[known - 1]
            np.testing.assert_equal(ctx.indicator("ema", 3, timeframe="H4")[-1], average[known - 1])
    assert ctx.bars("H1") is ctx.bars
    with pytest.raises(ConfigError, match="M5 bars cannot be made of H1"):
        ctx.bars("M5")


def test_days_begin_at_midnight_of_the_accounts_clock():
    bars = make_market(100)
    utc, cursor, _ = open_one(bars, account=Account(clock="UTC"))
    new_york, other, _ = open_one(bars)
    cursor.count = other.count = 22  # 22:00 UTC on Monday: midnight of the server's clock in winter
    assert len(utc.bars("D1")) == 0
    assert len(new_york.bars("D1")) == 1
    cursor.count = 24
    assert len(utc.bars("D1")) == 1


def test_cutting_the_future_changes_nothing_that_is_seen():
    bars = make_market(300)
    whole, far, _ = open_one(bars)
    for count in (40, 41, 99, 150, 287):
        cut, near, _ = open_one(bars[:count])
        far.count = near.count = count
        for ask in (
            lambda ctx: ctx.bars("H4").close[-5:],
            lambda ctx: ctx.bars("D1").high[-3:],
            lambda ctx: ctx.indicator("rsi", 5, timeframe="H2")[-4:],
            lambda ctx: ctx.indicator("atr", 14)[-3:],
            lambda ctx: ctx.indicator("floor_pivots")[-3:],
            lambda ctx: [ctx.time_ns, ctx.ask, ctx.bid],
        ):
            np.testing.assert_equal(ask(cut), ask(whole))


def test_other_symbols_are_seen_as_they_were_known():
    bars, other = make_market(50), make_market(50, seed=1, symbol="GBPUSD", start_ns=MONDAY_NS + HOUR // 2)
    ctx, cursor, _ = open_one(bars, GBPUSD=other)
    for count in (1, 2, 30):
        cursor.count = count
        pounds = ctx.on("GBPUSD")
        assert pounds.bars.close[-1] == other.close[count - 2] or count == 1
        assert len(pounds.bars) == count - 1  # its bars end half an hour later
        assert pounds.time_ns == ctx.time_ns
    assert ctx.on("EURUSD") is ctx
    with pytest.raises(ConfigError, match="Did you mean 'GBPUSD'"):
        ctx.on("GBPUS")


def test_ticks_are_shown_and_made_into_bars():
    ticks = make_ticks(300)
    ctx, cursor, _ = open_one(ticks)
    minutes = resample(ticks, "M1")
    for count in (1, 57, 300):
        cursor.count = count
        assert (ctx.ticks.bid[-1], ctx.ticks.ask[-1]) == (ticks.bid[count - 1], ticks.ask[count - 1])
        assert (ctx.bid, ctx.ask) == (ticks.bid[count - 1], ticks.ask[count - 1])
        assert len(ctx.bars("M1")) == int(np.sum(minutes.time_ns + HOUR // 60 <= ticks.time_ns[count - 1]))
    with pytest.raises(ConfigError, match="has no ticks"):
        _ = open_one(make_market(3), 1)[0].ticks


def test_the_ask_is_that_of_the_run():
    bars = make_market(5)
    ctx, _, _ = open_one(bars, 3)
    assert ctx.ask == (round(bars.close[2] * 1e5) + 10) / 1e5


def test_wrong_names_are_answered_with_near_ones():
    ctx, _, _ = open_one(make_market(5), 3)
    for ask, near in (
        (lambda: ctx.bars.clsoe, "'close'"),
        (lambda: ctx.indicator("smaa", 3), "'sma'"),
        (lambda: ctx.indicator("sma", perod=3), "'period'"),
        (lambda: ctx.indicator("sma", 3, source="closee"), "'close'"),
        (lambda: ctx.bars("H44"), "'H4'"),
        (lambda: ctx.buy(volume_lots=0.1, stop_los_pips=3), "'stop_loss_pips'"),
    ):
        with pytest.raises(ConfigError, match=f"Did you mean.*{near}"):
            ask()


# --- requests ---------------------------------------------------------------------------------------------------------


def test_a_market_order_is_written_in_points_and_steps():
    ctx, _, ledger = open_one(make_market(5), 3)
    ctx.buy(volume_lots=0.3, stop_loss_pips=30, take_profit=1.2, trail_points=120, trail_start_pips=5, tag="a")
    ctx.sell(risk_fraction=0.01, stop_loss=1.15, take_profit_distance=0.002)
    buy, sell = asked(ledger)
    assert (
        buy
        | {
            "kind": records.REQUEST_MARKET,
            "side": 1,
            "volume_steps": 30,
            "stop_distance": 300,
            "stop_loss": NO_PRICE,
            "take_profit": 120_000,
            "target_distance": 0,
            "trail_distance": 120,
            "trail_start": 50,
            "tag": 1,
            "decided_ns": ctx.time_ns,
        }
        == buy
    )
    assert sell | {
        "side": -1,
        "volume_steps": 0,
        "risk_fraction": 0.01,
        "stop_loss": 115_000,
        "target_distance": 200,
    } == (sell)


@pytest.mark.parametrize(
    ("verb", "arguments", "kind", "side"),
    [
        ("buy_limit", (1.05,), records.REQUEST_BUY_SELL_LIMIT, 1),
        ("sell_limit", (1.15,), records.REQUEST_BUY_SELL_LIMIT, -1),
        ("buy_stop", (1.15,), records.REQUEST_BUY_SELL_STOP, 1),
        ("sell_stop", (1.05,), records.REQUEST_BUY_SELL_STOP, -1),
    ],
)
def test_pending_orders_carry_price_and_expiry(verb, arguments, kind, side):
    ctx, _, ledger = open_one(make_market(5), 3)
    getattr(ctx, verb)(*arguments, volume_lots=0.1, expiry_ns=77)
    (row,) = asked(ledger)
    expected = {
        "kind": kind,
        "side": side,
        "price": round(arguments[0] * 1e5),
        "expiry_ns": 77,
        "limit_price": NO_PRICE,
    }
    assert row | expected == row


def test_a_stop_limit_carries_both_prices_and_a_side():
    ctx, _, ledger = open_one(make_market(5), 3)
    ctx.stop_limit(-1, 1.05, 1.06, volume_lots=0.1)
    (row,) = asked(ledger)
    assert row | {"kind": records.REQUEST_STOP_LIMIT, "side": -1, "price": 105_000, "limit_price": 106_000} == row
    with pytest.raises(ConfigError, match="side"):
        ctx.stop_limit(0, 1.05, 1.06, volume_lots=0.1)


def test_an_oco_group_binds_pending_orders_of_one_bar():
    ctx, cursor, ledger = open_one(make_market(9), 3)
    group = ctx.oco(ctx.buy_stop(1.15, volume_lots=0.1), ctx.sell_stop(1.05, volume_lots=0.1))
    assert [row["oco"] for row in asked(ledger)] == [group, group]
    market = ctx.buy(volume_lots=0.1)
    early = ctx.buy_stop(1.16, volume_lots=0.1)
    assert ctx.oco(early, ctx.sell_stop(1.04, volume_lots=0.1)) != group
    for orders in ((market, early), (early,)):
        with pytest.raises(ConfigError):
            ctx.oco(*orders)
    cursor.count = 4
    with pytest.raises(ConfigError, match="very bar"):
        ctx.oco(early, ctx.sell_stop(1.03, volume_lots=0.1))


@pytest.mark.parametrize(
    ("order", "said"),
    [
        ({"volume_lots": 0.105}, "volume step of 0.01. Nearest: 0.1 and 0.11"),
        ({"volume_lots": 0.0}, "above 0 lots"),
        ({"volume_lots": float("nan")}, "above 0 lots"),
    ],
)
def test_volumes_off_the_step_are_refused(order, said):
    ctx, _, ledger = open_one(make_market(5), 3)
    with pytest.raises(OrderRefusedError) as caught:
        ctx.buy(**order)
    assert said in str(caught.value)
    assert ledger.account["requests"] == 0


@pytest.mark.parametrize(
    ("order", "said"),
    [
        ({}, "one of the two"),
        ({"volume_lots": 0.1, "risk_fraction": 0.1}, "one of the two"),
        ({"risk_fraction": 1.5}, "share of the equity"),
        ({"volume_lots": 0.1, "stop_loss_pips": 3, "stop_loss_points": 30}, "say the same thing twice"),
        ({"volume_lots": 0.1, "stop_loss_pips": 3, "stop_loss": 1.0}, "as a price and as a distance"),
        ({"volume_lots": 0.1, "stop_loss_pips": -3}, "stop_loss_pips must be above 0"),
        ({"volume_lots": 0.1, "take_profit": float("nan")}, "take_profit must be a price"),
        ({"volume_lots": 0.1, "stop_loss_pips": 0.04}, "stop_loss_pips = 0.04 rounds to no point"),
        ({"volume_lots": 0.1, "stop_loss_points": 0.4}, "stop_loss_points = 0.4 rounds to no point"),
        ({"volume_lots": 0.1, "stop_loss_distance": 4e-6}, "stop_loss_distance = 4e-06 rounds to no point"),
        ({"volume_lots": 0.1, "stop_loss": 1e-7}, "stop_loss = 1e-07 rounds to no point"),
        ({"volume_lots": 0.1, "take_profit_pips": 0.04}, "take_profit_pips = 0.04 rounds to no point"),
        ({"volume_lots": 0.1, "trail_points": 0.4}, "trail_points = 0.4 rounds to no point"),
    ],
)
def test_orders_that_cannot_be_are_config_errors(order, said):
    ctx, _, ledger = open_one(make_market(5), 3)
    with pytest.raises(ConfigError) as caught:
        ctx.sell(**order)
    assert said in str(caught.value)
    assert ledger.account["requests"] == 0


def test_more_requests_than_the_ledger_holds_are_an_error():
    ctx, _, _ = open_one(make_market(5), 3)
    for _ in range(8):
        ctx.buy(volume_lots=0.1)
    with pytest.raises(TradingError, match="fewer orders"):
        ctx.buy(volume_lots=0.1)


# --- what is open -----------------------------------------------------------------------------------------------------


def hold(ledger, *, ticket=5, side=1, strategy=0, symbol=0, steps=30):
    row = ledger.positions[ledger.account["positions"]]
    row["ticket"], row["side"], row["strategy"], row["symbol"] = ticket, side, strategy, symbol
    row["volume_steps"], row["cost"] = steps, 110_000.5 * steps
    row["stop_loss"], row["take_profit"] = 109_000, NO_PRICE
    row["bars"] = 4
    ledger.account["positions"] += 1
    ledger.changes += 1


def wait(ledger, *, ticket=9):
    row = ledger.orders[ledger.account["orders"]]
    row["ticket"], row["kind"], row["side"], row["volume_steps"] = ticket, records.ORDER_STOP, -1, 10
    row["price"], row["limit_price"] = 109_500, NO_PRICE
    row["stop_loss"], row["take_profit"] = NO_PRICE, 109_000
    row["expiry_ns"] = 123
    ledger.account["orders"] += 1
    ledger.changes += 1


def test_positions_and_orders_are_shown_in_user_units():
    ctx, _, ledger = open_one(make_market(5), 3)
    assert ctx.position is None
    assert ctx.positions == []
    assert ctx.orders == []
    assert ctx.side == 0
    hold(ledger)
    hold(ledger, ticket=6, side=-1, strategy=1)  # someone else's
    wait(ledger)
    position, (order,) = ctx.position, ctx.orders
    assert (position.ticket, position.side, position.volume_lots, position.open_price) == (5, 1, 0.3, 1.100005)
    assert (position.stop_loss, position.take_profit, position.bars_held) == (1.09, None, 4)
    assert ctx.positions == [position]
    assert ctx.side == 1
    assert (order.kind, order.side, order.price, order.take_profit, order.volume_lots) == (
        OrderKind.STOP,
        -1,
        1.095,
        1.09,
        0.1,
    )


def test_closing_is_whole_in_part_or_by_side():
    ctx, _, ledger = open_one(make_market(5), 3)
    hold(ledger)
    ctx.close()
    ctx.close(side=1)
    ctx.close(ctx.position)
    ctx.close(5, volume_lots=0.1)
    ctx.close(volume_lots=0.2)
    everything, longs, one, part, rest = asked(ledger)
    assert (everything["kind"], everything["side"]) == (records.REQUEST_CLOSE_ALL, 0)
    assert (longs["kind"], longs["side"]) == (records.REQUEST_CLOSE_ALL, 1)
    assert (one["kind"], one["ticket"], one["volume_steps"]) == (records.REQUEST_CLOSE, 5, 0)
    assert (part["ticket"], part["volume_steps"], rest["ticket"], rest["volume_steps"]) == (5, 10, 5, 20)
    hold(ledger, ticket=7)
    with pytest.raises(ConfigError, match="2 positions are open"):
        ctx.close(volume_lots=0.1)


def test_modifying_keeps_what_is_left_out():
    ctx, _, ledger = open_one(make_market(5), 3)
    hold(ledger)
    wait(ledger)
    ctx.modify(ctx.position, take_profit=1.12)
    ctx.modify(5, stop_loss=None)
    ctx.modify(ctx.orders[0], price=1.094)
    first, second, third = asked(ledger)
    assert (first["kind"], first["stop_loss"], first["take_profit"]) == (
        records.REQUEST_MODIFY_POSITION,
        109_000,
        112_000,
    )
    assert (second["stop_loss"], second["take_profit"]) == (NO_PRICE, NO_PRICE)
    assert (third["kind"], third["price"], third["take_profit"], third["expiry_ns"]) == (
        records.REQUEST_MODIFY_ORDER,
        109_400,
        109_000,
        123,
    )
    with pytest.raises(ConfigError, match="ticket 99"):
        ctx.modify(99, stop_loss=1.0)
    with pytest.raises(ConfigError, match="only its stop and target"):
        ctx.modify(5, price=1.0)


def test_trailing_and_cancelling():
    ctx, _, ledger = open_one(make_market(5), 3)
    with pytest.raises(ConfigError, match="0 positions"):
        ctx.trail(pips=10)
    hold(ledger)
    wait(ledger)
    ctx.trail(pips=10, start_points=50)
    ctx.cancel()
    ctx.cancel(ctx.orders[0])
    trail, everything, one = asked(ledger)
    assert (trail["kind"], trail["ticket"], trail["trail_distance"], trail["trail_start"]) == (
        records.REQUEST_TRAIL,
        5,
        100,
        50,
    )
    assert everything["kind"] == records.REQUEST_CANCEL_ALL
    assert (one["kind"], one["ticket"]) == (records.REQUEST_CANCEL, 9)


def test_trading_another_symbol_is_attributed_to_the_asker():
    bars, other = make_market(50), make_market(50, seed=1, symbol="GBPUSD")
    ctx, _, ledger = open_one(bars, 9, GBPUSD=other)
    ctx.on("GBPUSD").buy(volume_lots=0.1)
    (row,) = asked(ledger)
    assert (row["symbol"], row["strategy"]) == (1, 0)


def test_the_account_is_shown():
    ctx, _, ledger = open_one(make_market(5), 3)
    ledger.account["balance"], ledger.account["equity"], ledger.account["margin"] = 100.0, 90.0, 30.0
    state = ctx.account
    assert (state.balance, state.equity, state.free_margin, state.currency) == (100.0, 90.0, 60.0, "USD")
    assert state.time_ns == ctx.time_ns


# --- slips ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "meant"), [("bye", "buy"), ("postion", "position"), ("indicatr", "indicator")])
def test_a_name_that_the_context_lacks_comes_with_the_one_that_may_be_meant(name, meant):
    ctx, _, _ = open_one(make_market(3))
    with pytest.raises(AttributeError, match=f"ctx has no '{name}'. ") as caught:
        getattr(ctx, name)
    assert f"'{meant}'" in str(caught.value)
    assert not hasattr(ctx, "__deepcopy__")


def test_positions_age_while_the_ledger_is_behind():
    ctx, cursor, ledger = open_one(make_market(9), 3)
    hold(ledger)
    then = ctx.position
    cursor.count = 6
    assert (then.bars_held, ctx.position.bars_held, ctx.positions[0].bars_held) == (4, 7, 7)
    assert [each.bars_held for each in ctx.positions[:]] == [7]
    assert ctx.positions != [then]
    assert len(ctx.positions) == 1
