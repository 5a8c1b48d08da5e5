"""Backtests over HTTP: asked for, run by a process, counted by the plan."""

from __future__ import annotations

import time
from uuid import UUID, uuid4

import pytest
from prices_at_hand import RULES, bars, blobs_of, uploaded
from world import code_of

import forexai_core as fx
from forexai_core.plugins import discover
from forexai_core.services import embedded_services
from forexai_core.services.trials import MemoryTrials

WANTED = {"strategy": {"offered": "sma-cross", "parameters": {"fast": 10, "slow": 40}}}


def place_of(person):
    return f"/tenants/{person.tenant_id}/backtests"


def submitted(person, **more):
    made = person.post(place_of(person), WANTED | more)
    assert made.status_code == 201, made.text
    assert made.json()["state"] == "queued"
    return f"{place_of(person)}/{made.json()['id']}"


def run(world):
    return world.run(world.app.state.trading.runner.drain)


def used(world, person):
    meter = world.accounts.meter
    usage = world.run(meter.usage, UUID(person.tenant_id), "backtests")
    return usage.settled, usage.reserved


@pytest.mark.kernels
def test_a_backtest_finds_what_the_library_finds(world):
    owner = world.person()
    here = submitted(owner, seed=7, costs={"commission_per_lot": 3.5})
    assert used(world, owner) == (0, 1)
    run(world)
    shown = owner.get(here).json()
    assert (shown["state"], shown["progress"], shown["problem"]) == ("done", 1.0, "")
    assert used(world, owner) == (1, 0)
    offer = discover(kinds={"strategy"}).strategies["sma-cross"]
    strategy = offer.open(offer.settings(fast=10, slow=40), embedded_services(None))
    costs = fx.Costs(commission_per_lot=3.5)
    expected = fx.backtest(strategy, fx.sample(), costs=costs, seed=7, trials=MemoryTrials())
    found = owner.get(f"{here}/result").json()
    assert found["result_fingerprint"] == expected.result_fingerprint
    assert found["metrics"]["net_profit"] == pytest.approx(expected.metrics["net_profit"])
    assert shown["net_profit"] == found["metrics"]["net_profit"]
    assert found["interval"]["worst"] == pytest.approx(expected.interval.worst)
    assert found["assumptions"] == dict(expected.assumptions)
    assert 2 < len(found["equity"]) <= 2_000
    assert found["equity"][-1][2] == pytest.approx(expected.equity["equity"][-1])
    assert min(point[3] for point in found["equity"]) == pytest.approx(expected.equity["equity"].min())
    trades, cursor = [], ""
    while True:
        page = owner.get(f"{here}/trades?limit=30{cursor}").json()
        trades += page["items"]
        if "next_cursor" not in page:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert [each["net_profit"] for each in trades] == expected.trades["net_profit"].tolist()
    assert [each["close_time_ns"] for each in trades] == [str(each) for each in expected.trades["close_time_ns"]]
    assert code_of(owner.get(f"{here}/trades?cursor=-1")) == (400, "cursor.wrong")


@pytest.mark.kernels
def test_own_rules_and_prices_are_taken_as_they_were(world):
    owner = world.person()
    file = uploaded(world, owner, bars(400)).rpartition("/")[2]
    strategies = f"/tenants/{owner.tenant_id}/strategies"
    kept = owner.post(strategies, {"rules": RULES}).json()
    here = submitted(owner, strategy={"own": kept["id"]}, file=file)
    owner.put(f"{strategies}/{kept['id']}", {"rules": RULES | {"name": "other"}, "version": 1})
    assert owner.delete(f"{strategies}/{kept['id']}").status_code == 204
    run(world)
    shown = owner.get(here).json()
    assert (shown["state"], shown["strategy"], shown["symbol"]) == ("done", "rsi-reversal", "EURUSD")
    assert shown["asked"]["rules"]["name"] == "rsi-reversal"
    (data,) = owner.get(f"{here}/result").json()["data"]
    assert data["rows"] == 400


def test_what_cannot_be_run_says_why_and_does_not_count(world):
    owner = world.person()
    wrong = {"strategy": {"offered": "sma-cross", "parameters": {"fast": "ten"}}}
    refused = owner.post(place_of(owner), wrong)
    assert code_of(refused) == (422, "backtest.parameters")
    assert "fast: " in refused.json()["detail"]
    assert owner.get(place_of(owner)).json() == {"items": []}
    unknown = {"strategy": {"offered": "sma-crosss"}}
    refused = owner.post(place_of(owner), unknown)
    assert code_of(refused) == (422, "backtest.strategy")
    assert "sma-cross" in refused.json()["detail"]
    assert code_of(owner.post(place_of(owner), {"strategy": {}})) == (422, "backtest.strategy")
    for missing in ({"strategy": {"own": str(uuid4())}}, {"file": str(uuid4())}):
        assert owner.post(place_of(owner), WANTED | missing).status_code == 404
    assert used(world, owner) == (0, 0)


