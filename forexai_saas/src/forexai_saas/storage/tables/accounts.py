"""People, tenants, who works for which, and keys for programs."""

from __future__ import annotations

import sqlalchemy as sa

from forexai_saas.storage.column_types import Document, Id, TimeNs
from forexai_saas.storage.tables.layout import METADATA, tenant_table

__all__ = ["api_keys", "memberships", "tenants", "users"]

users = sa.Table(
    "users",
    METADATA,
    sa.Column("id", Id(), primary_key=True),
    sa.Column("email", sa.String(254), nullable=False, unique=True),  # as it is compared: small letters, NFKC
    sa.Column("email_verified_ns", TimeNs()),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("language", sa.String(12), nullable=False),
    sa.Column("password_hash", sa.String(200)),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("platform_admin", sa.Boolean(), nullable=False),
    sa.Column("created_ns", TimeNs(), nullable=False),
    sa.CheckConstraint("state IN ('active', 'suspended', 'erased')", name="state"),
    info={"scope": "user", "column": "id"},
)

tenants = sa.Table(
    "tenants",
    METADATA,
    sa.Column("id", Id(), primary_key=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("created_ns", TimeNs(), nullable=False),
    sa.CheckConstraint("state IN ('active', 'suspended', 'closed')", name="state"),
    info={"scope": "tenant", "column": "id"},
)

memberships = tenant_table(
    "memberships",
    sa.Column("user_id", Id(), sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True),
    sa.Column("role", sa.String(12), nullable=False),
    sa.Column("created_ns", TimeNs(), nullable=False),
    sa.CheckConstraint("role IN ('owner', 'admin', 'trader', 'viewer')", name="role"),
)

api_keys = tenant_table(
    "api_keys",
    sa.Column("id", Id(), primary_key=True),
    sa.Column("user_id", Id(), nullable=False),
    sa.Column("account_id", Id()),  # the one broker account it may act on; none: it only reads
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("hint", sa.String(12), nullable=False),  # how it begins, for people to tell keys apart
    sa.Column("key_hash", sa.LargeBinary(32), nullable=False, unique=True),
    sa.Column("scopes", Document(), nullable=False),
    sa.Column("live", sa.Boolean(), nullable=False),
    sa.Column("networks", Document(), nullable=False),  # from which addresses it may come; empty: any
    sa.Column("created_ns", TimeNs(), nullable=False),
    sa.Column("expires_ns", TimeNs()),
    sa.Column("revoked_ns", TimeNs()),
    # Whoever leaves the tenant takes their keys along.
    sa.ForeignKeyConstraint(
        ["tenant_id", "user_id"], ["memberships.tenant_id", "memberships.user_id"], ondelete="CASCADE"
    ),
    sa.CheckConstraint("NOT live OR (expires_ns IS NOT NULL AND account_id IS NOT NULL)", name="live"),
)
