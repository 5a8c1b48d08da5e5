"""The plan that holds and what was used of it, over HTTP: from the facts and the meter, and from nothing else."""

from __future__ import annotations

from uuid import UUID

import pytest
from metering import DAY_NS
from world import Browser, code_of, invited

from forexai_core.errors import QuotaExceededError
from forexai_saas.billing.facts import Granted, Held, Lifted
from forexai_saas.plans import plan_table
from forexai_saas.storage.ids import new_id
from forexai_saas.storage.scopes import Scope


def say(world, person, fact):
    """Record a fact about a person's tenant."""

    async def record():
        async with world.accounts.on.database.writing(Scope(tenant_id=UUID(person.tenant_id))) as session:
            return await world.accounts.facts.record(session, fact, source="operator", key=new_id().hex)

    assert world.run(record)


def use(world, person, feature, amount, *, settled=None):
    """Reserve, and settle where that is said."""

    async def reserve():
        key, tenant_id = new_id().hex, UUID(person.tenant_id)
        await world.accounts.meter.reserve(tenant_id, feature, amount, key=key)
        if settled is not None:
            await world.accounts.meter.settle(tenant_id, key, settled)

    world.run(reserve)


def usage(person, **more):
    return {each["feature"]: each for each in person.get("/billing/usage", **more).json()["items"]}


def test_the_plan_follows_the_facts(world):
    ada, now_ns = world.person(), world.clock.time_ns
    first = ada.get("/billing/plan").json()
    assert (first["state"], first["plan"], first["changes_ns"], first["reduce_only"]) == ("free", "free", None, False)
    assert first["price_usd_a_month"] == 0
    say(world, ada, Granted(grant="i1", plan="pro", start_ns=now_ns, stop_ns=now_ns + 30 * DAY_NS))
    shown = ada.get("/billing/plan").json()
    assert (shown["state"], shown["title"], shown["changes_ns"]) == ("active", "Pro", str(now_ns + 30 * DAY_NS))
    assert shown["alerts"] == ["email", "discord", "telegram"]
    say(world, ada, Held(hold="h1", from_ns=now_ns, reason="a dispute"))
    shown = ada.get("/billing/plan").json()
    assert (shown["state"], shown["holds"], shown["reduce_only"]) == ("suspended", ["a dispute"], True)
    assert {each["allowance"] for each in usage(ada).values()} == {0}
    say(world, ada, Lifted(hold="h1", from_ns=now_ns))
    assert ada.get("/billing/plan").json()["state"] == "active"


def test_usage_is_what_the_meter_counted(world):
    ada, other = world.person(), world.person()
    assert list(usage(ada)) == list(plan_table().features)
    assert all((each["settled"], each["reserved"]) == (0, 0) for each in usage(ada).values())
    use(world, ada, "backtests", 2, settled=1)
    use(world, ada, "backtests", 1)
    use(world, ada, "strategies", 1, settled=1)
    found = usage(ada)
    backtests = found["backtests"]
    assert [backtests[name] for name in ("allowance", "settled", "reserved", "left")] == [3, 1, 1, 1]
    assert int(backtests["period_stop_ns"]) - int(backtests["period_start_ns"]) == DAY_NS
    assert int(backtests["period_start_ns"]) <= world.clock.time_ns < int(backtests["period_stop_ns"])
    assert (found["strategies"]["left"], found["strategies"]["period"]) == (0, "standing")
    assert found["strategies"]["period_start_ns"] is None
    with pytest.raises(QuotaExceededError):
        use(world, ada, "strategies", 1)
    assert usage(other)["backtests"]["left"] == 3
    world.pass_time(86_400)
    ada.sign_in()
    found = usage(ada)
    assert (found["backtests"]["left"], found["strategies"]["left"]) == (3, 0)
    now_ns = world.clock.time_ns
    say(world, ada, Granted(grant="i1", plan="pro", start_ns=now_ns, stop_ns=now_ns + DAY_NS))
    found = usage(ada)
    assert (found["backtests"]["left"], found["strategies"]["left"]) == (None, 4)


def test_who_works_for_several_tenants_sees_the_plan_of_the_one_that_is_named(world):
    owner, viewer = world.person(), world.person()
    assert invited(owner, "viewer", viewer).status_code == 200
    now_ns = world.clock.time_ns
    say(world, owner, Granted(grant="i1", plan="premium", start_ns=now_ns, stop_ns=now_ns + DAY_NS))
    assert code_of(viewer.get("/billing/plan")) == (400, "tenant.unclear")
    seen = {
        tenant: viewer.get("/billing/plan", headers={"ForexAI-Tenant": tenant}).json()["plan"]
        for tenant in (owner.tenant_id, viewer.tenant_id)
    }
    assert seen == {owner.tenant_id: "premium", viewer.tenant_id: "free"}
    stranger = world.person()
    headers = {"ForexAI-Tenant": owner.tenant_id}
    for path in ("/billing/plan", "/billing/usage"):
        assert code_of(stranger.get(path, headers=headers)) == (404, "tenant.unknown")
    asked = {"name": "Reads", "scopes": ["tenant:data:read"]}
    key = owner.post(f"/tenants/{owner.tenant_id}/api-keys", asked).json()["key"]
    program = Browser(world, headers={"Authorization": f"Bearer {key}"})
    assert program.get("/billing/plan").json()["plan"] == "premium"