def test_a_file_that_is_not_ready_or_was_removed(world):
    owner = world.person()
    wanted = {"name": "x", "file_name": "x.csv", "symbol": "EURUSD", "timeframe": "H1"}
    waiting = owner.post(f"/tenants/{owner.tenant_id}/data", wanted).json()["id"]
    assert code_of(owner.post(place_of(owner), WANTED | {"file": waiting})) == (409, "prices.unready")
    assert owner.delete(f"/tenants/{owner.tenant_id}/data/{waiting}").status_code == 204
    file = uploaded(world, owner, bars())
    here = submitted(owner, file=file.rpartition("/")[2])
    assert owner.delete(file).status_code == 204
    run(world)
    shown = owner.get(here).json()
    assert (shown["state"], "removed" in shown["problem"]) == ("failed", True)
    assert used(world, owner) == (0, 0)
    assert code_of(owner.get(f"{here}/result")) == (409, "backtest.unfinished")


def test_a_plan_allows_so_many_a_day_and_the_same_request_twice_is_one(world):
    owner = world.person()
    key = {"Idempotency-Key": "one backtest"}
    first, again = (owner.post(place_of(owner), WANTED, headers=key) for _ in range(2))
    assert first.json() == again.json()
    assert used(world, owner) == (0, 1)
    for _ in range(2):
        submitted(owner)
    assert owner.post(place_of(owner), WANTED).status_code == 429
    assert len(owner.get(place_of(owner)).json()["items"]) == 3
    here = f"{place_of(owner)}/{first.json()['id']}"
    assert owner.post(f"{here}/cancel").json()["state"] == "cancelled"
    assert owner.post(f"{here}/cancel").json()["state"] == "cancelled"
    assert used(world, owner) == (0, 2)
    submitted(owner)
    assert owner.post(place_of(owner), WANTED).status_code == 429
    for line in owner.get(place_of(owner)).json()["items"]:
        owner.post(f"{place_of(owner)}/{line['id']}/cancel")
    assert run(world) == 0


def test_one_is_removed_once_it_has_ended(world):
    owner = world.person()
    here = submitted(owner)
    assert code_of(owner.delete(here)) == (409, "backtest.running")
    assert owner.post(f"{here}/cancel").status_code == 200
    assert owner.delete(here).status_code == 204
    assert owner.get(here).status_code == owner.delete(here).status_code == 404
    assert owner.get(place_of(owner)).json() == {"items": []}
    assert blobs_of(world, owner) == []


def test_one_whose_job_could_not_be_added_leaves_nothing_behind(world, monkeypatch):
    owner = world.person()
    jobs = world.app.state.platform.services.jobs

    async def gone(*_given):
        raise fx.errors.StorageError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(type(jobs), "enqueue", gone)
        assert owner.post(place_of(owner), WANTED).status_code == 503
    assert owner.get(place_of(owner)).json() == {"items": []}
    assert used(world, owner) == (0, 0)


def test_one_tenant_does_not_keep_the_processes_from_all_others(world, monkeypatch):
    monkeypatch.setattr("reference_app.features.backtests.book.MOST_OPEN", 2)
    owner, other = world.person(), world.person()
    world.grant(owner, "pro")
    places = [submitted(owner), submitted(owner)]
    refused = owner.post(place_of(owner), WANTED)
    assert code_of(refused) == (429, "backtest.many")
    assert refused.headers["retry-after"] == "10"
    assert used(world, owner) == (0, 2)
    places.append(submitted(other))
    owner.post(f"{places[0]}/cancel")
    places.append(submitted(owner))
    for person, place in ((owner, places[1]), (other, places[2]), (owner, places[3])):
        assert person.post(f"{place}/cancel").json()["state"] == "cancelled"


@pytest.mark.kernels
def test_one_that_ended_when_its_server_died_is_counted_once(world, monkeypatch):
    owner = world.person()
    here = submitted(owner)

    async def died(*_given):
        raise fx.errors.StorageError("the database is away")

    with monkeypatch.context() as patched:
        patched.setattr(type(world.accounts.meter), "settle", died)
        run(world)
    assert owner.get(here).json()["state"] == "done"
    assert used(world, owner) == (0, 1)
    world.pass_time(60)
    run(world)
    assert used(world, owner) == (1, 0)
    assert len([key for key in blobs_of(world, owner) if key.endswith("/result")]) == 1


def test_another_tenant_finds_no_backtest(world):
    owner, other = world.person(), world.person()
    here = submitted(owner)
    there = f"{place_of(other)}/{here.rpartition('/')[2]}"
    assert other.get(place_of(other)).json() == {"items": []}
    for path in (there, f"{there}/result", f"{there}/trades"):
        assert other.get(path).status_code == 404
    assert other.post(f"{there}/cancel").status_code == 404
    assert other.delete(there).status_code == 404
    assert owner.post(f"{here}/cancel").json()["state"] == "cancelled"
    theirs = uploaded(world, owner, bars()).rpartition("/")[2]
    assert other.post(place_of(other), WANTED | {"file": theirs}).status_code == 404


def test_the_application_does_jobs_by_itself(world):
    owner, trading = world.person(), world.app.state.trading
    file = uploaded(world, owner, bars())
    here = submitted(owner, file=file.rpartition("/")[2])
    assert owner.delete(file).status_code == 204

    async def begin():
        trading.start()

    world.run(begin)
    try:
        for _ in range(6_000):
            if (shown := owner.get(here).json())["state"] not in {"queued", "running"}:
                break
            time.sleep(0.05)
        assert (shown["state"], "removed" in shown["problem"]) == ("failed", True)
    finally:
        world.run(trading.runner.stop)
