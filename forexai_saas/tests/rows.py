"""Rows for any table that is declared, so that probes are generated and no table is forgotten."""

from __future__ import annotations

import secrets

import sqlalchemy as sa

from forexai_saas.storage.ids import new_id
from forexai_saas.storage.scopes import Owner

# Where a column does not take just anything.
CHOSEN = {
    ("users", "state"): "active",
    ("tenants", "state"): "active",
    ("memberships", "role"): "owner",
    ("sessions", "kind"): "browser",
    ("mail_tokens", "purpose"): "verify",
    ("mails", "state"): "queued",
    ("usage_reservations", "state"): "reserved",
    ("trading_accounts", "mode"): "live",
    ("invitations", "role"): "viewer",
    ("notices", "level"): "info",
}


def row_for(table, known, made):
    """Write a row, with the parents' keys as they were made; the owner's key is left to the database layer."""
    parents = {
        key.parent.name: made[key.column.table.name][key.column.name]
        for key in table.foreign_keys
        if key.parent.name != known.column
    }
    row = {}
    for column in table.columns:
        if column.name == known.column:
            continue
        row[column.name] = parents.get(column.name, CHOSEN.get((table.name, column.name), value_for(column)))
    return row


VALUES = {
    sa.Uuid: new_id,
    sa.Boolean: lambda: False,
    sa.LargeBinary: lambda: secrets.token_bytes(32),
    sa.JSON: list,
    sa.String: lambda: secrets.token_hex(6),
}


def value_for(column):
    if column.nullable:
        return None
    return next((make() for kind, make in VALUES.items() if isinstance(column.type, kind)), 1)


async def fill(session, scopes, metadata):
    """Add one row to every table that has owners, parents first, for whom the session speaks."""
    owners = {Owner.TENANT: session.scope.tenant_id, Owner.USER: session.scope.user_id}
    made = {}
    for table in metadata.sorted_tables:
        known = scopes.find(table.name)
        if known.owner is Owner.OPEN:
            continue
        row = row_for(table, known, made)
        await session.execute(sa.insert(table).values(**row))
        made[table.name] = {**row, known.column: owners[known.owner]}
    return made
