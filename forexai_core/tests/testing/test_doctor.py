"""The doctor: clean with what is installed, and it names a broken, a conflicting and an outdated plugin."""

from __future__ import annotations

import importlib.metadata

import attrs
import pytest

from forexai_core.builtins.plugin import plugin as core
from forexai_core.plugins import DiagnosisCode, discover
from forexai_core.ports.markers import hookimpl
from forexai_core.ports.risk import Verdict
from forexai_core.testing import check, doctor, simulated_broker_offer


def plugin(name, *offers):
    class Offering:
        plugin_name = name

        @hookimpl
        def forexai_risk_offers(self):
            return offers

    return Offering()


@pytest.fixture(scope="module")
def shipped():
    return discover([core], entry_points=False)


def limit(shipped, **changes):
    return attrs.evolve(shipped.risk["max-positions"], **changes)


def test_what_ships_is_clean(shipped):
    report = doctor(shipped, tries=["risk", "report", "indicator"])  # strategies are tried by the tests of what ships
    assert report.clean, str(report)
    assert report.diagnoses == ()
    assert report.offers == sum(len(shipped.of_kind(kind)) for kind in ("strategy", "data", "risk", "broker")) + sum(
        len(shipped.of_kind(kind)) for kind in ("indicator", "notifier", "report")
    )
    assert report.rules > 8 * report.offers


def test_the_installed_core_is_clean():
    others = {point.name for point in importlib.metadata.entry_points(group="forexai")} - {"core"}
    report = doctor(discover(disabled=others, required=["core"]), tries=())
    assert report.clean, str(report)
    assert {each.code for each in report.diagnoses} <= {DiagnosisCode.DISABLED}


class Deaf:
    name = "deaf"

    def judge(self, proposal):
        return Verdict(allowed=True, rule=self.name)


def test_a_broken_a_conflicting_and_an_outdated_plugin_are_named(shipped):
    bad = [
        plugin("broken", limit(shipped, name="deaf", open=lambda _settings, _services: Deaf())),
        plugin("rival", limit(shipped, name="spread-cap")),
        plugin("ancient", limit(shipped, name="old", api_version=0)),
    ]
    report = doctor(discover([core, *bad], entry_points=False, kinds=["risk"]))
    assert not report.clean
    found = {(each.origin.plugin, each.code, each.offer) for each in report.diagnoses}
    assert found == {
        ("broken", DiagnosisCode.BROKEN_RULE, "deaf"),
        ("rival", DiagnosisCode.CONFLICT, "spread-cap"),
        ("core", DiagnosisCode.CONFLICT, "spread-cap"),
        ("ancient", DiagnosisCode.OUTDATED, "old"),
    }
    assert "can-refuse" in str(report)


def test_the_doctor_opens_no_broker():
    def open_it(_settings, _services):
        raise AssertionError("the doctor opened a broker")

    class Offering:
        @hookimpl
        def forexai_broker_offers(self):
            return [attrs.evolve(simulated_broker_offer(), open=open_it)]

    report = doctor(discover([Offering], entry_points=False))
    assert report.clean, str(report)
    assert report.offers == 1
    assert report.rules > 0


def test_check_reads_only_where_it_is_told_to(shipped):
    everything = check(shipped.risk["spread-cap"])
    declared = check(shipped.risk["spread-cap"], opens=False)
    assert everything.ok
    assert declared.ok
    assert 0 < len(declared.kept) < len(everything.kept)
