"""What becomes one position on a netting account, and what it loses at the stop that it gets."""

from __future__ import annotations

import pytest

from forexai_core.risk.costing import Stake, Terms
from forexai_core.risk.netting import join
from forexai_core.values.catalogue import find_instrument
from forexai_core.values.charges import Commission

TERMS = Terms(instrument=find_instrument("EURUSD"), currency="USD", bid=1.1, ask=1.1)


def stake(lots, price, stop, *, kind="order", side=1, **more):
    return Stake(kind=kind, side=side, lots=lots, price=price, stop=stop, terms=TERMS, **more)


def held(lots, stop, *, side=1):
    return stake(lots, 1.1, stop, kind="position", side=side)


def losses(*stakes):
    """Give what each position that there may be loses, by its volume."""
    return sorted((each.lots, each.loss) for each in join(stakes))


def test_an_order_within_reach_brings_its_stop_to_all():
    assert losses(held(1.0, 1.09), stake(0.1, 1.095, 1.08)) == [(1.1, pytest.approx(2_000.0 + 150.0))]


def test_a_nearer_stop_of_an_order_is_none_of_what_is_open():
    """The order may never be filled: then the position has its own stop, which the order never gets."""
    (joined,) = join([held(1.0, 1.08), stake(0.1, 1.101, 1.1)])
    assert joined.loss == pytest.approx(2_000.0 + 10.0)
    assert [holding.loss_at_stop for _, holding in joined.holdings()] == [pytest.approx(2_000.0), pytest.approx(10.0)]


@pytest.mark.parametrize("price", [1.09, 1.0899, 1.05])
def test_an_order_at_or_beyond_the_stop_is_a_position_of_its_own(price):
    stop = round(price - 0.01, 5)
    assert losses(held(1.0, 1.09), stake(0.1, price, stop)) == [
        (0.1, pytest.approx(100.0)),
        (1.0, pytest.approx(1_000.0)),
    ]


def test_an_order_that_brings_a_farther_stop_brings_others_within_reach():
    apart, bridge = stake(0.1, 1.085, 1.08), stake(0.1, 1.095, 1.084)
    assert len(join([held(1.0, 1.09), apart])) == 2
    assert losses(held(1.0, 1.09), apart, bridge) == [(1.2, pytest.approx(2_000.0 + 50.0 + 150.0))]


def test_the_other_side_is_the_mirror_image():
    assert losses(held(1.0, 1.11, side=-1), stake(0.1, 1.105, 1.12, side=-1)) == [(1.1, pytest.approx(2_150.0))]
    assert len(join([held(1.0, 1.11, side=-1), stake(0.1, 1.11, 1.12, side=-1)])) == 2


def test_without_a_stop_everything_is_within_reach_and_what_it_loses_is_unknown():
    (joined,) = join([held(1.0, 0.0), stake(0.1, 1.0, 0.99)])
    assert (joined.stop, joined.loss) == (0.0, None)
    assert [holding.loss_at_stop for _, holding in joined.holdings()] == [None, pytest.approx(100.0)]
    (waits,) = join([held(1.0, 1.09), stake(0.1, 1.095, 0.0)])
    assert waits.loss is None


def test_an_addition_without_a_stop_gets_that_of_the_position():
    adds = stake(0.1, 1.1, 0.0, kind="intent", slips=True, inherits=True)
    assert losses(held(1.0, 1.09), adds) == [(1.1, pytest.approx(1_100.0))]
    assert losses(adds) == [(0.1, None)]


def test_what_becomes_one_position_is_closed_by_one_deal():
    costs = Terms(instrument=TERMS.instrument, currency="USD", bid=1.1, ask=1.1, commission=Commission(per_deal=2.0))
    both = [Stake(kind=kind, side=1, lots=0.5, price=1.1, stop=1.09, terms=costs) for kind in ("position", "intent")]
    (joined,) = join(both)
    assert joined.loss == pytest.approx(1_000.0 + 2.0 + 2.0)  # one deal that opens, one that closes
