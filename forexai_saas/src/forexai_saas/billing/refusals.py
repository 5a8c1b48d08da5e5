"""What somebody is told whose plan allows no more."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from forexai_core.ports.billing import Entitlement
from forexai_saas.billing.periods import moment_text
from forexai_saas.plans import Plan, PlanTable

__all__ = ["refusal_text"]


def refusal_text(table: PlanTable, plan: Plan, right: Entitlement, *, taken: int, amount: int, zone: ZoneInfo) -> str:
    """Say what, how much, until when, and which plan allows more.

    Parameters
    ----------
    right : Entitlement
        To what; its allowance is a number.
    taken, amount : int
        Units that are taken, and that were asked for.
    zone : ZoneInfo
        On whose clock the day ends.
    """
    title = table.feature(right.feature).title
    until = "It frees when one of them is given back."
    if right.period_stop_ns:
        until = f"The next day begins at {moment_text(right.period_stop_ns, zone)}."
    per = " a day" if right.period_stop_ns else ""
    what = f"The {plan.title} plan allows {right.allowance} {title}{per}, and {taken} of them are taken"
    if right.allowance == 0:
        what, until = f"The {plan.title} plan allows no {title}", ""
    larger = table.larger(plan, right.feature)
    more = "" if larger is None else f" The {larger.title} plan allows more."
    return f"{what}: {amount} more cannot be had. {until}{more}".replace("  ", " ").rstrip()
