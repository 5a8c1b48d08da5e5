"""The assertion at start-up: tenants are kept apart by the database itself, or nothing starts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from forexai_saas.storage.row_security import APPLICATION_POLICY, OWNER_POLICY
from forexai_saas.storage.scopes import Belonging, Owner, TableScopes

__all__ = ["slips_of"]

_ROLE = sa.text(
    "SELECT r.rolname, bool_or(m.rolsuper), bool_or(m.rolbypassrls), has_schema_privilege('public', 'CREATE'), "
    "current_user = session_user FROM pg_roles r, pg_roles m "
    "WHERE r.rolname = current_user AND pg_has_role(r.oid, m.oid, 'MEMBER') GROUP BY r.rolname"
)
_RELATIONS = sa.text(
    "SELECT c.relname, c.relkind::text AS kind, c.relrowsecurity, c.relforcerowsecurity, "
    "pg_has_role(current_user, c.relowner, 'MEMBER') AS owned, "
    "has_table_privilege(c.oid, 'TRUNCATE, REFERENCES, TRIGGER') AS beyond, "
    "COALESCE('security_invoker=true' = ANY(c.reloptions), false) AS invoker, "
    "has_table_privilege(c.oid, 'UPDATE, DELETE') AS changed, "
    "has_any_column_privilege(c.oid, 'SELECT, INSERT, UPDATE') AS reached "
    "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema') "
    "AND n.nspname NOT LIKE 'pg_toast%' ORDER BY c.relname"
)
_POLICIES = sa.text("SELECT tablename, policyname, permissive, cmd, roles::text[], qual, with_check FROM pg_policies")


def slips_of(connection: sa.Connection, scopes: TableScopes) -> list[str]:
    """Say what is wrong with how rows are kept apart; nothing where all is well.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        As the application will use it. On SQLite only the list of tables is looked at.
    scopes : TableScopes
        What belongs to whom.
    """
    if connection.dialect.name != "postgresql":
        return [
            f"the table {name} is on no list"
            for name in sa.inspect(connection).get_table_names()
            if scopes.find(name) is None and not name.startswith("schema_of_")
        ]
    return [*_role_slips(connection), *_relation_slips(connection, scopes), *_policy_slips(connection, scopes)]


def _role_slips(connection: sa.Connection) -> Iterator[str]:
    role, superuser, bypasses, creates, itself = connection.execute(_ROLE).one()
    if superuser or bypasses:
        yield f"the role {role} is, or may become, one that row security does not hold for"
    if creates:
        yield f"the role {role} may make tables of its own"
    if not itself:
        yield f"the role {role} was taken on by another that may be more"


def _relation_slips(connection: sa.Connection, scopes: TableScopes) -> Iterator[str]:
    relations = connection.execute(_RELATIONS).all()
    for relation in relations:
        name = relation.relname
        if relation.owned:
            yield f"the application's role owns {name}, or may become who does"
        if relation.kind in {"v", "m", "f"}:
            if relation.reached and not (relation.kind == "v" and relation.invoker):
                yield f"{name} is a view or a foreign table, and shows rows of everybody"
            continue
        known = scopes.find(name)
        if known is not None:
            yield from _table_slips(relation, known)
        elif relation.reached and not name.startswith("schema_of_"):
            yield f"the table {name} is on no list"
    for missing in sorted({known.table for known in scopes} - {relation.relname for relation in relations}):
        yield f"the table {missing} is not there"


def _table_slips(relation: sa.Row[Any], known: Belonging) -> Iterator[str]:
    if relation.beyond:
        yield f"the application's role may TRUNCATE {known.table}, refer to it or put triggers on it"
    if known.append_only and relation.changed:
        yield f"the application's role may change rows of {known.table}, which are to be kept"
    if known.owner is not Owner.OPEN and not (relation.relrowsecurity and relation.relforcerowsecurity):
        yield f"row security of {known.table} is not enabled and forced"


def _policy_slips(connection: sa.Connection, scopes: TableScopes) -> Iterator[str]:
    role = connection.execute(sa.text("SELECT current_user")).scalar_one()
    found: dict[str, dict[str, sa.Row[Any]]] = {}
    for row in connection.execute(_POLICIES):
        found.setdefault(row.tablename, {})[row.policyname] = row
    for known in scopes:
        if known.owner is Owner.OPEN:
            continue
        policies = found.get(known.table, {})
        # Permissive policies add up: one more opens the table, whatever ours say.
        if set(policies) != {APPLICATION_POLICY, OWNER_POLICY}:
            yield f"{known.table} has the policies {', '.join(sorted(policies)) or 'none'}"
            continue
        own, listed = policies[APPLICATION_POLICY], policies[OWNER_POLICY]
        if list(own.roles) != [role] or role in list(listed.roles) or "public" in list(listed.roles):
            yield f"the policies of {known.table} are for other roles"
        needed = f"({known.column} = (NULLIF(current_setting('app.{known.owner.value}'::text, true), ''::text))::uuid)"
        if own.cmd != "ALL" or own.qual != needed or own.with_check != needed:
            yield f"the policy of {known.table} lets through other rows than its owner's"
