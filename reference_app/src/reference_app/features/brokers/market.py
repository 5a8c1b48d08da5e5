"""The market of a paper account, within a process that has prices loaded."""

from __future__ import annotations

from collections.abc import Mapping

from forexai_core.data.synthetic_market import synthetic
from forexai_core.engine.preparation.conditions import Conditions
from forexai_core.engine.preparation.setup import Setup, prepare
from forexai_core.values.accounts import Account, Costs
from forexai_core.values.bars import Bars
from forexai_core.values.ticks import Ticks
from reference_app.features.brokers.asked import PaperTerms

__all__ = ["TIMEFRAME", "account_of", "made_up", "set_up"]

TIMEFRAME = "M1"
"""Of the bars that the market is made of."""

_KNOWN_NS = 3_600 * 10**9  # so that there are prices from the first moment on


def account_of(terms: PaperTerms) -> Account:
    """Give the account as it begins.

    Raises
    ------
    ConfigError
        If there can be no such account.
    """
    return Account(
        balance=float(terms.balance), currency=terms.currency, leverage=float(terms.leverage), mode=terms.margin_mode
    )


def made_up(terms: PaperTerms, bars: int) -> Mapping[str, Bars | Ticks]:
    """Make the prices of the market; the first ones do not depend on how many are asked for.

    Raises
    ------
    ConfigError
        If there is no such instrument.
    """
    return {
        symbol: synthetic(symbol, TIMEFRAME, bars=bars, seed=terms.seed + number, start=terms.market_ns - _KNOWN_NS)
        for number, symbol in enumerate(terms.instruments)
    }


def set_up(terms: PaperTerms, bars: int) -> Setup:
    """Lay the account out over its market, every cost on.

    Raises
    ------
    ConfigError, DataError
        If something does not fit: above all where nothing converts what an instrument earns.
    """
    prices, account = made_up(terms, bars), account_of(terms)
    return prepare(
        prices,
        account=account,
        costs=dict.fromkeys(prices, Costs()),
        rates=None,
        conditions=Conditions(seed=terms.seed),
    )
