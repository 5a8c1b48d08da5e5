"""What the command line says to sessions: words are kept in the home, and their answers waited for."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from forexai_core.cli.failures import ExitCode
from forexai_core.cli.printing import note, print_json, say
from forexai_core.errors import ConfigError, did_you_mean
from forexai_core.live.session.folders import newest_run
from forexai_core.live.session.standing import standing_of
from forexai_core.ports.words import Said, Word, WordKind
from forexai_core.services.homes import default_home
from forexai_core.services.words import SqliteWords

__all__ = ["Person", "decide_intent", "rearm_limit", "release_halts"]

_POLL_S = 0.1
_UNHEARD = (
    "No session has answered: none runs on the account, or it cannot hear. What was said stands for a day, and is "
    "heard when a session begins there."
)


@attrs.frozen(kw_only=True)
class Person:
    """Who says something, to which account, and why.

    Attributes
    ----------
    account : str
        Of a session.
    by, reason : str or None
        Who, and why; None where nothing is to be changed.
    home : Path or None
        Of the sessions; None is the default one.
    wait_s : float
        How long an answer is waited for.
    """

    account: str
    by: str | None
    reason: str | None
    home: Path | None = None
    wait_s: float = 5.0

    def word(self, kind: WordKind, subject: str = "", verdict: str = "") -> Word:
        """Make a word of it.

        Raises
        ------
        ConfigError
            If it changes something, and nobody is named.
        """
        changes = kind is not WordKind.SHOW
        if changes and not (self.by and self.reason):
            raise ConfigError("That is written down with who does it and why: give --by with your name, and --reason.")
        return Word(
            kind=kind,
            account=self.account,
            subject=subject,
            verdict=verdict,
            by=self.by or "the command line",
            reason=self.reason or "to look",
            time_ns=time.time_ns(),
        )

    async def ask(self, words: Sequence[Word]) -> list[Said]:
        """Say words, and give what came of them; those that nobody answers in time are without an answer."""
        store = SqliteWords.of_home(self.home or default_home())
        with contextlib.closing(store):
            said = [await store.say(word) for word in words]
            end_s = time.monotonic() + self.wait_s
            while not all(each.answered_ns for each in said) and time.monotonic() < end_s:
                await asyncio.sleep(_POLL_S)
                said = [await store.get(each.number) for each in said]
            return said


async def _standing(person: Person, journal: Path | None) -> Mapping[str, Any]:
    """Ask the session how its account stands; where none answers, read what its journal says."""
    (shown,) = await person.ask([person.word(WordKind.SHOW)])
    if shown.done:
        found: Mapping[str, Any] = json.loads(shown.answer)
        return found
    if journal is None:
        raise ConfigError(
            f"No session answers for account '{person.account}'. If none runs, give --journal with its folder: what is "
            "written there is shown."
        )
    return await standing_of(newest_run(journal), person.account)


def _show(account: str, standing: Mapping[str, Any]) -> None:
    for title, name in (("Halted", "halts"), ("Unknown orders", "unknown"), ("Broken limits", "broken")):
        found: Mapping[str, str] = standing[name]
        say(f"{title} of {account}: {'none' if not found else ''}".rstrip())
        for key, text in found.items():
            say(f"  {key}: {text}")
    if not standing["seen"]:
        note("What the venue has now is not known here: no session has seen it just now.")
        return
    for title, name in (("Positions", "positions"), ("Working orders", "orders")):
        say(f"{title} at the venue: {'none' if not standing[name] else ''}".rstrip())
        for line in standing[name]:
            say(f"  {line}")


def _end(said: Sequence[Said], standing: Mapping[str, Any] | None, *, as_json: bool) -> int:
    if as_json:
        answers = [
            {"subject": each.word.subject, "answered": bool(each.answered_ns), "done": each.done, "answer": each.answer}
            for each in said
        ]
        print_json({"standing": standing, "answers": answers})
    for each in () if as_json else said:
        if each.answered_ns:
            say(f"{each.word.subject}: {'done' if each.done else 'REFUSED'}. {each.answer}")
        else:
            note(f"{each.word.subject}: {_UNHEARD}")
    return ExitCode.DONE if all(each.done for each in said) else ExitCode.FOUND


def release_halts(person: Person, halts: Sequence[str], journal: Path | None, *, as_json: bool) -> int:
    """Show why an account is halted, and release it where a person is named; give the exit code."""
    standing = asyncio.run(_standing(person, journal))
    if not as_json:
        _show(person.account, standing)
    unknown = next((name for name in halts if name not in standing["halts"]), None)
    if unknown is not None:
        raise ConfigError(f"Nothing is halted as '{unknown}'. {did_you_mean(unknown, standing['halts'])}")
    if not (person.by or person.reason or halts):
        return _end((), standing, as_json=as_json)
    words = [person.word(WordKind.RELEASE, name) for name in halts or standing["halts"]]
    return _end(asyncio.run(person.ask(words)), standing, as_json=as_json)


def decide_intent(
    person: Person, intent: str | None, journal: Path | None, *, executed: bool | None, as_json: bool
) -> int:
    """Show the orders that are unknown, and decide on one where a person says so; give the exit code."""
    standing = asyncio.run(_standing(person, journal))
    if not as_json:
        _show(person.account, standing)
    if intent is None or executed is None:
        if intent is not None or executed is not None or person.by:
            raise ConfigError("Name the intent, and say --executed or --not-executed, as the venue shows it.")
        return _end((), standing, as_json=as_json)
    if intent not in standing["unknown"]:
        raise ConfigError(f"Intent '{intent}' is not unknown. {did_you_mean(intent, standing['unknown'])}")
    word = person.word(WordKind.DECIDE, intent, "filled" if executed else "absent")
    return _end(asyncio.run(person.ask([word])), standing, as_json=as_json)


def rearm_limit(person: Person, limit: str, *, as_json: bool) -> int:
    """Arm a broken limit of an account again; give the exit code."""
    return _end(asyncio.run(person.ask([person.word(WordKind.REARM, limit)])), None, as_json=as_json)
