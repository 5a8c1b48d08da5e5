"""Deals of a venue as rows that have both ends of a trade, and whose each of them is."""

from __future__ import annotations

import numpy as np
import pytest

from forexai_core.arrays import OPEN_REASONS
from forexai_core.engine.state.records import DEAL, ENTRY_IN, ENTRY_INOUT, NO_PRICE
from forexai_core.live.session.entries import Entries
from forexai_core.live.session.ownership import Ownership
from forexai_core.values.orders import Deal, DealEntry, OrderRequest
from forexai_core.values.positions import Position

LIMIT = OPEN_REASONS.index("limit")


def row(position, steps, price, *, commission=0.0, time_ns=0, reason=0):
    deal = np.zeros(1, DEAL)[0]
    deal["position"], deal["volume_steps"], deal["price"] = position, steps, price
    deal["commission"], deal["time_ns"], deal["reason"] = commission, time_ns, reason
    return deal


def test_a_part_takes_its_share_and_the_last_one_the_remainder():
    entries = Entries(2)
    entries.opened(row(7, 3, 110_000, commission=-0.10, time_ns=5, reason=LIMIT))
    entries.see_levels(7, 109_000, NO_PRICE)
    first, last = row(7, 1, 110_100), row(7, 2, 110_200)
    entries.close(first)
    entries.close(last)
    assert (first["entry_commission"], last["entry_commission"]) == (-0.03, -0.07)
    for closed in (first, last):
        assert (closed["open_price"], closed["open_ns"], closed["open_reason"]) == (110_000, 5, LIMIT)
        assert (closed["stop_loss"], closed["take_profit"]) == (109_000, NO_PRICE)


def test_a_position_of_several_entries_has_their_mean_price_and_the_first_ones_time():
    entries = Entries(2)
    entries.opened(row(7, 1, 110_000, time_ns=5))
    entries.opened(row(7, 2, 110_030, time_ns=9))
    closed = row(7, 3, 110_000)
    entries.close(closed)
    assert (closed["open_price"], closed["open_ns"]) == (110_020, 5)


def test_a_turn_closes_what_was_held_and_opens_the_rest():
    entries = Entries(2)
    assert entries.opening_steps(7, ENTRY_IN, 2) == 2
    entries.opened(row(7, 2, 110_000))
    assert entries.opening_steps(7, ENTRY_INOUT, 5) == 3
    assert entries.opening_steps(8, ENTRY_INOUT, 5) == 0


def test_of_a_position_that_was_opened_before_nothing_is_made_up():
    closed = row(7, 2, 110_000)
    Entries(2).close(closed)
    assert (closed["open_ns"], closed["open_price"], closed["entry_commission"]) == (0, 0.0, 0.0)


@pytest.fixture
def ownership():
    made = Ownership(("one", "two"), ([""], [""]))
    order = OrderRequest(client_id="i-1", symbol="EURUSD", side=1, volume_lots=0.1)
    made.asked("i-1", 1, "", order)
    made.hear(deal(DealEntry.IN, "i-1"))
    return made


def deal(entry, client_id="", position=7):
    return Deal(
        deal=1, order=1, position=position, client_id=client_id, symbol="EURUSD", time_ns=1, side=1, entry=entry,
        volume_lots=0.1, price=1.1,
    )  # fmt: skip


def test_a_stops_deal_that_is_told_when_the_position_is_gone_is_still_its_strategys(ownership):
    ownership.learn(
        {}, [Position(position=7, symbol="EURUSD", side=1, volume_lots=0.1, open_time_ns=1, open_price=1.1)]
    )
    ownership.learn({}, [])
    assert ownership.owner(deal(DealEntry.OUT)) == "two"
    assert ownership.owner(deal(DealEntry.OUT, position=8)) == ""


def test_what_is_closed_is_not_remembered_for_ever(ownership):
    for position in range(100, 1_200):
        ownership.hear(deal(DealEntry.IN, "i-1", position))
        ownership.learn({}, [])
    assert ownership.owner(deal(DealEntry.OUT, position=1_199)) == "two"
    assert ownership.owner(deal(DealEntry.OUT, position=100)) == ""
