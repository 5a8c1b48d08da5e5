"""Everything that a run of the ledger starts from, in the form that kernels take."""

from __future__ import annotations

from collections.abc import Mapping

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.arrays import BAR, QUOTE
from forexai_core.engine.book import Market, as_read
from forexai_core.engine.contracts import CostSheet, cost_sheet, symbol_record
from forexai_core.engine.rates import DEFAULT_MAX_AGE_NS, Rates, as_sources, rate_source
from forexai_core.engine.records import ACCOUNT, CONVERSION, EVENT, MAX_SYMBOLS, ROLLOVER
from forexai_core.engine.stream import Stream, merge
from forexai_core.errors import ConfigError
from forexai_core.values.accounts import Account, AccountMode, Costs
from forexai_core.values.bars import Bars, Ticks

__all__ = ["Setup", "prepare"]

Series = Bars | Ticks


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
    decision_bars : (decisions,) BAR
        The strategy's bars, symbol after symbol.
    decisions : int
        How many rows the equity curve may have.
    costs : mapping of str to CostSheet
        What each symbol costs, and where that comes from.
    """

    symbols: tuple[str, ...]
    account_record: NDArray[np.void]
    symbol_records: NDArray[np.void]
    market: Market
    decision_bars: NDArray[np.void]
    decisions: int
    costs: Mapping[str, CostSheet]


def _account_record(account: Account, symbols: int, limit_fill_open: bool) -> NDArray[np.void]:
    record = np.zeros(1, ACCOUNT)
    record["money_scale"] = 10.0**account.digits
    record["leverage"] = account.leverage
    record["netting"] = int(account.mode is AccountMode.NETTING)
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


def _rollovers(account: Account, bars: NDArray[np.void], last_ns: int) -> NDArray[np.void]:
    if not len(bars):
        return np.empty(0, ROLLOVER)
    midnights = account.clock.midnights_ns(int(bars["time_ns"][0]), last_ns)
    rows = np.empty(len(midnights), ROLLOVER)
    rows["time_ns"] = midnights
    rows["weekday"] = account.clock.weekday(midnights - 1)
    return rows


def _conversion_columns(
    setup_symbols: NDArray[np.void],
    series: Mapping[str, Series],
    times: tuple[NDArray[np.int64], NDArray[np.int64]],
    rates: Rates,
) -> NDArray[np.void]:
    """Tabulate the rates of each event at its open and at its close; empty when none is needed."""
    needed = (setup_symbols["profit_conversion"] == 2) | (setup_symbols["margin_conversion"] == 2)
    if not needed.any():
        return np.empty((0, 0, 0), CONVERSION)
    table = np.zeros((len(times[0]), len(series), 2), CONVERSION)
    for index, prices in enumerate(series.values()):
        for moment, instants in enumerate(times):
            column = table[:, index, moment]
            if setup_symbols["profit_conversion"][index] == 2:
                sides = rates.sides(prices.instrument.profit_currency, instants)
                column["gain"], column["loss"] = sides.gain, sides.loss
            if setup_symbols["margin_conversion"][index] == 2:
                currency = prices.instrument.margin_currency
                column["margin"] = rates.sides(currency, instants).loss
    return table


def _event_ends(stream: Stream, duration_ns: int) -> NDArray[np.int64]:
    if stream.events is not None:
        ends: NDArray[np.int64] = stream.events["end_ns"]
        return ends
    if stream.ends is not None:
        return stream.ends
    times = stream.bars["time_ns"]
    ends = times + duration_ns
    ends[:-1] = np.minimum(ends[:-1], times[1:])
    return ends


def _market(stream: Stream, duration_ns: int, table: NDArray[np.void], rollovers: NDArray[np.void]) -> Market:
    def given(array: NDArray[np.void] | None, dtype: np.dtype[np.void]) -> NDArray[np.void]:
        return as_read(np.empty(0, dtype) if array is None else array)

    none = np.empty(0, np.int64)
    return Market(
        bars=given(stream.bars, BAR),
        ask=given(stream.ask, QUOTE),
        spread=as_read(none if stream.spread is None else stream.spread),
        events=given(stream.events, EVENT),
        ends=as_read(none if stream.ends is None else stream.ends),
        duration_ns=duration_ns,
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
    sheets = {symbol: cost_sheet(prices, costs[symbol]) for symbol, prices in series.items()}
    records = np.concatenate([symbol_record(prices.instrument, sheets[s], account) for s, prices in series.items()])
    stream = merge(series, finer or {}, [sheet.spread_points for sheet in sheets.values()])
    first = next(iter(series.values()))
    duration_ns = 0 if isinstance(first, Ticks) else first.timeframe.nominal_ns
    own = [rate_source(s, p) for s, p in series.items() if p.instrument.asset_class == "forex"]
    sources = Rates(
        sources=[*as_sources(rates), *own],
        account_currency=account.currency,
        max_age_ns=max_age_ns,
    )
    ends = _event_ends(stream, duration_ns)
    table = _conversion_columns(records, series, (stream.bars["time_ns"], ends), sources)
    rollovers = _rollovers(account, stream.bars, int(ends.max()))
    return Setup(
        symbols=tuple(series),
        account_record=_account_record(account, len(series), limit_fill_open),
        symbol_records=records,
        market=_market(stream, duration_ns, table, rollovers),
        decision_bars=stream.decision_bars,
        decisions=len(stream.decision_bars),
        costs=sheets,
    )
