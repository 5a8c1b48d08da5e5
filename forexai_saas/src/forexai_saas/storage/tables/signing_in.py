"""Sessions, tokens and second factors of people. Of every token only a hash is kept."""

from __future__ import annotations

import sqlalchemy as sa

from forexai_saas.storage.column_types import Id, TimeNs
from forexai_saas.storage.tables.layout import user_table

__all__ = ["mail_tokens", "recovery_codes", "refresh_tokens", "sessions", "totp_factors"]

sessions = user_table(
    "sessions",
    sa.Column("id", Id(), primary_key=True),
    sa.Column("kind", sa.String(8), nullable=False),
    sa.Column("token_hash", sa.LargeBinary(32), nullable=False, unique=True),
    sa.Column("created_ns", TimeNs(), nullable=False),
    sa.Column("seen_ns", TimeNs(), nullable=False),
    sa.Column("token_expires_ns", TimeNs(), nullable=False),  # of the token at hand, prolonged by use
    sa.Column("expires_ns", TimeNs(), nullable=False),  # of the session, never prolonged
    sa.Column("second_factor_ns", TimeNs()),  # when the second factor was last shown; none: never
    sa.Column("totp_ns", TimeNs()),  # the same, by an authenticator's code, which alone is a step-up
    sa.Column("ended_ns", TimeNs()),
    sa.Column("ended_by", sa.String(40)),
    sa.Column("agent", sa.String(200), nullable=False),
    sa.Column("address", sa.String(45), nullable=False),
    sa.CheckConstraint("kind IN ('browser', 'native', 'pending')", name="kind"),
)

refresh_tokens = user_table(
    "refresh_tokens",
    sa.Column("id", Id(), primary_key=True),
    sa.Column("session_id", Id(), nullable=False),
    sa.Column("token_hash", sa.LargeBinary(32), nullable=False, unique=True),
    sa.Column("created_ns", TimeNs(), nullable=False),
    sa.Column("expires_ns", TimeNs(), nullable=False),
    sa.Column("used_ns", TimeNs()),
    sa.ForeignKeyConstraint(["user_id", "session_id"], ["sessions.user_id", "sessions.id"], ondelete="CASCADE"),
    sa.Index("ix_refresh_tokens_user_id_session_id", "user_id", "session_id"),
)

mail_tokens = user_table(
    "mail_tokens",
    sa.Column("id", Id(), primary_key=True),
    sa.Column("purpose", sa.String(12), nullable=False),
    sa.Column("token_hash", sa.LargeBinary(32), nullable=False, unique=True),
    sa.Column("created_ns", TimeNs(), nullable=False),
    sa.Column("expires_ns", TimeNs(), nullable=False),
    sa.Column("used_ns", TimeNs()),
    sa.CheckConstraint("purpose IN ('verify', 'reset')", name="purpose"),
)

totp_factors = user_table(
    "totp_factors",
    sa.Column("sealed_secret", sa.LargeBinary(), nullable=False),
    sa.Column("created_ns", TimeNs(), nullable=False),
    sa.Column("confirmed_ns", TimeNs()),
    sa.Column("last_step", sa.BigInteger(), nullable=False),  # of the newest code that was taken: none is taken twice
)

recovery_codes = user_table(
    "recovery_codes",
    sa.Column("code_hash", sa.LargeBinary(32), primary_key=True),
    sa.Column("used_ns", TimeNs()),
)
