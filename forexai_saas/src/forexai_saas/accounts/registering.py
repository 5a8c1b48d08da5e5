"""Registering: a person, the tenant they own, and the proof that the mail address is theirs."""

from __future__ import annotations

from typing import final
from uuid import UUID

import attrs
import sqlalchemy as sa

from forexai_core.errors import ConflictError
from forexai_saas.accounts.addresses import plain_address
from forexai_saas.accounts.foundation import Foundation
from forexai_saas.accounts.mail_tokens import find_mail_token, issue_mail_token, use_mail_token
from forexai_saas.accounts.passwords import check_password
from forexai_saas.accounts.recording import record
from forexai_saas.accounts.settings import RULES
from forexai_saas.errors import AccountError
from forexai_saas.notifications.outbox import Outbox
from forexai_saas.storage.database import Session
from forexai_saas.storage.ids import new_id
from forexai_saas.storage.scopes import Scope
from forexai_saas.storage.tables import memberships, tenants, users

__all__ = ["Registering", "Registration", "check_name"]

_LONGEST_NAME = 200


def check_name(name: str) -> None:
    """Refuse what is no name of a person.

    Raises
    ------
    AccountError
        With the reason.
    """
    if not name.strip() or len(name) > _LONGEST_NAME or not name.isprintable():
        raise AccountError("name.wrong", f"Give a name of 1 to {_LONGEST_NAME} characters.")


@attrs.frozen(kw_only=True)
class Registration:
    """What somebody fills in."""

    email: str = attrs.field(converter=plain_address)
    password: str = attrs.field(repr=False)
    name: str
    language: str = "en"

    def check(self) -> None:
        """Refuse what cannot be taken.

        Raises
        ------
        AccountError
            With the reason.
        """
        check_name(self.name)
        check_password(self.password, about=(self.email, self.name))


@final
class Registering:
    """Registers people, and proves their mail addresses.

    Parameters
    ----------
    foundation : Foundation
        Database, clock, vault and limits.
    outbox : Outbox
        For the mails.
    """

    def __init__(self, foundation: Foundation, outbox: Outbox) -> None:
        self._on = foundation
        self._outbox = outbox

    async def register(self, asked: Registration, *, address: str) -> None:
        """Register somebody, or tell the owner of the mail address that it is registered already.

        The caller learns nothing of which it was: the answer is the same, the password is hashed in both cases, and
        one mail goes out in both.

        Parameters
        ----------
        asked : Registration
            What was filled in.
        address : str
            Network address that it came from.

        Raises
        ------
        AccountError
            If the name or the password cannot be taken, or too much came from there.
        """
        asked.check()
        await self._on.limits.take((RULES.REGISTER_ADDRESS, address), (RULES.MAIL_ACCOUNT, asked.email))
        async with self._on.same_time():
            await self._register(asked, address)

    async def _register(self, asked: Registration, address: str) -> None:
        password_hash = await self._on.passwords.hash(asked.password)
        found = await self._on.lookups.one("forexai_user_by_email", asked.email)
        if found is None:
            try:
                await self._add(asked, password_hash, address)
            except ConflictError:
                # Somebody was faster with the same address.
                found = await self._on.lookups.one("forexai_user_by_email", asked.email)
        if found is not None:
            await self._tell_known(found[0], asked.language)

    async def verify(self, token: str, password: str, *, address: str) -> UUID:
        """Take a link of a verification mail; return whose address it proves.

        The password is asked for too. Else somebody could register another's address with a password of their own,
        wait until the owner follows the link, and be in. The owner, who does not know that password, sets another
        by mail, which proves the address as well.

        Raises
        ------
        AccountError
            If the link was used, is too old, or is none, or the password is not the account's.
        """
        await self._on.limits.take((RULES.TOKEN_ADDRESS, address))
        user_id, token_id = await find_mail_token(self._on, token)
        await self._on.limits.take((RULES.SIGN_IN_ACCOUNT, user_id.hex))
        async with self._on.database.reading(Scope(user_id=user_id)) as session:
            kept = await session.value(sa.select(users.c.password_hash))
        if not await self._on.passwords.matches(kept, password):
            raise AccountError("link.password", "This is not the password of the account. Set another by mail.")
        async with self._on.database.writing(await self._on.scope_of(user_id)) as session:
            await use_mail_token(session, self._on, token_id, "verify")
            await session.execute(
                sa.update(users)
                .where(users.c.email_verified_ns.is_(None), users.c.password_hash == kept)
                .values(email_verified_ns=self._on.clock.now_ns())
            )
            await record(session, self._on, "account.address-proved", personal={"address": address})
        return user_id

    async def _add(self, asked: Registration, password_hash: str, address: str) -> None:
        now_ns, scope = self._on.clock.now_ns(), Scope(user_id=new_id(), tenant_id=new_id())
        async with self._on.database.writing(scope) as session:
            await session.execute(
                sa.insert(users).values(
                    email=asked.email,
                    name=asked.name.strip(),
                    language=asked.language,
                    password_hash=password_hash,
                    state="active",
                    platform_admin=False,
                    created_ns=now_ns,
                )
            )
            await session.execute(sa.insert(tenants).values(name=asked.name.strip(), state="active", created_ns=now_ns))
            await session.execute(sa.insert(memberships).values(user_id=scope.user_id, role="owner", created_ns=now_ns))
            await self._send_link(session, asked.language)
            await record(session, self._on, "account.registered", personal={"address": address})

    async def _send_link(self, session: Session, language: str) -> None:
        token = await issue_mail_token(session, self._on, "verify", life_s=self._on.settings.verify_link_s)
        await self._outbox.put(session, f"verify.{new_id().hex}", "verify", language=language, values={"token": token})

    async def _tell_known(self, user_id: UUID, language: str) -> None:
        async with self._on.database.writing(Scope(user_id=user_id)) as session:
            row = await session.first(sa.select(users.c.email_verified_ns, users.c.state))
            if row is not None and row.state == "active" and row.email_verified_ns is None:
                # The password stays the first one's: `verify` asks for it.
                await self._send_link(session, language)
            elif row is not None and row.state == "active":
                await self._outbox.put(session, f"known.{new_id().hex}", "already-registered", language=language)
