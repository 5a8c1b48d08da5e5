"""What the parts of the adapter share: one terminal, one account, its clock and its symbols."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from forexai_core.ports.clock import Clock
from forexai_mt5.adapter.fillings import Fillings
from forexai_mt5.adapter.marks import SentMarks
from forexai_mt5.adapter.server_clock import ServerClock
from forexai_mt5.adapter.session import TerminalSession
from forexai_mt5.adapter.symbols import Symbols
from forexai_mt5.adapter.views import Views
from forexai_mt5.terms import constants as c
from forexai_mt5.terms.structures import AccountInfo, TradeDeal, TradeOrder, TradePosition

__all__ = ["Venue"]

_WATCHED = 12  # symbols whose ticks the clock is measured by
_AHEAD_S = 7 * 86_400
_AGAIN_S = 2.0


@attrs.frozen(kw_only=True, eq=False)
class Venue:
    """A terminal that is looked at.

    Attributes
    ----------
    session : TerminalSession
        With it.
    time : Clock
        This machine's.
    clock : ServerClock
        The server's.
    symbols : Symbols
        Of the terminal.
    marks : SentMarks
        Of what was sent.
    views : Views
        What is shown, as values of the core.
    fillings : Fillings
        Of orders at the market.
    """

    session: TerminalSession
    time: Clock
    clock: ServerClock
    symbols: Symbols
    marks: SentMarks = attrs.field(factory=SentMarks)
    views: Views = attrs.field(init=False)
    fillings: Fillings = attrs.field(init=False)

    @views.default
    def _make_views(self) -> Views:
        return Views(self.symbols, self.clock, self.marks)

    @fillings.default
    def _make_fillings(self) -> Fillings:
        return Fillings(self.session)

    async def open(self, *, trades: Sequence[str] = (), patience_s: float) -> AccountInfo:
        """Connect, and find out what has to be known before anything is read.

        Parameters
        ----------
        trades : sequence of str
            Symbols of ours that are put into the Market Watch.
        patience_s : float
            How long to wait for ticks by which the server's clock is measured, where it has never been.

        Raises
        ------
        BrokerUnreachableError
            If the terminal is not reached, is at another account, or its clock is not known.
        """
        account = await self.session.open()
        await self.symbols.load()
        for name in trades:
            theirs = self.symbols.theirs(name)
            if theirs not in self.symbols.watched:
                await self.symbols.select(theirs)
        await self.clock.recall(account.server)
        await self.look_at_clock(patience_s=min(patience_s, _AGAIN_S) if self.clock.was_measured else patience_s)
        self.clock.known  # noqa: B018 - raises where it is not known
        await self.see_time()
        return account

    async def look_at_clock(self, *, patience_s: float) -> None:
        """Measure the server's clock, where a day has passed since the last time."""
        if self.clock.is_due:
            await self.clock.measure(self.symbols.last_tick, self.symbols.watched[:_WATCHED], patience_s=patience_s)

    async def see_time(self) -> None:
        """Let the newest stamp tell the venue's time, where this machine's clock does not."""
        if self.clock.follows_ticks:
            for name in self.symbols.watched[:_WATCHED]:
                tick = await self.symbols.last_tick(name)
                if tick is not None:
                    self.clock.see(tick)

    # ----------------------------------------------------------------------------------------------------- looking up
    async def positions(self) -> Sequence[TradePosition]:
        """Give what is open."""
        found: Sequence[TradePosition] = await self.session.ask("positions_get")
        return found

    async def position(self, identifier: int) -> TradePosition | None:
        """Find an open position by the number that stays the same when its ticket changes."""
        return next((each for each in await self.positions() if each.identifier == identifier), None)

    async def working(self, ticket: int) -> TradeOrder | None:
        """Find a working order."""
        found: Sequence[TradeOrder] = await self.session.ask("orders_get", ticket=ticket, missing={c.RES_E_NOT_FOUND})
        return found[0] if found else None

    async def past(self, ticket: int) -> TradeOrder | None:
        """Find an order that is done."""
        found = await self.session.ask("history_orders_get", ticket=ticket, missing={c.RES_E_NOT_FOUND})
        return found[0] if found else None

    async def deals_of_order(self, ticket: int) -> Sequence[TradeDeal]:
        """Find the deals of an order."""
        found = await self.session.ask("history_deals_get", ticket=ticket, missing={c.RES_E_NOT_FOUND})
        return found or ()

    async def deals_of_position(self, identifier: int) -> Sequence[TradeDeal]:
        """Find the deals of a position."""
        found = await self.session.ask("history_deals_get", position=identifier, missing={c.RES_E_NOT_FOUND})
        return found or ()

    async def deals(self, start_ns: int, stop_ns: int) -> Sequence[TradeDeal]:
        """Read the deals around a span.

        Both ends are moved out by two hours: the hour that the clock skips or repeats must not cut anything off. The
        end is never before the server's own time, which may be ahead, and never so far that it would not fit.
        """
        first = self.clock.wall_s(start_ns - 2 * 3_600 * 10**9)
        now_s = self.clock.wall_s(max(self.clock.now_ns(), self.time.now_ns()))
        last = min(self.clock.wall_s(stop_ns) + 2 * 3_600, now_s + _AHEAD_S)
        if last < first:
            return ()
        found: Sequence[TradeDeal] = await self.session.ask("history_deals_get", first, last)
        return found
