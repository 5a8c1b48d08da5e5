"""The person of the demonstration."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from forexai_core.errors import ConflictError
from forexai_saas.accounts.foundation import Foundation
from forexai_saas.accounts.recording import record
from forexai_saas.accounts.sessions import Client, Grant, open_session
from forexai_saas.audit.chain import Detail
from forexai_saas.storage.ids import new_id
from forexai_saas.storage.scopes import Scope
from forexai_saas.storage.tables import memberships, tenants, users

__all__ = ["DEMO_EMAIL", "demo_user", "open_demo_session"]

DEMO_EMAIL = "demo@forexai.localhost"
"""Of the demonstration's person: a name that leads nowhere (RFC 6761)."""

_NAME = "Demonstration"


async def demo_user(on: Foundation) -> UUID:
    """Give the person of the demonstration, who is made the first time; there is no password to guess."""
    found = await on.lookups.one("forexai_user_by_email", DEMO_EMAIL)
    if found is not None:
        return found[0]
    scope, now_ns = Scope(user_id=new_id(), tenant_id=new_id()), on.clock.now_ns()
    try:
        async with on.database.writing(scope) as session:
            await session.execute(
                sa.insert(users).values(
                    email=DEMO_EMAIL,
                    email_verified_ns=now_ns,
                    name=_NAME,
                    language="en",
                    state="active",
                    platform_admin=False,
                    created_ns=now_ns,
                )
            )
            await session.execute(sa.insert(tenants).values(name=_NAME, state="active", created_ns=now_ns))
            await session.execute(sa.insert(memberships).values(user_id=scope.user_id, role="owner", created_ns=now_ns))
            await record(session, on, "account.registered", details={"by": "login-link"})
    except ConflictError:  # somebody was faster
        return await demo_user(on)
    if scope.user_id is None:  # for the type alone: it was made above
        raise ConflictError("The person of the demonstration could not be made.")
    return scope.user_id


async def open_demo_session(on: Foundation, user_id: UUID, client: Client) -> Grant:
    """Open a browser's session of a person."""
    async with on.database.writing(await on.scope_of(user_id)) as session:
        grant = await open_session(session, on, client, kind="browser")
        details: dict[str, Detail] = {"session": str(grant.session_id), "by": "login-link"}
        await record(session, on, "sign-in.done", details=details, personal=client.personal())
        return grant
