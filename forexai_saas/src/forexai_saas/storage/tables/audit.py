"""The audit log: a chain of records a tenant, its end, and the keys of the people in it."""

from __future__ import annotations

import sqlalchemy as sa

from forexai_saas.storage.column_types import Id, TimeNs
from forexai_saas.storage.tables.layout import tenant_table

__all__ = ["audit_chains", "audit_people", "audit_records"]

audit_records = tenant_table(
    "audit_records",
    sa.Column("number", sa.BigInteger(), primary_key=True, autoincrement=False),  # from 1, without a gap
    sa.Column("time_ns", TimeNs(), nullable=False),
    sa.Column("action", sa.String(60), nullable=False),
    sa.Column("actor", sa.String(40), nullable=False),  # a pseudonym, or what acted: "system", "platform"
    sa.Column("subject", sa.String(40), nullable=False),  # a pseudonym, or empty
    sa.Column("details", sa.Text(), nullable=False),  # JSON as it was hashed: JSONB would write it anew
    sa.Column("sealed", sa.LargeBinary(), nullable=False),  # what is personal, by the person's key; may be empty
    sa.Column("link", sa.LargeBinary(32), nullable=False),  # hash of the link before and of this record
    append_only=True,
)

audit_chains = tenant_table(
    "audit_chains",
    sa.Column("number", sa.BigInteger(), nullable=False),  # of the newest record; its row is the chain's lock
    sa.Column("link", sa.LargeBinary(32), nullable=False),
)

audit_people = tenant_table(
    "audit_people",
    sa.Column("user_id", Id(), sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True),
    sa.Column("pseudonym", sa.String(40), nullable=False),
    sa.Column("sealed_key", sa.LargeBinary(), nullable=False),  # destroyed to erase the person from the log
    sa.UniqueConstraint("tenant_id", "pseudonym"),
)
