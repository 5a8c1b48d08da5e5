"""Facts and usage in the database: once each, and never beyond what is allowed, whoever asks at once."""

from __future__ import annotations

import asyncio
import itertools
import json
import subprocess
import sys

import pytest
import pytest_asyncio
import sqlalchemy as sa
from account_desk import desk_on
from databases import store_at
from metering import DAY_NS

from forexai_core.errors import BillingError, QuotaExceededError, StorageError
from forexai_saas.billing.fact_book import FactBook
from forexai_saas.billing.facts import Granted, Held, Lifted, Voided
from forexai_saas.billing.standing import StandingState
from forexai_saas.billing.tenant_meter import TenantMeter
from forexai_saas.storage.scopes import Scope
from forexai_saas.storage.tables import billing_facts, tenants, usage_counters


def book_of(desk):
    return FactBook(desk.clock, desk.on.audit)


def meter_of(desk):
    return TenantMeter(desk.on.database, book_of(desk), desk.clock)


async def tenant(desk):
    _, user_id = await desk.member()
    return (await desk.on.scope_of(user_id)).tenant_id


def grant(desk, plan="pro", name="g1", days=30, **own):
    now_ns = desk.clock.now_ns()
    return Granted(grant=name, plan=plan, start_ns=now_ns, stop_ns=now_ns + days * DAY_NS, allowances=own)


async def tell(desk, tenant_id, fact, key="k1", source="stripe"):
    async with desk.on.database.writing(Scope(tenant_id=tenant_id)) as session:
        return await book_of(desk).record(session, fact, source=source, key=key)


async def standing(desk, tenant_id):
    async with desk.on.database.reading(Scope(tenant_id=tenant_id)) as session:
        return await book_of(desk).standing(session)


@pytest_asyncio.fixture
async def desks(place):
    """Two processes, as far as the database can tell."""
    stores = [store_at(place), store_at(place)]
    yield [desk_on(store) for store in stores]
    for store in stores:
        await store.close()


# -------------------------------------------------------------------------------------------------------------- facts
async def test_a_fact_counts_once_and_another_under_its_name_is_refused(desk):
    mine, other = await tenant(desk), await tenant(desk)
    fact = grant(desk)
    assert await tell(desk, mine, fact)
    assert not await tell(desk, mine, fact)
    with pytest.raises(BillingError, match="another fact"):
        await tell(desk, mine, grant(desk, "premium"))
    for source, key in (("", "k"), ("s" * 21, "k"), ("s", ""), ("s", "k" * 201)):
        with pytest.raises(BillingError, match="named"):
            await tell(desk, mine, fact, key, source)
    assert (await standing(desk, mine)).plan.name == "pro"
    assert (await standing(desk, other)).state is StandingState.FREE
    async with desk.on.database.reading(Scope(tenant_id=mine)) as session:
        assert await session.value(sa.select(sa.func.count()).select_from(billing_facts)) == 1
        told = await desk.on.audit.read(session, after=2)
    assert [(each.action, each.details["source"]) for each in told] == [("billing.fact", "stripe")]


async def test_facts_that_come_in_any_order_lead_to_one_standing(desk):
    facts = [
        grant(desk),
        grant(desk, "premium", "g2", days=60),
        Voided(grant="g2", from_ns=desk.clock.now_ns()),
        Lifted(hold="h", from_ns=desk.clock.now_ns()),
    ]
    seen = []
    for order in list(itertools.permutations(range(4)))[::6]:
        mine = await tenant(desk)
        for number in order + order[:2]:
            await tell(desk, mine, facts[number], f"k{number}")
        seen.append(await standing(desk, mine))
    assert seen == seen[:1] * len(seen)
    assert seen[0].plan.name == "pro"


async def test_a_fact_is_undone_with_what_followed_from_it(desk):
    mine = await tenant(desk)
    with pytest.raises(StorageError):
        await tell_and_fail(desk, mine)
    assert (await standing(desk, mine)).state is StandingState.FREE
    assert await tell(desk, mine, grant(desk))


