"""The advisor that needs no provider: it finds what a question is about, and says the facts on it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from forexai_core.errors import ConfigError
from forexai_core.ports.advisor import Advice, Fact, Question
from forexai_llm.facts.fact_book import FactBook
from forexai_llm.plain.speech import Speech
from forexai_llm.plain.topics import FINDINGS, OVERVIEW, TOPICS
from forexai_llm.plain.wording import LANGUAGES, asks_for

__all__ = ["AUTHOR", "PlainAdvisor"]

AUTHOR = "forexai-llm plain text"
"""What its answers are signed with."""

_MOST_TOPICS = 3
_MOST_FINDINGS = 3


class PlainAdvisor:
    """Answers from the facts of a question, in plain words, without a model and without a network.

    Each number that it writes is the value of a fact, rounded; the facts that it spoke of come with the answer. What
    the facts do not tell, it says that it cannot tell. Text from outside is not read at all.
    """

    async def ask(self, question: Question) -> Advice:
        """Answer from the facts; where they do not suffice, say so.

        Raises
        ------
        ConfigError
            If it does not speak the language.
        """
        speech = _begin(question.facts, question.language)
        if not len(speech.book):
            speech.say_phrase("nothing")
        elif question.text.strip():
            _answer(speech, question.text)
        else:
            _explain(speech)
        if question.outside:
            speech.say_phrase("outside")
        return _end(speech)

    async def explain(self, facts: tuple[Fact, ...], *, language: str = "en") -> Advice:
        """Put facts into words: everything they are about, and what stands out.

        Raises
        ------
        ConfigError
            If it does not speak the language.
        """
        speech = _begin(facts, language)
        if len(speech.book):
            _explain(speech)
        else:
            speech.say_phrase("nothing")
        return _end(speech)


def _begin(facts: tuple[Fact, ...], language: str) -> Speech:
    if language not in LANGUAGES:
        raise ConfigError(f"The plain-text advisor speaks {', '.join(sorted(LANGUAGES))}, not '{language}'.")
    return Speech(FactBook.of(facts), language)


def _end(speech: Speech) -> Advice:
    if speech.book.contradicted:
        speech.say_phrase("contradicted", names=_listed(speech.book.contradicted))
    return Advice(text=speech.text, facts=speech.facts, author=AUTHOR)


def _answer(speech: Speech, text: str) -> None:
    # What would act, and what lies ahead: no fact says anything about either.
    for pattern, phrase in (("acting", "no_action"), ("ahead", "no_forecast")):
        if asks_for(text, pattern=pattern) is not None:
            speech.say_phrase(phrase)
            _offer_topics(speech)
            return
    improving = asks_for(text, pattern="improving") is not None
    asked = _topics_in(text)
    silent = [topic for topic in asked if not _speak_of(speech, topic)]
    said = len(asked) > len(silent)
    if not said and _say_named(speech, text):
        said, silent = True, []
    if improving:
        said = True
        if not _say_findings(speech, len(FINDINGS)):
            speech.say_phrase("nothing_stands_out")
    elif OVERVIEW in asked:
        said = _say_findings(speech, _MOST_FINDINGS) or said
    if silent:
        speech.say_phrase("no_fact", about="; ".join(speech.wording.topics[topic].title for topic in silent))
    if not said:
        _offer_topics(speech)


def _explain(speech: Speech) -> None:
    for topic in TOPICS:
        _speak_of(speech, topic, listing=False)
    _say_findings(speech, len(FINDINGS))
    spoken = {fact.name for fact in speech.facts}
    # What no topic knows is said under its own name; groups are told by their best and worst.
    rest = [name for name in speech.book if name not in spoken and "." not in name]
    words = [name for name in rest if isinstance(speech.book.facts[name].value, str)]
    for name in rest:
        if name not in words:
            speech.say_fact(name, _spoken(name).capitalize())
    if words:
        speech.say_phrase("words_only", names=_listed(words))


def _topics_in(text: str) -> list[str]:
    """List what a text asks about, in the order in which it does."""
    places = {topic: place for topic in TOPICS if (place := asks_for(text, topic=topic)) is not None}
    return sorted(places, key=lambda topic: places[topic])[:_MOST_TOPICS]


def _speak_of(speech: Speech, topic: str, *, listing: bool = True) -> bool:
    said = sum(speech.say(sentence) for sentence in speech.wording.topics[topic].sentences)
    if listing and TOPICS[topic]:
        said += speech.say_group(TOPICS[topic])
    return said > 0


def _say_findings(speech: Speech, most: int) -> bool:
    """Say what stands out, so many things at most; tell whether anything does."""
    found: list[str] = []
    for name, holds in FINDINGS.items():
        sentence = speech.wording.findings[name]
        if len(found) < most and holds(speech.book) and speech.empty().say(sentence):
            found.append(sentence)
    if found:
        speech.say_phrase("stands_out")
    for sentence in found:
        speech.say(sentence)
    return bool(found)


def _say_named(speech: Speech, text: str) -> bool:
    """Say figures whose names stand in the question, word by word."""
    asked = set(_letters(text))
    named = [name for name in speech.book if (parts := set(_letters(name))) and parts <= asked]
    figures = [name for name in named if not isinstance(speech.book.facts[name].value, str)]
    for name in figures[:_MOST_TOPICS]:
        speech.say_fact(name, _spoken(name).capitalize())
    return bool(figures)


def _offer_topics(speech: Speech) -> None:
    able = [speech.wording.topics[topic].title for topic in TOPICS if _speak_of(speech.empty(), topic)]
    speech.say_phrase("only", topics="; ".join(able) or _listed(speech.book))


def _letters(text: str) -> list[str]:
    return re.findall(r"[a-z]+", text.casefold())


def _spoken(name: str) -> str:
    """Write a fact's name as words; whatever else stands in it is left out."""
    return " ".join(_letters(name)) or "?"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(_spoken(name) for name in names))
