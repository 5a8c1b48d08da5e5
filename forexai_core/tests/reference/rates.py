"""Conversion rates known at a time, both sides."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from reference.contract import Account, Contract, Rates

__all__ = ["RateSeries", "RateTable", "RateUnknownError"]

_WEEK_NS = 7 * 86_400 * 1_000_000_000


class RateUnknownError(LookupError):
    """No rate is known at a time, or the last one is too old."""


@dataclass(frozen=True)
class RateSeries:
    """Quotes of a pair, each known from an instant on; without instants it is a constant."""

    known_ns: Sequence[int]
    bid: Sequence[Fraction]
    ask: Sequence[Fraction]

    def at(self, time_ns: int, max_age_ns: int) -> tuple[Fraction, Fraction]:
        """Give bid and ask as last known at a time."""
        if not self.known_ns:
            return self.bid[0], self.ask[0]
        row = bisect_right(self.known_ns, time_ns) - 1
        if row < 0 or time_ns - self.known_ns[row] > max_age_ns:
            raise RateUnknownError(time_ns)
        return self.bid[row], self.ask[row]


class RateTable:
    """The rates of a run: a pair, or its reverse, for each currency that must reach the account's."""

    def __init__(
        self,
        account: Account,
        contracts: Sequence[Contract],
        series: Mapping[str, RateSeries],
        max_age_ns: int = _WEEK_NS,
    ) -> None:
        self._account = account
        self._contracts = contracts
        self._series = series
        self._max_age_ns = max_age_ns

    def __call__(self, symbol: int, time_ns: int) -> Rates:
        """Give a symbol's rates known at a time."""
        contract, currency = self._contracts[symbol], self._account.currency
        gain = loss = margin = Fraction(1)
        if currency not in {contract.profit_currency, contract.base}:
            gain, loss = self._sides(contract.profit_currency, time_ns)
        own = contract.margin_currency == contract.base and contract.profit_currency == currency
        if contract.margin_currency != currency and not own:
            margin = self._sides(contract.margin_currency, time_ns)[1]
        return Rates(gain, loss, margin)

    def _sides(self, currency: str, time_ns: int) -> tuple[Fraction, Fraction]:
        """Give what a gain sold and a loss bought is worth."""
        to = self._account.currency
        if currency + to in self._series:
            return self._series[currency + to].at(time_ns, self._max_age_ns)
        if to + currency in self._series:
            bid, ask = self._series[to + currency].at(time_ns, self._max_age_ns)
            return 1 / ask, 1 / bid
        raise RateUnknownError(currency + to)
