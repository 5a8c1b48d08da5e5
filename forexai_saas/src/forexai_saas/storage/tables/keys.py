"""Keys that encrypt what belongs to one tenant or one person, each wrapped by the master key."""

from __future__ import annotations

import sqlalchemy as sa

from forexai_saas.storage.column_types import TimeNs
from forexai_saas.storage.tables.layout import tenant_table, user_table

__all__ = ["tenant_keys", "user_keys"]


def _columns() -> tuple[sa.Column[int] | sa.Column[bytes], ...]:
    return (
        sa.Column("version", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("master_version", sa.Integer(), nullable=False),
        sa.Column("created_ns", TimeNs(), nullable=False),
    )


tenant_keys = tenant_table("tenant_keys", *_columns())

user_keys = user_table("user_keys", *_columns())
