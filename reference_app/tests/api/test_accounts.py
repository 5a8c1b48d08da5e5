"""Accounts over HTTP: made on paper for good, counted by the plan, each tenant's own."""

from __future__ import annotations

from functools import partial
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from world import code_of, invited

from forexai_saas.storage.ids import new_id
from forexai_saas.storage.scopes import Scope
from forexai_saas.storage.tables import trading_accounts
from reference_app.features.brokers.naming import session_name
from reference_app.tables import paper_accounts

WANTED = {"name": "My first account"}


def place_of(person):
    return f"/tenants/{person.tenant_id}/brokers/connections"


def made(person, **more):
    answer = person.post(place_of(person), WANTED | more)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_paper_account_is_made_shown_and_listed(world):
    owner = world.person()
    account = made(
        owner, currency="JPY", leverage=30, margin_mode="netting", balance="1000000", instruments=["USDJPY", "EURUSD"]
    )
    assert account["session"] == session_name(UUID(owner.tenant_id), UUID(account["id"]))
    told = ("mode", "broker", "state", "currency", "leverage", "margin_mode", "balance", "instruments", "market")
    assert [account[name] for name in told] == [
        "paper", "paper", "open", "JPY", 30, "netting", "1000000.00", ["USDJPY", "EURUSD"], "made-up",
    ]  # fmt: skip
    assert owner.get(f"{place_of(owner)}/{account['id']}").json() == account
    assert owner.get(place_of(owner)).json() == {"items": [account]}
    (entry,) = [
        each
        for each in owner.get(f"/tenants/{owner.tenant_id}/audit").json()["items"]
        if each["action"] == "account.added"
    ]
    assert entry["details"] == {"account": account["id"], "mode": "paper"}
    assert entry["actor_id"] == owner.user_id


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"instruments": ["EURUSDD"]}, "EURUSD"),
        ({"instruments": ["EURUSD", "EURUSD"]}, "Name each once"),
        ({"instruments": ["EURGBP"]}, "GBP"),
        ({"currency": "JPY", "balance": "1000.50", "instruments": ["USDJPY"]}, "0 decimals"),
    ],
)
def test_terms_that_do_not_fit_together_are_named_and_nothing_is_kept(world, more, words):
    owner = world.person()
    refused = owner.post(place_of(owner), WANTED | more)
    assert code_of(refused) == (422, "account.terms")
    assert words in refused.json()["detail"]
    assert owner.get(place_of(owner)).json() == {"items": []}
    made(owner)  # the unit of the plan is free


@pytest.mark.parametrize(
    "more",
    [
        {"balance": "0.00"},
        {"balance": "-5"},
        {"leverage": 0},
        {"instruments": []},
        {"pace": 0},
        {"mode": "live"},
        {"name": ""},
    ],
)
def test_terms_that_are_none_are_refused_as_they_are_written(world, more):
    owner = world.person()
    assert owner.post(place_of(owner), WANTED | more).status_code == 400


def test_accounts_count_against_the_plan_and_archiving_makes_room(world):
    owner = world.person()
    account = made(owner)
    here = f"{place_of(owner)}/{account['id']}"
    refused = owner.post(place_of(owner), WANTED)
    assert refused.status_code == 429
    assert owner.delete(here).status_code == 204
    assert owner.delete(here).status_code == 204  # twice is once
    archived = owner.get(here).json()
    assert archived["state"] == "archived"
    assert archived["archived_ns"] is not None
    assert owner.get(place_of(owner)).json() == {"items": []}
    assert owner.get(f"{place_of(owner)}?show=archived").json() == {"items": [archived]}
    made(owner)
    actions = [each["action"] for each in owner.get(f"/tenants/{owner.tenant_id}/audit").json()["items"]]
    assert actions.count("account.archived") == 1


