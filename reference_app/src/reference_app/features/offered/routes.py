"""Routes of plugins as routes of the application, each under its permission."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable
from typing import Annotated, Any, get_type_hints
from uuid import UUID

from litestar import delete, get, patch, post, put
from litestar.enums import RequestEncodingType
from litestar.handlers import HTTPRouteHandler
from litestar.params import BodyKwarg, PathParameter, QueryParameter

from forexai_core.ports.app import Method, Route
from reference_app.http.permissions import PERMISSION, PUBLIC
from reference_app.platform import MountedPart

__all__ = ["BODY", "offered_routes"]

BODY = "data"
"""Name of the parameter that takes the body of a request."""

_DECORATORS: dict[Method, Callable[..., Any]] = {
    Method.GET: get,
    Method.POST: post,
    Method.PUT: put,
    Method.PATCH: patch,
    Method.DELETE: delete,
}
_KINDS: dict[object, str] = {int: "int", float: "float", UUID: "uuid"}
_JSON = BodyKwarg(media_type=RequestEncodingType.JSON)
_IN_PATH = re.compile(r"{([a-z_]+)}")


def offered_routes(mounted: Iterable[MountedPart]) -> list[HTTPRouteHandler]:
    """Make handlers of what plugins bring, for the router of the API."""
    return [_handler(part, route) for part in mounted for route in part.parts.routes]


def _handler(part: MountedPart, route: Route) -> HTTPRouteHandler:
    hints = get_type_hints(route.handler)
    path = _IN_PATH.sub(lambda found: f"{{{found[1]}:{_KINDS.get(hints.get(found[1]), 'str')}}}", route.path)
    made: HTTPRouteHandler = _DECORATORS[route.method](
        path,
        opt={PUBLIC: route.public, PERMISSION: route.permission, "mutates": route.mutates},
        summary=route.summary or None,
        tags=[part.prefix],
    )(_called(route))
    return made


def _called(route: Route) -> Callable[..., Any]:
    """Wrap the handler, which knows nothing of the web, and say where each of its parameters comes from."""

    async def call(**arguments: Any) -> Any:
        return await route.handler(**arguments)

    hints = get_type_hints(route.handler, include_extras=True)
    in_path = set(_IN_PATH.findall(route.path))
    taken = []
    for name, parameter in inspect.signature(route.handler).parameters.items():
        place = PathParameter() if name in in_path else _JSON if name == BODY else QueryParameter()
        marked: Any = Annotated[hints.get(name, str), place]
        taken.append(parameter.replace(annotation=marked, kind=inspect.Parameter.KEYWORD_ONLY))
    call.__name__, call.__doc__ = route.handler.__name__, route.handler.__doc__
    call.__module__, call.__qualname__ = route.handler.__module__, route.handler.__qualname__
    result = hints.get("return", Any)
    call.__signature__ = inspect.Signature(taken, return_annotation=result)  # type: ignore[attr-defined]
    call.__annotations__ = {each.name: each.annotation for each in taken} | {"return": result}
    return call
