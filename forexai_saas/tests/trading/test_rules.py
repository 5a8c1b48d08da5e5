"""Who may trade: a test a line of the table of rules, and the table as a whole."""

from __future__ import annotations

import itertools

import attrs
import pytest

from forexai_core.errors import ConfigError
from forexai_saas.accounts.roles import PERMISSIONS, Role, permissions_of
from forexai_saas.billing.standing import Opening
from forexai_saas.storage.ids import new_id
from forexai_saas.trading.rules import KILL, MANUAL_NS, RULES, STEP_UP_NS, Account, Ask, Asker, Question, refusal_of

NOW = 10**18
ID = new_id()
LIVE = Account(account_id=ID, live=True, armed=True)
PAPER = Account(account_id=ID, live=False, armed=False)
ORDER, PAPER_ORDER, DEPLOY, ARM = "trading:orders:live", "trading:orders:paper", "bots:live:deploy", "trading:live:arm"
REARM, RAISE, PAIR, LIVE_KEY = (
    "trading:kill:rearm",
    "trading:limits:raise",
    "brokers:connections:write",
    "keys:live:write",
)
STEP_UPS = [DEPLOY, ARM, REARM, RAISE, PAIR, LIVE_KEY]


def person(role=Role.OWNER, **changed):
    """Somebody who may do all that the role allows."""
    given = {
        "kind": "person",
        "permissions": permissions_of(role),
        "granted": True,
        "agreed": True,
        "second_factor_ns": NOW,
        "totp_ns": NOW,
    }
    return Asker(**{**given, **changed})


def program(**changed):
    given = {
        "kind": "key",
        "permissions": frozenset(name for name, rule in PERMISSIONS.items() if rule.for_keys),
        "granted": True,
        "agreed": True,
        "key_account_id": ID,
        "key_live": True,
    }
    return Asker(**{**given, **changed})


def answer(permission, asker=None, account=LIVE, *, opening=Opening.ALLOWED, **asked):
    rule = PERMISSIONS[permission]
    ask = {"account_id": ID, "live": account is not None and account.live, **asked}
    question = Question(
        ask=Ask(permission=permission, **ask), asker=asker or person(), account=account, opening=opening, now_ns=NOW
    )
    assert question.rule is rule
    refusal = refusal_of(question)
    return None if refusal is None else refusal.code


def own_account(permission):
    return PAPER if PERMISSIONS[permission].mode == "paper" else LIVE


# ------------------------------------------------------------------------------------------------- a line of the table
def test_whoever_looks_in_for_the_platform_does_nothing():
    guest = Asker(kind="impersonation", permissions=frozenset(PERMISSIONS))
    for name in PERMISSIONS:
        refused = answer(name, guest, own_account(name))
        assert refused == (None if name == "tenant:data:read" else "impersonation.reads"), name


def test_an_administrator_of_the_platform_never_trades():
    for name, rule in PERMISSIONS.items():
        refused = answer(name, person(platform_admin=True), own_account(name))
        assert refused == ("platform-admin.trades" if rule.trades or rule.live else None), name
    assert answer(ORDER, program(platform_admin=True)) == "platform-admin.trades"


@pytest.mark.parametrize(("role", "name"), list(itertools.product(Role, PERMISSIONS)))
def test_a_role_does_what_the_registry_says(role, name):
    allowed = role in PERMISSIONS[name].roles
    assert answer(name, person(role), own_account(name)) == (None if allowed else "permission.missing")


def test_a_key_reaches_its_own_account():
    other = attrs.evolve(LIVE, account_id=new_id())
    assert answer(ORDER, program()) is None
    assert answer(ORDER, program(), other, account_id=other.account_id) == "key.reach"
    assert answer(KILL, program(), None, account_id=None) == "key.reach"
    assert answer(KILL, program()) is None


@pytest.mark.parametrize("name", [name for name, rule in PERMISSIONS.items() if not rule.for_keys])
def test_no_key_does_what_is_for_people(name):
    everything = program(permissions=frozenset(PERMISSIONS), totp_ns=NOW, second_factor_ns=NOW)
    assert answer(name, everything) == "key.reach"


def test_no_key_raises_a_limit_rearms_arms_deploys_live_or_pairs():
    for name in STEP_UPS:
        assert not PERMISSIONS[name].for_keys


def test_an_account_that_is_not_there_is_not_acted_on():
    for name in (ORDER, PAPER_ORDER, DEPLOY, ARM, LIVE_KEY, KILL):
        assert answer(name, account=None, live=PERMISSIONS[name].live) == "account.unknown"
    assert answer(KILL, account=None, account_id=None) is None  # all of the tenant


@pytest.mark.parametrize(
    ("permission", "order_live", "account_live", "key_live"), list(itertools.product((0, 1), repeat=4))
)
def test_paper_and_live_never_mix(permission, order_live, account_live, key_live):
    name, account = (PAPER_ORDER, ORDER)[permission], (PAPER, LIVE)[account_live]
    same = len({permission, order_live, account_live}) == 1
    assert answer(name, account=account, live=bool(order_live)) == (None if same else "mode.mixed")
    same = same and key_live == account_live
    refused = answer(name, program(key_live=bool(key_live)), account, live=bool(order_live))
    assert refused == (None if same else "mode.mixed")


