"""A MetaTrader 5 account as a broker of the core."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import attrs

from forexai_core.errors import BrokerUnreachableError
from forexai_core.ports.broker import BrokerCapabilities, BrokerEvent, Quote, Transfer
from forexai_core.values.accounts import AccountMode, AccountState
from forexai_core.values.bars import Bars
from forexai_core.values.instruments import Instrument
from forexai_core.values.orders import Deal, OrderKind, OrderRequest, OrderState, TimeInForce
from forexai_core.values.positions import Position
from forexai_core.values.timeframes import Timeframe
from forexai_mt5.adapter.candles import Candles
from forexai_mt5.adapter.changing import Changing
from forexai_mt5.adapter.closing_by import ClosingBy
from forexai_mt5.adapter.placing import Placing
from forexai_mt5.adapter.reading import Reading
from forexai_mt5.adapter.submissions import Submissions
from forexai_mt5.adapter.symbols import Symbols
from forexai_mt5.adapter.terminals import Opened, Opener
from forexai_mt5.adapter.venue import Venue
from forexai_mt5.adapter.watching import Pace, Watching
from forexai_mt5.settings import Mt5Settings
from forexai_mt5.terms import constants as c
from forexai_mt5.terms.structures import AccountInfo

__all__ = ["CAPABILITIES", "Mt5Broker"]

CAPABILITIES = BrokerCapabilities(
    order_kinds=frozenset(OrderKind),
    times_in_force=frozenset(TimeInForce),
    modes=frozenset(AccountMode),
    stops_at_venue=True,
    partial_close=True,
    close_by=True,
    finds_client_id=False,
    managed_exits=False,
    live_money=True,
)
"""The most that an account can do."""


class Mt5Broker:
    """A session with one account in one terminal.

    Positions are named by their identifier, which stays the same where their ticket changes.

    Parameters
    ----------
    settings : Mt5Settings
        Which terminal, account and symbols.
    opener : callable
        ``await opener(settings)`` gives the venue; called at each connection.
    """

    def __init__(self, settings: Mt5Settings, opener: Opener) -> None:
        self._settings, self._opener = settings, opener
        self._opened: Opened | None = None
        self._desk: _Desk | None = None
        self._submissions = Submissions()
        self._capabilities = CAPABILITIES

    @property
    def capabilities(self) -> BrokerCapabilities:
        """What this account can do; before the first connection, the most that any can."""
        return self._capabilities

    # ------------------------------------------------------------------------------------------------------ session
    async def connect(self) -> AccountState:
        """Connect to the terminal, and make sure of the account."""
        if self._desk is None:
            opened = self._opened or await self._opener(self._settings)
            self._opened = opened
            try:
                info = await opened.venue.open(trades=self._settings.trades, patience_s=self._settings.clock_patience_s)
            except BaseException:
                await opened.venue.session.close()
                raise
            self._desk = _Desk.of(opened.venue, self._settings, info)
            self._capabilities = _capabilities_of(info, opened.venue.symbols)
            try:
                return await self._desk.reading.trusted()
            except BaseException:
                await self.disconnect()
                raise
        return await self._desk.reading.trusted()

    async def disconnect(self) -> None:
        """Let the terminal go."""
        desk, self._desk = self._desk, None
        if desk is not None:
            await desk.watching.stop()
            await desk.venue.session.close()

    def _at_desk(self) -> _Desk:
        if self._desk is None:
            raise BrokerUnreachableError("There is no session with the terminal. Connect first.")
        return self._desk

    # ----------------------------------------------------------------------------------------------------- looking
    async def account(self) -> AccountState:
        """Tell how the account stands."""
        return await self._at_desk().reading.trusted()

    async def instruments(self) -> Sequence[Instrument]:
        """List what stands in the Market Watch, or what the settings name."""
        symbols = self._at_desk().venue.symbols
        await symbols.refresh()
        return symbols.instruments(self._settings.trades)

    async def quote(self, symbol: str) -> Quote:
        """Give the last quote of a symbol."""
        desk = self._at_desk()
        found = await desk.reading.quote(symbol)
        desk.watching.watch_quotes(symbol)
        return found

    async def positions(self) -> Sequence[Position]:
        """List what is open."""
        return await self._at_desk().reading.positions()

    async def orders(self) -> Sequence[OrderState]:
        """List the orders that work."""
        return await self._at_desk().reading.orders()

    async def history(self, start_ns: int, stop_ns: int) -> Sequence[Deal]:
        """List the deals of ``[start_ns, stop_ns)``, oldest first."""
        return await self._at_desk().reading.history(start_ns, stop_ns)

    async def candles(self, symbol: str, timeframe: Timeframe, start_ns: int, stop_ns: int) -> Bars:
        """Give the closed bars that open in ``[start_ns, stop_ns)``, of the terminal's history."""
        return await Candles(self._at_desk().venue).closed(symbol, timeframe, start_ns, stop_ns)

    async def transfers(self, start_ns: int, stop_ns: int) -> Sequence[Transfer]:
        """List the deposits, withdrawals and credits of ``[start_ns, stop_ns)``, oldest first."""
        return await self._at_desk().reading.transfers(start_ns, stop_ns)

    def events(self) -> AsyncIterator[BrokerEvent]:
        """Follow what happens, from now on, until the session ends."""
        return self._at_desk().watching.follow()

    # ------------------------------------------------------------------------------------------------------ trading
    async def submit(self, request: OrderRequest) -> OrderState:
        """Place an order; at most one request is sent for one ``client_id``."""
        desk = self._at_desk()
        return await self._submissions.once(
            request.client_id, request, lambda: desk.place(request), lambda state: desk.find(request, state)
        )

    async def close(self, position: int, *, client_id: str, volume_lots: float | None = None) -> OrderState:
        """Close a position at the market, or a part of it."""
        desk = self._at_desk()
        asked: list[OrderRequest] = []

        async def send() -> OrderState:
            found = await desk.venue.position(position)
            if found is None:
                raise await desk.placing.no_position(position)
            shown = desk.venue.views.position(found)
            asked.append(
                OrderRequest(
                    client_id=client_id,
                    symbol=shown.symbol,
                    side=-shown.side,
                    volume_lots=shown.volume_lots if volume_lots is None else volume_lots,
                    position=position,
                )
            )
            return await desk.place(asked[0])

        async def find(state: OrderState | None) -> OrderState | None:
            return None if state is None else await desk.find(state.request, state)

        return await self._submissions.once(client_id, ("close", position, volume_lots), send, find)

    async def close_by(self, position: int, by: int, *, client_id: str) -> OrderState:
        """Close two opposite positions by each other; on a hedging account only."""
        desk = self._at_desk()

        async def send() -> OrderState:
            await desk.watching.before_sending()
            try:
                return await desk.closing_by.close(position, by, client_id=client_id)
            finally:
                desk.watching.stir()

        return await self._submissions.once(client_id, ("close by", position, by), send, _as_answered)

    async def modify(
        self,
        ticket: int,
        *,
        price: float | None = None,
        stop_loss: float | None = None,
        take_profit: float | None = None,
    ) -> None:
        """Change a working order, or a position's stop and target."""
        desk = self._at_desk()
        await desk.changing.modify(ticket, price=price, stop_loss=stop_loss, take_profit=take_profit)
        desk.watching.stir()

    async def cancel(self, order: int) -> OrderState:
        """Take a working order back."""
        desk = self._at_desk()
        state = await desk.changing.cancel(order)
        desk.watching.stir()
        return state


