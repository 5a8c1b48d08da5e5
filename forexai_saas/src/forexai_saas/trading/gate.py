"""The gate: asked in the transaction of whatever touches an account, answered from what the database says."""

from __future__ import annotations

from typing import final
from uuid import UUID

import sqlalchemy as sa

from forexai_saas.accounts.api_keys import Caller
from forexai_saas.accounts.impersonating import Impersonation
from forexai_saas.accounts.roles import permissions_of
from forexai_saas.accounts.sessions import Identity
from forexai_saas.billing.fact_book import FactBook
from forexai_saas.billing.standing import Opening
from forexai_saas.errors import ScopeError
from forexai_saas.storage.database import Session
from forexai_saas.storage.tables import account_grants, armed_accounts, memberships, tenants, trading_accounts, users
from forexai_saas.trading.disclosure import has_agreed
from forexai_saas.trading.rules import Account, Ask, Asker, Question, refusal_of

__all__ = ["TradingGate", "Who"]

Who = Identity | Caller | Impersonation
"""Whoever may ask: a person in a session, a program with a key, or the platform looking in."""


@final
class TradingGate:
    """Answers whether somebody may do something now.

    Parameters
    ----------
    book : FactBook
        Tells where a tenant stands.
    """

    def __init__(self, book: FactBook) -> None:
        self._book = book

    async def check(self, session: Session, who: Who, ask: Ask, *, open_trades: int = 0) -> None:
        """Refuse, or return. Ask in the transaction that acts, so that nothing changes in between.

        Parameters
        ----------
        session : Session
            For the tenant, and for the person: of the session, or the maker of the key.
        who : Identity, Caller or Impersonation
            Who asks, as it was told a moment ago.
        ask : Ask
            What for.
        open_trades : int
            Live trades of the tenant that are open now.

        Raises
        ------
        AccountError
            With the code of the first rule that refuses.
        ScopeError
            If the transaction speaks for another.
        """
        asker = await self._asker(session, who, ask)
        account = await _account(session, ask.account_id)
        standing = await self._book.standing(session)
        opening = standing.opening(live=account is not None and account.live, open_trades=open_trades)
        if await session.value(sa.select(tenants.c.state)) != "active":
            opening = Opening.REDUCE_ONLY
        question = Question(ask=ask, asker=asker, account=account, opening=opening, now_ns=self._book.now_ns())
        refusal = refusal_of(question)
        if refusal is not None:
            raise refusal

    async def _asker(self, session: Session, who: Who, ask: Ask) -> Asker:
        if isinstance(who, Impersonation):
            _same(session, who.tenant_id, None)
            return Asker(kind="impersonation", permissions=who.permissions)
        tenant_id = who.tenant_id if isinstance(who, Caller) else session.scope.tenant_id
        _same(session, tenant_id, who.user_id)
        role = await session.value(sa.select(memberships.c.role).where(memberships.c.user_id == who.user_id))
        person = await session.first(sa.select(users.c.platform_admin, users.c.state))
        permissions = permissions_of(role) if person is not None and person.state == "active" else frozenset()
        granted = await _is_granted(session, who.user_id, ask.account_id)
        admin, agreed = person is not None and person.platform_admin, await has_agreed(session)
        if isinstance(who, Caller):
            return Asker(
                kind="key",
                permissions=permissions & who.permissions,
                platform_admin=admin,
                granted=granted,
                agreed=agreed,
                key_account_id=who.account_id,
                key_live=who.live,
            )
        return Asker(
            kind="person",
            permissions=permissions,
            platform_admin=admin,
            granted=granted,
            agreed=agreed,
            second_factor_ns=who.second_factor_ns,
            totp_ns=who.totp_ns,
        )


def _same(session: Session, tenant_id: UUID | None, user_id: UUID | None) -> None:
    scope = session.scope
    if scope.tenant_id is None or scope.tenant_id != tenant_id or (user_id is not None and scope.user_id != user_id):
        raise ScopeError("The gate is asked in a transaction of the tenant and of whoever asks.")


async def _account(session: Session, account_id: UUID | None) -> Account | None:
    if account_id is None:
        return None
    row = await session.first(sa.select(trading_accounts).where(trading_accounts.c.id == account_id))
    if row is None:
        return None
    armed = sa.select(armed_accounts.c.armed_ns).where(armed_accounts.c.account_id == account_id)
    return Account(account_id=row.id, live=row.mode == "live", armed=await session.first(armed) is not None)


async def _is_granted(session: Session, user_id: UUID, account_id: UUID | None) -> bool:
    if account_id is None:
        return False
    this = sa.and_(account_grants.c.user_id == user_id, account_grants.c.account_id == account_id)
    return await session.first(sa.select(account_grants.c.granted_ns).where(this)) is not None
