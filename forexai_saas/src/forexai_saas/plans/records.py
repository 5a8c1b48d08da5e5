"""What a plan and a feature are."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

import attrs

from forexai_core.errors import BillingError, ConfigError, did_you_mean

__all__ = ["Feature", "Period", "Plan", "PlanTable"]


class Period(StrEnum):
    """How long what was used counts."""

    DAY = "day"
    """Until the day ends, in the zone of the meter."""
    STANDING = "standing"
    """Until it is released: a strategy that exists, a connection that is open."""


@attrs.frozen(kw_only=True)
class Feature:
    """Something that is counted.

    Attributes
    ----------
    name, title : str
        What programs and what people call it.
    period : Period
        How long it counts.
    """

    name: str
    title: str
    period: Period


def _allowances(value: Mapping[str, int | None]) -> Mapping[str, int | None]:
    return MappingProxyType(dict(value))


@attrs.frozen(kw_only=True)
class Plan:
    """What a subject may use.

    Attributes
    ----------
    name, title : str
        What programs and what people call it.
    price_usd_a_month : int or None
        None where it is sold by contract.
    market_data_delay_minutes : int
        0 is real time.
    alerts, extras : tuple of str
        Ways by which it may be told, and what else belongs to it.
    allowances : mapping of str to int or None
        By feature: units, 0 for no right to it, None without limit.
    """

    name: str
    title: str
    price_usd_a_month: int | None
    market_data_delay_minutes: int
    alerts: tuple[str, ...]
    extras: tuple[str, ...]
    allowances: Mapping[str, int | None] = attrs.field(converter=_allowances)


@attrs.frozen(kw_only=True)
class PlanTable:
    """All plans, the smallest first, and all features.

    Attributes
    ----------
    features : mapping of str to Feature
        By name.
    plans : mapping of str to Plan
        By name, in the order of the table.
    """

    features: Mapping[str, Feature]
    plans: Mapping[str, Plan]

    def plan(self, name: str) -> Plan:
        """Give a plan.

        Raises
        ------
        ConfigError
            If there is none of that name.
        """
        if name not in self.plans:
            raise ConfigError(f"There is no plan '{name}'. {did_you_mean(name, self.plans)}")
        return self.plans[name]

    def feature(self, name: str) -> Feature:
        """Give a feature.

        Raises
        ------
        BillingError
            If nothing of that name is metered.
        """
        if name not in self.features:
            raise BillingError(f"'{name}' is not metered. {did_you_mean(name, self.features)}")
        return self.features[name]

    def larger(self, plan: Plan, feature: str) -> Plan | None:
        """Give the next plan that allows more of a feature; None where none does."""
        names = list(self.plans)
        held = plan.allowances[feature]
        for name in names[names.index(plan.name) + 1 :]:
            allowed = self.plans[name].allowances[feature]
            if held is not None and (allowed is None or allowed > held):
                return self.plans[name]
        return None
