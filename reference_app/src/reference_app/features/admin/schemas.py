"""What is asked and answered about the platform as a whole."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

import msgspec

from reference_app.features.audit.schemas import Broken
from reference_app.http.fields import Cursor, Email, Language, Name, TimeNs

__all__ = [
    "ChainList",
    "ChainShown",
    "Changed",
    "LeftOut",
    "PersonList",
    "PersonShown",
    "PlatformHealth",
    "Reason",
    "TenantListShown",
    "TenantOverview",
]


class Reason(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why something is done; it stands in the logs for ever."""

    reason: Annotated[str, msgspec.Meta(max_length=200, examples=["ticket 12: stolen phone"])]


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """Whether something was changed, or was so already."""

    changed: Annotated[bool, msgspec.Meta(examples=[True])]


class PersonShown(msgspec.Struct, frozen=True, kw_only=True):
    """A person."""

    id: UUID
    email: Email
    name: Name
    language: Language
    state: Annotated[Literal["active", "suspended", "erased"], msgspec.Meta(examples=["active"])]
    verified: Annotated[bool, msgspec.Meta(examples=[True], description="Whether the mail address is proved.")]
    second_factor: Annotated[bool, msgspec.Meta(examples=[True])]
    platform_admin: Annotated[bool, msgspec.Meta(examples=[False])]
    created_ns: TimeNs
    tenants: tuple[UUID, ...]


class PersonList(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A page of people, in the order in which they registered."""

    items: tuple[PersonShown, ...]
    next_cursor: Cursor | None = None


class TenantOverview(msgspec.Struct, frozen=True, kw_only=True):
    """A tenant.

    Attributes
    ----------
    standing, plan : str
        Where it stands with the platform, and the plan that holds.
    holds : tuple of str
        Reasons of a suspension.
    """

    id: UUID
    name: Name
    state: Annotated[Literal["active", "suspended", "closed"], msgspec.Meta(examples=["active"])]
    created_ns: TimeNs
    members: Annotated[int, msgspec.Meta(examples=[3])]
    owners: tuple[UUID, ...]
    standing: Annotated[Literal["free", "active", "grace", "lapsed", "suspended"], msgspec.Meta(examples=["free"])]
    plan: Annotated[str, msgspec.Meta(examples=["free"])]
    holds: Annotated[tuple[str, ...], msgspec.Meta(examples=[[]])]


class TenantListShown(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A page of tenants, in the order in which they were made."""

    items: tuple[TenantOverview, ...]
    next_cursor: Cursor | None = None


class ChainShown(msgspec.Struct, frozen=True, kw_only=True):
    """What was found of a tenant's log.

    Attributes
    ----------
    records : int
        How many hold, from the first.
    """

    tenant_id: UUID
    sound: Annotated[bool, msgspec.Meta(examples=[True])]
    records: Annotated[int, msgspec.Meta(examples=[17])]
    broken: Broken | None


class ChainList(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A page of tenants' logs, each held against itself now."""

    items: tuple[ChainShown, ...]
    sound: Annotated[bool, msgspec.Meta(examples=[True], description="Whether all of this page are.")]
    next_cursor: Cursor | None = None


class LeftOut(msgspec.Struct, frozen=True, kw_only=True):
    """A plugin, or a part of one, that is not in use, and why."""

    plugin: Annotated[str, msgspec.Meta(examples=["signals"])]
    reason: Annotated[str, msgspec.Meta(examples=["PluginContractError: it brings jobs"])]


class PlatformHealth(msgspec.Struct, frozen=True, kw_only=True):
    """How the platform is.

    Attributes
    ----------
    answers_ms : float
        How long the database took to answer.
    mails_due : int
        Mails that are due and not delivered yet; 100 stands for so many or more.
    """

    status: Annotated[Literal["ok", "degraded"], msgspec.Meta(examples=["ok"])]
    version: Annotated[str, msgspec.Meta(examples=["0.1.0"])]
    uptime_s: Annotated[float, msgspec.Meta(examples=[3_600.0])]
    database: Annotated[Literal["sqlite", "postgresql"], msgspec.Meta(examples=["postgresql"])]
    answers_ms: Annotated[float, msgspec.Meta(examples=[0.8])]
    mails_due: Annotated[int, msgspec.Meta(examples=[0])]
    plugins: Annotated[int, msgspec.Meta(examples=[6])]
    left_out: tuple[LeftOut, ...]
