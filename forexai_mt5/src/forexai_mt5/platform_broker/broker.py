"""An account behind a connector as a broker of the core: gateway, connector and the broker there are one venue."""

from __future__ import annotations

import secrets as chance
from collections.abc import AsyncIterator, Sequence

from forexai_core.errors import BrokerUnreachableError, FencedError, OrderRejectedError, OrderStateUnknownError
from forexai_core.ports.broker import BrokerCapabilities, BrokerEvent, Quote
from forexai_core.ports.services import Services
from forexai_core.values.accounts import AccountMode, AccountState
from forexai_core.values.bars import Bars
from forexai_core.values.instruments import Instrument
from forexai_core.values.orders import Deal, OrderKind, OrderRequest, OrderState, OrderStatus, TimeInForce
from forexai_core.values.positions import Position
from forexai_core.values.timeframes import NS_PER_DAY, Timeframe
from forexai_mt5.adapter.submissions import Submissions
from forexai_mt5.gateway.line import ConnectorLine
from forexai_mt5.platform_broker.candles import LineCandles
from forexai_mt5.platform_broker.commanding import Commanding, closing_fields, opening_fields, state_of
from forexai_mt5.platform_broker.following import Following
from forexai_mt5.platform_broker.reading import abilities_of, account_of, deal_of, order_of, position_of, quote_of
from forexai_mt5.platform_broker.settings import LineSettings
from forexai_mt5.protocol.contracts import instrument_of_contract
from forexai_mt5.protocol.reports import AccountRow

__all__ = ["CAPABILITIES", "LineBroker"]

_FOREVER = 2**62

CAPABILITIES = BrokerCapabilities(
    order_kinds=frozenset(OrderKind),
    times_in_force=frozenset(TimeInForce),
    modes=frozenset(AccountMode),
    stops_at_venue=True,
    partial_close=True,
    close_by=False,
    finds_client_id=True,
    managed_exits=False,
    live_money=True,
)
"""The most that an account behind a connector can do."""


