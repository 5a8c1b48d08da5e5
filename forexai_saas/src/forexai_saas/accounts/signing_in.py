"""Signing in: password, then the second factor where there is one."""

from __future__ import annotations

from typing import Any, final
from uuid import UUID

import sqlalchemy as sa

from forexai_saas.accounts.addresses import plain_address
from forexai_saas.accounts.foundation import Foundation
from forexai_saas.accounts.recording import record, record_about
from forexai_saas.accounts.second_factor import SecondFactor, has_second_factor
from forexai_saas.accounts.sessions import Client, Grant, SessionBook, end_sessions, open_session
from forexai_saas.accounts.settings import RULES
from forexai_saas.audit.chain import Detail
from forexai_saas.errors import AccountError
from forexai_saas.storage.ids import new_id
from forexai_saas.storage.scopes import Scope
from forexai_saas.storage.tables import sessions, users

__all__ = ["SigningIn"]


@final
class SigningIn:
    """Signs people in.

    Parameters
    ----------
    on : Foundation
        Database, passwords, limits.
    book : SessionBook
        Tells whose a pending session is.
    second_factor : SecondFactor
        Checks codes.
    """

    def __init__(self, on: Foundation, book: SessionBook, second_factor: SecondFactor) -> None:
        self._on = on
        self._book = book
        self._second_factor = second_factor

    async def sign_in(self, email: str, password: str, client: Client) -> Grant:
        """Open a session, or one that waits for the second factor.

        An unknown address, a wrong password, a suspended person: the same answer after the same work.

        Raises
        ------
        AccountError
            If it is refused, or too much was tried; ``sign-in.unverified`` only where the password was right.
        """
        address = plain_address(email)
        await self._on.limits.take((RULES.SIGN_IN_ACCOUNT, address), (RULES.SIGN_IN_ADDRESS, client.address))
        async with self._on.same_refusal():
            row, factor = await self._known(address, password, client)
        await self._on.limits.forgive(RULES.SIGN_IN_ACCOUNT, address)
        grant = await self._open(row, factor=factor, client=client)
        if self._on.passwords.is_weak(row.password_hash):
            await self._strengthen(row.id, row.password_hash, password)
        return grant

    async def _known(self, address: str, password: str, client: Client) -> tuple[sa.Row[Any], bool]:
        """Give the person and whether there is a second factor, or refuse; what was refused is recorded."""
        found = await self._on.lookups.one("forexai_user_by_email", address)
        user_id = found[0] if found else new_id()  # nobody's: the same questions, without an answer
        async with self._on.database.reading(Scope(user_id=user_id)) as session:
            row = await session.first(sa.select(users))
            factor = await has_second_factor(session)
        right = await self._on.passwords.matches(None if row is None else row.password_hash, password)
        if row is None:
            raise _refused()  # nobody's: there is no log to stand in
        if not right or row.state != "active":
            await self._record_refusal(row.id, client, "state" if right else "password")
            raise _refused()
        if row.email_verified_ns is None:
            await self._record_refusal(row.id, client, "unverified")
            raise AccountError("sign-in.unverified", "Follow the link in the mail first, then sign in.")
        return row, factor

    async def show_second_factor(self, token: str, code: str, client: Client) -> Grant:
        """Finish a sign-in that waits for the second factor; its token is void afterwards.

        Raises
        ------
        AccountError
            If the token is no longer good, or the code is wrong.
        """
        identity = await self._book.identify(token, pending=True)
        await self._on.limits.take((RULES.SECOND_FACTOR, identity.user_id.hex))
        scope = await self._on.scope_of(identity.user_id)
        try:
            grant = await self._finish(scope, identity.session_id, code, client)
        except AccountError as refusal:
            await self._record_refusal(identity.user_id, client, refusal.code)
            raise
        await self._on.limits.forgive(RULES.SECOND_FACTOR, identity.user_id.hex)
        return grant

    async def _finish(self, scope: Scope, session_id: UUID, code: str, client: Client) -> Grant:
        async with self._on.database.writing(scope) as session:
            by_app = await self._second_factor.take(session, code)
            if not await end_sessions(session, self._on, "finished", sessions.c.id == session_id):
                raise AccountError("session.ended", "This sign-in was finished already. Sign in again.")
            now_ns = self._on.clock.now_ns()
            grant = await open_session(
                session, self._on, client, kind=client.kind, second_factor_ns=now_ns, by_app=by_app
            )
            details: dict[str, Detail] = {"session": str(grant.session_id), "factor": True}
            await record(session, self._on, "sign-in.done", details=details, personal=client.personal())
        return grant

    async def _open(self, row: sa.Row[Any], *, factor: bool, client: Client) -> Grant:
        async with self._on.database.writing(await self._on.scope_of(row.id)) as session:
            # The password may have been changed while this one was hashed.
            same = sa.select(users.c.id).where(users.c.password_hash == row.password_hash, users.c.state == "active")
            if await session.first(same) is None:
                raise _refused()
            needs = factor or await has_second_factor(session)
            grant = await open_session(session, self._on, client, kind="pending" if needs else client.kind)
            action = "sign-in.waits" if needs else "sign-in.done"
            details = {"session": str(grant.session_id)}
            await record(session, self._on, action, details=details, personal=client.personal())
            return grant

    async def _record_refusal(self, user_id: UUID, client: Client, reason: str) -> None:
        scope, details = await self._on.scope_of(user_id), {"reason": reason}
        async with self._on.database.writing(scope) as session:
            await record_about(session, self._on, "sign-in.refused", details=details, personal=client.personal())

    async def _strengthen(self, user_id: UUID, kept: str, password: str) -> None:
        stronger = await self._on.passwords.hash(password)
        async with self._on.database.writing(Scope(user_id=user_id)) as session:
            await session.execute(sa.update(users).where(users.c.password_hash == kept).values(password_hash=stronger))


def _refused() -> AccountError:
    return AccountError("sign-in.refused", "The mail address or the password is wrong.")
