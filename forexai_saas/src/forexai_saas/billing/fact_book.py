"""The book of facts in the database: each is added once, and where a tenant stands follows from all of them."""

from __future__ import annotations

from typing import Any, final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from forexai_core.errors import BillingError
from forexai_core.ports.clock import Clock
from forexai_saas.audit.log import SYSTEM, AuditLog, Event
from forexai_saas.billing.facts import Fact, fact_body, read_fact
from forexai_saas.billing.standing import Standing, standing_of
from forexai_saas.plans import PlanTable, plan_table
from forexai_saas.storage.database import Session
from forexai_saas.storage.ids import new_id
from forexai_saas.storage.tables import billing_facts

__all__ = ["FactBook"]

_LONGEST_SOURCE, _LONGEST_KEY = 20, 200


@final
class FactBook:
    """Adds facts of the transaction's tenant, and tells where it stands.

    Parameters
    ----------
    clock : Clock
        When a fact was recorded, and what time it is.
    audit : AuditLog
        Where that is told.
    table : PlanTable, optional
        Default the plans that ship.
    """

    def __init__(self, clock: Clock, audit: AuditLog, *, table: PlanTable | None = None) -> None:
        self._clock = clock
        self._audit = audit
        self.table = table or plan_table()

    async def record(self, session: Session, fact: Fact, *, source: str, key: str) -> bool:
        """Add a fact, in the transaction of whatever follows from it; False where it is there already.

        Parameters
        ----------
        session : Session
            Writing, for the tenant.
        source, key : str
            Who says so, and the source's own name of it: what comes twice under one name is one fact.

        Raises
        ------
        BillingError
            If another fact stands under that name, or the name is none.
        """
        if not (0 < len(source) <= _LONGEST_SOURCE and 0 < len(key) <= _LONGEST_KEY):
            raise BillingError(f"A fact is named by a source of 1 to {_LONGEST_SOURCE} letters and a key of its own.")
        body, made = fact_body(fact), new_id()
        insert: Any = (postgresql.insert if session.dialect == "postgresql" else sqlite.insert)(billing_facts)
        values = {"id": made, "kind": fact.kind, "body": body, "recorded_ns": self._clock.now_ns()}
        added = insert.values(source=source, key=key, **values).on_conflict_do_nothing(
            index_elements=["tenant_id", "source", "key"]
        )
        if await session.value(added.returning(billing_facts.c.id)) is not None:
            details = {"fact": str(made), "kind": fact.kind, "source": source}
            await self._audit.append(session, Event(action="billing.fact", actor=SYSTEM, details=details))
            return True
        this = sa.and_(billing_facts.c.source == source, billing_facts.c.key == key)
        if await session.value(sa.select(billing_facts.c.body).where(this)) != body:
            raise BillingError(f"'{key}' of {source} stands for another fact already. Nothing was changed.")
        return False

    def now_ns(self) -> int:
        """Tell what time it is, by the clock that the standing follows."""
        return self._clock.now_ns()

    async def standing(self, session: Session) -> Standing:
        """Tell where the transaction's tenant stands now."""
        rows = await session.rows(sa.select(billing_facts.c.body))
        return standing_of((read_fact(row.body) for row in rows), self._clock.now_ns(), self.table)
