"""The log in the database: written with what it records, one order for all, and never changed unseen."""

from __future__ import annotations

import asyncio

import pytest
import sqlalchemy as sa
from account_desk import MASTERS, PASSWORD, client, desk_on
from databases import store_at

from forexai_core.errors import IntegrityError, StorageError
from forexai_saas.audit.forgetting import Forgetting
from forexai_saas.audit.log import PLATFORM, SYSTEM, Event
from forexai_saas.audit.verifying import Auditor
from forexai_saas.errors import AccountError, ScopeError
from forexai_saas.storage.scopes import NOBODY, Scope
from forexai_saas.storage.tables import audit_records, memberships, tenants

AUDITOR = Auditor(MASTERS.derived("audit-heads"))


async def somebody(desk):
    _, user_id = await desk.member()
    return await desk.on.scope_of(user_id)


async def told(desk, scope, count=1, action="of.test"):
    for number in range(count):
        async with desk.on.database.writing(scope) as session:
            event = Event(action=action, actor=scope.user_id, details={"n": number}, personal={"address": "192.0.2.1"})
            await desk.on.audit.append(session, event)


async def records(desk, scope, **asked):
    async with desk.on.database.reading(scope) as session:
        return await desk.on.audit.read(session, **asked)


async def verdict(desk, scope, kept=None):
    async with desk.on.database.reading(scope) as session:
        return await AUDITOR.verify(session, kept=kept)


async def head(desk, scope):
    async with desk.on.database.reading(scope) as session:
        return await AUDITOR.head(session)


def key_of(place, tenant_id):
    return f"'{tenant_id.hex if place.kind == 'sqlite' else tenant_id}'"


# ------------------------------------------------------------------------------------------------------------ writing
async def test_records_are_numbered_read_in_order_and_hold(desk):
    scope = await somebody(desk)
    await told(desk, scope, 3)
    found = await records(desk, scope)
    assert [each.number for each in found] == [1, 2, 3, 4, 5]
    assert [each.action for each in found[:2]] == ["account.registered", "account.address-proved"]
    assert (found[-1].actor_id, found[-1].details, found[-1].personal) == (
        scope.user_id,
        {"n": 2},
        {"address": "192.0.2.1"},
    )
    assert [each.number for each in await records(desk, scope, after=3, limit=1)] == [4]
    assert (await verdict(desk, scope)).sound
    assert (await verdict(desk, scope)).records == 5


async def test_a_record_is_undone_with_what_it_records(desk):
    scope = await somebody(desk)
    before = await head(desk, scope)
    with pytest.raises(StorageError):
        await tell_and_fail(desk, scope)
    assert await head(desk, scope) == before
    assert (await verdict(desk, scope, kept=before)).sound


async def tell_and_fail(desk, scope):
    async with desk.on.database.writing(scope) as session:
        await desk.on.audit.append(session, Event(action="undone", actor=SYSTEM))
        await session.execute(sa.update(tenants).values(name=None))


async def test_who_write_at_once_write_one_chain(place):
    stores = [store_at(place), store_at(place)]
    desks = [desk_on(store) for store in stores]
    scope = await somebody(desks[0])
    await asyncio.gather(*(told(desks[number % 2], scope, 3) for number in range(6)))
    found = await verdict(desks[0], scope)
    assert (found.sound, found.records) == (True, 20)
    for store in stores:
        await store.close()


async def test_a_record_needs_a_tenant_and_what_is_personal_a_person(desk):
    scope = await somebody(desk)
    async with desk.on.database.writing(NOBODY) as session:
        with pytest.raises(ScopeError, match="no tenant"):
            await desk.on.audit.append(session, Event(action="x", actor=SYSTEM))
    async with desk.on.database.writing(scope) as session:
        with pytest.raises(ScopeError, match="name one"):
            await desk.on.audit.append(session, Event(action="x", actor=SYSTEM, personal={"address": "192.0.2.1"}))