async def tell_and_fail(desk, mine):
    async with desk.on.database.writing(Scope(tenant_id=mine)) as session:
        await book_of(desk).record(session, grant(desk), source="stripe", key="k1")
        await session.execute(sa.update(tenants).values(name=None))


async def test_a_fact_that_comes_to_two_processes_at_once_is_one(desks):
    mine = await tenant(desks[0])
    fact = grant(desks[0])
    added = await asyncio.gather(*(tell(desks[number % 2], mine, fact) for number in range(6)))
    assert sum(added) == 1


# -------------------------------------------------------------------------------------------------------------- usage
async def test_units_are_reserved_settled_and_released_once_each(desk):
    mine, meter = await tenant(desk), meter_of(desk)
    assert (await meter.entitlement(mine, "backtests")).allowance == 3
    first = await meter.reserve(mine, "backtests", 2, key="a")
    assert await meter.reserve(mine, "backtests", 2, key="a") == first
    with pytest.raises(BillingError, match="already stands"):
        await meter.reserve(mine, "backtests", 1, key="a")
    with pytest.raises(QuotaExceededError, match=r"Free plan allows 3 backtests a day, and 2 .* Pro plan allows more"):
        await meter.reserve(mine, "backtests", 2, key="b")
    settled = await meter.settle(mine, "a", 1)
    assert await meter.settle(mine, "a", 1) == settled
    for wrong in (meter.settle(mine, "a", 2), meter.release(mine, "a"), meter.settle(mine, "nothing", 1)):
        with pytest.raises(BillingError):
            await wrong
    await meter.reserve(mine, "backtests", 2, key="b")
    released = await meter.release(mine, "b")
    assert await meter.release(mine, "b") == released
    usage = await meter.usage(mine, "backtests")
    assert (usage.settled, usage.reserved) == (1, 0)


@pytest.mark.parametrize("amount", [0, -1, 1.0, True, "1"])
async def test_only_whole_units_are_reserved_and_settled(desk, amount):
    mine, meter = await tenant(desk), meter_of(desk)
    with pytest.raises(BillingError):
        await meter.reserve(mine, "backtests", amount, key="a")
    await meter.reserve(mine, "backtests", 1, key="a")
    if amount != 0:
        with pytest.raises(BillingError):
            await meter.settle(mine, "a", amount)


async def test_a_day_has_units_of_its_own_and_what_stands_has_none(desk):
    mine, meter = await tenant(desk), meter_of(desk)
    await meter.reserve(mine, "backtests", 3, key="a")
    await meter.reserve(mine, "strategies", 1, key="s")
    desk.pass_time(86_400)
    await meter.reserve(mine, "backtests", 3, key="b")
    with pytest.raises(QuotaExceededError):
        await meter.reserve(mine, "strategies", 1, key="t")
    await meter.settle(mine, "a", 0)  # of yesterday: frees nothing today
    with pytest.raises(QuotaExceededError):
        await meter.reserve(mine, "backtests", 1, key="c")


async def test_what_is_used_follows_the_plan_and_a_smaller_one_takes_nothing_away(desk):
    mine, meter = await tenant(desk), meter_of(desk)
    await tell(desk, mine, grant(desk, "premium"))
    await meter.reserve(mine, "live_trades", 20, key="many")
    desk.pass_time(30 * 86_400)
    await tell(desk, mine, grant(desk, "pro", "g2"), "k2")
    with pytest.raises(QuotaExceededError, match="allows 10 open live trades, and 20"):
        await meter.reserve(mine, "live_trades", 1, key="one")
    assert (await meter.usage(mine, "live_trades")).reserved == 20
    await meter.settle(mine, "many", 9)
    await meter.reserve(mine, "live_trades", 1, key="one")


async def test_whoever_is_suspended_begins_nothing_and_can_end_what_was_begun(desk):
    mine, meter = await tenant(desk), meter_of(desk)
    await meter.reserve(mine, "backtests", 1, key="a")
    await tell(desk, mine, Held(hold="h", from_ns=desk.clock.now_ns(), reason="chargeback"))
    with pytest.raises(QuotaExceededError, match=r"suspended \(chargeback\)"):
        await meter.reserve(mine, "backtests", 1, key="b")
    assert (await meter.release(mine, "a")).state == "released"


