"""Between which prices an instrument has traded, with room on both sides: to notice prices of another thing or unit."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["USUAL_PRICES", "usual_prices"]

# The lowest and highest price since about 1990 (of coins and shares since they trade), halved and doubled, roughly.
# Orders of magnitude are meant: a price outside is no error, but asks for a look.
_RANGES: dict[str, tuple[float, float]] = {
    "EURUSD": (0.4, 3.2), "GBPUSD": (0.5, 4.2), "USDCHF": (0.35, 3.6), "USDCAD": (0.45, 3.2), "AUDUSD": (0.24, 2.2),
    "NZDUSD": (0.2, 1.8), "EURGBP": (0.28, 2.0), "EURCHF": (0.4, 3.4), "EURAUD": (0.55, 4.2), "EURCAD": (0.6, 3.6),
    "EURNZD": (0.7, 5.0), "GBPCHF": (0.5, 6.0), "GBPAUD": (0.7, 6.0), "GBPCAD": (0.7, 5.0), "GBPNZD": (0.85, 7.0),
    "AUDCHF": (0.25, 2.6), "AUDCAD": (0.36, 2.2), "AUDNZD": (0.5, 2.8), "CADCHF": (0.28, 2.6), "NZDCHF": (0.22, 2.2),
    "NZDCAD": (0.28, 2.0), "USDJPY": (38, 360), "EURJPY": (44, 380), "GBPJPY": (58, 520), "AUDJPY": (27, 240),
    "CADJPY": (34, 270), "CHFJPY": (30, 420), "NZDJPY": (20, 220), "USDIDR": (900, 40_000),
    "XAUUSD": (125, 12_000), "XAGUSD": (1.7, 250), "US500": (150, 16_000), "US100": (100, 60_000),
    "US30": (1_200, 110_000), "DE40": (650, 60_000), "UK100": (1_000, 25_000), "FR40": (700, 20_000),
    "JP225": (3_500, 130_000), "AU200": (600, 22_000), "BTCUSD": (0.02, 500_000), "ETHUSD": (0.2, 20_000),
    "AAPL": (0.1, 900), "MSFT": (0.2, 1_500), "NVDA": (0.02, 1_500), "AMZN": (0.03, 4_000), "GOOGL": (1, 3_500),
    "TSLA": (0.5, 2_500),
}  # fmt: skip

USUAL_PRICES: Mapping[str, tuple[float, float]] = MappingProxyType(_RANGES)
"""Symbol of the catalogue to lowest and highest plausible price, in its quote currency."""


def usual_prices(symbol: str) -> tuple[float, float] | None:
    """Give the plausible prices of a symbol; None where the catalogue knows none."""
    return USUAL_PRICES.get(symbol)