# ---------------------------------------------------------------------------------------------------------- tampering
TAMPERING = {
    "a detail changed": ("UPDATE audit_records SET details = '{\"n\":9}' WHERE number = 4 AND {mine}", 4),
    "the time changed": ("UPDATE audit_records SET time_ns = time_ns + 1 WHERE number = 3 AND {mine}", 3),
    "what is sealed emptied": ("UPDATE audit_records SET sealed = '' WHERE number = 5 AND {mine}", 5),
    "one deleted": ("DELETE FROM audit_records WHERE number = 4 AND {mine}", 4),
    "the first deleted": ("DELETE FROM audit_records WHERE number = 1 AND {mine}", 1),
    "the end cut off": ("DELETE FROM audit_records WHERE number > 4 AND {mine}", 5),
    "two put the other way round": (
        (
            "UPDATE audit_records SET number = -3 WHERE number = 3 AND {mine}; "
            "UPDATE audit_records SET number = 3 WHERE number = 4 AND {mine}; "
            "UPDATE audit_records SET number = 4 WHERE number = -3 AND {mine}"
        ),
        3,
    ),
    "one added past the log": (
        (
            "INSERT INTO audit_records SELECT tenant_id, number + 1, time_ns, action, actor, subject, details, "
            "sealed, link FROM audit_records WHERE number = 6 AND {mine}"
        ),
        7,
    ),
    "all deleted": ("DELETE FROM audit_records WHERE {mine}", 1),
}


@pytest.mark.parametrize("way", TAMPERING)
async def test_what_is_done_past_the_log_is_found_and_its_first_record_named(desk, place, way):
    scope = await somebody(desk)
    await told(desk, scope, 4)
    statements, number = TAMPERING[way]
    mine = f"tenant_id = {key_of(place, scope.tenant_id)}"
    await place.raw(*(each.replace("{mine}", mine) for each in statements.split("; ")))
    found = await verdict(desk, scope)
    assert (found.broken.number, found.records) == (number, number - 1)


async def test_a_log_cut_off_or_written_anew_shows_against_a_head_kept_elsewhere(desk, place):
    scope, other = await somebody(desk), await somebody(desk)
    await told(desk, scope, 4)
    kept = await head(desk, scope)
    mine = f"tenant_id = {key_of(place, scope.tenant_id)}"
    await place.raw(
        f"DELETE FROM audit_records WHERE number > 4 AND {mine}",
        f"UPDATE audit_chains SET number = 4, link = (SELECT link FROM audit_records WHERE number = 4 AND {mine}) "
        f"WHERE {mine}",
    )
    assert (await verdict(desk, scope)).sound
    assert (await verdict(desk, scope, kept=kept)).broken.number == 5
    await told(desk, scope, 4, action="another.past")
    assert (await verdict(desk, scope)).sound
    assert (await verdict(desk, scope, kept=kept)).broken.number == 6
    with pytest.raises(IntegrityError, match="another tenant"):
        await verdict(desk, other, kept=kept)


async def test_a_head_that_was_not_signed_here_is_refused(desk):
    scope = await somebody(desk)
    async with desk.on.database.reading(scope) as session:
        forged = await Auditor(bytes(32)).head(session)
    with pytest.raises(IntegrityError, match="not signed"):
        await verdict(desk, scope, kept=forged)


# --------------------------------------------------------------------------------------------------------- forgetting
async def test_whoever_is_forgotten_is_nobody_in_every_log_and_every_chain_holds(desk):
    mine, other = await somebody(desk), await somebody(desk)
    both = Scope(tenant_id=other.tenant_id, user_id=mine.user_id)
    async with desk.on.database.writing(both) as session:
        await session.execute(sa.insert(memberships).values(user_id=mine.user_id, role="trader", created_ns=1))
    await told(desk, mine)
    await told(desk, both)
    names = {(await records(desk, scope))[-1].actor for scope in (mine, both)}
    await told(desk, other)
    heads = [await head(desk, scope) for scope in (mine, other)]
    assert await Forgetting(desk.on.database, desk.on.lookups, desk.on.audit).forget(mine.user_id) == 2
    assert await Forgetting(desk.on.database, desk.on.lookups, desk.on.audit).forget(mine.user_id) == 0
    for scope, kept in zip((mine, other), heads, strict=True):
        assert (await verdict(desk, scope, kept=kept)).sound
        for each in await records(desk, scope):
            assert each.actor_id != mine.user_id
            assert (each.personal is None) == (each.actor in names)
    assert (await records(desk, other))[-2].personal == {"address": "192.0.2.1"}
    assert (await records(desk, other))[-1].action == "account.forgotten"
    assert len(names) == 2  # another pseudonym in each log


