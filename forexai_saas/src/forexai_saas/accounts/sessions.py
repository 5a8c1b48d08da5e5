"""Sessions: opaque, kept in the database, ended there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, final
from uuid import UUID

import attrs
import sqlalchemy as sa

from forexai_saas.accounts.foundation import Foundation
from forexai_saas.accounts.recording import record
from forexai_saas.accounts.tokens import hashed, new_token
from forexai_saas.errors import AccountError
from forexai_saas.storage.database import Session
from forexai_saas.storage.ids import new_id
from forexai_saas.storage.scopes import Scope
from forexai_saas.storage.tables import refresh_tokens, sessions, users

__all__ = ["Client", "Grant", "Identity", "SessionBook", "SessionKind", "SessionView", "end_sessions", "open_session"]

SessionKind = Literal["browser", "native", "pending"]

_PROLONG_AFTER_NS = 60 * 10**9
_LONGEST_AGENT, _LONGEST_ADDRESS = 200, 45


def _address(text: str) -> str:
    return text[:_LONGEST_ADDRESS]


def _agent(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable())[:_LONGEST_AGENT]


@attrs.frozen(kw_only=True)
class Client:
    """From where somebody speaks.

    Attributes
    ----------
    address : str
        Network address, as the application's own proxies report it; what a client says of itself does not count.
    agent : str
        Name of the program, for people.
    native : bool
        Whether it is a program that keeps tokens; else a browser with a cookie.
    """

    address: str = attrs.field(converter=_address)
    agent: str = attrs.field(default="", converter=_agent)
    native: bool = False

    def personal(self) -> dict[str, str]:
        """Write it for the audit log, where it is sealed."""
        return {"address": self.address, "agent": self.agent}

    @property
    def kind(self) -> SessionKind:
        """Of the sessions that it gets."""
        return "native" if self.native else "browser"


@attrs.frozen(kw_only=True)
class Grant:
    """What a sign-in hands out, once.

    Attributes
    ----------
    token : str
        A browser's cookie, or a native client's access token.
    refresh_token : str
        Of a native client; empty otherwise.
    second_factor_missing : bool
        Whether the token is good for nothing but showing the second factor.
    """

    session_id: UUID
    token: str = attrs.field(repr=False)
    refresh_token: str = attrs.field(default="", repr=False)
    expires_ns: int
    second_factor_missing: bool = False


@attrs.frozen(kw_only=True)
class Identity:
    """Who speaks, and how sure that is.

    Attributes
    ----------
    second_factor_ns : int or None
        When the second factor was last shown in this session.
    totp_ns : int or None
        When that was a code of the authenticator, and no recovery code.
    """

    user_id: UUID
    session_id: UUID
    kind: SessionKind
    second_factor_ns: int | None
    totp_ns: int | None
    platform_admin: bool


@attrs.frozen(kw_only=True)
class SessionView:
    """A session as its owner sees it."""

    session_id: UUID
    kind: SessionKind
    created_ns: int
    seen_ns: int
    agent: str
    address: str


async def open_session(
    session: Session,
    on: Foundation,
    client: Client,
    *,
    kind: SessionKind,
    second_factor_ns: int | None = None,
    by_app: bool = False,
) -> Grant:
    """Open a session of the transaction's person."""
    made, token, now_ns = new_id(), new_token(), on.clock.now_ns()
    token_ns, longest_ns = _lives(on, kind)
    await session.execute(
        sa.insert(sessions).values(
            id=made,
            kind=kind,
            token_hash=hashed(token),
            created_ns=now_ns,
            seen_ns=now_ns,
            token_expires_ns=token_ns,
            expires_ns=longest_ns,
            second_factor_ns=second_factor_ns,
            totp_ns=second_factor_ns if by_app else None,
            agent=client.agent,
            address=client.address,
        )
    )
    refresh = ""
    if kind == "native":
        refresh = await add_refresh_token(session, on, made, longest_ns)
    return Grant(
        session_id=made,
        token=token,
        refresh_token=refresh,
        expires_ns=token_ns,
        second_factor_missing=kind == "pending",
    )


async def add_refresh_token(session: Session, on: Foundation, session_id: UUID, longest_ns: int) -> str:
    """Make the next refresh token of a session; none outlives the session."""
    token = new_token()
    await session.execute(
        sa.insert(refresh_tokens).values(
            id=new_id(),
            session_id=session_id,
            token_hash=hashed(token),
            created_ns=on.clock.now_ns(),
            expires_ns=min(on.after_ns(on.settings.native_refresh_s), longest_ns),
        )
    )
    return token


async def end_sessions(session: Session, on: Foundation, reason: str, *conditions: sa.ColumnElement[bool]) -> int:
    """End sessions of the transaction's person, all where no condition is given; return how many."""
    return await session.changed(
        sa.update(sessions)
        .where(sessions.c.ended_ns.is_(None), *conditions)
        .values(ended_ns=on.clock.now_ns(), ended_by=reason)
    )


