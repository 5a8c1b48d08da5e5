"""An application made of plugins that a test brings."""

from __future__ import annotations

from litestar.testing import TestClient

from forexai_core.plugins import discover
from forexai_core.ports.app import AppOffer, AppParts, Method, Permission, Route
from forexai_core.ports.markers import hookimpl
from forexai_core.ports.settings import NoSettings
from reference_app.asgi import create_app
from reference_app.settings import AppSettings

HOST = "testserver.local"


class Part:
    """A part of the application with the given parts."""

    def __init__(self, parts):
        self._parts = parts

    def parts(self):
        if isinstance(self._parts, Exception):
            raise self._parts
        return self._parts


def plugin_of(*parts, prefix="signals", name="signals"):
    """Make a plugin that brings parts, each an offer of its own."""

    class Plugin:
        plugin_name = name

        @hookimpl
        def forexai_app_offers(self):
            return [
                AppOffer(
                    name=f"{name}-{number}" if number else name,
                    title=name,
                    settings=NoSettings,
                    open=lambda _settings, _services, each=each: Part(each),
                    api_version=1,
                    prefix=prefix,
                )
                for number, each in enumerate(parts)
            ]

    return Plugin()


def parts_of(*routes, permissions=(), **more):
    """Make what a plugin brings."""
    return AppParts(
        routes=tuple(routes), permissions=tuple(Permission(name=each, title=each) for each in permissions), **more
    )


def public(path, handler, method=Method.GET):
    """Make a route that anybody may call."""
    return Route(method=method, path=path, handler=handler, public=True, mutates=method is not Method.GET)


def client_of(*plugins, services=None, **settings):
    """Make a client of an application with these plugins and no installed ones."""
    chosen = AppSettings(**({"allowed_hosts": (HOST,)} | settings))
    return TestClient(create_app(chosen, plugins=discover(plugins, entry_points=False), services=services))
