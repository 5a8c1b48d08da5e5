"""What a hedging account makes of requests: orders, deals and positions, worked by hand."""

from __future__ import annotations

import pytest
from simulated_terminal import START_MS, WALL_S, Bench

import forexai_mt5.simulator as mt5
from forexai_core.values.instruments import SwapMode
from forexai_mt5.simulator.server.account_settings import AccountSettings
from forexai_mt5.terms import constants as c


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_a_first_deposit_is_a_deal(bench: Bench) -> None:
    (deal,) = bench.history()
    assert (deal.type, deal.symbol, deal.order, deal.position_id, deal.profit) == (2, "", 0, 0, 10_000.0)


def test_opening_makes_an_order_a_deal_and_a_position_of_one_ticket(bench: Bench) -> None:
    result = bench.deal("EURUSD", 1, 0.1, sl=1.0950, tp=1.1050, magic=2**63 + 5, comment="first")
    assert (result.retcode, result.comment, result.volume, result.price) == (10009, "Request executed", 0.1, 1.0991)
    assert (result.bid, result.ask, result.request_id, result.retcode_external) == (1.0990, 1.0991, 1, 0)
    (position,) = bench.mt5.positions_get() or ()
    assert (position.ticket, position.identifier) == (result.order, result.order)
    assert (position.type, position.volume, position.price_open) == (c.POSITION_TYPE_BUY, 0.1, 1.0991)
    assert (position.sl, position.tp, position.price_current, position.profit) == (1.0950, 1.1050, 1.0990, -1.0)
    assert (position.magic, position.comment, position.reason) == (2**63 + 5, "first", c.POSITION_REASON_EXPERT)
    assert (position.time, position.time_msc) == (WALL_S, WALL_S * 1_000)
    (order,) = bench.mt5.history_orders_get(ticket=result.order) or ()
    assert (order.type, order.state, order.position_id) == (c.ORDER_TYPE_BUY, c.ORDER_STATE_FILLED, result.order)
    assert (order.volume_initial, order.volume_current, order.reason) == (0.1, 0.0, c.ORDER_REASON_EXPERT)
    (deal,) = bench.mt5.history_deals_get(ticket=result.order) or ()
    assert (deal.ticket, deal.order, deal.position_id) == (result.deal, result.order, result.order)
    assert (deal.type, deal.entry, deal.reason) == (c.DEAL_TYPE_BUY, c.DEAL_ENTRY_IN, c.DEAL_REASON_EXPERT)
    assert (deal.volume, deal.price, deal.profit, deal.magic) == (0.1, 1.0991, 0.0, 2**63 + 5)


def test_the_opposite_opens_beside(bench: Bench) -> None:
    bench.deal("EURUSD", 1, 0.1)
    bench.deal("EURUSD", -1, 0.1)
    assert [position.type for position in bench.mt5.positions_get() or ()] == [0, 1]
    account = bench.mt5.account_info()
    assert account is not None
    # Covered: 0.1 lots by the average of both sides, 109.91 and 109.90.
    assert (account.margin, account.equity) == (109.91, 9_998.0)


