"""Signing in, sessions, refreshing, second factors and resets: a test a rule."""

from __future__ import annotations

import asyncio
import statistics
import time

import pytest
import pytest_asyncio
import sqlalchemy as sa
from account_desk import DAY_S, PASSWORD, client, desk_on, fresh_address, fresh_email
from databases import store_at

from forexai_core.errors import ForexAIError
from forexai_saas.accounts.rates import Rule
from forexai_saas.accounts.settings import RULES, AccountSettings
from forexai_saas.errors import AccountError
from forexai_saas.storage.scopes import Scope
from forexai_saas.storage.tables import sessions, totp_factors, users


def refused(*codes):
    return pytest.raises(AccountError, check=lambda error: error.code in codes)


async def suspend(desk, user_id, state="suspended"):
    async with desk.on.database.writing(Scope(user_id=user_id)) as session:
        await session.execute(sa.update(users).values(state=state))


# ------------------------------------------------------------------------------------------------------------ sign-in
async def test_unknown_wrong_and_suspended_give_one_answer(desk):
    email, user_id = await desk.member()
    answers = []
    for address, password in ((email, "not the password"), (fresh_email(), PASSWORD)):
        with pytest.raises(AccountError) as raised:
            await desk.signing_in.sign_in(address, password, client())
        answers.append((raised.value.code, str(raised.value), raised.value.retry_after_s))
    await suspend(desk, user_id)
    with pytest.raises(AccountError) as raised:
        await desk.signing_in.sign_in(email, PASSWORD, client())
    answers.append((raised.value.code, str(raised.value), raised.value.retry_after_s))
    assert len(set(answers)) == 1


async def test_the_same_work_is_done_for_an_account_that_is_not_there(store):
    desk = desk_on(store, AccountSettings(passwords_at_once=1))
    email, _ = await desk.member()
    known, unknown = [], []
    for _ in range(5):
        for took, address in ((known, email), (unknown, fresh_email())):
            before = time.thread_time() + hashing_s(desk)
            with refused("sign-in.refused"):
                await desk.signing_in.sign_in(address, "not the password", client())
            took.append(time.thread_time() + hashing_s(desk) - before)
    # Without the work for nobody the ratio is above 5.
    assert 0.5 < statistics.median(known) / statistics.median(unknown) < 2


async def test_a_password_is_hashed_as_owasp_asks_unless_told_otherwise(store):
    desk = desk_on(store, AccountSettings())
    kept = await desk.on.passwords.hash(PASSWORD)
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def hashing_s(desk):
    """Tell the processor time of the one thread that hashes."""
    return desk.on.passwords._threads.submit(time.thread_time).result()


async def test_attempts_on_an_account_are_limited_and_come_back(desk):
    email, _ = await desk.member()
    for _ in range(10):
        with refused("sign-in.refused"):
            await desk.signing_in.sign_in(email, "not the password", client())
    with refused("rate.limited") as raised:
        await desk.signing_in.sign_in(email, PASSWORD, client())
    assert 0 < raised.value.retry_after_s <= 90
    desk.pass_time(raised.value.retry_after_s + 1)
    assert (await desk.signing_in.sign_in(email, PASSWORD, client())).token


async def test_attempts_from_one_network_address_are_limited_whatever_account_they_try(desk):
    address = fresh_address()
    for _ in range(60):
        await desk.on.limits.take((RULES.SIGN_IN_ADDRESS, address))
    with refused("rate.limited"):
        await desk.signing_in.sign_in(fresh_email(), PASSWORD, client(address=address))


@pytest_asyncio.fixture
async def two_desks(place):
    """Two processes, as far as the database can tell."""
    stores = [store_at(place), store_at(place)]
    yield [desk_on(store) for store in stores]
    for store in stores:
        await store.close()


