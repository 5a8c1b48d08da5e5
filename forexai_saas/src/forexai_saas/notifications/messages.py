"""Messages: codes, and their words in every language that ships."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, final

import attrs
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from forexai_core.errors import ConfigError, did_you_mean

__all__ = ["LANGUAGES", "Messages", "Words", "messages", "read_messages"]

LANGUAGES = ("en", "id")
"""Languages that ship; the first stands in for any other."""

_PLACE = re.compile(r"\{([a-z_]+)\}")


class _Written(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    title: str = Field(min_length=1, max_length=120, pattern=r"^[^\r\n]+$")
    text: str = Field(min_length=1)


@attrs.frozen(kw_only=True)
class Words:
    """What is told.

    Attributes
    ----------
    title : str
        One line: a subject.
    text : str
        The rest.
    """

    title: str
    text: str


@final
class Messages:
    """Words by language and code; every language has the same codes, and the same places in each.

    Parameters
    ----------
    words : mapping
        By language, then by code.
    """

    def __init__(self, words: Mapping[str, Mapping[str, Words]]) -> None:
        self._words = words
        first = words[LANGUAGES[0]]
        for language, own in words.items():
            if set(own) != set(first):
                raise ConfigError(f"The messages in '{language}' lack or add {sorted(set(own) ^ set(first))}.")
            for code, said in own.items():
                if _places(said) != _places(first[code]):
                    raise ConfigError(f"The message '{code}' in '{language}' has places that English has not.")

    @property
    def codes(self) -> tuple[str, ...]:
        """Every code."""
        return tuple(self._words[LANGUAGES[0]])

    def places(self, code: str) -> frozenset[str]:
        """Name the values that a message needs."""
        return _places(self._find(code, LANGUAGES[0]))

    def say(self, code: str, language: str, values: Mapping[str, str]) -> Words:
        """Put values into the words of a code; in English where a language does not ship.

        Raises
        ------
        ConfigError
            If there is no such code, or a value is missing.
        """
        said = self._find(code, language.split("-", maxsplit=1)[0].casefold())
        missing = sorted(_places(said) - set(values))
        if missing:
            raise ConfigError(f"The message '{code}' lacks {', '.join(missing)}.")
        # Values are put in once and are never looked at for places themselves. A title stays one line.
        title = _PLACE.sub(lambda place: " ".join(str(values[place[1]]).split()), said.title)
        return Words(title=title, text=_PLACE.sub(lambda place: str(values[place[1]]), said.text))

    def _find(self, code: str, language: str) -> Words:
        own = self._words.get(language, self._words[LANGUAGES[0]])
        if code not in own:
            raise ConfigError(f"There is no message '{code}'. {did_you_mean(code, own)}")
        return own[code]


@cache
def messages() -> Messages:
    """Give the messages that ship."""
    folder = files("forexai_saas") / "notifications" / "texts"
    return read_messages({language: (folder / f"{language}.toml").read_text("utf-8") for language in LANGUAGES})


def read_messages(texts: Mapping[str, str]) -> Messages:
    """Read messages from TOML, a text a language.

    Raises
    ------
    ConfigError
        If one is no such text, or languages differ in codes or places.
    """
    return Messages({language: _read(language, text) for language, text in texts.items()})


def _read(language: str, text: str) -> dict[str, Words]:
    try:
        raw: dict[str, Any] = tomllib.loads(text)
        kept = {code: _Written.model_validate(each) for code, each in raw.items()}
    except (tomllib.TOMLDecodeError, ValidationError) as problem:
        raise ConfigError(f"The messages in '{language}' are not sound: {problem}.") from problem
    return {code: Words(title=each.title, text=each.text.strip()) for code, each in kept.items()}


def _places(said: Words) -> frozenset[str]:
    return frozenset(_PLACE.findall(said.title)) | frozenset(_PLACE.findall(said.text))
