"""What a plugin brings to the application: routes, tables, jobs and permissions, without web or SQL types."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar, Protocol, runtime_checkable

import attrs

from forexai_core.ports.offers import Offer

__all__ = [
    "TENANT_COLUMN",
    "App",
    "AppOffer",
    "AppParts",
    "Job",
    "Method",
    "Mount",
    "Permission",
    "Route",
    "TableColumns",
    "TableLike",
    "TableSet",
]

TENANT_COLUMN = "tenant_id"
"""Name of the column by which a table's rows belong to a tenant."""


class Method(StrEnum):
    """Methods of HTTP."""

    GET = "GET"
    POST = "POST"
    PUT = "PUT"
    PATCH = "PATCH"
    DELETE = "DELETE"


@attrs.frozen(kw_only=True)
class Permission:
    """A right that a role can carry: ``<plugin>:<noun>:<verb>``."""

    name: str
    title: str


@attrs.frozen(kw_only=True)
class Route:
    """One route of the application.

    Attributes
    ----------
    path : str
        Below ``/api/v1``, with ``{name}`` for parameters: ``/signals/{signal_id}``.
    permission : str
        Name of the permission that the caller must have; empty only where ``public``.
    public : bool
        Whether anybody may call it. Each such route is shown to the operator at start-up.
    handler : callable
        An async function with annotated parameters; the application validates what it gets and gives.
    mutates : bool
        Whether it changes something, and so is recorded in the audit log.
    """

    method: Method = attrs.field(converter=Method)
    path: str
    handler: Callable[..., Awaitable[Any]]
    permission: str = ""
    public: bool = False
    mutates: bool = False
    summary: str = ""


@attrs.frozen(kw_only=True)
class Job:
    """Work in the background.

    Attributes
    ----------
    name : str
        ``<plugin>.<verb>``; a queue keeps names for long.
    handler : callable
        Gets a JSON object with ids, nothing else, and may run again after a crash.
    timeout_s : float
        After which it counts as failed.
    """

    name: str
    handler: Callable[..., Awaitable[Any]]
    timeout_s: float = 600.0


class TableColumns(Protocol):
    """Columns of a table, as SQLAlchemy keeps them."""

    def keys(self) -> Iterable[str]:
        """Name the columns."""
        ...


class TableLike(Protocol):
    """A table, as SQLAlchemy has it."""

    @property
    def columns(self) -> TableColumns:
        """The columns."""
        ...


class TableSet(Protocol):
    """A set of tables: SQLAlchemy's ``MetaData`` is one."""

    @property
    def tables(self) -> Mapping[str, TableLike]:
        """The tables by name."""
        ...


_Event = MutableMapping[str, Any]
ASGI = Callable[[_Event, Callable[[], Awaitable[_Event]], Callable[[_Event], Awaitable[None]]], Awaitable[None]]
"""An ASGI application: ``await app(scope, receive, send)``."""


@attrs.frozen(kw_only=True)
class Mount:
    """An ASGI application of the plugin's own, for what routes cannot do: WebSockets, and a way in of its own.

    The application lets everything through to it whose Host header is its own, and is shown to the operator at
    start-up: who gets in is looked after by the mount alone.

    Attributes
    ----------
    path : str
        Below ``/api/v1``; the prefix of the offer, or below it.
    make : callable
        ``make(hosts)`` gives the ASGI application, once; ``hosts`` are the names by which browsers and programs reach
        the platform, in small letters, with the port where it is not the usual one.
    ways_in : str
        For people: how it knows who is there.
    largest_message_bytes : int
        Of a WebSocket message. The server cuts off what is larger while it comes; the smallest of all mounts holds.
    """

    path: str
    make: Callable[[frozenset[str]], ASGI]
    ways_in: str
    largest_message_bytes: int = 65_536


def _read_only(value: Mapping[str, str]) -> Mapping[str, str]:
    return MappingProxyType(dict(value))


@attrs.frozen(kw_only=True)
class AppParts:
    """What a plugin brings.

    Attributes
    ----------
    tables : TableSet or None
        Every table has :data:`TENANT_COLUMN`, or is named in ``tenantless``; names begin with the
        plugin's own prefix. The application adds keys and row security.
    tenantless : mapping of str to str
        Tables without a tenant, each with its reason.
    migrations : Path or None
        Folder of Alembic revisions, one branch a distribution; needed where there are tables.
    """

    routes: tuple[Route, ...] = ()
    mounts: tuple[Mount, ...] = ()
    jobs: tuple[Job, ...] = ()
    permissions: tuple[Permission, ...] = ()
    tables: TableSet | None = None
    tenantless: Mapping[str, str] = attrs.field(factory=dict, converter=_read_only)
    migrations: Path | None = None


@runtime_checkable
class App(Protocol):
    """A part of the application."""

    def parts(self) -> AppParts:
        """List what it brings; asked once, when the application is assembled."""
        ...


@attrs.frozen(kw_only=True)
class AppOffer(Offer[App]):
    """A part of the application.

    Attributes
    ----------
    prefix : str
        With which its tables, permissions and jobs begin: ``signals`` for ``signals_rows``,
        ``signals:rows:read`` and ``signals.refresh``; its routes lie below ``/signals``.
    """

    kind: ClassVar[str] = "app"

    prefix: str = attrs.field(validator=attrs.validators.matches_re(r"[a-z][a-z0-9]*"))
