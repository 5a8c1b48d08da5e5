"""Who may trade where: accounts whose mode is fixed, grants on them, and what people agreed to."""

from __future__ import annotations

import sqlalchemy as sa

from forexai_saas.storage.column_types import Id, TimeNs
from forexai_saas.storage.tables.layout import tenant_table, user_table

__all__ = ["account_grants", "armed_accounts", "consents", "trading_accounts"]

trading_accounts = tenant_table(
    "trading_accounts",
    sa.Column("id", Id(), primary_key=True),
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("mode", sa.String(5), nullable=False),
    sa.Column("created_ns", TimeNs(), nullable=False),
    sa.UniqueConstraint("tenant_id", "id", "mode"),
    sa.CheckConstraint("mode IN ('paper', 'live')", name="mode"),
    append_only=True,  # so that neither the query layer nor the role of the application can make paper live
)

armed_accounts = tenant_table(
    "armed_accounts",
    sa.Column("account_id", Id(), primary_key=True),
    sa.Column("mode", sa.String(5), nullable=False),
    sa.Column("armed_ns", TimeNs(), nullable=False),
    sa.ForeignKeyConstraint(
        ["tenant_id", "account_id", "mode"],
        ["trading_accounts.tenant_id", "trading_accounts.id", "trading_accounts.mode"],
        ondelete="CASCADE",
    ),
    sa.CheckConstraint("mode = 'live'", name="mode"),
)

account_grants = tenant_table(
    "account_grants",
    sa.Column("account_id", Id(), primary_key=True),
    sa.Column("user_id", Id(), primary_key=True),
    sa.Column("granted_ns", TimeNs(), nullable=False),
    sa.Column("granted_by", Id(), nullable=False),
    sa.ForeignKeyConstraint(
        ["tenant_id", "account_id"], ["trading_accounts.tenant_id", "trading_accounts.id"], ondelete="CASCADE"
    ),
    # Whoever leaves the tenant leaves the grant behind.
    sa.ForeignKeyConstraint(
        ["tenant_id", "user_id"], ["memberships.tenant_id", "memberships.user_id"], ondelete="CASCADE"
    ),
    sa.Index("ix_account_grants_tenant_id_user_id", "tenant_id", "user_id"),
)

consents = user_table(
    "consents",
    sa.Column("document", sa.String(40), primary_key=True),
    sa.Column("version", sa.Integer(), primary_key=True, autoincrement=False),
    sa.Column("text_hash", sa.LargeBinary(32), nullable=False),  # of the very words that were shown
    sa.Column("language", sa.String(12), nullable=False),
    sa.Column("given_ns", TimeNs(), nullable=False),
    append_only=True,
)
