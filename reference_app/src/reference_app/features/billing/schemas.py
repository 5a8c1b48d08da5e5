"""What is answered about plans and usage."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from reference_app.http.fields import TimeNs

__all__ = ["FeatureUsage", "PlanShown", "UsageShown"]

Units = Annotated[int | None, msgspec.Meta(examples=[3], description="Units; null without limit.")]


class PlanShown(msgspec.Struct, frozen=True, kw_only=True):
    """The plan that holds for a tenant now.

    Attributes
    ----------
    state : str
        ``free``: nothing was ever granted. ``grace``: a grant ran out, and the plan goes on for a while. ``lapsed``:
        that ran out too, and the free plan holds. ``suspended``: held by somebody, and nothing may be begun.
    changes_ns : str or None
        When this may change without anything happening.
    reduce_only : bool
        Whether no position may be opened, on paper or live. None is ever closed for it.
    holds : tuple of str
        Reasons of a suspension.
    """

    state: Annotated[Literal["free", "active", "grace", "lapsed", "suspended"], msgspec.Meta(examples=["active"])]
    plan: Annotated[str, msgspec.Meta(examples=["pro"])]
    title: Annotated[str, msgspec.Meta(examples=["Pro"])]
    price_usd_a_month: Annotated[int | None, msgspec.Meta(examples=[29], description="Null where it is by contract.")]
    market_data_delay_minutes: Annotated[int, msgspec.Meta(examples=[0])]
    alerts: Annotated[tuple[str, ...], msgspec.Meta(examples=[["email"]])]
    extras: Annotated[tuple[str, ...], msgspec.Meta(examples=[["priority support"]])]
    changes_ns: TimeNs | None
    reduce_only: Annotated[bool, msgspec.Meta(examples=[False])]
    holds: Annotated[tuple[str, ...], msgspec.Meta(examples=[[]])]


class FeatureUsage(msgspec.Struct, frozen=True, kw_only=True):
    """What is allowed and used of one feature.

    Attributes
    ----------
    period : str
        ``day``: begins anew each day. ``standing``: what is used counts until it is given back.
    allowance, left : int or None
        Units in the period, and what is left of them; null without limit.
    settled, reserved : int
        What was used, and what is kept aside for work that goes on.
    period_start_ns, period_stop_ns : str or None
        Of the present day; null for what stands.
    """

    feature: Annotated[str, msgspec.Meta(examples=["backtests"])]
    title: Annotated[str, msgspec.Meta(examples=["backtests"])]
    period: Annotated[Literal["day", "standing"], msgspec.Meta(examples=["day"])]
    allowance: Units
    left: Units
    settled: Annotated[int, msgspec.Meta(examples=[1])]
    reserved: Annotated[int, msgspec.Meta(examples=[0])]
    period_start_ns: TimeNs | None
    period_stop_ns: TimeNs | None


class UsageShown(msgspec.Struct, frozen=True, kw_only=True):
    """What is allowed and used of every feature, as of one instant."""

    plan: Annotated[str, msgspec.Meta(examples=["free"])]
    items: tuple[FeatureUsage, ...]
