"""Trading by hand over HTTP: written down first, judged by the limits, and the same whoever reckons it."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from hand_trading import Failing, account_of, bought, caller_of, numbers_of, order, quote, trading_on
from world import Browser, code_of, invited

from forexai_saas.billing.facts import Held
from forexai_saas.storage.scopes import Scope
from reference_app.features.trading.asked import Wanted
from reference_app.http.callers import TENANT_HEADER
from reference_app.processes.workbench import Workbench

pytestmark = pytest.mark.kernels


def test_an_order_meets_the_next_price_and_is_closed_by_hand(world):
    owner = world.person()
    here = account_of(owner)
    first = owner.get(here).json()
    assert (first["balance"], first["equity"], first["margin"], first["market_open"]) == (
        "10000.00", "10000.00", "0.00", True,
    )  # fmt: skip
    placed = owner.post(f"{here}/orders", order(owner, here))
    assert (placed.status_code, placed.json()["state"], placed.json()["problem"]) == (201, "taken", "")
    (waiting,) = owner.get(f"{here}/orders").json()["items"]
    assert (waiting["intent"], waiting["side"]) == (placed.json()["intent"], "buy")
    assert owner.get(f"{here}/positions").json() == {"items": []}
    world.pass_time(3)
    filled = owner.get(f"{here}/orders/{placed.json()['order']}").json()
    assert (filled["status"], filled["filled_lots"], filled["intent"]) == ("filled", 0.1, placed.json()["intent"])
    (held,) = owner.get(f"{here}/positions").json()["items"]
    assert (held["symbol"], held["side"], held["volume_lots"]) == ("EURUSD", "buy", 0.1)
    state = owner.get(here).json()
    assert Decimal(state["equity"]) == Decimal(state["balance"]) + Decimal(held["profit"])
    assert Decimal(state["free_margin"]) == Decimal(state["equity"]) - Decimal(state["margin"]) > 0
    moved = owner.put(f"{here}/positions/{held['ticket']}", {"take_profit": round(held["price"] + 0.05, 5)})
    assert moved.json()["state"] == "taken"
    part = owner.post(f"{here}/positions/{held['ticket']}/close", {"volume_lots": 0.04})
    assert part.json()["state"] == "taken", part.text
    world.pass_time(3)
    (left,) = owner.get(f"{here}/positions").json()["items"]
    assert (left["volume_lots"], left["take_profit"]) == (0.06, round(held["price"] + 0.05, 5))
    assert owner.post(f"{here}/positions/{held['ticket']}/close", {}).json()["state"] == "taken"
    world.pass_time(3)
    page = owner.get(f"{here}/history?limit=2").json()
    rest = owner.get(f"{here}/history?limit=2&cursor={page['next_cursor']}").json()
    deals = [*page["items"], *rest["items"]]
    assert [(each["entry"], each["volume_lots"]) for each in deals] == [("in", 0.1), ("out", 0.04), ("out", 0.06)]
    closed = owner.get(here).json()
    assert closed["balance"] == closed["equity"]
    assert Decimal(closed["balance"]) == Decimal(10_000) + sum(
        Decimal(each[name]) for each in deals for name in ("profit", "commission", "swap")
    )
    told = owner.get(f"/tenants/{owner.tenant_id}/audit").json()["items"]
    actions = [each["action"] for each in told if each["action"].startswith("order.")]
    assert sorted(actions) == ["order.close", "order.close", "order.modify", "order.place"]
    (audited,) = [each for each in told if each["action"] == "order.place"]
    assert audited["details"]["intent"] == placed.json()["intent"]
    assert audited["actor_id"] == owner.user_id


def test_an_order_that_waits_is_moved_and_taken_back(world):
    owner = world.person()
    here = account_of(owner)
    price = round(quote(owner, here)["bid"] - 0.05, 5)
    asked = {"kind": "limit", "price": price, "stop_loss": round(price - 0.002, 5)}
    ticket = owner.post(f"{here}/orders", order(owner, here) | asked).json()["order"]
    world.pass_time(3)
    moved = owner.put(f"{here}/orders/{ticket}", {"price": round(price - 0.001, 5)})
    assert moved.json()["state"] == "taken"
    world.pass_time(3)
    (waiting,) = owner.get(f"{here}/orders").json()["items"]
    assert (waiting["ticket"], waiting["price"]) == (ticket, round(price - 0.001, 5))
    assert owner.delete(f"{here}/orders/{ticket}").json()["state"] == "taken"
    world.pass_time(3)
    assert owner.get(f"{here}/orders").json() == {"items": []}
    gone = owner.delete(f"{here}/orders/{ticket}").json()
    assert gone["state"] == "refused"
    assert ticket in gone["problem"]
    assert owner.delete(f"{here}/orders/nonsense").status_code == 404


def test_an_order_that_the_market_refuses_says_why(world):
    owner = world.person()
    here = account_of(owner, leverage=1)
    placed = owner.post(f"{here}/orders", order(owner, here))  # binds more than there is
    world.pass_time(3)
    refused = owner.get(f"{here}/orders/{placed.json()['order']}").json()
    assert (refused["status"], refused["position"]) == ("rejected", None)
    assert "not enough free margin" in refused["reason"]
    assert owner.get(f"{here}/orders/1").status_code == 404


def test_a_preview_sizes_by_risk_and_does_nothing(world):
    owner = world.person()
    here = account_of(owner)
    asked = order(owner, here, risk_fraction=0.01)
    del asked["volume_lots"]
    shown = owner.post(f"{here}/preview", asked)
    assert shown.status_code == 200, shown.text
    seen = shown.json()
    assert seen["allowed"] is True
    assert 0 < Decimal(seen["loss_at_stop"]) <= Decimal("100.00")
    assert Decimal(seen["pip_value"]) == Decimal(str(seen["volume_lots"])) * 10
    assert Decimal(seen["free_margin_after"]) == Decimal(10_000) - Decimal(seen["margin"])
    assert {each["rule"] for each in seen["verdicts"]} >= {"daily-loss", "position-risk", "max-positions"}
    assert [(each["rule"], each["distance"]) for each in seen["limits"]] == [("daily-loss", "200.00")]
    assert numbers_of(world, here) == []
    (held,) = bought(world, owner, here, volume_lots=None, risk_fraction=0.01)
    assert held["volume_lots"] == seen["volume_lots"]


@pytest.mark.parametrize(
    ("more", "code", "words"),
    [
        ({"stop_loss": None}, "order.refused", "position-risk"),
        ({"volume_lots": 3.0}, "order.refused", "daily-loss"),
        ({"symbol": "EURGBP"}, "order.wrong", "is not traded on this account"),
        ({"volume_lots": 0.123}, "order.wrong", "steps of"),
        ({"volume_lots": None, "risk_fraction": 0.01, "stop_loss": None}, "order.wrong", "needs a stop_loss"),
        ({"volume_lots": None, "risk_fraction": 0.000001}, "order.wrong", "The smallest volume"),
        ({"risk_fraction": 0.01}, "order.wrong", "one of the two"),
        ({"kind": "limit"}, "order.wrong", "needs the price"),
        ({"stop_loss": 2.0}, "order.wrong", "The stop_loss of a buy lies below"),
        ({"take_profit": 0.5}, "order.wrong", "The take_profit of a buy lies above"),
    ],
)
def test_what_is_wrong_or_beyond_a_limit_is_refused_and_not_written_down(world, more, code, words):
    owner = world.person()
    here = account_of(owner)
    asked = order(owner, here) | more
    refused = owner.post(f"{here}/orders", asked)
    assert code_of(refused) == (422, code), refused.text
    assert words in refused.json()["detail"]
    assert numbers_of(world, here) == []


def test_an_order_that_is_sent_again_is_one_order(world):
    owner = world.person()
    here = account_of(owner)
    again, asked = {"Idempotency-Key": "one-order"}, order(owner, here)
    first, second = (owner.post(f"{here}/orders", asked, headers=again) for _ in range(2))
    assert first.json() == second.json()
    other = owner.post(f"{here}/orders", asked | {"volume_lots": 0.2}, headers=again)
    assert code_of(other) == (409, "idempotency.other")
    assert numbers_of(world, here) == [1]


def test_a_stop_without_which_limits_would_not_bear_a_position_stays(world):
    owner = world.person()
    here = account_of(owner)
    (held,) = bought(world, owner, here, volume_lots=1.0, pips=15)
    taken = owner.put(f"{here}/positions/{held['ticket']}", {"stop_loss": 0}).json()
    assert "daily-loss" in taken["problem"]
    world.pass_time(2)
    (still,) = owner.get(f"{here}/positions").json()["items"]
    assert still["stop_loss"] == held["stop_loss"]


def test_whoever_reckons_an_account_anew_comes_to_the_same(world):
    owner = world.person()
    here = account_of(owner)
    bought(world, owner, here)
    before = [owner.get(f"{here}{part}").json() for part in ("", "/positions", "/orders", "/history")]
    world.run(world.app.state.trading.desk.stop)
    assert [owner.get(f"{here}{part}").json() for part in ("", "/positions", "/orders", "/history")] == before


def test_a_process_that_dies_after_an_order_was_written_down_loses_no_order_and_doubles_none(world):
    owner = world.person()
    here = account_of(owner)
    failing = Failing(world.app.state.trading.desk, 1)  # the judging is answered, the carrying out is not
    wanted = Wanted(kind="place", symbol="EURUSD", side=1, volume_lots=0.1, stop_loss=order(owner, here)["stop_loss"])

    account, caller = UUID(here.split("/")[-1]), caller_of(world, owner)
    taken = world.run(trading_on(world, failing).command, caller, account, wanted)
    assert (taken.state, taken.order, taken.problem) == ("recorded", None, "The process is gone.")
    world.pass_time(3)
    assert len(owner.get(f"{here}/positions").json()["items"]) == 1
    assert numbers_of(world, here) == [1]


def test_two_processes_that_trade_on_one_account_at_once_agree(world):
    owner = world.person()
    here = account_of(owner, balance="1000000.00")
    account, caller = UUID(here.split("/")[-1]), caller_of(world, owner)
    stop = order(owner, here)["stop_loss"]
    wanted = Wanted(kind="place", symbol="EURUSD", side=1, volume_lots=0.1, stop_loss=stop)

    async def both():
        other = Workbench("reference_app.features.worker")
        try:
            desks = [world.app.state.trading.trading, trading_on(world, other)]
            orders = [desk.command(caller, account, wanted) for desk in desks for _ in range(3)]
            taken = await asyncio.gather(*orders)
            world.pass_time(3)
            looks = [await desk.look(caller.scope, account, deals=20) for desk in desks]
        finally:
            await other.stop()
        return taken, looks

    taken, (one, two) = world.run(both)
    assert {each.state for each in taken} == {"taken"}
    assert len({each.intent for each in taken}) == len({each.order for each in taken}) == 6
    assert numbers_of(world, here) == [1, 2, 3, 4, 5, 6]
    assert (one.state, one.positions, one.deals) == (two.state, two.positions, two.deals)
    assert len(one.positions) == 6


def test_who_may_not_trade_does_not(world):
    owner, viewer, stranger = world.person(), world.person(), world.person()
    assert invited(owner, "viewer", viewer).status_code == 200
    here = account_of(owner)
    asked, at_owners = order(owner, here), {TENANT_HEADER: owner.tenant_id}
    assert viewer.get(here, headers=at_owners).status_code == 200
    assert code_of(viewer.post(f"{here}/orders", asked, headers=at_owners)) == (403, "permission.missing")
    theirs = here.replace(owner.tenant_id, stranger.tenant_id)
    for answer in (
        stranger.get(theirs),
        stranger.get(f"{theirs}/history"),
        stranger.post(f"{theirs}/preview", asked),
        stranger.post(f"{theirs}/orders", asked),
        stranger.delete(f"{theirs}/orders/1"),
        stranger.post(f"{theirs}/positions/1/close", {}),
    ):
        assert answer.status_code == 404, answer.text
    assert numbers_of(world, here) == []


def test_a_key_trades_on_its_own_account_alone(world):
    owner = world.person()
    world.grant(owner, "pro")
    here, elsewhere = account_of(owner), account_of(owner)
    asked = {
        "name": "Trades",
        "scopes": ["trading:orders:paper", "tenant:data:read"],
        "account_id": here.split("/")[-1],
    }
    made = owner.post(f"/tenants/{owner.tenant_id}/api-keys", asked)
    assert made.status_code == 201, made.text
    program = Browser(world, {"Authorization": f"Bearer {made.json()['key']}"})
    assert program.post(f"{here}/orders", order(owner, here)).json()["state"] == "taken"
    assert code_of(program.post(f"{elsewhere}/orders", order(owner, elsewhere))) == (403, "key.reach")
    assert (numbers_of(world, here), numbers_of(world, elsewhere)) == ([1], [])


def test_whoever_is_held_reduces_and_opens_nothing(world):
    owner = world.person()
    here = account_of(owner)
    (held,) = bought(world, owner, here)
    asked = order(owner, here)

    async def hold():
        async with world.accounts.on.database.writing(Scope(tenant_id=UUID(owner.tenant_id))) as session:
            fact = Held(hold="unpaid", from_ns=world.clock.now_ns(), reason="unpaid")
            await world.accounts.facts.record(session, fact, source="test", key="unpaid")

    world.run(hold)
    assert code_of(owner.post(f"{here}/orders", asked)) == (403, "billing.reduce-only")
    nearer = owner.put(f"{here}/positions/{held['ticket']}", {"stop_loss": round(asked["stop_loss"] + 0.0005, 5)})
    assert nearer.json()["state"] == "taken"
    assert owner.post(f"{here}/positions/{held['ticket']}/close", {}).json()["state"] == "taken"
    world.pass_time(3)
    assert owner.get(f"{here}/positions").json() == {"items": []}


def test_an_archived_account_stands_as_it_stood_and_takes_nothing(world):
    owner = world.person()
    here = account_of(owner)
    bought(world, owner, here)
    owner.delete(here.replace("/trading/", "/brokers/connections/"))
    before = owner.get(here).json()
    world.pass_time(600)
    assert owner.get(here).json() == before
    assert code_of(owner.post(f"{here}/orders", {"symbol": "EURUSD", "side": "buy", "volume_lots": 0.1})) == (
        409, "account.archived",
    )  # fmt: skip
    assert owner.get(f"/tenants/{owner.tenant_id}/trading/{uuid4()}").status_code == 404
