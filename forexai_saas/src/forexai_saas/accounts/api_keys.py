"""Keys for programs: hashed, scoped, bound to one broker account, and never more than their maker."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import final
from uuid import UUID

import attrs
import sqlalchemy as sa

from forexai_core.ports.notifier import NoticeLevel
from forexai_saas.accounts.foundation import Foundation
from forexai_saas.accounts.recording import record
from forexai_saas.accounts.roles import PERMISSIONS, permissions_of
from forexai_saas.accounts.settings import RULES
from forexai_saas.accounts.tokens import hashed, new_token
from forexai_saas.audit.chain import Detail
from forexai_saas.errors import AccountError
from forexai_saas.notifications.board import Board
from forexai_saas.storage.database import Session
from forexai_saas.storage.ids import new_id
from forexai_saas.storage.scopes import Scope
from forexai_saas.storage.tables import api_keys, memberships, tenants, users

__all__ = ["PREFIX", "ApiKeys", "Caller", "KeyRequest"]

PREFIX = "fxk_"
_HINT = len(PREFIX) + 6
_LONGEST_NAME = 100
_LONGEST_LIVE_S = 90 * 86_400


def _networks(texts: Sequence[str]) -> tuple[str, ...]:
    try:
        return tuple(str(ipaddress.ip_network(text.strip())) for text in texts)
    except ValueError as problem:
        raise AccountError("api-key.networks", f"Networks are written as 192.0.2.0/24: {problem}.") from problem


@attrs.frozen(kw_only=True)
class KeyRequest:
    """What a key shall be good for.

    Attributes
    ----------
    scopes : tuple of str
        Names of permissions; only those that a key may carry.
    account_id : UUID or None
        The one broker account that it may act on; None reads only.
    live : bool
        Whether that account is a live one. Such a key expires within 90 days and says from where it comes.
    networks : tuple of str
        From where it may come; empty is anywhere.
    life_s : float or None
        None does not expire.
    """

    name: str
    scopes: tuple[str, ...]
    account_id: UUID | None = None
    live: bool = False
    networks: tuple[str, ...] = attrs.field(default=(), converter=_networks)
    life_s: float | None = None

    def check(self) -> None:
        """Refuse what no key may be.

        Raises
        ------
        AccountError
            With the reason.
        """
        if not self.name.strip() or len(self.name) > _LONGEST_NAME:
            raise AccountError("api-key.name", f"Name the key in 1 to {_LONGEST_NAME} characters.")
        never = sorted(each for each in self.scopes if each not in PERMISSIONS or not PERMISSIONS[each].for_keys)
        if never or not self.scopes:
            raise AccountError("api-key.scopes", f"No key may carry {', '.join(never) or 'nothing at all'}.")
        if self.account_id is None and any(PERMISSIONS[each].trades for each in self.scopes):
            raise AccountError("api-key.account", "A key that trades is bound to one account: name it.")
        if self.life_s is not None and self.life_s <= 0:
            raise AccountError("api-key.life", "A key lasts longer than no time.")
        if self.live and self.account_id is None:
            raise AccountError("api-key.account", "A live key is bound to one account: name it.")
        if self.live and (self.life_s is None or self.life_s > _LONGEST_LIVE_S or not self.networks):
            raise AccountError("api-key.live", "A key for a live account names its networks, and expires in 90 days.")


@attrs.frozen(kw_only=True)
class Caller:
    """A program that showed a key.

    Attributes
    ----------
    permissions : frozenset of str
        The key's scopes, less what its maker may no longer do.
    suspended : bool
        Whether its tenant is: then the key only reads and reduces.
    """

    tenant_id: UUID
    user_id: UUID
    key_id: UUID
    account_id: UUID | None
    live: bool
    permissions: frozenset[str]
    suspended: bool = False


@final
class ApiKeys:
    """Makes, takes and revokes keys.

    Parameters
    ----------
    on : Foundation
        Database, clock and limits.
    board : Board, optional
        Where its maker is told of a key, in the transaction that makes it, and by mail; without one nobody is.
    """

    def __init__(self, on: Foundation, *, board: Board | None = None) -> None:
        self._on = on
        self._board = board

    async def make(self, scope: Scope, asked: KeyRequest) -> tuple[UUID, str]:
        """Make a key for a member of a tenant; return its id and the key itself, which is shown once.

        One for an account is better made by ``TradingKeys``, which asks the gate first. What it may do is asked again
        at every use, whoever made it.

        Parameters
        ----------
        scope : Scope
            Tenant and maker.
        asked : KeyRequest
            What it shall be good for.

        Raises
        ------
        AccountError
            If no key may be that, or the maker may not do it.
        """
        async with self._on.database.writing(scope) as session:
            return await self.add(session, asked)

    async def add(self, session: Session, asked: KeyRequest) -> tuple[UUID, str]:
        """Make a key in the transaction that found that its maker may.

        Raises
        ------
        AccountError
            If no key may be that, or its maker may not do what it is for.
        """
        asked.check()
        made, key = new_id(), new_token(PREFIX)
        held = permissions_of(await session.value(_role_of(session.scope.user_id)))
        if not held.issuperset({*asked.scopes, "keys:own:write"}):
            raise AccountError("permission.missing", "A key may do no more than whoever makes it.")
        await session.execute(
            sa.insert(api_keys).values(
                id=made,
                user_id=session.scope.user_id,
                account_id=asked.account_id,
                name=asked.name.strip(),
                hint=key[:_HINT],
                key_hash=hashed(key),
                scopes=sorted(asked.scopes),
                live=asked.live,
                networks=list(asked.networks),
                created_ns=self._on.clock.now_ns(),
                expires_ns=None if asked.life_s is None else self._on.after_ns(asked.life_s),
            )
        )
        await self._tell(session, made, asked)
        details: dict[str, Detail] = {"key": str(made), "live": asked.live, "scopes": " ".join(asked.scopes)}
        await record(session, self._on, "key.made", details=details)
        return made, key

    async def _tell(self, session: Session, made: UUID, asked: KeyRequest) -> None:
        if self._board is not None:
            values = {"who": await session.value(sa.select(users.c.name)), "key": asked.name.strip()}
            level = NoticeLevel.WARNING
            await self._board.put(session, f"key.{made.hex}", "key.made", level=level, values=values, mail=True)

    async def identify(self, key: str, *, address: str) -> Caller:
        """Tell who shows a key, and what that program may do now.

        Raises
        ------
        AccountError
            If it is none, was revoked, is too old, comes from elsewhere, or its tenant or maker is out; the same
            answer for all of them.
        """
        found = await self._on.lookups.one("forexai_api_key", hashed(key))
        if found is None:
            # Only what is wrong counts: a program asks often.
            await self._on.limits.take((RULES.TOKEN_ADDRESS, address))
            raise _refused()
        tenant_id, key_id = found
        async with self._on.database.reading(Scope(tenant_id=tenant_id)) as session:
            row = await session.first(
                sa.select(api_keys, memberships.c.role, tenants.c.state)
                .join(memberships, memberships.c.user_id == api_keys.c.user_id)
                .join(tenants, tenants.c.id == api_keys.c.tenant_id)
                .where(api_keys.c.id == key_id)
            )
        # Of a suspended tenant too: its positions can be reduced and closed, and the gate lets nothing be opened.
        if row is None or row.revoked_ns is not None or row.state == "closed":
            raise _refused()
        expired = row.expires_ns is not None and row.expires_ns <= self._on.clock.now_ns()
        if expired or not _comes_from(address, row.networks) or not await self._maker_is_active(row.user_id):
            raise _refused()
        return Caller(
            tenant_id=tenant_id,
            user_id=row.user_id,
            key_id=key_id,
            account_id=row.account_id,
            live=row.live,
            permissions=permissions_of(row.role).intersection(row.scopes),
            suspended=row.state == "suspended",
        )

    async def revoke(self, scope: Scope, key_id: UUID) -> bool:
        """Revoke a key of the tenant; False where there is none to revoke."""
        async with self._on.database.writing(scope) as session:
            this = sa.update(api_keys).where(api_keys.c.id == key_id, api_keys.c.revoked_ns.is_(None))
            revoked = await session.changed(this.values(revoked_ns=self._on.clock.now_ns())) == 1
            if revoked:
                await record(session, self._on, "key.revoked", details={"key": str(key_id)})
            return revoked

    async def _maker_is_active(self, user_id: UUID) -> bool:
        async with self._on.database.reading(Scope(user_id=user_id)) as session:
            state: str | None = await session.value(sa.select(users.c.state))
        return state == "active"


def _role_of(user_id: UUID | None) -> sa.Select[tuple[str]]:
    return sa.select(memberships.c.role).where(memberships.c.user_id == user_id)


def _comes_from(address: str, networks: Sequence[str]) -> bool:
    if not networks:
        return True
    try:
        there = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = getattr(there, "ipv4_mapped", None)
    return any((mapped or there) in ipaddress.ip_network(network) for network in networks)


def _refused() -> AccountError:
    return AccountError("api-key.refused", "This key is good for nothing here. Make another.")
