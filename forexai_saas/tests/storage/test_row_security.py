"""PostgreSQL keeps tenants apart by itself, and a server where it does not is not started on."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from databases import ROLES, made_place, place_of, store_at
from rows import fill
from sqlalchemy.ext.asyncio import create_async_engine

from forexai_saas.errors import SchemaError
from forexai_saas.storage.ids import new_id
from forexai_saas.storage.lookups import LOOKUPS
from forexai_saas.storage.opening import check_grown
from forexai_saas.storage.scopes import Owner, Scope, TableScopes
from forexai_saas.storage.tables import METADATA

pytestmark = pytest.mark.integration

SCOPES = TableScopes.of_platform()
OWNED = [known for known in SCOPES if known.owner is not Owner.OPEN]


async def filled(place):
    scope = Scope(tenant_id=new_id(), user_id=new_id())
    store = store_at(place)
    async with store.database.writing(scope) as session:
        made = await fill(session, SCOPES, METADATA)
    await store.close()
    return scope, made


async def counts(place, scope, role="application"):
    """Count what raw SQL sees in each table, past the query layer."""
    engine = create_async_engine(getattr(place, role).url, poolclass=sa.NullPool)
    async with engine.begin() as connection:
        for name, value in (("tenant", scope.tenant_id), ("user", scope.user_id)):
            await connection.exec_driver_sql(f"SELECT set_config('app.{name}', '{value or ''}', true)")
        found = {
            known.table: (await connection.exec_driver_sql(f"SELECT count(*) FROM {known.table}")).scalar_one()
            for known in OWNED
        }
    await engine.dispose()
    return found


async def test_raw_sql_sees_the_rows_of_its_owner_and_none_without_one():
    place = made_place("postgresql")
    mine, _ = await filled(place)
    await filled(place)
    assert set((await counts(place, mine)).values()) == {1}
    assert set((await counts(place, Scope())).values()) == {0}
    assert set((await counts(place, Scope(tenant_id=new_id(), user_id=new_id()))).values()) == {0}
    tenant_only = await counts(place, Scope(tenant_id=mine.tenant_id))
    assert {known.table for known in OWNED if tenant_only[known.table]} == {
        known.table for known in OWNED if known.owner is Owner.TENANT
    }


async def test_the_owner_is_bound_too_and_the_backup_role_only_reads():
    place = made_place("postgresql")
    await filled(place)
    assert set((await counts(place, Scope(), role="owner")).values()) == {0}
    backup = place.superuser.url.set(username=ROLES.backup)
    engine = create_async_engine(backup, poolclass=sa.NullPool)
    async with engine.begin() as connection:
        assert (await connection.exec_driver_sql("SELECT count(*) FROM users")).scalar_one() > 0
    with pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
        async with engine.begin() as connection:
            await connection.exec_driver_sql("DELETE FROM users")
    await engine.dispose()


async def test_a_connection_that_served_somebody_serves_nobody_afterwards():
    place = made_place("postgresql")
    mine, _ = await filled(place)
    engine = create_async_engine(place.application.url, pool_size=1, max_overflow=0)
    async with engine.begin() as connection:
        await connection.exec_driver_sql(f"SELECT set_config('app.tenant', '{mine.tenant_id}', true)")
        assert (await connection.exec_driver_sql("SELECT count(*) FROM tenants")).scalar_one() == 1
    async with engine.begin() as connection:
        assert (await connection.exec_driver_sql("SELECT count(*) FROM tenants")).scalar_one() == 0
    await engine.dispose()


async def test_raw_sql_cannot_write_rows_of_others():
    place = made_place("postgresql")
    mine, _ = await filled(place)
    theirs, _ = await filled(place)
    engine = create_async_engine(place.application.url, poolclass=sa.NullPool)
    for statement in (
        f"INSERT INTO memberships VALUES ('{theirs.tenant_id}', '{mine.user_id}', 'owner', 1)",
        f"UPDATE memberships SET tenant_id = '{theirs.tenant_id}'",
    ):
        async with engine.connect() as connection:
            await connection.exec_driver_sql(f"SELECT set_config('app.tenant', '{mine.tenant_id}', true)")
            with pytest.raises(sa.exc.ProgrammingError, match="row-level security"):
                await connection.exec_driver_sql(statement)
    with pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
        async with engine.begin() as connection:
            await connection.exec_driver_sql("TRUNCATE users CASCADE")
    async with engine.begin() as connection:
        # What opens the owner's policy opens nothing for the application.
        await connection.exec_driver_sql("SELECT set_config('app.listed', 'on', true)")
        assert (await connection.exec_driver_sql("SELECT count(*) FROM users")).scalar_one() == 0
    await engine.dispose()


WAYS_TO_BREAK_IT = {
    "disabled": ("ALTER TABLE sessions DISABLE ROW LEVEL SECURITY", "sessions is not enabled"),
    "not forced": ("ALTER TABLE users NO FORCE ROW LEVEL SECURITY", "users is not enabled and forced"),
    "a policy more": ("CREATE POLICY more ON users USING (true)", "users has the policies"),
    "a policy less": ("DROP POLICY forexai_own_rows ON users", "users has the policies"),
    "another condition": ("ALTER POLICY forexai_own_rows ON users USING (true)", "users lets through other rows"),
    "another check": ("ALTER POLICY forexai_own_rows ON users WITH CHECK (true)", "users lets through other rows"),
    "for everybody": ("ALTER POLICY forexai_listed ON users TO PUBLIC", "users are for other roles"),
    "truncate": ("GRANT TRUNCATE ON users TO forexai_app", "may TRUNCATE users"),
    "a table on no list": (
        "CREATE TABLE loose (tenant_id uuid); GRANT SELECT ON loose TO forexai_app",
        "the table loose is on no list",
    ),
    "a view": (
        "CREATE VIEW all_users AS SELECT * FROM users; GRANT SELECT ON all_users TO forexai_app",
        "all_users is a view",
    ),
    "owner of a table": ("ALTER TABLE mails OWNER TO forexai_app", "owns mails"),
    "creating": ("GRANT CREATE ON SCHEMA public TO forexai_app", "may make tables"),
    "gone": ("DROP TABLE mails", "mails is not there"),
}
FOR_THE_WHOLE_SERVER = {
    "superuser": ("ALTER ROLE forexai_app SUPERUSER", "ALTER ROLE forexai_app NOSUPERUSER"),
    "bypasses": ("ALTER ROLE forexai_app BYPASSRLS", "ALTER ROLE forexai_app NOBYPASSRLS"),
    "may become the owner": ("GRANT forexai_owner TO forexai_app", "REVOKE forexai_owner FROM forexai_app"),
    "may become the backup": ("GRANT forexai_backup TO forexai_app", "REVOKE forexai_backup FROM forexai_app"),
}


@pytest.fixture(scope="module")
def broken_place(tmp_path_factory):
    return tmp_path_factory.mktemp("broken")


async def test_each_way_to_break_row_security_is_named_at_start(broken_place):
    place = await place_of("postgresql", broken_place)
    for name, (statements, told) in WAYS_TO_BREAK_IT.items():
        await place.upgrade()
        for statement in statements.split("; "):
            await place.raw(statement)
        with pytest.raises(SchemaError, match=told):
            await check_grown(place.application)
        await mend(place, name)
    with pytest.raises(SchemaError, match="mails is not there"):
        await check_grown(place.application)


async def mend(place, name):
    undo = {
        "a policy more": ["DROP POLICY more ON users"],
        "a table on no list": ["DROP TABLE loose"],
        "a view": ["DROP VIEW all_users"],
        "owner of a table": ["ALTER TABLE mails OWNER TO forexai_owner"],
        "creating": ["REVOKE CREATE ON SCHEMA public FROM forexai_app"],
    }
    if name in undo:
        await place.raw(*undo[name])
    if name != "gone":
        # An upgrade sets up again whatever else was changed.
        await place.upgrade()
        await check_grown(place.application)


@pytest.mark.parametrize("way", FOR_THE_WHOLE_SERVER)
async def test_a_role_that_is_more_than_it_should_be_is_named_at_start(way):
    place = made_place("postgresql")
    done, undone = FOR_THE_WHOLE_SERVER[way]
    await place.raw(done)
    try:
        with pytest.raises(SchemaError, match="role"):
            await check_grown(place.application)
    finally:
        await place.raw(undone)
    await check_grown(place.application)


@pytest.mark.parametrize("role", ["superuser", "owner"])
async def test_nothing_starts_as_the_owner_or_a_superuser(role):
    with pytest.raises(SchemaError, match="role"):
        await check_grown(getattr(made_place("postgresql"), role))


async def test_look_ups_answer_with_keys_alone():
    place = made_place("postgresql")
    mine, made = await filled(place)
    store = store_at(place)
    try:
        assert await store.lookups.one("forexai_user_by_email", made["users"]["email"]) == (mine.user_id,)
        assert await store.lookups.one("forexai_user_by_email", "nobody") is None
        key = made["sessions"]["token_hash"]
        assert await store.lookups.one("forexai_session_by_token", key) == (mine.user_id, made["sessions"]["id"])
        assert await store.lookups.one("forexai_api_key", made["api_keys"]["key_hash"]) == (
            mine.tenant_id,
            made["api_keys"]["id"],
        )
        assert await store.lookups.ask("forexai_tenants_of_user", mine.user_id) == [(mine.tenant_id,)]
    finally:
        await store.close()
    for lookup in LOOKUPS.values():
        assert all(isinstance(column.type, sa.Uuid) for column in lookup.answer.selected_columns)
