"""Every route of an application, with a request by the examples of its description."""

from __future__ import annotations

import re
from functools import cache
from uuid import uuid4

from reference_app.features.description.routes import described
from reference_app.http.permissions import PUBLIC


def routes_of(app):
    """Give method, path, options and handler of every route of ours."""
    for route in app.routes:
        for method, (handler, _) in getattr(route, "route_handler_map", {}).items():
            if method in {"HEAD", "OPTIONS"} or route.path.startswith("/-/"):
                continue
            yield method, route.path_format, handler


def closed(app):
    return [
        (method, path, handler.opt) for method, path, handler in routes_of(app) if handler.opt.get(PUBLIC) is not True
    ]


def filled(path, tenant_id):
    return re.sub(r"{(\w+)}", lambda found: tenant_id if found[1] == "tenant_id" else str(uuid4()), path)


document_of = cache(described)


def example_of(app, method, path):
    """Make a body by the examples of the description."""
    document = document_of(app)
    body = document["paths"][path][method.lower()].get("requestBody")
    if body is None:
        return None
    schema = body["content"]["application/json"]["schema"]
    return example(document, schema)


def example(document, schema):
    if "$ref" in schema:
        return example(document, document["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    if "examples" in schema:
        return schema["examples"][0]
    if schema.get("type") == "object":
        required = schema.get("required", [])
        return {name: example(document, schema["properties"][name]) for name in required}
    message = f"no example for {schema}"
    raise AssertionError(message)
