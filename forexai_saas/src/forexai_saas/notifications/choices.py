"""How people want to be told: by topic, on the board as unread or not, and by mail or not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, final
from uuid import UUID

import attrs
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from forexai_core.ports.clock import Clock
from forexai_saas.errors import AccountError
from forexai_saas.notifications.messages import Messages, messages
from forexai_saas.storage.database import Database, Session
from forexai_saas.storage.scopes import Scope
from forexai_saas.storage.tables import notice_choices

__all__ = ["NEEDED", "Choice", "Choices", "choice_of", "topic_of"]

NEEDED = frozenset({"account", "key"})
"""Topics that always come: what they tell may be the first sign that somebody else is in."""

_MAILS = "mail"  # of the codes of mails that are no notices


@attrs.frozen(kw_only=True)
class Choice:
    """How somebody wants to be told of a topic.

    Attributes
    ----------
    topic : str
        What stands before the dot of a message's code: ``trade``.
    unread : bool
        Whether a notice is put up as unread; else it stands there as read already.
    mail : bool or None
        Whether it goes out by mail too; None leaves that to whoever tells it.
    """

    topic: str
    unread: bool = True
    mail: bool | None = None

    @property
    def needed(self) -> bool:
        """Whether it comes whatever is chosen."""
        return self.topic in NEEDED

    def mails(self, *, proposed: bool) -> bool:
        """Tell whether a notice goes out by mail that would by itself, or would not."""
        if self.mail is None or (self.needed and proposed):
            return proposed
        return self.mail


def topic_of(code: str) -> str:
    """Give the topic of a message."""
    return code.partition(".")[0]


async def choice_of(session: Session, topic: str) -> Choice:
    """Give what the transaction's person chose of a topic."""
    row = await session.first(sa.select(notice_choices).where(notice_choices.c.topic == topic))
    return Choice(topic=topic) if row is None else Choice(topic=topic, unread=row.unread, mail=row.mail)


@final
class Choices:
    """Gives and takes what people choose.

    Parameters
    ----------
    database : Database
        Of the application.
    clock : Clock
        When it was chosen.
    words : Messages, optional
        Whose codes name the topics; default those that ship.
    """

    def __init__(self, database: Database, clock: Clock, *, words: Messages | None = None) -> None:
        self._database = database
        self._clock = clock
        codes = (words or messages()).codes
        self.topics = tuple(dict.fromkeys(topic for code in codes if (topic := topic_of(code)) != _MAILS))

    async def all(self, user_id: UUID) -> Sequence[Choice]:
        """Give somebody's choices, one a topic."""
        async with self._database.reading(Scope(user_id=user_id)) as session:
            return [await choice_of(session, topic) for topic in self.topics]

    async def choose(self, user_id: UUID, choice: Choice) -> None:
        """Take a choice in place of the one before.

        Raises
        ------
        AccountError
            If there is no such topic, or it always comes.
        """
        if choice.topic not in self.topics:
            raise AccountError("notice.topic", f"There is no such topic. These are: {', '.join(self.topics)}.")
        if choice.needed and (not choice.unread or choice.mail is False):
            raise AccountError("notice.needed", "Notices about your account and its keys always come: they warn you.")
        values = {"unread": choice.unread, "mail": choice.mail, "changed_ns": self._clock.now_ns()}
        async with self._database.writing(Scope(user_id=user_id)) as session:
            insert: Any = (postgresql.insert if session.dialect == "postgresql" else sqlite.insert)(notice_choices)
            await session.execute(
                insert.values(topic=choice.topic, **values).on_conflict_do_update(
                    index_elements=["user_id", "topic"], set_=values
                )
            )
