"""Links of `forexai serve --demo`: good once, for ten minutes, and only where they are meant to be."""

from __future__ import annotations

import os
import stat
import time

import pytest
from world import World, code_of

from forexai_core.errors import ConfigError
from reference_app.features.login_links.links import LIFE_S, make_login_link, take_login_link
from reference_app.home_lock import HomeInUseError, HomeLock
from reference_app.settings import load_settings

REFUSED = (410, "login-link.refused")


def test_a_link_signs_the_demonstrations_person_in_once(tmp_path):
    with World(tmp_path, demo=True) as world:
        for _ in range(2):
            token = make_login_link(tmp_path, now_ns=time.time_ns())
            browser, late = world.browser(), world.browser()
            assert browser.post("/auth/login-link", {"token": token}).json()["second_factor"] == "done"
            assert code_of(late.post("/auth/login-link", {"token": token})) == REFUSED
            assert browser.get("/users/me").json()["name"] == "Demonstration"
            assert [each["role"] for each in browser.get("/tenants").json()["items"]] == ["owner"]
        assert code_of(browser.post("/auth/login-link", {"token": "../master.json"})) == REFUSED
        assert code_of(world.browser().sign_in("", "demo@forexai.localhost")) == (401, "sign-in.refused")
        evil = {"Origin": "https://evil.example"}
        token = make_login_link(tmp_path, now_ns=time.time_ns())
        assert code_of(browser.post("/auth/login-link", {"token": token}, headers=evil)) == (403, "origin.refused")


def test_without_the_demonstration_no_link_is_good(tmp_path):
    with World(tmp_path) as world:
        token = make_login_link(tmp_path, now_ns=time.time_ns())
        assert code_of(world.browser().post("/auth/login-link", {"token": token})) == REFUSED
    with pytest.raises(ConfigError, match="this computer alone"):
        load_settings(given={"demo": True, "behind_tls": True, "allowed_hosts": ["trade.example"]})


def test_a_link_is_for_its_owner_and_grows_old(tmp_path):
    begun_ns = 1_773_144_000 * 10**9
    old = make_login_link(tmp_path, now_ns=begun_ns)
    (file,) = (tmp_path / "login-links").iterdir()
    assert old not in file.name
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not take_login_link(tmp_path, old, now_ns=begun_ns + LIFE_S * 10**9 + 1)
    assert not file.exists()
    early = make_login_link(tmp_path, now_ns=begun_ns)
    assert not take_login_link(tmp_path, early, now_ns=begun_ns - 1)
    left = make_login_link(tmp_path, now_ns=begun_ns)
    fresh = make_login_link(tmp_path, now_ns=begun_ns + LIFE_S * 10**9 + 1)
    assert len(list((tmp_path / "login-links").iterdir())) == 1
    assert not take_login_link(tmp_path, left, now_ns=begun_ns)
    assert take_login_link(tmp_path, fresh, now_ns=begun_ns + LIFE_S * 10**9 + 1)


def test_one_server_runs_on_a_home(tmp_path):
    with HomeLock(tmp_path) as held:
        with pytest.raises(HomeInUseError, match="already\\."), HomeLock(tmp_path):
            pass
        held.tell("http://127.0.0.1:1/")
        with pytest.raises(HomeInUseError, match=r"at http://127\.0\.0\.1:1/") as refused, HomeLock(tmp_path):
            pass
        assert refused.value.address == "http://127.0.0.1:1/"
    with HomeLock(tmp_path):
        pass