@attrs.frozen(kw_only=True, eq=False)
class _Desk:
    """What a connected session works with."""

    venue: Venue
    reading: Reading
    placing: Placing
    changing: Changing
    closing_by: ClosingBy
    watching: Watching

    @classmethod
    def of(cls, venue: Venue, settings: Mt5Settings, info: AccountInfo) -> _Desk:
        reading = Reading(venue)
        placing = Placing(venue, deviation_points=settings.deviation_points, appear_s=settings.appear_s)
        placing.account = info
        return cls(
            venue=venue,
            reading=reading,
            placing=placing,
            changing=Changing(venue, placing),
            closing_by=ClosingBy(venue, placing, appear_s=settings.appear_s),
            watching=Watching(venue, reading, Pace(settings.poll_s, settings.longest_poll_s)),
        )

    async def place(self, request: OrderRequest) -> OrderState:
        """Place an order, and have what follows seen soon."""
        await self.watching.before_sending()
        try:
            return await self.placing.place(request)
        finally:
            self.watching.stir()

    async def find(self, request: OrderRequest, state: OrderState | None) -> OrderState | None:
        """Look how an order stands: by its ticket, or, where its answer was lost, by its own number."""
        if state is not None:
            return await self.placing.look(request, state.order)
        if not request.magic:
            return None
        tickets = {each.order for each in await self.reading.orders() if each.request.magic == request.magic}
        now_ns = self.venue.clock.now_ns()
        for deal in await self.reading.history(now_ns - 86_400 * 10**9, now_ns + 86_400 * 10**9):
            if deal.magic == request.magic and deal.side == request.side and deal.reason == "signal":
                tickets.add(deal.order)
        # Of several orders of one number nobody can say which one is meant.
        return await self.placing.look(request, tickets.pop()) if len(tickets) == 1 else None


async def _as_answered(state: OrderState | None) -> OrderState | None:
    """Look at an order that was done when it was answered; of one that was not, only the positions tell."""
    return state


def _capabilities_of(info: AccountInfo, symbols: Symbols) -> BrokerCapabilities:
    orders, stops = symbols.ending_daily()
    hedging = info.margin_mode == c.ACCOUNT_MARGIN_MODE_RETAIL_HEDGING
    return attrs.evolve(
        CAPABILITIES,
        modes=frozenset({AccountMode.HEDGING if hedging else AccountMode.NETTING}),
        close_by=hedging,
        live_money=info.trade_mode == c.ACCOUNT_TRADE_MODE_REAL,
        orders_end_daily=orders,
        stops_end_daily=stops,
    )
