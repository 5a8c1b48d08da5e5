"""``GET /openapi.json``."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Litestar, MediaType, Request, Response, Router, get
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin

from reference_app.http.permissions import ADMIN, PERMISSION, PUBLIC
from reference_app.http.problems import MEDIA_TYPE, Problem

__all__ = ["describe", "described", "openapi_config"]

_COMPONENTS = "#/components/schemas/{name}"
_REFUSAL = {
    "description": "A refusal, as problem details (RFC 9457); `code` names what pages translate.",
    "content": {MEDIA_TYPE: {"schema": {"$ref": _COMPONENTS.format(name="Problem")}}},
}
_SCHEMES = {
    "session": {"type": "apiKey", "in": "cookie", "name": "forexai-session"},
    "token": {"type": "http", "scheme": "bearer", "description": "An access token, or a key that begins with fxk_."},
}


@get("/openapi.json", opt={PUBLIC: True}, include_in_schema=False)
async def describe(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Give the OpenAPI document; it is made once, when somebody first asks."""
    state = request.app.state
    if "description" not in state:
        state["description"] = msgspec.json.encode(described(request.app))
    return Response(state["description"], media_type=MediaType.JSON)


def described(app: Litestar) -> dict[str, Any]:
    """Describe every route: the framework's document, with the refusals and the permissions that are the same for all.

    Parameters
    ----------
    app : Litestar
        The application.
    """
    document = app.openapi_schema.to_schema()
    _, schemas = msgspec.json.schema_components([Problem], ref_template=_COMPONENTS)
    components = document.setdefault("components", {})
    components.setdefault("schemas", {}).update(schemas)
    components["securitySchemes"] = _SCHEMES
    handlers = {(route.path_format, method): handler for route in app.routes for method, handler in _handlers(route)}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            handler = handlers[path, method.upper()]
            operation["responses"].pop("400", None)
            operation["responses"]["default"] = _REFUSAL
            if handler.opt.get(PUBLIC) is not True:
                operation["security"] = [{"session": []}, {"token": []}]
                operation["x-permission"] = (
                    "platform-admin" if ADMIN in handler.opt else handler.opt.get(PERMISSION, "")
                )
    return document


def _handlers(route: Any) -> list[tuple[str, Any]]:
    return [(method, found[0]) for method, found in getattr(route, "route_handler_map", {}).items()]


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
