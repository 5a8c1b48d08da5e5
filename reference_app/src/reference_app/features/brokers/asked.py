"""What goes to a process that keeps paper accounts, and what comes back."""

from __future__ import annotations

from decimal import Decimal

import msgspec

__all__ = ["PaperTerms", "TermsChecked", "TermsProblem"]


class PaperTerms(msgspec.Struct, frozen=True, kw_only=True):
    """As what a paper account is kept.

    Attributes
    ----------
    seed : int
        Of its market: made-up prices, the same for the same seed.
    pace : int
        How many times faster than the clock its market goes.
    market_ns : int
        Where its market begins, nanoseconds UTC.
    """

    currency: str
    leverage: int
    margin_mode: str
    balance: Decimal
    instruments: tuple[str, ...]
    seed: int
    pace: int
    market_ns: int


class TermsProblem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong with terms: the field, and what to do."""

    place: str
    message: str


class TermsChecked(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with terms."""

    problems: tuple[TermsProblem, ...] = ()
