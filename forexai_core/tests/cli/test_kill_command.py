"""``forexai kill`` halts, shows and lifts, for every session of a home."""

from __future__ import annotations

import asyncio

from forexai_core.services.halts import FileHalts


def board(home):
    return asyncio.run(FileHalts(home).read())


def test_kill_halts_everything_and_rearm_lifts_it_by_name(forexai, tmp_path):
    ended = forexai("kill", "--home", tmp_path, "--json")
    assert ended.code == 0
    assert ended.json["halts"][0]["scope"] == "platform"
    assert [halt.scope for halt in board(tmp_path).halts] == ["platform"]
    refused = forexai("kill", "--home", tmp_path, "--rearm")
    assert refused.code == 2
    assert "--by" in refused.err
    assert board(tmp_path).halts
    assert forexai("kill", "--home", tmp_path, "--rearm", "--by", "Ada", "--reason", "over").code == 0
    assert board(tmp_path).halts == ()
    shown = forexai("kill", "--home", tmp_path, "--history")
    assert shown.code == 0
    assert "lifted" in shown.out
    assert "Ada" in shown.out


def test_a_scope_names_what_is_stopped(forexai, tmp_path):
    ended = forexai(
        "kill", "--home", tmp_path, "--scope", "account:main", "--flatten", "--reason", "margin", "--by", "Ada"
    )
    assert ended.code == 0
    assert "main" in ended.out
    (halt,) = board(tmp_path).halts
    assert (halt.scope, halt.name, halt.flatten, halt.reason, halt.by) == ("account", "main", True, "margin", "Ada")
    listed = forexai("kill", "--home", tmp_path, "--list", "--json")
    assert [each["name"] for each in listed.json["halts"]] == ["main"]
    assert len(board(tmp_path).halts) == 1


def test_mistakes_change_nothing(forexai, tmp_path):
    for scope in ("acount:main", "account", "platform:x", "account:main ", "account: main", "tenant:a\nb"):
        assert forexai("kill", "--home", tmp_path, "--scope", scope).code == 2
    assert forexai("kill", "--home", tmp_path, "--rearm", "--by", "Ada", "--reason", "r").code != 0
    assert board(tmp_path).number == 0


def test_without_a_home_it_is_the_persons(forexai, tmp_path):
    assert forexai("kill").code == 0
    assert board(tmp_path / "home" / "forexai").halts
    assert forexai("kill", "--list").code == 0