class LineBroker:
    """A session with an account over its connector.

    Parameters
    ----------
    settings : LineSettings
        Which account.
    services : Services
        Of the platform: the same bus and leases as the gateway's.
    """

    def __init__(self, settings: LineSettings, services: Services) -> None:
        self._settings, self._clock = settings, services.clock
        self._line = ConnectorLine(services, settings.account, patience_s=settings.patience_s)
        self._commanding = Commanding(self._line, services.clock, ttl_s=settings.ttl_s)
        self._following = Following(self._line, self, services.clock, look_s=settings.look_s)
        self._submissions = Submissions()
        self._connected = False
        self._capabilities = CAPABILITIES

    @property
    def capabilities(self) -> BrokerCapabilities:
        """What this account can do; before the first connection, the most that any can."""
        return self._capabilities

    # ------------------------------------------------------------------------------------------------------ session
    async def connect(self) -> AccountState:
        """Take the line to the connector, and ask which account is there. Twice is once."""
        try:
            await self._line.open()
            row = await self._account()
        except FencedError as problem:
            raise BrokerUnreachableError(str(problem)) from problem
        except BaseException:
            if not self._connected:
                await self._line.close()
            raise
        self._connected = True
        self._capabilities = abilities_of(row)
        return account_of(row)

    async def disconnect(self) -> None:
        """Give the line back; nothing at the account changes. Twice is once."""
        if self._connected:
            self._connected = False
            await self._following.stop()
            await self._line.close()
            await self._submissions.settle()

    def _open(self) -> ConnectorLine:
        if not self._connected:
            raise BrokerUnreachableError("There is no session with the account. Connect first.")
        return self._line

    # ------------------------------------------------------------------------------------------------------- asking
    async def _account(self) -> AccountRow:
        (answer,) = await self._line.query("ACCOUNT", timeout_s=self._settings.query_s)
        if answer.account is None:
            raise BrokerUnreachableError("The connector does not tell about the account. Update it.")
        return answer.account

    async def account(self) -> AccountState:
        """Tell how the account stands."""
        self._open()
        return account_of(await self._account())

    async def instruments(self) -> Sequence[Instrument]:
        """List what can be traded there."""
        answers = await self._open().query("INSTRUMENTS", timeout_s=3 * self._settings.query_s)
        return tuple(instrument_of_contract(row.contract) for answer in answers for row in answer.instruments)

    async def quote(self, symbol: str) -> Quote:
        """Give the last quote of a symbol."""
        (answer,) = await self._open().query("PRICE", symbol=symbol, timeout_s=self._settings.query_s)
        if not answer.prices:
            raise OrderRejectedError(f"{symbol} has no price.")
        quote = quote_of(answer.prices[0])
        await self._following.watch_quotes(symbol)
        return quote

    async def positions(self) -> Sequence[Position]:
        """List what is open."""
        answers = await self._open().query("POSITIONS", timeout_s=self._settings.query_s)
        names = self._commanding.names.client_id
        return tuple(position_of(row, names) for answer in answers for row in answer.positions)

    async def orders(self) -> Sequence[OrderState]:
        """List the orders that work."""
        answers = await self._open().query("ORDERS", timeout_s=self._settings.query_s)
        names = self._commanding.names.client_id
        return tuple(order_of(row, names) for answer in answers for row in answer.orders)

    async def history(self, start_ns: int, stop_ns: int) -> Sequence[Deal]:
        """List the deals with ``start_ns <= time_ns < stop_ns``, oldest first."""
        line, names = self._open(), self._commanding.names.client_id
        answers = await line.query("DEALS", start=start_ns, stop=stop_ns, timeout_s=6 * self._settings.query_s)
        return tuple(deal_of(row, names) for answer in answers for row in answer.deals)

    async def candles(self, symbol: str, timeframe: Timeframe, start_ns: int, stop_ns: int) -> Bars:
        """Give the closed bars that open in ``[start_ns, stop_ns)``, of the history of the broker there."""
        candles = LineCandles(self._open(), query_s=self._settings.query_s, history_s=6 * self._settings.query_s)
        return await candles.closed(symbol, timeframe, start_ns, stop_ns)

    def events(self) -> AsyncIterator[BrokerEvent]:
        """Follow what happens, from the call on."""
        self._open()
        return self._following.follow()

    # ------------------------------------------------------------------------------------------------------ trading
    async def submit(self, request: OrderRequest) -> OrderState:
        """Have an order placed; it is carried out once at most for one ``client_id``."""
        self._open()
        fields = opening_fields(request) if request.opens else closing_fields(request)

        async def send() -> OrderState:
            await self._following.before_sending()
            try:
                return state_of(await self._commanding.send(request.client_id, fields), request)
            finally:
                self._following.stir()

        return await self._submissions.once(request.client_id, request, send, self._stands)

    async def close(self, position: int, *, client_id: str, volume_lots: float | None = None) -> OrderState:
        """Have a position closed at the market, or a part of it."""
        self._open()

        async def send() -> OrderState:
            await self._following.before_sending()
            held = next((each for each in await self.positions() if each.position == position), None)
            fields = {"action": "CLOSE", "ticket": position, "lot_size": volume_lots or 0}
            try:
                result = await self._commanding.send(client_id, fields)
            finally:
                self._following.stir()
            if held is None:
                held = await self._just_closed(position)
            request = OrderRequest(
                client_id=client_id,
                symbol=held.symbol,
                side=-held.side,
                volume_lots=volume_lots or held.volume_lots,
                position=position,
            )
            return state_of(result, request)

        return await self._submissions.once(client_id, ("close", position, volume_lots), send, self._stands)

    async def _just_closed(self, position: int) -> Position:
        """Describe a position that was not shown, and could be closed, by the deals that opened it."""
        for deal in await self.history(0, _FOREVER):
            if deal.position == position:
                return Position(
                    position=position,
                    symbol=deal.symbol,
                    side=deal.side,
                    volume_lots=deal.volume_lots,
                    open_time_ns=deal.time_ns,
                    open_price=deal.price,
                )
        raise OrderStateUnknownError(f"Position {position} was closed, and its deals are not shown yet. Look again.")

    async def _stands(self, state: OrderState | None) -> OrderState | None:
        """Tell how an order stands now; what is known of one that does not work any more is what was answered."""
        if state is None or not state.status.working:
            return state
        working = next((each for each in await self.orders() if each.order == state.order), None)
        if working is not None:
            return working
        ago_ns = self._clock.now_ns() - state.placed_time_ns
        since_ns = (await self.account()).time_ns - ago_ns - NS_PER_DAY  # the broker's clock may be another
        filled = [each for each in await self.history(since_ns, _FOREVER) if each.order == state.order]
        lots = round(sum(each.volume_lots for each in filled), 8)
        status = OrderStatus.FILLED if lots >= state.request.volume_lots - 1e-8 else OrderStatus.CANCELLED
        return OrderState(
            order=state.order,
            request=state.request,
            status=status,
            filled_lots=lots,
            average_price=sum(each.price * each.volume_lots for each in filled) / lots if lots else 0.0,
            position=filled[0].position if filled else state.position,
            placed_time_ns=state.placed_time_ns,
            done_time_ns=filled[-1].time_ns if filled else self._clock.now_ns(),
        )

    async def modify(
        self,
        ticket: int,
        *,
        price: float | None = None,
        stop_loss: float | None = None,
        take_profit: float | None = None,
    ) -> None:
        """Change a working order, or a position's stop and target."""
        self._open()
        levels = {"price": price, "stop_loss": stop_loss, "take_profit": take_profit}
        if all(value is None for value in levels.values()):
            return
        try:
            await self._commanding.send(_own_id("m"), {"action": "MODIFY", "ticket": ticket, **levels})
        finally:
            self._following.stir()

    async def cancel(self, order: int) -> OrderState:
        """Have a working order taken back."""
        self._open()
        known = next((each for each in await self.orders() if each.order == order), None)
        try:
            result = await self._commanding.send(_own_id("c"), {"action": "CANCEL", "ticket": order})
        finally:
            self._following.stir()
        if known is None:
            raise OrderStateUnknownError(f"Order {order} was taken back, and was not shown before. Look again.")
        return state_of(result, known.request)


def _own_id(kind: str) -> str:
    """Name a command that is about something that stands already."""
    return f"{kind}-{chance.token_hex(12)}"
