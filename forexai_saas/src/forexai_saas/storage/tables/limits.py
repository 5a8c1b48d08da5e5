"""Counters of attempts, which hold across processes."""

from __future__ import annotations

import sqlalchemy as sa

from forexai_saas.storage.column_types import TimeNs
from forexai_saas.storage.tables.layout import METADATA

__all__ = ["rate_counters"]

rate_counters = sa.Table(
    "rate_counters",
    METADATA,
    sa.Column("bucket", sa.LargeBinary(32), primary_key=True),  # keyed hash of the rule and of whom it counts
    sa.Column("full_ns", TimeNs(), nullable=False, index=True),  # when the bucket is empty of attempts again
    info={"scope": "open"},
)
