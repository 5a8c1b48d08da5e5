"""What every risk rule keeps: it is pure, it can refuse, it says why, and it lets risk be reduced."""

from __future__ import annotations

import attrs

from forexai_core.ports.risk import Proposal, RiskRule, Verdict
from forexai_core.testing.conformance import Conformance, ConformanceFailure, RuleBook, Subject, Suite
from forexai_core.testing.guards import no_wall_clock
from forexai_core.testing.offer_rules import OFFER_RULES
from forexai_core.testing.proposals import proposals

__all__ = ["RISK_SUITE", "RiskConformance"]

BOOK = RuleBook()


def _asked(rule: RiskRule, name: str, proposal: Proposal) -> Verdict:
    verdict: object = rule.judge(proposal)
    if not isinstance(verdict, Verdict) or not isinstance(verdict.allowed, bool):
        raise ConformanceFailure(f"it answered {verdict!r} to {name}.", "Return a Verdict whose `allowed` is a bool.")
    return verdict


@BOOK.rule()
def answers_with_verdicts(subject: Subject) -> None:
    """Every proposal gets a Verdict that carries the rule's name."""
    rule: RiskRule = subject.open()
    for name, proposal in proposals().items():
        verdict = _asked(rule, name, proposal)
        if not rule.name or verdict.rule != rule.name:
            raise ConformanceFailure(
                f"the rule is named '{rule.name}' and its verdict '{verdict.rule}'.", "Put the rule's name on it."
            )


@BOOK.rule()
def never_raises(subject: Subject) -> None:
    """A rule answers odd proposals too; a raise would count as refusal, but without its reason."""
    rule: RiskRule = subject.open()
    for name, proposal in proposals().items():
        try:
            rule.judge(proposal)
        except Exception as problem:
            raise ConformanceFailure(
                f"it raised {type(problem).__name__} ({problem}) on {name}.", "Refuse what cannot be judged."
            ) from problem


@BOOK.rule()
def the_same_proposal_gets_the_same_verdict(subject: Subject) -> None:
    """A verdict depends on the proposal alone: not on what was asked before, nor on which copy is asked."""
    rule: RiskRule = subject.open()
    ladder = proposals()
    first = {name: _asked(rule, name, proposal) for name, proposal in ladder.items()}
    fresh: RiskRule = subject.open()
    for name in reversed(ladder):
        for copy in (rule, fresh):
            again = _asked(copy, name, ladder[name])
            if again != first[name]:
                raise ConformanceFailure(
                    f"{name} got {first[name]} and then {again}.",
                    "Keep no state: what a rule needs is in the proposal.",
                )


@BOOK.rule()
def reads_no_clock(subject: Subject) -> None:
    """The only clock of a rule is the proposal's time, so that a replay gets the same verdicts."""
    rule: RiskRule = subject.open()
    with no_wall_clock() as asked:
        for proposal in proposals().values():
            rule.judge(proposal)
    if asked:
        raise ConformanceFailure(f"it asked {asked[0]}.", "Use proposal.time_ns.")


@BOOK.rule()
def can_refuse(subject: Subject) -> None:
    """Some bad proposal is refused: a rule that allows everything guards nothing."""
    rule: RiskRule = subject.open()
    if all(_asked(rule, name, proposal).allowed for name, proposal in proposals().items()):
        raise ConformanceFailure(
            f"it allowed all of: {', '.join(proposals())}.",
            "Give settings under which it refuses one of them, or pass `settings` with tighter limits.",
        )


@BOOK.rule()
def allows_the_ordinary(subject: Subject) -> None:
    """A small order with a stop, at a usual spread, on a sound account, passes."""
    rule: RiskRule = subject.open()
    verdict = _asked(rule, "an ordinary order", proposals()["an ordinary order"])
    if not verdict.allowed:
        raise ConformanceFailure(
            f"it refused an ordinary order: {verdict.reason}", "Give settings under which 0.01 lots may be opened."
        )


@BOOK.rule()
def refusals_say_why(subject: Subject) -> None:
    """A refusal has a reason for the trader."""
    rule: RiskRule = subject.open()
    for name, proposal in proposals().items():
        verdict = _asked(rule, name, proposal)
        if not verdict.allowed and not verdict.reason.strip():
            raise ConformanceFailure(f"it refused {name} without a reason.", "Say what the limit and the value are.")


@BOOK.rule()
def risk_can_always_be_reduced(subject: Subject) -> None:
    """An order that closes a position is never refused, however bad things stand."""
    rule: RiskRule = subject.open()
    for name, proposal in proposals().items():
        closing = attrs.evolve(proposal, request=attrs.evolve(proposal.request, position=1, client_id="closing"))
        if not _asked(rule, name, closing).allowed:
            raise ConformanceFailure(f"it refused to close a position under {name}.", "Allow what does not open.")


RISK_SUITE = Suite(kind="risk", rules=(*OFFER_RULES, *BOOK.rules))
"""The rules for risk rules."""


class RiskConformance(Conformance):
    """Tests of a risk rule."""

    suite = RISK_SUITE
