"""Forgetting a person in every log: the chains hold, and what was personal can never be read again."""

from __future__ import annotations

from typing import final
from uuid import UUID

from forexai_saas.audit.log import SYSTEM, AuditLog, Event
from forexai_saas.storage.database import Database
from forexai_saas.storage.lookups import Lookups
from forexai_saas.storage.scopes import Scope

__all__ = ["Forgetting"]


@final
class Forgetting:
    """Forgets people.

    Parameters
    ----------
    database, lookups
        Of the application.
    log : AuditLog
        To be forgotten in.
    """

    def __init__(self, database: Database, lookups: Lookups, log: AuditLog) -> None:
        self._database = database
        self._lookups = lookups
        self._log = log

    async def forget(self, user_id: UUID) -> int:
        """Destroy somebody's keys and pseudonyms in the logs of all tenants; return in how many.

        Each tenant's in a transaction of its own, which also records that somebody was forgotten, and not who.
        Run again after a failure, it goes on with those that are left.
        """
        forgotten = 0
        for (tenant_id,) in await self._lookups.ask("forexai_audit_tenants_of_user", user_id):
            async with self._database.writing(Scope(tenant_id=tenant_id)) as session:
                if await self._log.people.forget(session, user_id):
                    await self._log.append(session, Event(action="account.forgotten", actor=SYSTEM))
                    forgotten += 1
        return forgotten
