"""What is done and refused with older, newer, foreign and half-made tables."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from databases import ROLES, made_place, place_of, store_at
from rows import fill

from forexai_core.errors import IntegrityError, StorageError
from forexai_saas.errors import SchemaError
from forexai_saas.storage.backups import back_up
from forexai_saas.storage.engines import DatabaseSettings, make_engine
from forexai_saas.storage.ids import new_id
from forexai_saas.storage.opening import check_grown, prepare_embedded, upgrade_grown
from forexai_saas.storage.scopes import Scope, TableScopes
from forexai_saas.storage.tables import METADATA, tenants
from forexai_saas.storage.upgrades import PLATFORM_BRANCH, Branch, SchemaState, upgrade

REVISION = """
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = {revision!r}, {before!r}, None, None


def upgrade():
    {step}
"""
MAKES = (
    "op.create_table('signals_rows', sa.Column('tenant_id', sa.Uuid(), sa.ForeignKey('tenants.id'), primary_key=True), "
    "sa.Column('id', sa.Uuid(), primary_key=True), sa.Column('text', sa.String(20)))"
)
ADDS = "op.add_column('signals_rows', sa.Column('more', sa.Integer()))"


def plugin_branch(folder, *steps):
    """Write the revisions of a plugin, and give its branch."""
    versions = folder / "versions"
    versions.mkdir(parents=True, exist_ok=True)
    for number, step in enumerate(steps, 1):
        before = f"signals{number - 1}" if number > 1 else None
        text = REVISION.format(revision=f"signals{number}", before=before, step=step)
        (versions / f"signals{number}.py").write_text(text)
    return Branch(name="signals", folder=folder)


def plugin_tables():
    metadata = sa.MetaData()
    sa.Table(
        "signals_rows",
        metadata,
        sa.Column("tenant_id", sa.Uuid(), primary_key=True, nullable=False),
        sa.Column("id", sa.Uuid(), primary_key=True, default=new_id),
        sa.Column("text", sa.String(20)),
    )
    return metadata


def with_plugin(branch):
    scopes = TableScopes.of_platform().joined_by(plugin_tables())
    return {"scopes": scopes, "branches": (PLATFORM_BRANCH, branch)}


async def test_an_empty_database_gets_the_tables_and_the_second_start_finds_them(kind, tmp_path):
    place = await place_of(kind, tmp_path)
    assert (await place.upgrade()).before is SchemaState.EMPTY
    again = await place.upgrade()
    assert again.before is SchemaState.CURRENT
    assert again.backup is None
    await check_grown(place.application)


async def test_revisions_make_what_the_tables_say(kind):
    place = made_place(kind)
    engine = make_engine(place.owner)
    async with engine.connect() as connection:
        found = await connection.run_sync(
            lambda sync: compare_metadata(
                MigrationContext.configure(
                    sync,
                    opts={
                        "compare_type": True,
                        "include_name": lambda name, *_: not (name or "").startswith("schema_of_"),
                    },
                ),
                METADATA,
            )
        )
    await engine.dispose()
    assert found == []


@pytest.mark.parametrize("revision", ["saas0001", "saas0002", "saas0003", "saas0004"])
async def test_each_older_revision_is_upgraded_and_keeps_its_rows(kind, tmp_path, revision):
    place = await place_of(kind, tmp_path)
    engine = make_engine(place.owner)
    async with engine.begin() as connection:
        options = {"scopes": TableScopes({}), "roles": ROLES, "target": revision}
        await connection.run_sync(lambda sync: upgrade(sync, (PLATFORM_BRANCH,), **options))
    await engine.dispose()
    key, false = new_id().hex, {"sqlite": 0, "postgresql": "false"}[kind]
    await place.raw(
        f"INSERT INTO users (id, email, name, language, state, platform_admin, created_ns) "
        f"VALUES ('{key}', 'a@b.c', 'kept', 'en', 'active', {false}, 1)",
        f"INSERT INTO sessions (user_id, id, kind, token_hash, created_ns, seen_ns, token_expires_ns, expires_ns, "
        f"agent, address) VALUES ('{key}', '{key}', 'browser', '12', 1, 1, 1, 1, '', '')",
    )
    assert (await place.upgrade()).before is SchemaState.OLDER
    await check_grown(place.application)
    found = await place.raw("SELECT name, kind, totp_ns FROM users JOIN sessions ON sessions.user_id = users.id")
    assert [tuple(row) for row in found] == [("kept", "browser", None)]


async def test_an_embedded_older_schema_is_upgraded_after_a_backup_and_keeps_its_rows(tmp_path):
    place = await place_of("sqlite", tmp_path)
    old = plugin_branch(tmp_path / "old", MAKES)
    await place.upgrade(**with_plugin(old))
    scope = Scope(tenant_id=new_id())
    store = store_at(place)
    async with store.database.writing(scope) as session:
        await session.execute(sa.insert(tenants).values(name="kept", state="active", created_ns=1))
    new = plugin_branch(tmp_path / "new", MAKES, ADDS)
    done = await place.upgrade(**with_plugin(new))
    async with store.database.reading(scope) as session:
        assert await session.value(sa.select(tenants.c.name)) == "kept"
    await store.close()
    assert done.before is SchemaState.OLDER
    assert stat.S_IMODE(done.backup.stat().st_mode) == 0o600
    with closing(sqlite3.connect(done.backup)) as backup:
        assert backup.execute("SELECT name FROM tenants").fetchall() == [("kept",)]
        assert "more" not in {row[1] for row in backup.execute("PRAGMA table_info(signals_rows)")}
    assert ("more",) in await place.raw("SELECT name FROM pragma_table_info('signals_rows')")


async def test_an_upgrade_that_breaks_off_changes_nothing_and_can_be_run_again(kind, tmp_path):
    place = await place_of(kind, tmp_path)
    await place.upgrade(**with_plugin(plugin_branch(tmp_path / "first", MAKES)))
    broken = plugin_branch(tmp_path / "broken", MAKES, f"{ADDS}; raise RuntimeError('power failure')")
    with pytest.raises(RuntimeError, match="power failure"):
        await place.upgrade(**with_plugin(broken))
    with pytest.raises(StorageError if kind == "sqlite" else Exception, match="more"):
        await look_for_more(place)
    mended = plugin_branch(tmp_path / "mended", MAKES, ADDS)
    assert (await place.upgrade(**with_plugin(mended))).before is SchemaState.OLDER
    await look_for_more(place)


async def look_for_more(place):
    try:
        await place.raw("SELECT more FROM signals_rows")
    except sa.exc.DBAPIError as problem:
        raise StorageError(str(problem.orig)) from problem


async def test_a_newer_schema_than_the_code_is_refused_and_left_alone(kind, tmp_path):
    place = await place_of(kind, tmp_path)
    await place.upgrade()
    await place.raw("UPDATE schema_of_saas SET version_num = 'saas9999'")
    with pytest.raises(SchemaError, match="later release"):
        await place.upgrade()
    with pytest.raises(SchemaError, match="later release"):
        await check_grown(place.application)
    assert await place.raw("SELECT version_num FROM schema_of_saas") == [("saas9999",)]
    assert not (tmp_path / "backups").exists()


async def test_tables_of_something_else_are_not_taken_over(kind, tmp_path):
    place = await place_of(kind, tmp_path)
    await place.raw("CREATE TABLE photographs (id INTEGER)", as_role="owner")
    with pytest.raises(SchemaError, match="of its own"):
        await place.upgrade()


@pytest.mark.integration
async def test_a_server_is_not_upgraded_by_starting(tmp_path):
    place = await place_of("postgresql", tmp_path)
    with pytest.raises(SchemaError, match=r"empty.*forexai db upgrade"):
        await check_grown(place.application)
    await place.upgrade()
    await check_grown(place.application)
    branch = plugin_branch(tmp_path / "plugin", MAKES)
    with pytest.raises(SchemaError, match=r"older.*forexai db upgrade"):
        await check_grown(place.application, **with_plugin(branch))
    with pytest.raises(ValueError, match="not upgraded by itself"):
        await prepare_embedded(place.owner, backups=tmp_path)


@pytest.mark.integration
async def test_two_who_upgrade_a_server_at_once_upgrade_it_once(tmp_path):
    import asyncio

    place = await place_of("postgresql", tmp_path)
    done = await asyncio.gather(*(upgrade_grown(place.owner, roles=ROLES) for _ in range(3)))
    assert len(done) == 3
    await check_grown(place.application)


async def test_a_plugins_table_is_covered_without_its_doing_anything(kind, tmp_path):
    place = await place_of(kind, tmp_path)
    given = with_plugin(plugin_branch(tmp_path / "plugin", MAKES))
    await place.upgrade(**given)
    await check_grown(place.application, **given)
    metadata = plugin_tables()
    rows = metadata.tables["signals_rows"]
    store = store_at(place, scopes=given["scopes"], metadata=[metadata])
    owners = [Scope(tenant_id=new_id(), user_id=new_id()) for _ in range(2)]
    for scope in owners:
        async with store.database.writing(scope) as session:
            await fill(session, given["scopes"], METADATA)
            await session.execute(sa.insert(rows).values(text=str(scope.tenant_id)[:20]))
    for scope in owners:
        async with store.database.writing(scope) as session:
            assert (await session.first(sa.select(rows))).tenant_id == scope.tenant_id
            assert await session.changed(sa.update(rows).values(text="seen")) == 1
    async with store.database.reading(Scope()) as session:
        assert await session.rows(sa.select(rows)) == []
    await store.close()
    if kind == "postgresql":
        assert await place.raw("SELECT * FROM signals_rows", as_role="application") == []


async def test_tables_of_a_plugin_that_is_gone_stay_and_are_known_when_it_comes_back(kind, tmp_path):
    place = await place_of(kind, tmp_path)
    given = with_plugin(plugin_branch(tmp_path / "plugin", MAKES))
    await place.upgrade(**given)
    assert (await place.upgrade()).before is SchemaState.CURRENT
    assert (await place.upgrade(**given)).before is SchemaState.CURRENT


async def test_a_backup_of_a_damaged_database_is_none(tmp_path):
    damaged = tmp_path / "damaged.sqlite3"
    with closing(sqlite3.connect(damaged)) as connection:
        connection.execute("CREATE TABLE rows (text)")
        connection.executemany("INSERT INTO rows VALUES (?)", [("x" * 500,)] * 200)
        connection.execute("CREATE INDEX of_rows ON rows (text)")
        connection.commit()
    content = bytearray(damaged.read_bytes())
    content[4096 + 8 : 4096 + 64] = bytes(56)
    damaged.write_bytes(content)
    with pytest.raises((IntegrityError, StorageError)):
        await back_up(damaged, tmp_path / "backups", "kept")
    assert list((tmp_path / "backups").iterdir()) == []


async def test_a_backup_never_takes_the_place_of_another(tmp_path):
    place = await place_of("sqlite", tmp_path)
    await place.upgrade()
    source = tmp_path / "platform.sqlite3"
    made = [await back_up(source, tmp_path / "backups", "kept") for _ in range(3)]
    assert [each.name for each in made] == ["kept.sqlite3", "kept-2.sqlite3", "kept-3.sqlite3"]


def test_addresses_of_databases_are_checked_and_never_shown_with_their_password():
    shown = repr(DatabaseSettings(url="postgresql://somebody:hunter2@host/name"))
    assert "hunter2" not in shown
    for wrong in ("mysql://host/name", "not an address"):
        with pytest.raises(ValueError, match=r"database|known"):
            DatabaseSettings(url=wrong)
    with pytest.raises(ValueError, match="file"):
        make_engine(DatabaseSettings(url="sqlite://"))
