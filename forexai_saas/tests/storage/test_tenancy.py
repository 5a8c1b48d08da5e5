"""Rows of others do not exist: not to read, count, join, change or delete; on both databases, for every table."""

from __future__ import annotations

import asyncio

import pytest
import sqlalchemy as sa
from databases import store_at
from rows import fill
from sqlalchemy.dialects import postgresql, sqlite

from forexai_core.errors import ConflictError
from forexai_saas.errors import ScopeError
from forexai_saas.storage.ids import new_id
from forexai_saas.storage.scopes import NOBODY, Owner, Scope, TableScopes
from forexai_saas.storage.tables import METADATA, api_keys, memberships, rate_counters, sessions, tenants, users

SCOPES = TableScopes.of_platform()
OWNED = [table for table in METADATA.sorted_tables if SCOPES.find(table.name).owner is not Owner.OPEN]
every_table = pytest.mark.parametrize("table", OWNED, ids=lambda table: table.name)


def somebody():
    return Scope(tenant_id=new_id(), user_id=new_id())


async def filled(store):
    scope = somebody()
    async with store.database.writing(scope) as session:
        made = await fill(session, SCOPES, METADATA)
    return scope, made


_KEPT = {}


async def two_filled(store):
    """Give two who have a row in every table, for tests that leave them as they are."""
    kind = store.place.kind
    if kind not in _KEPT:
        _KEPT[kind] = [await filled(store), await filled(store)]
    return _KEPT[kind]


def readings(table):
    """Ways to read a table that hide it ever deeper."""
    other = table.alias("other")
    inner = sa.select(table).subquery("inner")
    named = sa.select(table).cte("named")
    return {
        "plain": sa.select(table),
        "alias": sa.select(other),
        "subquery": sa.select(inner),
        "cte": sa.select(named),
        "union": sa.union_all(sa.select(table), sa.select(table)),
        "join": sa.select(table, other).join(other, sa.true()),
        "outer join": sa.select(rate_counters, other).select_from(sa.outerjoin(other, rate_counters, sa.false())),
        "exists": sa.select(sa.literal(1)).where(sa.exists().select_from(table)),
        "lateral": sa.select(sa.select(sa.func.count()).select_from(table).scalar_subquery().label("n")).where(
            sa.select(sa.func.count()).select_from(table).scalar_subquery() > 0
        ),
        "group": sa.select(sa.func.count()).select_from(table).having(sa.func.count() > 0),
    }


@every_table
async def test_each_way_of_reading_shows_own_rows_and_no_others(store, table):
    (mine, _), _ = await two_filled(store)
    for name, statement in readings(table).items():
        expected = {"union": 2}.get(name, 1)
        async with store.database.reading(mine) as session:
            assert len(await session.rows(statement)) == expected, name
        for scope in (somebody(), NOBODY):
            async with store.database.reading(scope) as session:
                assert await session.rows(statement) == [], name


@every_table
async def test_nobody_else_changes_or_deletes_rows(store, table):
    mine, made = await filled(store)
    known = SCOPES.find(table.name)
    column = next(c for c in table.columns if not c.primary_key and not c.unique and c.name != known.column)
    value = made[table.name][column.name]
    for scope in (somebody(), NOBODY):
        async with store.database.writing(scope) as session:
            if not known.append_only:
                assert await session.changed(sa.update(table).values({column: value})) == 0
                assert await session.changed(sa.delete(table)) == 0
    async with store.database.writing(mine) as session:
        assert await session.value(sa.select(sa.func.count()).select_from(table)) == 1
        if not known.append_only:
            assert await session.changed(sa.update(table).values({column: value})) == 1
            assert await session.changed(sa.delete(table)) == 1


@every_table
async def test_no_statement_names_whose_rows_it_means(store, table):
    (mine, made), _ = await two_filled(store)
    known = SCOPES.find(table.name)
    foreign = new_id()
    row = {**made[table.name], known.column: foreign}
    statements = [
        (sa.insert(table).values(row), None),
        (sa.insert(table).values([made[table.name], row]), None),
        (sa.insert(table), [row]),
        (sa.update(table).values({known.column: foreign}), None),
        (sa.update(table).values({table.c[known.column]: sa.select(sa.literal(foreign)).scalar_subquery()}), None),
        (sa.insert(table).from_select([known.column], sa.select(sa.literal(foreign))), None),
    ]
    for statement, rows in statements:
        async with store.database.writing(mine) as session:
            with pytest.raises(ScopeError):
                await session.execute(statement, rows)


@every_table
async def test_rows_of_nobody_cannot_be_added(store, table):
    (_, made), _ = await two_filled(store)
    known = SCOPES.find(table.name)
    row = {name: value for name, value in made[table.name].items() if name != known.column}
    async with store.database.writing(NOBODY) as session:
        with pytest.raises(ScopeError, match="speaks for no"):
            await session.execute(sa.insert(table).values(row))


