"""The platform as it is installed: every plugin in it, served over a real socket."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from importlib.metadata import version

import pytest
from assembled import HOST
from litestar.testing import TestClient

from forexai_core.services import embedded_services
from reference_app.asgi import app_from_environment, create_app
from reference_app.http.headers import SECURITY_HEADERS
from reference_app.settings import AppSettings


@pytest.fixture(scope="module")
def client():
    with TestClient(create_app(AppSettings(allowed_hosts=(HOST,)))) as made:
        yield made


def test_health_tells_of_every_plugin(client):
    first, second = client.get("/health").json(), client.get("/health").json()
    assert (first["status"], first["version"], first["plugins"]) == ("ok", version("forexai-app"), 6)
    assert second["uptime_s"] >= first["uptime_s"] > 0


def test_the_list_holds_what_each_plugin_is_there_for(client):
    items = client.get("/api/v1/plugins").json()["items"]
    offered = {(each["kind"], each["name"]): each["distribution"] for each in items}
    assert {
        ("data", "mt5-exports"): "forexai-mt5",
        ("model", "lightgbm"): "forexai-ml",
        ("strategy", "ml-direction"): "forexai-ml",
        ("advisor", "plain-text"): "forexai-llm",
        ("billing", "plan-meter"): "forexai-saas",
        ("app", "billing"): "forexai-saas",
        ("cli", "serve"): "forexai-app",
        ("strategy", "sma-cross"): "forexai-core",
    }.items() <= offered.items()
    assert client.get("/api/v1/plugins?kind=advisor").json()["items"][0]["name"] == "plain-text"


def test_a_kind_that_does_not_exist_is_helped_with(client):
    answer = client.get("/api/v1/plugins?kind=modle")
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:forexai:plugin-missing")
    assert "Did you mean 'model'?" in answer.json()["detail"]


def test_the_routes_of_the_platform_library_are_mounted(client):
    plans = client.get("/api/v1/billing/plans").json()
    assert [plan["name"] for plan in plans] == ["free", "pro", "premium", "enterprise"]


def test_the_description_covers_routes_of_the_application_and_of_plugins(client):
    described = client.get("/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    assert {"/health", "/api/v1/plugins", "/api/v1/billing/plans", "/api/v1/auth/login"} <= set(described["paths"])
    assert "PluginList" in json.dumps(described["components"])


@pytest.mark.parametrize(
    "path", ["/health", "/", "/api/v1/plugins", "/nothing", "/-/openapi", "/-/openapi/openapi.json"]
)
def test_every_answer_carries_the_security_headers(client, path):
    answer = client.get(path)
    assert {name: answer.headers[name] for name in SECURITY_HEADERS} == SECURITY_HEADERS


@pytest.mark.parametrize("path", ["/-/openapi", "/-/openapi/openapi.json"])
def test_the_frameworks_own_pages_stay_closed(client, path):
    assert client.get(path).status_code == 401


def test_the_environment_alone_makes_an_application(monkeypatch, tmp_path):
    monkeypatch.setenv("FOREXAI_APP_HOME", str(tmp_path))
    monkeypatch.setenv("FOREXAI_APP_ALLOWED_HOSTS", HOST)
    monkeypatch.setenv("FOREXAI_APP_DISABLED_PLUGINS", "ml,saas")
    with TestClient(app_from_environment()) as client:
        assert client.get("/health").json()["plugins"] == 4
        assert client.get("/api/v1/billing/plans").status_code == 404


def run_forexai(*arguments, **options):
    program = "import sys; from forexai_core.cli import main; sys.exit(main(sys.argv[1:]))"
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


def test_forexai_serve_answers_on_a_free_port_until_it_is_stopped(tmp_path):
    server = run_forexai("serve", "--port", "0", "--home", str(tmp_path))
    timer = threading.Timer(600, server.kill)
    timer.start()
    try:
        address = re.search(r"http://127\.0\.0\.1:\d+/", server.stdout.readline())[0]
        with urllib.request.urlopen(f"{address}health", timeout=600) as answer:
            assert json.load(answer)["status"] == "ok"
            assert "server" not in answer.headers
    finally:
        server.terminate()
        _, errors = server.communicate(timeout=600)
        timer.cancel()
    assert "Traceback" not in errors
    with embedded_services(tmp_path):  # its state was let go of
        pass


def test_a_demonstration_signs_in_by_its_link_and_a_second_one_uses_the_first(tmp_path):
    server = run_forexai("serve", "--demo", "--home", str(tmp_path))
    timer = threading.Timer(600, server.kill)
    timer.start()
    try:
        first = re.search(r"(http://127\.0\.0\.1:\d+)/#/login\?token=(\S+)", server.stdout.readline())
        again = run_forexai("serve", "--demo", "--home", str(tmp_path))
        told, _ = again.communicate(timeout=600)
        assert again.returncode == 0
        second = re.search(r"(http://127\.0\.0\.1:\d+)/#/login\?token=(\S+)", told)
        assert first[1] == second[1]
        for link, status in ((first, 200), (second, 200), (first, 410)):
            assert taken_up(link[1], link[2]) == status
        plain = run_forexai("serve", "--port", "0", "--home", str(tmp_path))
        _, errors = plain.communicate(timeout=600)
        assert plain.returncode == 2
        assert f"already at {first[1]}" in " ".join(errors.split())
    finally:
        server.terminate()
        server.communicate(timeout=600)
        timer.cancel()


def taken_up(address, token):
    """Take a link up as a page does; give the status."""
    request = urllib.request.Request(
        f"{address}/api/v1/auth/login-link",
        data=json.dumps({"token": token}).encode(),
        headers={"Content-Type": "application/json", "Origin": address},
    )
    try:
        with urllib.request.urlopen(request, timeout=600) as answer:
            return answer.status
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--demo", "--behind-tls"], "this computer alone"),
        (["--host", "0.0.0.0"], "speaks TLS"),
        (["--host", "nowhere.invalid", "--behind-tls"], "allowed_hosts"),
        (["--port", "99999"], "port"),
        (["--config", "missing.toml"], "missing.toml"),
    ],
)
def test_forexai_serve_refuses_what_is_not_right_as_wrong_use(arguments, words, tmp_path):
    server = run_forexai("serve", *arguments, "--home", str(tmp_path))
    output, errors = server.communicate(timeout=600)
    assert server.returncode == 2
    assert words in " ".join(errors.split())
    assert "Traceback" not in errors
    assert output == ""


def test_a_port_that_is_taken_is_said(tmp_path):

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        server = run_forexai("serve", "--port", str(port), "--home", str(tmp_path))
        _, errors = server.communicate(timeout=600)
    assert server.returncode == 2
    assert f"127.0.0.1:{port} cannot be listened on" in " ".join(errors.split())