async def test_what_is_kept_names_nobody(desk):
    scope = await somebody(desk)
    await told(desk, scope)
    async with desk.on.database.reading(scope) as session:
        rows = [tuple(row)[1:] for row in await session.rows(sa.select(audit_records))]
    assert scope.user_id.hex not in repr(rows).replace("-", "")
    assert "192.0.2" not in repr(rows)


# ----------------------------------------------------------------------------------------------------- what is written
async def actions(desk, user_id):
    scope = await desk.on.scope_of(user_id)
    return [each.action for each in await records(desk, scope, after=2)]


async def test_signing_in_and_its_refusals_are_recorded_with_where_they_came_from(desk):
    email, user_id = await desk.member()
    with pytest.raises(AccountError):
        await desk.signing_in.sign_in(email, "not the password", client(address="192.0.2.77"))
    await desk.signing_in.sign_in(email, PASSWORD, client(address="192.0.2.78"))
    wrong, right = await records(desk, await desk.on.scope_of(user_id), after=2)
    assert (wrong.action, wrong.actor, wrong.subject_id) == ("sign-in.refused", SYSTEM, user_id)
    assert (wrong.details, wrong.personal["address"]) == ({"reason": "password"}, "192.0.2.77")
    assert (right.action, right.actor_id, right.personal["address"]) == ("sign-in.done", user_id, "192.0.2.78")


async def test_second_factors_passwords_and_sessions_are_recorded(desk):
    email, user_id, app, _ = await desk.with_factor()
    pending = await desk.signing_in.sign_in(email, PASSWORD, client(native=True))
    with pytest.raises(AccountError):
        await desk.signing_in.show_second_factor(pending.token, "000000", client())
    grant = await desk.signing_in.show_second_factor(pending.token, app.code(), client(native=True))
    await desk.refreshing.refresh(grant.refresh_token, client())
    with pytest.raises(AccountError):
        await desk.refreshing.refresh(grant.refresh_token, client())
    desk.pass_time(60)
    with pytest.raises(AccountError):
        await desk.second_factor.check(user_id, "000000")
    await desk.second_factor.check(user_id, app.code())
    with pytest.raises(AccountError):
        await desk.resetting.change(user_id, "not the password", "a brand new one", session_id=grant.session_id)
    await desk.resetting.change(user_id, PASSWORD, "a brand new one", session_id=grant.session_id)
    await desk.resetting.forgot(email, address="192.0.2.1")
    await desk.resetting.reset((await desk.letter_to(email)).values["token"], PASSWORD, address="192.0.2.1")
    desk.pass_time(60)
    await desk.second_factor.remove(user_id, PASSWORD, app.code())
    last = await desk.signing_in.sign_in(email, PASSWORD, client())
    await desk.book.end(user_id, last.session_id)
    assert await actions(desk, user_id) == [
        "sign-in.done", "factor.confirmed", "sign-in.waits", "sign-in.refused", "sign-in.done", "session.reused",
        "factor.refused", "factor.shown", "password.refused", "password.changed", "password.reset-asked",
        "password.reset", "factor.removed", "sign-in.done", "session.ended",
    ]  # fmt: skip
    assert (await verdict(desk, await desk.on.scope_of(user_id))).sound


async def test_whoever_works_for_nobody_any_more_signs_in_without_a_log(desk):
    email, user_id = await desk.member()
    scope = await desk.on.scope_of(user_id)
    async with desk.on.database.writing(scope) as session:
        await session.execute(sa.delete(memberships))
    assert (await desk.on.scope_of(user_id)).tenant_id is None
    assert (await desk.signing_in.sign_in(email, PASSWORD, client())).token


async def test_the_platform_acts_under_its_own_name(desk):
    scope = await somebody(desk)
    async with desk.on.database.writing(Scope(tenant_id=scope.tenant_id)) as session:
        event = Event(action="tenant.suspended", actor=PLATFORM, subject=scope.user_id, personal={"note": "late"})
        await desk.on.audit.append(session, event)
    last = (await records(desk, scope))[-1]
    assert (last.actor, last.actor_id, last.subject_id, last.personal) == (
        PLATFORM,
        None,
        scope.user_id,
        {"note": "late"},
    )
