"""The application's database: every transaction speaks for somebody, and reaches only what is theirs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any, final

import sqlalchemy as sa
from sqlalchemy import event, exc
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from forexai_core.errors import ConflictError, ForexAIError, StorageError
from forexai_saas.storage import postgres, sqlite
from forexai_saas.storage.engines import DatabaseSettings, make_engine
from forexai_saas.storage.scoped_sql import SPEAKING, check_statement, give_defaults, scoped_compiler
from forexai_saas.storage.scopes import Scope, TableScopes
from forexai_saas.storage.tables import METADATA

__all__ = ["Database", "Session"]

_SCOPE, _WRITES = "forexai_scope", "forexai_writes"


@final
class Session:
    """One transaction, for one tenant or person or both. Made by :class:`Database`; ends with its block.

    It runs what SQLAlchemy's ``select``, ``insert``, ``update`` and ``delete`` build, and nothing else: no text,
    no raw connection.
    """

    __slots__ = ("_connection", "scope")

    def __init__(self, connection: AsyncConnection, scope: Scope) -> None:
        self._connection = connection
        self.scope = scope

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``, where a statement must differ."""
        return self._connection.dialect.name

    async def execute(
        self, statement: sa.Executable, rows: Sequence[dict[str, Any]] | None = None
    ) -> sa.CursorResult[Any]:
        """Run a statement, or one for each of ``rows``.

        Raises
        ------
        ScopeError
            If nobody can tell whose rows it reaches.
        ConflictError
            If a key is taken, or something named is not there.
        """
        check_statement(statement)
        try:
            return await self._connection.execute(statement, rows)
        except exc.IntegrityError as problem:
            raise ConflictError(f"The database refuses the change: {problem.orig}.") from problem
        except exc.StatementError as problem:
            if isinstance(problem.orig, ForexAIError):  # from a column's type or default, for the caller to see
                raise problem.orig from problem
            raise

    async def rows(self, statement: sa.Executable) -> Sequence[sa.Row[Any]]:
        """Give all rows."""
        return (await self.execute(statement)).all()

    async def first(self, statement: sa.Executable) -> sa.Row[Any] | None:
        """Give the first row, or None."""
        return (await self.execute(statement)).first()

    async def value(self, statement: sa.Executable) -> Any:
        """Give the first column of the first row, or None."""
        return (await self.execute(statement)).scalar()

    async def changed(self, statement: sa.Executable) -> int:
        """Run an UPDATE or DELETE, and tell how many rows it met."""
        return (await self.execute(statement)).rowcount


@final
class Database:
    """Opens transactions.

    Parameters
    ----------
    settings : DatabaseSettings
        Where it is. On PostgreSQL as the application's role, never as the owner.
    scopes : TableScopes, optional
        The tables that exist, those of plugins included; default the platform library's own.
    metadata : iterable of MetaData
        Of plugins, whose tables get their owners' keys filled in.
    """

    def __init__(
        self, settings: DatabaseSettings, *, scopes: TableScopes | None = None, metadata: Iterable[sa.MetaData] = ()
    ) -> None:
        self.scopes = scopes or TableScopes.of_platform()
        for each in (METADATA, *metadata):
            give_defaults(each, self.scopes)
        self.engine: AsyncEngine = make_engine(settings)
        core = self.engine.sync_engine
        # Of this engine's dialect alone, so nothing that was rendered for another can be taken from a cache.
        core.dialect.statement_compiler = scoped_compiler(core.dialect.statement_compiler, self.scopes)
        event.listen(core, "before_execute", _before)
        event.listen(core, "begin", _begin)

    @asynccontextmanager
    async def reading(self, scope: Scope) -> AsyncIterator[Session]:
        """Open a transaction on one consistent state that cannot change anything."""
        async with self._transaction(scope, writes=False) as session:
            yield session

    @asynccontextmanager
    async def writing(self, scope: Scope) -> AsyncIterator[Session]:
        """Open a transaction that is committed at the end of the block, and undone if the block raises."""
        async with self._transaction(scope, writes=True) as session:
            yield session

    async def close(self) -> None:
        """Close all connections."""
        await self.engine.dispose()

    @asynccontextmanager
    async def _transaction(self, scope: Scope, *, writes: bool) -> AsyncIterator[Session]:
        try:
            async with self.engine.connect() as connection:
                await connection.execution_options(**{_SCOPE: scope, _WRITES: writes})
                async with connection.begin():
                    yield Session(connection, scope)
        except exc.DBAPIError as problem:
            raise StorageError(f"The database failed, and the change was not made: {problem.orig}.") from problem
        except exc.TimeoutError as problem:
            raise StorageError("No connection to the database came free in time. Try again.") from problem


def _before(connection: sa.Connection, statement: Any, *_: Any) -> None:
    check_statement(statement)
    # Rendering and defaults follow at once, in this same context, without another task in between. The connection's
    # own options: those of a statement could name somebody else.
    SPEAKING.set(connection.get_execution_options()[_SCOPE])


def _begin(connection: sa.Connection) -> None:
    options = connection.get_execution_options()
    starter = postgres.begin if connection.dialect.name == "postgresql" else sqlite.begin
    starter(connection, options[_SCOPE], writes=options[_WRITES])
