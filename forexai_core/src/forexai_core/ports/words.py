"""What persons say to an account's session: which halts to release, which limits to arm, what became of an order."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol, runtime_checkable

import attrs

from forexai_core.errors import ConfigError
from forexai_core.ports.names import check_name

__all__ = ["Said", "Word", "WordKind", "Words"]

_LONGEST = 500


class WordKind(StrEnum):
    """What a person asks for."""

    SHOW = "show"
    """How the account stands: what is halted, unknown and broken, and what its venue has. Changes nothing."""
    RELEASE = "release"
    """To allow openings again after a halt that only a person takes back; the subject is the halt's name."""
    DECIDE = "decide"
    """What became of an order that is unknown; the subject is the intent, the verdict what it came to."""
    REARM = "rearm"
    """To arm a broken limit again; the subject is the limit's name."""


def _said(instance: object, attribute: attrs.Attribute[str], value: str) -> None:
    if not value.strip() or len(value) > _LONGEST or not value.isprintable():
        raise ConfigError(
            f"{type(instance).__name__}: {attribute.name} is 1 to {_LONGEST} printable characters, not {value!r}."
        )


def _account(_: object, __: attrs.Attribute[str], value: str) -> None:
    check_name("account", value)


@attrs.frozen(kw_only=True)
class Word:
    """What a person says to an account's session.

    Attributes
    ----------
    kind : WordKind
        What is asked for.
    account : str
        Of which account.
    subject : str
        The halt, the intent or the limit; empty where nothing is changed.
    verdict : str
        Of ``decide``: ``filled`` or ``absent``.
    by, reason : str
        Who says it, and why.
    time_ns : int
        When, nanoseconds UTC.
    """

    kind: WordKind = attrs.field(converter=WordKind)
    account: str = attrs.field(validator=_account)
    subject: str = ""
    verdict: str = ""
    by: str = attrs.field(validator=_said)
    reason: str = attrs.field(validator=_said)
    time_ns: int

    def __attrs_post_init__(self) -> None:
        if (self.kind is WordKind.SHOW) != (self.subject == ""):
            raise ConfigError(
                f"Word: '{self.kind}' " + ("names nothing." if self.subject else "names what is meant: give a subject.")
            )
        if (self.kind is WordKind.DECIDE) != (self.verdict in {"filled", "absent"}):
            raise ConfigError(
                f"Word: the verdict '{self.verdict}' does not fit '{self.kind}'. A decision says filled or absent, and "
                "nothing else has a verdict."
            )


@attrs.frozen(kw_only=True)
class Said:
    """A word as it is kept, with the session's answer.

    Attributes
    ----------
    number : int
        Of the word; a later one has the larger number.
    word : Word
        What was said.
    answered_ns : int
        When the session answered, nanoseconds UTC; 0: not yet.
    done : bool
        Whether it did what was asked for.
    answer : str
        What it did, or why not; of ``show`` what it shows, as JSON.
    """

    number: int
    word: Word
    answered_ns: int = 0
    done: bool = False
    answer: str = ""


@runtime_checkable
class Words(Protocol):
    """Where words are kept, for every process that trades; each is durable on return, and none is ever deleted."""

    async def say(self, word: Word) -> Said:
        """Keep a word until the session of its account answers it."""
        ...

    async def waiting(self, account: str) -> Sequence[Said]:
        """Give an account's words that are not answered, oldest first."""
        ...

    async def answer(self, number: int, *, done: bool, answer: str, time_ns: int) -> Said:
        """Keep the answer to a word; the first one stands.

        Raises
        ------
        NotFoundError
            If there is no such word.
        """
        ...

    async def get(self, number: int) -> Said:
        """Give a word, with its answer where there is one.

        Raises
        ------
        NotFoundError
            If there is no such word.
        """
        ...

    async def history(self, account: str) -> Sequence[Said]:
        """Give every word to an account ever, oldest first."""
        ...
