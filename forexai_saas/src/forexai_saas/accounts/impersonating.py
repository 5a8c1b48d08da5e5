"""Looking into a tenant for the platform: with a reason, for an hour, changing nothing, and told in its log."""

from __future__ import annotations

from typing import final
from uuid import UUID

import attrs
import sqlalchemy as sa

from forexai_saas.accounts.administrators import check_administrator
from forexai_saas.accounts.foundation import Foundation
from forexai_saas.accounts.sessions import Identity
from forexai_saas.accounts.tokens import hashed, new_token
from forexai_saas.audit.log import PLATFORM, Event
from forexai_saas.errors import AccountError
from forexai_saas.storage.ids import new_id
from forexai_saas.storage.scopes import Scope
from forexai_saas.storage.tables import impersonations, tenants, users

__all__ = ["Impersonating", "Impersonation"]

_LIFE_S, _LONGEST_REASON = 3_600, 200


@attrs.frozen(kw_only=True)
class Impersonation:
    """Somebody of the platform who looks into a tenant.

    Open transactions for them with ``Database.reading`` alone, and without a person: what belongs to people, such as
    their mails and sessions, stays theirs.
    """

    impersonation_id: UUID
    tenant_id: UUID
    admin_id: UUID
    expires_ns: int
    permissions: frozenset[str] = frozenset({"tenant:data:read"})


@final
class Impersonating:
    """Begins, tells and ends.

    Parameters
    ----------
    on : Foundation
        Database, clock and audit log.
    """

    def __init__(self, on: Foundation) -> None:
        self._on = on

    async def begin(self, admin: Identity, tenant_id: UUID, *, reason: str) -> str:
        """Begin; return the token, which is shown once.

        The tenant's log says that the platform looked, and why. Who it was stands with the impersonation, for the
        platform.

        Raises
        ------
        AccountError
            If it is no administrator of the platform, lacks a fresh code of the authenticator, or gives no reason.
        """
        await self._check_admin(admin)
        if not 0 < len(reason.strip()) <= _LONGEST_REASON or not reason.isprintable():
            raise AccountError("impersonation.reason", f"Give the reason in 1 to {_LONGEST_REASON} characters.")
        token, made = new_token(), new_id()
        async with self._on.database.writing(Scope(tenant_id=tenant_id)) as session:
            if await session.first(sa.select(tenants.c.id)) is None:
                raise AccountError("tenant.unknown", "There is no such tenant.")
            await session.execute(
                sa.insert(impersonations).values(
                    id=made,
                    admin_id=admin.user_id,
                    token_hash=hashed(token),
                    reason=reason.strip(),
                    created_ns=self._on.clock.now_ns(),
                    expires_ns=self._on.after_ns(_LIFE_S),
                )
            )
            details = {"impersonation": str(made), "reason": reason.strip()}
            event = Event(action="impersonation.begun", actor=PLATFORM, details=details)
            await self._on.audit.append(session, event)
        return token

    async def identify(self, token: str) -> Impersonation:
        """Tell who looks into what; asked at every request.

        Raises
        ------
        AccountError
            If it is none, has ended, or whoever began it is no administrator any more.
        """
        found = await self._on.lookups.one("forexai_impersonation", hashed(token))
        if found is None:
            raise _ended()
        tenant_id, made = found
        async with self._on.database.reading(Scope(tenant_id=tenant_id)) as session:
            row = await session.first(sa.select(impersonations).where(impersonations.c.id == made))
        if row is None or row.ended_ns is not None or row.expires_ns <= self._on.clock.now_ns():
            raise _ended()
        if not await self._is_admin(row.admin_id):
            raise _ended()
        return Impersonation(
            impersonation_id=made, tenant_id=tenant_id, admin_id=row.admin_id, expires_ns=row.expires_ns
        )

    async def end(self, this: Impersonation) -> bool:
        """End; False where it has ended already."""
        async with self._on.database.writing(Scope(tenant_id=this.tenant_id)) as session:
            open_one = sa.and_(impersonations.c.id == this.impersonation_id, impersonations.c.ended_ns.is_(None))
            ended = sa.update(impersonations).where(open_one).values(ended_ns=self._on.clock.now_ns())
            if await session.changed(ended) != 1:
                return False
            details = {"impersonation": str(this.impersonation_id)}
            await self._on.audit.append(session, Event(action="impersonation.ended", actor=PLATFORM, details=details))
        return True

    async def _check_admin(self, admin: Identity) -> None:
        check_administrator(
            platform_admin=await self._is_admin(admin.user_id),
            second_factor_ns=admin.second_factor_ns,
            totp_ns=admin.totp_ns,
            now_ns=self._on.clock.now_ns(),
            changes=True,
        )

    async def _is_admin(self, user_id: UUID) -> bool:
        async with self._on.database.reading(Scope(user_id=user_id)) as session:
            row = await session.first(sa.select(users.c.platform_admin, users.c.state))
        return row is not None and row.platform_admin and row.state == "active"


def _ended() -> AccountError:
    return AccountError("impersonation.ended", "This look into the tenant has ended. Begin another, with a reason.")
