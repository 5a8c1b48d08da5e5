"""``forexai release``, ``decide`` and ``kill --rearm --limit``: what a person sees, says, and hears back."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
import time

import pytest

from forexai_core.ports.words import WordKind
from forexai_core.services.words import SqliteWords

STANDING = {
    "halts": {"venue:halted": "The venue refuses orders: off", "person:main-1": "Intent main-1: It is still unclear."},
    "unknown": {"main-1": "market order of cross, opens: +0.1 lots of EURUSD"},
    "broken": {},
    "seen": True,
    "positions": ["7: +0.1 EURUSD at 1.1"],
    "orders": [],
}
WHO = ("--by", "Ada", "--reason", "reviewed")


class Answering:
    """A session on account 'main' that shows how it stands, and does what is said but for one subject."""

    def __init__(self, home, refuses=()):
        self._home, self._refuses, self._ends = home, refuses, threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._answer()))
        self.heard = []

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ends.set()
        self._thread.join()

    async def _answer(self):
        words = SqliteWords.of_home(self._home)
        with contextlib.closing(words):
            while not self._ends.is_set():
                for said in await words.waiting("main"):
                    word, shows = said.word, said.word.kind is WordKind.SHOW
                    done = word.subject not in self._refuses
                    text = json.dumps(STANDING) if shows else ("Done." if done else "Its cause persists.")
                    await words.answer(said.number, done=done, answer=text, time_ns=time.time_ns())
                    if not shows:
                        self.heard.append((str(word.kind), word.subject, word.verdict, word.by, word.reason))
                await asyncio.sleep(0.02)


def test_release_shows_first_and_changes_nothing_without_a_name(forexai, tmp_path):
    with Answering(tmp_path) as session:
        ended = forexai("release", "main", "--home", tmp_path)
        refused = forexai("release", "main", "--home", tmp_path, "--by", "Ada")
        other = forexai("release", "main", "--home", tmp_path, "--halt", "venue:halt", *WHO)
    assert ended.code == 0
    assert "venue:halted: The venue refuses orders: off" in ended.out
    assert "7: +0.1 EURUSD at 1.1" in ended.out
    assert (refused.code, other.code) == (2, 2)
    assert "--reason" in refused.err
    assert "venue:halted" in other.err  # did you mean
    assert session.heard == []


def test_release_says_each_halt_and_tells_what_was_refused(forexai, tmp_path):
    with Answering(tmp_path, refuses={"person:main-1"}) as session:
        ended = forexai("release", "main", "--home", tmp_path, *WHO)
        one = forexai("release", "main", "--home", tmp_path, "--halt", "venue:halted", *WHO, "--json")
    assert ended.code == 1
    assert "venue:halted: done" in ended.out
    assert "person:main-1: REFUSED. Its cause persists." in ended.out
    assert one.code == 0
    assert one.json["answers"] == [{"subject": "venue:halted", "answered": True, "done": True, "answer": "Done."}]
    assert one.json["standing"] == STANDING
    assert [each[:2] for each in session.heard] == [
        ("release", "venue:halted"),
        ("release", "person:main-1"),
        ("release", "venue:halted"),
    ]
    assert {each[3:] for each in session.heard} == {("Ada", "reviewed")}


def test_decide_names_an_unknown_order_and_what_became_of_it(forexai, tmp_path):
    with Answering(tmp_path) as session:
        shown = forexai("decide", "main", "--home", tmp_path)
        wrong = [
            forexai("decide", "main", *given, "--home", tmp_path)
            for given in (("main-1", *WHO), ("main-1", "--executed"), ("main-2", "--executed", *WHO), WHO)
        ]
        done = forexai("decide", "main", "main-1", "--not-executed", "--home", tmp_path, *WHO)
    assert shown.code == done.code == 0
    assert "main-1: market order of cross" in shown.out
    assert [each.code for each in wrong] == [2, 2, 2, 2]
    assert session.heard == [("decide", "main-1", "absent", "Ada", "reviewed")]


def test_kill_rearms_a_limit_by_its_accounts_session(forexai, tmp_path):
    given = ("kill", "--home", tmp_path, "--scope", "account:main", "--rearm", "--limit", "daily-loss")
    with Answering(tmp_path) as session:
        assert forexai(*given).code == 2
        assert forexai("kill", "--home", tmp_path, "--rearm", "--limit", "daily-loss", *WHO).code == 2
        assert forexai(*given[:5], "--limit", "daily-loss", *WHO).code == 2
        assert forexai(*given, *WHO).code == 0
    assert session.heard == [("rearm", "daily-loss", "", "Ada", "reviewed")]


@pytest.mark.parametrize("command", ["release", "decide"])
def test_where_no_session_answers_that_is_said(forexai, tmp_path, command):
    ended = forexai(command, "main", "--home", tmp_path, "--wait", "0")
    assert ended.code == 2
    assert "--journal" in ended.err


def test_what_nobody_hears_yet_waits_and_is_said_to(forexai, tmp_path):
    from_home = ("kill", "--home", tmp_path, "--scope", "account:main", "--rearm", "--limit", "daily-loss", *WHO)
    ended = forexai(*from_home)
    assert ended.code == 1
    assert "heard when a session begins" in ended.err
    with contextlib.closing(SqliteWords.of_home(tmp_path)) as words:
        (said,) = asyncio.run(words.waiting("main"))
    assert (said.word.kind, said.word.subject) == (WordKind.REARM, "daily-loss")
