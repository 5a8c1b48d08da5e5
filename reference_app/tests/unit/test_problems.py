"""Errors as problem details: every error has its row, and nothing inside is shown."""

from __future__ import annotations

import inspect
import logging
import re
from importlib.resources import files
from pathlib import Path

import pytest
from assembled import client_of, parts_of, plugin_of, public

from forexai_core import errors
from reference_app.http.problems import ACCOUNT_STATUS, STATUS, problem_name, status_of

KINDS = [
    each
    for _, each in inspect.getmembers(errors, inspect.isclass)
    if issubclass(each, errors.ForexAIError) and each.__module__ == errors.__name__
]


def raised(kind, words="the words of the error"):
    extra = {
        errors.DataFormatError: {"file": "prices.csv", "line": 3},
        errors.OrderRefusedError: {"rule": "max-positions"},
    }
    return kind(words, **extra.get(kind, {}))


def test_every_error_of_the_core_has_its_row():
    assert set(STATUS) == set(KINDS)


def test_every_refusal_about_accounts_has_its_status():
    written = set()
    for package in ("forexai_saas", "reference_app"):
        for file in Path(str(files(package))).rglob("*.py"):
            written |= set(re.findall(r'AccountError\(\s*"([a-z.-]+)"', file.read_text("utf-8")))
    assert len(written) > 20
    assert written == set(ACCOUNT_STATUS)


def test_the_page_has_words_for_every_refusal_in_both_languages():
    words = (Path(__file__).parents[2] / "web" / "src" / "messages.ts").read_text("utf-8")
    english, indonesian = (
        re.findall(r'^  "code\.([a-z.-]+)": "(.+)",$', part, re.MULTILINE) for part in words.split("\nconst id")
    )
    assert set(dict(english)) == set(dict(indonesian)) == set(ACCOUNT_STATUS)
    same = [code for code, text in english if dict(indonesian)[code] == text]
    assert same == []


def test_an_error_that_is_derived_elsewhere_takes_the_nearest_row():
    class OwnError(errors.BrokerError):
        """Of a plugin."""

    assert status_of(OwnError("x")) == 502


def test_names_of_kinds():
    assert [problem_name(kind) for kind in (errors.ForexAIError, errors.QuotaExceededError, errors.ConfigError)] == [
        "forexai",
        "quota-exceeded",
        "config",
    ]
    assert len({problem_name(kind) for kind in KINDS}) == len(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_each_error_is_answered_as_a_problem(kind):
    async def fail() -> None:
        raise raised(kind)

    with client_of(plugin_of(parts_of(public("/signals/now", fail)))) as client:
        answer = client.get("/api/v1/signals/now")
    told = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.status_code == told["status"] == STATUS[kind]
    assert told["type"] == f"urn:forexai:{problem_name(kind)}"
    assert told["instance"] == "/api/v1/signals/now"
    assert ("the words of the error" in told["detail"]) == (answer.status_code != 500)


async def _surprise() -> None:
    message = "a secret: hunter2"
    raise RuntimeError(message)


def test_a_surprise_is_logged_and_its_words_stay_inside(caplog):
    with caplog.at_level(logging.ERROR), client_of(plugin_of(parts_of(public("/signals/now", _surprise)))) as client:
        client.app.debug = False
        answer = client.get("/api/v1/signals/now")
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert "hunter2" not in answer.text
    assert "hunter2" in caplog.text


def test_what_the_framework_refuses_is_a_problem_too():
    async def count(number: int) -> int:
        return number

    with client_of(
        plugin_of(parts_of(public("/signals/{number}", count), public("/signals/by/many", count)))
    ) as client:
        missing, method = client.get("/nothing/here"), client.post("/health")
        wrong, kind = client.get("/api/v1/signals/by/many?number=x"), client.get("/api/v1/signals/x")
    for answer, status in ((missing, 404), (method, 405), (wrong, 400), (kind, 404)):
        assert (answer.status_code, answer.json()["status"]) == (status, status)
        assert answer.headers["content-type"] == "application/problem+json"
    assert "number" in wrong.json()["detail"]
    assert "GET" in method.headers["allow"]