async def test_two_tenants_share_nothing(desk):
    mine, other, meter = await tenant(desk), await tenant(desk), meter_of(desk)
    await meter.reserve(mine, "backtests", 3, key="a")
    assert (await meter.reserve(other, "backtests", 3, key="a")).subject == str(other)
    with pytest.raises(BillingError, match="Nothing"):
        await meter.settle(await tenant(desk), "a", 1)


async def attempt(work):
    try:
        return await work
    except QuotaExceededError:
        return None


async def test_who_ask_at_once_get_what_is_allowed_and_no_unit_more(desks):
    mine = await tenant(desks[0])
    meters = [meter_of(desk) for desk in desks]
    given = await asyncio.gather(
        *(attempt(meters[n % 2].reserve(mine, "ai_questions", 3, key=f"k{n}")) for n in range(8))
    )
    assert len([each for each in given if each]) == 3
    async with desks[0].on.database.reading(Scope(tenant_id=mine)) as session:
        assert await session.value(sa.select(usage_counters.c.taken)) == 9


async def test_one_key_asked_for_at_once_is_one_reservation_and_ends_once(desks):
    mine = await tenant(desks[0])
    meters = [meter_of(desk) for desk in desks]
    given = await asyncio.gather(*(meters[n % 2].reserve(mine, "backtests", 3, key="same") for n in range(6)))
    assert given == given[:1] * 6
    ended = await asyncio.gather(*(meters[n % 2].settle(mine, "same", 1) for n in range(4)))
    assert ended == ended[:1] * 4
    assert await attempt(meters[0].reserve(mine, "backtests", 2, key="rest"))
    assert await attempt(meters[0].reserve(mine, "backtests", 1, key="more")) is None


PROCESS = """
import asyncio, json, sys
from uuid import UUID
from account_desk import desk_on
from databases import Store
from forexai_core.errors import QuotaExceededError
from forexai_saas.storage.database import Database
from forexai_saas.storage.engines import DatabaseSettings
from forexai_saas.storage.lookups import Lookups
from forexai_saas.billing.fact_book import FactBook
from forexai_saas.billing.tenant_meter import TenantMeter

async def work(url, tenant_id, name):
    settings = DatabaseSettings(url=url)
    database = Database(settings)
    desk = desk_on(Store(place=None, database=database, lookups=Lookups(database, settings)))
    meter, got = TenantMeter(database, FactBook(desk.clock, desk.on.audit), desk.clock), []
    print("ready", flush=True)
    sys.stdin.readline()  # all begin together
    for number in range(8):
        try:
            await meter.reserve(tenant_id, "ai_questions", 1, key=f"{name}-{number}")
        except QuotaExceededError:
            continue
        await meter.settle(tenant_id, f"{name}-{number}", 1)
        got.append(number)
    await database.close()
    print(json.dumps(got))

asyncio.run(work(sys.argv[1], UUID(sys.argv[2]), sys.argv[3]))
"""
PIPES = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}


def two_processes(place, tenant_id):
    url = place.application.url.render_as_string(hide_password=False)
    tests = next(each for each in sys.path if each.endswith("forexai_saas/tests"))
    code = f"import sys; sys.path.insert(0, {tests!r})\n{PROCESS}"
    started = [
        subprocess.Popen([sys.executable, "-c", code, url, str(tenant_id), f"p{number}"], text=True, **PIPES)
        for number in range(2)
    ]
    assert [process.stdout.readline() for process in started] == ["ready\n"] * 2
    for process in started:
        process.stdin.write("go\n")
        process.stdin.flush()
    return [process.communicate() for process in started]


async def test_processes_share_ten_units(desk, place):
    mine = await tenant(desk)
    outcomes = two_processes(place, mine)
    assert sum(len(json.loads(given or "[]")) for given, _ in outcomes) == 10, outcomes
    usage = await meter_of(desk).usage(mine, "ai_questions")
    assert (usage.settled, usage.reserved) == (10, 0)
