"""Files of prices over HTTP: announced, sent, read by a process, reported on."""

from __future__ import annotations

import gzip
from uuid import uuid4

from prices_at_hand import WANTED, bars, blobs_of, data_of, send, uploaded
from world import code_of

from forexai_core.errors import StorageError


def test_a_file_is_read_and_reported_on(world):
    owner = world.person()
    shown = owner.get(uploaded(world, owner, bars())).json()
    assert (shown["state"], shown["rows"], shown["progress"]) == ("ready", 60, 1.0)
    assert shown["first_ns"] == "1767571200000000000"
    assert (shown["report"]["kept"], shown["report"]["symbol"]) == (60, "EURUSD")
    assert shown["report"]["source"] == "prices.csv"
    (line,) = owner.get(data_of(owner)).json()["items"]
    assert (line["name"], line["state"], line["size_bytes"]) == (WANTED["name"], "ready", len(bars()))


def test_unsound_rows_are_set_aside_and_named(world):
    owner = world.person()
    wrong = bars() + b"\n1767888000,1.1,1.0,1.2,1.1,100"
    report = owner.get(uploaded(world, owner, gzip.compress(wrong), file_name="hours.csv.gz")).json()["report"]
    assert (report["rows"], report["kept"], report["quarantined_count"], report["ok"]) == (61, 60, 1, False)
    assert report["quarantined"][0]["line"] == 62


def test_what_is_no_file_of_prices_is_refused_with_a_remedy_and_may_be_sent_again(world):
    owner = world.person()
    here = uploaded(world, owner, b"PK\x03\x04 this is no archive", file_name="prices.zip")
    shown = owner.get(here).json()
    assert shown["state"] == "refused"
    assert shown["problem"]
    assert "/tmp" not in shown["problem"]
    assert send(world, owner, f"{here}/content", bars()).status_code == 200
    world.run(world.app.state.trading.runner.drain)
    # The name of the file still says that it is packed.
    assert owner.get(here).json()["state"] == "refused"
    assert len(blobs_of(world, owner)) == 1
    assert owner.delete(here).status_code == 204
    unknown = owner.get(uploaded(world, owner, bars(), symbol="EURUSDD")).json()
    assert unknown["state"] == "refused"
    assert "EURUSD" in unknown["problem"]


def test_a_plan_says_how_large_and_how_many(world, monkeypatch):
    owner = world.person()
    limits = {"free": 1, "pro": 2}
    monkeypatch.setattr("reference_app.features.data.limits.UPLOAD_MIB", limits)
    here = f"{data_of(owner)}/{owner.post(data_of(owner), WANTED).json()['id']}"
    assert owner.post(data_of(owner), WANTED).status_code == 429
    large = bars() + b"\n" * (1 << 20)
    assert code_of(send(world, owner, f"{here}/content", large)) == (413, "prices.large")
    assert code_of(send(world, owner, f"{here}/content", b"")) == (422, "prices.empty")
    assert blobs_of(world, owner) == []
    world.grant(owner, "pro")
    assert send(world, owner, f"{here}/content", large).status_code == 200
    assert code_of(send(world, owner, f"{here}/content", bars())) == (409, "prices.there")
    assert owner.post(data_of(owner), WANTED).status_code == 201


def test_a_removed_file_leaves_nothing_behind_and_makes_room(world):
    owner = world.person()
    here = uploaded(world, owner, bars())
    assert len(blobs_of(world, owner)) == 2
    assert owner.delete(here).status_code == 204
    assert blobs_of(world, owner) == []
    assert owner.get(here).status_code == 404
    made = owner.post(data_of(owner), WANTED)
    assert made.status_code == 201
    gone = f"{data_of(owner)}/{made.json()['id']}"
    assert send(world, owner, f"{gone}/content", bars()).status_code == 200
    assert owner.delete(gone).status_code == 204
    world.run(world.app.state.trading.runner.drain)
    assert blobs_of(world, owner) == []


def test_another_tenant_finds_no_file(world):
    owner, other = world.person(), world.person()
    here = uploaded(world, owner, bars())
    there = f"{data_of(other)}/{here.rpartition('/')[2]}"
    assert other.get(data_of(other)).json() == {"items": []}
    assert other.get(there).status_code == 404
    assert send(world, other, f"{there}/content", bars()).status_code == 404
    assert other.delete(there).status_code == 404
    assert owner.get(here).json()["state"] == "ready"


def test_a_job_that_was_lost_is_found_again(world, monkeypatch):
    owner = world.person()
    here = f"{data_of(owner)}/{owner.post(data_of(owner), WANTED).json()['id']}"
    jobs = world.app.state.platform.services.jobs

    async def gone(*_given):
        raise StorageError("the process is going down")

    with monkeypatch.context() as patched:
        patched.setattr(type(jobs), "enqueue", gone)
        assert send(world, owner, f"{here}/content", bars()).status_code == 503
    assert owner.get(here).json()["state"] == "checking"
    world.run(world.app.state.trading.runner.drain)
    assert owner.get(here).json()["state"] == "ready"


def test_sending_to_a_file_that_is_not_there(world):
    owner = world.person()
    assert send(world, owner, f"{data_of(owner)}/{uuid4()}/content", bars()).status_code == 404
