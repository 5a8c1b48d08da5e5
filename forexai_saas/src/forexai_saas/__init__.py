"""Tenants, plans, metering and billing for platforms built on ForexAI.

The public face: the application imports these names; everything else is reached through hooks.
"""

from __future__ import annotations

from forexai_saas.plans import Feature, Period, Plan, PlanTable, plan_table

__all__ = ["Feature", "Period", "Plan", "PlanTable", "plan_table"]
