"""Stopping accounts over HTTP: whoever may trade may stop, and letting go on takes a code."""

from __future__ import annotations

from functools import partial
from uuid import UUID

import pytest
from hand_trading import Failing, account_of, bought, caller_of, order, quote, trading_on
from world import code_of, invited

from reference_app.http.callers import TENANT_HEADER

pytestmark = pytest.mark.kernels

WHY = {"reason": "The news are out of hand"}


def test_a_stopped_account_opens_nothing_until_a_head_shows_a_code_and_lets_it(world):
    owner = world.person()
    app, _ = owner.enrol()
    here = account_of(owner)
    price = round(quote(owner, here)["bid"] - 0.05, 5)
    waiting = {"kind": "limit", "price": price, "stop_loss": round(price - 0.002, 5)}
    assert owner.post(f"{here}/orders", order(owner, here) | waiting).json()["state"] == "taken"
    (held,) = bought(world, owner, here)
    asked = order(owner, here)
    assert owner.post(f"{here}/kill", WHY).json()["state"] == "taken"
    halt = owner.get(here).json()["halt"]
    assert (halt["by"], halt["reason"], halt["flatten"]) == (owner.user_id, WHY["reason"], False)
    refused = owner.post(f"{here}/orders", asked)
    assert code_of(refused) == (422, "order.refused")
    assert WHY["reason"] in refused.json()["detail"]
    world.pass_time(3)
    assert owner.get(f"{here}/orders").json() == {"items": []}  # what waited to open was taken back
    assert [each["ticket"] for each in owner.get(f"{here}/positions").json()["items"]] == [held["ticket"]]
    world.run(world.app.state.trading.desk.stop)  # it stands, whoever reckons the account
    assert code_of(owner.post(f"{here}/orders", asked)) == (422, "order.refused")
    world.pass_time(400)
    assert code_of(owner.post(f"{here}/rearm", WHY)) == (403, "step-up.needed")
    assert owner.get(here).json()["halt"] is not None
    shown = owner.post("/auth/2fa/check", {"code": owner.code(app)})
    assert shown.status_code in {200, 204}, shown.text
    assert owner.post(f"{here}/rearm", WHY).json()["state"] == "taken"
    assert owner.get(here).json()["halt"] is None
    assert owner.post(f"{here}/orders", order(owner, here)).json()["state"] == "taken"
    told = owner.get(f"/tenants/{owner.tenant_id}/audit").json()["items"]
    (killed,) = [each for each in told if each["action"] == "trading.halt"]
    assert (killed["details"]["flatten"], killed["personal"]) == (False, WHY)
    assert len([each for each in told if each["action"] == "trading.rearm"]) == 1


def test_stopping_closes_everything_where_that_is_asked_for(world):
    owner = world.person()
    here = account_of(owner)
    (held,) = bought(world, owner, here)
    owner.post(f"{here}/positions/{held['ticket']}/close", {"volume_lots": 0.04})  # on its way when the stop comes
    assert owner.post(f"{here}/kill", WHY | {"flatten": True}).json()["state"] == "taken"
    world.pass_time(3)
    assert owner.get(f"{here}/positions").json() == {"items": []}
    deals = owner.get(f"{here}/history").json()["items"]
    assert sorted(each["volume_lots"] for each in deals if each["entry"] == "out") == [0.04, 0.06]
    assert deals[-1]["reason"] == "kill"
    assert owner.post(f"{here}/kill", WHY).json()["state"] == "taken"  # a narrower one takes nothing back
    assert owner.get(here).json()["halt"]["flatten"] is True


def test_whoever_may_trade_may_stop_and_nobody_else(world):
    owner, trader, viewer, stranger = (world.person() for _ in range(4))
    for role, member in (("trader", trader), ("viewer", viewer)):
        assert invited(owner, role, member).status_code == 200
    here, at_owners = account_of(owner), {TENANT_HEADER: owner.tenant_id}
    assert code_of(viewer.post(f"{here}/kill", WHY, headers=at_owners)) == (403, "permission.missing")
    theirs = here.replace(owner.tenant_id, stranger.tenant_id)
    assert stranger.post(f"{theirs}/kill", WHY).status_code == 404
    assert owner.get(here).json()["halt"] is None
    assert trader.post(f"{here}/kill", WHY, headers=at_owners).json()["state"] == "taken"
    assert code_of(trader.post(f"{here}/rearm", WHY, headers=at_owners)) == (403, "permission.missing")
    assert owner.get(here).json()["halt"]["by"] == trader.user_id


def test_an_account_is_stopped_even_where_nothing_reckons_it(world):
    owner = world.person()
    here = account_of(owner)
    account, caller = UUID(here.split("/")[-1]), caller_of(world, owner)
    dead = trading_on(world, Failing(world.app.state.trading.desk, 0))
    taken = world.run(partial(dead.halt, caller, account, reason="Stop", flatten=False))
    assert taken.state == "recorded"
    assert code_of(owner.post(f"{here}/orders", order(owner, here))) == (422, "order.refused")
