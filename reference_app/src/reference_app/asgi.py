"""The application as ASGI: ``create_app(settings)``, and a factory for servers that read the environment."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from litestar import Litestar, Router
from litestar.di import Provide
from litestar.exceptions import HTTPException

from forexai_core.errors import ForexAIError
from forexai_core.plugins import Plugins
from forexai_core.ports.services import Services
from reference_app.assembly import assemble
from reference_app.features.description.routes import describe, openapi_config
from reference_app.features.health.routes import health
from reference_app.features.offered.routes import offered_routes
from reference_app.features.plugins.routes import list_offers
from reference_app.http.headers import add_security_headers
from reference_app.http.hosts import host_check
from reference_app.http.permissions import check_permission
from reference_app.http.problems import answer_error, answer_http_error, answer_surprise
from reference_app.platform import Platform
from reference_app.settings import AppSettings, load_settings
from reference_app.web_page import page_routes

__all__ = ["API", "app_from_environment", "create_app"]

API = "/api/v1"
"""Where the API lies."""


def create_app(
    settings: AppSettings | None = None, *, plugins: Plugins | None = None, services: Services | None = None
) -> Litestar:
    """Make the application.

    Parameters
    ----------
    settings : AppSettings, optional
        Default: this computer only, everything in memory.
    plugins : Plugins, optional
        A discovery; default a new one.
    services : Services, optional
        Default the embedded ones in ``settings.home``; closed when the application ends.

    Raises
    ------
    PluginMissingError, PluginConflictError, PluginContractError
        If a required plugin cannot be used.
    """
    platform = assemble(settings or AppSettings(), plugins=plugins, services=services)

    async def provide_platform() -> Platform:
        return platform

    @asynccontextmanager
    async def lifespan(_app: Litestar) -> AsyncIterator[None]:
        try:
            yield
        finally:
            platform.services.close()

    api = Router(API, route_handlers=[list_offers, *offered_routes(platform.mounted)])
    return Litestar(
        route_handlers=[health, describe, api, page_routes(platform.settings)],
        dependencies={"platform": Provide(provide_platform)},
        guards=[check_permission],
        exception_handlers={
            ForexAIError: answer_error,
            HTTPException: answer_http_error,
            Exception: answer_surprise,
        },
        middleware=[host_check(platform.settings.hosts)],
        before_send=[add_security_headers],
        lifespan=[lifespan],
        openapi_config=openapi_config(platform.version),
        logging_config=None,
    )


def app_from_environment() -> Litestar:
    """Make the application by the environment alone: ``uvicorn --factory reference_app.asgi:app_from_environment``."""
    return create_app(load_settings(environment=os.environ))
