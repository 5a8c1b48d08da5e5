"""What people see and change of themselves."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec

from reference_app.http.fields import Email, Language, Name, TimeNs

__all__ = ["Me", "MeChanged", "MyFigures"]


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """A person, as that person sees it."""

    id: UUID
    email: Email
    name: Name
    language: Language
    second_factor: Annotated[bool, msgspec.Meta(description="Whether there is one.")]
    platform_admin: bool
    created_ns: TimeNs


class MeChanged(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person changes; what is left out stays."""

    name: Name | None = None
    language: Language | None = None


class MyFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Counts about a person."""

    sessions: Annotated[int, msgspec.Meta(examples=[2])]
    tenants: Annotated[int, msgspec.Meta(examples=[1])]
    recovery_codes_left: Annotated[int, msgspec.Meta(examples=[10])]
