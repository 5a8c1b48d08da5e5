"""Everything that a run of the ledger starts from, in the form that kernels take."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.engine.preparation.agenda import agenda_of
from forexai_core.engine.preparation.conditions import Conditions
from forexai_core.engine.preparation.contracts import CostSheet, cost_sheet, symbol_record
from forexai_core.engine.preparation.conversions import conversion_table
from forexai_core.engine.preparation.hours import outside_hours
from forexai_core.engine.preparation.margin_terms import account_terms, symbol_terms
from forexai_core.engine.preparation.nights import due_rows
from forexai_core.engine.preparation.rates import DEFAULT_MAX_AGE_NS, Rates, as_sources, rate_source
from forexai_core.engine.preparation.slippages import with_modelled_slippage
from forexai_core.engine.preparation.spreads import brings_spread, with_modelled_spread
from forexai_core.engine.preparation.stream import Stream, as_bars, merge
from forexai_core.engine.state.book import Market, as_read
from forexai_core.engine.state.market_records import EVENT
from forexai_core.engine.state.records import (
    ACCOUNT,
    MAX_SYMBOLS,
    NEVER,
)
from forexai_core.errors import ConfigError
from forexai_core.values.accounts import Account, AccountMode, Costs, FifoRule
from forexai_core.values.bars import Bars
from forexai_core.values.clocks import Clock
from forexai_core.values.execution import Execution, ExecutionMode
from forexai_core.values.instruments import FillingMode, Instrument
from forexai_core.values.points import Points, widened
from forexai_core.values.ticks import Ticks
from forexai_core.values.timeframes import NS_PER_DAY

__all__ = ["Setup", "prepare"]

Series = Bars | Ticks

_FIFO = tuple(FifoRule)

PLAIN = Conditions()

FILLINGS = (FillingMode.FOK, FillingMode.IOC, FillingMode.RETURN)
"""In the order of ``ACCOUNT["filling"]``."""

_NS_PER_MS = 1_000_000
_GRID = 1e-9  # of a step: what binary fractions leave of whole ones


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

    def decision_rows(self) -> NDArray[np.void]:
        """Give what the strategy decides on: BAR rows, symbol after symbol, or the TICK rows of a lone symbol."""
        if len(self.series) == 1:
            return self.series[0].data
        return np.concatenate([as_bars(prices) for prices in self.series])


def _account_record(
    account: Account, instruments: Sequence[Instrument], limit_fill_open: bool, conditions: Conditions, sleeves: int
) -> NDArray[np.void]:
    record = np.zeros(1, ACCOUNT)
    record["money_scale"] = 10.0**account.digits
    record["netting"] = int(account.mode is AccountMode.NETTING)
    record["fifo"] = _FIFO.index(account.fifo)
    record["freezes_closes"] = 1
    for name, value in account_terms(account, [symbol_terms(each, account) for each in instruments]).items():
        record[name] = value
    record["limit_fill_open"] = int(limit_fill_open)
    record["straight"] = int(conditions.models_paths)
    for name, value in _execution_values(conditions).items():
        record[name] = value
    record["balance"] = account.balance
    record["equity"] = account.balance
    record["checked_equity"] = account.balance
    record["lowest"] = record["slack"] = np.inf
    record["sleeves"] = sleeves
    record["symbols"] = len(instruments)
    record["next_ticket"] = 1
    record["next_deal"] = 1
    return record


def _execution_values(conditions: Conditions) -> dict[str, float]:
    """Give the fields of ACCOUNT that say how a venue executes orders."""
    execution = conditions.execution
    deviation = execution.deviation_points
    return {
        "seed": conditions.seed & NEVER,
        "latency_ns": round(execution.latency_ms * _NS_PER_MS),
        "latency_jitter_ns": round(execution.latency_jitter_ms * _NS_PER_MS),
        "instant": int(execution.mode is ExecutionMode.INSTANT),
        "deviation": NEVER if deviation is None else math.floor(deviation + 1e-9),
        "requote_share": execution.requote_probability,
        "bounded": int(execution.bounds_volume),
        "filling": FILLINGS.index(execution.filling or FillingMode.FOK),
    }


def _depths(
    stream: Stream, series: Mapping[str, Series], records: NDArray[np.void], execution: Execution
) -> NDArray[np.int64]:
    """Tell what each event fills by its volume; empty where no column tells. Bounds the symbols' own besides."""
    records["depth"] = NEVER
    per_volume, lots = execution.liquidity_per_volume, execution.liquidity_lots
    for index, prices in enumerate(series.values()):
        execution.check(prices.instrument)
        if lots is not None:
            records["depth"][index] = int(lots / prices.instrument.volume_step + _GRID)
    if per_volume is None:
        return np.empty(0, np.int64)
    steps = records["volume_step"][0] if stream.events is None else records["volume_step"][stream.events["symbol"]]
    return np.floor(stream.volume * per_volume / steps + _GRID).astype(np.int64)


def _one_type(bid: Points, ask: Points) -> tuple[Points, Points]:
    """Bring all columns of points to one type: 64 bits where one of them needs it."""
    if all(column.dtype == np.int32 for column in (*bid, *ask)):
        return bid, ask
    return Points(*map(widened, bid)), Points(*map(widened, ask))


