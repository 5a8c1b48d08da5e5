"""What the platform library brings to the application: for now the list of plans."""

from __future__ import annotations

from typing import Any

from forexai_core.ports.app import AppParts, Method, Route
from forexai_saas.plans import plan_table

__all__ = ["BillingPages"]


async def list_plans() -> list[dict[str, Any]]:
    """List the plans, the smallest first."""
    table = plan_table()
    return [
        {
            "name": plan.name,
            "title": plan.title,
            "price_usd_a_month": plan.price_usd_a_month,
            "market_data_delay_minutes": plan.market_data_delay_minutes,
            "alerts": list(plan.alerts),
            "extras": list(plan.extras),
            "allowances": {
                name: {
                    "title": table.features[name].title,
                    "period": table.features[name].period.value,
                    "units": allowed,
                }
                for name, allowed in plan.allowances.items()
            },
        }
        for plan in table.plans.values()
    ]


class BillingPages:
    """Routes about plans."""

    def parts(self) -> AppParts:
        """List them."""
        return AppParts(
            routes=(
                Route(
                    method=Method.GET,
                    path="/billing/plans",
                    handler=list_plans,
                    public=True,  # a price list is for those who are no customers yet
                    summary="List the plans with their prices and allowances.",
                ),
            )
        )
