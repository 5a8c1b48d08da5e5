"""The doctor: what is wrong with the plugins that are installed."""

from __future__ import annotations

from collections.abc import Collection

import attrs

from forexai_core.plugins.diagnoses import Diagnosis, DiagnosisCode, DiagnosisLevel, Origin
from forexai_core.plugins.registry import Plugins
from forexai_core.ports.markers import KINDS
from forexai_core.ports.offers import AnyOffer
from forexai_core.testing.conformance import SuiteReport
from forexai_core.testing.suites import SUITES

__all__ = ["HARMLESS_KINDS", "DoctorReport", "check", "doctor"]

HARMLESS_KINDS = frozenset({"strategy", "risk", "indicator", "report", "cli", "app"})
"""Kinds whose offers can be opened and tried anywhere: they reach no venue, no account and no person."""


@attrs.frozen(kw_only=True)
class DoctorReport:
    """What the doctor found.

    Attributes
    ----------
    diagnoses : tuple of Diagnosis
        What discovery reported, and each broken rule.
    offers : int
        How many offers were looked at.
    rules : int
        How many rules were tried in all.
    """

    diagnoses: tuple[Diagnosis, ...]
    offers: int
    rules: int

    @property
    def clean(self) -> bool:
        """Whether nothing is wrong; notes and warnings do not count."""
        return not any(each.level is DiagnosisLevel.ERROR for each in self.diagnoses)

    def __str__(self) -> str:
        head = f"{self.offers} offers, {self.rules} rules, {len(self.diagnoses)} findings."
        return "\n".join([head, *(f"  {each}" for each in self.diagnoses)])


def check(offer: AnyOffer, *, opens: bool = True, rules: Collection[str] | None = None) -> SuiteReport:
    """Hold an offer against the suite of its kind.

    Parameters
    ----------
    offer : Offer
        What to test; it is opened with its own ``example``.
    opens : bool
        False reads only what it declares.
    rules : collection of str, optional
        Names of rules; default all.
    """
    return SUITES[offer.kind].check(offer, opens=opens, rules=rules)


def doctor(plugins: Plugins, *, tries: Collection[str] = HARMLESS_KINDS) -> DoctorReport:
    """Look at every offer of a discovery.

    What an offer declares is held against the rules of its kind. Only offers of harmless kinds are opened
    and tried: a broker, a notifier or a data source belongs to somebody, and the doctor places no orders.

    Parameters
    ----------
    plugins : Plugins
        A discovery; what it reported is part of the answer.
    tries : collection of str
        Kinds to open and try. An empty collection only reads, and takes no time.
    """
    found = list(plugins.diagnoses)
    offers = rules = 0
    for kind in KINDS:
        known = plugins.of_kind(kind)
        for name, offer in known.items():
            report = check(offer, opens=kind in tries)
            offers += 1
            rules += len(report.kept) + len(report.failures)
            found += [_broken(known.origin(name), offer, str(each)) for each in report.failures]
    return DoctorReport(diagnoses=tuple(found), offers=offers, rules=rules)


def _broken(origin: Origin, offer: AnyOffer, problem: str) -> Diagnosis:
    return Diagnosis(
        level=DiagnosisLevel.ERROR,
        code=DiagnosisCode.BROKEN_RULE,
        origin=origin,
        kind=offer.kind,
        offer=offer.name,
        problem=problem,
        remedy=f"Its author finds it with {offer.kind.capitalize()}Conformance of forexai_core.testing.",
    )
