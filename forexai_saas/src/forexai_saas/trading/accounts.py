"""Trading accounts: made once as paper or live, granted to people, armed and disarmed."""

from __future__ import annotations

from typing import Any, Literal, final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from forexai_saas.accounts.foundation import Foundation
from forexai_saas.accounts.recording import record
from forexai_saas.accounts.sessions import Identity
from forexai_saas.audit.log import Event
from forexai_saas.errors import AccountError
from forexai_saas.storage.database import Session
from forexai_saas.storage.ids import new_id
from forexai_saas.storage.scopes import Scope
from forexai_saas.storage.tables import account_grants, armed_accounts, memberships, trading_accounts
from forexai_saas.trading.gate import TradingGate
from forexai_saas.trading.rules import KILL, Ask

__all__ = ["TradingAccounts"]

_LONGEST_NAME = 100


@final
class TradingAccounts:
    """Keeps the accounts of tenants.

    Parameters
    ----------
    on : Foundation
        Database, clock and audit log.
    gate : TradingGate
        Asked before every change.
    """

    def __init__(self, on: Foundation, gate: TradingGate) -> None:
        self._on = on
        self._gate = gate

    async def add(self, tenant_id: UUID, who: Identity, *, name: str, mode: Literal["paper", "live"]) -> UUID:
        """Add an account; its mode never changes. A live one is not armed, and granted to nobody.

        Raises
        ------
        AccountError
            If it may not be done, or the name is none.
        """
        made = new_id()
        async with self._on.database.writing(_scope(tenant_id, who)) as session:
            await self.enter(session, who, made, name=name, mode=mode)
        return made

    async def enter(
        self, session: Session, who: Identity, made: UUID, *, name: str, mode: Literal["paper", "live"]
    ) -> None:
        """Add an account as :meth:`add` does, in a transaction that writes what goes with it, too.

        Parameters
        ----------
        session : Session
            For the tenant and the person.
        made : UUID
            The account's new key.
        """
        if not name.strip() or len(name) > _LONGEST_NAME:
            raise AccountError("account.name", f"Name the account in 1 to {_LONGEST_NAME} characters.")
        permission = "brokers:connections:write" if mode == "live" else "brokers:paper:write"
        await self._gate.check(session, who, Ask(permission=permission))
        await session.execute(
            sa.insert(trading_accounts).values(
                id=made, name=name.strip(), mode=mode, created_ns=self._on.clock.now_ns()
            )
        )
        await record(session, self._on, "account.added", details={"account": str(made), "mode": mode})

    async def arm(self, tenant_id: UUID, who: Identity, account_id: UUID) -> bool:
        """Let positions be opened on a live account from now on; False where it is armed already."""
        async with self._on.database.writing(_scope(tenant_id, who)) as session:
            ask = Ask(permission="trading:live:arm", account_id=account_id, live=True)
            await self._gate.check(session, who, ask)
            insert: Any = (postgresql.insert if session.dialect == "postgresql" else sqlite.insert)(armed_accounts)
            row = {"account_id": account_id, "mode": "live", "armed_ns": self._on.clock.now_ns()}
            armed = insert.values(**row).on_conflict_do_nothing(index_elements=["tenant_id", "account_id"])
            done = await session.value(armed.returning(armed_accounts.c.account_id)) is not None
            return await self._told(session, "account.armed", account_id, done=done)

    async def disarm(self, tenant_id: UUID, who: Identity, account_id: UUID) -> bool:
        """Let nothing more be opened; whoever may trade may do it, with no factor. False where it was not armed."""
        async with self._on.database.writing(_scope(tenant_id, who)) as session:
            await self._gate.check(session, who, Ask(permission=KILL, account_id=account_id))
            disarmed = sa.delete(armed_accounts).where(armed_accounts.c.account_id == account_id)
            done = await session.changed(disarmed) == 1
            return await self._told(session, "account.disarmed", account_id, done=done)

    async def grant(self, tenant_id: UUID, who: Identity, account_id: UUID, member_id: UUID) -> bool:
        """Let a member trade on an account; False where they may already.

        Raises
        ------
        AccountError
            If it may not be done, or there is no such account or member.
        """
        async with self._on.database.writing(_scope(tenant_id, who)) as session:
            await self._gate.check(session, who, await _granting(session, account_id))
            member = sa.select(memberships.c.role).where(memberships.c.user_id == member_id)
            if await session.first(member) is None:
                raise AccountError("member.unknown", "There is no such member in this tenant.")
            this = _grant_of(account_id, member_id)
            if await session.first(sa.select(account_grants.c.granted_ns).where(this)) is not None:
                return False
            row = {"account_id": account_id, "user_id": member_id, "granted_by": who.user_id}
            await session.execute(sa.insert(account_grants).values(granted_ns=self._on.clock.now_ns(), **row))
            await self._tell(session, "account.granted", who, account_id, member_id)
        return True

    async def withdraw(self, tenant_id: UUID, who: Identity, account_id: UUID, member_id: UUID) -> bool:
        """Take a grant back; False where there is none."""
        async with self._on.database.writing(_scope(tenant_id, who)) as session:
            await self._gate.check(session, who, Ask(permission="members:all:write"))
            if not await session.changed(sa.delete(account_grants).where(_grant_of(account_id, member_id))):
                return False
            await self._tell(session, "account.withdrawn", who, account_id, member_id)
        return True

    async def _told(self, session: Session, action: str, account_id: UUID, *, done: bool) -> bool:
        if done:
            await record(session, self._on, action, details={"account": str(account_id)})
        return done

    async def _tell(self, session: Session, action: str, who: Identity, account_id: UUID, member_id: UUID) -> None:
        details = {"account": str(account_id)}
        await self._on.audit.append(
            session, Event(action=action, actor=who.user_id, subject=member_id, details=details)
        )


def _scope(tenant_id: UUID, who: Identity) -> Scope:
    return Scope(tenant_id=tenant_id, user_id=who.user_id)


def _grant_of(account_id: UUID, member_id: UUID) -> sa.ColumnElement[bool]:
    return sa.and_(account_grants.c.account_id == account_id, account_grants.c.user_id == member_id)


async def _granting(session: Session, account_id: UUID) -> Ask:
    """Give what it takes to grant an account: as much as arming it, where it is a live one."""
    mode = await session.value(sa.select(trading_accounts.c.mode).where(trading_accounts.c.id == account_id))
    if mode == "live":
        return Ask(permission="trading:live:arm", account_id=account_id, live=True)
    return Ask(permission="members:all:write", account_id=account_id)
