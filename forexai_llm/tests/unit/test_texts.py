"""Both languages say the same things about the same facts."""

from __future__ import annotations

import re

import pytest

from forexai_llm.plain.topics import FINDINGS, TOPICS
from forexai_llm.plain.wording import LANGUAGES, blanks, wording

ENGLISH = wording("en")


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_topic_and_finding_has_its_texts(language):
    texts = wording(language)
    assert list(texts.topics) == list(TOPICS)
    assert list(texts.findings) == list(FINDINGS)
    assert set(texts.phrases) == set(ENGLISH.phrases)
    assert set(texts.patterns) == {"ahead", "acting", "improving"}


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_sentences_rest_on_the_same_facts_in_every_language(language):
    texts = wording(language)
    for topic in TOPICS:
        own, english = ([sorted(blanks(each)) for each in side.topics[topic].sentences] for side in (texts, ENGLISH))
        assert own == english, topic
    for name in FINDINGS:
        assert sorted(blanks(texts.findings[name])) == sorted(blanks(ENGLISH.findings[name])), name
    for name, phrase in texts.phrases.items():
        assert sorted(blanks(phrase)) == sorted(blanks(ENGLISH.phrases[name])), name


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_no_text_holds_a_number_of_its_own(language):
    texts = wording(language)
    said = [*texts.findings.values(), *texts.phrases.values()]
    said += [sentence for topic in texts.topics.values() for sentence in topic.sentences]
    assert [each for each in said if re.search(r"\d", re.sub(r"\{.*?\}", "", each))] == []


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_word_that_asks_is_a_sound_expression(language):
    texts = wording(language)
    for words in (*texts.patterns.values(), *(topic.words for topic in texts.topics.values())):
        assert words
        for word in words:
            re.compile(word)
