"""Languages have the same codes and the same values, and every code that is used is there."""

from __future__ import annotations

import re
import string
from decimal import Decimal
from pathlib import Path

import pytest

import forexai_mt5.desktop
from forexai_core.errors import ConfigError
from forexai_mt5.desktop.preferences import language_here
from forexai_mt5.desktop.words.english import ENGLISH
from forexai_mt5.desktop.words.saying import LANGUAGES, texts_of

SOURCES = sorted(Path(forexai_mt5.desktop.__file__).parent.rglob("*.py"))
WORDLESS = {"english.py", "indonesian.py"}


def fields(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_a_language_has_every_code_with_the_same_values(language):
    words = texts_of(language).words
    assert set(words) == set(ENGLISH)
    for code, text in words.items():
        assert text.strip() == text
        assert text, code
        assert fields(text) == fields(ENGLISH[code]), code


def test_indonesian_is_no_copy_of_english():
    indonesian = texts_of("id").words
    same = {code for code, text in ENGLISH.items() if text == indonesian[code]}
    # Words that both languages write alike.
    assert {text for code, text in ENGLISH.items() if code in same} <= {
        "Platform", "Terminal", "Margin", "Broker", "Server", "Server {server}", "{reason} {detail}", "ForexAI",
    }  # fmt: skip


def test_every_code_that_is_said_is_a_word_and_every_word_is_said():
    text = "\n".join(place.read_text(encoding="utf-8") for place in SOURCES if place.name not in WORDLESS)
    groups = {code.partition(".")[0] for code in ENGLISH}
    said = set(re.findall(rf'"((?:{"|".join(sorted(groups))})\.[A-Za-z]+)"', text))
    assert said <= set(ENGLISH)
    stems = set(re.findall(rf'f"({"|".join(sorted(groups))})\.\{{', text))  # their rest is a value
    unsaid = {code for code in ENGLISH if code not in said and code.partition(".")[0] not in stems}
    assert unsaid == set()


def test_numbers_are_written_as_the_language_does():
    english, indonesian = texts_of("en"), texts_of("id")
    assert english.amount(Decimal("-12480.5"), "USD") == "\N{MINUS SIGN}12,480.50 USD"
    assert indonesian.amount(Decimal("-12480.5"), "USD") == "\N{MINUS SIGN}12.480,50 USD"
    assert english.exact(Decimal("3412.850")) == "3,412.85"
    assert indonesian.exact(Decimal("0.1"), least=2) == "0,10"
    assert english.exact(Decimal(100)) == "100"
    assert english.exact(Decimal("1E+2")) == "100"


def test_a_language_that_is_not_there_is_refused():
    with pytest.raises(ConfigError, match="does not speak 'de'"):
        texts_of("de")


@pytest.mark.parametrize(
    ("chosen", "system", "spoken"),
    [
        ("en", "id_ID", "en"),
        ("id", "en_GB", "id"),
        ("system", "id_ID", "id"),
        ("system", "Indonesian_Indonesia", "id"),
        ("system", "de_DE", "en"),
        ("system", "", "en"),
    ],
)
def test_the_language_is_the_chosen_one_or_the_systems(chosen, system, spoken):
    assert language_here(chosen, system) == spoken