def test_a_part_is_closed_and_then_the_rest(bench: Bench) -> None:
    opened = bench.deal("EURUSD", 1, 0.3, magic=7)
    bench.quote("EURUSD", 1.1000, 1.1001)
    part = bench.deal("EURUSD", -1, 0.1, position=opened.order, magic=9)
    assert part.retcode == c.TRADE_RETCODE_DONE
    (position,) = bench.mt5.positions_get(ticket=opened.order) or ()
    assert (position.ticket, position.identifier, position.volume) == (opened.order, opened.order, 0.2)
    assert (position.time_update, position.time) == (WALL_S + 1, WALL_S)
    bench.quote("EURUSD", 1.1010, 1.1011)
    bench.deal("EURUSD", -1, 0.2, position=opened.order)
    assert bench.mt5.positions_get() == ()
    deals = bench.mt5.history_deals_get(position=opened.order) or ()
    assert [(d.entry, d.type, d.volume, d.price, d.profit) for d in deals] == [
        (c.DEAL_ENTRY_IN, c.DEAL_TYPE_BUY, 0.3, 1.0991, 0.0),
        (c.DEAL_ENTRY_OUT, c.DEAL_TYPE_SELL, 0.1, 1.1000, 9.0),
        (c.DEAL_ENTRY_OUT, c.DEAL_TYPE_SELL, 0.2, 1.1010, 38.0),
    ]
    assert [deal.magic for deal in deals] == [7, 9, 0]
    assert len(bench.mt5.history_orders_get(position=opened.order) or ()) == 3
    account = bench.mt5.account_info()
    assert account is not None
    assert (account.balance, account.margin, account.margin_level) == (10_047.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("fields", "retcode"),
    [
        ({"volume": 0.2}, c.TRADE_RETCODE_INVALID_CLOSE_VOLUME),
        ({"type": c.ORDER_TYPE_BUY}, c.TRADE_RETCODE_INVALID),
        ({"position": 5}, c.TRADE_RETCODE_INVALID),
        ({"symbol": "USDJPY", "price": 107.88}, c.TRADE_RETCODE_INVALID),
    ],
)
def test_what_cannot_be_closed(bench: Bench, fields: dict[str, object], retcode: int) -> None:
    opened = bench.deal("EURUSD", 1, 0.1)
    result = bench.deal("EURUSD", -1, 0.1, **({"position": opened.order} | fields))
    assert result.retcode == retcode
    assert (result.deal, result.order, result.volume) == (0, 0, 0.0)
    assert bench.mt5.positions_total() == 1


def test_what_is_closed_is_closed(bench: Bench) -> None:
    opened = bench.deal("EURUSD", 1, 0.1)
    bench.deal("EURUSD", -1, 0.1, position=opened.order)
    again = bench.deal("EURUSD", -1, 0.1, position=opened.order)
    assert (again.retcode, again.comment) == (c.TRADE_RETCODE_POSITION_CLOSED, "Position closed")
    assert bench.mt5.positions_get(ticket=opened.order) == ()
    assert bench.mt5.last_error() == (1, "Success")


@pytest.mark.parametrize(
    ("bid", "reason", "comment", "price", "profit"),
    [
        (1.0950, c.DEAL_REASON_SL, "[sl 1.09500]", 1.0950, -41.0),
        (1.0940, c.DEAL_REASON_SL, "[sl 1.09500]", 1.0940, -51.0),  # a gap: at the market
        (1.1050, c.DEAL_REASON_TP, "[tp 1.10500]", 1.1050, 59.0),
        (1.1060, c.DEAL_REASON_TP, "[tp 1.10500]", 1.1060, 69.0),  # better
    ],
)
def test_the_server_closes_by_stop_and_target(
    bench: Bench, *, bid: float, reason: int, comment: str, price: float, profit: float
) -> None:
    opened = bench.deal("EURUSD", 1, 0.1, sl=1.0950, tp=1.1050, magic=7, comment="mine")
    bench.quote("EURUSD", bid, bid + 0.0001)
    assert bench.mt5.positions_get() == ()
    deal = bench.history()[-1]
    assert (deal.entry, deal.type, deal.reason, deal.comment) == (c.DEAL_ENTRY_OUT, c.DEAL_TYPE_SELL, reason, comment)
    assert (deal.price, deal.profit, deal.position_id, deal.magic) == (price, profit, opened.order, 7)
    assert deal.order not in {0, opened.order}
    (order,) = bench.mt5.history_orders_get(ticket=deal.order) or ()
    assert (order.reason, order.state, order.comment) == (reason, c.ORDER_STATE_FILLED, comment)
    assert order.position_id == opened.order
    assert (deal.time, deal.time_msc) == (WALL_S + 1, START_MS + 3 * 3_600_000 + 1_000)


