"""Everything that a run of the ledger starts from, in the form that kernels take."""

from __future__ import annotations

from collections.abc import Mapping

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.engine.book import Market, as_read
from forexai_core.engine.contracts import CostSheet, cost_sheet, symbol_record
from forexai_core.engine.conversions import conversion_table
from forexai_core.engine.nights import due_rows
from forexai_core.engine.rates import DEFAULT_MAX_AGE_NS, Rates, as_sources, rate_source
from forexai_core.engine.records import ACCOUNT, EVENT, MAX_SYMBOLS
from forexai_core.engine.slippages import with_modelled_slippage
from forexai_core.engine.spreads import brings_spread, with_modelled_spread
from forexai_core.engine.stream import Stream, as_bars, merge
from forexai_core.errors import ConfigError
from forexai_core.values.accounts import Account, AccountMode, Costs, FifoRule
from forexai_core.values.bars import Bars
from forexai_core.values.points import Points, widened
from forexai_core.values.ticks import Ticks

__all__ = ["Setup", "prepare"]

Series = Bars | Ticks

_FIFO = tuple(FifoRule)


@attrs.frozen(kw_only=True, eq=False)
class Setup:
    """What a :class:`forexai_core.engine.ledger.Ledger` is opened with.

    Attributes
    ----------
    symbols : tuple of str
        In the order of their indices.
    account_record : (1,) ACCOUNT
        The account at the start.
    symbol_records : (symbols,) SYMBOL
        Contracts and costs.
    market : Market
        The events, and the midnights of the account's clock while they last.
    series : tuple of Bars or Ticks
        What the strategy decides on, symbol after symbol.
    costs : mapping of str to CostSheet
        What each symbol costs, and where that comes from.
    """

    symbols: tuple[str, ...]
    account_record: NDArray[np.void]
    symbol_records: NDArray[np.void]
    market: Market
    series: tuple[Series, ...]
    costs: Mapping[str, CostSheet]

    @property
    def decisions(self) -> int:
        """How many bars the strategy decides on: as many rows may the equity curve have."""
        return sum(map(len, self.series))

    def decision_bars(self) -> NDArray[np.void]:
        """Give the strategy's bars, symbol after symbol: (decisions,) BAR."""
        rows = [as_bars(prices) for prices in self.series]
        return rows[0] if len(rows) == 1 else np.concatenate(rows)


def _account_record(account: Account, symbols: int, limit_fill_open: bool) -> NDArray[np.void]:
    record = np.zeros(1, ACCOUNT)
    record["money_scale"] = 10.0**account.digits
    record["leverage"] = account.leverage
    record["netting"] = int(account.mode is AccountMode.NETTING)
    record["fifo"] = _FIFO.index(account.fifo)
    record["stop_out"] = account.stop_out
    record["margin_call"] = account.margin_call
    record["limit_fill_open"] = int(limit_fill_open)
    record["balance"] = account.balance
    record["equity"] = account.balance
    record["lowest"] = np.inf
    record["symbols"] = symbols
    record["next_ticket"] = 1
    record["next_deal"] = 1
    return record


def _one_type(bid: Points, ask: Points) -> tuple[Points, Points]:
    """Bring all columns of points to one type: 64 bits where one of them needs it."""
    if all(column.dtype == np.int32 for column in (*bid, *ask)):
        return bid, ask
    return Points(*map(widened, bid)), Points(*map(widened, ask))


def _market(stream: Stream, table: NDArray[np.void], rollovers: NDArray[np.void]) -> Market:
    none = np.empty(0, np.int32)
    bid, ask = _one_type(stream.bid, Points(none, none, none, none) if stream.ask is None else stream.ask)
    return Market(
        time_ns=as_read(stream.time_ns),
        end_ns=as_read(stream.end_ns),
        bid=Points(*map(as_read, bid)),
        ask=Points(*map(as_read, ask)),
        slippage=as_read(np.empty(0, np.int64) if stream.slippage is None else stream.slippage),
        events=as_read(np.empty(0, EVENT) if stream.events is None else stream.events),
        rates=as_read(table),
        rollovers=as_read(rollovers),
    )


def _check_series(series: Mapping[str, Series]) -> None:
    if not series:
        raise ConfigError("There are no prices to run on: pass bars or ticks.")
    if len(series) > MAX_SYMBOLS:
        raise ConfigError(f"A run holds {MAX_SYMBOLS} symbols at most, not {len(series)}.")
    for symbol, prices in series.items():
        if symbol != prices.symbol:
            raise ConfigError(f"The prices given as '{symbol}' are of {prices.symbol}.")
        if not len(prices):
            raise ConfigError(f"{symbol}: there are no prices in the period asked for.")


def prepare(
    series: Mapping[str, Series],
    *,
    account: Account,
    costs: Mapping[str, Costs],
    rates: Mapping[str, Bars | Ticks | float] | None = None,
    finer: Mapping[str, Series] | None = None,
    limit_fill_open: bool = False,
    max_age_ns: int = DEFAULT_MAX_AGE_NS,
) -> Setup:
    """Lay out a run.

    Parameters
    ----------
    series : mapping of str to Bars or Ticks
        Prices by symbol.
    account : Account
        The account at the start.
    costs : mapping of str to Costs
        What each symbol costs.
    rates : mapping, optional
        Sources of conversion, besides the traded symbols themselves.
    finer : mapping, optional
        Prices inside the bars.
    limit_fill_open : bool
        Whether limits and targets that an open has passed fill there (MetaTrader's tester).
    max_age_ns : int
        A rate older than this is none.

    Raises
    ------
    ConfigError, DataError
        If something does not fit; the message names it.
    """
    _check_series(series)
    series = {symbol: with_modelled_spread(prices, costs[symbol], account.clock) for symbol, prices in series.items()}
    finer = {
        symbol: prices if brings_spread(prices) else with_modelled_spread(prices, costs[symbol], account.clock)
        for symbol, prices in (finer or {}).items()
    }
    sheets = {symbol: cost_sheet(prices, costs[symbol]) for symbol, prices in series.items()}
    records = np.concatenate([symbol_record(prices.instrument, sheets[s], account) for s, prices in series.items()])
    stream = merge(series, finer, [sheet.spread_points for sheet in sheets.values()])
    stream = with_modelled_slippage(stream, list(series), costs)
    given = as_sources(rates)

    def sources() -> Rates:
        own = [
            rate_source(symbol, prices, sheets[symbol].spread_points)
            for symbol, prices in series.items()
            if prices.instrument.asset_class == "forex"
        ]
        return Rates(sources=[*given, *own], account_currency=account.currency, max_age_ns=max_age_ns)

    table = conversion_table(records, list(series.values()), list(sheets.values()), stream, sources)
    rollovers = due_rows(account.clock, sheets.values(), stream.time_ns, stream.end_ns)
    return Setup(
        symbols=tuple(series),
        account_record=_account_record(account, len(series), limit_fill_open),
        symbol_records=records,
        market=_market(stream, table, rollovers),
        series=tuple(series.values()),
        costs=sheets,
    )
