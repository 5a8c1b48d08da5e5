"""History on its way: closed bars, as a connector answers with them."""

from __future__ import annotations

from typing import Literal, TypeAlias

from forexai_mt5.protocol.envelope import Part
from forexai_mt5.protocol.fields import Int64, Lots, Price

__all__ = ["MOST_CANDLES", "CandleRow", "CandleTimeframe"]

MOST_CANDLES = 5_000
"""How many lengths of a candle one question may span: whoever wants more asks again, from where the answer ended."""

CandleTimeframe: TypeAlias = Literal[
    "M1", "M2", "M3", "M4", "M5", "M6", "M10", "M12", "M15", "M20", "M30",
    "H1", "H2", "H3", "H4", "H6", "H8", "H12", "D1", "W1", "MN1",
]  # fmt: skip
"""How long a candle is, by MetaTrader's names."""


class CandleRow(Part):
    """A candle that has closed: prices that could be sold at."""

    time: Int64
    """When it opened, nanoseconds UTC."""
    open: Price
    high: Price
    low: Price
    close: Price
    volume: Lots
    """What the broker counts: price changes, mostly."""
    spread: Price | None = None
    """In points, where the broker tells one; the least of the candle at most of them."""
