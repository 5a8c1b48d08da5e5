"""Where a tenant stands: a pure function of the facts and of the time, and of nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import TypeVar

import attrs

from forexai_saas.billing.facts import Fact, Granted, Held, Lifted, Overdue, Voided, fact_body
from forexai_saas.plans import Plan, PlanTable

__all__ = ["Opening", "Standing", "StandingState", "standing_of"]

KindT = TypeVar("KindT")

GRACE_NS = 3 * 86_400 * 10**9
"""How long a plan goes on when its grant ran out, for a payment that is late: three days."""


class StandingState(StrEnum):
    """How a tenant stands with the platform."""

    FREE = "free"
    """Nothing was ever granted."""
    ACTIVE = "active"
    GRACE = "grace"
    """A grant ran out and none followed: the plan goes on for a while."""
    LAPSED = "lapsed"
    """The grace ran out too: the free plan holds."""
    SUSPENDED = "suspended"
    """Held by somebody: nothing may be opened, whatever is paid."""


class Opening(StrEnum):
    """What may be done with positions. Nothing here ever closes one."""

    ALLOWED = "allowed"
    REDUCE_ONLY = "reduce-only"
    """Positions and orders may be made smaller, closed and protected, not opened or made larger."""


@attrs.frozen(kw_only=True)
class Standing:
    """Where a tenant stands at an instant.

    Attributes
    ----------
    state : StandingState
        In words.
    plan : Plan
        Which holds.
    allowances : mapping of str to int or None
        What holds by feature: the plan's, or a contract's own; nothing of anything in a suspension.
    changes_ns : int or None
        The next instant at which this may differ without a new fact; None for none.
    holds : tuple of str
        Reasons of a suspension.
    """

    state: StandingState
    plan: Plan
    allowances: Mapping[str, int | None]
    changes_ns: int | None = None
    holds: tuple[str, ...] = ()

    def opening(self, *, live: bool, open_trades: int = 0) -> Opening:
        """Tell whether one more position may be opened.

        A suspension, a lapse and a smaller plan reduce what may be opened and close nothing: whoever holds more than is
        allowed keeps it, and may make it less.

        Parameters
        ----------
        live : bool
            Whether on a live account.
        open_trades : int
            Live trades that are open now.
        """
        if self.holds:
            return Opening.REDUCE_ONLY
        allowed = self.allowances["live_trades"]
        if live and allowed is not None and open_trades >= allowed:
            return Opening.REDUCE_ONLY
        return Opening.ALLOWED


def standing_of(facts: Iterable[Fact], now_ns: int, table: PlanTable) -> Standing:
    """Tell where somebody stands.

    Parameters
    ----------
    facts : iterable of Fact
        All that is known, in any order, each as often as it likes.
    now_ns : int
        When, nanoseconds UTC.
    table : PlanTable
        The plans; the first is the free one.
    """
    known = list(facts)
    moments: set[int] = set()
    holds = _holds(known, now_ns, moments)
    running, late, ever = _grants(known, now_ns, moments)
    best = _largest(running or late, table)
    free = next(iter(table.plans.values()))
    plan = free if best is None else table.plan(best.plan)
    state = StandingState.LAPSED if ever else StandingState.FREE
    if best is not None:
        state = StandingState.ACTIVE if running else StandingState.GRACE
    allowances = {**plan.allowances, **({} if best is None else best.allowances)}
    later = [moment for moment in moments if moment > now_ns]
    return Standing(
        state=StandingState.SUSPENDED if holds else state,
        plan=plan,
        allowances=MappingProxyType(dict.fromkeys(allowances, 0) if holds else allowances),
        changes_ns=min(later, default=None),
        holds=holds,
    )


def _of(kind: type[KindT], facts: Sequence[Fact]) -> list[KindT]:
    return [fact for fact in facts if isinstance(fact, kind)]


def _holds(facts: Sequence[Fact], now_ns: int, moments: set[int]) -> tuple[str, ...]:
    """Give the reasons of the holds that are on."""
    ended: dict[str, int] = {}
    for lifted in _of(Lifted, facts):
        ended[lifted.hold] = min(lifted.from_ns, ended.get(lifted.hold, lifted.from_ns))
    reasons = set()
    for held in _of(Held, facts):
        moments.update({held.from_ns, ended.get(held.hold, held.from_ns)})
        if held.from_ns <= now_ns < ended.get(held.hold, now_ns + 1):
            reasons.add(held.reason)
    return tuple(sorted(reasons))


def _grants(facts: Sequence[Fact], now_ns: int, moments: set[int]) -> tuple[list[Granted], list[Granted], bool]:
    """Give the grants that hold now, those in their grace, and whether one ever began."""
    voided: dict[str, int] = {}
    for each in _of(Voided, facts):
        voided[each.grant] = min(each.from_ns, voided.get(each.grant, each.from_ns))
    graced: dict[str, int] = {}
    for late in _of(Overdue, facts):
        graced[late.grant] = max(late.until_ns, graced.get(late.grant, late.until_ns))
    running, grace, ever = [], [], False
    for grant in _of(Granted, facts):
        stop_ns, until_ns = grant.stop_ns, max(grant.stop_ns + GRACE_NS, graced.get(grant.grant, 0))
        if grant.grant in voided:
            # What was taken back before its end has no grace either.
            stop_ns, until_ns = min(stop_ns, voided[grant.grant]), min(until_ns, voided[grant.grant])
        moments.update({grant.start_ns, stop_ns, until_ns})
        ever = ever or grant.start_ns <= now_ns
        if grant.start_ns <= now_ns < stop_ns:
            running.append(grant)
        elif grant.start_ns <= now_ns < until_ns:
            grace.append(grant)
    return running, grace, ever


def _largest(grants: Sequence[Granted], table: PlanTable) -> Granted | None:
    """Choose the largest plan, of one plan the grant that ends last, and then by what is written: always the same."""
    ranks = {name: rank for rank, name in enumerate(table.plans)}
    return max(grants, key=lambda grant: (ranks[grant.plan], grant.stop_ns, fact_body(grant)), default=None)
