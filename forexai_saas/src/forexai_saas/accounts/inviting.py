"""Invitations: a link by mail to one address, good once and for a week, for one role in one tenant."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from typing import Any, final
from uuid import UUID

import attrs
import sqlalchemy as sa

from forexai_core.errors import ConflictError
from forexai_saas.accounts.addresses import plain_address
from forexai_saas.accounts.foundation import Foundation
from forexai_saas.accounts.members import MANAGE, check_may_give
from forexai_saas.accounts.recording import record
from forexai_saas.accounts.roles import Role
from forexai_saas.accounts.settings import RULES
from forexai_saas.accounts.tokens import hashed, new_token
from forexai_saas.errors import AccountError, ScopeError
from forexai_saas.notifications.outbox import Outbox
from forexai_saas.secrets.vault import Spot
from forexai_saas.storage.database import Session
from forexai_saas.storage.ids import new_id
from forexai_saas.storage.scopes import Scope
from forexai_saas.storage.tables import invitations, memberships, tenants, users

__all__ = ["InvitationView", "Inviting"]

_LIFE_S = 7 * 86_400


@attrs.frozen(kw_only=True)
class InvitationView:
    """An open invitation as whoever may invite sees it."""

    invitation_id: UUID
    email: str
    role: Role
    created_ns: int
    expires_ns: int


@final
class Inviting:
    """Invites, takes invitations up and takes them back.

    Parameters
    ----------
    on : Foundation
        Database, vault, clock and limits.
    outbox : Outbox
        For the mail.
    """

    def __init__(self, on: Foundation, outbox: Outbox) -> None:
        self._on = on
        self._outbox = outbox

    async def invite(self, scope: Scope, email: str, role: Role, *, language: str = "en") -> InvitationView:
        """Send an invitation to an address, whether or not anybody has an account there; an older one to it is void.

        Raises
        ------
        AccountError
            If the scope's person may not give that role, it is no address, or too many were sent.
        """
        if scope.user_id is None or scope.tenant_id is None:
            raise ScopeError("A person of a tenant invites: name both in the scope.")
        plain, made, token = plain_address(email), new_id(), new_token()
        now_ns, expires_ns = self._on.clock.now_ns(), self._on.after_ns(_LIFE_S)
        await self._on.limits.take((RULES.INVITE_TENANT, scope.tenant_id.hex), (RULES.INVITE_ACCOUNT, plain))
        async with self._on.database.writing(scope) as session:
            await check_may_give(session, scope.user_id, role)
            await self._end(session, "replaced", invitations.c.address_hash == self._hash(plain))
            await session.execute(
                sa.insert(invitations).values(
                    id=made,
                    token_hash=hashed(token),
                    address_hash=self._hash(plain),
                    sealed_address=await self._on.vault.seal(session, "tenant", _spot(made), plain.encode()),
                    role=role.value,
                    invited_by=scope.user_id,
                    created_ns=now_ns,
                    expires_ns=expires_ns,
                )
            )
            name = await session.value(sa.select(tenants.c.name))
            values = {"token": token, "tenant": name, "role": role.value}
            await self._outbox.put(
                session, f"invitation.{made.hex}", "invitation", language=language, values=values, to=plain
            )
            details = {"invitation": str(made), "role": role.value}
            await record(session, self._on, "invitation.sent", details=details, personal={"address": plain})
        return InvitationView(invitation_id=made, email=plain, role=role, created_ns=now_ns, expires_ns=expires_ns)

    async def accept(self, user_id: UUID, token: str, *, address: str) -> UUID:
        """Take an invitation up as the person whose proved address it was sent to; return the tenant.

        Raises
        ------
        AccountError
            If it is none, was used, is too old or for another address, or whoever sent it may not invite any more; the
            same answer for all of them. ``member.there`` where the person is a member already.
        """
        await self._on.limits.take((RULES.TOKEN_ADDRESS, address))
        found = await self._on.lookups.one("forexai_invitation", hashed(token))
        if found is None:
            raise _refused()
        tenant_id, made = found
        try:
            async with self._on.database.writing(Scope(tenant_id=tenant_id, user_id=user_id)) as session:
                await self._join(session, user_id, made)
        except ConflictError as problem:
            raise AccountError("member.there", "You are a member of this tenant already.") from problem
        return tenant_id

    async def revoke(self, scope: Scope, invitation_id: UUID) -> bool:
        """Take an invitation back; False where it is not open.

        Raises
        ------
        AccountError
            If the scope's person may not.
        """
        async with self._on.database.writing(scope) as session:
            await self._check(session, scope)
            if not await self._end(session, "revoked", invitations.c.id == invitation_id):
                return False
            await record(session, self._on, "invitation.revoked", details={"invitation": str(invitation_id)})
        return True

    async def list(
        self, scope: Scope, *, before: UUID | None = None, limit: int | None = None
    ) -> Sequence[InvitationView]:
        """List the open invitations of the scope's tenant, the newest first.

        Parameters
        ----------
        before : UUID, optional
            The last one of the page before.
        limit : int, optional
            How many at most.
        """
        now_ns = self._on.clock.now_ns()
        async with self._on.database.reading(scope) as session:
            await self._check(session, scope)
            this = sa.and_(invitations.c.ended_ns.is_(None), invitations.c.expires_ns > now_ns)
            chosen = sa.select(invitations).where(this).order_by(invitations.c.id.desc()).limit(limit)
            rows = await session.rows(chosen if before is None else chosen.where(invitations.c.id < before))
            return [await self._view(session, row) for row in rows]

    async def _join(self, session: Session, user_id: UUID, invitation_id: UUID) -> None:
        person = await session.first(sa.select(users.c.email, users.c.email_verified_ns, users.c.state))
        row = await session.first(sa.select(invitations).where(invitations.c.id == invitation_id))
        if row is None or person is None or person.state != "active" or person.email_verified_ns is None:
            raise _refused()
        late = row.expires_ns <= self._on.clock.now_ns()
        if late or not hmac.compare_digest(row.address_hash, self._hash(person.email)):
            raise _refused()
        try:
            await check_may_give(session, row.invited_by, row.role)
        except AccountError as problem:
            raise _refused() from problem
        if not await self._end(session, "accepted", invitations.c.id == invitation_id):
            raise _refused()
        await session.execute(
            sa.insert(memberships).values(user_id=user_id, role=row.role, created_ns=self._on.clock.now_ns())
        )
        details = {"invitation": str(invitation_id), "role": row.role}
        await record(session, self._on, "invitation.accepted", details=details)

    async def _end(self, session: Session, reason: str, this: sa.ColumnElement[bool]) -> bool:
        ended = sa.update(invitations).where(this, invitations.c.ended_ns.is_(None))
        return await session.changed(ended.values(ended_ns=self._on.clock.now_ns(), ended_by=reason)) > 0

    async def _check(self, session: Session, scope: Scope) -> None:
        if scope.user_id is None:
            raise ScopeError(f"Whoever manages members ({MANAGE}) is a person: name one in the scope.")
        await check_may_give(session, scope.user_id, Role.VIEWER)

    async def _view(self, session: Session, row: sa.Row[Any]) -> InvitationView:
        email = await self._on.vault.open(session, "tenant", _spot(row.id), row.sealed_address)
        return InvitationView(
            invitation_id=row.id,
            email=email.decode(),
            role=Role(row.role),
            created_ns=row.created_ns,
            expires_ns=row.expires_ns,
        )

    def _hash(self, email: str) -> bytes:
        return hmac.new(self._on.address_key, email.encode(), hashlib.sha256).digest()


def _spot(invitation_id: UUID) -> Spot:
    return Spot("invitations", invitation_id.hex, "sealed_address")


def _refused() -> AccountError:
    return AccountError("invitation.refused", "This invitation was used already, is too old, or is not for you.")
