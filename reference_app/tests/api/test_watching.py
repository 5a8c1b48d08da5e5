"""What operators and proxies ask: readiness, metrics, and from where a request came."""

from __future__ import annotations

import pytest
from assembled import HOST, client_of
from litestar.connection import ASGIConnection
from world import World, code_of

from forexai_core.errors import ConfigError
from forexai_core.ports.metrics import MetricKind, Sample
from forexai_core.services.metrics import MemoryMetrics
from reference_app.features.metrics.exposition import exposition
from reference_app.http.addresses import address_of
from reference_app.http.rates import AddressRates
from reference_app.settings import AppSettings, load_settings


def test_readiness_follows_the_database(tmp_path):
    with World(tmp_path) as world:
        assert world.root.get("/readiness").json() == {"ready": True}
        world.run(world.app.state.store.database.close)
        (tmp_path / "platform.sqlite3").rename(tmp_path / "away")
        answer = world.root.get("/readiness")
        assert (answer.status_code, answer.json()) == (503, {"ready": False})


def test_metrics_are_for_the_token_alone(tmp_path):
    with World(tmp_path, metrics_token="0123456789abcdef") as world:
        world.root.get("/health")
        world.root.get("/health")
        assert world.root.get("/metrics").status_code == 404
        assert world.root.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 404
        told = world.root.get("/metrics", headers={"Authorization": "Bearer 0123456789abcdef"})
    assert told.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert 'forexai_http_requests_total{method="GET",route="/health",status="200"} 2' in told.text
    assert "# TYPE forexai_http_request_seconds histogram" in told.text
    assert "forexai_plugin_problems 0" in told.text


def test_the_text_of_metrics_is_what_prometheus_reads():
    metrics = MemoryMetrics(bounds=(0.5, 1.0))
    metrics.add("a_total", labels={"path": 'x"\\\n'})
    for value in (0.25, 0.75, 3.0):
        metrics.observe("b_seconds", value)
    assert exposition(metrics.snapshot()).splitlines() == [
        "# TYPE a_total counter",
        'a_total{path="x\\"\\\\\\n"} 1',
        "# TYPE b_seconds histogram",
        'b_seconds_bucket{le="0.5"} 1',
        'b_seconds_bucket{le="1"} 2',
        'b_seconds_bucket{le="+Inf"} 3',
        "b_seconds_sum 4",
        "b_seconds_count 3",
    ]
    gauge = Sample(name="c", kind=MetricKind.GAUGE, labels=(), value=0.125, count=0, buckets=())
    assert exposition([gauge]) == "# TYPE c gauge\nc 0.125\n"


BEHIND = AppSettings(behind_tls=True, allowed_hosts=("trade.example",), proxies=("127.0.0.0/8", "10.0.0.0/8"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "settings", "seen"),
    [
        ("192.0.2.1", "198.51.100.9", AppSettings(), "192.0.2.1"),
        ("127.0.0.1", "198.51.100.9", BEHIND, "198.51.100.9"),
        ("127.0.0.1", "6.6.6.6, 198.51.100.9", BEHIND, "198.51.100.9"),
        ("127.0.0.1", "6.6.6.6, 198.51.100.9, 10.1.2.3", BEHIND, "198.51.100.9"),
        ("203.0.113.5", "198.51.100.9", BEHIND, "203.0.113.5"),
        ("127.0.0.1", "", BEHIND, "127.0.0.1"),
        ("127.0.0.1", "::ffff:10.0.0.1", BEHIND, "127.0.0.1"),
    ],
)
def test_what_a_client_says_of_its_address_does_not_count(peer, forwarded, settings, seen):
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    scope = {"type": "http", "headers": headers, "client": (peer, 1), "path": "/", "query_string": b""}
    assert address_of(ASGIConnection(scope), settings) == seen


class Clock:
    time_ns = 0

    def monotonic_ns(self):
        return self.time_ns


def test_requests_of_one_address_are_limited_and_come_back():
    clock = Clock()
    rates = AddressRates(clock, 60)
    assert [rates.wait_s("a") for _ in range(61)] == [0.0] * 60 + [1.0]
    assert rates.wait_s("b") == 0
    clock.time_ns = 10**9
    assert [rates.wait_s("a"), rates.wait_s("a")] == [0.0, 1.0]


def test_too_many_requests_are_a_problem_with_a_time():
    with client_of(requests_a_minute=2) as client:
        answers = [client.get("/api/v1/plugins") for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert code_of(answers[2]) == (429, "rate.limited")
        assert 1 <= int(answers[2].headers["retry-after"]) <= 60
        assert client.get("/health").status_code == 200


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"proxies": ["not a network"]}, "proxies"),
        ({"address": "trade.example"}, "scheme and a host"),
        ({"mail_server": "smtp.example.org", "home": None}, None),
    ],
)
def test_settings_that_are_wrong_are_named(given, words):
    if words is None:
        with pytest.raises(ConfigError, match=r"smtp\.example\.org"):
            client_of(**given)
        return
    with pytest.raises(ConfigError, match=words):
        load_settings(given=given)


@pytest.mark.parametrize(
    ("given", "base"),
    [
        ({}, "http://127.0.0.1:8765"),
        ({"host": "::1", "port": 80}, "http://[::1]:80"),
        ({"behind_tls": True, "allowed_hosts": ("trade.example",)}, "https://trade.example"),
        ({"address": "https://forex.example/"}, "https://forex.example"),
    ],
)
def test_links_lead_to_where_the_application_is_reached(given, base):
    assert AppSettings(**given).base == base


def test_over_tls_cookies_are_of_this_host_alone(tmp_path):
    with World(tmp_path, behind_tls=True, allowed_hosts=(HOST,)) as world:
        browser = world.browser()
        browser.headers = {"Origin": f"https://{HOST}"}
        answer = browser.post("/auth/login", {"email": "a@example.org", "password": "x"})
        assert code_of(answer) == (401, "sign-in.refused")
        browser.headers = {"Origin": f"http://{HOST}"}
        assert code_of(browser.post("/auth/login", {"email": "a@example.org", "password": "x"})) == (
            403,
            "origin.refused",
        )
