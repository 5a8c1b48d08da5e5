"""What is asked and answered about notices."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

import msgspec

from reference_app.http.fields import Cursor, TimeNs

__all__ = ["ChoiceList", "ChoiceMade", "ChoiceShown", "NoticeList", "NoticeShown", "ReadMarked", "Reading", "Unread"]

Mail = Annotated[
    bool | None, msgspec.Meta(description="Whether notices go out by mail too; null: those that are weighty.")
]
AsUnread = Annotated[
    bool, msgspec.Meta(examples=[True], description="Whether notices count as unread; what is critical always does.")
]


class NoticeShown(msgspec.Struct, frozen=True, kw_only=True):
    """A notice, in its reader's language."""

    id: UUID
    code: Annotated[str, msgspec.Meta(examples=["key.made"], description="Names the message, for programs.")]
    level: Annotated[Literal["info", "warning", "critical"], msgspec.Meta(examples=["warning"])]
    title: Annotated[str, msgspec.Meta(examples=["A key was made: Reports"])]
    text: Annotated[str, msgspec.Meta(examples=["Ada made the key Reports. If you do not know of it, revoke it."])]
    created_ns: TimeNs
    read_ns: TimeNs | None


class NoticeList(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A page of notices, the newest first, and how many of all were not read."""

    items: tuple[NoticeShown, ...]
    unread: Annotated[int, msgspec.Meta(examples=[3])]
    next_cursor: Cursor | None = None


class Unread(msgspec.Struct, frozen=True, kw_only=True):
    """How many notices were not read."""

    unread: Annotated[int, msgspec.Meta(examples=[3])]


class Reading(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which notices were read: all up to the newest that was shown, or one. With neither, all."""

    up_to: UUID | None = None
    only: UUID | None = None


class ReadMarked(msgspec.Struct, frozen=True, kw_only=True):
    """How many notices were unread until now, and how many still are."""

    marked: Annotated[int, msgspec.Meta(examples=[2])]
    unread: Annotated[int, msgspec.Meta(examples=[1])]


class ChoiceShown(msgspec.Struct, frozen=True, kw_only=True):
    """How a person is told of a topic.

    Attributes
    ----------
    needed : bool
        Whether it always comes: it may be the first sign that somebody else is in.
    """

    topic: Annotated[str, msgspec.Meta(examples=["trade"])]
    unread: AsUnread
    mail: Mail
    needed: Annotated[bool, msgspec.Meta(examples=[False])]


class ChoiceList(msgspec.Struct, frozen=True, kw_only=True):
    """One choice a topic."""

    items: tuple[ChoiceShown, ...]


class ChoiceMade(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a person wants to be told of a topic."""

    unread: AsUnread
    mail: Mail = None
