"""The board: what people are told inside the application, each event once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, final
from uuid import UUID

import attrs
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from forexai_core.errors import ConfigError
from forexai_core.ports.clock import Clock
from forexai_core.ports.notifier import NoticeLevel
from forexai_saas.notifications.choices import choice_of, topic_of
from forexai_saas.notifications.messages import Messages, Words, messages
from forexai_saas.notifications.outbox import Outbox
from forexai_saas.storage.database import Database, Session
from forexai_saas.storage.ids import new_id
from forexai_saas.storage.scopes import Scope
from forexai_saas.storage.tables import notices, users

__all__ = ["Board", "NoticePage", "NoticeView"]

_LONGEST_KEY, _MOST = 100, 200


@attrs.frozen(kw_only=True)
class NoticeView:
    """A notice as it is shown."""

    notice_id: UUID
    code: str
    level: NoticeLevel
    words: Words
    created_ns: int
    read_ns: int | None


@attrs.frozen(kw_only=True)
class NoticePage:
    """Some notices, the newest first.

    Attributes
    ----------
    next : UUID or None
        Where the next page begins; None at the end.
    unread : int
        How many there are in all that were not read.
    """

    notices: Sequence[NoticeView]
    next: UUID | None
    unread: int


@final
class Board:
    """Puts notices up, shows them, and knows which were read.

    Parameters
    ----------
    database : Database
        Of the application.
    outbox : Outbox
        For those that go out by mail too.
    clock : Clock
        When.
    words : Messages, optional
        Default those that ship.
    """

    def __init__(self, database: Database, outbox: Outbox, clock: Clock, *, words: Messages | None = None) -> None:
        self._database = database
        self._outbox = outbox
        self._clock = clock
        self._words = words or messages()

    async def put(
        self,
        session: Session,
        key: str,
        code: str,
        *,
        level: NoticeLevel = NoticeLevel.INFO,
        values: Mapping[str, str] | None = None,
        mail: bool = False,
    ) -> bool:
        """Tell the session's person something, in its transaction; False where that event was told already.

        What the person does not want to be told of stands there as read; what is critical never does.

        Parameters
        ----------
        session : Session
            Writing, for the person.
        key : str
            The event's name.
        code : str
            Of the message.
        values : mapping of str to str
            What stands in it: numbers as they are to be read, never what lets somebody in.
        mail : bool
            Whether it goes out by mail too, where the person chose nothing else.

        Raises
        ------
        ConfigError
            If there is no such message, or its values are not those that it needs.
        """
        given = dict(values or {})
        if not 0 < len(key) <= _LONGEST_KEY:
            raise ConfigError(f"The key of a notice has 1 to {_LONGEST_KEY} letters.")
        if set(given) != self._words.places(code):
            raise ConfigError(f"The message '{code}' takes {sorted(self._words.places(code))}, not {sorted(given)}.")
        insert: Any = (postgresql.insert if session.dialect == "postgresql" else sqlite.insert)(notices)
        made, now_ns = new_id(), self._clock.now_ns()
        choice = await choice_of(session, topic_of(code))
        quiet = not (choice.unread or choice.needed or level is NoticeLevel.CRITICAL)
        row = {"id": made, "key": key, "code": code, "level": NoticeLevel(level).value, "filled_in": given}
        added = insert.values(created_ns=now_ns, read_ns=now_ns if quiet else None, **row).on_conflict_do_nothing(
            index_elements=["user_id", "key"]
        )
        if await session.value(added.returning(notices.c.id)) is None:
            return False
        if choice.mails(proposed=mail):
            language = await session.value(sa.select(users.c.language))
            await self._outbox.put(session, f"notice.{made.hex}", code, language=language, values=given)
        return True

    async def page(self, user_id: UUID, *, language: str, before: UUID | None = None, limit: int = 50) -> NoticePage:
        """Give a page of somebody's notices, the newest first.

        Parameters
        ----------
        before : UUID, optional
            ``next`` of the page before.
        limit : int
            At most 200.
        """
        chosen = sa.select(notices).order_by(notices.c.id.desc()).limit(min(max(limit, 1), _MOST) + 1)
        if before is not None:
            chosen = chosen.where(notices.c.id < before)
        async with self._database.reading(Scope(user_id=user_id)) as session:
            rows = await session.rows(chosen)
            unread = await session.value(_count_unread())
        shown = rows[: min(max(limit, 1), _MOST)]
        following = shown[-1].id if len(rows) > len(shown) else None
        return NoticePage(notices=[self._view(row, language) for row in shown], next=following, unread=unread)

    async def unread(self, user_id: UUID) -> int:
        """Tell how many of somebody's notices were not read."""
        async with self._database.reading(Scope(user_id=user_id)) as session:
            count: int = await session.value(_count_unread())
        return count

    async def mark_read(self, user_id: UUID, *, up_to: UUID | None = None, only: UUID | None = None) -> int:
        """Mark notices as read, all where none is named; return how many were not.

        Parameters
        ----------
        up_to : UUID, optional
            The newest that was shown: what came since stays unread.
        only : UUID, optional
            One of them.
        """
        this: list[sa.ColumnElement[bool]] = [notices.c.read_ns.is_(None)]
        if up_to is not None:
            this.append(notices.c.id <= up_to)
        if only is not None:
            this.append(notices.c.id == only)
        async with self._database.writing(Scope(user_id=user_id)) as session:
            return await session.changed(sa.update(notices).where(*this).values(read_ns=self._clock.now_ns()))

    def _view(self, row: sa.Row[Any], language: str) -> NoticeView:
        return NoticeView(
            notice_id=row.id,
            code=row.code,
            level=NoticeLevel(row.level),
            words=self._words.say(row.code, language, row.filled_in),
            created_ns=row.created_ns,
            read_ns=row.read_ns,
        )


def _count_unread() -> sa.Select[int]:
    return sa.select(sa.func.count()).select_from(notices).where(notices.c.read_ns.is_(None))
