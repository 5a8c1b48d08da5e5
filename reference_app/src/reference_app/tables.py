"""The application's own tables, beside those of the platform library."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from forexai_core.ports.app import TENANT_COLUMN
from forexai_saas.storage.column_types import Document, Id, Money, TimeNs
from forexai_saas.storage.upgrades import Branch

__all__ = [
    "APP_BRANCH",
    "APP_METADATA",
    "answers",
    "backtests",
    "paper_accounts",
    "paper_commands",
    "price_files",
    "strategies",
]

APP_METADATA = sa.MetaData()
"""Every table of the application."""

APP_BRANCH = Branch(name="app", folder=Path(__file__).with_name("migrations"))
"""Its revisions."""


def _tenant() -> sa.Column[object]:
    return sa.Column(TENANT_COLUMN, Id(), primary_key=True, nullable=False)


answers = sa.Table(
    "app_answers",
    APP_METADATA,
    _tenant(),
    sa.Column("key_hash", sa.LargeBinary(32), primary_key=True),  # of the caller and of the key that was sent
    sa.Column("asked_hash", sa.LargeBinary(32), nullable=False),  # of method, path and body
    sa.Column("status", sa.Integer()),  # none: not finished
    sa.Column("sealed_body", sa.LargeBinary()),  # may hold a secret that is shown once
    sa.Column("created_ns", TimeNs(), nullable=False),
)

strategies = sa.Table(
    "app_strategies",
    APP_METADATA,
    _tenant(),
    sa.Column("id", Id(), primary_key=True),
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("title", sa.String(200), nullable=False),
    sa.Column("version", sa.Integer(), nullable=False),
    sa.Column("rules", Document(), nullable=False),
    sa.Column("reading", sa.Text(), nullable=False),
    sa.Column("warmup_bars", sa.Integer(), nullable=False),
    sa.Column("created_ns", TimeNs(), nullable=False),
    sa.Column("changed_ns", TimeNs(), nullable=False),
)

price_files = sa.Table(
    "app_price_files",
    APP_METADATA,
    _tenant(),
    sa.Column("id", Id(), primary_key=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("file_name", sa.String(200), nullable=False),
    sa.Column("symbol", sa.String(40), nullable=False),
    sa.Column("timeframe", sa.String(8), nullable=False),
    sa.Column("timezone", sa.String(60)),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("upload", Id()),  # the present one: its blobs, and the job that reads it
    sa.Column("size_bytes", sa.BigInteger(), nullable=False),
    sa.Column("sha256", sa.String(64)),
    sa.Column("rows", sa.BigInteger(), nullable=False),
    sa.Column("first_ns", TimeNs()),
    sa.Column("last_ns", TimeNs()),
    sa.Column("report", Document()),
    sa.Column("problem", sa.Text(), nullable=False),
    sa.Column("created_ns", TimeNs(), nullable=False),
    sa.Column("changed_ns", TimeNs(), nullable=False),
)

backtests = sa.Table(
    "app_backtests",
    APP_METADATA,
    _tenant(),
    sa.Column("id", Id(), primary_key=True),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("strategy", sa.String(100), nullable=False),
    sa.Column("symbol", sa.String(40), nullable=False),
    sa.Column("timeframe", sa.String(8), nullable=False),
    sa.Column("asked", Document(), nullable=False),  # rules among it, as they were then
    sa.Column("attempt", sa.Integer(), nullable=False),  # of the job that runs it; 0 before the first
    sa.Column("result", sa.String(200)),  # how the names of its blobs begin
    sa.Column("net_profit", sa.Float()),
    sa.Column("problem", sa.Text(), nullable=False),
    sa.Column("created_ns", TimeNs(), nullable=False),
    sa.Column("finished_ns", TimeNs()),
)

paper_accounts = sa.Table(
    "app_paper_accounts",
    APP_METADATA,
    _tenant(),
    sa.Column("id", Id(), primary_key=True),  # of the trading account, which says that it is paper
    sa.Column("currency", sa.String(5), nullable=False),
    sa.Column("leverage", sa.Integer(), nullable=False),
    sa.Column("margin_mode", sa.String(8), nullable=False),
    sa.Column("balance", Money(), nullable=False),  # as it began
    sa.Column("instruments", Document(), nullable=False),
    sa.Column("seed", sa.BigInteger(), nullable=False),
    sa.Column("pace", sa.Integer(), nullable=False),
    sa.Column("market_ns", TimeNs(), nullable=False),  # the time of its market when it was made
    sa.Column("begun_ns", TimeNs(), nullable=False),
    sa.Column("archived_ns", TimeNs()),
)

paper_commands = sa.Table(
    "app_paper_commands",
    APP_METADATA,
    _tenant(),
    sa.Column("account_id", Id(), primary_key=True),
    # Without a hole: of two writers that have seen the same account one finds its number taken, and looks again.
    sa.Column("number", sa.BigInteger(), primary_key=True),
    sa.Column("id", Id(), nullable=False),  # of the intent
    sa.Column("time_ns", TimeNs(), nullable=False),
    sa.Column("wanted", Document(), nullable=False),
    sa.Column("user_id", Id(), nullable=False),
    sa.Column("key_id", Id()),
)
