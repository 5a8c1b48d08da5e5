"""Deals are found by their time, in whatever order they came."""

from __future__ import annotations

from random import Random

from forexai_core.live.paper.past_deals import PastDeals
from forexai_core.values.orders import Deal, DealEntry


def a_deal(number, time_ns):
    return Deal(
        deal=number,
        order=number,
        position=number,
        client_id="",
        symbol="EURUSD",
        time_ns=time_ns,
        side=1,
        entry=DealEntry.IN,
        volume_lots=0.1,
        price=1.1,
    )


def test_what_is_found_between_two_times_is_what_a_search_of_all_finds():
    chance, deals = Random(1), PastDeals()
    assert deals.between(0, 100) == ()
    for number in range(200):
        deals.append(a_deal(number, max(0, number // 2 + chance.randrange(-5, 6))))  # some are told late
        start_ns, stop_ns = chance.randrange(-3, 110), chance.randrange(-3, 110)
        assert deals.between(start_ns, stop_ns) == tuple(one for one in deals if start_ns <= one.time_ns < stop_ns)
    assert [one.deal for one in deals] == list(range(200))
