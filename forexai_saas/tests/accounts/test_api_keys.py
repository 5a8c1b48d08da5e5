"""Keys for programs: what they may be, from where they may come, and when they end."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from account_desk import DAY_S

from forexai_saas.accounts.api_keys import ApiKeys, KeyRequest
from forexai_saas.accounts.roles import PERMISSIONS, Role, permissions_of
from forexai_saas.errors import AccountError
from forexai_saas.storage.ids import new_id
from forexai_saas.storage.scopes import Scope
from forexai_saas.storage.tables import api_keys, memberships, tenants, users

READS = ("tenant:data:read",)
TRADES = ("tenant:data:read", "trading:orders:live", "trading:kill:use")
HOME = "192.0.2.0/24"


def refused(code):
    return pytest.raises(AccountError, check=lambda error: error.code == code)


async def maker(desk):
    _, user_id = await desk.member()
    ((tenant_id,),) = await desk.on.lookups.ask("forexai_tenants_of_user", user_id)
    return Scope(tenant_id=tenant_id, user_id=user_id)


async def made(desk, keys, scope, asked):
    """Make a key as the gate does once it let somebody pass."""
    async with desk.on.database.writing(scope) as session:
        return await keys.add(session, asked)


def live_key(**changed):
    asked = {
        "name": "bot",
        "scopes": TRADES,
        "account_id": new_id(),
        "live": True,
        "networks": (HOME,),
        "life_s": DAY_S,
    }
    return KeyRequest(**{**asked, **changed})


async def test_a_key_tells_who_asks_and_what_it_may_and_only_its_hash_is_kept(desk):
    keys, scope = ApiKeys(desk.on), await maker(desk)
    asked = live_key()
    key_id, key = await made(desk, keys, scope, asked)
    caller = await keys.identify(key, address="192.0.2.9")
    assert (caller.tenant_id, caller.user_id, caller.key_id) == (scope.tenant_id, scope.user_id, key_id)
    assert (caller.account_id, caller.live, caller.permissions) == (asked.account_id, True, frozenset(TRADES))
    async with desk.on.database.reading(scope) as session:
        row = await session.first(sa.select(api_keys))
    assert key.startswith(row.hint)
    assert key not in str(row)
    for wrong in (key[:-1], key + "x", "", "fxk_"):
        with refused("api-key.refused"):
            await keys.identify(wrong, address="192.0.2.9")


async def test_a_key_ends_when_revoked_when_old_and_with_whoever_made_it(desk):
    keys, scope = ApiKeys(desk.on), await maker(desk)
    for end in ("revoked", "old", "suspended", "tenant", "left"):
        key_id, key = await made(desk, keys, scope, live_key())
        assert await keys.identify(key, address="192.0.2.9")
        await end_it(desk, keys, scope, key_id, end)
        with refused("api-key.refused"):
            await keys.identify(key, address="192.0.2.9")
        if end != "left":
            await undo(desk, scope)


async def end_it(desk, keys, scope, key_id, end):
    if end == "revoked":
        assert not await keys.revoke(await maker(desk), key_id)  # not by another tenant
        assert await keys.revoke(scope, key_id)
        assert not await keys.revoke(scope, key_id)
    if end == "old":
        desk.pass_time(DAY_S)
    changes = {
        "suspended": sa.update(users).values(state="suspended"),
        "tenant": sa.update(tenants).values(state="closed"),
        "left": sa.delete(memberships),
    }
    if end in changes:
        async with desk.on.database.writing(scope) as session:
            await session.execute(changes[end])


async def undo(desk, scope):
    async with desk.on.database.writing(scope) as session:
        await session.execute(sa.update(users).values(state="active"))
        await session.execute(sa.update(tenants).values(state="active"))


@pytest.mark.parametrize(
    ("address", "taken"),
    [
        ("192.0.2.1", True),
        ("::ffff:192.0.2.1", True),
        ("192.0.3.1", False),
        ("2001:db8::1", False),
        ("not an address", False),
        ("", False),
    ],
)
async def test_a_key_comes_from_its_networks_only(desk, address, taken):
    keys, scope = ApiKeys(desk.on), await maker(desk)
    _, key = await made(desk, keys, scope, live_key())
    if taken:
        assert await keys.identify(key, address=address)
        return
    with refused("api-key.refused"):
        await keys.identify(key, address=address)


async def test_a_role_that_is_less_makes_its_keys_less_at_once(desk):
    keys, scope = ApiKeys(desk.on), await maker(desk)
    _, key = await made(desk, keys, scope, live_key())
    async with desk.on.database.writing(scope) as session:
        await session.execute(sa.update(memberships).values(role="viewer"))
    assert (await keys.identify(key, address="192.0.2.9")).permissions == frozenset(READS)
    with refused("permission.missing"):
        await made(desk, keys, scope, live_key())


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"life_s": None}, "api-key.live"),
        ({"life_s": 91 * DAY_S}, "api-key.live"),
        ({"networks": ()}, "api-key.live"),
        ({"account_id": None}, "api-key.account"),
        ({"scopes": ("trading:limits:raise",)}, "api-key.scopes"),
        ({"scopes": ("trading:kill:rearm",)}, "api-key.scopes"),
        ({"scopes": ("made:up:name",)}, "api-key.scopes"),
        ({"scopes": ()}, "api-key.scopes"),
        ({"life_s": 0}, "api-key.life"),
        ({"name": " "}, "api-key.name"),
    ],
)
def test_what_no_key_may_be(changed, code):
    with refused(code):
        live_key(**changed).check()


def test_networks_are_looked_at():
    with refused("api-key.networks"):
        live_key(networks=("192.0.2.1/24",))


def test_no_key_raises_a_limit_rearms_arms_or_lets_others_in():
    never = {"trading:limits:raise", "trading:kill:rearm", "trading:live:arm", "members:all:write", "keys:own:write"}
    assert never.isdisjoint(name for name, rule in PERMISSIONS.items() if rule.for_keys)


def test_whoever_may_trade_may_stop_and_a_viewer_may_only_look():
    for role in Role:
        held = permissions_of(role)
        assert ("trading:orders:paper" in held) == ("trading:kill:use" in held)
    assert permissions_of("viewer") == {"tenant:data:read"}
    assert permissions_of(None) == frozenset()
    assert permissions_of("owner") == set(PERMISSIONS)


async def test_a_key_is_made_by_whoever_may_make_keys(desk):
    keys, scope = ApiKeys(desk.on), await maker(desk)
    _, key = await keys.make(scope, KeyRequest(name="reads", scopes=READS))
    assert (await keys.identify(key, address="192.0.2.9")).permissions == frozenset(READS)
    async with desk.on.database.writing(scope) as session:
        await session.execute(sa.update(memberships).values(role="viewer"))
    with refused("permission.missing"):
        await keys.make(scope, KeyRequest(name="reads", scopes=READS))
