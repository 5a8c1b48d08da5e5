"""What a netting account makes of requests, worked by hand."""

from __future__ import annotations

import pytest
from simulated_terminal import Bench

from forexai_mt5.simulator.server.account_settings import AccountSettings
from forexai_mt5.terms import constants as c


@pytest.fixture(params=[c.ACCOUNT_MARGIN_MODE_RETAIL_NETTING, c.ACCOUNT_MARGIN_MODE_EXCHANGE])
def bench(request: pytest.FixtureRequest) -> Bench:
    return Bench(account=AccountSettings(margin_mode=request.param))


def test_the_same_side_adds(bench: Bench) -> None:
    first = bench.deal("EURUSD", 1, 0.1, sl=1.09)
    bench.quote("EURUSD", 1.1000, 1.1001)
    second = bench.deal("EURUSD", 1, 0.3, sl=1.095)
    (position,) = bench.mt5.positions_get() or ()
    assert (position.ticket, position.identifier, position.volume) == (first.order, first.order, 0.4)
    assert position.price_open == round((0.1 * 1.0991 + 0.3 * 1.1001) / 0.4, 8)
    assert position.sl == 1.095
    deals = bench.mt5.history_deals_get(position=first.order) or ()
    assert [(d.entry, d.order) for d in deals] == [(c.DEAL_ENTRY_IN, first.order), (c.DEAL_ENTRY_IN, second.order)]


def test_the_opposite_reduces(bench: Bench) -> None:
    first = bench.deal("EURUSD", 1, 0.3)
    bench.quote("EURUSD", 1.1000, 1.1001)
    bench.deal("EURUSD", -1, 0.1)
    (position,) = bench.mt5.positions_get() or ()
    assert (position.ticket, position.volume, position.type) == (first.order, 0.2, c.POSITION_TYPE_BUY)
    deal = bench.history()[-1]
    assert (deal.entry, deal.type, deal.volume, deal.profit) == (c.DEAL_ENTRY_OUT, c.DEAL_TYPE_SELL, 0.1, 9.0)
    bench.deal("EURUSD", -1, 0.2)
    assert bench.mt5.positions_get() == ()


def test_more_than_there_is_reverses_in_one_deal(bench: Bench) -> None:
    first = bench.deal("EURUSD", 1, 0.1, magic=7)
    bench.quote("EURUSD", 1.1000, 1.1001)
    second = bench.deal("EURUSD", -1, 0.3, magic=8)
    (position,) = bench.mt5.positions_get() or ()
    # The identifier stays, the ticket becomes that of the order that reversed.
    assert (position.ticket, position.identifier) == (second.order, first.order)
    assert (position.type, position.volume, position.price_open) == (c.POSITION_TYPE_SELL, 0.2, 1.1000)
    (deal,) = bench.mt5.history_deals_get(ticket=second.order) or ()
    assert (deal.entry, deal.type, deal.volume) == (c.DEAL_ENTRY_INOUT, c.DEAL_TYPE_SELL, 0.3)
    assert (deal.profit, deal.price, deal.position_id) == (9.0, 1.1000, first.order)
    assert second.deal == deal.ticket
    assert second.volume == 0.3
    assert bench.mt5.positions_get(ticket=first.order) == ()
    bench.deal("EURUSD", 1, 0.2)
    assert [d.position_id for d in bench.history()[1:]] == [first.order] * 3


def test_stops_are_set_by_the_symbol(bench: Bench) -> None:
    bench.deal("EURUSD", 1, 0.1)
    result = bench.send({"action": c.TRADE_ACTION_SLTP, "symbol": "EURUSD", "sl": 1.09, "tp": 1.12})
    assert result.retcode == c.TRADE_RETCODE_DONE
    (position,) = bench.mt5.positions_get() or ()
    assert (position.sl, position.tp) == (1.09, 1.12)


def test_there_is_no_closing_by_another(bench: Bench) -> None:
    bench.deal("EURUSD", 1, 0.1)
    request = {"action": c.TRADE_ACTION_CLOSE_BY, "position": 1, "position_by": 2, "symbol": "EURUSD"}
    assert bench.send(request).retcode == c.TRADE_RETCODE_INVALID


def test_a_pending_order_reduces_and_reverses(bench: Bench) -> None:
    first = bench.deal("EURUSD", 1, 0.1)
    placed = bench.send({
        "action": c.TRADE_ACTION_PENDING, "symbol": "EURUSD", "volume": 0.2, "type": c.ORDER_TYPE_SELL_STOP,
        "price": 1.0980,
    })  # fmt: skip
    bench.quote("EURUSD", 1.0980, 1.0981)
    (position,) = bench.mt5.positions_get() or ()
    assert (position.ticket, position.identifier, position.volume) == (placed.order, first.order, 0.1)
    deal = bench.history()[-1]
    assert (deal.entry, deal.order, deal.profit) == (c.DEAL_ENTRY_INOUT, placed.order, -11.0)
