"""Manifests of versions: what is believed, and everything that is not."""

from __future__ import annotations

import base64
import itertools
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from update_manifests import FILE, NOW, OTHER, PINNED, payload, signed

from forexai_core.errors import BrokerUnreachableError, ConfigError
from forexai_mt5.desktop.update_check import SEEN_FILE, UpdateCheck, fetch
from forexai_mt5.desktop.updates import Seen, UpdateRefusedError, Version, check, release_keys


def asked(content, *, running="0.1.0", now=NOW, seen=None, keys=PINNED):
    return check(content, keys=keys, running=running, now=now, seen=seen)


def refused(content, **more):
    with pytest.raises(UpdateRefusedError) as caught:
        asked(content, **more)
    return caught.value.reason


def test_a_newer_version_is_told():
    manifest = asked(signed())
    assert (manifest.version, manifest.notes) == ("0.2.0", "https://example.org/0.2.0")
    assert manifest.files[0].sha256 == "ab" * 32
    assert asked(signed(), keys=(OTHER.public_key().public_bytes_raw(), *PINNED)) == manifest


def test_the_version_that_runs_is_the_newest():
    assert asked(signed(), running="0.2.0") is None


@pytest.mark.parametrize(
    "content",
    [
        signed(key=OTHER),
        signed(over=lambda plain: plain),  # a signature over something else than an update
        payload(),
        b"",
        b"[]",
        json.dumps({"manifest": base64.b64encode(payload()).decode(), "signature": ""}).encode(),
        json.dumps({"manifest": "no base64!", "signature": "AAAA"}).encode(),
    ],
)
def test_what_is_not_signed_by_the_pinned_key_is_refused(content):
    assert refused(content) == "unsigned"


def test_a_program_without_a_key_believes_nobody():
    assert refused(signed(), keys=()) == "unsigned"
    assert release_keys() == ()  # as it is passed on here


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_a_changed_byte_is_seen(place, change):
    content = json.loads(signed())
    raw = bytearray(base64.b64decode(content["manifest"]))
    raw[place % len(raw)] ^= change
    changed = {**content, "manifest": base64.b64encode(bytes(raw)).decode()}
    assert refused(json.dumps(changed).encode()) == "unsigned"


def test_what_is_expired_or_of_the_future_is_refused():
    assert refused(signed(), now=datetime(2026, 12, 20, tzinfo=UTC)) == "expired"
    assert asked(signed(), now=datetime(2026, 12, 20, tzinfo=UTC) - timedelta(seconds=1)).version == "0.2.0"
    assert refused(signed(), now=datetime(2026, 11, 18, 23, tzinfo=UTC)) == "future"
    assert asked(signed(), now=datetime(2026, 11, 19, tzinfo=UTC)).version == "0.2.0"


def test_what_is_older_is_refused():
    assert refused(signed(), running="0.2.1") == "older"
    issued = datetime(2026, 11, 20, tzinfo=UTC)
    assert refused(signed(), seen=Seen("0.3.0", issued)) == "older"
    assert refused(signed(), seen=Seen("0.2.0", issued + timedelta(seconds=1))) == "older"
    assert asked(signed(), seen=Seen("0.2.0", issued)).version == "0.2.0"


@pytest.mark.parametrize(
    "changes",
    [
        {"product": "another"},
        {"version": "1.2"},
        {"version": "01.2.3"},
        {"notes": "http://example.org"},
        {"notes": "https://example.org/ x"},
        {"files": [{**FILE, "address": "file:///c"}]},
        {"files": [{**FILE, "sha256": "AB" * 32}]},
        {"issued": "2026-11-20T00:00:00"},
        {"more": 1},
    ],
)
def test_what_is_signed_and_no_manifest_is_refused(changes):
    assert refused(signed(**changes)) == "malformed"


def test_what_is_too_large_or_no_json_is_refused():
    assert refused(b" " * 70_000) == "malformed"
    assert refused(signed(b"{")) == "malformed"


# From section 11 of Semantic Versioning 2.0.0, and the release after.
ORDER = [
    "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1",
    "1.0.0", "1.0.1", "1.2.0", "1.10.0", "2.0.0",
]  # fmt: skip


def test_versions_are_ordered_as_the_standard_says():
    for one, other in itertools.combinations(ORDER, 2):
        assert Version.of(one) < Version.of(other)
        assert Version.of(other) > Version.of(one)
    assert Version.of("1.0.0+a") == Version.of("1.0.0+b")
    assert hash(Version.of("1.0.0+a")) == hash(Version.of("1.0.0"))
    assert Version.of("1.0.0") != "1.0.0"


@pytest.mark.parametrize(
    "text",
    ["", "1", "1.0", "v1.0.0", "1.0.0-", "1.0.0-01", "1.0.0+", "1.0.0 ", "1.0.0\n", "\N{ARABIC-INDIC DIGIT ONE}.0.0"],
)
def test_what_is_no_version_is_refused(text):
    with pytest.raises(UpdateRefusedError):
        Version.of(text)


def test_what_was_believed_is_remembered(tmp_path):
    contents = [signed(version="0.3.0", issued="2026-11-21T00:00:00Z"), signed()]
    ask = UpdateCheck(tmp_path, "0.1.0", fetch=lambda _: contents.pop(0), keys=lambda: PINNED, now=lambda: NOW)
    assert ask.ask("https://example.org/m").version == "0.3.0"
    with pytest.raises(UpdateRefusedError) as caught:
        ask.ask("https://example.org/m")
    assert caught.value.reason == "older"
    contents.append(signed(version="0.3.0", issued="2026-11-21T00:00:00Z"))
    (tmp_path / SEEN_FILE).write_text("{}", encoding="utf-8")
    with pytest.raises(UpdateRefusedError, match="damaged"):
        ask.ask("https://example.org/m")


@pytest.mark.parametrize("address", ["http://example.org/m", "ftp://x", "file:///m", "https://me@example.org/m", "m"])
def test_only_https_is_asked(address):
    with pytest.raises(ConfigError, match="https"):
        fetch(address)


def test_who_does_not_answer_is_named():
    with pytest.raises(BrokerUnreachableError, match=r"127\.0\.0\.1 does not answer"):
        fetch("https://127.0.0.1:9/m", timeout_s=5)
