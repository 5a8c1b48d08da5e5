"""Engines: how a database is reached."""

from __future__ import annotations

from typing import Any

import attrs
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from forexai_core.errors import ConfigError
from forexai_saas.storage import sqlite

__all__ = ["DatabaseSettings", "make_engine"]

_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}


def _url(value: str | sa.URL) -> sa.URL:
    try:
        url = sa.make_url(value)
    except sa.exc.ArgumentError as problem:
        raise ConfigError(
            "The address of the database cannot be read. Write sqlite:///file or postgresql://…"
        ) from problem
    name = url.get_backend_name()
    if name not in _DRIVERS:
        raise ConfigError(f"'{name}' is no database that is known here. Use sqlite or postgresql.")
    return url.set(drivername=_DRIVERS[name])


@attrs.frozen(kw_only=True)
class DatabaseSettings:
    """Where a database is, and how many connections to it there may be.

    Attributes
    ----------
    url : sqlalchemy.URL
        ``sqlite:////path/to/file`` or ``postgresql://role@host/name``. Never shown with its password.
    pool_size : int
        Connections kept; SQLite has one writer at a time whatever the number.
    wait_s : float
        How long to wait for a connection, and for SQLite's writer.
    """

    url: sa.URL = attrs.field(converter=_url)
    pool_size: int = 5
    wait_s: float = 30.0

    @property
    def embedded(self) -> bool:
        """Whether it is a file of this home, not a server."""
        return self.url.get_backend_name() == "sqlite"


def make_engine(settings: DatabaseSettings) -> AsyncEngine:
    """Make an engine; nothing is opened yet."""
    options: dict[str, Any] = {
        "pool_size": settings.pool_size,
        "max_overflow": 0,
        "pool_timeout": settings.wait_s,
        "hide_parameters": True,  # values never reach a log or an error
    }
    if not settings.embedded:
        return create_async_engine(settings.url, pool_pre_ping=True, **options)
    if settings.url.database in {None, "", ":memory:"}:
        raise ConfigError("A SQLite database needs a file: in memory every connection would have one of its own.")
    engine = create_async_engine(
        settings.url, poolclass=sa.AsyncAdaptedQueuePool, connect_args={"timeout": settings.wait_s}, **options
    )
    sa.event.listen(engine.sync_engine, "connect", sqlite.prepare)
    return engine
