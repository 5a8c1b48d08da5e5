"""Those who are let in: the platform to look, and people by invitation; and members who change and leave."""

from __future__ import annotations

import asyncio

import pytest
import sqlalchemy as sa
from account_desk import DAY_S, fresh_address, fresh_email
from trading_desk import trading_desk_on

from forexai_saas.accounts.inviting import Inviting
from forexai_saas.accounts.members import Members
from forexai_saas.accounts.roles import Role
from forexai_saas.audit.log import Event
from forexai_saas.errors import AccountError
from forexai_saas.notifications.outbox import Outbox
from forexai_saas.storage.ids import new_id
from forexai_saas.storage.scopes import Scope
from forexai_saas.storage.tables import invitations, users
from forexai_saas.trading.rules import KILL, Ask


@pytest.fixture
def trading(desk):
    return trading_desk_on(desk)


@pytest.fixture
def inviting(desk):
    return Inviting(desk.on, Outbox(desk.on.vault, desk.clock))


@pytest.fixture
def members(desk):
    return Members(desk.on)


def refused(code):
    return pytest.raises(AccountError, check=lambda error: error.code == code)


async def owner(desk):
    _, user_id = await desk.member()
    return await desk.on.scope_of(user_id)


# ------------------------------------------------------------------------------------------------------- impersonation
async def test_the_platform_looks_with_a_reason_for_an_hour_changes_nothing_and_it_is_told(trading):
    admin, tenant_id = await trading.signed(), (await owner(trading.desk)).tenant_id
    begin = trading.impersonating.begin
    with refused("permission.missing"):
        await begin(await admin.now(), tenant_id, reason="ticket 12")
    await trading.promote(admin.user_id)
    trading.desk.pass_time(301)
    with refused("step-up.needed"):
        await begin(await admin.now(), tenant_id, reason="ticket 12")
    identity = await admin.step_up()
    for reason in ("", " ", "x" * 201):
        with refused("impersonation.reason"):
            await begin(identity, tenant_id, reason=reason)
    with refused("tenant.unknown"):
        await begin(identity, new_id(), reason="ticket 12")
    token = await begin(identity, tenant_id, reason="ticket 12")
    guest = await trading.impersonating.identify(token)
    assert (guest.tenant_id, guest.admin_id, guest.permissions) == (
        tenant_id,
        admin.user_id,
        frozenset({"tenant:data:read"}),
    )
    await trading.check(tenant_id, guest, Ask(permission="tenant:data:read"))
    for name in (KILL, "trading:orders:paper", "members:all:write"):
        with refused("impersonation.reads"):
            await trading.check(tenant_id, guest, Ask(permission=name))
    trading.desk.pass_time(3_600)
    with refused("impersonation.ended"):
        await trading.impersonating.identify(token)
    assert await trading.impersonating.end(guest)
    assert not await trading.impersonating.end(guest)
    assert (await trading.actions(tenant_id))[-2:] == ["impersonation.begun", "impersonation.ended"]


async def test_a_look_ends_when_it_is_ended_and_with_the_office(trading):
    admin, tenant_id = await trading.signed(), (await owner(trading.desk)).tenant_id
    await trading.promote(admin.user_id)
    tokens = [await trading.impersonating.begin(await admin.now(), tenant_id, reason="ticket") for _ in range(2)]
    await trading.impersonating.end(await trading.impersonating.identify(tokens[0]))
    with refused("impersonation.ended"):
        await trading.impersonating.identify(tokens[0])
    assert await trading.impersonating.identify(tokens[1])
    async with trading.desk.on.database.writing(Scope(user_id=admin.user_id)) as session:
        await session.execute(sa.update(users).values(platform_admin=False))
    for token in (tokens[1], "made up"):
        with refused("impersonation.ended"):
            await trading.impersonating.identify(token)


# ---------------------------------------------------------------------------------------------------------- invitations
async def invited(desk, inviting, scope, email, role=Role.TRADER):
    await inviting.invite(scope, email, role)
    return (await desk.letter_to(email.casefold())).values


