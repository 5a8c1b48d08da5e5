"""The one ledger, driven a quote at a time: what a server does between two calls, and what it would do.

Nothing of trading is computed here. A request is written into the ledger's book and meets an event that is the present
quote; what came of it is read off.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.arrays import TICK
from forexai_core.engine.ledger import Ledger
from forexai_core.engine.preparation.nights import due_rows
from forexai_core.engine.preparation.rates import Rates, RateSource
from forexai_core.engine.preparation.setup import Setup, prepare
from forexai_core.engine.state.book import Market, as_read
from forexai_core.engine.state.market_records import CONVERSION, EVENT
from forexai_core.engine.state.records import (
    REFUSALS,
)
from forexai_core.errors import ConfigError, RateError
from forexai_core.values.accounts import Account, Costs
from forexai_core.values.instruments import AssetClass
from forexai_core.values.points import Points
from forexai_core.values.ticks import Ticks
from forexai_core.values.timeframes import NS_PER_DAY
from forexai_mt5.simulator.market.symbols import Symbol
from forexai_mt5.simulator.server.stop_outs import Strain, recall, remember

__all__ = ["Outcome", "Stepper"]

_ROWS = 1_024
_HORIZON_NS = 5 * 366 * NS_PER_DAY  # as far as rollovers are laid out
_LARGEST_POINTS = 2**30
_NOW = np.zeros(1, np.int64)  # live quotes have no age


@attrs.frozen(kw_only=True)
class Outcome:
    """What an event has led to.

    Attributes
    ----------
    deals : tuple of DEAL records
        In the order in which they were made.
    refusals : tuple of str
        Why requests, or orders at their fill, were refused: names of ``REFUSALS``.
    ticket : int
        The ledger's ticket of the order that was accepted; 0 none.
    strains : mapping of int to Strain
        What each stop-out was decided by, by the ledger's ticket of the position.
    """

    deals: tuple[Any, ...] = ()
    refusals: tuple[str, ...] = ()
    ticket: int = 0
    strains: Mapping[int, Strain] = attrs.field(factory=dict)


class Stepper:
    """A ledger and the one stretch of rows in which its next events are written.

    Parameters
    ----------
    symbols : mapping of str to Symbol
        By name; their places are the ledger's indices.
    account : Account
        At the start.
    quotes : mapping of str to (bid, ask)
        Prices at the start, in points, of every symbol.
    start_ns : int
        UTC.
    limits_better : bool
        Whether limit orders and targets that a gap has passed are filled at the better price that is there.

    Raises
    ------
    ConfigError
        If no way leads from the currency of a symbol to that of the account.
    """

    def __init__(
        self,
        symbols: Mapping[str, Symbol],
        account: Account,
        quotes: Mapping[str, tuple[int, int]],
        start_ns: int,
        *,
        limits_better: bool = False,
    ) -> None:
        self.symbols = dict(symbols)
        self.places = {name: place for place, name in enumerate(symbols)}
        self._setup = _set_up(self.symbols, account, quotes, start_ns)
        self._setup.account_record["limit_fill_open"] = limits_better
        self._rates = _LiveRates(self.symbols, account, quotes, self._setup)
        self._rows = _Rows(self._setup, account, start_ns)
        self._held: set[int] = set()  # places of the symbols on which something is open or ordered
        self.ledger = Ledger(self._setup)
        self._trial = Ledger(self._setup)
        for ledger in (self.ledger, self._trial):
            ledger.follow(self._rows.market)
        for place, symbol in enumerate(self.symbols.values()):
            for ledger in (self.ledger, self._trial):
                ledger.symbols[place]["slippage"] = symbol.slippage_points
            self.requote(symbol.name, *quotes[symbol.name])

    def requote(self, name: str, bid: int, ask: int) -> None:
        """Make these the quotes of a symbol, for conversions too, without an event of the ledger."""
        record = self.ledger.symbols[self.places[name]]
        record["bid"], record["ask"] = bid, ask
        self._rates.note(name, bid, ask)

    def rates_now(self) -> None:
        """Bring the rates in the ledger's records of symbols up to the present quotes."""
        for place, row in enumerate(self._rates.rows(range(len(self.symbols)))):
            record = self.ledger.symbols[place]
            record["gain_rate"], record["loss_rate"] = row["gain"], row["loss"]
            record["margin_currency_rate"], record["margin_gain_rate"] = row["margin"], row["margin_gain"]
            record["fee_rate"] = row["fee"]

    def event(self, name: str, time_ns: int, bid: int, ask: int, *, shut: bool) -> Outcome:
        """Let a quote of a symbol reach the account.

        Parameters
        ----------
        name : str
            Symbol.
        time_ns : int
            UTC, not before the last event.
        bid, ask : int
            Points.
        shut : bool
            Whether it lies outside the sessions, where nothing can be done.
        """
        self.requote(name, bid, ask)
        self.queue(name, time_ns, bid, ask, shut=shut)
        return self.flush()

    def queue(self, name: str, time_ns: int, bid: int, ask: int, *, shut: bool) -> bool:
        """Write an event as :meth:`event` takes it, to be taken with others; say whether there is room for no more."""
        if self._rows.is_full:
            self._turn()
        self._rates.note(name, bid, ask)
        self._write(name, time_ns, bid, ask, shut=shut)
        self._rows.used += 1
        return self._rows.is_full

    def flush(self) -> Outcome:
        """Take the events that are written and not taken yet."""
        account = self.ledger.account
        outs = int(account["stop_outs"])
        if account["positions"]:
            remember(self._trial, self.ledger)
        outcome = _taken(self.ledger, self._rows.used)
        if account["stop_outs"] > outs:
            outcome = attrs.evolve(outcome, strains=recall(self._trial, self._rows.used))
        held = (
            self.ledger.positions["symbol"][: account["positions"]],
            self.ledger.orders["symbol"][: account["orders"]],
        )
        self._held = set(np.concatenate(held).tolist())
        return outcome

    def sources_of(self, names: Iterable[str]) -> set[str]:
        """Give the symbols by whose quotes the money of others is converted."""
        return self._rates.sources_of(self.places[name] for name in names)

    def _turn(self) -> None:
        """Go on in the first rows; what waits for more has then been tried at an earlier event than any to come."""
        waiting = self.ledger.requests[: self.ledger.account["requests"]]
        waiting["worked"] = np.minimum(waiting["worked"], 1)
        self._rows.used = self.ledger.account["events"] = 2

    def trial(self, name: str, time_ns: int, bid: int, ask: int, request: Mapping[str, Any], *, shut: bool) -> Ledger:
        """Try a request on a copy of the account; what came of it stands in the ledger that is given."""
        if self._rows.is_full:
            self._turn()
        self.requote(name, bid, ask)
        self._write(name, time_ns, bid, ask, shut=shut)
        trial = self._trial
        remember(trial, self.ledger)
        trial.account["requests"] = trial.account["deals"] = 0
        trial.account["refused"] = 0
        write_request(trial, request)
        trial.advance(self._rows.used + 1)
        return trial

    def refusals_of(self, trial: Ledger) -> tuple[str, ...]:
        """Give why a trial was refused; empty where it was not."""
        return tuple(REFUSALS[place] for place in np.flatnonzero(trial.account["refused"]))

    def ask(self, request: Mapping[str, Any]) -> None:
        """Write a request for the next event of its symbol."""
        write_request(self.ledger, request)

    def _write(self, name: str, time_ns: int, bid: int, ask: int, *, shut: bool) -> None:
        self._rows.write(
            self.places[name], time_ns, bid, ask, shut=shut, rates=self._rates.rows(self._held | {self.places[name]})
        )


