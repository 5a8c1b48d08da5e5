"""Notices to people inside the application, and how they want to be told."""

from __future__ import annotations

import sqlalchemy as sa

from forexai_saas.storage.column_types import Document, Id, TimeNs
from forexai_saas.storage.tables.layout import user_table

__all__ = ["notice_choices", "notices"]

notices = user_table(
    "notices",
    sa.Column("id", Id(), primary_key=True),  # in the order of time, so it is the cursor too
    sa.Column("key", sa.String(100), nullable=False),  # of the event: one notice each
    sa.Column("code", sa.String(60), nullable=False),
    sa.Column("level", sa.String(8), nullable=False),
    sa.Column("filled_in", Document(), nullable=False),  # what stands in the words; never what lets somebody in
    sa.Column("created_ns", TimeNs(), nullable=False),
    sa.Column("read_ns", TimeNs()),
    sa.UniqueConstraint("user_id", "key"),
    sa.CheckConstraint("level IN ('info', 'warning', 'critical')", name="level"),
    sa.Index("ix_notices_user_id_read_ns", "user_id", "read_ns"),
)

notice_choices = user_table(
    "notice_choices",
    sa.Column("topic", sa.String(20), primary_key=True),  # what stands before the dot of a message's code
    sa.Column("unread", sa.Boolean(), nullable=False),  # whether such a notice is put up as unread
    sa.Column("mail", sa.Boolean()),  # whether it goes out by mail; none: as whoever tells it thinks best
    sa.Column("changed_ns", TimeNs(), nullable=False),
)
