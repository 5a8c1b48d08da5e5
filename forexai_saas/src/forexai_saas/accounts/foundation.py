"""What all account services stand on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import attrs

from forexai_core.ports.clock import Clock
from forexai_saas.accounts.passwords import Passwords
from forexai_saas.accounts.rates import RateLimits
from forexai_saas.accounts.settings import AccountSettings
from forexai_saas.secrets.master_keys import MasterKeys
from forexai_saas.secrets.vault import Vault
from forexai_saas.storage.database import Database
from forexai_saas.storage.lookups import Lookups

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

    @asynccontextmanager
    async def same_time(self) -> AsyncIterator[None]:
        """Take as long for one outcome as for another, errors included."""
        until_ns = self.clock.monotonic_ns() + round(self.settings.same_answer_s * 1e9)
        try:
            yield
        finally:
            await self.clock.sleep((until_ns - self.clock.monotonic_ns()) / 1e9)

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
    passwords: Passwords | None = None,
) -> Foundation:
    """Put it together."""
    return Foundation(
        database=database,
        lookups=lookups,
        clock=clock,
        vault=Vault(masters, clock),
        limits=RateLimits(database, clock, masters.derived("rate-limits")),
        passwords=passwords or Passwords(),
        settings=settings or AccountSettings(),
    )