async def test_limits_hold_across_processes_and_attempts_at_once(two_desks):
    rule, subject = Rule(name="of this test", attempts=5, span_s=100), fresh_email()

    async def attempt(desk):
        try:
            await desk.on.limits.take((rule, subject))
        except AccountError:
            return False
        return True

    def pass_time(seconds):
        for desk in two_desks:
            desk.pass_time(seconds)

    passed = await asyncio.gather(*(attempt(two_desks[number % 2]) for number in range(20)))
    assert sum(passed) == 5
    pass_time(20)
    assert [await attempt(desk) for desk in two_desks] == [True, False]
    pass_time(-10 * DAY_S)  # the clock is set back
    assert not await attempt(two_desks[0])
    pass_time(101)
    assert await attempt(two_desks[0])


async def test_full_buckets_are_swept(desk):
    rule, subject = Rule(name="swept", attempts=1, span_s=10), fresh_email()
    await desk.on.limits.take((rule, subject))
    desk.pass_time(11)
    assert await desk.on.limits.sweep() >= 1
    await desk.on.limits.take((rule, subject))


# ----------------------------------------------------------------------------------------------------------- sessions
async def test_a_browsers_session_ends_when_left_alone_and_at_its_longest(desk):
    email, user_id = await desk.member()
    left = await desk.signing_in.sign_in(email, PASSWORD, client())
    used = await desk.signing_in.sign_in(email, PASSWORD, client())
    settings = desk.on.settings
    for _ in range(settings.browser_longest_s // (settings.browser_idle_s - 60)):
        desk.pass_time(settings.browser_idle_s - 60)
        if desk.clock.time_ns < used.expires_ns + settings.browser_longest_s * 10**9:
            assert (await desk.book.identify(used.token)).user_id == user_id
    with refused("session.ended"):
        await desk.book.identify(left.token)
    desk.pass_time(settings.browser_idle_s)
    with refused("session.ended"):
        await desk.book.identify(used.token)


async def test_sessions_are_listed_and_ended_one_by_one_and_everywhere(desk):
    email, user_id = await desk.member()
    grants = [await desk.signing_in.sign_in(email, PASSWORD, client(native=n % 2 == 0)) for n in range(4)]
    listed = await desk.book.list(user_id)
    assert {each.session_id for each in listed} == {grant.session_id for grant in grants}
    assert await desk.book.end(user_id, grants[0].session_id)
    assert not await desk.book.end(user_id, grants[0].session_id)
    with refused("session.ended"):
        await desk.book.identify(grants[0].token)
    with refused("session.ended"):
        await desk.refreshing.refresh(grants[0].refresh_token, client())
    assert await desk.book.end_all(user_id, but=grants[1].session_id) == 2
    assert [each.session_id for each in await desk.book.list(user_id)] == [grants[1].session_id]
    assert await desk.book.end_all(user_id) == 1
    with refused("session.ended"):
        await desk.book.identify(grants[1].token)


async def test_nobody_ends_or_sees_sessions_of_somebody_else(desk):
    email, _ = await desk.member()
    _, other = await desk.member()
    grant = await desk.signing_in.sign_in(email, PASSWORD, client())
    assert not await desk.book.end(other, grant.session_id)
    assert await desk.book.list(other) == []
    assert await desk.book.identify(grant.token)


async def test_whoever_is_suspended_is_out_at_once(desk):
    email, user_id = await desk.member()
    grant = await desk.signing_in.sign_in(email, PASSWORD, client(native=True))
    await suspend(desk, user_id)
    for attempt in (desk.book.identify(grant.token), desk.refreshing.refresh(grant.refresh_token, client())):
        with refused("session.ended"):
            await attempt


async def test_changing_the_password_ends_every_other_session(desk):
    email, user_id = await desk.member()
    here = await desk.signing_in.sign_in(email, PASSWORD, client())
    there = await desk.signing_in.sign_in(email, PASSWORD, client())
    with refused("password.wrong"):
        await desk.resetting.change(user_id, "not the password", "a brand new one", session_id=here.session_id)
    await desk.resetting.change(user_id, PASSWORD, "a brand new one", session_id=here.session_id)
    assert await desk.book.identify(here.token)
    with refused("session.ended"):
        await desk.book.identify(there.token)
    assert (await desk.letter_to(email)).template == "password-changed"
    with refused("sign-in.refused"):
        await desk.signing_in.sign_in(email, PASSWORD, client())


# --------------------------------------------------------------------------------------------------------- refreshing
async def test_refreshing_rotates_both_tokens(desk):
    email, user_id = await desk.member()
    first = await desk.signing_in.sign_in(email, PASSWORD, client(native=True))
    second = await desk.refreshing.refresh(first.refresh_token, client())
    assert len({first.token, first.refresh_token, second.token, second.refresh_token}) == 4
    with refused("session.ended"):
        await desk.book.identify(first.token)
    desk.pass_time(desk.on.settings.native_access_s)
    with refused("session.ended"):
        await desk.book.identify(second.token)
    third = await desk.refreshing.refresh(second.refresh_token, client())
    assert (await desk.book.identify(third.token)).user_id == user_id


async def test_a_refresh_token_that_comes_again_ends_the_session_of_both(desk):
    email, _ = await desk.member()
    stolen = await desk.signing_in.sign_in(email, PASSWORD, client(native=True))
    other = await desk.signing_in.sign_in(email, PASSWORD, client(native=True))
    thief = await desk.refreshing.refresh(stolen.refresh_token, client())
    with refused("session.reused"):
        await desk.refreshing.refresh(stolen.refresh_token, client())
    with refused("session.ended"):
        await desk.book.identify(thief.token)
    with refused("session.ended"):
        await desk.refreshing.refresh(thief.refresh_token, client())
    assert await desk.book.identify(other.token)


async def test_of_two_that_refresh_at_once_at_most_one_gets_tokens(desk):
    email, _ = await desk.member()
    grant = await desk.signing_in.sign_in(email, PASSWORD, client(native=True))
    answers = await asyncio.gather(
        *(desk.refreshing.refresh(grant.refresh_token, client()) for _ in range(5)), return_exceptions=True
    )
    given = [answer for answer in answers if not isinstance(answer, Exception)]
    assert len(given) == 1
    assert all(isinstance(answer, ForexAIError) for answer in answers if answer is not given[0])
    with refused("session.ended"):
        await desk.book.identify(given[0].token)


async def test_a_native_session_ends_at_its_longest_however_often_it_is_refreshed(desk):
    email, _ = await desk.member()
    grant = await desk.signing_in.sign_in(email, PASSWORD, client(native=True))
    step_s = desk.on.settings.native_refresh_s - 60
    for _ in range(desk.on.settings.native_longest_s // step_s):
        desk.pass_time(step_s)
        grant = await desk.refreshing.refresh(grant.refresh_token, client())
    desk.pass_time(step_s)
    with refused("session.ended"):
        await desk.refreshing.refresh(grant.refresh_token, client())


async def test_a_refresh_token_left_too_long_is_none(desk):
    email, _ = await desk.member()
    grant = await desk.signing_in.sign_in(email, PASSWORD, client(native=True))
    desk.pass_time(desk.on.settings.native_refresh_s)
    with refused("session.ended"):
        await desk.refreshing.refresh(grant.refresh_token, client())


# ------------------------------------------------------------------------------------------------------ second factor
async def test_with_a_second_factor_a_password_alone_opens_nothing(desk):
    email, user_id, app, _ = await desk.with_factor()
    pending = await desk.signing_in.sign_in(email, PASSWORD, client())
    assert pending.second_factor_missing
    with refused("session.ended"):
        await desk.book.identify(pending.token)
    with refused("second-factor.wrong"):
        await desk.signing_in.show_second_factor(pending.token, "000000", client())
    full = await desk.signing_in.show_second_factor(pending.token, app.code(), client())
    identity = await desk.book.identify(full.token)
    assert (identity.user_id, identity.second_factor_ns) == (user_id, desk.clock.time_ns)
    with refused("session.ended"):
        await desk.signing_in.show_second_factor(pending.token, app.code(1), client())


async def test_a_full_session_does_not_pass_for_one_that_waits(desk):
    email, _ = await desk.member()
    grant = await desk.signing_in.sign_in(email, PASSWORD, client())
    with refused("session.ended"):
        await desk.signing_in.show_second_factor(grant.token, "000000", client())


async def test_a_sign_in_does_not_wait_for_ever(desk):
    email, _, app, _ = await desk.with_factor()
    pending = await desk.signing_in.sign_in(email, PASSWORD, client())
    desk.pass_time(desk.on.settings.second_factor_wait_s)
    with refused("session.ended"):
        await desk.signing_in.show_second_factor(pending.token, app.code(), client())


async def test_a_code_is_taken_once_though_asked_for_at_once(desk):
    _, user_id, app, _ = await desk.with_factor()
    answers = await asyncio.gather(
        *(desk.second_factor.check(user_id, app.code()) for _ in range(4)), return_exceptions=True
    )
    assert answers.count(None) == 1
    desk.pass_time(3_600)
    await desk.second_factor.check(user_id, app.code())
    for steps in (0, -1):  # the same again, and the one before, which was never used
        with refused("second-factor.wrong"):
            await desk.second_factor.check(user_id, app.code(steps))


@pytest.mark.parametrize(("steps", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
async def test_a_phones_clock_may_be_half_a_minute_off(desk, steps, taken):
    _, user_id, app, _ = await desk.with_factor()
    desk.pass_time(600)
    if taken:
        await desk.second_factor.check(user_id, app.code(steps))
        return
    with refused("second-factor.wrong"):
        await desk.second_factor.check(user_id, app.code(steps))


async def test_codes_cannot_be_tried_out(desk):
    _, user_id, app, _ = await desk.with_factor()
    desk.pass_time(3_600)
    for number in range(5):
        with refused("second-factor.wrong"):
            await desk.second_factor.check(user_id, f"{number:06}")
    with refused("rate.limited"):
        await desk.second_factor.check(user_id, app.code())


async def test_each_recovery_code_works_once(desk):
    email, _, _, codes = await desk.with_factor()
    assert len(set(codes)) == 10
    for number, code in enumerate(codes[:2]):
        pending = await desk.signing_in.sign_in(email, PASSWORD, client())
        typed = code.upper() if number else code.replace("-", " ")
        assert (await desk.signing_in.show_second_factor(pending.token, typed, client())).token
    pending = await desk.signing_in.sign_in(email, PASSWORD, client())
    with refused("second-factor.wrong"):
        await desk.signing_in.show_second_factor(pending.token, codes[0], client())


async def test_new_recovery_codes_void_the_old(desk):
    _, user_id, app, codes = await desk.with_factor()
    renewed = await desk.second_factor.renew_codes(user_id, app.code())
    with refused("second-factor.wrong"):
        await desk.second_factor.check(user_id, codes[0])
    await desk.second_factor.check(user_id, renewed[0])


async def test_a_secret_counts_only_once_a_code_of_it_was_shown(desk):
    email, user_id = await desk.member()
    await desk.second_factor.enrol(user_id, PASSWORD)
    assert not (await desk.signing_in.sign_in(email, PASSWORD, client())).second_factor_missing
    with refused("second-factor.wrong"):
        await desk.second_factor.check(user_id, "000000")
    with refused("password.wrong"):
        await desk.second_factor.enrol(user_id, "not the password")


async def test_a_second_factor_is_replaced_and_removed_only_with_it(desk):
    email, user_id, app, _ = await desk.with_factor()
    with refused("second-factor.there"):
        await desk.second_factor.enrol(user_id, PASSWORD)
    with refused("second-factor.wrong"):
        await desk.second_factor.remove(user_id, PASSWORD, "000000")
    with refused("password.wrong"):
        await desk.second_factor.remove(user_id, "not the password", app.code())
    await desk.second_factor.remove(user_id, PASSWORD, app.code())
    assert not (await desk.signing_in.sign_in(email, PASSWORD, client())).second_factor_missing


async def test_a_step_up_is_noted_in_the_session_that_showed_it(desk):
    email, user_id, app, _ = await desk.with_factor()
    pending = await desk.signing_in.sign_in(email, PASSWORD, client())
    grant = await desk.signing_in.show_second_factor(pending.token, app.code(), client())
    desk.pass_time(1_800)
    assert (await desk.book.identify(grant.token)).second_factor_ns < desk.clock.time_ns
    await desk.second_factor.check(user_id, app.code(), session_id=grant.session_id)
    assert (await desk.book.identify(grant.token)).second_factor_ns == desk.clock.time_ns


async def test_the_secret_of_a_second_factor_is_sealed_for_its_person(desk):
    _, user_id, app, _ = await desk.with_factor()
    _, other, _, _ = await desk.with_factor()
    async with desk.on.database.reading(Scope(user_id=user_id)) as session:
        sealed = await session.value(sa.select(totp_factors.c.sealed_secret))
    assert app.secret.encode() not in sealed
    async with desk.on.database.writing(Scope(user_id=other)) as session:
        await session.execute(sa.update(totp_factors).values(sealed_secret=sealed))
    with pytest.raises(ForexAIError, match="does not open"):
        await desk.second_factor.check(other, app.code())


# ---------------------------------------------------------------------------------------------------------- forgotten
async def test_a_reset_ends_all_sessions_signs_nobody_in_and_keeps_the_second_factor(desk):
    email, user_id, app, _ = await desk.with_factor()
    pending = await desk.signing_in.sign_in(email, PASSWORD, client())
    grant = await desk.signing_in.show_second_factor(pending.token, app.code(), client(native=True))
    await desk.resetting.forgot(email, address=fresh_address())
    token = (await desk.letter_to(email)).values["token"]
    assert await desk.resetting.reset(token, "a brand new one", address=fresh_address()) == user_id
    for attempt in (desk.book.identify(grant.token), desk.refreshing.refresh(grant.refresh_token, client())):
        with refused("session.ended"):
            await attempt
    again = await desk.signing_in.sign_in(email, "a brand new one", client())
    assert again.second_factor_missing
    with refused("session.ended"):
        await desk.book.identify(again.token)


async def test_a_reset_link_works_once_and_grows_old_and_an_unknown_address_gets_the_same_answer(desk):
    email, _ = await desk.member()
    took = []
    for address in (email, fresh_email()):
        before = desk.clock.waited_ns
        await desk.resetting.forgot(address, address=fresh_address())
        took.append(desk.clock.waited_ns - before)
    assert len(set(took)) == 1
    token = (await desk.letter_to(email)).values["token"]
    with refused("password.short"):
        await desk.resetting.reset(token, "short", address=fresh_address())
    await desk.resetting.reset(token, "a brand new one", address=fresh_address())
    with refused("link.refused"):
        await desk.resetting.reset(token, "yet another one", address=fresh_address())
    await desk.resetting.forgot(email, address=fresh_address())
    late = (await desk.letter_to(email)).values["token"]
    desk.pass_time(desk.on.settings.reset_link_s)
    with refused("link.refused"):
        await desk.resetting.reset(late, "yet another one", address=fresh_address())


async def test_only_hashes_of_tokens_are_kept(desk):
    email, user_id = await desk.member()
    grant = await desk.signing_in.sign_in(email, PASSWORD, client(native=True))
    async with desk.on.database.reading(Scope(user_id=user_id)) as session:
        kept = await session.value(sa.select(sessions.c.token_hash))
    assert len(kept) == 32
    assert grant.token.encode() not in kept
    assert grant.token not in repr(grant)
    assert grant.refresh_token not in repr(grant)
