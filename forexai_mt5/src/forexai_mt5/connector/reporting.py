"""What a connector tells of its account: by itself, and when it is asked."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

from forexai_core.errors import ForexAIError, OrderRejectedError
from forexai_core.ports.broker import Broker
from forexai_core.ports.clock import Clock
from forexai_mt5.connector.command_desk import CommandDesk
from forexai_mt5.connector.guard import Guard
from forexai_mt5.connector.history import CandleBroker, candles_of
from forexai_mt5.connector.rows import (
    CandleRows,
    account_row,
    account_update,
    deal_row,
    instrument_row,
    order_row,
    position_row,
    price_row,
)
from forexai_mt5.connector.settings import ConnectorSettings
from forexai_mt5.connector.telling import said_of
from forexai_mt5.protocol.codec import ProtocolError
from forexai_mt5.protocol.envelope import Message
from forexai_mt5.protocol.rates import Bucket
from forexai_mt5.protocol.reports import Answer, PriceRow, Prices, Query

__all__ = ["Reporting"]

_LOG = logging.getLogger(__name__)
_ROWS = 40
_OTHER_ROWS = {"instruments": 12, "candles": 200}
"""Rows of a part: with the longest texts they stay below the size of a message."""

_AT_ONCE, _PART_S = 8, 0.25
"""Parts that go out at once, and how long each further one waits, of all answers together: more than the gateway lets
in ends a connection."""

Tell = Callable[[Message], Awaitable[None]]


class Reporting:
    """Looks at the account, and tells.

    Parameters
    ----------
    broker : Broker
        The account.
    desk : CommandDesk
        What came of commands.
    guard : Guard
        Whether openings are halted.
    clock : Clock
        For stamps.
    settings : ConnectorSettings
        How often.
    tell : callable
        ``await tell(message)`` sends one.
    """

    def __init__(
        self, *, broker: Broker, desk: CommandDesk, guard: Guard, clock: Clock, settings: ConnectorSettings, tell: Tell
    ) -> None:
        self._broker, self._desk, self._guard, self._clock = broker, desk, guard, clock
        self._settings, self._tell = settings, tell
        self.symbols: tuple[str, ...] = ()
        self._stirred = asyncio.Event()
        self._told: dict[str, PriceRow] = {}
        self._parts = Bucket(1.0 / _PART_S, _AT_ONCE)

    def stir(self) -> None:
        """Have the account told soon: something may have changed."""
        self._stirred.set()

    async def tell_account(self) -> None:
        """Tell how the account stands, whenever it is time or something has changed, until cancelled."""
        while True:
            self._stirred.clear()
            try:
                async with asyncio.timeout(self._settings.call_s):
                    killed = await self._guard.is_killed()
                    update = await account_update(self._broker, killed=killed, time_ns=self._clock.now_ns())
                await self._tell(update)
            except Exception as problem:  # noqa: BLE001 - whatever a plugin raises, the next look may be better
                _LOG.warning("The account cannot be told: %s", said_of(problem), exc_info=_unexpected(problem))
            try:
                async with asyncio.timeout(self._settings.report_s):
                    await self._stirred.wait()
            except TimeoutError:
                continue

    async def tell_prices(self) -> None:
        """Tell the prices that were asked for when they have changed, until cancelled."""
        while True:
            changed = []
            for symbol in self.symbols:
                row = await self._price(symbol)
                if row is not None and row != self._told.get(symbol):
                    self._told[symbol] = row
                    changed.append(row)
            if changed:
                await self._tell(Prices(prices=tuple(changed)))
            await self._clock.sleep(self._settings.quote_s)

    async def _price(self, symbol: str) -> PriceRow | None:
        try:
            async with asyncio.timeout(self._settings.call_s):
                return price_row(await self._broker.quote(symbol))
        except Exception as problem:  # noqa: BLE001 - as above
            _LOG.debug("No price of %s: %s", symbol, said_of(problem), exc_info=_unexpected(problem))
            return None

    async def answer(self, query: Query) -> None:
        """Answer a question, in as many parts as it needs."""
        part = 0
        try:
            async with asyncio.timeout(self._settings.call_s):
                fields = await self._found(query)
            for answer in _parts(query.id, *fields):
                if answer.part or answer.candles:
                    await self._room()
                await self._tell(answer)
                part = answer.part + 1
        except Exception as problem:  # noqa: BLE001 - whatever a plugin raises, who asks hears that there is no answer
            _LOG.info("No answer to a question for %s", query.what, exc_info=_unexpected(problem))
            refused = isinstance(problem, OrderRejectedError)
            await self._tell(Answer(query_id=query.id, part=part, last=True, error=said_of(problem), refused=refused))

    async def _room(self) -> None:
        """Wait until another part may go out."""
        while not self._parts.take(1.0, self._clock.monotonic_ns() / 1e9):
            await self._clock.sleep(_PART_S)

    async def _found(self, query: Query) -> tuple[str, Sequence[Any] | CandleRows]:
        broker = self._broker
        if query.fence is not None:
            await self._desk.take(query.fence)  # what is looked at is not changed by an older sender afterwards
        if query.what == "ACCOUNT":
            candles = isinstance(broker, CandleBroker)
            return "account", [account_row(await broker.account(), broker.capabilities, candles=candles)]
        if query.what == "PRICE":
            return "prices", [price_row(await broker.quote(query.symbol))]
        if query.what == "COMMAND":
            if query.command_id is None:
                raise ProtocolError("A query about a COMMAND names it.")
            return "result", [await self._desk.fate(query.command_id, query.fence)]
        if query.what == "CANDLES":
            return "candles", CandleRows(await candles_of(broker, query))
        return await self._listed(query)

    async def _listed(self, query: Query) -> tuple[str, Sequence[Any]]:
        broker = self._broker
        if query.what == "INSTRUMENTS":
            known = await broker.instruments()
            return "instruments", [instrument_row(each) for each in known if query.symbol in {"", each.symbol}]
        if query.what == "POSITIONS":
            return "positions", [position_row(each) for each in await broker.positions()]
        if query.what == "ORDERS":
            return "orders", [order_row(each) for each in await broker.orders()]
        return "deals", [deal_row(each) for each in await broker.history(query.start, query.stop)]


def _unexpected(problem: Exception) -> Exception | None:
    """Give an error whose trace is wanted in the log: none of those that are raised on purpose."""
    return None if isinstance(problem, ForexAIError | TimeoutError) else problem


def _parts(query_id: str, field: str, rows: Sequence[Any] | CandleRows) -> Iterator[Answer]:
    """Write an answer, each part when it is its turn."""
    if field in {"result", "account"}:
        (row,) = rows[:1]
        yield Answer.model_validate({"query_id": query_id, "part": 0, "last": True, field: row})
        return
    size = _OTHER_ROWS.get(field, _ROWS)
    places = range(0, max(1, len(rows)), size)
    for part, place in enumerate(places):
        chunk = tuple(rows[place : place + size])
        yield Answer.model_validate({"query_id": query_id, "part": part, "last": part == len(places) - 1, field: chunk})
