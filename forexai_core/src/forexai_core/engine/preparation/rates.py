"""Conversion rates: what a currency is worth in the account's, at each event, on both sides."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.engine.preparation.contracts import whole_points
from forexai_core.errors import ConfigError, RateError
from forexai_core.values.bars import Bars
from forexai_core.values.catalogue import catalogue
from forexai_core.values.ticks import Ticks
from forexai_core.values.timeframes import NS_PER_DAY

__all__ = ["DEFAULT_MAX_AGE_NS", "RateSource", "Rates", "as_sources", "rate_source"]

DEFAULT_MAX_AGE_NS = 7 * NS_PER_DAY
"""A rate older than a week is none: it outlasts a long weekend, not a hole in the data."""

Floats = NDArray[np.float64]


class Sides(NamedTuple):
    """Units of the target currency for one unit of the source, by what the trader does."""

    gain: Floats  # when a gain is sold
    loss: Floats  # when a loss is bought


@attrs.frozen(kw_only=True, eq=False)
class RateSource:
    """Quotes of one pair, known from certain instants on.

    Attributes
    ----------
    base, quote : str
        Currencies; a price is units of quote for one unit of base.
    known_ns : (n,) int64
        From when each quote is known; empty for a constant.
    bid, ask : (n,) float64
        Quotes; one element for a constant.
    """

    base: str
    quote: str
    known_ns: NDArray[np.int64]
    bid: Floats
    ask: Floats

    def at(self, times_ns: NDArray[np.int64], max_age_ns: int) -> tuple[Floats, Floats]:
        """Give bid and ask as last known at each time; NaN where unknown or too old."""
        if not len(self.known_ns):
            return np.full(len(times_ns), self.bid[0]), np.full(len(times_ns), self.ask[0])
        row = np.searchsorted(self.known_ns, times_ns, side="right") - 1
        stale = (row < 0) | (times_ns - self.known_ns[row] > max_age_ns)
        return np.where(stale, np.nan, self.bid[row]), np.where(stale, np.nan, self.ask[row])


def rate_source(symbol: str, prices: Bars | Ticks | float, spread_points: float | None = None) -> RateSource:
    """Take a series, or a constant, as a source of rates.

    Parameters
    ----------
    symbol : str
        A pair of currencies, such as ``GBPUSD``.
    prices : Bars, Ticks or float
        A bar's close is known from its end on, and the first bar's open from its opening on. A
        constant has no spread and never ages.
    spread_points : float, optional
        Of bars that bring none of their own; default the instrument's.

    Raises
    ------
    ConfigError
        If the symbol is no pair, or the constant not above 0.
    """
    base, quote = _currencies(symbol, prices)
    if isinstance(prices, Ticks):
        return RateSource(base=base, quote=quote, known_ns=prices.time_ns, bid=prices.bid, ask=prices.ask)
    if isinstance(prices, Bars):
        bid, ask = prices.close, _ask_close(prices, spread_points)
        spread = float(ask[0] - bid[0]) if len(bid) else 0.0
        return RateSource(
            base=base,
            quote=quote,
            known_ns=np.concatenate([prices.time_ns[:1], prices.end_ns]),
            bid=np.concatenate([prices.open[:1], bid]),
            ask=np.concatenate([prices.open[:1] + spread, ask]),
        )
    if isinstance(prices, bool) or not isinstance(prices, int | float):
        raise ConfigError(f"rates['{symbol}'] must be Bars, Ticks or a number, not {type(prices).__name__}.")
    value = float(prices)
    if not 0.0 < value < float("inf"):
        raise ConfigError(f"rates['{symbol}'] must be above 0, not {value}.")
    constant = np.array([value])
    return RateSource(base=base, quote=quote, known_ns=np.empty(0, np.int64), bid=constant, ask=constant)


def _currencies(symbol: str, prices: Bars | Ticks | float) -> tuple[str, str]:
    known = prices.instrument if isinstance(prices, Bars | Ticks) else catalogue().get(symbol)
    if known is not None:
        return known.base_currency, known.profit_currency
    if len(symbol) == 6 and symbol.isalpha() and symbol.isupper():
        return symbol[:3], symbol[3:]
    raise ConfigError(f"rates['{symbol}'] names no pair of currencies. Use a name such as 'GBPUSD'.")


def _ask_close(bars: Bars, spread_points: float | None) -> Floats:
    if bars.ask is not None:
        ask: Floats = bars.ask["close"]
        return ask
    spread = bars.spread_points
    fixed = whole_points(bars.instrument.spread_points if spread_points is None else spread_points)
    points = fixed if spread is None else np.rint(spread)
    return np.round(bars.close + points * bars.instrument.point, bars.digits)


@attrs.frozen(kw_only=True, eq=False)
class Rates:
    """All sources of a run, and the ways between currencies that they open.

    Attributes
    ----------
    sources : sequence of RateSource
        In order of preference.
    account_currency : str
        Where every way ends.
    max_age_ns : int
        A quote older than this is none.
    """

    sources: Sequence[RateSource]
    account_currency: str
    max_age_ns: int = DEFAULT_MAX_AGE_NS

    def way(self, currency: str) -> list[tuple[RateSource, bool]]:
        """Find the shortest way from a currency to the account's.

        Returns
        -------
        list of (RateSource, bool)
            Each hop, and whether it goes from base to quote.

        Raises
        ------
        RateError
            If there is none.
        """
        before: dict[str, tuple[str, RateSource, bool] | None] = {currency: None}
        waiting = deque([currency])
        while waiting and self.account_currency not in before:
            here = waiting.popleft()
            for source in self.sources:
                for start, end, forward in (
                    (source.base, source.quote, True),
                    (source.quote, source.base, False),
                ):
                    if start == here and end not in before:
                        before[end] = (here, source, forward)
                        waiting.append(end)
        if self.account_currency not in before:
            raise RateError(
                f"No rate leads from {currency} to {self.account_currency}. Pass one, for example "
                f"rates={{'{currency}{self.account_currency}': bars}} (or the reverse pair); a "
                "constant works too, and is then printed with the result."
            )
        hops: list[tuple[RateSource, bool]] = []
        step = before[self.account_currency]
        while step is not None:
            hops.append((step[1], step[2]))
            step = before[step[0]]
        return hops[::-1]

    def sides(self, currency: str, times_ns: NDArray[np.int64]) -> Sides:
        """Give the rates from a currency to the account's at each time.

        A gain is sold at each hop's bid, a loss bought at its ask.
        """
        gain, loss = np.ones(len(times_ns)), np.ones(len(times_ns))
        for source, forward in self.way(currency):
            bid, ask = source.at(times_ns, self.max_age_ns)
            if forward:
                gain, loss = gain * bid, loss * ask
            else:
                gain, loss = gain / ask, loss / bid
        return Sides(gain, loss)


def as_sources(rates: Mapping[str, Bars | Ticks | float] | None) -> list[RateSource]:
    """Take what a user passes as ``rates``."""
    return [rate_source(symbol, prices) for symbol, prices in (rates or {}).items()]
