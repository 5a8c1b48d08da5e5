"""The revisions of the application make the tables that its code knows, on both kinds of database."""

from __future__ import annotations

import asyncio

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from databases import place_of
from sqlalchemy.ext.asyncio import create_async_engine

from reference_app.schema import PLATFORM_SCHEMA
from reference_app.tables import APP_METADATA

OF_CONSTRAINTS = {"add_fk", "remove_fk", "add_constraint", "remove_constraint", "add_index", "remove_index"}


def differences(connection):
    """Compare columns; keys to other tables and indexes stand in the revisions alone."""
    options = {"compare_type": True, "include_name": lambda name, kind, _: kind != "table" or name.startswith("app_")}
    found = compare_metadata(MigrationContext.configure(connection, opts=options), APP_METADATA)
    return [each for each in found if not (isinstance(each, tuple) and each[0] in OF_CONSTRAINTS)]


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.integration)])
def test_revisions_make_the_tables_that_the_code_knows(kind, tmp_path):
    async def play():
        place = await place_of(kind, tmp_path)
        await place.upgrade(scopes=PLATFORM_SCHEMA.scopes, branches=PLATFORM_SCHEMA.branches)
        engine = create_async_engine(place.superuser.url)
        async with engine.connect() as connection:
            found = await connection.run_sync(differences)
        await engine.dispose()
        return found

    assert asyncio.run(play()) == []
