"""PostgreSQL: the session's settings by which row security knows for whom a transaction speaks."""

from __future__ import annotations

import sqlalchemy as sa

from forexai_saas.storage.scopes import Scope

__all__ = ["begin"]

# The third argument binds the setting to the transaction: a pooled connection goes back without it.
_BEGIN = (
    "SELECT set_config('app.tenant', '{tenant}', true), set_config('app.user', '{user}', true), "
    "set_config('transaction_read_only', '{reads}', true)"
)


def begin(connection: sa.Connection, scope: Scope, *, writes: bool) -> None:
    """Say for whom the transaction speaks, in its first statement."""
    # Only UUIDs and on/off stand in it, so nothing needs escaping; a prepared statement would cost a round trip more.
    text = _BEGIN.format(tenant=scope.tenant_id or "", user=scope.user_id or "", reads="off" if writes else "on")
    connection.exec_driver_sql(text)
