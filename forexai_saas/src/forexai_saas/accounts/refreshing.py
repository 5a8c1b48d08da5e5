"""Refresh tokens of native clients: each is good once, and one that comes again ends the session."""

from __future__ import annotations

from typing import final

import attrs
import sqlalchemy as sa

from forexai_saas.accounts.foundation import Foundation
from forexai_saas.accounts.recording import record_about
from forexai_saas.accounts.sessions import Client, Grant, add_refresh_token, end_sessions, signed_out
from forexai_saas.accounts.settings import RULES
from forexai_saas.accounts.tokens import hashed, new_token
from forexai_saas.errors import AccountError
from forexai_saas.storage.database import Session
from forexai_saas.storage.tables import refresh_tokens, sessions, users

__all__ = ["Refreshing"]


@final
class Refreshing:
    """Changes a refresh token for the next pair.

    Parameters
    ----------
    on : Foundation
        Database, clock and limits.
    """

    def __init__(self, on: Foundation) -> None:
        self._on = on

    async def refresh(self, token: str, client: Client) -> Grant:
        """Give new tokens for an unused one; the former access token is void at once.

        A token that comes a second time was copied, by a thief or from a thief: nobody can tell which of the two is
        asking, so the whole session ends (RFC 9700, 4.14.2).

        Raises
        ------
        AccountError
            If the token is none, is too old, came before, or its session has ended.
        """
        await self._on.limits.take((RULES.TOKEN_ADDRESS, client.address))
        found = await self._on.lookups.one("forexai_refresh_by_token", hashed(token))
        if found is None:
            raise signed_out()
        user_id, token_id = found
        async with self._on.database.writing(await self._on.scope_of(user_id)) as session:
            answer = await self._rotate(session, sa.and_(refresh_tokens.c.id == token_id), client)
        # Raised outside, so that what was ended stays ended.
        if isinstance(answer, AccountError):
            raise answer
        return answer

    async def _rotate(self, session: Session, this: sa.ColumnElement[bool], client: Client) -> Grant | AccountError:
        now_ns = self._on.clock.now_ns()
        # One statement takes it: of two that ask at once, one finds it used.
        taken = await session.changed(
            sa.update(refresh_tokens).where(this, refresh_tokens.c.used_ns.is_(None)).values(used_ns=now_ns)
        )
        row = await session.first(
            sa.select(refresh_tokens.c.expires_ns, sessions.c.id, sessions.c.expires_ns.label("longest_ns"))
            .add_columns(sessions.c.ended_ns, sessions.c.kind, users.c.state)
            .join(sessions, sessions.c.id == refresh_tokens.c.session_id)
            .join(users, users.c.id == refresh_tokens.c.user_id)
            .where(this)
        )
        if row is None:
            return signed_out()
        if not taken:
            if await end_sessions(session, self._on, "token reused", sessions.c.id == row.id):
                details = {"session": str(row.id)}
                await record_about(session, self._on, "session.reused", details=details, personal=client.personal())
            return AccountError(
                "session.reused", "This token was used before, so the session was ended. Sign in again."
            )
        if row.ended_ns is not None or row.state != "active" or now_ns >= min(row.expires_ns, row.longest_ns):
            return signed_out()
        access = new_token()
        until_ns = min(self._on.after_ns(self._on.settings.native_access_s), row.longest_ns)
        await session.execute(
            sa.update(sessions)
            .where(sessions.c.id == row.id)
            .values(token_hash=hashed(access), token_expires_ns=until_ns, seen_ns=now_ns)
        )
        following = await add_refresh_token(session, self._on, row.id, row.longest_ns)
        return attrs.evolve(Grant(session_id=row.id, token=access, expires_ns=until_ns), refresh_token=following)