def test_opposite_positions_close_each_other(bench: Bench) -> None:
    one = bench.deal("EURUSD", 1, 0.3, magic=7)
    bench.quote("EURUSD", 1.1010, 1.1011)
    two = bench.deal("EURUSD", -1, 0.1)
    result = bench.send(
        {"action": c.TRADE_ACTION_CLOSE_BY, "position": one.order, "position_by": two.order, "magic": 3}
    )
    assert (result.retcode, result.volume, result.price) == (c.TRADE_RETCODE_DONE, 0.1, 1.1010)
    (order,) = bench.mt5.history_orders_get(ticket=result.order) or ()
    assert (order.type, order.state) == (c.ORDER_TYPE_CLOSE_BY, c.ORDER_STATE_FILLED)
    assert (order.position_id, order.position_by_id) == (one.order, two.order)
    deals = bench.mt5.history_deals_get(ticket=result.order) or ()
    # The whole profit on the first: 0.1 lots from 1.0991 to the opening price of the second.
    assert [(d.entry, d.type, d.position_id, d.volume, d.price, d.profit) for d in deals] == [
        (c.DEAL_ENTRY_OUT_BY, c.DEAL_TYPE_SELL, one.order, 0.1, 1.1010, 19.0),
        (c.DEAL_ENTRY_OUT_BY, c.DEAL_TYPE_BUY, two.order, 0.1, 1.1010, 0.0),
    ]
    (left,) = bench.mt5.positions_get() or ()
    assert (left.ticket, left.volume) == (one.order, 0.2)


def test_positions_of_one_side_do_not_close_each_other(bench: Bench) -> None:
    one, two = bench.deal("EURUSD", 1, 0.1), bench.deal("EURUSD", 1, 0.1)
    request = {"action": c.TRADE_ACTION_CLOSE_BY, "position": one.order, "position_by": two.order}
    assert bench.send(request).retcode == c.TRADE_RETCODE_INVALID
    assert bench.send(request | {"position_by": one.order}).retcode == c.TRADE_RETCODE_INVALID
    assert bench.send(request | {"position_by": 5}).retcode == c.TRADE_RETCODE_INVALID


def test_close_by_must_be_allowed() -> None:
    bench = Bench(changes={"EURUSD": {"order_mask": 63}})
    one, two = bench.deal("EURUSD", 1, 0.1), bench.deal("EURUSD", -1, 0.1)
    request = {"action": c.TRADE_ACTION_CLOSE_BY, "position": one.order, "position_by": two.order}
    assert bench.send(request).retcode == c.TRADE_RETCODE_INVALID


def test_stops_are_changed_and_removed(bench: Bench) -> None:
    opened = bench.deal("EURUSD", 1, 0.1, sl=1.0950)
    request = {"action": c.TRADE_ACTION_SLTP, "symbol": "EURUSD", "position": opened.order}
    assert bench.send(request | {"sl": 1.0960, "tp": 1.1100}).retcode == c.TRADE_RETCODE_DONE
    (position,) = bench.mt5.positions_get() or ()
    assert (position.sl, position.tp) == (1.0960, 1.1100)
    assert bench.send(request | {"sl": 1.0960, "tp": 1.1100}).retcode == c.TRADE_RETCODE_NO_CHANGES
    assert bench.send(request | {"tp": 1.1100}).retcode == c.TRADE_RETCODE_DONE  # both are sent: 0 removes
    (position,) = bench.mt5.positions_get() or ()
    assert (position.sl, position.tp) == (0.0, 1.1100)
    assert bench.send(request | {"sl": 1.0995}).retcode == c.TRADE_RETCODE_INVALID_STOPS
    assert bench.send(request | {"sl": 1.09505, "position": 5}).retcode == c.TRADE_RETCODE_INVALID
    assert bench.send(request | {"sl": 1.095051}).retcode == c.TRADE_RETCODE_INVALID_STOPS


