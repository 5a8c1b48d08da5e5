"""Mails that are to be sent: written in the transaction of what they tell."""

from __future__ import annotations

import sqlalchemy as sa

from forexai_saas.storage.column_types import Id, TimeNs
from forexai_saas.storage.tables.layout import user_table

__all__ = ["mails"]

mails = user_table(
    "mails",
    sa.Column("id", Id(), primary_key=True),
    sa.Column("key", sa.String(100), nullable=False),  # of the event: one mail each
    sa.Column("template", sa.String(40), nullable=False),
    sa.Column("language", sa.String(12), nullable=False),
    sa.Column("sealed_values", sa.LargeBinary(), nullable=False),  # may hold a link that lets somebody in
    sa.Column("state", sa.String(8), nullable=False),
    sa.Column("attempts", sa.Integer(), nullable=False),
    sa.Column("due_ns", TimeNs(), nullable=False),
    sa.Column("created_ns", TimeNs(), nullable=False),
    sa.Column("ended_ns", TimeNs()),
    sa.Column("problem", sa.String(200)),
    sa.UniqueConstraint("user_id", "key"),
    sa.CheckConstraint("state IN ('queued', 'sent', 'failed')", name="state"),
    sa.Index("ix_mails_state_due_ns", "state", "due_ns"),
)
