"""Sealed values open for their owner, at their place, with their key, and nowhere else."""

from __future__ import annotations

import pickle

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from metering import HandClock

from forexai_core.errors import ConfigError, IntegrityError, NotFoundError
from forexai_saas.errors import ScopeError
from forexai_saas.secrets.master_keys import MasterKeys, add_master_key, read_master_keys
from forexai_saas.secrets.sealing import Place, key_version, open_sealed, seal
from forexai_saas.secrets.vault import Spot, Vault
from forexai_saas.storage.ids import new_id
from forexai_saas.storage.scopes import NOBODY, Scope
from forexai_saas.storage.tables import tenant_keys, tenants

KEY = bytes(range(32))
PLACE = Place("tenant:a", "connections", "1", "token")
SPOT = Spot("connections", "1", "token")


@given(st.binary(max_size=200), st.integers(1, 2**32 - 1))
def test_what_was_sealed_opens_to_the_byte(text, version):
    sealed = seal(KEY, version, text, PLACE)
    assert key_version(sealed) == version
    assert open_sealed(KEY, sealed, PLACE) == text


def test_the_same_is_never_sealed_alike():
    assert len({seal(KEY, 1, b"secret", PLACE)[5:17] for _ in range(500)}) == 500


def test_every_byte_counts_and_so_does_every_part_of_the_place():
    sealed = seal(KEY, 1, b"secret", PLACE)
    for at in range(len(sealed)):
        changed = sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
        with pytest.raises(IntegrityError):
            open_sealed(KEY, changed, PLACE)
    for place in (
        Place("tenant:b", "connections", "1", "token"),
        Place("tenant:a", "connectionss", "", "token"),
        Place("tenant:a", "connections", "2", "token"),
        Place("tenant:a", "connections", "1", "secret"),
        Place("tenant:aconnections", "", "1", "token"),
    ):
        with pytest.raises(IntegrityError):
            open_sealed(KEY, sealed, place)
    with pytest.raises(IntegrityError):
        open_sealed(bytes(32), sealed, PLACE)
    for cut in (b"", sealed[:10], sealed[:-1]):
        with pytest.raises(IntegrityError):
            open_sealed(KEY, cut, PLACE)


async def tenant(store, vault, text=b"secret"):
    scope = Scope(tenant_id=new_id())
    async with store.database.writing(scope) as session:
        await session.execute(sa.insert(tenants).values(name="x", state="active", created_ns=1))
        return scope, await vault.seal(session, "tenant", SPOT, text)


async def test_nobody_else_opens_it_even_with_its_bytes(store):
    vault = Vault(MasterKeys.random(), HandClock())
    mine, sealed = await tenant(store, vault)
    theirs, _ = await tenant(store, vault)
    async with store.database.reading(mine) as session:
        assert await vault.open(session, "tenant", SPOT, sealed) == b"secret"
    async with store.database.reading(theirs) as session:
        with pytest.raises(IntegrityError):
            await vault.open(session, "tenant", SPOT, sealed)
    async with store.database.writing(NOBODY) as session:
        with pytest.raises((ScopeError, NotFoundError)):
            await vault.seal(session, "tenant", SPOT, b"secret")


async def test_keys_rotate_and_older_values_still_open(store):
    vault = Vault(MasterKeys.random(), HandClock())
    scope, sealed = await tenant(store, vault)
    async with store.database.writing(scope) as session:
        assert await vault.rotate(session, "tenant") == 2
        assert await vault.open(session, "tenant", SPOT, sealed) == b"secret"
        anew = await vault.reseal(session, "tenant", SPOT, sealed)
        assert (key_version(sealed), key_version(anew)) == (1, 2)
        assert await vault.reseal(session, "tenant", SPOT, anew) == anew
        assert await vault.open(session, "tenant", SPOT, anew) == b"secret"


async def test_a_master_key_is_replaced_without_touching_what_was_sealed(store, tmp_path):
    path = tmp_path / "keys" / "master.json"
    old = Vault(read_master_keys(path), HandClock())
    scope, sealed = await tenant(store, old)
    new = Vault(add_master_key(path), HandClock())
    async with store.database.writing(scope) as session:
        assert await new.open(session, "tenant", SPOT, sealed) == b"secret"
        assert await new.rewrap(session, "tenant") == 1
        assert await new.rewrap(session, "tenant") == 0
        assert await new.open(session, "tenant", SPOT, sealed) == b"secret"
        with pytest.raises(ConfigError, match="Master key 2"):
            await old.open(session, "tenant", SPOT, sealed)


async def test_what_a_destroyed_key_sealed_is_gone(store):
    vault = Vault(MasterKeys.random(), HandClock())
    scope, sealed = await tenant(store, vault)
    async with store.database.writing(scope) as session:
        assert await vault.destroy(session, "tenant") == 1
        with pytest.raises(NotFoundError, match="no more"):
            await vault.open(session, "tenant", SPOT, sealed)


async def test_no_key_lies_readable_in_the_database(store):
    masters = MasterKeys({1: KEY})
    scope, _ = await tenant(store, Vault(masters, HandClock()))
    async with store.database.reading(scope) as session:
        wrapped = await session.value(sa.select(tenant_keys.c.wrapped))
    place = Place(f"tenant:{scope.tenant_id}", "tenant_keys", "1", "wrapped")
    assert open_sealed(KEY, wrapped, place) not in wrapped
    with pytest.raises(IntegrityError):
        open_sealed(bytes(32), wrapped, place)


def test_the_key_file_is_for_its_owner_and_is_made_once(tmp_path):
    path = tmp_path / "master.json"
    first = read_master_keys(path)
    assert read_master_keys(path).key(1) == first.key(1)
    assert path.stat().st_mode & 0o777 == 0o600
    second = add_master_key(path)
    assert (second.version, second.key(1)) == (2, first.key(1))
    assert second.derived("x") == first.derived("x") != first.derived("y")
    path.chmod(0o644)
    with pytest.raises(ConfigError, match="0600"):
        read_master_keys(path)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"1": "AAAA"}', '{"0": "x"}', '{"1": 5}'])
def test_a_key_file_that_holds_no_keys_is_refused(tmp_path, content):
    path = tmp_path / "master.json"
    path.touch(mode=0o600)
    path.write_text(content)
    with pytest.raises(ConfigError):
        read_master_keys(path)


def test_master_keys_do_not_show_themselves():
    masters = MasterKeys({1: KEY})
    assert KEY.hex() not in repr(masters)
    with pytest.raises(TypeError):
        pickle.dumps(masters)
