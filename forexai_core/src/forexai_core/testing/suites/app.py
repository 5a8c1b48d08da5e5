"""What every part of the application keeps: permissions, tenants, and names of its own."""

from __future__ import annotations

import inspect
import re

from forexai_core.ports.app import TENANT_COLUMN, App, AppOffer, AppParts, Method
from forexai_core.testing.conformance import Conformance, ConformanceFailure, RuleBook, Subject, Suite
from forexai_core.testing.guards import no_network
from forexai_core.testing.offer_rules import OFFER_RULES

__all__ = ["APP_SUITE", "AppConformance"]

BOOK = RuleBook()
_PATH = re.compile(r"^(/[a-z0-9-]+|/\{[a-z_]+\})+$")


def _parts(subject: Subject) -> AppParts:
    part: App = subject.open()
    parts: object = part.parts()
    if not isinstance(parts, AppParts):
        raise ConformanceFailure(f"parts() gave a {type(parts).__name__}.", "Return AppParts.")
    return parts


def _prefix(subject: Subject) -> str:
    offer = subject.offer
    if not isinstance(offer, AppOffer):
        raise ConformanceFailure(f"the offer is a {type(offer).__name__}.", "Offer an AppOffer.")
    return offer.prefix


@BOOK.rule()
def brings_something(subject: Subject) -> None:
    """It brings a route, a mount, a job or a table, and listing them reaches for no network."""
    part: App = subject.open()
    with no_network() as tried:
        parts = part.parts()
    if tried or not (parts.routes or parts.mounts or parts.jobs or (parts.tables is not None and parts.tables.tables)):
        raise ConformanceFailure(
            f"parts() {'tried ' + tried[0] if tried else 'is empty'}.", "List what it brings, and do nothing else."
        )


@BOOK.rule()
def routes_carry_permissions(subject: Subject) -> None:
    """Every route names a permission that the plugin declares, or is public on purpose."""
    parts = _parts(subject)
    known = {permission.name for permission in parts.permissions}
    for route in parts.routes:
        if route.public == bool(route.permission):
            raise ConformanceFailure(
                f"{route.method} {route.path} asks for {route.permission or 'no permission'}, public={route.public}.",
                "Name one of its permissions, or set public=True.",
            )
        if route.permission and route.permission not in known:
            raise ConformanceFailure(
                f"{route.method} {route.path} asks for '{route.permission}', which is not declared.",
                "List it in AppParts.permissions.",
            )


@BOOK.rule()
def names_are_its_own(subject: Subject) -> None:
    """Paths, permissions, jobs and tables begin with the plugin's prefix."""
    prefix, parts = _prefix(subject), _parts(subject)
    tables = parts.tables.tables if parts.tables is not None else {}
    foreign = [
        *(route.path for route in parts.routes if not f"{route.path}/".startswith(f"/{prefix}/")),
        *(mount.path for mount in parts.mounts if not f"{mount.path}/".startswith(f"/{prefix}/")),
        *(each.name for each in parts.permissions if not re.fullmatch(rf"{prefix}:[a-z_-]+:[a-z_-]+", each.name)),
        *(job.name for job in parts.jobs if not re.fullmatch(rf"{prefix}\.[a-z_]+", job.name)),
        *(name for name in tables if not name.startswith(f"{prefix}_")),
    ]
    if foreign:
        raise ConformanceFailure(
            f"{', '.join(foreign)} does not begin with '{prefix}'.",
            f"Write /{prefix}/…, {prefix}:noun:verb, {prefix}.verb and {prefix}_table.",
        )


@BOOK.rule()
def mounts_say_who_gets_in(subject: Subject) -> None:
    """A mount says how it knows who is there, bounds its messages, and its application is made for given hosts."""
    for mount in _parts(subject).mounts:
        if not _PATH.match(mount.path) or not mount.ways_in.strip() or not 0 < mount.largest_message_bytes <= 1 << 24:
            raise ConformanceFailure(
                f"the mount '{mount.path}' is not plain, says nothing of who gets in, or takes messages of "
                f"{mount.largest_message_bytes} bytes.",
                "Write /prefix/noun, ways_in for people, and at most 16 MiB.",
            )
        if not callable(mount.make(frozenset({"127.0.0.1:8765"}))):
            raise ConformanceFailure(f"make() of '{mount.path}' gave no ASGI application.", "Return a callable.")