def write_request(ledger: Ledger, request: Mapping[str, Any]) -> None:
    """Append a request to those that wait; what is not given is 0."""
    row = ledger.requests[ledger.account["requests"]]
    for field in ledger.requests.dtype.names or ():
        row[field] = request.get(field, 0)
    ledger.account["requests"] += 1


def _taken(ledger: Ledger, stop: int) -> Outcome:
    """Take the events before ``stop``, and read off what came of them."""
    account = ledger.account
    refused, ticket = account["refused"].copy(), int(account["next_ticket"])
    ledger.advance(stop)
    deals = ledger.deals.copy()
    account["deals"] = 0
    counts = account["refused"] - refused
    names = tuple(REFUSALS[place] for place in np.flatnonzero(counts))
    accepted = ticket if account["next_ticket"] > ticket else 0
    return Outcome(deals=tuple(deals), refusals=names, ticket=accepted)


def _set_up(
    symbols: Mapping[str, Symbol], account: Account, quotes: Mapping[str, tuple[int, int]], start_ns: int
) -> Setup:
    series, costs = {}, {}
    for name, symbol in symbols.items():
        data = np.zeros(1, TICK)
        bid, ask = quotes[name]
        data["time_ns"], data["bid"], data["ask"] = start_ns, symbol.price(bid), symbol.price(ask)
        if ask > _LARGEST_POINTS:
            raise ConfigError(f"{name}: a price of {symbol.price(ask)} has more points than the simulator counts.")
        series[name] = Ticks(instrument=symbol.instrument, data=data)
        costs[name] = Costs(commission=symbol.commission)
    try:
        return prepare(series, account=account, costs=costs)
    except RateError as problem:
        raise ConfigError(f"{problem} Here: give the server a symbol of that pair.") from problem


