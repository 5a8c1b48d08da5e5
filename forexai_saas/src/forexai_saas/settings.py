"""Settings of the meter."""

from __future__ import annotations

from typing import Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, model_validator

from forexai_core.ports.settings import Settings
from forexai_saas.plans import plan_table

__all__ = ["FreeSettings", "MeterSettings"]


class FreeSettings(Settings):
    """Everybody may use everything, and nothing is charged."""

    zone: str = "UTC"
    """Time zone in which a day begins and ends, such as UTC or Asia/Jakarta."""
    wait_s: float = Field(default=10.0, gt=0, le=300, allow_inf_nan=False)
    """How long to wait for the book of usage while others write into it, seconds."""


class MeterSettings(Settings):
    """Who has which plan, and when a day ends."""

    plan: str = "free"
    """Plan of everybody who is not named below."""
    plans: dict[str, str] = Field(default_factory=dict, examples=[{"alice": "pro"}])
    """Plans by subject."""
    zone: str = "UTC"
    """Time zone in which a day's allowance begins and ends, such as UTC or Asia/Jakarta."""
    wait_s: float = Field(default=10.0, gt=0, le=300, allow_inf_nan=False)
    """How long to wait for the book of usage while others write into it, seconds."""

    @model_validator(mode="after")
    def _known(self) -> Self:
        for name in (self.plan, *self.plans.values()):
            plan_table().plan(name)
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as problem:
            raise ValueError(
                f"there is no time zone '{self.zone}'; write UTC, Europe/London or Asia/Jakarta"
            ) from problem
        return self
