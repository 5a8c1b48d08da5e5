"""What is asked and answered about keys for programs."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec

from reference_app.http.fields import Cursor, TimeNs

__all__ = ["KeyList", "KeyMade", "KeyShown", "KeyWanted"]

_Scopes = Annotated[tuple[str, ...], msgspec.Meta(min_length=1, max_length=20, examples=[["tenant:data:read"]])]
_Title = Annotated[str, msgspec.Meta(max_length=100, examples=["Reporting"])]
_Networks = Annotated[tuple[str, ...], msgspec.Meta(max_length=20, examples=[["192.0.2.0/24"]])]


class KeyWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a key shall be good for."""

    name: _Title
    scopes: _Scopes
    account_id: UUID | None = None
    live: bool = False
    networks: _Networks = ()
    life_s: Annotated[float, msgspec.Meta(gt=0, le=10 * 366 * 86_400, examples=[2_592_000])] | None = None


class KeyShown(msgspec.Struct, frozen=True, kw_only=True):
    """A key, without what opens anything."""

    id: UUID
    user_id: UUID
    name: _Title
    hint: Annotated[str, msgspec.Meta(examples=["fxk_9f2cPq"], description="How it begins.")]
    scopes: _Scopes
    account_id: UUID | None
    live: bool
    networks: _Networks
    created_ns: TimeNs
    expires_ns: TimeNs | None


class KeyList(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A page of keys that were not revoked."""

    items: tuple[KeyShown, ...]
    next_cursor: Cursor | None = None


class KeyMade(msgspec.Struct, frozen=True, kw_only=True):
    """A new key, shown once."""

    id: UUID
    key: Annotated[str, msgspec.Meta(examples=["fxk_9f2cPq0x1J4u7a3Vd5e6bQ8wK1mZ2nY3tR4sX5oL6pI"])]
