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
        self._ways: dict[str, list[tuple[str, bool]]] = {}

    def __call__(self, symbol: int, time_ns: int) -> Rates:
        """Give a symbol's rates known at a time."""
        contract, currency = self._contracts[symbol], self._account.currency
        gain = loss = margin = margin_gain = fee = Fraction(1)
        if currency not in {contract.profit_currency, contract.base}:
            gain, loss = self._sides(contract.profit_currency, time_ns)
        own = contract.margin_currency == contract.base and contract.profit_currency == currency
        if contract.margin_currency != currency and not own:
            margin_gain, margin = self._sides(contract.margin_currency, time_ns)
        if contract.commission.currency not in {None, currency}:
            fee = self._sides(str(contract.commission.currency), time_ns)[1]
        return Rates(gain, loss, margin, margin_gain, fee)

    def _sides(self, currency: str, time_ns: int) -> tuple[Fraction, Fraction]:
        """Give what a gain sold and a loss bought is worth, hop by hop along the shortest way."""
        gain = loss = Fraction(1)
        if currency not in self._ways:
            self._ways[currency] = self._way(currency)
        for pair, forward in self._ways[currency]:
            bid, ask = self._series[pair].at(time_ns, self._max_age_ns)
            gain, loss = (gain * bid, loss * ask) if forward else (gain / ask, loss / bid)
        return gain, loss

    def _way(self, currency: str) -> list[tuple[str, bool]]:
        """Find the shortest way to the account's currency: pairs, and whether each goes from its base to its quote.

        Of ways of one length, the one whose first pairs were given first.
        """
        ways: list[list[tuple[str, bool]]] = [[]]
        for _ in range(len(self._series) + 1):
            for way in ways:
                if self._end(currency, way) == self._account.currency:
                    return way
            ways = [[*way, hop] for way in ways for hop in self._hops(currency, way)]
        raise RateUnknownError(currency)

    @staticmethod
    def _end(currency: str, way: list[tuple[str, bool]]) -> str:
        for pair, forward in way:
            currency = pair[3:] if forward else pair[:3]
        return currency

    def _hops(self, currency: str, way: list[tuple[str, bool]]) -> list[tuple[str, bool]]:
        here = self._end(currency, way)
        used = {pair for pair, _ in way}
        return [(pair, pair[:3] == here) for pair in self._series if pair not in used and here in {pair[:3], pair[3:]}]
