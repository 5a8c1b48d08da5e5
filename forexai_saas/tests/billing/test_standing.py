"""Where a tenant stands follows from the facts, whatever their order, and never tells anybody to close anything."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forexai_core.errors import ConfigError, IntegrityError
from forexai_saas.billing.facts import Granted, Held, Lifted, Overdue, Voided, fact_body, read_fact
from forexai_saas.billing.standing import GRACE_NS, Opening, StandingState, standing_of
from forexai_saas.plans import plan_table

DAY = 86_400 * 10**9
TABLE = plan_table()

moments = st.integers(0, 40).map(lambda day: day * DAY // 2)
names = st.sampled_from(["a", "b"])
plans = st.sampled_from(["pro", "premium", "enterprise"])
granted = st.builds(
    lambda grant, plan, start, length, own: Granted(
        grant=grant, plan=plan, start_ns=start, stop_ns=start + length * DAY, allowances=own
    ),
    names,
    plans,
    moments,
    st.integers(1, 9),
    st.sampled_from([{}, {"backtests": 7}, {"live_trades": None}]),
)
facts = st.lists(
    st.one_of(
        granted,
        st.builds(lambda grant, at: Voided(grant=grant, from_ns=at), names, moments),
        st.builds(lambda grant, at: Overdue(grant=grant, until_ns=at), names, moments),
        st.builds(lambda hold, at, why: Held(hold=hold, from_ns=at, reason=why), names, moments, names),
        st.builds(lambda hold, at: Lifted(hold=hold, from_ns=at), names, moments),
    ),
    max_size=6,
)


def grant(plan="pro", start=0, stop=30, name="g1", **own):
    return Granted(grant=name, plan=plan, start_ns=start * DAY, stop_ns=stop * DAY, allowances=own)


def at(day, *known):
    return standing_of(known, round(day * DAY), TABLE)


# --------------------------------------------------------------------------------------------------------- properties
@given(facts, st.lists(st.integers(0, 5), max_size=6), st.randoms(use_true_random=False), moments)
def test_order_and_repetition_of_facts_say_nothing(known, again, chance, now_ns):
    first = standing_of(known, now_ns, TABLE)
    arrived = known + [known[index] for index in again if index < len(known)]
    for _ in range(4):
        chance.shuffle(arrived)
        assert standing_of(arrived, now_ns, TABLE) == first


@given(facts, moments, st.floats(0, 1, exclude_max=True))
def test_nothing_changes_before_the_time_that_is_told(known, now_ns, part):
    here = standing_of(known, now_ns, TABLE)
    later_ns = now_ns + round(part * ((here.changes_ns or now_ns + 500 * DAY) - now_ns - 1))
    there = standing_of(known, later_ns, TABLE)
    assert (there.state, there.plan, there.allowances, there.holds) == (
        here.state,
        here.plan,
        here.allowances,
        here.holds,
    )


@given(facts, moments)
def test_a_fact_is_read_as_it_was_written_and_nothing_of_it_is_lost(known, now_ns):
    kept = [read_fact(fact_body(fact)) for fact in known]
    assert kept == known
    assert standing_of(kept, now_ns, TABLE) == standing_of(known, now_ns, TABLE)


@given(facts, moments, st.booleans(), st.integers(0, 80))
def test_a_hold_or_too_many_trades_reduce_and_nothing_else_does(known, now_ns, live, trades):
    here = standing_of(known, now_ns, TABLE)
    allowed = here.allowances["live_trades"]
    full = live and allowed is not None and trades >= allowed
    expected = Opening.REDUCE_ONLY if here.holds or full else Opening.ALLOWED
    assert here.opening(live=live, open_trades=trades) is expected


# ----------------------------------------------------------------------------------------------------------- examples
def test_nobody_who_was_granted_nothing_stands_on_the_free_plan():
    here = at(0)
    assert (here.state, here.plan.name, here.changes_ns) == (StandingState.FREE, "free", None)
    assert here.opening(live=False) is Opening.ALLOWED
    assert here.opening(live=True) is Opening.REDUCE_ONLY


@pytest.mark.parametrize(
    ("day", "state", "plan"),
    [
        (0, "active", "pro"),
        (29.9, "active", "pro"),
        (30, "grace", "pro"),
        (32.9, "grace", "pro"),
        (33, "lapsed", "free"),
        (99, "lapsed", "free"),
    ],
)
def test_a_plan_runs_out_has_its_grace_and_lapses(day, state, plan):
    here = at(day, grant())
    assert (here.state.value, here.plan.name) == (state, plan)
    assert GRACE_NS == 3 * DAY


def test_a_lapse_reduces_and_closes_nothing():
    here = at(40, grant("premium"))
    assert here.opening(live=True, open_trades=12) is Opening.REDUCE_ONLY
    assert here.opening(live=False) is Opening.ALLOWED
    assert {each.value for each in Opening} == {"allowed", "reduce-only"}


def test_a_smaller_plan_lets_nothing_be_opened_until_there_is_room_again():
    known = [grant("premium"), grant("pro", 30, 60, "g2")]
    assert at(29, *known).opening(live=True, open_trades=20) is Opening.ALLOWED
    here = at(31, *known)
    assert (here.state, here.plan.name) == (StandingState.ACTIVE, "pro")
    assert here.opening(live=True, open_trades=20) is Opening.REDUCE_ONLY
    assert here.opening(live=True, open_trades=9) is Opening.ALLOWED


def test_the_largest_of_what_is_granted_holds():
    known = [grant("pro"), grant("premium", 10, 20, "up")]
    assert [at(day, *known).plan.name for day in (9, 10, 19, 20)] == ["pro", "premium", "premium", "pro"]


def test_a_refund_ends_a_plan_at_once_and_a_late_one_as_if_it_had_come_in_time():
    here = at(5, grant(), Voided(grant="g1", from_ns=5 * DAY))
    assert (here.state, here.plan.name) == (StandingState.LAPSED, "free")
    assert at(4.9, grant(), Voided(grant="g1", from_ns=5 * DAY)).state is StandingState.ACTIVE
    assert at(31, grant(), Voided(grant="g1", from_ns=31 * DAY)).state is StandingState.LAPSED


def test_a_payment_that_is_tried_again_prolongs_the_grace():
    known = [grant(), Overdue(grant="g1", until_ns=40 * DAY)]
    assert [at(day, *known).state.value for day in (35, 39.9, 40)] == ["grace", "grace", "lapsed"]


def test_a_contract_sets_what_it_says():
    here = at(1, grant("enterprise", backtests=7, live_trades=None))
    assert (here.allowances["backtests"], here.allowances["live_trades"]) == (7, None)
    assert here.allowances["strategies"] is None


def test_a_hold_stops_everything_new_until_it_is_lifted_and_each_by_its_own_name():
    known = [
        grant(),
        Held(hold="h1", from_ns=DAY, reason="chargeback"),
        Held(hold="h2", from_ns=2 * DAY, reason="abuse"),
        Lifted(hold="h1", from_ns=5 * DAY),
    ]
    here = at(3, *known)
    assert (here.state, here.holds, here.plan.name) == (StandingState.SUSPENDED, ("abuse", "chargeback"), "pro")
    assert set(here.allowances.values()) == {0}
    assert here.opening(live=False) is Opening.REDUCE_ONLY
    assert at(6, *known).holds == ("abuse",)
    assert at(6, *known, Lifted(hold="h2", from_ns=6 * DAY)).state is StandingState.ACTIVE


@pytest.mark.parametrize(
    "wrong",
    [
        {"plan": "gold"},
        {"stop_ns": 0},
        {"start_ns": -1},
        {"allowances": {"unknown": 1}},
        {"allowances": {"backtests": -1}},
        {"grant": ""},
        {"more": 1},
    ],
)
def test_what_cannot_be_a_grant_is_none(wrong):
    sound = {"grant": "g", "plan": "pro", "start_ns": 0, "stop_ns": 1}
    assert Granted(**sound)
    with pytest.raises((ValueError, ConfigError)):
        Granted(**{**sound, **wrong})


def test_a_fact_that_was_spoiled_is_not_taken_for_one():
    for body in ("", "{}", '{"kind":"gift"}', fact_body(grant()).replace("pro", "gold")):
        with pytest.raises((IntegrityError, ConfigError)):
            read_fact(body)


def test_chance_is_not_needed_for_the_choice_between_equal_grants():
    known = [grant(backtests=1), grant(backtests=2), grant(backtests=3)]
    seen = set()
    for seed in range(6):
        random.Random(seed).shuffle(known)
        seen.add(at(1, *known).allowances["backtests"])
    assert len(seen) == 1