@final
class SessionBook:
    """Tells whose a token is, and ends sessions.

    Parameters
    ----------
    on : Foundation
        Database and clock.
    """

    def __init__(self, on: Foundation) -> None:
        self._on = on

    async def identify(self, token: str, *, pending: bool = False) -> Identity:
        """Tell who speaks; a session in use is prolonged.

        Asked at every request and every message of a socket, so that what was ended is ended everywhere at once.

        Parameters
        ----------
        token : str
            As it was handed out.
        pending : bool
            Whether a session is asked for that still lacks its second factor; never takes one for the other.

        Raises
        ------
        AccountError
            If it is none, has ended, or its person was suspended.
        """
        found = await self._on.lookups.one("forexai_session_by_token", hashed(token))
        if found is None:
            raise signed_out()
        user_id, session_id = found
        async with self._on.database.reading(Scope(user_id=user_id)) as session:
            row = await session.first(
                sa.select(sessions, users.c.state, users.c.platform_admin)
                .join(users, users.c.id == sessions.c.user_id)
                .where(sessions.c.id == session_id, sessions.c.token_hash == hashed(token))
            )
        now_ns = self._on.clock.now_ns()
        if row is None or row.ended_ns is not None or row.state != "active":
            raise signed_out()
        if now_ns >= min(row.token_expires_ns, row.expires_ns) or (row.kind == "pending") != pending:
            raise signed_out()
        if row.kind == "browser" and now_ns - row.seen_ns >= _PROLONG_AFTER_NS:
            await self._prolong(user_id, session_id, now_ns)
        return Identity(
            user_id=user_id,
            session_id=session_id,
            kind=row.kind,
            second_factor_ns=row.second_factor_ns,
            totp_ns=row.totp_ns,
            platform_admin=row.platform_admin,
        )

    async def list(self, user_id: UUID) -> Sequence[SessionView]:
        """List the sessions of a person that have not ended, the newest first."""
        now_ns = self._on.clock.now_ns()
        async with self._on.database.reading(Scope(user_id=user_id)) as session:
            rows = await session.rows(
                sa.select(sessions)
                .where(sessions.c.ended_ns.is_(None), sessions.c.expires_ns > now_ns, sessions.c.kind != "pending")
                .order_by(sessions.c.created_ns.desc())
            )
        return [
            SessionView(
                session_id=row.id,
                kind=row.kind,
                created_ns=row.created_ns,
                seen_ns=row.seen_ns,
                agent=row.agent,
                address=row.address,
            )
            for row in rows
            # A browser's that was left alone too long is over; a native one waits for its refresh token.
            if row.kind == "native" or row.token_expires_ns > now_ns
        ]

    async def end(self, user_id: UUID, session_id: UUID, *, reason: str = "signed out") -> bool:
        """End one session of a person; False where there is none to end."""
        async with self._on.database.writing(await self._on.scope_of(user_id)) as session:
            ended = await end_sessions(session, self._on, reason, sessions.c.id == session_id) > 0
            if ended:
                await record(session, self._on, "session.ended", details={"session": str(session_id), "by": reason})
            return ended

    async def end_all(self, user_id: UUID, *, but: UUID | None = None, reason: str = "signed out everywhere") -> int:
        """End all sessions of a person, or all but one; return how many."""
        conditions = () if but is None else (sessions.c.id != but,)
        async with self._on.database.writing(await self._on.scope_of(user_id)) as session:
            ended = await end_sessions(session, self._on, reason, *conditions)
            if ended:
                await record(session, self._on, "session.all-ended", details={"sessions": ended, "by": reason})
            return ended

    async def _prolong(self, user_id: UUID, session_id: UUID, now_ns: int) -> None:
        until_ns = self._on.after_ns(self._on.settings.browser_idle_s)
        async with self._on.database.writing(Scope(user_id=user_id)) as session:
            await session.execute(
                sa.update(sessions)
                .where(sessions.c.id == session_id, sessions.c.ended_ns.is_(None))
                .values(seen_ns=now_ns, token_expires_ns=until_ns)
            )


def signed_out() -> AccountError:
    """Say that a token is good for nothing; the same whatever the reason."""
    return AccountError("session.ended", "You are not signed in, or no longer. Sign in again.")


def _lives(on: Foundation, kind: SessionKind) -> tuple[int, int]:
    settings = on.settings
    token_s, longest_s = {
        "browser": (settings.browser_idle_s, settings.browser_longest_s),
        "native": (settings.native_access_s, settings.native_longest_s),
        "pending": (settings.second_factor_wait_s, settings.second_factor_wait_s),
    }[kind]
    return on.after_ns(min(token_s, longest_s)), on.after_ns(longest_s)
