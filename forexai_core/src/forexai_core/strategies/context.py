"""What a class strategy is handed at each bar: prices, account and orders, as far as they are known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, NoReturn

import attrs

from forexai_core.errors import ConfigError, did_you_mean
from forexai_core.strategies.exits import Units
from forexai_core.strategies.expiries import Expiry, expiry_instant
from forexai_core.strategies.feeds import Feeds
from forexai_core.strategies.requests import Asked, LedgerArrays
from forexai_core.strategies.series import Cursor, FollowingCursor, IndicatorSeries
from forexai_core.strategies.trading import Trading
from forexai_core.strategies.views import BarsView, TicksView
from forexai_core.values.accounts import Account, AccountState
from forexai_core.values.bars import Bars
from forexai_core.values.instruments import Instrument
from forexai_core.values.ticks import Ticks
from forexai_core.values.timeframes import Timeframe

__all__ = ["Context", "SleeveOf", "open_contexts"]


@attrs.frozen
class SleeveOf:
    """Which of several strategies a context is of.

    Attributes
    ----------
    index : int
        Its place in the list.
    timeframe : Timeframe
        Of the bars that it decides on.
    netting : bool
        Whether the account holds one position a symbol.
    """

    index: int
    timeframe: Timeframe
    netting: bool


class Context(Trading):
    """The market and the account as they are known at one moment, and the orders that can be given in it.

    Nothing later than the present bar can be reached through it; higher bars appear when they have ended.

    Attributes
    ----------
    symbol : str
        What is traded through it.
    bars : BarsView
        Its bars: ``ctx.bars.close[-1]``; ``ctx.bars("H4")`` in a higher timeframe.
    indicator : callable
        ``ctx.indicator("rsi", 14)[-1]``: :meth:`BarsView.indicator` of ``bars``.
    """

    def __init__(
        self,
        ledger: LedgerArrays,
        feeds: Feeds,
        symbol: str,
        *,
        account: Account,
        leader: Cursor,
        owner: str | None = None,
        tags: list[str] | None = None,
        sleeve: SleeveOf | None = None,
    ) -> None:
        owner = owner or symbol
        names = feeds.symbols
        feed, leading = feeds[symbol], feeds[owner]
        if sleeve is not None:
            feed, leading = feed.higher(sleeve.timeframe), leading.higher(sleeve.timeframe)
        super().__init__(
            ledger,
            names.index(symbol),
            names.index(owner) if sleeve is None else sleeve.index,
            Units(feed.instrument),
            [""] if tags is None else tags,
        )
        self.symbol = symbol
        self._feeds, self._feed, self._account, self._owner = feeds, feed, account, owner
        self._leader, self._times, self._sleeve = leader, leading.ends, sleeve
        opened = leading.prices.time_ns
        self._start_ns = int(opened[0]) if len(opened) else 0
        cursor = leader if symbol == owner else FollowingCursor(leader, self._times, feed.ends)
        self._cursor = cursor
        self._quoted = (feed, cursor)
        if feed is not feeds[symbol]:  # quotes are those of the run's own prices, whatever bars decide
            self._quoted = (feeds[symbol], FollowingCursor(leader, self._times, feeds[symbol].ends))
        self._others: dict[str, Context] = {}
        self.bars = BarsView(feed, cursor)
        # A strategy asks for its indicators at every bar: this finds them again without a step of Python.
        self.indicator: Callable[..., IndicatorSeries] = cache(self.bars.indicator)

    if not TYPE_CHECKING:  # type checkers shall go on to find misspelled names by themselves

        def __getattr__(self, name: str) -> NoReturn:
            """Refuse an unknown name, and say which one may be meant."""
            known = [each for each in (*dir(type(self)), "symbol", "bars", "indicator") if not each.startswith("_")]
            hint = "" if name.startswith("_") else f" {did_you_mean(name, known)}"
            raise AttributeError(f"ctx has no '{name}'.{hint}")

    def _ask(self, **fields: Any) -> Asked:
        if self.symbol != self._owner and self._sleeve is not None and self._sleeve.netting:
            raise ConfigError(
                f"{self.symbol}: with several strategies on a netting account each trades its own symbol only, "
                f"{self._owner} here, since a symbol has one position. Give the account mode='hedging', or a sleeve "
                f"of its own to {self.symbol}."
            )
        return super()._ask(**fields)

    def _decision(self) -> int:
        return self._leader.count

    def _bars_behind(self) -> int:
        if self.symbol == self._owner:
            return self._leader.count - self._leader.synced
        self._ledger.catch_up_now()
        return 0

    def _now(self) -> int:
        return self.time_ns

    def _until(self, expiry: Expiry, expiry_ns: int) -> int:
        return expiry_instant(self.symbol, expiry, expiry_ns, self._account.clock)

    @property
    def instrument(self) -> Instrument:
        """Contract of the symbol."""
        return self._feed.instrument

    @property
    def time_ns(self) -> int:
        """The present: when the bar that decides has ended, nanoseconds UTC; at the start, when the first one opens."""
        known = self._leader.count
        return self._times[known - 1] if known else self._start_ns

    @property
    def ticks(self) -> TicksView:
        """Ticks of the symbol, in a run on ticks.

        Raises
        ------
        ConfigError
            In a run on bars.
        """
        if not isinstance(self._feed.prices, Ticks):
            raise ConfigError(f"{self.symbol}: this run is on {self._feed.timeframe} bars and has no ticks.")
        return TicksView(self._feed, self._cursor)

    @property
    def bid(self) -> float:
        """Newest bid; NaN before the first bar."""
        return self.bars.close[-1]

    @property
    def ask(self) -> float:
        """Newest ask, by the spread that the run charges; NaN before the first bar."""
        feed, cursor = self._quoted
        if not cursor.count:
            return float("nan")
        spread = int(self._ledger.symbols[self._symbol_index]["spread"])
        return feed.ask_close(cursor.count - 1, spread)

    @property
    def account(self) -> AccountState:
        """Balance, equity and margin at the present prices."""
        self._ledger.catch_up_now()
        record = self._ledger.account
        return AccountState(
            time_ns=self.time_ns,
            currency=self._account.currency,
            balance=float(record["balance"]),
            equity=float(record["equity"]),
            margin=float(record["margin"]),
        )

    def on(self, symbol: str) -> Context:
        """Give another symbol of the run, seen and traded by the same strategy.

        Raises
        ------
        ConfigError
            If the run has no prices of it.
        """
        if symbol == self.symbol:
            return self
        found = self._others.get(symbol)
        if found is None:
            found = Context(
                self._ledger,
                self._feeds,
                symbol,
                account=self._account,
                leader=self._leader,
                owner=self._owner,
                tags=self._tags,
                sleeve=self._sleeve,
            )
            self._others[symbol] = found
        return found


def open_contexts(
    ledger: LedgerArrays, prices: Mapping[str, Bars | Ticks], account: Account
) -> tuple[list[Context], list[Cursor]]:
    """Make the context of every symbol of a run, and the cursors that its drive moves.

    Parameters
    ----------
    ledger : Ledger
        The account.
    prices : mapping of str to Bars or Ticks
        What the strategies decide on, in the order of the ledger's symbols. The strategy of a symbol has its index.
    account : Account
        As the run began.

    Returns
    -------
    contexts : list of Context
        One a symbol.
    cursors : list of Cursor
        Set ``cursors[k].count = i + 1`` when bar ``i`` of symbol ``k`` has closed, then call its strategy.
    """
    feeds = Feeds(prices, account.clock)
    cursors = [Cursor() for _ in feeds.symbols]
    contexts = [
        Context(ledger, feeds, symbol, account=account, leader=cursor)
        for symbol, cursor in zip(feeds.symbols, cursors, strict=True)
    ]
    return contexts, cursors
