"""A broken rule for each rule of risk rules."""

from __future__ import annotations

import time

import attrs
from plugin_proofs.making import around

from forexai_core.ports.risk import Verdict


def judging(change):
    """Change the verdict: ``change(verdict, proposal)``."""
    return lambda module: around(module.OFFER, judge=lambda sound, proposal: change(sound.judge(proposal), proposal))


def says_yes(_verdict, _proposal):
    return Verdict(allowed=True, rule="sound-risk")


def says_no(_verdict, _proposal):
    return Verdict(allowed=False, rule="sound-risk", reason="No.")


def answers_with_a_bool(verdict, _proposal):
    return verdict.allowed


def fails_without_money(verdict, proposal):
    1 / proposal.account.equity
    return verdict


def counts(module):
    asked = []

    def change(verdict, _proposal):
        asked.append(1)
        return verdict if len(asked) < 15 else attrs.evolve(verdict, allowed=False, reason="Asked too often.")

    return judging(change)(module)


def looks_at_the_clock(verdict, _proposal):
    time.time()
    return verdict


def gives_no_reason(verdict, _proposal):
    return attrs.evolve(verdict, reason="")


def holds_on(verdict, proposal):
    return verdict if proposal.opens else attrs.evolve(verdict, allowed=False, reason="Stay in.")


BROKEN = {
    "answers-with-verdicts": judging(answers_with_a_bool),
    "never-raises": judging(fails_without_money),
    "the-same-proposal-gets-the-same-verdict": counts,
    "reads-no-clock": judging(looks_at_the_clock),
    "can-refuse": judging(says_yes),
    "allows-the-ordinary": judging(says_no),
    "refusals-say-why": judging(gives_no_reason),
    "risk-can-always-be-reduced": judging(holds_on),
}
