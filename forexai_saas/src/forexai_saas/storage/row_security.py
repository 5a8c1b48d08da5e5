"""Tenancy in PostgreSQL itself: three roles, row security on every table that has owners, and the listed look-ups.

The owner's role makes and changes tables; the application's role reads and writes rows of the transaction's tenant and
person and nothing else; the backup's role reads everything and writes nothing. FORCE binds the owner too, who sees
rows only where ``app.listed`` is on: inside the listed look-ups and while tables are upgraded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import attrs

from forexai_core.errors import ConfigError
from forexai_saas.storage.lookups import LOOKUPS
from forexai_saas.storage.scopes import Belonging, Owner, TableScopes

__all__ = ["APPLICATION_POLICY", "OWNER_POLICY", "Roles", "owned_condition", "role_statements", "security_statements"]

APPLICATION_POLICY, OWNER_POLICY = "forexai_own_rows", "forexai_listed"

_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")


def _role(_: object, attribute: attrs.Attribute[str], value: str) -> None:
    if not _NAME.fullmatch(value):
        raise ConfigError(f"'{value}' cannot be the {attribute.name} role. Use small letters, digits and underscores.")


@attrs.frozen(kw_only=True)
class Roles:
    """Names of the three roles."""

    owner: str = attrs.field(default="forexai_owner", validator=_role)
    application: str = attrs.field(default="forexai_app", validator=_role)
    backup: str = attrs.field(default="forexai_backup", validator=_role)


def role_statements(roles: Roles, database: str) -> tuple[str, ...]:
    """Write what a superuser runs once, before the first upgrade; passwords are set by them.

    Parameters
    ----------
    roles : Roles
        To be made.
    database : str
        Name of the database, which the owner's role gets.
    """
    if not _NAME.fullmatch(database):
        raise ConfigError(f"'{database}' cannot be the name of the database here. Use small letters and underscores.")
    return (
        f"CREATE ROLE {roles.owner} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB",
        f"CREATE ROLE {roles.application} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB NOINHERIT",
        f"CREATE ROLE {roles.backup} LOGIN NOSUPERUSER BYPASSRLS NOCREATEROLE NOCREATEDB",
        f"ALTER DATABASE {database} OWNER TO {roles.owner}",
        f"REVOKE ALL ON DATABASE {database} FROM PUBLIC",
        f"GRANT CONNECT ON DATABASE {database} TO {roles.application}, {roles.backup}",
        f"ALTER SCHEMA public OWNER TO {roles.owner}",
    )


def security_statements(scopes: TableScopes, roles: Roles, *, versions: Iterable[str]) -> Iterator[str]:
    """Write what the owner runs after every upgrade; the same again changes nothing.

    Parameters
    ----------
    scopes : TableScopes
        All tables.
    roles : Roles
        The three.
    versions : iterable of str
        Tables that hold the revisions; everybody may read those.
    """
    yield "REVOKE ALL ON SCHEMA public FROM PUBLIC"
    yield f"GRANT USAGE ON SCHEMA public TO {roles.application}, {roles.backup}"
    for version in versions:
        yield f"GRANT SELECT ON {_quoted(version)} TO {roles.application}, {roles.backup}"
    for known in scopes:
        yield from _table(known, roles)
    for name, lookup in LOOKUPS.items():
        yield lookup.function(name)
        yield f"REVOKE ALL ON FUNCTION {name}({lookup.argument}) FROM PUBLIC"
        yield f"GRANT EXECUTE ON FUNCTION {name}({lookup.argument}) TO {roles.application}"


def owned_condition(known: Belonging) -> str:
    """Write the condition under which a row belongs to the transaction's tenant or person.

    A connection that was used before gives '' where nothing is set, hence NULLIF.
    """
    return f"{known.column} = NULLIF(current_setting('app.{known.owner.value}', true), '')::uuid"


def _table(known: Belonging, roles: Roles) -> Iterator[str]:
    table = _quoted(known.table)
    granted = "SELECT, INSERT" if known.append_only else "SELECT, INSERT, UPDATE, DELETE"
    # Neither TRUNCATE nor REFERENCES: row security does not hold for them.
    yield f"REVOKE ALL ON {table} FROM PUBLIC, {roles.application}, {roles.backup}"
    yield f"GRANT {granted} ON {table} TO {roles.application}"
    yield f"GRANT SELECT ON {table} TO {roles.backup}"
    if known.owner is Owner.OPEN:
        return
    listed = "COALESCE(current_setting('app.listed', true), '') = 'on'"
    yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
    yield f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"
    for policy, role, condition in (
        (APPLICATION_POLICY, roles.application, owned_condition(known)),
        (OWNER_POLICY, roles.owner, listed),
    ):
        yield f"DROP POLICY IF EXISTS {policy} ON {table}"
        yield f"CREATE POLICY {policy} ON {table} TO {role} USING ({condition}) WITH CHECK ({condition})"


def _quoted(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ConfigError(f"'{name}' cannot be the name of a table. Use small letters, digits and underscores.")
    return f'"{name}"'
