"""What all tables share: the metadata, names of constraints, and to whom rows belong."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

from forexai_core.ports.app import TENANT_COLUMN
from forexai_saas.storage.column_types import Id

__all__ = ["METADATA", "OPEN_TABLES", "USER_COLUMN", "tenant_table", "user_table"]

USER_COLUMN = "user_id"
"""Name of the column by which a row belongs to a person, in tables that belong to no tenant."""

METADATA = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)
"""Every table of the platform library."""

OPEN_TABLES = MappingProxyType(
    {
        "rate_counters": "attempts are counted before anybody is known; buckets are keyed hashes and hold no name",
    }
)
"""Tables whose rows belong to nobody, each with its reason. Start-up refuses any other."""


def tenant_table(name: str, *parts: Any, append_only: bool = False) -> sa.Table:
    """Define a table whose rows belong to a tenant; its keys begin with the tenant's."""
    column = sa.Column(
        TENANT_COLUMN, Id(), sa.ForeignKey("tenants.id", ondelete="CASCADE"), primary_key=True, nullable=False
    )
    info = {"scope": "tenant", "column": TENANT_COLUMN, "append_only": append_only}
    return sa.Table(name, METADATA, column, *parts, info=info)


def user_table(name: str, *parts: Any, append_only: bool = False) -> sa.Table:
    """Define a table whose rows belong to a person, whichever tenants that person works for."""
    column = sa.Column(
        USER_COLUMN, Id(), sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, nullable=False
    )
    return sa.Table(
        name, METADATA, column, *parts, info={"scope": "user", "column": USER_COLUMN, "append_only": append_only}
    )
