"""History of the account's broker, for whoever asks over the protocol."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from forexai_core.errors import OrderRejectedError
from forexai_core.ports.broker import Broker
from forexai_core.values.bars import Bars
from forexai_core.values.timeframes import Timeframe
from forexai_mt5.protocol.candles import MOST_CANDLES
from forexai_mt5.protocol.codec import ProtocolError
from forexai_mt5.protocol.reports import Query

__all__ = ["CandleBroker", "candles_of"]


@runtime_checkable
class CandleBroker(Protocol):
    """A session with a venue that has its history, too."""

    async def candles(self, symbol: str, timeframe: Timeframe, start_ns: int, stop_ns: int) -> Bars:
        """Give the closed bars that open in ``[start_ns, stop_ns)``, nanoseconds UTC."""
        ...


async def candles_of(broker: Broker, query: Query) -> Bars:
    """Read what a question for CANDLES is about.

    Raises
    ------
    OrderRejectedError
        If this broker has no history, or not of this symbol.
    ProtocolError
        If the question is not whole, or spans too much.
    """
    if not isinstance(broker, CandleBroker):
        raise OrderRejectedError("The broker of this connector has no history.")
    if query.timeframe is None or not query.symbol:
        raise ProtocolError("A query for CANDLES names symbol and timeframe.")
    timeframe = Timeframe.of(query.timeframe)
    if query.stop - query.start > MOST_CANDLES * timeframe.nominal_ns:
        raise ProtocolError(f"A query for CANDLES spans {MOST_CANDLES:,} of them at most; ask for the rest after them.")
    return await broker.candles(query.symbol, timeframe, query.start, query.stop)
