"""What all account services stand on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import attrs

from forexai_core.ports.clock import Clock
from forexai_saas.accounts.passwords import Passwords
from forexai_saas.accounts.rates import RateLimits
from forexai_saas.accounts.settings import AccountSettings
from forexai_saas.audit.log import AuditLog
from forexai_saas.errors import AccountError
from forexai_saas.secrets.master_keys import MasterKeys
from forexai_saas.secrets.vault import Vault
from forexai_saas.storage.database import Database
from forexai_saas.storage.lookups import Lookups
from forexai_saas.storage.scopes import Scope

__all__ = ["Foundation", "lay_foundation"]


@attrs.frozen(kw_only=True)
class Foundation:
    """Database, clock, vault, limits and settings, shared by the services."""

    database: Database
    lookups: Lookups
    clock: Clock
    vault: Vault
    limits: RateLimits
    passwords: Passwords
    settings: AccountSettings
    audit: AuditLog
    address_key: bytes = attrs.field(repr=False)

    @asynccontextmanager
    async def same_time(self) -> AsyncIterator[None]:
        """Take as long for one outcome as for another, errors included."""
        until_ns = self.clock.monotonic_ns() + round(self.settings.same_answer_s * 1e9)
        try:
            yield
        finally:
            await self.clock.sleep((until_ns - self.clock.monotonic_ns()) / 1e9)

    @asynccontextmanager
    async def same_refusal(self) -> AsyncIterator[None]:
        """Take at least as long for one refusal as for another; what is granted is not held up."""
        until_ns = self.clock.monotonic_ns() + round(self.settings.same_answer_s * 1e9)
        try:
            yield
        except AccountError:
            await self.clock.sleep(max(0, until_ns - self.clock.monotonic_ns()) / 1e9)
            raise

    async def scope_of(self, user_id: UUID) -> Scope:
        """Speak for a person, and for the tenant in whose log stands what that person does.

        That is the tenant they own, or else the first they work for; none where they work for nobody any more.
        """
        found = await self.lookups.one("forexai_home_of_user", user_id)
        return Scope(user_id=user_id, tenant_id=None if found is None else found[0])

    def after_ns(self, duration_s: float) -> int:
        """Give the time that lies so many seconds ahead."""
        return self.clock.now_ns() + round(duration_s * 1e9)


def lay_foundation(
    database: Database,
    lookups: Lookups,
    clock: Clock,
    masters: MasterKeys,
    *,
    settings: AccountSettings | None = None,
) -> Foundation:
    """Put it together."""
    chosen = settings or AccountSettings()
    passwords = Passwords(
        at_once=chosen.passwords_at_once, time_cost=chosen.password_passes, memory_kib=chosen.password_memory_kib
    )
    vault = Vault(masters, clock)
    return Foundation(
        database=database,
        lookups=lookups,
        clock=clock,
        vault=vault,
        limits=RateLimits(database, clock, masters.derived("rate-limits")),
        passwords=passwords,
        settings=chosen,
        audit=AuditLog(vault, clock),
        address_key=masters.derived("addresses"),
    )
