"""The meter of tenants in the database: reserve and settle hold across processes, and never overshoot."""

from __future__ import annotations

from typing import Any, final
from uuid import UUID
from zoneinfo import ZoneInfo

import attrs
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from forexai_core.errors import BillingError, ConflictError, QuotaExceededError
from forexai_core.ports.billing import Entitlement, Reservation, Usage
from forexai_core.ports.clock import Clock
from forexai_saas.billing.fact_book import FactBook
from forexai_saas.billing.periods import day_around
from forexai_saas.billing.refusals import refusal_text
from forexai_saas.billing.standing import Standing, StandingState
from forexai_saas.billing.usage_book import check_text
from forexai_saas.plans import Period
from forexai_saas.storage.database import Database, Session
from forexai_saas.storage.scopes import Scope
from forexai_saas.storage.tables import usage_counters, usage_reservations

__all__ = ["Overview", "TenantMeter"]

_TRIES = 5


@attrs.frozen(kw_only=True)
class Overview:
    """All that a tenant may use and has used in the present periods.

    Attributes
    ----------
    standing : Standing
        Where it stands with the platform.
    features : tuple
        Of every feature the right and the usage, in the order of the table of plans.
    """

    standing: Standing
    features: tuple[tuple[Entitlement, Usage], ...]


@final
class TenantMeter:
    """Counts what tenants use against where they stand.

    One row counts what is taken of a feature in a period; one statement adds to it only as far as is allowed, so two
    who ask at once, from whatever process, cannot both take the last unit.

    Parameters
    ----------
    database : Database
        Of the application.
    book : FactBook
        Tells where a tenant stands.
    clock : Clock
        What day it is.
    zone : str
        In which a day's allowance begins and ends.
    """

    def __init__(self, database: Database, book: FactBook, clock: Clock, *, zone: str = "UTC") -> None:
        self._database = database
        self._book = book
        self._clock = clock
        self._zone = ZoneInfo(zone)

    async def entitlement(self, tenant_id: UUID, feature: str) -> Entitlement:
        """Tell what a tenant may use in the present period."""
        async with self._database.reading(Scope(tenant_id=tenant_id)) as session:
            return self._entitlement(await self._book.standing(session), feature)

    async def usage(self, tenant_id: UUID, feature: str) -> Usage:
        """Tell what a tenant has used in the present period."""
        async with self._database.reading(Scope(tenant_id=tenant_id)) as session:
            right = self._entitlement(await self._book.standing(session), feature)
            return await _usage(session, right)

    async def overview(self, tenant_id: UUID) -> Overview:
        """Tell where a tenant stands, and what it may use and has used of every feature, as of one instant."""
        async with self._database.reading(Scope(tenant_id=tenant_id)) as session:
            standing = await self._book.standing(session)
            rights = [self._entitlement(standing, feature) for feature in self._book.table.features]
            return Overview(
                standing=standing, features=tuple([(right, await _usage(session, right)) for right in rights])
            )

    async def reserve(self, tenant_id: UUID, feature: str, amount: int, *, key: str) -> Reservation:
        """Keep units aside; the same call again gives the reservation as it stands.

        Raises
        ------
        QuotaExceededError
            If so many are not allowed; it says what, how much, and until when.
        BillingError
            If the feature is not metered, the amount is senseless, or the key stands for something else.
        """
        check_text("key", key)
        self._book.table.feature(feature)
        if not _is_count(amount) or amount < 1:
            raise BillingError(f"{amount!r} units of {feature} cannot be reserved. Reserve whole units, 1 or more.")
        for _ in range(_TRIES):
            try:
                async with self._database.writing(Scope(tenant_id=tenant_id)) as session:
                    return await self._reserve(session, feature, amount, key)
            except ConflictError:
                continue  # the same key was reserved in this moment; it is found now
        raise BillingError(f"'{key}' was made and taken back {_TRIES} times while it was reserved. Try again.")

    async def settle(self, tenant_id: UUID, key: str, amount: int) -> Reservation:
        """Book what was used, at most what was reserved, and free the rest.

        Raises
        ------
        BillingError
            If nothing is reserved under the key, it was released or settled otherwise, or the amount does not fit.
        """
        async with self._database.writing(Scope(tenant_id=tenant_id)) as session:
            row = await _kept(session, key, ending=True)
            if row.state == "settled" and row.amount == amount:
                return _reservation(session, row)
            if row.state != "reserved":
                raise BillingError(f"'{key}' is {row.state} with {row.amount} units; {amount} cannot be settled.")
            if not _is_count(amount) or not 0 <= amount <= row.amount:
                raise BillingError(f"{amount!r} units cannot be settled of the {row.amount} reserved under '{key}'.")
            return await self._end(session, row, "settled", amount)

    async def release(self, tenant_id: UUID, key: str) -> Reservation:
        """Free a reservation whose work did not happen, or whose thing is no more.

        Raises
        ------
        BillingError
            If nothing is reserved under the key, or it is settled.
        """
        async with self._database.writing(Scope(tenant_id=tenant_id)) as session:
            row = await _kept(session, key, ending=True)
            if row.state == "released":
                return _reservation(session, row)
            if row.state == "settled":
                raise BillingError(f"'{key}' is settled with {row.amount} units, and cannot be released any more.")
            return await self._end(session, row, "released", 0)

    async def _reserve(self, session: Session, feature: str, amount: int, key: str) -> Reservation:
        kept = await session.first(_by_key(key))
        if kept is None:
            standing = await self._book.standing(session)
            right = self._entitlement(standing, feature)
            if await _take(session, right, amount):
                return await self._add(session, right, amount, key)
            # The same call may have taken the last units in this moment.
            kept = await session.first(_by_key(key))
            if kept is None:
                raise QuotaExceededError(await self._refusal(session, standing, right, amount))
        if (kept.feature, kept.asked) != (feature, amount):
            raise BillingError(
                f"The key '{key}' already stands for {kept.asked} {kept.feature}. Give each piece of work its own."
            )
        return _reservation(session, kept)

    async def _add(self, session: Session, right: Entitlement, amount: int, key: str) -> Reservation:
        await session.execute(
            sa.insert(usage_reservations).values(
                key=key,
                feature=right.feature,
                period_start_ns=right.period_start_ns,
                asked=amount,
                amount=amount,
                state="reserved",
                created_ns=self._clock.now_ns(),
            )
        )
        return _reservation(session, await _kept(session, key))

    async def _end(self, session: Session, row: sa.Row[Any], state: str, amount: int) -> Reservation:
        this = sa.update(usage_reservations).where(usage_reservations.c.key == row.key)
        await session.execute(this.values(state=state, amount=amount))
        counter = sa.and_(
            usage_counters.c.feature == row.feature, usage_counters.c.period_start_ns == row.period_start_ns
        )
        freed = usage_counters.c.taken - (row.amount - amount)
        await session.execute(sa.update(usage_counters).where(counter).values(taken=freed))
        return _reservation(session, await _kept(session, row.key))

    def _entitlement(self, standing: Standing, feature: str) -> Entitlement:
        known = self._book.table.feature(feature)
        start_ns, stop_ns = (0, 0)
        if known.period is Period.DAY:
            start_ns, stop_ns = day_around(self._clock.now_ns(), self._zone)
        allowance = standing.allowances[feature]
        return Entitlement(feature=feature, allowance=allowance, period_start_ns=start_ns, period_stop_ns=stop_ns)

    async def _refusal(self, session: Session, standing: Standing, right: Entitlement, amount: int) -> str:
        if standing.state is StandingState.SUSPENDED:
            return f"The account is suspended ({'; '.join(standing.holds)}), so nothing new can be begun."
        taken = await session.value(sa.select(usage_counters.c.taken).where(*_counter(right)))
        return refusal_text(self._book.table, standing.plan, right, taken=taken or 0, amount=amount, zone=self._zone)


