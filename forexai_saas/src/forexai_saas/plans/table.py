"""The table of plans, read from data and checked."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from forexai_core.errors import ConfigError
from forexai_saas.plans.records import Feature, Period, Plan, PlanTable

__all__ = ["plan_table", "read_plan_table"]

Allowance = Literal["unlimited"] | int


class _Written(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class _WrittenFeature(_Written):
    title: str = Field(min_length=1)
    period: Literal["day", "standing"]


class _WrittenPlan(_Written):
    name: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    title: str = Field(min_length=1)
    price_usd_a_month: int | None = Field(default=None, ge=0)
    market_data_delay_minutes: int = Field(ge=0)
    alerts: list[str]
    extras: list[str]
    allowances: dict[str, Allowance]


class _WrittenTable(_Written):
    features: dict[str, _WrittenFeature] = Field(min_length=1)
    plans: list[_WrittenPlan] = Field(min_length=1)


@cache
def plan_table() -> PlanTable:
    """Give the plans that ship."""
    return read_plan_table((files("forexai_saas") / "plans" / "plans.toml").read_text("utf-8"))


def read_plan_table(text: str) -> PlanTable:
    """Read a table of plans.

    Parameters
    ----------
    text : str
        TOML, as in ``plans.toml``.

    Raises
    ------
    ConfigError
        If it is no such table; a name stands twice; or a plan leaves a feature out, names one that does not
        exist, or allows less than nothing.
    """
    try:
        raw: dict[str, Any] = tomllib.loads(text)
        written = _WrittenTable.model_validate(raw)
    except tomllib.TOMLDecodeError as problem:
        raise ConfigError(f"The table of plans is no TOML: {problem}.") from problem
    except ValidationError as problem:
        told = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in problem.errors())
        raise ConfigError(f"The table of plans is not sound: {told}.") from problem
    features = {
        name: Feature(name=name, title=each.title, period=Period(each.period))
        for name, each in written.features.items()
    }
    plans = [_plan(each, features) for each in written.plans]
    names = [plan.name for plan in plans]
    if len(set(names)) != len(names):
        raise ConfigError(f"The table of plans names a plan twice: {', '.join(names)}.")
    return PlanTable(features=MappingProxyType(features), plans=MappingProxyType({plan.name: plan for plan in plans}))


def _plan(written: _WrittenPlan, features: Mapping[str, Feature]) -> Plan:
    missing, unknown = set(features) - set(written.allowances), set(written.allowances) - set(features)
    if missing or unknown:
        raise ConfigError(
            f"The plan '{written.name}' says nothing of {', '.join(sorted(missing)) or 'nothing'}, and speaks of "
            f"{', '.join(sorted(unknown)) or 'nothing'} that is not metered. Name every feature once."
        )
    below = [name for name, allowed in written.allowances.items() if isinstance(allowed, int) and allowed < 0]
    if below:
        raise ConfigError(f"The plan '{written.name}' allows less than nothing of {', '.join(below)}.")
    allowances = {
        name: allowed if isinstance(allowed, int) else None
        for name, allowed in ((name, written.allowances[name]) for name in features)
    }
    return Plan(
        name=written.name,
        title=written.title,
        price_usd_a_month=written.price_usd_a_month,
        market_data_delay_minutes=written.market_data_delay_minutes,
        alerts=tuple(written.alerts),
        extras=tuple(written.extras),
        allowances=allowances,
    )
