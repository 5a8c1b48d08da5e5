"""``GET /health``."""

from __future__ import annotations

from litestar import get
from litestar.di import NamedDependency

from reference_app.features.health.schemas import Health
from reference_app.http.permissions import PUBLIC
from reference_app.platform import Platform

__all__ = ["health"]


@get("/health", opt={PUBLIC: True}, summary="Tell whether the platform is well.", tags=["platform"])
async def health(platform: NamedDependency[Platform]) -> Health:
    """Tell whether the platform is well."""
    return Health(
        status="ok" if platform.sound else "degraded",
        version=platform.version,
        plugins=len(platform.plugins.origins),
        uptime_s=round(platform.uptime_s, 3),
    )