def _closed(stream: Stream, series: Mapping[str, Series], conditions: Conditions, clock: Clock) -> NDArray[np.uint8]:
    """Mark the events outside the sessions; empty where these are not enforced."""
    if not conditions.enforces_sessions:
        return np.empty(0, np.uint8)
    closed = np.zeros(len(stream.time_ns), np.uint8)
    for index, (symbol, prices) in enumerate(series.items()):
        own = np.arange(len(closed)) if stream.events is None else np.flatnonzero(stream.events["symbol"] == index)
        holidays = conditions.holidays.get(symbol, ())
        closed[own] = outside_hours(prices.instrument, holidays, clock, stream.time_ns[own], stream.end_ns[own])
    return closed


@attrs.frozen
class _Columns:
    """What the venue goes by, besides prices."""

    midnights: NDArray[np.int64]
    depth: NDArray[np.int64]
    closed: NDArray[np.uint8]


def _columns(
    stream: Stream, series: Mapping[str, Series], records: NDArray[np.void], clock: Clock, conditions: Conditions
) -> _Columns:
    # Two days more, so that an order until midnight finds one.
    last_ns = int(stream.end_ns.max()) + 2 * NS_PER_DAY
    return _Columns(
        midnights=clock.midnights_ns(int(stream.time_ns[0]), last_ns),
        depth=_depths(stream, series, records, conditions.execution),
        closed=_closed(stream, series, conditions, clock),
    )


def _market(
    stream: Stream, table: NDArray[np.void], rollovers: NDArray[np.void], columns: _Columns, sleeves: int
) -> Market:
    none = np.empty(0, np.int32)
    events = np.empty(0, EVENT) if stream.events is None else stream.events
    bid, ask = _one_type(stream.bid, Points(none, none, none, none) if stream.ask is None else stream.ask)
    return Market(
        time_ns=as_read(stream.time_ns),
        end_ns=as_read(stream.end_ns),
        bid=Points(*map(as_read, bid)),
        ask=Points(*map(as_read, ask)),
        slippage=as_read(np.empty(0, np.int64) if stream.slippage is None else stream.slippage),
        events=as_read(events),
        rates=as_read(table),
        rollovers=as_read(rollovers),
        midnights=as_read(columns.midnights),
        depth=as_read(columns.depth),
        closed=as_read(columns.closed),
        agenda=as_read(agenda_of(stream.time_ns, stream.end_ns, events, sleeves=sleeves > 0)),
    )


def _check_series(series: Mapping[str, Series], conditions: Conditions) -> None:
    if not series:
        raise ConfigError("There are no prices to run on: pass bars or ticks.")
    if len(series) > MAX_SYMBOLS:
        raise ConfigError(f"A run holds {MAX_SYMBOLS} symbols at most, not {len(series)}.")
    for symbol, prices in series.items():
        if symbol != prices.symbol:
            raise ConfigError(f"The prices given as '{symbol}' are of {prices.symbol}.")
        if not len(prices):
            raise ConfigError(f"{symbol}: there are no prices in the period asked for.")
    if conditions.models_paths and all(isinstance(prices, Ticks) for prices in series.values()):
        raise ConfigError(f"Ticks are a path of their own: path='{conditions.path}' is for bars. Leave it out.")


def _with_spreads(
    series: Mapping[str, Series], finer: Mapping[str, Series], costs: Mapping[str, Costs], clock: Clock
) -> tuple[dict[str, Series], dict[str, Series]]:
    """Give the prices, and the finer ones, with the spreads that a model makes where it is asked for."""
    own = {symbol: with_modelled_spread(prices, costs[symbol], clock) for symbol, prices in series.items()}
    inner = {
        symbol: prices if brings_spread(prices) else with_modelled_spread(prices, costs[symbol], clock)
        for symbol, prices in finer.items()
    }
    return own, inner


def prepare(
    series: Mapping[str, Series],
    *,
    account: Account,
    costs: Mapping[str, Costs],
    rates: Mapping[str, Bars | Ticks | float] | None = None,
    finer: Mapping[str, Series] | None = None,
    limit_fill_open: bool = False,
    max_age_ns: int = DEFAULT_MAX_AGE_NS,
    conditions: Conditions = PLAIN,
    sleeves: int = 0,
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
    conditions : Conditions
        Under which orders meet the market.
    sleeves : int
        How many strategies share the account, each at bars of its own; 0 where one decides at all of them.

    Raises
    ------
    ConfigError, DataError
        If something does not fit; the message names it.
    """
    _check_series(series, conditions)
    series, finer = _with_spreads(series, finer or {}, costs, account.clock)
    sheets = {symbol: cost_sheet(prices, costs[symbol]) for symbol, prices in series.items()}
    records = np.concatenate([symbol_record(prices.instrument, sheets[s], account) for s, prices in series.items()])
    spreads = [sheet.spread_points for sheet in sheets.values()]
    stream = merge(series, finer, spreads, path=conditions.path, seed=conditions.seed, numbered=sleeves > 0)
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
        account_record=_account_record(
            account, [each.instrument for each in series.values()], limit_fill_open, conditions, sleeves
        ),
        symbol_records=records,
        market=_market(stream, table, rollovers, _columns(stream, series, records, account.clock, conditions), sleeves),
        series=tuple(series.values()),
        costs=sheets,
    )
