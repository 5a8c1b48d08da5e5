"""Those who are let into a tenant: by invitation as members, or for a while by the platform to look."""

from __future__ import annotations

import sqlalchemy as sa

from forexai_saas.storage.column_types import Id, TimeNs
from forexai_saas.storage.tables.layout import tenant_table

__all__ = ["impersonations", "invitations"]

invitations = tenant_table(
    "invitations",
    sa.Column("id", Id(), primary_key=True),
    sa.Column("token_hash", sa.LargeBinary(32), nullable=False, unique=True),
    sa.Column("address_hash", sa.LargeBinary(32), nullable=False),  # keyed hash: whom it is for
    sa.Column("sealed_address", sa.LargeBinary(), nullable=False),
    sa.Column("role", sa.String(12), nullable=False),
    sa.Column("invited_by", Id(), nullable=False),
    sa.Column("created_ns", TimeNs(), nullable=False),
    sa.Column("expires_ns", TimeNs(), nullable=False),
    sa.Column("ended_ns", TimeNs()),
    sa.Column("ended_by", sa.String(10)),
    sa.CheckConstraint("role IN ('owner', 'admin', 'trader', 'viewer')", name="role"),
    sa.CheckConstraint("ended_by IN ('accepted', 'revoked', 'replaced')", name="ended_by"),
    sa.Index("ix_invitations_tenant_id_address_hash", "tenant_id", "address_hash"),
)

impersonations = tenant_table(
    "impersonations",
    sa.Column("id", Id(), primary_key=True),
    sa.Column("admin_id", Id(), nullable=False),
    sa.Column("token_hash", sa.LargeBinary(32), nullable=False, unique=True),
    sa.Column("reason", sa.String(200), nullable=False),
    sa.Column("created_ns", TimeNs(), nullable=False),
    sa.Column("expires_ns", TimeNs(), nullable=False),
    sa.Column("ended_ns", TimeNs()),
)
