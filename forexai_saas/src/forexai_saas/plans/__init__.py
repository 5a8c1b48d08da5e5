"""Plans: who may use how much, as data."""

from __future__ import annotations

from forexai_saas.plans.records import Feature, Period, Plan, PlanTable
from forexai_saas.plans.table import plan_table, read_plan_table

__all__ = ["Feature", "Period", "Plan", "PlanTable", "plan_table", "read_plan_table"]