def test_the_worst_position_goes_first_when_money_is_short() -> None:
    account = AccountSettings(balance=200.0, leverage=100)
    bench = Bench(account=account)
    winner = bench.deal("USDJPY", -1, 0.05)
    loser = bench.deal("EURUSD", 1, 0.1)
    bench.quote("USDJPY", 107.000, 107.003)
    bench.quote("EURUSD", 1.0800, 1.0801)
    # EURUSD loses 191.00; equity 200 - 191 + 40.98 = 49.98, margin 159.91: 31.3 %.
    assert {position.ticket for position in bench.mt5.positions_get() or ()} == {winner.order, loser.order}
    bench.quote("EURUSD", 1.0796, 1.0797)  # 45.98: 28.8 %, below 30 %
    assert {position.ticket for position in bench.mt5.positions_get() or ()} == {winner.order}
    deal = bench.history()[-1]
    assert (deal.position_id, deal.reason, deal.profit) == (loser.order, c.DEAL_REASON_SO, -195.0)
    assert deal.comment == "[so 28.75%/45.98/159.91]"  # what decided it, not what it left


def test_each_of_several_stop_outs_says_what_it_was_decided_by() -> None:
    bench = Bench(account=AccountSettings(balance=250.0, leverage=100))
    first = bench.deal("EURUSD", 1, 0.1)  # margin 109.91
    second = bench.deal("EURUSD", 1, 0.05)  # margin 54.96
    bench.quote("EURUSD", 1.0850, 1.0851)
    # The first loses 141.00, the second 70.50: 38.50 of 164.87 are 23.35 %. Without the first it is 38.50 of 54.96.
    assert [position.ticket for position in bench.mt5.positions_get() or ()] == [second.order]
    bench.quote("EURUSD", 1.0800, 1.0801)
    assert bench.mt5.positions_total() == 0
    assert [(deal.position_id, deal.comment) for deal in bench.history()[-2:]] == [
        (first.order, "[so 23.35%/38.50/164.87]"),
        (second.order, "[so 24.56%/13.50/54.96]"),
    ]


def test_stop_outs_at_one_quote_count_down() -> None:
    bench = Bench(account=AccountSettings(balance=250.0, leverage=100))
    bench.deal("EURUSD", 1, 0.1)
    bench.deal("EURUSD", 1, 0.05)
    bench.quote("EURUSD", 1.0830, 1.0831)  # 161.00 and 80.50 lost: 8.50 left
    assert bench.mt5.positions_total() == 0
    assert [deal.comment for deal in bench.history()[-2:]] == ["[so 5.16%/8.50/164.87]", "[so 15.47%/8.50/54.96]"]


def test_the_oldest_has_to_close_first_where_the_account_says_so() -> None:
    bench = Bench(account=AccountSettings(fifo_close=True))
    old, new = bench.deal("EURUSD", 1, 0.1), bench.deal("EURUSD", 1, 0.1)
    assert bench.deal("EURUSD", -1, 0.1).retcode == 10046
    assert bench.deal("EURUSD", -1, 0.1, position=new.order).retcode == c.TRADE_RETCODE_FIFO_CLOSE
    assert bench.deal("EURUSD", -1, 0.1, position=old.order).retcode == c.TRADE_RETCODE_DONE


def test_swap_is_charged_at_the_servers_midnight(bench: Bench) -> None:
    opened = bench.deal("EURUSD", 1, 1.0)
    bench.clock.advance(11 * 3_600 - 1)  # 23:59:59 of a Wednesday
    assert [position.swap for position in bench.mt5.positions_get() or ()] == [0.0]
    bench.clock.advance(1)
    assert [position.swap for position in bench.mt5.positions_get() or ()] == [-21.0]  # three days of -7 points
    bench.deal("EURUSD", -1, 1.0, position=opened.order)
    deal = bench.history()[-1]
    assert (deal.swap, deal.profit) == (-21.0, -10.0)
    assert bench.money() == 9_969.0


