"""Upgrades of the schema: who may run them, when, and what is refused.

Embedded, an older schema is upgraded at start-up after a backup; grown, start-up refuses until a person has run the
upgrade. A schema newer than the code is refused everywhere. An upgrade is one transaction under a lock: it happens
wholly or not at all, and once. Every distribution has revisions and a version table of its own, so that the tables of
one that is uninstalled stay, and are known again when it comes back.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

import attrs
import sqlalchemy as sa
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from forexai_saas.errors import SchemaError
from forexai_saas.storage.row_security import Roles, security_statements
from forexai_saas.storage.scopes import TableScopes

__all__ = ["PLATFORM_BRANCH", "Branch", "SchemaState", "schema_state", "upgrade", "version_table"]


@attrs.frozen(kw_only=True)
class Branch:
    """The revisions of one distribution.

    Attributes
    ----------
    name : str
        Prefix of its tables.
    folder : Path
        Of its Alembic revisions.
    """

    name: str = attrs.field(validator=attrs.validators.matches_re(r"[a-z][a-z0-9]*"))
    folder: Path


PLATFORM_BRANCH = Branch(name="saas", folder=Path(__file__).with_name("migrations"))
"""The tables of this library, first of all."""

_LOCK = 0x464F5245  # one number for every installation: an advisory lock is of one database


class SchemaState(StrEnum):
    """What the tables are, compared with what the code knows."""

    EMPTY = "empty"
    CURRENT = "current"
    OLDER = "older"
    NEWER = "newer"


def version_table(branch: Branch) -> str:
    """Name the table that holds the revision of a distribution's tables."""
    return f"schema_of_{branch.name}"


def schema_state(connection: sa.Connection, branches: Iterable[Branch]) -> SchemaState:
    """Compare the tables of a database with those that the code knows.

    Raises
    ------
    SchemaError
        If there are tables of which nothing says how old they are.
    """
    states = {_branch_state(connection, branch) for branch in branches}
    if SchemaState.NEWER in states:
        return SchemaState.NEWER
    if states == {SchemaState.EMPTY}:
        if sa.inspect(connection).get_table_names():
            raise SchemaError("The database holds tables that are not of this platform. Give it a database of its own.")
        return SchemaState.EMPTY
    return SchemaState.CURRENT if states == {SchemaState.CURRENT} else SchemaState.OLDER


def upgrade(
    connection: sa.Connection,
    branches: Iterable[Branch],
    *,
    scopes: TableScopes,
    roles: Roles | None = None,
    target: str = "heads",
) -> None:
    """Bring the tables to what the code knows, inside the connection's transaction.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        In a transaction; on PostgreSQL as the owner's role, on SQLite with foreign keys off.
    branches : iterable of Branch
        In the order of their dependence.
    scopes : TableScopes
        All tables that there will be.
    roles : Roles, optional
        Of PostgreSQL.
    target : str
        Revision to stop at, for tests of older schemas.

    Raises
    ------
    SchemaError
        If the tables are newer than the code, or rows point at nothing afterwards.
    """
    postgres = connection.dialect.name == "postgresql"
    if postgres:
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        connection.execute(sa.text("SELECT set_config('app.listed', 'on', true)"))
    chosen = tuple(branches)
    if schema_state(connection, chosen) is SchemaState.NEWER:
        raise SchemaError(newer_message())
    for branch in chosen:
        _run(connection, branch, target)
    if postgres:
        versions = [version_table(branch) for branch in chosen]
        for statement in security_statements(scopes, roles or Roles(), versions=versions):
            connection.exec_driver_sql(statement)
    elif broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all():
        raise SchemaError(f"After the upgrade {len(broken)} rows would point at nothing, so nothing was changed.")


def newer_message() -> str:
    """Say what to do about tables of a later release."""
    return (
        "The database was written by a later release than this one, which would damage it. "
        "Start the later release, or restore the backup that it made before it upgraded."
    )


def _run(connection: sa.Connection, branch: Branch, target: str) -> None:
    scripts = _scripts(branch)
    environment = EnvironmentContext(
        Config(),
        scripts,
        fn=lambda revision, _context: scripts._upgrade_revs(target, revision),  # noqa: SLF001 - as Alembic's own command does
    )
    with environment:
        environment.configure(
            connection=connection, version_table=version_table(branch), transactional_ddl=True, render_as_batch=True
        )
        environment.run_migrations()


def _scripts(branch: Branch) -> ScriptDirectory:
    return ScriptDirectory(str(branch.folder), version_locations=[str(branch.folder / "versions")])


def _branch_state(connection: sa.Connection, branch: Branch) -> SchemaState:
    scripts = _scripts(branch)
    context = MigrationContext.configure(connection, opts={"version_table": version_table(branch)})
    present = set(context.get_current_heads())
    if not present:
        return SchemaState.EMPTY
    known = {script.revision for script in scripts.walk_revisions()}
    if not present <= known:
        return SchemaState.NEWER
    return SchemaState.CURRENT if present == set(scripts.get_heads()) else SchemaState.OLDER
