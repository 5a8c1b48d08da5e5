"""``GET /metrics``."""

from __future__ import annotations

import secrets
from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency

from forexai_core.errors import NotFoundError
from reference_app.features.metrics.exposition import CONTENT_TYPE, exposition
from reference_app.http.permissions import PUBLIC
from reference_app.platform import Platform
from reference_app.settings import AppSettings, is_loopback

__all__ = ["metrics"]


@get("/metrics", opt={PUBLIC: True}, include_in_schema=False)
async def metrics(request: Request[Any, Any, Any], platform: NamedDependency[Platform]) -> Response[str]:
    """Give every metric as Prometheus reads it, to whom it is for."""
    if not _may_read(request, platform.settings):
        # The same answer as for a path that is not there: whether there are figures is nobody's business.
        raise NotFoundError("Nothing is here.")
    services = platform.services
    services.metrics.set("forexai_uptime_seconds", platform.uptime_s)
    services.metrics.set("forexai_plugin_problems", len(platform.plugins.errors) + len(platform.unmounted))
    return Response(exposition(services.metrics.snapshot()), headers={"Content-Type": CONTENT_TYPE})


def _may_read(request: Request[Any, Any, Any], settings: AppSettings) -> bool:
    if settings.metrics_token is None:
        # Behind a proxy every request comes from this computer, so there it says nothing.
        peer = request.client.host if request.client else ""
        return not settings.behind_tls and is_loopback(peer)
    shown = request.headers.get("authorization", "").removeprefix("Bearer ").encode()
    return secrets.compare_digest(shown, settings.metrics_token.get_secret_value().encode())
