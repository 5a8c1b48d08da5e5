"""Putting the platform together: plugins are found, services opened, parts asked for, once."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from importlib.metadata import version

from forexai_core.errors import PluginConflictError, PluginContractError
from forexai_core.plugins import Plugins, discover
from forexai_core.ports.app import AppOffer, AppParts, Method, Route
from forexai_core.ports.services import Services
from forexai_core.services import embedded_services
from reference_app.platform import MountedPart, Platform, Unmounted
from reference_app.schema import PLATFORM_SCHEMA, Schema
from reference_app.settings import AppSettings

__all__ = ["RESERVED_PREFIXES", "assemble"]

_LOG = logging.getLogger(__name__)

RESERVED_PREFIXES = frozenset(
    {"admin", "app", "auth", "health", "notifications", "plugins", "saas", "tenants", "users"}
)
"""First parts of paths that are the application's own."""

_PATH = re.compile(r"^(/[a-z0-9-]+|/\{[a-z_]+\})+$")


def assemble(settings: AppSettings, *, plugins: Plugins | None = None, services: Services | None = None) -> Platform:
    """Put the platform together.

    Parameters
    ----------
    settings : AppSettings
        What is to be used.
    plugins : Plugins, optional
        A discovery; default a new one.
    services : Services, optional
        Default the embedded ones in ``settings.home``.

    Returns
    -------
    Platform
        With the parts that could be mounted, and those that could not and why.

    Raises
    ------
    PluginMissingError, PluginConflictError, PluginContractError
        If a required plugin is missing, or a part of it cannot be mounted.
    """
    # Those that bring parts of the application alone: other kinds load compiled code, and are listed elsewhere.
    found = plugins or discover(
        disabled=settings.disabled_plugins, required=settings.required_plugins, kinds={AppOffer.kind}
    )
    found.require(*settings.required_plugins)
    opened = services or embedded_services(settings.home)
    mounted, unmounted, schema = _parts(found, opened)
    for each in unmounted:
        _LOG.error("the part '%s' of plugin %s is left out: %s", each.offer, each.plugin, each.reason)
        if each.plugin in settings.required_plugins:
            raise PluginContractError(f"Plugin {each.plugin} is required, and its part '{each.offer}': {each.reason}")
    _show_public(mounted)
    return Platform(
        settings=settings,
        services=opened,
        plugins=found,
        mounted=tuple(mounted),
        unmounted=tuple(unmounted),
        schema=schema,
        version=version("forexai-app"),
        started_ns=opened.clock.monotonic_ns(),
    )


def _parts(plugins: Plugins, services: Services) -> tuple[list[MountedPart], list[Unmounted], Schema]:
    mounted: list[MountedPart] = []
    unmounted: list[Unmounted] = []
    schema = PLATFORM_SCHEMA
    for name, offer in plugins.apps.items():
        plugin = plugins.apps.origin(name).plugin
        try:
            parts = offer.open(offer.settings(**offer.example), services).parts()
            _check(offer, parts, mounted)
            schema = schema.joined_by(offer.prefix, parts)
        except Exception as problem:  # noqa: BLE001 - whatever a plugin does, it is named and the others stay
            unmounted.append(Unmounted(offer=name, plugin=plugin, reason=f"{type(problem).__name__}: {problem}"))
        else:
            mounted.append(MountedPart(offer=name, plugin=plugin, prefix=offer.prefix, parts=parts))
    return mounted, unmounted, schema


def _check(offer: AppOffer, parts: AppParts, mounted: Iterable[MountedPart]) -> None:
    """Refuse what cannot be mounted soundly; the rules are those of the conformance suite."""
    if offer.prefix in RESERVED_PREFIXES:
        raise PluginConflictError(f"the prefix '{offer.prefix}' is the application's own. Choose another.")
    for other in mounted:
        if other.prefix == offer.prefix:
            raise PluginConflictError(f"the prefix '{offer.prefix}' is that of '{other.offer}' too. Choose another.")
    if parts.jobs:
        raise PluginContractError("it brings jobs, which this version of the application cannot run yet.")
    declared = {permission.name for permission in parts.permissions}
    seen: set[tuple[Method, str]] = set()
    for route in parts.routes:
        _check_route(route, offer.prefix, declared)
        shape = route.method, re.sub(r"{[a-z_]+}", "{}", route.path)
        if shape in seen:
            raise PluginContractError(f"{route.method} {route.path} is listed twice.")
        seen.add(shape)
    for mount in parts.mounts:
        if not _PATH.match(mount.path) or not f"{mount.path}/".startswith(f"/{offer.prefix}/"):
            raise PluginContractError(f"the mount '{mount.path}' does not lie below /{offer.prefix}, or is not plain.")


def _check_route(route: Route, prefix: str, declared: set[str]) -> None:
    if not _PATH.match(route.path) or not f"{route.path}/".startswith(f"/{prefix}/"):
        raise PluginContractError(f"the path '{route.path}' does not lie below /{prefix}, or is not plain.")
    if route.public == bool(route.permission):
        raise PluginContractError(f"{route.method} {route.path} must name a permission, or be public: one of both.")
    if route.permission and route.permission not in declared:
        raise PluginContractError(f"{route.method} {route.path} asks for '{route.permission}', which is not declared.")


def _show_public(mounted: Iterable[MountedPart]) -> None:
    for part in mounted:
        for mount in part.parts.mounts:
            _LOG.info("/api/v1%s lets in by itself (plugin %s): %s", mount.path, part.plugin, mount.ways_in)
        for route in part.parts.routes:
            if route.public:
                _LOG.info("anybody may call %s /api/v1%s (plugin %s)", route.method, route.path, part.plugin)
