"""``/api/v1/admin/audit`` and ``/health``: every log proved, and how the platform is."""

from __future__ import annotations

import time
from uuid import UUID

import sqlalchemy as sa
from litestar import get
from litestar.di import NamedDependency

from forexai_saas.storage.scopes import NOBODY, Scope
from forexai_saas.storage.tables import rate_counters
from reference_app.accounts import Accounts
from reference_app.features.admin.schemas import ChainList, ChainShown, LeftOut, PlatformHealth
from reference_app.features.audit.schemas import Broken
from reference_app.features.plugins.listing import OfferListing
from reference_app.http.cursors import cursor_of, key_of
from reference_app.http.fields import CursorAsked, LimitAsked
from reference_app.http.permissions import ADMIN
from reference_app.platform import Platform

__all__ = ["list_chains", "platform_health"]

_READS = {ADMIN: "reads"}


@get("/audit", opt=_READS, summary="Prove the logs of tenants, a page at a time.")
async def list_chains(
    accounts: NamedDependency[Accounts], cursor: CursorAsked = None, limit: LimitAsked = 20
) -> ChainList:
    """Hold every record of every log of this page against the one before it; the first that does not hold is named."""
    keys = await accounts.register.tenant_ids(after=key_of(cursor), limit=limit + 1)
    items = tuple([await _proved(accounts, tenant_id) for tenant_id in keys[:limit]])
    return ChainList(
        items=items,
        sound=all(each.sound for each in items),
        next_cursor=cursor_of(keys[limit - 1]) if len(keys) > limit else None,
    )


@get("/health", opt=_READS, summary="Tell how the platform is, in detail.")
async def platform_health(
    accounts: NamedDependency[Accounts], platform: NamedDependency[Platform], offers: NamedDependency[OfferListing]
) -> PlatformHealth:
    """Tell how the platform is: database, mails that wait, and plugins that are not in use and why."""
    begun_s = time.perf_counter()
    async with accounts.on.database.reading(NOBODY) as session:
        await session.first(sa.select(rate_counters.c.full_ns).limit(1))
        kind = session.dialect
    took_ms = (time.perf_counter() - begun_s) * 1e3
    due = await accounts.on.lookups.ask("forexai_due_mails", accounts.on.clock.now_ns())
    left_out = [LeftOut(plugin=each.plugin, reason=each.reason) for each in platform.unmounted]
    left_out += [
        LeftOut(plugin=each.origin.plugin, reason=f"{each.problem} {each.remedy}".strip())
        for each in platform.plugins.errors
    ]
    return PlatformHealth(
        status="ok" if platform.sound and not offers.problems else "degraded",
        version=platform.version,
        uptime_s=round(platform.uptime_s, 3),
        database="postgresql" if kind == "postgresql" else "sqlite",
        answers_ms=round(took_ms, 3),
        mails_due=len(due),
        plugins=len(platform.plugins.origins),
        left_out=tuple(left_out),
    )


async def _proved(accounts: Accounts, tenant_id: UUID) -> ChainShown:
    async with accounts.on.database.reading(Scope(tenant_id=tenant_id)) as session:
        found = await accounts.auditor.verify(session)
    broken = None if found.broken is None else Broken(number=found.broken.number, problem=found.broken.problem)
    return ChainShown(tenant_id=tenant_id, sound=found.sound, records=found.records, broken=broken)
