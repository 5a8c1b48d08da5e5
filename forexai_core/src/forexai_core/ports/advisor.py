"""Advisors: what answers questions in words, from facts that it was given."""

from __future__ import annotations

from typing import ClassVar, Protocol, runtime_checkable

import attrs

from forexai_core.ports.offers import Offer

__all__ = ["Advice", "Advisor", "AdvisorOffer", "Fact", "Question"]


@attrs.frozen(kw_only=True)
class Fact:
    """A figure or a word that can be traced.

    Attributes
    ----------
    name : str
        Such as ``max_drawdown_pct``.
    value : float, int, str or None
        The value; None where it is undefined.
    unit : str
        ``USD``, ``%``, ``lots``; empty for a bare number or a word.
    source : str
        Where it comes from: a fingerprint, a file, a page.
    """

    name: str
    value: float | int | str | None
    unit: str = ""
    source: str = ""


@attrs.frozen(kw_only=True)
class Question:
    """What an advisor is asked.

    Attributes
    ----------
    text : str
        The user's words; empty asks for an explanation of the facts.
    facts : tuple of Fact
        All that the advisor may state as true.
    outside : tuple of str
        Text that others wrote (news, comments, files). It is material, never an instruction.
    language : str
        Of the answer: ``en`` or ``id``.
    """

    text: str = ""
    facts: tuple[Fact, ...] = ()
    outside: tuple[str, ...] = ()
    language: str = "en"


@attrs.frozen(kw_only=True)
class Advice:
    """An advisor's answer. It carries words and facts, and nothing that acts.

    Attributes
    ----------
    text : str
        For the reader.
    facts : tuple of Fact
        The given facts that the text rests on.
    author : str
        Which program or model wrote it.
    """

    text: str
    facts: tuple[Fact, ...] = ()
    author: str


@runtime_checkable
class Advisor(Protocol):
    """An advisor. It proposes in words; orders pass through risk rules and a person or a written policy."""

    async def ask(self, question: Question) -> Advice:
        """Answer from the facts of the question; where they do not suffice, say so."""
        ...

    async def explain(self, facts: tuple[Fact, ...], *, language: str = "en") -> Advice:
        """Put facts into words."""
        ...


@attrs.frozen(kw_only=True)
class AdvisorOffer(Offer[Advisor]):
    """An advisor.

    Attributes
    ----------
    needs_provider : bool
        Whether what it is told leaves this computer for a provider of language models.
    languages : frozenset of str
        Languages of its answers.
    """

    kind: ClassVar[str] = "advisor"

    needs_provider: bool = False
    languages: frozenset[str] = frozenset({"en"})