async def test_an_invitation_makes_a_member_once_whether_or_not_there_was_an_account(desk, inviting, members):
    scope, email = await owner(desk), fresh_email()
    values = await invited(desk, inviting, scope, email.upper())
    assert (values["role"], values["tenant"]) == ("trader", "Ada Lovelace")
    await desk.register(email)
    verify = (await desk.letter_to(email)).values["token"]
    user_id = (await desk.on.lookups.one("forexai_user_by_email", email))[0]
    with refused("invitation.refused"):  # the address is not proved yet
        await inviting.accept(user_id, values["token"], address=fresh_address())
    await desk.registering.verify(verify, "nine brown otters", address=fresh_address())
    assert await inviting.accept(user_id, values["token"], address=fresh_address()) == scope.tenant_id
    with refused("invitation.refused"):
        await inviting.accept(user_id, values["token"], address=fresh_address())
    assert {(each.user_id, each.role) for each in await members.list(scope)} == {
        (scope.user_id, Role.OWNER),
        (user_id, Role.TRADER),
    }
    again = await invited(desk, inviting, scope, email, Role.ADMIN)
    with refused("member.there"):
        await inviting.accept(user_id, again["token"], address=fresh_address())
    async with desk.on.database.reading(scope) as session:
        told = [each.action for each in await desk.on.audit.read(session, after=2)]
    assert told == ["invitation.sent", "invitation.accepted", "invitation.sent"]


async def test_an_invitation_is_for_its_address_for_a_week_and_void_when_revoked_or_replaced(desk, inviting):
    scope = await owner(desk)
    email, user_id = await desk.member()
    _, other = await desk.member()
    token = (await invited(desk, inviting, scope, email))["token"]
    with refused("invitation.refused"):
        await inviting.accept(other, token, address=fresh_address())
    newer = (await invited(desk, inviting, scope, email, Role.VIEWER))["token"]
    with refused("invitation.refused"):
        await inviting.accept(user_id, token, address=fresh_address())
    (listed,) = await inviting.list(scope)
    assert (listed.email, listed.role) == (email, Role.VIEWER)
    assert not await inviting.revoke(await owner(desk), listed.invitation_id)  # not by another tenant
    assert await inviting.revoke(scope, listed.invitation_id)
    assert not await inviting.revoke(scope, listed.invitation_id)
    with refused("invitation.refused"):
        await inviting.accept(user_id, newer, address=fresh_address())
    late = (await invited(desk, inviting, scope, email))["token"]
    desk.pass_time(7 * DAY_S)
    with refused("invitation.refused"):
        await inviting.accept(user_id, late, address=fresh_address())
    assert await inviting.list(scope) == []


async def test_nobody_gives_more_than_they_may_and_an_invitation_ends_with_that(desk, inviting, members, trading):
    scope = await owner(desk)
    email, user_id = await desk.member()
    _, admin = await desk.member()
    await trading.join(scope.tenant_id, admin, "admin")
    as_admin = Scope(tenant_id=scope.tenant_id, user_id=admin)
    with refused("permission.missing"):
        await inviting.invite(as_admin, email, Role.OWNER)
    token = (await invited(desk, inviting, as_admin, email))["token"]
    await members.change_role(scope, admin, Role.TRADER)
    for wrong in (inviting.invite(as_admin, email, Role.VIEWER), inviting.list(as_admin)):
        with refused("permission.missing"):
            await wrong
    with refused("invitation.refused"):
        await inviting.accept(user_id, token, address=fresh_address())
    with refused("email.wrong"):
        await inviting.invite(scope, "nobody", Role.VIEWER)


async def test_of_two_who_take_an_invitation_up_at_once_it_makes_one_member(desk, inviting):
    scope = await owner(desk)
    email, user_id = await desk.member()
    token = (await invited(desk, inviting, scope, email))["token"]
    answers = await asyncio.gather(
        *(inviting.accept(user_id, token, address=fresh_address()) for _ in range(4)), return_exceptions=True
    )
    assert answers.count(scope.tenant_id) == 1
    assert all(isinstance(each, AccountError) for each in answers if each != scope.tenant_id)


async def test_the_address_of_an_invitation_is_sealed(desk, inviting):
    scope, email = await owner(desk), fresh_email()
    await inviting.invite(scope, email, Role.VIEWER)
    async with desk.on.database.reading(scope) as session:
        row = await session.first(sa.select(invitations))
    assert email.encode() not in row.sealed_address + row.address_hash
    assert email not in repr(row)


