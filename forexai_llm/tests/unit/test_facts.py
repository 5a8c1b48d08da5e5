"""Facts by name, and how they are written."""

from __future__ import annotations

import pytest

from forexai_core.ports.advisor import Fact
from forexai_core.values.accounts import AccountState
from forexai_llm.facts import FactBook, facts_of_account
from forexai_llm.facts.fact_book import fact_text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (1234.5, "USD", "1,234.50 USD"),
        (-0.126, "", "-0.13"),
        (12_345, "", "12,345"),
        (0.367, "fraction", "36.7 %"),
        (8.25, "%", "8.25 %"),
        (5_400, "seconds", "1.5 h"),
        (400_000.0, "seconds", "4.6 d"),
        ("London", "", "London"),
        (None, "USD", None),
        (float("nan"), "USD", None),
        (float("inf"), "", None),
    ],
)
def test_values_are_written_for_readers(value, unit, text):
    assert fact_text(Fact(name="x", value=value, unit=unit)) == text


def test_a_word_stays_on_one_line_and_short():
    text = fact_text(Fact(name="x", value="a\n\x1b[31mb\u202e " + "c" * 500))
    assert text.startswith("a [31mb c")
    assert len(text) == 80


def test_facts_that_contradict_each_other_are_not_spoken_of():
    same = Fact(name="a", value=1, source="one")
    book = FactBook.of([same, Fact(name="a", value=1, source="two"), Fact(name="b", value=1), Fact(name="b", value=2)])
    assert (list(book), book.contradicted) == (["a"], ("b",))


def test_labels_of_a_group():
    names = ["session.New York.trades", "session.New York.net_profit", "symbol.US500.f.trades", "session_x", "side.x"]
    book = FactBook.of(Fact(name=name, value=1) for name in names)
    assert book.labels("session") == ["New York"]
    assert book.labels("symbol") == ["US500.f"]
    assert book.labels("side") == []


def test_an_account_tells_what_is_known_of_it():
    state = AccountState(time_ns=1_700_000_000 * 10**9, currency="USD", balance=1_000.0, equity=900.0, margin=0.0)
    facts = {fact.name: fact for fact in facts_of_account(state, name="main")}
    assert (facts["floating_profit"].value, facts["free_margin"].value, facts["margin_level"].value) == (
        -100,
        900,
        None,
    )
    assert facts["balance"].source == "main at 2023-11-14T22:13:20Z"