@pytest.mark.parametrize(
    "statement",
    [
        sa.text("SELECT * FROM users"),
        sa.text("SELECT id FROM users").columns(users.c.id),
        sa.select(sa.text("(SELECT email FROM users)")),
        sa.select(sa.literal_column("(SELECT email FROM users)")),
        sa.select(tenants).where(sa.text("1 = 1 OR tenants.id IS NULL")),
        sa.select(sa.table("sqlite_master", sa.column("name"))),
        sa.select(sa.table("pg_class", sa.column("relname"))),
        sa.select(sa.table("users", sa.column("email"), schema="public")),
        sa.select(users).prefix_with("ALL"),
        sa.insert(sa.table("tenants", sa.column("id"))).values(id="x"),
        sa.select(sa.insert(users).values(email="x").returning(users.c.id).cte("made")),
        sa.schema.DropTable(users),
        sa.select(users).compile(),
    ],
    ids=lambda statement: type(statement).__name__,
)
async def test_what_cannot_be_watched_is_refused(store, statement):
    async with store.database.writing(somebody()) as session:
        with pytest.raises(ScopeError):
            await session.execute(statement)


async def test_options_of_a_statement_do_not_say_for_whom_it_speaks(store):
    mine, _ = await filled(store)
    foreign = sa.select(tenants).execution_options(forexai_scope=mine)
    async with store.database.reading(somebody()) as session:
        assert await session.rows(foreign) == []


async def test_an_upsert_cannot_reach_a_row_of_somebody_else(store, kind):
    insert = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}[kind]
    mine, made = await filled(store)
    row = {name: value for name, value in made["users"].items() if name != "id"}
    stolen = insert(users).values(row).on_conflict_do_update(index_elements=["email"], set_={"name": "stolen"})
    async with store.database.writing(somebody()) as session:
        with pytest.raises(ScopeError, match="somebody else"):
            await session.execute(stolen)
    held = {name: value for name, value in made["memberships"].items() if name != "tenant_id"}
    own = insert(memberships).values(held)
    own = own.on_conflict_do_update(index_elements=["tenant_id", "user_id"], set_={"role": "viewer"})
    async with store.database.writing(mine) as session:
        await session.execute(own)
        assert await session.value(sa.select(memberships.c.role)) == "viewer"


async def test_keys_of_two_tenants_cannot_be_mixed(store):
    mine, made = await filled(store)
    theirs, _ = await filled(store)
    row = {name: value for name, value in made["api_keys"].items() if name != "tenant_id"}
    # Their tenant has no member of that key, whatever row there is elsewhere.
    with pytest.raises(ConflictError):
        async with store.database.writing(theirs) as session:
            await session.execute(sa.insert(api_keys).values({**row, "id": new_id(), "key_hash": b"x" * 32}))
    assert mine.tenant_id != theirs.tenant_id


async def test_a_pool_of_one_serves_tenants_by_turns_after_failures_and_cancellation(place):
    store = store_at(place, pool_size=1)
    try:
        first, second = (await filled(store))[0], (await filled(store))[0]
        for turn in range(12):
            scope, other = (first, second) if turn % 2 else (second, first)
            if turn % 3 == 0:
                with pytest.raises(ConflictError):
                    async with store.database.writing(other) as session:
                        await session.execute(sa.update(users).values(email=None))
            if turn % 3 == 1:
                await cancelled_within(store, other)
            async with store.database.reading(scope) as session:
                assert await session.rows(sa.select(tenants.c.id)) == [(scope.tenant_id,)]
                assert await session.rows(sa.select(sessions.c.user_id)) == [(scope.user_id,)]
            async with store.database.reading(NOBODY) as session:
                assert await session.rows(sa.select(tenants.c.id)) == []
    finally:
        await store.close()


async def cancelled_within(store, scope):
    entered = asyncio.Event()

    async def hang():
        async with store.database.writing(scope) as session:
            await session.execute(sa.update(users).values(name="never"))
            entered.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(hang())
    await entered.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with store.database.reading(scope) as session:
        assert await session.value(sa.select(users.c.name)) != "never"


async def test_tasks_side_by_side_each_speak_for_their_own(store):
    scopes = [(await filled(store))[0] for _ in range(4)]

    async def look(scope):
        seen = []
        for _ in range(5):
            async with store.database.reading(scope) as session:
                seen += [row.id for row in await session.rows(sa.select(tenants.c.id))]
                await asyncio.sleep(0)
                seen += [row.id for row in await session.rows(sa.select(tenants.c.id))]
        return set(seen)

    assert await asyncio.gather(*map(look, scopes)) == [{scope.tenant_id} for scope in scopes]


async def test_a_reader_cannot_write(store):
    mine, _ = await filled(store)
    with pytest.raises(Exception, match=r"read.?only"):
        async with store.database.reading(mine) as session:
            await session.execute(sa.update(users).values(name="changed"))


def test_every_key_of_a_tenants_table_begins_with_the_tenant():
    for table in OWNED:
        known = SCOPES.find(table.name)
        assert next(iter(table.primary_key.columns)).name == known.column
        for constraint in table.foreign_key_constraints:
            target = SCOPES.find(constraint.referred_table.name)
            if target.owner is known.owner and target.column == known.column:
                assert constraint.columns[0].name == known.column
