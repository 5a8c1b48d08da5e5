"""What is known of payments, and what is used: facts that are only added, and counters that never overshoot."""

from __future__ import annotations

import sqlalchemy as sa

from forexai_saas.storage.column_types import Id, TimeNs
from forexai_saas.storage.tables.layout import tenant_table

__all__ = ["billing_facts", "usage_counters", "usage_reservations"]

billing_facts = tenant_table(
    "billing_facts",
    sa.Column("source", sa.String(20), primary_key=True),  # who says so: "stripe", "operator"
    sa.Column("key", sa.String(200), primary_key=True),  # the source's own name of the fact: one fact each
    sa.Column("id", Id(), nullable=False),
    sa.Column("kind", sa.String(12), nullable=False),
    sa.Column("body", sa.Text(), nullable=False),  # JSON in one form, so that the same fact is known again
    sa.Column("recorded_ns", TimeNs(), nullable=False),
    append_only=True,
)

usage_counters = tenant_table(
    "usage_counters",
    sa.Column("feature", sa.String(40), primary_key=True),
    sa.Column("period_start_ns", TimeNs(), primary_key=True),  # 0 where what is used counts until it is released
    sa.Column("taken", sa.BigInteger(), nullable=False),  # reserved and settled; changed in one statement only
    sa.CheckConstraint("taken >= 0", name="taken"),
)

usage_reservations = tenant_table(
    "usage_reservations",
    sa.Column("key", sa.String(200), primary_key=True),
    sa.Column("feature", sa.String(40), nullable=False),
    sa.Column("period_start_ns", TimeNs(), nullable=False),
    sa.Column("asked", sa.BigInteger(), nullable=False),
    sa.Column("amount", sa.BigInteger(), nullable=False),
    sa.Column("state", sa.String(8), nullable=False),
    sa.Column("created_ns", TimeNs(), nullable=False),
    sa.CheckConstraint("state IN ('reserved', 'settled', 'released')", name="state"),
    sa.CheckConstraint("asked >= 1 AND amount >= 0 AND amount <= asked", name="amount"),
    sa.Index("ix_usage_reservations_tenant_id_feature", "tenant_id", "feature", "period_start_ns"),
)
