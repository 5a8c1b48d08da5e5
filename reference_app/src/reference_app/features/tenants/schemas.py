"""What is asked and answered about tenants."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec

from reference_app.http.fields import Cursor, Email, Language, Name, RoleName, TimeNs, Token

__all__ = [
    "InvitationList",
    "InvitationShown",
    "Inviting",
    "Joining",
    "MemberList",
    "MemberShown",
    "RoleChanged",
    "TenantList",
    "TenantShown",
    "Transferred",
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


class Transferred(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is to own the tenant in the caller's place."""

    user_id: Annotated[UUID, msgspec.Meta(examples=["0198f0a2-7c00-7000-8000-000000000001"])]


class Inviting(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is to join, and as what; the mail is in the language that is named, or in that of whoever invites."""

    email: Email
    role: RoleName
    language: Language | None = None


class InvitationShown(msgspec.Struct, frozen=True, kw_only=True):
    """An open invitation. Its link goes by mail to that address alone, and nobody else ever sees it."""

    id: UUID
    email: Email
    role: RoleName
    created_ns: TimeNs
    expires_ns: TimeNs


class InvitationList(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A page of open invitations, the newest first."""

    items: tuple[InvitationShown, ...]
    next_cursor: Cursor | None = None


class Joining(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An invitation that somebody takes up."""

    token: Token
