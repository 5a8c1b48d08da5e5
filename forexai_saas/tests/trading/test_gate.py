"""The gate in the database: what is asked there is what holds there, at once."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from account_desk import DAY_S, PASSWORD, client
from databases import made_place
from trading_desk import trading_desk_on

from forexai_core.errors import ConflictError
from forexai_saas.accounts.api_keys import KeyRequest
from forexai_saas.billing.facts import Held, Voided
from forexai_saas.errors import AccountError, ScopeError
from forexai_saas.storage.ids import new_id
from forexai_saas.storage.scopes import Scope
from forexai_saas.storage.tables import armed_accounts, consents, memberships, tenants, trading_accounts
from forexai_saas.trading.disclosure import LANGUAGES, disclosure
from forexai_saas.trading.rules import KILL, Ask

HOME = "192.0.2.0/24"


@pytest.fixture
def trading(desk):
    return trading_desk_on(desk)


def refused(code):
    return pytest.raises(AccountError, check=lambda error: error.code == code)


def order(account_id, *, live=True, reduces=False):
    mode = "live" if live else "paper"
    return Ask(permission=f"trading:orders:{mode}", account_id=account_id, live=live, reduces=reduces)


# ------------------------------------------------------------------------------------------------------------ accounts
async def test_from_nothing_to_a_live_order_and_each_step_is_needed_and_recorded(trading):
    who, tenant_id = await trading.owner(plan="")
    identity = await who.step_up()
    live = await trading.accounts.add(tenant_id, identity, name="live", mode="live")
    with refused("grant.missing"):
        await trading.check(tenant_id, identity, order(live))
    with refused("consent.missing"):
        await trading.accounts.grant(tenant_id, identity, live, who.user_id)
    assert await trading.agree(who, tenant_id)
    assert not await trading.agree(who, tenant_id)
    assert await trading.accounts.grant(tenant_id, identity, live, who.user_id)
    assert not await trading.accounts.grant(tenant_id, identity, live, who.user_id)
    with refused("account.unarmed"):
        await trading.check(tenant_id, identity, order(live))
    assert await trading.accounts.arm(tenant_id, identity, live)
    assert not await trading.accounts.arm(tenant_id, identity, live)
    with refused("billing.reduce-only"):
        await trading.check(tenant_id, identity, order(live))
    await trading.tell(tenant_id, trading.granted())
    await trading.check(tenant_id, identity, order(live))
    assert (await trading.actions(tenant_id))[-5:] == [
        "account.added", "consent.given", "account.granted", "account.armed", "billing.fact",
    ]  # fmt: skip


async def test_arming_takes_a_head_and_a_fresh_code_and_disarming_neither(trading):
    who, tenant_id, live, _ = await trading.ready()
    trader = await trading.signed()
    await trading.join(tenant_id, trader.user_id, "trader")
    assert await trading.accounts.disarm(tenant_id, await trader.now(), live)
    assert not await trading.accounts.disarm(tenant_id, await trader.now(), live)
    with refused("permission.missing"):
        await trading.accounts.arm(tenant_id, await trader.step_up(), live)
    trading.desk.pass_time(301)
    with refused("step-up.needed"):
        await trading.accounts.arm(tenant_id, await who.now(), live)
    assert await trading.accounts.arm(tenant_id, await who.step_up(), live)


async def test_a_paper_account_takes_no_second_factor_and_trades_on_the_free_plan(trading):
    desk = trading.desk
    email, user_id = await desk.member()
    tenant_id = (await desk.on.scope_of(user_id)).tenant_id
    grant = await desk.signing_in.sign_in(email, PASSWORD, client())
    identity = await desk.book.identify(grant.token)
    paper = await trading.accounts.add(tenant_id, identity, name="paper", mode="paper")
    await trading.check(tenant_id, identity, order(paper, live=False))
    with refused("step-up.needed"):
        await trading.accounts.add(tenant_id, identity, name="live", mode="live")


async def test_a_recovery_code_lets_in_and_is_no_step_up(trading):
    desk = trading.desk
    email, user_id, _, codes = await desk.with_factor()
    tenant_id = (await desk.on.scope_of(user_id)).tenant_id
    desk.pass_time(3_600)
    pending = await desk.signing_in.sign_in(email, PASSWORD, client())
    grant = await desk.signing_in.show_second_factor(pending.token, codes[0], client())
    identity = await desk.book.identify(grant.token)
    assert (identity.second_factor_ns, identity.totp_ns) == (desk.clock.time_ns, None)
    await desk.second_factor.check(user_id, codes[1], session_id=grant.session_id)
    with refused("step-up.needed"):
        await trading.accounts.add(tenant_id, await desk.book.identify(grant.token), name="live", mode="live")


async def test_the_mode_of_an_account_is_one_of_two_and_a_paper_one_is_never_armed(trading):
    who, tenant_id, live, paper = await trading.ready()
    identity = await who.step_up()
    with refused("mode.mixed"):
        await trading.accounts.arm(tenant_id, identity, paper)
    with refused("mode.mixed"):
        await trading.check(tenant_id, identity, order(paper))
    with refused("mode.mixed"):
        await trading.check(tenant_id, identity, order(live, live=False))
    await trading.check(tenant_id, identity, order(paper, live=False))
    with refused("account.name"):
        await trading.accounts.add(tenant_id, identity, name=" ", mode="paper")
    for mode in ("live", "paper"):  # a paper account is armed by no statement, whatever it says of itself
        with pytest.raises(ConflictError):
            await write(trading, tenant_id, sa.insert(armed_accounts).values(account_id=paper, mode=mode, armed_ns=1))
    for change in (sa.update(trading_accounts).values(mode="paper"), sa.delete(trading_accounts)):
        with pytest.raises(ScopeError, match="never changed"):
            await write(trading, tenant_id, change)
    with pytest.raises(ConflictError):
        await trading.accounts.add(tenant_id, identity, name="demo", mode="demo")


async def write(trading, tenant_id, statement):
    async with trading.desk.on.database.writing(Scope(tenant_id=tenant_id)) as session:
        await session.execute(statement)


@pytest.mark.integration
async def test_postgresql_itself_lets_nobody_make_an_account_live():
    place = made_place("postgresql")
    for statement in ("UPDATE trading_accounts SET mode = 'live'", "DELETE FROM trading_accounts"):
        with pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
            await place.raw(statement, as_role="application")


async def test_a_grant_is_of_one_member_and_one_account_and_ends_with_the_membership(trading):
    who, tenant_id, live, _ = await trading.ready()
    trader = await trading.signed()
    identity = await who.step_up()
    with refused("member.unknown"):
        await trading.accounts.grant(tenant_id, identity, live, trader.user_id)
    await trading.join(tenant_id, trader.user_id, "trader")
    await trading.agree(trader, tenant_id)
    mine = await trader.now()
    with refused("grant.missing"):
        await trading.check(tenant_id, mine, order(live))
    await trading.accounts.grant(tenant_id, identity, live, trader.user_id)
    await trading.check(tenant_id, mine, order(live))
    assert await trading.accounts.withdraw(tenant_id, identity, live, trader.user_id)
    assert not await trading.accounts.withdraw(tenant_id, identity, live, trader.user_id)
    with refused("grant.missing"):
        await trading.check(tenant_id, mine, order(live))
    await trading.accounts.grant(tenant_id, identity, live, trader.user_id)
    async with trading.desk.on.database.writing(Scope(tenant_id=tenant_id)) as session:
        await session.execute(sa.delete(memberships).where(memberships.c.user_id == trader.user_id))
    await trading.join(tenant_id, trader.user_id, "trader")
    with refused("grant.missing"):
        await trading.check(tenant_id, mine, order(live))


async def test_an_account_of_another_tenant_is_none(trading):
    _, _, live, _ = await trading.ready()
    who, tenant_id, _, _ = await trading.ready()
    for account in (live, new_id()):
        with refused("account.unknown"):
            await trading.check(tenant_id, await who.now(), order(account))
        with refused("account.unknown"):
            await trading.accounts.arm(tenant_id, await who.step_up(), account)
    identity = await who.now()
    for scope in (Scope(tenant_id=tenant_id), Scope(user_id=who.user_id), Scope(tenant_id=tenant_id, user_id=new_id())):
        async with trading.desk.on.database.reading(scope) as session:
            with pytest.raises(ScopeError):
                await trading.gate.check(session, identity, order(live))


async def test_live_orders_by_hand_need_a_second_factor_of_today(trading):
    who, tenant_id, live, _ = await trading.ready()
    trading.desk.pass_time(11 * 3_600)
    await trading.check(tenant_id, await who.now(), order(live))
    trading.desk.pass_time(3_601)
    with refused("second-factor.old"):
        await trading.check(tenant_id, await who.now(), order(live))
    await who.step_up()
    await trading.check(tenant_id, await who.now(), order(live))


# --------------------------------------------------------------------------------------------------------- the standing
async def test_whatever_the_standing_says_positions_may_be_reduced_and_trading_stopped(trading):
    who, tenant_id, live, paper = await trading.ready()
    identity = await who.now()
    with refused("billing.reduce-only"):
        await trading.check(tenant_id, identity, order(live), open_trades=10)
    await trading.check(tenant_id, identity, order(live), open_trades=9)
    now_ns = trading.desk.clock.now_ns()
    for number, fact in enumerate(
        (Voided(grant="of pro", from_ns=now_ns), Held(hold="h", from_ns=now_ns, reason="chargeback"))
    ):
        await trading.tell(tenant_id, fact, f"later {number}")
        with refused("billing.reduce-only"):
            await trading.check(tenant_id, identity, order(live))
        await trading.check(tenant_id, identity, order(live, reduces=True), open_trades=30)
        await trading.check(tenant_id, identity, Ask(permission=KILL))
    with refused("billing.reduce-only"):
        await trading.check(tenant_id, identity, order(paper, live=False))


async def test_a_tenant_that_was_suspended_opens_nothing(trading):
    who, tenant_id, live, paper = await trading.ready()
    async with trading.desk.on.database.writing(Scope(tenant_id=tenant_id)) as session:
        await session.execute(sa.update(tenants).values(state="suspended"))
    for ask in (order(live), order(paper, live=False)):
        with refused("billing.reduce-only"):
            await trading.check(tenant_id, await who.now(), ask)
    await trading.check(tenant_id, await who.now(), order(live, reduces=True))


async def test_a_program_of_a_suspended_tenant_can_still_close_and_stop(trading):
    who, tenant_id, live, _ = await trading.ready()
    _, key = await trading.trading_keys.make(tenant_id, await who.now(), live_key(live))
    async with trading.desk.on.database.writing(Scope(tenant_id=tenant_id)) as session:
        await session.execute(sa.update(tenants).values(state="suspended"))
    caller = await trading.keys.identify(key, address="192.0.2.9")
    with refused("billing.reduce-only"):
        await trading.check(tenant_id, caller, order(live))
    await trading.check(tenant_id, caller, order(live, reduces=True))
    await trading.check(tenant_id, caller, Ask(permission=KILL, account_id=live))


# --------------------------------------------------------------------------------------------------------------- others
async def test_an_administrator_of_the_platform_trades_nowhere_not_even_by_a_key(trading):
    who, tenant_id, live, paper = await trading.ready()
    _, key = await trading.trading_keys.make(tenant_id, await who.now(), live_key(live))
    caller = await trading.keys.identify(key, address="192.0.2.9")
    await trading.check(tenant_id, caller, order(live))
    await trading.promote(who.user_id)
    for ask in (order(live), order(paper, live=False)):
        with refused("platform-admin.trades"):
            await trading.check(tenant_id, await who.now(), ask)
    with refused("platform-admin.trades"):
        await trading.check(tenant_id, caller, order(live))


def live_key(account_id, **changed):
    asked = {
        "name": "bot",
        "scopes": ("trading:orders:live", "trading:kill:use"),
        "account_id": account_id,
        "live": True,
        "networks": (HOME,),
        "life_s": DAY_S,
    }
    return KeyRequest(**{**asked, **changed})


async def test_a_key_for_a_live_account_takes_a_step_up_a_grant_and_the_disclosure(trading):
    who, tenant_id, live, paper = await trading.ready()
    trader = await trading.signed()
    await trading.join(tenant_id, trader.user_id, "trader")
    with refused("grant.missing"):
        await trading.trading_keys.make(tenant_id, await trader.now(), live_key(live))
    await trading.accounts.grant(tenant_id, await who.step_up(), live, trader.user_id)
    with refused("consent.missing"):
        await trading.trading_keys.make(tenant_id, await trader.step_up(), live_key(live))
    await trading.agree(trader, tenant_id)
    trading.desk.pass_time(301)
    with refused("step-up.needed"):
        await trading.trading_keys.make(tenant_id, await trader.now(), live_key(live))
    identity = await trader.step_up()
    for wrong in (live_key(paper), live_key(live, live=False)):
        with refused("mode.mixed"):
            await trading.trading_keys.make(tenant_id, identity, wrong)
    _, key = await trading.trading_keys.make(tenant_id, identity, live_key(live))
    caller = await trading.keys.identify(key, address="192.0.2.9")
    await trading.check(tenant_id, caller, order(live))
    await trading.accounts.withdraw(tenant_id, await who.now(), live, trader.user_id)
    with refused("grant.missing"):
        await trading.check(tenant_id, caller, order(live))
    await trading.check(tenant_id, caller, Ask(permission=KILL, account_id=live))


async def test_what_somebody_agreed_to_is_kept_with_its_words_and_an_older_text_is_refused(trading):
    who, tenant_id = await trading.owner()
    scope = Scope(tenant_id=tenant_id, user_id=who.user_id)
    shown = disclosure("id")
    altered = type(shown)(document=shown.document, version=shown.version, language="id", text=shown.text + "!")
    with refused("consent.outdated"):
        await trading.consents.agree(scope, altered, address="192.0.2.1")
    assert await trading.consents.agree(scope, shown, address="192.0.2.1")
    async with trading.desk.on.database.reading(scope) as session:
        row = await session.first(sa.select(consents))
    assert (row.language, row.version, row.text_hash) == ("id", 1, shown.text_hash)
    assert {disclosure(each).text for each in (*LANGUAGES, "fr")} == {disclosure(each).text for each in LANGUAGES}
    assert len({disclosure(each).text for each in LANGUAGES}) == len(LANGUAGES)