def test_a_live_account_takes_a_grant_of_owners_too():
    for name in (ORDER, DEPLOY, LIVE_KEY):
        assert answer(name, person(granted=False)) == "grant.missing"
    assert answer(ORDER, program(granted=False)) == "grant.missing"
    assert answer(PAPER_ORDER, person(granted=False), PAPER) is None


@pytest.mark.parametrize("name", STEP_UPS)
@pytest.mark.parametrize(
    ("ago_ns", "fresh"),
    [(0, True), (STEP_UP_NS, True), (STEP_UP_NS + 1, False), (None, False), (-(10**9), True), (-(10**10), False)],
)
def test_a_step_up_lasts_five_minutes(name, ago_ns, fresh):
    shown_ns = None if ago_ns is None else NOW - ago_ns
    # A second factor that was no code of the authenticator's counts for nothing here.
    asker = person(totp_ns=shown_ns, second_factor_ns=NOW)
    assert answer(name, asker) == (None if fresh else "step-up.needed")
    assert STEP_UP_NS == 300 * 10**9


def test_only_what_is_listed_takes_a_step_up():
    assert {name for name, rule in PERMISSIONS.items() if rule.fresh_factor} == set(STEP_UPS)


@pytest.mark.parametrize(
    ("ago_ns", "recent"), [(0, True), (MANUAL_NS, True), (MANUAL_NS + 1, False), (None, False), (-(10**10), False)]
)
def test_a_live_order_by_hand_takes_a_second_factor_of_twelve_hours(ago_ns, recent):
    asker = person(totp_ns=None, second_factor_ns=None if ago_ns is None else NOW - ago_ns)
    assert answer(ORDER, asker) == (None if recent else "second-factor.old")
    assert answer(ORDER, asker, reduces=True) == (None if recent else "second-factor.old")
    assert answer(PAPER_ORDER, asker, PAPER) is None
    assert answer(ORDER, program()) is None
    assert MANUAL_NS == 12 * 3_600 * 10**9


def test_nobody_goes_live_who_did_not_agree_to_the_risk():
    for name in (ORDER, DEPLOY, ARM, LIVE_KEY):
        assert answer(name, person(agreed=False)) == "consent.missing"
    assert answer(ORDER, program(agreed=False)) == "consent.missing"
    assert answer(ORDER, person(agreed=False), reduces=True) is None
    assert answer(PAPER_ORDER, person(agreed=False), PAPER) is None


def test_nothing_is_opened_on_an_account_that_is_not_armed():
    unarmed = attrs.evolve(LIVE, armed=False)
    for name in (ORDER, DEPLOY):
        assert answer(name, account=unarmed) == "account.unarmed"
    assert answer(ORDER, program(), unarmed) == "account.unarmed"
    assert answer(ORDER, account=unarmed, reduces=True) is None
    assert answer(ARM, account=unarmed) is None


def test_reduce_only_lets_everybody_reduce_and_nobody_open():
    for name in PERMISSIONS:
        account, rule = own_account(name), PERMISSIONS[name]
        refused = answer(name, account=account, opening=Opening.REDUCE_ONLY)
        assert refused == ("billing.reduce-only" if rule.opens else None), name
        assert answer(name, account=account, opening=Opening.REDUCE_ONLY, reduces=True) is None, name


@pytest.mark.parametrize("role", Role)
def test_whoever_may_trade_may_stop_with_nothing_else_in_hand(role):
    nothing = person(role, granted=False, agreed=False, second_factor_ns=None, totp_ns=None)
    trades = any(PERMISSIONS[name].opens for name in permissions_of(role))
    for account in (LIVE, PAPER, attrs.evolve(LIVE, armed=False)):
        for opening in Opening:
            refused = answer(KILL, nothing, account, opening=opening, live=not account.live)
            assert refused == (None if trades else "permission.missing")


# ------------------------------------------------------------------------------------------------- the table as a whole
def test_every_rule_is_told_apart_by_its_code_and_tells_what_to_do():
    codes = [rule.code for rule in RULES]
    assert len(set(codes)) == len(codes) == 12
    assert all(rule.message.endswith(".") and len(rule.message) > 20 for rule in RULES)


def test_a_permission_that_is_none_stops_whoever_asks():
    with pytest.raises(ConfigError, match="trading:kill:rearm"):
        Ask(permission="trading:kill:rearmed")


def test_taking_anything_away_never_lets_somebody_do_more():
    """Over every permission and both modes: less in hand is never more allowed."""
    less = [{"granted": False}, {"agreed": False}, {"second_factor_ns": None}, {"totp_ns": None}]
    less += [{"permissions": frozenset()}, {"platform_admin": True}]
    for name, account, base in itertools.product(PERMISSIONS, (LIVE, PAPER), less):
        for more in less:
            if answer(name, person(**base), account) is not None:
                assert answer(name, person(**{**more, **base}), account) is not None
