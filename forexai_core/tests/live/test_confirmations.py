"""The confirmation of openings: it may veto or shrink, has its time, and is answered again from the journal."""

from __future__ import annotations

import asyncio

import attrs
import pytest
from live.drift_injections import market, plan_of
from live.session_runs import _to_the_end

from forexai_core.live.drift.attribution import drift_of
from forexai_core.live.session.confirming import Confirming, RecordedConfirming
from forexai_core.live.session.decisions import read_record
from forexai_core.live.session.explaining import explain
from forexai_core.ports.confirmation import Confirmation, Confirmed


class Says:
    """Answers in turn what it was given: an answer, an error to raise, or None for none in time."""

    def __init__(self, *answers):
        self.answers, self.asked = answers, []

    async def confirm(self, signal):
        answer = self.answers[len(self.asked) % len(self.answers)]
        self.asked.append(signal)
        if answer is None:
            await asyncio.Event().wait()
        if isinstance(answer, Exception):
            raise answer
        return answer


def plan(windows, confirming=None, **changes):
    made = plan_of(market(windows, 3), mode="hedging", stop_pips=25.0)
    return attrs.evolve(made, confirming=confirming, **changes)


async def ran(windows, *answers, **terms):
    """Run a session whose openings are confirmed; give it with who was asked."""
    says = Says(*answers)
    return await _to_the_end(plan(windows, Confirming(confirmation=says, **terms))), says


def openings(ran):
    return [wish for each in ran.decisions for wish in each.get("wishes", ()) if wish["kind"] in {"open", "unmet"}]


async def test_a_confirmation_lets_pass_shrinks_or_vetoes():
    assert isinstance(Says(), Confirmation)
    half = Confirmed(fraction=0.57, reason="thin market", author="model-7")
    session, says = await ran(3, Confirmed(fraction=1), half, Confirmed(fraction=0.0, reason="news at ten"))
    assert session.trades["volume_lots"].tolist() == [0.1, 0.05]  # down to a whole step
    whole, part, none = openings(session)
    assert (whole["confirmation"]["state"], whole["allowed"]) == ("answered", True)
    assert part["order"]["volume_lots"] == 0.05
    assert part["confirmation"]["asked_lots"] == 0.1
    assert not none["allowed"]
    assert [each["rule"] for each in none["verdicts"]] == ["confirmation"]
    signal = says.asked[0]
    assert (signal.account, signal.strategy, signal.order.volume_lots) == ("main", "only", 0.1)
    assert signal.bar[3] == signal.bid


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (Confirmed(fraction=1.5), "invalid"),
        (Confirmed(fraction=float("nan")), "invalid"),
        (Confirmed(fraction=-0.5), "invalid"),
        (Confirmed(fraction=True), "invalid"),
        ("yes", "invalid"),
        (RuntimeError("no network"), "failed"),
        (None, "late"),
    ],
)
async def test_what_is_no_answer_in_time_blocks_or_lets_pass_as_it_was_told(answer, state):
    for allows in (False, True):
        session, _ = await ran(1, answer, timeout_s=0.05, allows_unanswered=allows)
        (wish,) = openings(session)
        assert wish["confirmation"]["state"] == state
        assert wish["allowed"] is allows
        assert session.trades["volume_lots"].tolist() == ([0.1] if allows else [])
        assert "by default it is" in wish["confirmation"]["reason"]


async def test_an_opening_shrunk_below_the_smallest_volume_is_not_sent():
    session, _ = await ran(1, Confirmed(fraction=0.05))
    (wish,) = openings(session)
    assert wish["kind"] == "unmet"
    assert wish["confirmation"]["fraction"] == 0.05
    assert "0 lots are below the smallest volume" in wish["reason"]
    assert len(session.trades) == 0


async def test_closing_asks_nobody():
    session, says = await ran(4, Confirmed(fraction=1))
    assert len(says.asked) == len(session.trades) == 4


async def test_without_a_confirmation_the_journal_is_what_it_was():
    (plain, (confirmed, _)) = await _to_the_end(plan(3)), await ran(3, Confirmed(fraction=1))
    assert b"confirmation" not in b"".join(each.payload for each in plain.records)
    assert plain.trades.tolist() == confirmed.trades.tolist()


async def test_a_repetition_answers_from_the_journal_and_comes_to_the_same_bytes():
    answers = (Confirmed(fraction=0.5, reason="half"), RuntimeError("down"), Confirmed(fraction=1), None)
    session, says = await ran(8, *answers, timeout_s=0.05)
    nobody = Says(AssertionError("asked again"))
    again = RecordedConfirming.of(session.records, Confirming(confirmation=nobody))
    repeated = await _to_the_end(plan(8, again))
    assert [(each.kind, each.payload) for each in repeated.records] == [
        (each.kind, each.payload) for each in session.records
    ]
    assert len(says.asked) == 8
    assert nobody.asked == []


async def test_what_the_journal_does_not_hold_is_vetoed_in_a_repetition_and_asked_in_one_that_goes_on():
    session, _ = await ran(4, Confirmed(fraction=0.5))
    places = [number for number, each in enumerate(session.records) if b"confirmation" in each.payload]
    half = session.records[: places[1] + 1]
    alone = await _to_the_end(plan(4, RecordedConfirming.of(half)))
    assert alone.trades["volume_lots"].tolist() == [0.05, 0.05]
    assert openings(alone)[2]["confirmation"]["state"] == "unknown"
    says = Says(Confirmed(fraction=0.2))
    goes_on = await _to_the_end(plan(4, RecordedConfirming.of(half, Confirming(confirmation=says))))
    assert goes_on.trades["volume_lots"].tolist() == [0.05, 0.05, 0.02, 0.02]
    assert len(says.asked) == 2


async def test_why_tells_what_was_said_and_drift_calls_it_risk():
    answers = (Confirmed(fraction=0.0, reason="too late in the day", author="mind"), Confirmed(fraction=0.5))
    session, _ = await ran(2, *answers)
    decided = [each.time_ns for each in session.records if each.kind == "decision" and "wishes" in read_record(each)]
    (vetoed,) = explain("main", session.records, decided[0])
    assert any("Refused by confirmation: mind: too late in the day" in line for line in vetoed.lines)
    shrunk = [line for at_ns in decided for each in explain("main", session.records, at_ns) for line in each.lines]
    assert "  Confirmed to 0.5 of 0.1 lots." in shrunk
    drift = drift_of("main", session.records, (await _to_the_end(plan(2))).records)
    assert [str(each.cause) for each in drift.differences] == ["risk", "risk"]
    assert sum(each.money for each in drift.differences) == drift.total != 0
