"""Prices on their way from live feeds to the accounts of a session."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import attrs

from forexai_core.backtesting.inputs import Inputs
from forexai_core.data.library import Library
from forexai_core.errors import DataError, StorageError
from forexai_core.live.alerts import Alerts
from forexai_core.live.growth.merging import LivePrices
from forexai_core.live.growth.rows import Prices
from forexai_core.live.session.account_run import AccountRun
from forexai_core.live.session.bulkhead import Bulkhead
from forexai_core.ports.clock import Clock
from forexai_core.values.bars import Bars
from forexai_core.values.ticks import Ticks

__all__ = ["Arriving", "FeedFacts"]

_KEPT_EVERY_S = 60.0
_NS_PER_S = 1_000_000_000


class FeedFacts(NamedTuple):
    """How a feed stands, for people.

    Attributes
    ----------
    symbol, state : str
        Of what, and how it is.
    age_s : float or None
        Seconds since the last price came.
    bid, ask : float or None
        The last quote; the ask where the prices bring it.
    left_out : int
        Rows that were late or came twice.
    """

    symbol: str
    state: str
    age_s: float | None
    bid: float | None
    ask: float | None
    left_out: int


class Arriving:
    """Hands prices to accounts as they come, and keeps them for a repetition.

    Parameters
    ----------
    prices : LivePrices
        Where they come from; begun.
    alerts : Alerts
        Where people are told.
    clock : Clock
        The system's.
    library : Library, optional
        Where prices of the present are kept: nobody could read them again.
    """

    def __init__(self, prices: LivePrices, alerts: Alerts, clock: Clock, library: Library | None) -> None:
        self.prices = prices
        self._alerts, self._clock, self._library = alerts, clock, library
        self._kept: dict[str, int] = {}
        self._kept_ns = clock.monotonic_ns()
        self._stale: tuple[str, ...] = ()
        self._over = False

    @property
    def over(self) -> bool:
        """Whether all has been handed over, and no more will come."""
        return self._over

    def begin(self, runs: Sequence[AccountRun]) -> None:
        """Say to accounts how far their first prices are known."""
        for run in runs:
            run.known_ns = self.prices.until_ns
            if self.prices.at_once:
                run.session.halts = run.staleness.covering(run.session.halts)

    async def hand_over(self, runs: Sequence[AccountRun], nap_s: float, bulkhead: Bulkhead) -> bool:
        """Give the accounts what has come, or wait a little for it; say whether anything was given.

        What fails on one of them is kept from the others.

        Raises
        ------
        DataError, BrokerUnreachableError
            If a feed of recorded prices failed, or one went on with something else.
        """
        before_ns = self.prices.until_ns
        grown = self.prices.more()
        self._tell()
        if not grown and not self.prices.over:
            await self.prices.stirred(nap_s)
            return False
        self._note_stale(runs, before_ns + 1)
        self._over = self.prices.over
        until_ns = None if self._over else self.prices.until_ns
        for run in runs:
            async with bulkhead.around(run):
                run.grow(grown_inputs(run.plan.inputs, self.prices.known), until_ns)
                await run.take_turns()
        await self._keep(all_of_it=self._over)
        return True

    def _note_stale(self, runs: Sequence[AccountRun], since_ns: int) -> None:
        stale = self.prices.stale()
        for run in runs:
            if stale != run.staleness.at(since_ns):
                run.staleness.note(since_ns, stale)
                run.session.book.note("stale", since_ns, {"symbols": list(stale)})

    def _tell(self) -> None:
        """Tell people of feeds that have become stale, and of those that have come back."""
        stale = self.prices.stale()
        for symbol in stale:
            if symbol not in self._stale:
                state = self.prices.subscriptions[symbol].state
                self._alerts.tell(
                    f"stale-{symbol}",
                    f"the prices of {symbol} are stale",
                    f"The feed is {state}. Nothing is opened until prices come again; positions keep their stops.",
                )
        for symbol in set(self._stale) - set(stale):
            self._alerts.forget(f"stale-{symbol}")
        self._stale = stale

    async def _keep(self, *, all_of_it: bool = False) -> None:
        now_ns = self._clock.monotonic_ns()
        if self._library is None or not (all_of_it or now_ns - self._kept_ns >= _KEPT_EVERY_S * _NS_PER_S):
            return
        self._kept_ns = now_ns
        try:
            await asyncio.to_thread(self._append, self._library, all_of_it=all_of_it)
        except (DataError, StorageError, OSError) as problem:  # trading goes on without them
            self._alerts.tell(
                "kept-prices",
                "prices cannot be kept",
                f"{problem} The session goes on, and it is tried again; what is not kept cannot be replayed.",
            )
        else:
            self._alerts.forget("kept-prices")

    def _append(self, library: Library, *, all_of_it: bool) -> None:
        for symbol, rows in self.prices.known.items():
            stop = len(rows)
            if not all_of_it and isinstance(rows, Ticks):  # more ticks of the last instant may come
                stop = int((rows.time_ns < rows.time_ns[-1]).sum())
            fresh = rows[self._kept.get(symbol, 0) : stop]
            if len(fresh):
                library.append(fresh)
                self._kept[symbol] = stop

    async def close(self) -> None:
        """Follow no longer, and keep what came last."""
        await self.prices.close()
        await self._keep(all_of_it=True)

    def facts(self) -> tuple[FeedFacts, ...]:
        """Tell how each feed stands."""
        return tuple(self._facts(symbol) for symbol in self.prices.subscriptions)

    def waiting(self, symbol: str) -> int:
        """Say how many containers of rows a feed has told that nobody has taken yet."""
        return self.prices.subscriptions[symbol].waiting

    def _facts(self, symbol: str) -> FeedFacts:
        each, rows = self.prices.subscriptions[symbol], self.prices.known.get(symbol)
        bid, ask = (None, None) if rows is None else _last_quote(rows)
        left_out = each.counts["late"] + each.counts["duplicate"]
        return FeedFacts(symbol, str(each.state), each.age_s, bid, ask, left_out)


def _last_quote(rows: Prices) -> tuple[float, float | None]:
    if isinstance(rows, Ticks):
        return float(rows.bid[-1]), float(rows.ask[-1])
    return float(rows.close[-1]), None if rows.ask is None else float(rows.ask["close"][-1])


def grown_inputs(inputs: Inputs, known: Mapping[str, Prices]) -> Inputs:
    """Put what is known by now into the inputs of an account."""
    return attrs.evolve(
        inputs,
        prices={symbol: known[symbol] for symbol in inputs.prices},
        rates={
            symbol: known.get(symbol, rate) if isinstance(rate, Bars | Ticks) else rate
            for symbol, rate in inputs.rates.items()
        },
    )
