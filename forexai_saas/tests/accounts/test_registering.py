"""Registering gives nothing away, and an address is nobody's before it is proved."""

from __future__ import annotations

import asyncio

import pytest
import sqlalchemy as sa
from account_desk import ADDRESS, PASSWORD, client, fresh_address, fresh_email

from forexai_saas.accounts.registering import Registration
from forexai_saas.errors import AccountError
from forexai_saas.storage.scopes import Scope
from forexai_saas.storage.tables import memberships, tenants, users


def refused(code):
    return pytest.raises(AccountError, check=lambda error: error.code == code)


async def test_somebody_registers_proves_the_address_and_signs_in(desk):
    email = await desk.register()
    with refused("sign-in.unverified"):
        await desk.signing_in.sign_in(email, PASSWORD, client())
    letter = await desk.letter_to(email)
    assert (letter.to, letter.template) == (email, "verify")
    user_id = await desk.registering.verify(letter.values["token"], PASSWORD, address=ADDRESS)
    grant = await desk.signing_in.sign_in(email.upper(), PASSWORD, client())
    assert (await desk.book.identify(grant.token)).user_id == user_id
    (tenant_id,) = (await desk.on.lookups.ask("forexai_tenants_of_user", user_id))[0]
    async with desk.on.database.reading(Scope(tenant_id=tenant_id)) as session:
        assert await session.value(sa.select(memberships.c.role)) == "owner"
        assert await session.value(sa.select(tenants.c.state)) == "active"


async def test_a_known_address_gets_the_same_answer_the_same_time_and_another_mail(desk):
    email, _ = await desk.member()
    took = []
    for address in (email, fresh_email()):
        before = desk.clock.waited_ns
        await desk.register(address, password="another good one")
        took.append(desk.clock.waited_ns - before)
    assert took == [desk.on.settings.same_answer_s * 1e9] * 2
    assert (await desk.letter_to(email)).template == "already-registered"
    with refused("sign-in.refused"):
        await desk.signing_in.sign_in(email, "another good one", client())


async def test_an_address_registered_by_somebody_else_first_does_not_let_them_in(desk):
    email = await desk.register(password="what the thief chose")
    await desk.register(email, password="what the owner chose")
    link = (await desk.letter_to(email)).values["token"]
    with refused("link.password"):
        await desk.registering.verify(link, "what the owner chose", address=ADDRESS)
    with refused("sign-in.unverified"):
        await desk.signing_in.sign_in(email, "what the thief chose", client())
    await desk.resetting.forgot(email, address=fresh_address())
    reset = (await desk.letter_to(email)).values["token"]
    await desk.resetting.reset(reset, "what the owner chose", address=fresh_address())
    with refused("sign-in.refused"):
        await desk.signing_in.sign_in(email, "what the thief chose", client())
    assert (await desk.signing_in.sign_in(email, "what the owner chose", client())).token


async def test_two_who_register_one_address_at_once_are_one(desk):
    email = fresh_email()
    await asyncio.gather(*(desk.register(email) for _ in range(3)))
    found = await desk.on.lookups.ask("forexai_user_by_email", email)
    assert len(found) == 1
    async with desk.on.database.reading(Scope(user_id=found[0][0])) as session:
        assert await session.value(sa.select(sa.func.count()).select_from(users)) == 1


async def test_a_link_works_once_is_the_newest_and_grows_old(desk):
    email = await desk.register()
    first = (await desk.letter_to(email)).values["token"]
    await desk.register(email)
    second = (await desk.letter_to(email)).values["token"]
    for token in (first, "made up"):
        with refused("link.refused"):
            await desk.registering.verify(token, PASSWORD, address=fresh_address())
    await desk.registering.verify(second, PASSWORD, address=fresh_address())
    with refused("link.refused"):
        await desk.registering.verify(second, PASSWORD, address=fresh_address())
    late = await desk.register()
    token = (await desk.letter_to(late)).values["token"]
    desk.pass_time(desk.on.settings.verify_link_s)
    with refused("link.refused"):
        await desk.registering.verify(token, PASSWORD, address=fresh_address())


async def test_a_link_for_one_thing_is_none_for_another(desk):
    email, _ = await desk.member()
    await desk.resetting.forgot(email, address=fresh_address())
    reset = (await desk.letter_to(email)).values["token"]
    with refused("link.refused"):
        await desk.registering.verify(reset, PASSWORD, address=fresh_address())
    other = await desk.register()
    verify = (await desk.letter_to(other)).values["token"]
    with refused("link.refused"):
        await desk.resetting.reset(verify, "a new one, long", address=fresh_address())


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short", "password.short"),
        ("x" * 257, "password.long"),
        ("password1", "password.common"),
        ("PASSWORD1", "password.common"),
        ("aaaaaaaaaa", "password.common"),
        ("lovelace", "password.personal"),
        ("adalovelace1", "password.personal"),
        ("forexai2026", "password.personal"),
    ],
)
async def test_passwords_that_would_be_guessed_are_refused(password, code):
    with refused(code):
        Registration(email="ada@example.org", password=password, name="Adalovelace Lovelace").check()


@pytest.mark.parametrize("password", ["x y z " * 11, "ünïcödé wörds", "otter-otter-brown"])
async def test_long_and_plain_passwords_are_taken_as_they_are(desk, password):
    email, _ = await desk.member(password)
    assert (await desk.signing_in.sign_in(email, password, client())).token
    with refused("sign-in.refused"):
        await desk.signing_in.sign_in(email, password + " ", client())


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "ada",
        "ada@",
        "@example.org",
        "a b@example.org",
        "a@b@c",
        "a\r\nBcc: x@y.z@example.org",
        "a" * 250 + "@x.org",
    ],
)
async def test_addresses_are_looked_at(wrong):
    with refused("email.wrong"):
        Registration(email=wrong, password=PASSWORD, name="Ada")


@pytest.mark.parametrize("wrong", ["", "  ", "x" * 201, "a\x00b", "a\nb"])
async def test_names_are_looked_at(wrong):
    with refused("name.wrong"):
        Registration(email="ada@example.org", password=PASSWORD, name=wrong).check()


async def test_nothing_of_a_link_or_a_password_lies_readable_in_the_database(desk, place):
    email = await desk.register()
    await desk.member()
    token = (await desk.letter_to(email)).values["token"]
    rows = []
    for table in ("users", "mails", "mail_tokens", "sessions", "rate_counters"):
        rows += await place.raw(f"SELECT * FROM {table}")
    written = b"".join(each if isinstance(each, bytes) else str(each).encode() for row in rows for each in row)
    assert token.encode() not in written
    assert PASSWORD.encode() not in written
    assert email.encode() in written  # or this test would look at nothing