@BOOK.rule()
def names_are_given_once(subject: Subject) -> None:
    """No route, job or permission is listed twice."""
    parts = _parts(subject)
    names = [
        *(f"{route.method} {re.sub(r'{[a-z_]+}', '{}', route.path)}" for route in parts.routes),
        *(mount.path for mount in parts.mounts),
        *(job.name for job in parts.jobs),
        *(permission.name for permission in parts.permissions),
    ]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ConformanceFailure(f"{', '.join(twice)} is listed twice.", "List it once.")


@BOOK.rule()
def paths_are_plain(subject: Subject) -> None:
    """Paths are small letters, digits and hyphens, with {names} for parameters that the handler takes."""
    for route in _parts(subject).routes:
        if not _PATH.match(route.path):
            raise ConformanceFailure(f"the path '{route.path}' is not plain.", "Write /noun/{noun_id}.")
        missing = set(re.findall(r"{([a-z_]+)}", route.path)) - set(inspect.signature(route.handler).parameters)
        if missing:
            raise ConformanceFailure(
                f"the handler of {route.path} does not take {', '.join(sorted(missing))}.", "Name its parameters alike."
            )


@BOOK.rule()
def handlers_are_coroutines(subject: Subject) -> None:
    """Handlers of routes and jobs are async functions: nothing blocks the event loop."""
    parts = _parts(subject)
    handlers = [(f"{route.method} {route.path}", route.handler) for route in parts.routes]
    handlers += [(job.name, job.handler) for job in parts.jobs]
    for name, handler in handlers:
        if not inspect.iscoroutinefunction(handler):
            raise ConformanceFailure(f"the handler of {name} is not async.", "Write async def.")


@BOOK.rule()
def reading_changes_nothing(subject: Subject) -> None:
    """A GET route does not mutate, and every other method says that it does, so that it is audited."""
    for route in _parts(subject).routes:
        if route.mutates == (route.method is Method.GET):
            raise ConformanceFailure(
                f"{route.method} {route.path} is declared with mutates={route.mutates}.",
                "GET reads; POST, PUT, PATCH and DELETE set mutates=True.",
            )


@BOOK.rule()
def jobs_end(subject: Subject) -> None:
    """Every job has a time limit above 0 and of a day at most."""
    for job in _parts(subject).jobs:
        if not 0 < job.timeout_s <= 86_400:
            raise ConformanceFailure(f"{job.name} may take {job.timeout_s} s.", "Give a time limit in seconds.")


@BOOK.rule()
def rows_belong_to_tenants(subject: Subject) -> None:
    """Every table has the tenant's column, or is named as tenantless with a reason."""
    parts = _parts(subject)
    tables = parts.tables.tables if parts.tables is not None else {}
    for name, table in tables.items():
        if TENANT_COLUMN not in set(table.columns.keys()) and not parts.tenantless.get(name, "").strip():
            raise ConformanceFailure(
                f"the table {name} has no {TENANT_COLUMN}.", "Add the column, or name the table in `tenantless`."
            )
    unknown = sorted(set(parts.tenantless) - set(tables))
    if unknown:
        raise ConformanceFailure(f"`tenantless` names {', '.join(unknown)}, which is no table.", "Remove it.")


@BOOK.rule()
def tables_have_migrations(subject: Subject) -> None:
    """A plugin with tables brings a folder of migrations."""
    parts = _parts(subject)
    if parts.tables is not None and parts.tables.tables and (parts.migrations is None or not parts.migrations.is_dir()):
        raise ConformanceFailure(
            f"it has tables, and its migrations are {parts.migrations}.", "Point `migrations` to a folder of revisions."
        )


APP_SUITE = Suite(kind="app", rules=(*OFFER_RULES, *BOOK.rules))
"""The rules for parts of the application."""


class AppConformance(Conformance):
    """Tests of a part of the application."""

    suite = APP_SUITE
