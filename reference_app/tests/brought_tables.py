"""Tables that a plugin of the tests brings, and the revisions that make them."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from pathlib import Path

import sqlalchemy as sa

REVISION = '''"""Make the table."""

import sqlalchemy as sa
from alembic import op

revision = "signals0001"
down_revision = None


def upgrade():
    op.create_table(
        "signals_rows",
        sa.Column("tenant_id", sa.Uuid(), sa.ForeignKey("tenants.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("text", sa.String(40), nullable=False),
    )
'''


def revisions(*texts):
    """Make a folder of revisions."""
    folder = Path(tempfile.mkdtemp(prefix="forexai-revisions-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / "versions").mkdir()
    for number, text in enumerate(texts, 1):
        (folder / "versions" / f"signals{number:04}.py").write_text(text)
    return folder


EMPTY_REVISIONS = revisions()


def tables_of(name, *, tenant="tenant_id", nullable=False):
    """Make a metadata object with one table."""
    metadata = sa.MetaData()
    owner = [] if tenant is None else [sa.Column(tenant, sa.Uuid(), primary_key=not nullable, nullable=nullable)]
    sa.Table(name, metadata, *owner, sa.Column("id", sa.Uuid(), primary_key=True), sa.Column("text", sa.String(40)))
    return metadata