def test_a_swap_by_reopening_changes_the_ticket_and_keeps_the_identifier() -> None:
    bench = Bench(changes={"EURUSD": {"swap_mode": SwapMode.REOPEN_CURRENT}})
    opened = bench.deal("EURUSD", 1, 1.0)
    bench.clock.advance(12 * 3_600)
    (position,) = bench.mt5.positions_get() or ()
    assert position.identifier == opened.order
    assert position.ticket != opened.order
    # Closed at the bid, opened again three days of 7 points higher.
    assert (position.price_open, position.swap) == (1.0990 + 0.00021, 0.0)
    deals = bench.mt5.history_deals_get(position=opened.order) or ()
    assert [(deal.entry, deal.reason, deal.profit) for deal in deals] == [
        (c.DEAL_ENTRY_IN, c.DEAL_REASON_EXPERT, 0.0),
        (c.DEAL_ENTRY_OUT, c.DEAL_REASON_ROLLOVER, -10.0),
        (c.DEAL_ENTRY_IN, c.DEAL_REASON_ROLLOVER, 0.0),
    ]
    assert bench.deal("EURUSD", -1, 1.0, position=opened.order).retcode == c.TRADE_RETCODE_INVALID
    assert bench.deal("EURUSD", -1, 1.0, position=position.ticket).retcode == c.TRADE_RETCODE_DONE
    assert bench.money() == 9_969.0


def test_commission_stands_on_its_deals() -> None:
    bench = Bench(changes={"EURUSD": {"commission_per_lot": 3.5}})
    opened = bench.deal("EURUSD", 1, 0.3)
    bench.deal("EURUSD", -1, 0.1, position=opened.order)
    bench.deal("EURUSD", -1, 0.2, position=opened.order)
    deals = bench.mt5.history_deals_get(position=opened.order) or ()
    assert [deal.commission for deal in deals] == [-1.05, -0.35, -0.7]
    assert [deal.profit for deal in deals] == [0.0, -1.0, -2.0]
    account = bench.mt5.account_info()
    assert account is not None
    assert account.balance == bench.money() == 9_994.9


def test_the_one_liners_of_the_package() -> None:
    bench = Bench(symbols=("EURUSD",))
    mt5.install(bench.terminal)
    try:
        assert mt5.initialize()
        bought = mt5.Buy("EURUSD", 0.1, comment="one")
        sold = mt5.Sell("EURUSD", 0.1, 1.0990)
        assert bought is not None
        assert sold is not None
        assert (bought.retcode, sold.retcode) == (c.TRADE_RETCODE_DONE, c.TRADE_RETCODE_DONE)
        assert mt5.Close("EURUSD", ticket=bought.order) is True
        assert mt5.Close("EURUSD") is True
        assert mt5.Close("EURUSD") is False
        assert mt5.positions_get() == ()
        bench.terminal.add_fault({"kind": "retcode", "times": 4})
        again = mt5.Buy("EURUSD", 0.1)  # requotes are tried again
        assert again is not None
        assert again.retcode == c.TRADE_RETCODE_DONE
        assert mt5.Buy("NOSUCH", 0.1) is None
    finally:
        mt5.install()


def test_closing_by_a_position_that_is_gone_says_so(bench: Bench) -> None:
    kept, gone = bench.deal("EURUSD", 1, 0.1), bench.deal("EURUSD", -1, 0.1)
    bench.deal("EURUSD", 1, 0.1, position=gone.order)
    by = {"action": c.TRADE_ACTION_CLOSE_BY, "position": kept.order, "position_by": gone.order}
    assert bench.send(by).retcode == c.TRADE_RETCODE_POSITION_CLOSED
    turned = {"action": c.TRADE_ACTION_CLOSE_BY, "position": gone.order, "position_by": kept.order}
    assert bench.send(turned).retcode == c.TRADE_RETCODE_POSITION_CLOSED
