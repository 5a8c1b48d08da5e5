"""``GET /health`` and ``GET /readiness``."""

from __future__ import annotations

import asyncio
import logging

import sqlalchemy as sa
from litestar import Response, get
from litestar.di import NamedDependency

from forexai_core.errors import ForexAIError
from forexai_saas.storage.scopes import NOBODY
from forexai_saas.storage.tables import rate_counters
from reference_app.accounts import Accounts
from reference_app.features.health.schemas import Health, Readiness
from reference_app.features.plugins.listing import OfferListing
from reference_app.http.permissions import PUBLIC
from reference_app.platform import Platform

__all__ = ["health", "readiness"]

_LOG = logging.getLogger(__name__)
_TIMEOUT_S = 5.0


@get("/health", opt={PUBLIC: True}, summary="Tell whether the platform is well.", tags=["platform"])
async def health(platform: NamedDependency[Platform], offers: NamedDependency[OfferListing]) -> Health:
    """Tell whether the platform is well."""
    return Health(
        status="ok" if platform.sound and not offers.problems else "degraded",
        version=platform.version,
        plugins=len(platform.plugins.origins),
        uptime_s=round(platform.uptime_s, 3),
    )


@get("/readiness", opt={PUBLIC: True}, summary="Tell whether requests can be answered.", tags=["platform"])
async def readiness(accounts: NamedDependency[Accounts]) -> Response[Readiness]:
    """Tell whether requests can be answered now: the database does."""
    try:
        async with asyncio.timeout(_TIMEOUT_S), accounts.on.database.reading(NOBODY) as session:
            await session.first(sa.select(rate_counters.c.full_ns).limit(1))
    except (ForexAIError, TimeoutError, OSError) as problem:
        _LOG.warning("not ready: %s", problem)
        return Response(Readiness(ready=False), status_code=503)
    return Response(Readiness(ready=True), status_code=200)