def test_a_unit_that_no_account_holds_is_found_when_it_is_wanted(world):
    owner = world.person()
    key = f"broker_connections:{new_id()}"
    world.run(partial(world.accounts.meter.reserve, UUID(owner.tenant_id), "broker_connections", 1, key=key))
    assert owner.post(place_of(owner), WANTED).status_code == 429  # it may be of an account that is being made
    world.pass_time(600)
    made(owner)


def test_lists_come_a_page_at_a_time(world):
    owner = world.person()
    world.grant(owner, "pro")
    ids = [made(owner, name=f"account {number}")["id"] for number in range(3)]
    first = owner.get(f"{place_of(owner)}?limit=2").json()
    second = owner.get(f"{place_of(owner)}?limit=2&cursor={first['next_cursor']}").json()
    assert [each["id"] for each in (*first["items"], *second["items"])] == ids
    assert "next_cursor" not in second
    assert code_of(owner.get(f"{place_of(owner)}?cursor=nonsense!")) == (400, "cursor.wrong")


def test_a_request_that_is_sent_again_makes_no_second_account(world):
    owner = world.person()
    world.grant(owner, "pro")
    again = {"Idempotency-Key": "one-account"}
    first, second = (owner.post(place_of(owner), WANTED, headers=again) for _ in range(2))
    assert first.json() == second.json()
    assert second.headers["idempotent-replayed"] == "true"
    assert len(owner.get(place_of(owner)).json()["items"]) == 1
    other = owner.post(place_of(owner), WANTED | {"name": "another"}, headers=again)
    assert code_of(other) == (409, "idempotency.other")


def test_an_account_of_another_tenant_is_none(world):
    owner, stranger = world.person(), world.person()
    account = made(owner)
    theirs = f"{place_of(stranger)}/{account['id']}"
    for answer in (
        stranger.get(theirs),
        stranger.delete(theirs),
        stranger.get(f"{theirs}/grants"),
        stranger.put(f"{theirs}/grants/{stranger.user_id}", None),
        stranger.delete(f"{theirs}/grants/{stranger.user_id}"),
    ):
        assert answer.status_code == 404, answer.text
    assert owner.get(f"{place_of(owner)}/{account['id']}").json() == account


def test_members_are_granted_an_account_and_lose_it(world):
    owner, member = world.person(), world.person()
    assert invited(owner, "trader", member).status_code == 200
    here = f"{place_of(owner)}/{made(owner)['id']}/grants"
    assert owner.put(f"{here}/{member.user_id}", None).status_code == 204
    assert owner.put(f"{here}/{member.user_id}", None).status_code == 204  # twice is once
    (grant,) = owner.get(here).json()["items"]
    assert (grant["user_id"], grant["granted_by"]) == (member.user_id, owner.user_id)
    assert code_of(owner.put(f"{here}/{uuid4()}", None)) == (404, "member.unknown")
    assert owner.delete(f"{here}/{member.user_id}").status_code == 204
    assert owner.delete(f"{here}/{member.user_id}").status_code == 404
    assert owner.get(here).json() == {"items": []}


def test_neither_code_nor_database_makes_a_live_account_of_a_paper_one(world):
    owner = world.person()
    account = made(owner)
    scope = Scope(tenant_id=UUID(owner.tenant_id))

    async def turn():
        async with world.accounts.on.database.writing(scope) as session:
            await session.execute(sa.update(trading_accounts).values(mode="live"))

    with pytest.raises(Exception, match="trading_accounts"):
        world.run(turn)
    assert owner.get(f"{place_of(owner)}/{account['id']}").json()["mode"] == "paper"


def test_the_balance_is_kept_to_the_last_digit(world):
    owner = world.person()
    account = made(owner, balance="9999999999.99")

    async def kept():
        async with world.accounts.on.database.reading(Scope(tenant_id=UUID(owner.tenant_id))) as session:
            return await session.value(sa.select(paper_accounts.c.balance))

    assert account["balance"] == f"{world.run(kept):.2f}" == "9999999999.99"
