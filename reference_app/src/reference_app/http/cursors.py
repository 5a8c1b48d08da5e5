"""Pages of long lists: a cursor says after which row the next one begins."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from forexai_saas.errors import AccountError

__all__ = ["after", "cursor_of", "key_of", "number_of", "page_of"]

_NUMBER = re.compile(r"[1-9]\d{0,17}")


def after(statement: sa.Select[Any], key: sa.Column[Any], cursor: str | None, limit: int) -> sa.Select[Any]:
    """Limit a statement to the rows after a cursor, in the order of their keys; one more row than asked for.

    Keys are made in the order of time (UUIDv7), so rows that are added meanwhile come last and none is shown twice.

    Raises
    ------
    AccountError
        If the cursor is none that was given out.
    """
    ordered = statement.order_by(key).limit(limit + 1)
    return ordered if cursor is None else ordered.where(key > key_of(cursor))


def page_of(rows: Sequence[Any], limit: int, key: str) -> tuple[Sequence[Any], str | None]:
    """Give the rows of a page, and the cursor of the next one; None where there is none."""
    if len(rows) <= limit:
        return rows, None
    last: UUID = getattr(rows[limit - 1], key)
    return rows[:limit], cursor_of(last)


def cursor_of(key: UUID) -> str:
    """Write the cursor of the rows that follow the one of a key."""
    return base64.urlsafe_b64encode(key.bytes).rstrip(b"=").decode()


def number_of(cursor: str | None) -> int | None:
    """Give the number that a cursor of a numbered list stands for; None for the first page.

    Raises
    ------
    AccountError
        If the cursor is none that was given out.
    """
    if cursor is None:
        return None
    if not _NUMBER.fullmatch(cursor):
        raise _wrong()
    return int(cursor)


def key_of(cursor: str | None) -> UUID | None:
    """Give the key that a cursor stands for; None for the first page.

    Raises
    ------
    AccountError
        If the cursor is none that was given out.
    """
    if cursor is None:
        return None
    try:
        return UUID(bytes=base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error) as problem:
        raise _wrong() from problem


def _wrong() -> AccountError:
    return AccountError("cursor.wrong", "This is no cursor of a list. Begin without one.")