async def _usage(session: Session, right: Entitlement) -> Usage:
    total = sa.func.sum(usage_reservations.c.amount).label("total")
    found = sa.select(usage_reservations.c.state, total).where(
        usage_reservations.c.feature == right.feature,
        usage_reservations.c.period_start_ns == right.period_start_ns,
    )
    sums = {row.state: int(row.total) for row in await session.rows(found.group_by(usage_reservations.c.state))}
    return Usage(feature=right.feature, settled=sums.get("settled", 0), reserved=sums.get("reserved", 0))


async def _take(session: Session, right: Entitlement, amount: int) -> bool:
    """Take units in one statement, or none of them."""
    if right.allowance is not None and amount > right.allowance:
        return False
    insert: Any = (postgresql.insert if session.dialect == "postgresql" else sqlite.insert)(usage_counters)
    more = usage_counters.c.taken + amount
    taken = insert.values(
        feature=right.feature, period_start_ns=right.period_start_ns, taken=amount
    ).on_conflict_do_update(
        index_elements=["tenant_id", "feature", "period_start_ns"],
        set_={"taken": more},
        where=None if right.allowance is None else more <= right.allowance,
    )
    return await session.value(taken.returning(usage_counters.c.taken)) is not None


def _counter(right: Entitlement) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        usage_counters.c.feature == right.feature,
        usage_counters.c.period_start_ns == right.period_start_ns,
    )


def _by_key(key: str) -> sa.Select[Any]:
    return sa.select(usage_reservations).where(usage_reservations.c.key == key)


async def _kept(session: Session, key: str, *, ending: bool = False) -> sa.Row[Any]:
    """Give a reservation; one that is to be ended waits for whoever is ending it."""
    row = await session.first(_by_key(key).with_for_update() if ending else _by_key(key))
    if row is None:
        raise BillingError(f"Nothing is reserved under '{key}'.")
    return row


def _reservation(session: Session, row: sa.Row[Any]) -> Reservation:
    subject = str(session.scope.tenant_id)
    return Reservation(key=row.key, subject=subject, feature=row.feature, amount=row.amount, state=row.state)


def _is_count(amount: object) -> bool:
    return isinstance(amount, int) and not isinstance(amount, bool)
