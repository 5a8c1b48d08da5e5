"""Forgotten and changed passwords. Neither skips the second factor, and both end sessions."""

from __future__ import annotations

from typing import final
from uuid import UUID

import sqlalchemy as sa

from forexai_saas.accounts.addresses import plain_address
from forexai_saas.accounts.foundation import Foundation
from forexai_saas.accounts.mail_tokens import find_mail_token, issue_mail_token, use_mail_token, void_mail_tokens
from forexai_saas.accounts.passwords import check_password
from forexai_saas.accounts.recording import record, record_about, record_alone
from forexai_saas.accounts.sessions import end_sessions
from forexai_saas.accounts.settings import RULES
from forexai_saas.audit.chain import Detail
from forexai_saas.errors import AccountError
from forexai_saas.notifications.outbox import Outbox
from forexai_saas.storage.database import Session
from forexai_saas.storage.ids import new_id
from forexai_saas.storage.scopes import Scope
from forexai_saas.storage.tables import sessions, users

__all__ = ["Resetting"]


@final
class Resetting:
    """Sets passwords anew.

    Parameters
    ----------
    on : Foundation
        Database, passwords, limits.
    outbox : Outbox
        For the mails.
    """

    def __init__(self, on: Foundation, outbox: Outbox) -> None:
        self._on = on
        self._outbox = outbox

    async def forgot(self, email: str, *, address: str) -> None:
        """Send a link to whoever has the account of a mail address; the same answer where nobody has.

        Raises
        ------
        AccountError
            If it is no address, or too many were asked for.
        """
        plain = plain_address(email)
        await self._on.limits.take((RULES.MAIL_ACCOUNT, plain), (RULES.MAIL_ADDRESS, address))
        async with self._on.same_time():
            found = await self._on.lookups.one("forexai_user_by_email", plain)
            if found is None:
                return
            async with self._on.database.writing(await self._on.scope_of(found[0])) as session:
                row = await session.first(sa.select(users.c.state, users.c.language))
                if row is None or row.state != "active":
                    return
                token = await issue_mail_token(session, self._on, "reset", life_s=self._on.settings.reset_link_s)
                key, values = f"reset.{new_id().hex}", {"token": token}
                await self._outbox.put(session, key, "reset", language=row.language, values=values)
                await record_about(session, self._on, "password.reset-asked", personal={"address": address})

    async def reset(self, token: str, password: str, *, address: str) -> UUID:
        """Set a password by a link; return whose.

        It signs nobody in: that takes the new password and, where there is one, the second factor, which stays as it
        was. All sessions end. The mailbox is proved by it.

        Raises
        ------
        AccountError
            If the link was used, is too old or is none, or the password cannot be taken.
        """
        await self._on.limits.take((RULES.TOKEN_ADDRESS, address))
        user_id, token_id = await find_mail_token(self._on, token)
        check_password(password)
        password_hash = await self._on.passwords.hash(password)
        async with self._on.database.writing(await self._on.scope_of(user_id)) as session:
            row = await session.first(sa.select(users))
            if row is None or row.state != "active":
                raise AccountError("link.refused", "This link was used already, or is too old. Ask for another.")
            check_password(password, about=(row.email, row.name))
            await use_mail_token(session, self._on, token_id, "reset")
            proved_ns = row.email_verified_ns or self._on.clock.now_ns()
            await session.execute(sa.update(users).values(email_verified_ns=proved_ns))
            await self._set(session, password_hash, row.language)
            ended = await end_sessions(session, self._on, "password reset")
            await record(
                session, self._on, "password.reset", details={"sessions": ended}, personal={"address": address}
            )
        return user_id

    async def change(self, user_id: UUID, old: str, new: str, *, session_id: UUID) -> None:
        """Change a password that is known; every other session ends.

        Raises
        ------
        AccountError
            If the old one is wrong, or the new one cannot be taken.
        """
        await self._on.limits.take((RULES.SIGN_IN_ACCOUNT, user_id.hex))
        async with self._on.database.reading(Scope(user_id=user_id)) as session:
            row = await session.first(sa.select(users))
        scope = await self._on.scope_of(user_id)
        if row is None or not await self._on.passwords.matches(row.password_hash, old):
            await record_alone(self._on, scope, "password.refused", details={"session": str(session_id)})
            raise AccountError("password.wrong", "The password is wrong.")
        check_password(new, about=(row.email, row.name))
        password_hash = await self._on.passwords.hash(new)
        async with self._on.database.writing(scope) as session:
            same = await session.first(sa.select(users.c.id).where(users.c.password_hash == row.password_hash))
            if same is None:
                raise AccountError("password.wrong", "The password is wrong.")
            await self._set(session, password_hash, row.language)
            ended = await end_sessions(session, self._on, "password changed", sessions.c.id != session_id)
            details: dict[str, Detail] = {"session": str(session_id), "sessions": ended}
            await record(session, self._on, "password.changed", details=details)

    async def _set(self, session: Session, password_hash: str, language: str) -> None:
        await session.execute(sa.update(users).values(password_hash=password_hash))
        await void_mail_tokens(session, self._on, "reset")
        await self._outbox.put(session, f"changed.{new_id().hex}", "password-changed", language=language)