class _Rows:
    """Rows of a market that are written one by one; the ledger sees them through views that it cannot write."""

    def __init__(self, setup: Setup, account: Account, start_ns: int) -> None:
        self.used = 0
        self.time_ns = np.zeros(_ROWS, np.int64)
        self._bid, self._ask = np.zeros(_ROWS, np.int32), np.zeros(_ROWS, np.int32)
        self._events = np.zeros(_ROWS, EVENT)
        self._events["decides"] = -1
        self._events["tick"] = 1
        self._closed = np.zeros(_ROWS, np.uint8)
        converts = bool(len(setup.market.rates))
        self._rates = np.zeros((_ROWS if converts else 0, len(setup.symbols), 2), CONVERSION)
        days = np.arange(start_ns, start_ns + _HORIZON_NS, NS_PER_DAY)
        self.market: Market = setup.market._replace(
            time_ns=as_read(self.time_ns),
            end_ns=as_read(self.time_ns),
            bid=Points(*4 * (as_read(self._bid),)),
            ask=Points(*4 * (as_read(self._ask),)),
            events=as_read(self._events),
            closed=as_read(self._closed),
            rates=as_read(self._rates),
            rollovers=as_read(due_rows(account.clock, setup.costs.values(), days, days)),
            midnights=as_read(account.clock.midnights_ns(start_ns, start_ns + _HORIZON_NS)),
        )

    @property
    def is_full(self) -> bool:
        """Whether the last row is used."""
        return self.used == len(self.time_ns)

    def write(self, place: int, time_ns: int, bid: int, ask: int, *, shut: bool, rates: NDArray[np.void]) -> None:
        """Write the next row; it is used once :attr:`used` is raised."""
        row = self.used
        self.time_ns[row] = time_ns
        self._bid[row], self._ask[row] = bid, ask
        self._events["symbol"][row] = place
        self._closed[row] = shut
        if len(self._rates):
            self._rates[row] = rates[:, None]


class _LiveRates:
    """The core's conversions, over quotes that are written anew as they come."""

    def __init__(
        self, symbols: Mapping[str, Symbol], account: Account, quotes: Mapping[str, tuple[int, int]], setup: Setup
    ) -> None:
        self._symbols = symbols
        self._sources = {
            name: RateSource(
                base=symbol.instrument.base_currency,
                quote=symbol.instrument.profit_currency,
                known_ns=np.empty(0, np.int64),
                bid=np.array([symbol.price(quotes[name][0])]),
                ask=np.array([symbol.price(quotes[name][1])]),
            )
            for name, symbol in symbols.items()
            if symbol.instrument.asset_class is AssetClass.FOREX
        }
        self._rates = Rates(sources=list(self._sources.values()), account_currency=account.currency)
        self._wanted = [self._currencies(setup, place) for place in range(len(symbols))]

    def _currencies(self, setup: Setup, place: int) -> tuple[str | None, str | None, str | None]:
        """Give the currencies of profit, margin and commission of a symbol that are converted by rates."""
        record, instrument = setup.symbol_records[place], setup.series[place].instrument
        fee = setup.costs[instrument.symbol].commission.currency
        wants = ("profit_conversion", "margin_conversion", "fee_conversion")
        named = (instrument.profit_currency, instrument.margin_currency, fee)
        profit, margin, charged = (name if record[want] == 2 else None for want, name in zip(wants, named, strict=True))
        return profit, margin, charged

    def sources_of(self, places: Iterable[int]) -> set[str]:
        """Give the symbols that stand on the ways from the currencies of others to that of the account."""
        currencies = {currency for place in places for currency in self._wanted[place] if currency is not None}
        hops = [source for currency in currencies for source, _ in self._rates.way(currency)]
        return {name for name, source in self._sources.items() if any(source is hop for hop in hops)}

    def note(self, name: str, bid: int, ask: int) -> None:
        """Take over a quote."""
        source = self._sources.get(name)
        if source is not None:
            source.bid[0], source.ask[0] = self._symbols[name].price(bid), self._symbols[name].price(ask)

    def rows(self, places: Iterable[int]) -> NDArray[np.void]:
        """Give the rates of now for some symbols, of the others none: (symbols,) CONVERSION."""
        table = np.zeros(len(self._wanted), CONVERSION)
        table["fee"] = 1.0
        known: dict[str, tuple[float, float]] = {}
        for place in places:
            row, (profit, margin, fee) = table[place], self._wanted[place]
            if profit is not None:
                row["gain"], row["loss"] = self._sides(profit, known)
            if margin is not None:
                row["margin_gain"], row["margin"] = self._sides(margin, known)
            if fee is not None:
                row["fee"] = self._sides(fee, known)[1]
        return table

    def _sides(self, currency: str, known: dict[str, tuple[float, float]]) -> tuple[float, float]:
        if currency not in known:
            gain, loss = self._rates.sides(currency, _NOW)
            known[currency] = float(gain[0]), float(loss[0])
        return known[currency]