# -------------------------------------------------------------------------------------------------------------- members
async def test_roles_change_at_once_and_a_tenant_keeps_an_owner(desk, members, trading):
    scope = await owner(desk)
    _, other = await desk.member()
    await trading.join(scope.tenant_id, other, "viewer")
    as_other = Scope(tenant_id=scope.tenant_id, user_id=other)
    with refused("permission.missing"):
        await members.change_role(as_other, other, Role.OWNER)
    for leave in (members.change_role(scope, scope.user_id, Role.ADMIN), members.remove(scope, scope.user_id)):
        with refused("member.last-owner"):
            await leave
    assert await members.change_role(scope, other, Role.ADMIN)
    assert not await members.change_role(scope, other, Role.ADMIN)
    for wrong in (
        members.change_role(as_other, scope.user_id, Role.VIEWER),
        members.change_role(as_other, other, Role.OWNER),
        members.remove(as_other, scope.user_id),
    ):
        with refused("permission.missing"):
            await wrong
    with refused("member.unknown"):
        await members.remove(scope, new_id())
    await members.remove(as_other, other)  # by themselves
    assert [each.user_id for each in await members.list(scope)] == [scope.user_id]
    async with desk.on.database.reading(scope) as session:
        told = await desk.on.audit.read(session, after=2)
    assert [(each.action, each.subject_id) for each in told] == [("role.changed", other), ("member.removed", other)]
    assert told[0].details == {"before": "viewer", "after": "admin"}


async def test_a_tenant_is_handed_over_wholly_or_not_at_all(desk, members, trading):
    scope = await owner(desk)
    _, other = await desk.member()
    await trading.join(scope.tenant_id, other, "admin")
    as_other = Scope(tenant_id=scope.tenant_id, user_id=other)
    with refused("permission.missing"):
        await members.transfer(as_other, other)
    with refused("member.unknown"):
        await members.transfer(scope, new_id())
    assert not await members.transfer(scope, scope.user_id)
    assert await members.transfer(scope, other)
    assert {each.user_id: each.role for each in await members.list(scope)} == {
        scope.user_id: Role.ADMIN,
        other: Role.OWNER,
    }
    async with desk.on.database.reading(scope) as session:
        (told,) = await desk.on.audit.read(session, after=2)
    assert (told.action, told.actor_id, told.subject_id) == ("tenant.transferred", scope.user_id, other)


async def test_members_are_given_a_page_at_a_time_with_their_names(desk, members, trading):
    scope = await owner(desk)
    others = [(await desk.member())[1] for _ in range(2)]
    for user_id in others:
        await trading.join(scope.tenant_id, user_id, "viewer")
    first = await members.list(scope, limit=2)
    rest = await members.list(scope, after=first[-1].user_id, limit=2)
    assert [each.user_id for each in (*first, *rest)] == sorted([scope.user_id, *others])
    assert {each.name for each in (*first, *rest)} == {"Ada Lovelace"}
    assert all(each.email.endswith("@example.org") for each in (*first, *rest))


async def test_roles_change_while_the_log_is_written_by_others(desk, members, trading):
    scope = await owner(desk)
    _, other = await desk.member()
    await trading.join(scope.tenant_id, other, "viewer")

    async def tell():
        async with desk.on.database.writing(scope) as session:
            await desk.on.audit.append(session, Event(action="of.test", actor=scope.user_id))

    roles = [Role.TRADER, Role.ADMIN, Role.VIEWER, Role.TRADER]
    await asyncio.gather(*(work for role in roles for work in (members.change_role(scope, other, role), tell())))
    async with desk.on.database.reading(scope) as session:
        told = [each.action for each in await desk.on.audit.read(session, after=2)]
    assert told.count("of.test") == 4


async def test_two_owners_who_put_each_other_out_at_once_leave_one(desk, members, trading):
    scope = await owner(desk)
    _, other = await desk.member()
    await trading.join(scope.tenant_id, other, "owner")
    as_other = Scope(tenant_id=scope.tenant_id, user_id=other)
    answers = await asyncio.gather(
        members.change_role(scope, other, Role.VIEWER),
        members.change_role(as_other, scope.user_id, Role.VIEWER),
        return_exceptions=True,
    )
    assert sorted(isinstance(each, AccountError) for each in answers) == [False, True]
    assert [each.role for each in await members.list(scope)].count(Role.OWNER) == 1
