"""What is asked and answered about tenants."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec

from reference_app.http.fields import Cursor, Email, Name, RoleName, TimeNs, Token

__all__ = [
    "Invitation",
    "Inviting",
    "Joining",
    "MemberList",
    "MemberShown",
    "RoleChanged",
    "TenantList",
    "TenantShown",
]


class TenantShown(msgspec.Struct, frozen=True, kw_only=True):
    """A tenant, as one of its members sees it."""

    id: UUID
    name: Name
    role: RoleName
    permissions: Annotated[tuple[str, ...], msgspec.Meta(examples=[["tenant:data:read"]])]
    created_ns: TimeNs


class TenantList(msgspec.Struct, frozen=True, kw_only=True):
    """The tenants that a person works for."""

    items: tuple[TenantShown, ...]


class MemberShown(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who works for a tenant."""

    user_id: UUID
    name: Name
    email: Email
    role: RoleName
    created_ns: TimeNs


class MemberList(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A page of members."""

    items: tuple[MemberShown, ...]
    next_cursor: Cursor | None = None


class RoleChanged(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The role that somebody is to have."""

    role: RoleName


class Inviting(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is to join, and as what."""

    email: Email
    role: RoleName


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """An invitation, good once, for one mail address. Whoever invites hands it over."""

    token: Token
    expires_ns: TimeNs


class Joining(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An invitation that somebody takes up."""

    token: Token
