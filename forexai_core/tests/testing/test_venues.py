"""The venue in memory executes by hand-worked numbers."""

from __future__ import annotations

import pytest

from forexai_core.errors import OrderRejectedError, RejectionKind
from forexai_core.testing import SimulatedVenue
from forexai_core.testing.venues import START_NS
from forexai_core.values.accounts import Account
from forexai_core.values.orders import OrderKind, OrderRequest, OrderStatus, TimeInForce


@pytest.fixture
def venue():
    made = SimulatedVenue(("EURUSD", "USDJPY"), Account(balance=10_000.0, currency="USD"))
    made.set_quote("EURUSD", 1.1000, 1.1001)
    made.set_quote("USDJPY", 150.000, 150.010)
    return made


def order(name, **changes):
    values = {"symbol": "EURUSD", "side": 1, "volume_lots": 0.5}
    return OrderRequest(client_id=name, **{**values, **changes})


def commission(venue, lots):
    return round(venue.instruments["EURUSD"].commission_per_lot * lots, 2)


def test_a_round_trip_pays_the_difference_and_commission_twice(venue):
    opened = venue.submit(order("a"))
    assert opened.average_price == 1.1001
    venue.set_quote("EURUSD", 1.1021, 1.1022)
    venue.close(opened.position, "b")
    # 0.5 lots of 100,000: 50,000 units times 20 pips
    assert venue.deals[-1].profit == 100.0
    assert venue.balance == round(10_000 + 100 - 2 * commission(venue, 0.5), 2)
    assert venue.positions == {}


def test_a_profit_in_yen_is_converted_at_the_closing_price(venue):
    opened = venue.submit(order("a", symbol="USDJPY", side=-1, volume_lots=0.1))
    venue.set_quote("USDJPY", 148.990, 149.000)
    venue.close(opened.position, "b")
    # 10,000 units times 1.000 yen, at 149.000
    assert venue.deals[-1].profit == round(10_000 / 149.0, 2)


def test_a_gap_through_a_stop_fills_at_the_quote_and_a_target_at_its_price(venue):
    stopped = venue.submit(order("a", stop_loss=1.0980))
    venue.set_quote("EURUSD", 1.0950, 1.0951)
    assert venue.deals[-1].reason == "stop_loss"
    assert venue.deals[-1].price == 1.0950
    gained = venue.submit(order("b", take_profit=1.0990))
    venue.set_quote("EURUSD", 1.1010, 1.1011)
    assert venue.deals[-1].reason == "take_profit"
    assert venue.deals[-1].price == 1.0990
    assert {stopped.position, gained.position} & set(venue.positions) == set()


@pytest.mark.parametrize(
    ("kind", "price", "limit_price", "bid", "filled_at"),
    [
        (OrderKind.LIMIT, 1.0990, 0.0, 1.0980, 1.0990),
        (OrderKind.STOP, 1.1020, 0.0, 1.1025, 1.1026),
        (OrderKind.STOP_LIMIT, 1.1020, 1.1010, 1.1025, None),
    ],
)
def test_pending_orders_wait_and_fill(  # noqa: PLR0917 - a table
    venue, kind, price, limit_price, bid, filled_at
):
    placed = venue.submit(order("p", kind=kind, price=price, limit_price=limit_price))
    assert placed.status is OrderStatus.PLACED
    venue.set_quote("EURUSD", bid, round(bid + 0.0001, 5))
    state = venue.orders[placed.order]
    if filled_at is None:  # triggered: it waits as a limit order now
        assert state.status is OrderStatus.PLACED
        venue.set_quote("EURUSD", 1.1005, 1.1006)
        assert venue.orders[placed.order].average_price == 1.1010
    else:
        assert (state.status, state.average_price) == (OrderStatus.FILLED, filled_at)


def test_an_order_until_a_time_expires(venue):
    until = START_NS + 60 * 10**9
    placed = venue.submit(
        order("p", kind=OrderKind.LIMIT, price=1.09, time_in_force=TimeInForce.UNTIL, expire_time_ns=until)
    )
    venue.set_quote("EURUSD", 1.0890, 1.0891, after_ns=61 * 10**9)
    assert venue.orders[placed.order].status is OrderStatus.EXPIRED
    assert venue.positions == {}


def test_what_does_not_fit_is_rejected_with_the_venues_code(venue):
    for request, code in [
        (order("v", volume_lots=0.505), 10014),
        (order("s", symbol="GBPUSD"), 10013),
        (order("p", kind=OrderKind.LIMIT, price=1.2), 10015),
        (order("t", stop_loss=1.2), 10016),
    ]:
        with pytest.raises(OrderRejectedError) as caught:
            venue.submit(request)
        assert caught.value.code == code
    assert venue.deals == []
    assert venue.orders == {}


def test_an_order_that_names_a_position_closes_a_part_of_it_and_no_more(venue):
    opened = venue.submit(order("a", volume_lots=0.5, tag="fx-1", magic=7))
    venue.submit(order("b", side=-1, volume_lots=0.2, position=opened.position, tag="fx-2", magic=8))
    (left,) = venue.positions.values()
    assert (left.position, left.volume_lots, left.magic) == (opened.position, 0.3, 7)
    assert [(each.magic, each.tag) for each in venue.deals] == [(7, "fx-1"), (8, "fx-2")]
    for wrong in ({"volume_lots": 0.4}, {"side": 1}, {"symbol": "USDJPY"}, {"position": 99}):
        with pytest.raises(OrderRejectedError) as refused:
            venue.submit(order("c", **{"side": -1, "volume_lots": 0.1, "position": opened.position, **wrong}))
        assert refused.value.kind is (RejectionKind.GONE if "position" in wrong else RejectionKind.FINAL)
    assert len(venue.deals) == 2
