"""Differences between a session and the backtest of its period: found, given the right cause, and adding up."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import attrs
import numpy as np
import pytest
from live.drift_injections import KINDS, MEMORY, WINDOW, ByTheWindow, injected, market, plan_of, records_of, window_of
from live.session_runs import session
from live.session_strategies import Everything

import forexai_core as fx
from forexai_core.live.drift.attribution import drift_of
from forexai_core.live.drift.causes import DriftLimits
from forexai_core.live.session.decisions import read_record
from forexai_core.ports.risk import Verdict

LIMITS = DriftLimits(memory=MEMORY)
JOURNALS = (("hedging", 25.0), ("netting", 25.0), ("hedging", 4.0), ("netting", 4.0))
WINDOWS = 190


def booked(records):
    """What the deals of a journal come to, to the cent."""
    deals = [read_record(record) for record in records if record.kind == "deal"]
    return sum((Decimal(repr(deal[name])) for deal in deals for name in ("profit", "commission", "swap")), Decimal(0))


def dealt(records, bars):
    """The deals of each window, as figures."""
    found = {}
    for record in records:
        if record.kind == "deal":
            deal = read_record(record)
            row = (record.time_ns, deal["side"], deal["lots"], deal["price"], deal["entry"])
            found.setdefault(window_of(record.time_ns + 1, bars), []).append(row)
    return found


def table(counts):
    lines = ["injected \\ found " + "".join(f"{kind:>10}" for kind in KINDS)]
    lines += [f"{kind or 'nothing':<17}" + "".join(f"{counts[kind, each]:>10}" for each in KINDS) for kind in KINDS]
    return "\n".join(lines)


def test_injected_differences_are_given_the_cause_that_was_injected(capsys):
    counts, unseen = Counter(), []
    for seed, (mode, stop_pips) in enumerate(JOURNALS):
        live, backtest, kinds, bars = injected(WINDOWS, seed, mode=mode, stop_pips=stop_pips)
        drift = drift_of("main", live, backtest, LIMITS)
        places = [window_of(each.time_ns, bars) for each in drift.differences]
        counts.update((kinds[place], str(each.cause)) for place, each in zip(places, drift.differences, strict=True))
        ours, theirs = dealt(live, bars), dealt(backtest, bars)
        otherwise = {each for each in ours.keys() | theirs.keys() if ours.get(each) != theirs.get(each)}
        unseen += sorted(otherwise - set(places))
        assert drift.total == booked(live) - booked(backtest) != 0
        assert sum(share.money for share in drift.shares) == drift.total
    right = sum(number for (kind, found), number in counts.items() if kind == found)
    with capsys.disabled():
        print(f"\n{table(counts)}\n{right} of {counts.total()} right")
    assert unseen == []
    assert counts.total() >= 500
    assert right >= 0.95 * counts.total()
    assert all(sum(counts[kind, found] for found in KINDS) >= 20 for kind in KINDS)


def test_a_session_like_its_backtest_does_not_drift():
    bars = market(6, 3)
    live, backtest = (records_of(plan_of(bars, mode="hedging", stop_pips=25.0)) for _ in range(2))
    drift = drift_of("main", live, backtest, LIMITS)
    assert drift.differences == ()
    assert drift.total == 0
    assert (drift.decisions, drift.only_live, drift.only_backtest, drift.other_inputs) == (6 * WINDOW, 0, 0, 0)
    assert drift.live_net == booked(live) != 0


def sized(bars):
    plan = plan_of(bars, mode="hedging", stop_pips=25.0)
    strategy = Shares(stop_pips=25.0)
    return attrs.evolve(plan, strategies=(fx.Sleeve("only", strategy),))


class Shares(ByTheWindow):
    """Risks a share of the equity each time."""

    def on_bar(self, ctx):
        place = (len(ctx.bars.close) - 1) % WINDOW
        if place == 4 and not ctx.positions:
            ctx.buy(risk_fraction=0.02, stop_loss_pips=self.stop_pips)
        elif place >= 12 and ctx.positions:
            ctx.close()


def test_a_volume_sized_by_money_that_slippage_has_cost_follows_the_slippage():
    bars, kinds = market(6, 3), ["slippage"] + [None] * 5
    drift = drift_of("main", records_of(sized(bars), kinds), records_of(sized(bars)), LIMITS)
    assert {str(each.cause) for each in drift.differences} == {"slippage"}
    assert [each.follows for each in drift.differences][:2] == [0, 0]
    followers = [each for each in drift.differences if each.follows]
    assert followers
    assert all("it was sized by an equity of" in each.said for each in followers)
    assert sum(each.money for each in drift.differences) == drift.total


def test_an_entry_that_slips_and_an_exit_that_slips_share_what_they_cost():
    bars = market(1, 3)
    plan = plan_of(bars, mode="hedging", stop_pips=25.0)
    drift = drift_of("main", records_of(plan, ["slippage"]), records_of(plan), LIMITS)
    entry, leaving = drift.differences
    assert (entry.what, leaving.what) == ("entry", "exit")
    # 6 points of 0.1 lots of EURUSD are 0.60 USD, on each way.
    assert entry.money == leaving.money == Decimal("-0.6")


def test_slippage_is_told_from_a_feed_that_is_always_a_little_elsewhere():
    bars = market(30, 8)
    kinds = ["slippage" if number % 2 else None for number in range(30)]
    noise = np.random.default_rng(1).integers(-1, 2, len(bars)) * 1e-5
    data = bars.data.copy()
    for name in ("open", "high", "low", "close"):
        data[name] = np.round(data[name] + noise, 5)
    noisy = plan_of(attrs.evolve(bars, data=data), mode="hedging", stop_pips=60.0)
    drift = drift_of(
        "main", records_of(noisy, kinds), records_of(plan_of(bars, mode="hedging", stop_pips=60.0)), LIMITS
    )
    slips = [each for each in drift.differences if kinds[window_of(each.time_ns, bars)] == "slippage"]
    others = [each for each in drift.differences if kinds[window_of(each.time_ns, bars)] is None]
    assert len(slips) >= 30
    assert {str(each.cause) for each in slips} == {"slippage"}
    assert {str(each.cause) for each in others} == {"data"}


def test_a_session_that_was_stopped_is_compared_as_far_as_it_came():
    bars = market(6, 3)
    plan = plan_of(bars, mode="hedging", stop_pips=25.0)
    whole = records_of(plan)
    last_ns = next(each.time_ns for each in whole if each.kind == "deal" and read_record(each)["entry"] == "out")
    part = [each for each in whole if each.time_ns <= last_ns]
    drift = drift_of("main", part, whole, LIMITS)
    assert drift.differences == ()
    assert drift.last_ns <= last_ns
    assert drift.live_net == drift.backtest_net != 0


@pytest.mark.parametrize(("side", "cause"), [("live", "data"), ("backtest", "data")])
def test_a_price_that_one_record_lacks_is_data(side, cause):
    bars = market(4, 3)
    kept = np.flatnonzero(np.arange(len(bars)) != WINDOW + 4)  # the bar on which it opens
    holed = attrs.evolve(bars, data=bars.data[kept], spread_points=bars.spread_points[kept])
    whole, part = (plan_of(each, mode="hedging", stop_pips=25.0) for each in (bars, holed))
    live, backtest = (part, whole) if side == "live" else (whole, part)
    drift = drift_of("main", records_of(live), records_of(backtest), LIMITS)
    assert (drift.only_backtest if side == "live" else drift.only_live) == 1
    assert str(drift.differences[0].cause) == cause
    assert sum(share.money for share in drift.shares) == drift.total


@attrs.frozen
class EverySeventhHour:
    """A limit that refuses at some hours."""

    name: str = "odd-hours"

    def judge(self, proposal):
        return Verdict(allowed=proposal.time_ns // 3_600_000_000_000 % 7 != 0, rule=self.name, reason="An odd hour.")


def knocked(bars, seed):
    """Some bars moved by 15 pips."""
    data = bars.data.copy()
    for row in np.random.default_rng(seed).integers(50, len(bars), 12):
        for name in ("open", "high", "low", "close"):
            data[name][row] = round(data[name][row] + 0.0015, 5)
    return attrs.evolve(bars, data=data)


def test_one_disturbance_of_a_strategy_that_asks_for_everything_is_one_cause():
    """Stops, targets, orders that wait, groups, trailing, parts and changes: what follows follows."""
    bars = fx.synthetic("EURUSD", "H1", bars=300, seed=11)
    terms = {"account": fx.Account(balance=50_000), "costs": fx.Costs(spread_points=10)}
    backtest = session(Everything(seed=5), bars, **terms)
    disturbed = {
        "slippage": session(Everything(seed=5), bars, **(terms | {"costs": fx.Costs(slippage_points=4)})),
        "rejection": session(Everything(seed=5), bars, reject_probability=0.6, seed=11, **terms),
        "risk": session(Everything(seed=5), bars, risk=[EverySeventhHour()], **terms),
        "data": session(Everything(seed=5), knocked(bars, 11), **terms),
    }
    for kind, ran in disturbed.items():
        drift = drift_of("main", ran.records, backtest.records)
        right = sum(str(each.cause) == kind for each in drift.differences)
        assert len(drift.differences) >= 5, kind
        assert right >= 0.9 * len(drift.differences), (kind, [each.line() for each in drift.differences])
        assert (
            sum(share.money for share in drift.shares) == drift.total == booked(ran.records) - booked(backtest.records)
        )
