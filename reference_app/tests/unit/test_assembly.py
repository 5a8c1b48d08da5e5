"""Parts of plugins: mounted soundly, or left out and named."""

from __future__ import annotations

import logging
from types import SimpleNamespace
from uuid import UUID, uuid4

import msgspec
import pytest
from assembled import HOST, client_of, parts_of, plugin_of, public
from brought_tables import EMPTY_REVISIONS, tables_of

from forexai_core.errors import PluginContractError, PluginMissingError
from forexai_core.plugins import discover
from forexai_core.ports.app import Job, Method, Route
from forexai_core.services import embedded_services
from reference_app.assembly import assemble
from reference_app.settings import AppSettings


async def _now() -> dict[str, str]:
    return {"signal": "flat"}


class Order(msgspec.Struct):
    """What a route takes."""

    lots: float


def test_public_routes_answer_and_are_shown_to_the_operator(caplog):
    with caplog.at_level(logging.INFO), client_of(plugin_of(parts_of(public("/signals/now", _now)))) as client:
        assert client.get("/api/v1/signals/now").json() == {"signal": "flat"}
        described = client.get("/openapi.json").json()["paths"]
    assert "anybody may call GET /api/v1/signals/now (plugin signals)" in caplog.text
    assert {"/health", "/api/v1/plugins", "/api/v1/signals/now"} <= set(described)


def test_parameters_and_bodies_are_validated_by_annotation():
    async def one(signal_id: int, key: UUID) -> list[str]:
        return [str(signal_id), str(key)]

    async def order(data: Order) -> float:
        return data.lots

    async def newest(count: int = 3, symbol: str | None = None) -> list[str]:
        return [str(count), symbol or "any"]

    part = parts_of(
        public("/signals/{signal_id}/{key}", one),
        public("/signals/orders", order, Method.POST),
        public("/signals/newest", newest),
    )
    key = uuid4()
    with client_of(plugin_of(part)) as client:
        assert client.get(f"/api/v1/signals/7/{key}").json() == ["7", str(key)]
        assert client.get("/api/v1/signals/7/no-key").status_code == 404
        assert client.get("/api/v1/signals/newest").json() == ["3", "any"]
        assert client.get("/api/v1/signals/newest?count=7&symbol=EURUSD").json() == ["7", "EURUSD"]
        assert client.get("/api/v1/signals/newest?count=x").status_code == 400
        assert client.post("/api/v1/signals/orders", json={"lots": 0.5}).json() == 0.5
        assert client.post("/api/v1/signals/orders", json={"lots": "x"}).status_code == 400


def test_a_route_with_a_permission_is_closed_to_who_is_not_signed_in():
    called = []

    async def secret() -> str:
        called.append(1)
        return "x"

    route = Route(method="GET", path="/signals/mine", handler=secret, permission="signals:rows:read")
    with client_of(plugin_of(parts_of(route, permissions=["signals:rows:read"]))) as client:
        answer = client.get("/api/v1/signals/mine")
    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
    assert answer.json()["code"] == "session.ended"
    assert not called


async def _twice() -> None:
    return None


UNSOUND = {
    "raises": RuntimeError("no luck"),
    "no parts": 7,
    "elsewhere": parts_of(public("/billing/now", _now)),
    "beside": parts_of(public("/signalsx", _now)),
    "not plain": parts_of(public("/signals/../health", _now)),
    "twice": parts_of(public("/signals/{a}", _twice), public("/signals/{b}", _twice)),
    "neither public nor permitted": parts_of(Route(method="GET", path="/signals/x", handler=_now)),
    "both": parts_of(
        Route(method="GET", path="/signals/x", handler=_now, public=True, permission="signals:a:b"),
        permissions=["signals:a:b"],
    ),
    "undeclared": parts_of(Route(method="GET", path="/signals/x", handler=_now, permission="signals:a:b")),
    "jobs": parts_of(jobs=(Job(name="signals.refresh", handler=_now),)),
    "no metadata": parts_of(tables=SimpleNamespace(tables={"signals_rows": None})),
    "no revisions": parts_of(tables=tables_of("signals_rows")),
    "another's tables": parts_of(tables=tables_of("users"), migrations=EMPTY_REVISIONS),
    "nobody's rows": parts_of(tables=tables_of("signals_rows", tenant=None), migrations=EMPTY_REVISIONS),
    "rows of nobody": parts_of(tables=tables_of("signals_rows", nullable=True), migrations=EMPTY_REVISIONS),
}


@pytest.mark.parametrize("name", UNSOUND)
def test_an_unsound_part_is_left_out_and_takes_no_other_down(name, caplog):
    good = plugin_of(parts_of(public("/good/now", _now)), prefix="good", name="good")
    with client_of(plugin_of(UNSOUND[name]), good) as client:
        assert client.get("/api/v1/good/now").status_code == 200
        assert client.get("/health").json()["status"] == "degraded"
        assert client.get("/api/v1/plugins").json()["problems"] == 1
        for path in ("/signals/x", "/signals/now", "/billing/now", "/signalsx"):
            assert client.get(f"/api/v1{path}").status_code == 404
    assert "the part 'signals' of plugin signals is left out" in caplog.text


@pytest.mark.parametrize("prefix", ["plugins", "health"])
def test_prefixes_of_the_application_are_its_own(prefix):
    part = parts_of(public(f"/{prefix}/now", _now))
    with client_of(plugin_of(part, prefix=prefix)) as client:
        assert client.get(f"/api/v1/{prefix}/now").status_code == 404
        assert client.get("/health").json()["status"] == "degraded"


def test_two_parts_of_one_prefix_do_not_mix():
    with client_of(plugin_of(parts_of(public("/signals/a", _now)), parts_of(public("/signals/b", _now)))) as client:
        assert client.get("/api/v1/signals/a").status_code == 200
        assert client.get("/api/v1/signals/b").status_code == 404
        assert client.get("/api/v1/plugins").json()["problems"] == 1


def test_a_required_plugin_must_be_there_and_whole():
    broken = discover([plugin_of(RuntimeError("no luck"))], entry_points=False)
    with pytest.raises(PluginContractError, match="no luck"):
        assemble(AppSettings(required_plugins=("signals",)), plugins=broken)
    with pytest.raises(PluginMissingError, match="absent"):
        assemble(AppSettings(required_plugins=("absent",)), plugins=broken)


def test_services_are_closed_when_the_application_ends(tmp_path):
    services = embedded_services(tmp_path)
    closed = []
    close = services.journal.close
    services.journal.close = lambda: (closed.append(1), close())
    with client_of(services=services) as client:
        client.get("/health")
        assert not closed
    assert closed


def test_only_known_names_of_the_host_are_answered():
    with client_of() as client:
        assert client.get("/health").status_code == 200
        refused = client.get("/health", headers={"host": "evil.example"})
        assert refused.status_code == 400
        assert (refused.json()["status"], refused.headers["content-type"]) == (400, "application/problem+json")
        assert refused.headers["x-content-type-options"] == "nosniff"
        for name in (f"{HOST}:8765", HOST.upper(), "127.0.0.1", "localhost:80", "[::1]:8765"):
            assert client.get("/health", headers={"host": name}).status_code == 200
        for name in ("", ":8765", f"{HOST}.evil.example", f"evil.example:80@{HOST}", "[::1", "127.0.0.1.nip.io"):
            assert client.get("/health", headers={"host": name}).status_code == 400
