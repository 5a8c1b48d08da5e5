"""The outbox of mails: written in the transaction of what they tell, sent afterwards, tried again on failure."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, final
from uuid import UUID

import attrs
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from forexai_core.errors import IntegrityError, NotFoundError
from forexai_core.ports.clock import Clock
from forexai_saas.errors import UndeliverableError
from forexai_saas.secrets.vault import Spot, Vault
from forexai_saas.storage.database import Database, Session
from forexai_saas.storage.ids import new_id
from forexai_saas.storage.lookups import Lookups
from forexai_saas.storage.scopes import Scope
from forexai_saas.storage.tables import mails, users

__all__ = ["Letter", "Outbox", "PostRoom"]

_FIRST_PAUSE_S, _LONGEST_PAUSE_S, _MOST_ATTEMPTS = 30.0, 3_600.0, 12
_CLAIM_S = 120.0
_TO = "@to"  # beside the values, and sealed with them


@attrs.frozen(kw_only=True)
class Letter:
    """A mail to be sent.

    Attributes
    ----------
    mail_id : UUID
        In the order in which mails were put into the outbox.
    key : str
        The event's: a server that knows it need not deliver twice. It makes the Message-ID.
    to, language, template : str
        To whom, and which words.
    values : mapping of str to str
        What stands in it. May hold a link that lets somebody in: never log it.
    """

    mail_id: UUID
    key: str
    to: str
    language: str
    template: str
    values: Mapping[str, str] = attrs.field(repr=False)


Send = Callable[[Letter], Awaitable[None]]


@final
class Outbox:
    """Takes mails in.

    Parameters
    ----------
    vault : Vault
        Seals what stands in them, for the person they go to.
    clock : Clock
        When they are due.
    """

    def __init__(self, vault: Vault, clock: Clock) -> None:
        self._vault = vault
        self._clock = clock

    async def put(
        self,
        session: Session,
        key: str,
        template: str,
        *,
        language: str,
        values: Mapping[str, str] | None = None,
        to: str = "",
    ) -> None:
        """Queue a mail in the session's transaction; a key that is there already adds none.

        It goes to the session's person, or at their wish to an address that may be nobody's here.
        """
        made, now_ns = new_id(), self._clock.now_ns()
        text = json.dumps({**(values or {}), **({_TO: to} if to else {})}, sort_keys=True).encode()
        insert: Any = (postgresql.insert if session.dialect == "postgresql" else sqlite.insert)(mails)
        await session.execute(
            insert.values(
                id=made,
                key=key,
                template=template,
                language=language,
                sealed_values=await self._vault.seal(session, "user", _spot(made), text),
                state="queued",
                attempts=0,
                due_ns=now_ns,
                created_ns=now_ns,
            ).on_conflict_do_nothing(index_elements=["user_id", "key"])
        )


@final
class PostRoom:
    """Sends what is in the outbox.

    A mail is claimed before it is sent, so that two processes do not send it both; one whose sender died is sent
    again when the claim runs out. A mail comes twice only where a process dies, or the connection breaks, after it was
    handed over and before that is known here: SMTP has no way to ask whether a mail was taken. None gets lost for that,
    and the second has the Message-ID of the first. What can never be delivered is set aside at once and stops no other;
    what fails is tried again, ever later, twelve times.

    Parameters
    ----------
    database, lookups, vault, clock
        Of the application.
    send : callable
        Delivers one letter, or raises.
    """

    def __init__(self, database: Database, lookups: Lookups, vault: Vault, clock: Clock, send: Send) -> None:
        self._database = database
        self._lookups = lookups
        self._vault = vault
        self._clock = clock
        self._send = send

    async def drain(self) -> int:
        """Send what is due, oldest first, a hundred at most; return how many went out."""
        sent = 0
        for user_id, mail_id in await self._lookups.ask("forexai_due_mails", self._clock.now_ns()):
            if not await self._claim(user_id, mail_id):
                continue
            try:
                await self._send(await self._letter(user_id, mail_id))
            except (UndeliverableError, IntegrityError, NotFoundError) as failure:
                await self._note(user_id, mail_id, type(failure).__name__, for_good=True)
            except Exception as failure:  # noqa: BLE001 - whatever fails with one mail, it is noted, and others go out
                await self._note(user_id, mail_id, type(failure).__name__)  # not its words: they may quote the mail
            else:
                await self._note(user_id, mail_id, "")
                sent += 1
        return sent

    async def _claim(self, user_id: UUID, mail_id: UUID) -> bool:
        now_ns = self._clock.now_ns()
        async with self._database.writing(Scope(user_id=user_id)) as session:
            claimed = await session.changed(
                sa.update(mails)
                .where(mails.c.id == mail_id, mails.c.state == "queued", mails.c.due_ns <= now_ns)
                .values(attempts=mails.c.attempts + 1, due_ns=now_ns + round(_CLAIM_S * 1e9))
            )
        return claimed == 1

    async def _letter(self, user_id: UUID, mail_id: UUID) -> Letter:
        async with self._database.reading(Scope(user_id=user_id)) as session:
            found = sa.select(mails, users.c.email).join(users, users.c.id == mails.c.user_id)
            row = await session.first(found.where(mails.c.id == mail_id))
            if row is None:
                raise NotFoundError("The person whom a mail was for is no more.")
            text = await self._vault.open(session, "user", _spot(mail_id), row.sealed_values)
        values: dict[str, str] = json.loads(text)
        return Letter(
            mail_id=mail_id,
            key=f"{user_id.hex}.{row.key}",
            to=values.pop(_TO, row.email),
            language=row.language,
            template=row.template,
            values=values,
        )

    async def _note(self, user_id: UUID, mail_id: UUID, problem: str, *, for_good: bool = False) -> None:
        async with self._database.writing(Scope(user_id=user_id)) as session:
            attempts = await session.value(sa.select(mails.c.attempts).where(mails.c.id == mail_id))
            if attempts is not None:
                update = sa.update(mails).where(mails.c.id == mail_id)
                await session.execute(update.values(**self._outcome(problem, _MOST_ATTEMPTS if for_good else attempts)))

    def _outcome(self, problem: str, attempts: int) -> dict[str, Any]:
        now_ns = self._clock.now_ns()
        if not problem:
            # What was in it is of no use any more.
            return {"state": "sent", "ended_ns": now_ns, "problem": None, "sealed_values": b""}
        if attempts >= _MOST_ATTEMPTS:
            return {"state": "failed", "ended_ns": now_ns, "problem": problem, "sealed_values": b""}
        pause_s = min(_FIRST_PAUSE_S * 2.0 ** (attempts - 1), _LONGEST_PAUSE_S)
        return {"due_ns": now_ns + round(pause_s * 1e9), "problem": problem}


def _spot(mail_id: UUID) -> Spot:
    return Spot("mails", mail_id.hex, "sealed_values")
