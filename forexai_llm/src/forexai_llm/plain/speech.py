"""What is said, and on which facts it rests."""

from __future__ import annotations

from collections.abc import Mapping

from forexai_core.ports.advisor import Fact
from forexai_llm.facts.fact_book import FactBook, fact_text
from forexai_llm.plain.wording import Wording, blanks, wording

__all__ = ["Speech"]

_FIGURES = ("net_profit", "trades", "win_rate")


class Speech:
    """Sentences with their blanks filled from facts; one is only spoken when every fact in it is there.

    Parameters
    ----------
    book : FactBook
        What may be said.
    language : str
        One of ``LANGUAGES``.
    """

    def __init__(self, book: FactBook, language: str) -> None:
        self.book = book
        self.wording: Wording = wording(language)
        self._language = language
        self._lines: dict[str, None] = {}
        self._used: dict[str, Fact] = {}

    @property
    def text(self) -> str:
        """Everything said so far, a line a sentence."""
        return "\n".join(self._lines)

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The facts that were spoken of."""
        return tuple(self._used.values())

    def empty(self) -> Speech:
        """Give a speech on the same facts in which nothing has been said."""
        return Speech(self.book, self._language)

    def say(self, sentence: str) -> bool:
        """Speak a sentence if its facts are there; tell whether they were."""
        names = blanks(sentence)
        if any(name not in self.book for name in names):
            return False
        self._write(sentence, {name: name for name in names})
        return True

    def say_phrase(self, name: str, **words: str) -> None:
        """Speak a sentence that holds no figure."""
        self._lines[self.wording.phrases[name].format(**words)] = None

    def say_group(self, group: str) -> int:
        """Speak a line for each label of a group of facts; give how many."""
        said = 0
        for label in self.book.labels(group):
            names = {figure: f"{group}.{label}.{figure}" for figure in _FIGURES}
            if all(name in self.book for name in names.values()):
                self._write(self.wording.phrases["group_line"], names, label=self._word(label))
                said += 1
        return said

    def say_fact(self, name: str, title: str) -> None:
        """Speak one fact under a title."""
        self._write("{title}: {value}.", {"value": name}, title=title)

    def _write(self, sentence: str, names: Mapping[str, str], **words: str) -> None:
        shown = {blank: self._shown(self.book.facts[name]) for blank, name in names.items()}
        self._lines[sentence.format_map({**shown, **words})] = None
        self._used |= {name: self.book.facts[name] for name in names.values()}

    def _shown(self, fact: Fact) -> str:
        text = fact_text(fact)
        if text is None:
            return self.wording.phrases["undefined"]
        return self._word(text) if isinstance(fact.value, str) else text

    def _word(self, text: str) -> str:
        return self.wording.words.get(text, text)
