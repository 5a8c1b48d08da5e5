"""What goes to a process that keeps paper accounts, and what comes back."""

from __future__ import annotations

from decimal import Decimal

import msgspec

__all__ = ["PaperTerms", "TermsChecked", "TermsProblem", "market_start"]

_DAY_NS = 86_400 * 10**9
_WEEK_NS = 7 * _DAY_NS
_TUESDAY_NS = 5 * _DAY_NS  # 1 January 1970 was a Thursday


def market_start(now_ns: int) -> int:
    """Choose at which time the market of a new account stands: the last Tuesday's midnight, when markets are open."""
    return now_ns - (now_ns - _TUESDAY_NS) % _WEEK_NS


class PaperTerms(msgspec.Struct, frozen=True, kw_only=True):
    """As what a paper account is kept.

    Attributes
    ----------
    seed : int
        Of its market: made-up prices, the same for the same seed.
    pace : int
        How many times faster than the clock its market goes.
    market_ns : int
        The time of its market when it was made, nanoseconds UTC.
    begun_ns : int
        When it was made, nanoseconds UTC.
    """

    currency: str
    leverage: int
    margin_mode: str
    balance: Decimal
    instruments: tuple[str, ...]
    seed: int
    pace: int
    market_ns: int
    begun_ns: int

    def market_at(self, now_ns: int) -> int:
        """Tell the time of its market: it goes on with the clock, whether anybody looks or not."""
        return self.market_ns + max(0, now_ns - self.begun_ns) * self.pace


class TermsProblem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong with terms: the field, and what to do."""

    place: str
    message: str


class TermsChecked(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with terms."""

    problems: tuple[TermsProblem, ...] = ()
