"""The built page: served where it is, spoken of where it is not."""

from __future__ import annotations

import pytest
from assembled import client_of

from reference_app.settings import AppSettings
from reference_app.web_page import find_page


@pytest.fixture
def page(tmp_path):
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>built</title>")
    (folder / "assets" / "index-1.js").write_text("export {};")
    (tmp_path / "secret.txt").write_text("hunter2")
    return folder


def test_a_built_page_is_served_beside_the_api(page):
    with client_of(page=page) as client:
        home, script = client.get("/"), client.get("/assets/index-1.js")
        assert (home.status_code, home.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert "built" in home.text
        assert script.headers["content-type"].startswith("text/javascript")
        assert (home.headers["cache-control"], script.headers["cache-control"]) == (
            "no-cache",
            "public, max-age=31536000, immutable",
        )
        assert client.get("/api/v1/plugins").headers["cache-control"] == "no-store"
        assert "default-src 'self'" in home.headers["content-security-policy"]
        assert client.get("/health").json()["status"] == "ok"
        assert client.get("/api/v1/plugins").status_code == 200
        assert client.get("/openapi.json").json()["info"]["title"] == "ForexAI"


@pytest.mark.parametrize(
    "path", ["/../secret.txt", "/%2e%2e/secret.txt", "/assets/..%2f..%2fsecret.txt", "/secret.txt"]
)
def test_nothing_beside_the_page_is_served(page, path):
    with client_of(page=page) as client:
        answer = client.get(path)
    assert answer.status_code == 404
    assert "hunter2" not in answer.text


def test_without_a_page_the_server_says_so(tmp_path):
    with client_of(page=tmp_path) as client:
        answer = client.get("/")
        assert answer.headers["content-type"].startswith("text/html")
        assert "has not been built" in answer.text


def test_only_a_folder_with_a_page_in_it_counts(page, tmp_path):
    assert find_page(AppSettings(page=page)) == page
    assert find_page(AppSettings(page=tmp_path)) is None
