"""What is said, by language: sentences and words from ``texts``, one file a language."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Any

import attrs

__all__ = ["LANGUAGES", "TopicTexts", "Wording", "asks_for", "blanks", "wording"]

LANGUAGES = frozenset({"en", "id"})
"""Languages that are spoken."""


@attrs.frozen(kw_only=True)
class TopicTexts:
    """What is said about one topic.

    Attributes
    ----------
    title : str
        For lists of what can be asked.
    words : tuple of str
        Regular expressions of the words that ask for it.
    sentences : tuple of str
        With names of facts in braces, in the order in which they are said.
    """

    title: str
    words: tuple[str, ...]
    sentences: tuple[str, ...]


@attrs.frozen(kw_only=True)
class Wording:
    """Everything that is said in one language.

    Attributes
    ----------
    topics : mapping of str to TopicTexts
        By name.
    findings, phrases, words : mapping of str to str
        Sentences about what stands out; sentences without figures; translations of words that facts hold.
    patterns : mapping of str to tuple of str
        Regular expressions of questions that are answered in a way of their own.
    """

    topics: Mapping[str, TopicTexts]
    findings: Mapping[str, str]
    phrases: Mapping[str, str]
    words: Mapping[str, str]
    patterns: Mapping[str, tuple[str, ...]]


@cache
def wording(language: str) -> Wording:
    """Read the texts of a language; one of :data:`LANGUAGES`."""
    read: dict[str, Any] = tomllib.loads((files("forexai_llm") / "texts" / f"{language}.toml").read_text("utf-8"))
    topics = {
        name: TopicTexts(title=each["title"], words=tuple(each["words"]), sentences=tuple(each["sentences"]))
        for name, each in read.pop("topics").items()
    }
    patterns = {name: tuple(words) for name, words in read.pop("patterns").items()}
    return Wording(topics=topics, patterns=patterns, **read)


@cache
def _expression(kind: str, name: str) -> re.Pattern[str]:
    """Put the words of all languages together: people ask in one and read in another."""
    words: list[str] = []
    for language in sorted(LANGUAGES):
        texts = wording(language)
        words += texts.patterns[name] if kind == "pattern" else texts.topics[name].words
    return re.compile(rf"\b(?:{'|'.join(words)})\b", re.IGNORECASE)


def asks_for(text: str, *, topic: str = "", pattern: str = "") -> int | None:
    """Give where a text asks for a topic, or fits a pattern; None where it does not."""
    expression = _expression("topic", topic) if topic else _expression("pattern", pattern)
    found = expression.search(text)
    return None if found is None else found.start()


@cache
def blanks(sentence: str) -> tuple[str, ...]:
    """Name the facts in a sentence."""
    return tuple(field for _, field, _, _ in Formatter().parse(sentence) if field)
