"""Every rule of every suite is kept by a sound plugin, and broken by one that was made to break it."""

from __future__ import annotations

import logging

import pytest
from plugin_proofs import advisor, app, billing, broker, cli, data, indicator, model, notifier, offers, report, risk
from plugin_proofs import strategy as strategy_proofs
from plugin_proofs.making import sound_module

from forexai_core.ports.markers import KINDS
from forexai_core.testing import SUITES, ConformanceFailure, Subject

PROOFS = {
    "strategy": strategy_proofs,
    "broker": broker,
    "data": data,
    "risk": risk,
    "billing": billing,
    "indicator": indicator,
    "model": model,
    "advisor": advisor,
    "notifier": notifier,
    "report": report,
    "cli": cli,
    "app": app,
}
CASES = [
    pytest.param(kind, rule, broken, id=f"{kind}-{rule}")
    for kind, proofs in PROOFS.items()
    for rule, broken in {**offers.BROKEN, **proofs.BROKEN}.items()
]


FOUND_BY_RAISING = {"bears-a-result-without-trades"}
"""Rules that are about not raising at all."""


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sound")
    made = {}

    def of(kind):
        if kind not in made:
            made[kind] = sound_module(kind, folder)
        return made[kind]

    return of


@pytest.mark.parametrize("kind", KINDS)
def test_a_sound_plugin_keeps_every_rule(kind, sound):
    probe = getattr(PROOFS[kind], "PROBES", None)
    report = SUITES[kind].check(sound(kind).OFFER, probe=probe)
    assert report.ok, str(report)
    assert len(report.kept) == len(SUITES[kind].rules)


@pytest.mark.parametrize("kind", KINDS)
def test_every_rule_has_a_plugin_that_breaks_it(kind):
    rules = [rule.name for rule in SUITES[kind].rules]
    assert len(set(rules)) == len(rules)
    assert set(rules) == set(offers.BROKEN) | set(PROOFS[kind].BROKEN)


@pytest.mark.parametrize(("kind", "rule", "broken"), CASES)
def test_a_broken_plugin_is_caught(kind, rule, broken, sound):
    suite = SUITES[kind]
    offer = broken(sound(kind))
    with (
        Subject(offer, probe=getattr(PROOFS[kind], "PROBES", None)) as subject,
        pytest.raises(ConformanceFailure) as caught,
    ):
        suite.run(suite.rule(rule), subject)
    assert caught.value.rule == rule
    assert str(caught.value).startswith(f"{rule}: ")
    # found by the rule itself, not because something else went wrong on the way
    assert isinstance(caught.value.__cause__, ConformanceFailure) or rule in FOUND_BY_RAISING


def test_the_count_is_told(capsys):
    with capsys.disabled():
        print(
            f"\n{len(SUITES)} suites, {sum(len(suite.rules) for suite in SUITES.values())} rules, "
            f"{len(CASES)} broken plugins caught"
        )
    assert len(CASES) == sum(len(suite.rules) for suite in SUITES.values())


@pytest.fixture(autouse=True)
def _quiet_logs():
    """Notifiers of the tests log; nothing of it is left over for the next test."""
    yield
    assert not [handler for handler in logging.getLogger().handlers if type(handler) is logging.StreamHandler]
