"""``GET /openapi.json``."""

from __future__ import annotations

from typing import Any

from litestar import MediaType, Request, Response, Router, get
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin

from reference_app.http.permissions import PUBLIC

__all__ = ["describe", "openapi_config"]


@get("/openapi.json", opt={PUBLIC: True}, include_in_schema=False)
async def describe(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Give the OpenAPI document."""
    document = JsonRenderPlugin().render(request, request.app.openapi_schema.to_schema())
    return Response(document, media_type=MediaType.JSON)


def openapi_config(version: str) -> OpenAPIConfig:
    """Configure the document.

    The framework's own routes for it lie apart and stay closed: its viewers would load scripts from elsewhere.
    """
    return OpenAPIConfig(
        title="ForexAI",
        version=version,
        render_plugins=[JsonRenderPlugin()],
        openapi_router=Router("/-/openapi", route_handlers=[], include_in_schema=False),
    )
