"""Limits: allowed up to the limit, refused beyond it; any refusal wins, and a failure refuses."""

from __future__ import annotations

import attrs
import pytest

from forexai_core.errors import ConfigError, OrderRefusedError
from forexai_core.ports.risk import Verdict
from forexai_core.risk import (
    DailyLoss,
    MaxPositions,
    MaxVolume,
    OrdersPerMinute,
    PositionRisk,
    SpreadCap,
    judge,
)
from forexai_core.testing import ordinary_proposal, proposals
from forexai_core.values.orders import OrderKind, OrderState
from forexai_core.values.positions import Position


def held(count, **changes):
    one = Position(position=1, symbol="EURUSD", side=1, volume_lots=0.5, open_time_ns=1, open_price=1.1)
    return tuple(attrs.evolve(one, position=number, **changes) for number in range(count))


def waiting(**changes):
    request = attrs.evolve(ordinary_proposal().request, kind=OrderKind.LIMIT, price=1.0990, client_id="w", **changes)
    return OrderState(order=9, request=request, status="placed", placed_time_ns=1)


def proposal(**changes):
    return attrs.evolve(ordinary_proposal(), **changes)


def with_volume(lots, **changes):
    return proposal(request=attrs.evolve(ordinary_proposal().request, volume_lots=lots), **changes)


NOW_NS = ordinary_proposal().time_ns
LATE = (NOW_NS - 1,)
POOR = {"day_start_equity": 10_194.0}
CASES = [
    (MaxPositions(limit=3), proposal(positions=held(2)), proposal(positions=held(3))),
    (MaxPositions(limit=2), proposal(orders=(waiting(),)), proposal(positions=held(1), orders=(waiting(),))),
    (MaxVolume(limit_lots=1.0), with_volume(0.5, positions=held(1)), with_volume(0.51, positions=held(1))),
    (MaxVolume(limit_lots=1.0), with_volume(1.0, positions=held(9, side=-1)), with_volume(1.01)),
    (MaxVolume(limit_lots=1.0), with_volume(1.0, positions=held(9, symbol="GBPUSD")), with_volume(1.01)),
    (
        MaxVolume(limit_lots=1.0),
        with_volume(0.5, orders=(waiting(volume_lots=0.5),)),
        with_volume(0.6, orders=(waiting(volume_lots=0.5),)),
    ),
    (SpreadCap(limit_points=10), proposal(bid=1.1, ask=1.1001), proposal(bid=1.1, ask=1.10011)),
    (DailyLoss(limit_fraction=0.02), proposal(**POOR, entry_risk=9.0), proposal(**POOR, entry_risk=10.0)),
    (PositionRisk(limit_fraction=0.05), proposal(entry_risk=500.0), proposal(entry_risk=500.01)),
    (OrdersPerMinute(limit=2), proposal(recent_order_times_ns=LATE), proposal(recent_order_times_ns=LATE * 2)),
]


@pytest.mark.parametrize(("rule", "fits", "breaks"), CASES)
def test_a_limit_holds_to_the_last_unit(rule, fits, breaks):
    assert rule.judge(fits).allowed
    verdict = rule.judge(breaks)
    assert not verdict.allowed
    assert verdict.rule == rule.name
    assert verdict.value > verdict.limit
    assert verdict.reason


def test_orders_older_than_a_minute_do_not_count():
    old = NOW_NS - 60 * 10**9
    assert OrdersPerMinute(limit=1).judge(proposal(recent_order_times_ns=(old,) * 50)).allowed


def test_an_order_without_a_stop_has_an_unknown_risk():
    assert not PositionRisk(limit_fraction=0.05).judge(proposals()["an order without a stop"]).allowed


def test_an_account_without_money_may_not_open():
    bad = proposals()["an account without money"]
    assert not DailyLoss(limit_fraction=0.02).judge(bad).allowed
    assert not PositionRisk(limit_fraction=0.05).judge(bad).allowed


@pytest.mark.parametrize("value", [0, -1, float("nan"), float("inf")])
def test_senseless_limits_are_refused(value):
    for rule, name in [
        (MaxPositions, "limit"),
        (MaxVolume, "limit_lots"),
        (SpreadCap, "limit_points"),
        (DailyLoss, "limit_fraction"),
    ]:
        with pytest.raises(ConfigError, match=name):
            rule(**{name: value})


def test_a_value_that_is_no_number_is_refused():
    assert not SpreadCap(limit_points=10).judge(proposal(ask=float("nan"))).allowed


class Yes:
    name = "yes"

    def judge(self, proposal):
        return Verdict(allowed=True, rule=self.name)


class No(Yes):
    name = "no"
    asked = 0

    def judge(self, proposal):
        self.asked += 1
        return Verdict(allowed=False, rule=self.name, reason="Not today.", limit=1.0, value=2.0)


class Failing(Yes):
    name = "failing"

    def judge(self, proposal):
        raise ZeroDivisionError("no equity")


class Odd(Yes):
    name = "odd"

    def judge(self, proposal):
        return True


class Nameless(Failing):
    @property
    def name(self):
        raise AttributeError("no name")


def test_all_are_asked_and_any_refusal_wins():
    last = No()
    judgement = judge([Yes(), No(), Failing(), Odd(), Nameless(), last], ordinary_proposal())
    assert [each.allowed for each in judgement.verdicts] == [True, False, False, False, False, False]
    assert last.asked == 1
    assert "ZeroDivisionError: no equity" in judgement.verdicts[2].reason
    assert "bool" in judgement.verdicts[3].reason
    assert judgement.verdicts[4].rule == "Nameless"
    with pytest.raises(OrderRefusedError, match=r"no: Not today.*failing: .*odd: ") as caught:
        judgement.enforce()
    assert (caught.value.rule, caught.value.limit, caught.value.value) == ("no", 1.0, 2.0)


def test_without_refusal_the_order_goes_on():
    judgement = judge([Yes()], ordinary_proposal())
    assert judgement.allowed
    judgement.enforce()
    assert judge([], ordinary_proposal()).allowed


def test_a_risk_of_exactly_the_limit_passes_whatever_its_binary_fractions():
    rule, good = PositionRisk(limit_fraction=0.05), ordinary_proposal()
    for cents in range(20, 20_000, 20):
        account = attrs.evolve(good.account, equity=cents / 100)
        assert rule.judge(attrs.evolve(good, account=account, entry_risk=cents // 20 / 100)).allowed
        assert not rule.judge(attrs.evolve(good, account=account, entry_risk=(cents // 20 + 1) / 100)).allowed
