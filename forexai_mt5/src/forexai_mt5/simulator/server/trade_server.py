"""A trade server with one account, and how it lives through the market between two calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from forexai_core.engine.ledger import Ledger
from forexai_core.engine.state.records import NEVER, NO_PRICE, REQUEST_MODIFY_POSITION
from forexai_mt5.simulator.market.feed import Feed, Quote, Sessions
from forexai_mt5.simulator.market.prices import Market
from forexai_mt5.simulator.market.symbols import Symbol
from forexai_mt5.simulator.server.account_settings import AccountSettings
from forexai_mt5.simulator.server.booking import Books
from forexai_mt5.simulator.server.depths import Depths
from forexai_mt5.simulator.server.policies import Policies
from forexai_mt5.simulator.server.stepping import Outcome, Stepper
from forexai_mt5.simulator.server.translation import next_midnight_ns
from forexai_mt5.terms import constants as c

__all__ = ["TradeServer"]

_NS_PER_MS = 1_000_000
_REQUESTS_AT_ONCE = 32  # of the server itself: the ledger keeps room for so many, however much is open


class TradeServer:
    """One account at one server.

    Parameters
    ----------
    settings : AccountSettings
        The account.
    symbols : mapping of str to Symbol
        What can be traded, 32 symbols at most.
    market : Market
        Prices.
    now_ns : int
        UTC; the first deposit is made now.
    policies : Policies
        How it does what is not known.
    """

    def __init__(
        self,
        settings: AccountSettings,
        symbols: Mapping[str, Symbol],
        market: Market,
        now_ns: int,
        policies: Policies | None = None,
    ) -> None:
        self.settings = settings
        self.symbols = dict(symbols)
        self.policies = policies or Policies()
        self.feed = Feed(market, self.symbols, now_ns // _NS_PER_MS)
        self.sessions = Sessions(self.symbols)
        self.now_ns = now_ns
        first = {name: (quote.bid, quote.ask) for name, quote in self.feed.last.items()}
        self.stepper = Stepper(
            self.symbols, settings.for_ledger(), first, now_ns, limits_better=self.policies.limits_better
        )
        self.ledger.account["freezes_closes"] = self.policies.close_frozen
        self.books = Books(self.stepper.ledger, self.symbols, self.policies)
        self.books.operate(settings.balance, now_ns, c.DEAL_TYPE_BALANCE, "Deposit")
        self._midnight_ns = next_midnight_ns(settings.clock, now_ns)
        self._bind_depths()
        self.depths = Depths(self.ledger)

    @property
    def ledger(self) -> Ledger:
        """The one ledger behind the account."""
        return self.stepper.ledger

    @property
    def held(self) -> int:
        """How many places of the ledger positions, orders and waiting requests may come to take.

        An order that is filled in parts has a position beside it.
        """
        account = self.ledger.account
        orders = int(account["orders"]) * (2 if account["bounded"] else 1)
        return int(account["positions"]) + orders + int(account["requests"])

    def wall_ns(self, time_ns: int) -> int:
        """Turn an instant into what the server's clock shows, as if that were UTC."""
        return int(self.settings.clock.to_wall_ns(np.int64(time_ns)))  # type: ignore[arg-type]

    def _bind_depths(self) -> None:
        bounded = any(symbol.liquidity_lots is not None for symbol in self.symbols.values())
        self.ledger.account["bounded"] = bounded
        for symbol, record in zip(self.symbols.values(), self.ledger.symbols, strict=True):
            lots = symbol.liquidity_lots
            record["depth"] = NEVER if lots is None else int(lots / symbol.instrument.volume_step + 1e-9)

    # -------------------------------------------------------------------------------------------------- time passes
    def catch_up(self, now_ns: int) -> None:
        """Live through the market up to now."""
        if now_ns <= self.now_ns:
            return
        while self._at_stake() and self._midnight_ns <= now_ns:
            self._quotes_until(self._midnight_ns - 1)
            self._midnight()
        self._quotes_until(now_ns)
        if self._midnight_ns <= now_ns:
            self._midnight_ns = next_midnight_ns(self.settings.clock, now_ns)

    def _at_stake(self) -> bool:
        account = self.ledger.account
        return bool(account["positions"] or account["orders"] or account["requests"])

    def _quotes_until(self, now_ns: int) -> None:
        now_ms = now_ns // _NS_PER_MS
        if not self._at_stake():
            for quote in self.feed.skip(now_ms):
                self._note(quote)
        else:
            quotes = self.feed.until(now_ms, self._followed())
            if self.books.working:
                for quote in quotes:
                    self._expire_before(quote.time_ms * _NS_PER_MS)
                    self._meet(quote)
                self._expire_before(now_ns + 1)
            else:
                self._pass(quotes)
        self.now_ns = max(self.now_ns, now_ns)

    def _note(self, quote: Quote) -> None:
        self.feed.last[quote.symbol] = quote
        self.stepper.requote(quote.symbol, quote.bid, quote.ask)
        self.depths.renew(self.stepper.places[quote.symbol])

    def _pass(self, quotes: list[Quote]) -> None:
        """Let quotes reach positions, many at a time: only deals can come of that, which have times of their own."""
        concerned = self.concerned()
        for quote in quotes:
            if quote.symbol not in concerned:
                self._note(quote)
                continue
            self.feed.last[quote.symbol] = quote
            self.now_ns = max(self.now_ns, quote.time_ms * _NS_PER_MS)
            shut = not self.sessions.is_open(quote.symbol, quote.time_ms)
            if self.stepper.queue(quote.symbol, self.now_ns, quote.bid, quote.ask, shut=shut):
                self.books.take(self.stepper.flush(), self.now_ns)
        self.books.take(self.stepper.flush(), self.now_ns)
        for symbol in {quote.symbol for quote in quotes}:
            self.depths.renew(self.stepper.places[symbol])  # the ledger passes over quotes at which nothing can happen

    def _meet(self, quote: Quote) -> None:
        """Let a quote reach what is open or ordered on its symbol."""
        self._note(quote)
        time_ns = quote.time_ms * _NS_PER_MS
        if quote.symbol in self.concerned():
            self.books.take(self._event(quote.symbol, time_ns), time_ns)

    def concerned(self) -> set[str]:
        """Give the symbols on which something is open or ordered."""
        working = {order.symbol for order in self.books.working.values()}
        return working | {position.symbol for position in self.books.positions.values()}

    def _followed(self) -> list[str]:
        """Give the symbols of which each quote counts: those at stake, and those by which their money is converted."""
        concerned = self.concerned()
        counted = concerned | self.stepper.sources_of(concerned)
        return [name for name in self.symbols if name in counted]

    def event(self, symbol: str, time_ns: int, *requests: Mapping[str, Any], side: int = 0) -> Outcome:
        """Let requests meet the present quote of a symbol, which others have met before.

        Parameters
        ----------
        symbol : str
            Name.
        time_ns : int
            UTC.
        *requests : mapping
            As the ledger has them; none: only time passes.
        side : int
            Of a request that needs volume; 0 none does.
        """
        with self.depths.met_before(self.stepper.places[symbol], side):
            for request in requests:
                self.stepper.ask(request)
            return self._event(symbol, time_ns)

    def _event(self, symbol: str, time_ns: int) -> Outcome:
        quote = self.feed.last[symbol]
        shut = not self.sessions.is_open(symbol, time_ns // _NS_PER_MS)
        self.now_ns = max(self.now_ns, time_ns)
        return self.stepper.event(symbol, self.now_ns, quote.bid, quote.ask, shut=shut)

    def _expire_before(self, time_ns: int) -> None:
        """End the orders whose time is over before an instant, each at its own."""
        due = sorted(
            (order.expiry_ns, order.symbol) for order in self.books.working.values() if 0 < order.expiry_ns < time_ns
        )
        for expiry, symbol in due:
            self.books.take(self.event(symbol, expiry), max(expiry, self.now_ns))

    def _midnight(self) -> None:
        """Turn the day: swaps, orders of the day, and what a symbol keeps for one day only."""
        time_ns = self._midnight_ns
        self._midnight_ns = next_midnight_ns(self.settings.clock, time_ns)
        for symbol in sorted(self.concerned()):
            if self.symbols[symbol].gtc_mode == c.SYMBOL_ORDERS_DAILY:
                self._drop_stops(symbol, time_ns)
            self.books.take(self.event(symbol, time_ns), time_ns)

    def _drop_stops(self, symbol: str, time_ns: int) -> None:
        row = {"kind": REQUEST_MODIFY_POSITION, "symbol": self.stepper.places[symbol]}
        row |= {"stop_loss": NO_PRICE, "take_profit": NO_PRICE}
        held = [position.ledger_ticket for position in self.books.positions.values() if position.symbol == symbol]
        for first in range(0, len(held), _REQUESTS_AT_ONCE):
            requests = [row | {"ticket": ticket} for ticket in held[first : first + _REQUESTS_AT_ONCE]]
            self.books.take(self.event(symbol, time_ns, *requests), time_ns)

    def mark(self) -> None:
        """Bring equity up to the present quotes, by the ledger itself."""
        for position in list(self.books.positions.values())[:1]:
            self.books.take(self.event(position.symbol, self.now_ns), self.now_ns)
