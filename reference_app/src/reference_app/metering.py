"""Units of plans that things of a tenant hold for as long as they are there: a strategy, a file of prices."""

from __future__ import annotations

import logging
from typing import final
from uuid import UUID

import sqlalchemy as sa

from forexai_core.errors import BillingError, QuotaExceededError
from forexai_core.ports.clock import Clock
from forexai_saas.billing.tenant_meter import TenantMeter
from forexai_saas.storage.database import Database
from forexai_saas.storage.scopes import Scope
from forexai_saas.storage.tables import usage_reservations

__all__ = ["Holdings"]

_LOG = logging.getLogger(__name__)
_SETTLED_NS = 5 * 60 * 10**9  # younger ones may be of a thing that is being made


@final
class Holdings:
    """Takes a unit for each thing, and gives it back when the thing is no more.

    A unit is taken before the thing is made, and given back after it is gone: where a process dies between the two, a
    unit is held by nothing. Such units are found, and given back, when a tenant would be refused for want of one.

    Parameters
    ----------
    meter : TenantMeter
        Counts.
    database : Database
        Of the application.
    clock : Clock
        Tells how old a unit is.
    """

    def __init__(self, meter: TenantMeter, database: Database, clock: Clock) -> None:
        self._meter = meter
        self._database = database
        self._clock = clock

    async def take(self, scope: Scope, feature: str, thing: UUID, holders: sa.Select[tuple[UUID]]) -> None:
        """Take a unit for a thing that is about to be made.

        Parameters
        ----------
        scope : Scope
            Of the tenant.
        feature : str
            Of the plans.
        thing : UUID
            Its key.
        holders : Select
            The keys of all things that hold units of the feature.

        Raises
        ------
        QuotaExceededError
            If the plan allows no more.
        """
        tenant_id = _tenant(scope)
        try:
            await self._meter.reserve(tenant_id, feature, 1, key=_key(feature, thing))
        except QuotaExceededError:
            if not await self._free_unused(scope, feature, holders):
                raise
            await self._meter.reserve(tenant_id, feature, 1, key=_key(feature, thing))

    async def give_back(self, scope: Scope, feature: str, thing: UUID) -> None:
        """Give the unit of a thing back that is no more."""
        try:
            await self._meter.release(_tenant(scope), _key(feature, thing))
        except BillingError as problem:
            _LOG.warning("a unit of %s was not given back: %s", feature, problem)

    async def _free_unused(self, scope: Scope, feature: str, holders: sa.Select[tuple[UUID]]) -> bool:
        kept = sa.select(usage_reservations.c.key).where(
            usage_reservations.c.feature == feature,
            usage_reservations.c.state == "reserved",
            usage_reservations.c.created_ns < self._clock.now_ns() - _SETTLED_NS,
        )
        async with self._database.reading(scope) as session:
            held = {row.key for row in await session.rows(kept)}
            used = {_key(feature, row.id) for row in await session.rows(holders)}
        unused = held - used
        for key in unused:
            await self._meter.release(_tenant(scope), key)
        return bool(unused)


def _key(feature: str, thing: UUID) -> str:
    return f"{feature}:{thing}"


def _tenant(scope: Scope) -> UUID:
    if scope.tenant_id is None:
        raise BillingError("Units are held by tenants, and this speaks for none.")
    return scope.tenant_id
