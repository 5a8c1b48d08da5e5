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
from forexai_mt5.connector.rows import (
    account_row,
    account_update,
    deal_row,
    instrument_row,
    order_row,
    position_row,
    price_row,
)
from forexai_mt5.connector.settings import ConnectorSettings
from forexai_mt5.protocol.envelope import Message
from forexai_mt5.protocol.reports import Answer, PriceRow, Prices, Query

__all__ = ["Reporting"]

_LOG = logging.getLogger(__name__)
_ROWS, _CONTRACTS = 40, 12
"""Rows of a part: with the longest texts they stay below the size of a message."""

_AT_ONCE, _PART_S = 8, 0.25
"""Parts that go out at once, and how long each further one waits: more than the gateway lets in ends a connection."""

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
            except (ForexAIError, TimeoutError) as problem:
                _LOG.warning("The account cannot be looked at: %s", problem)
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
        except (ForexAIError, TimeoutError) as problem:
            _LOG.debug("No price of %s: %s", symbol, problem)
            return None

    async def answer(self, query: Query) -> None:
        """Answer a question, in as many parts as it needs."""
        try:
            async with asyncio.timeout(self._settings.call_s):
                fields = await self._found(query)
        except (ForexAIError, TimeoutError, ValueError) as problem:
            said = f"{type(problem).__name__}: {problem}"[:500]
            refused = isinstance(problem, OrderRejectedError)
            await self._tell(Answer(query_id=query.id, part=0, last=True, error=said, refused=refused))
            return
        for answer in _parts(query.id, *fields):
            if answer.part >= _AT_ONCE:
                await self._clock.sleep(_PART_S)  # slower than the gateway lets in
            await self._tell(answer)

    async def _found(self, query: Query) -> tuple[str, Sequence[Any]]:
        broker = self._broker
        if query.what == "ACCOUNT":
            return "account", [account_row(await broker.account(), broker.capabilities)]
        if query.what == "PRICE":
            return "prices", [price_row(await broker.quote(query.symbol))]
        if query.what == "COMMAND":
            if query.command_id is None:
                raise ValueError("a query about a COMMAND names it")
            return "result", [await self._desk.fate(query.command_id, query.fence)]
        return await self._listed(query)

    async def _listed(self, query: Query) -> tuple[str, Sequence[Any]]:
        broker = self._broker
        if query.what == "INSTRUMENTS":
            return "instruments", [instrument_row(each) for each in await broker.instruments()]
        if query.what == "POSITIONS":
            return "positions", [position_row(each) for each in await broker.positions()]
        if query.what == "ORDERS":
            return "orders", [order_row(each) for each in await broker.orders()]
        return "deals", [deal_row(each) for each in await broker.history(query.start, query.stop)]


def _parts(query_id: str, field: str, rows: Sequence[Any]) -> Iterator[Answer]:
    if field in {"result", "account"}:
        yield Answer.model_validate({"query_id": query_id, "part": 0, "last": True, field: rows[0]})
        return
    size = _CONTRACTS if field == "instruments" else _ROWS
    chunks = [tuple(rows[place : place + size]) for place in range(0, len(rows), size)] or [()]
    for part, chunk in enumerate(chunks):
        yield Answer.model_validate({"query_id": query_id, "part": part, "last": part == len(chunks) - 1, field: chunk})
