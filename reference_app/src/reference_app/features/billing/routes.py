"""``/api/v1/billing``: the plan that holds for the caller's tenant, and what was used of it.

The list of all plans comes with the platform library, as a part of its own.
"""

from __future__ import annotations

from uuid import UUID

from litestar import Router, get
from litestar.di import NamedDependency

from forexai_core.ports.billing import Entitlement, Usage
from forexai_saas.billing.standing import Opening
from forexai_saas.billing.tenant_meter import Overview
from forexai_saas.errors import AccountError
from forexai_saas.plans import Feature
from reference_app.accounts import Accounts
from reference_app.features.billing.schemas import FeatureUsage, PlanShown, UsageShown
from reference_app.http.callers import Caller
from reference_app.http.permissions import PERMISSION

__all__ = ["billing_router"]

_SEE = {PERMISSION: "tenant:data:read"}


@get("/plan", opt=_SEE, summary="Show the plan that holds now.")
async def show_plan(caller: NamedDependency[Caller], accounts: NamedDependency[Accounts]) -> PlanShown:
    """Show the plan that holds for the tenant now, and whether positions may be opened."""
    standing = (await accounts.meter.overview(_tenant(caller))).standing
    plan = standing.plan
    return PlanShown(
        state=standing.state.value,
        plan=plan.name,
        title=plan.title,
        price_usd_a_month=plan.price_usd_a_month,
        market_data_delay_minutes=plan.market_data_delay_minutes,
        alerts=plan.alerts,
        extras=plan.extras,
        changes_ns=None if standing.changes_ns is None else str(standing.changes_ns),
        reduce_only=standing.opening(live=False) is Opening.REDUCE_ONLY,
        holds=standing.holds,
    )


@get("/usage", opt=_SEE, summary="Show what was used of the plan.")
async def show_usage(caller: NamedDependency[Caller], accounts: NamedDependency[Accounts]) -> UsageShown:
    """Show what the tenant may use and has used of every feature, in the present day or as it stands."""
    overview: Overview = await accounts.meter.overview(_tenant(caller))
    known = accounts.facts.table.features
    return UsageShown(
        plan=overview.standing.plan.name,
        items=tuple(_shown(known[right.feature], right, used) for right, used in overview.features),
    )


def _shown(feature: Feature, right: Entitlement, used: Usage) -> FeatureUsage:
    taken, daily = used.settled + used.reserved, right.period_stop_ns > 0
    return FeatureUsage(
        feature=feature.name,
        title=feature.title,
        period=feature.period.value,
        allowance=right.allowance,
        left=None if right.allowance is None else max(0, right.allowance - taken),
        settled=used.settled,
        reserved=used.reserved,
        period_start_ns=str(right.period_start_ns) if daily else None,
        period_stop_ns=str(right.period_stop_ns) if daily else None,
    )


def _tenant(caller: Caller) -> UUID:
    if caller.tenant_id is None:
        raise AccountError("tenant.unclear", "Say for which tenant you ask.")
    return caller.tenant_id


billing_router = Router("/billing", route_handlers=[show_plan, show_usage], tags=["billing"])
