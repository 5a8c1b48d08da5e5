"""What the markets of tests begin from: contracts, and times in UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

__all__ = ["EURUSD", "HOUR", "START", "index", "ns", "pair"]

HOUR = 3_600 * 1_000_000_000


def ns(text: str) -> int:
    """Read a time in UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1_000_000_000


START = ns("2024-05-13T06:00")

EURUSD: dict[str, Any] = {
    "symbol": "EURUSD", "base_currency": "EUR", "profit_currency": "USD", "margin_currency": "EUR", "digits": 5,
    "contract_size": 100_000.0, "tick_size": 1e-05, "volume_min": 0.01, "volume_max": 500.0, "volume_step": 0.01,
    "volume_limit": 0.0, "stops_level_points": 0, "freeze_level_points": 0, "calculation_mode": "forex",
    "spread_points": 10, "commission_per_lot": 0.0, "swap_mode": "disabled", "swap_long": 0.0, "swap_short": 0.0,
    "triple_day": 2, "swap_weekend": False, "margin_initial": 0.0, "margin_hedged": 100_000.0, "margin_rate": 1.0,
    "tick_value": 0.0, "asset_class": "forex",
}  # fmt: skip


def pair(symbol: str, digits: int = 5, **more: Any) -> dict[str, Any]:
    """Describe a pair of currencies."""
    base, quote = symbol[:3], symbol[3:]
    own = {"symbol": symbol, "base_currency": base, "profit_currency": quote, "margin_currency": base}
    return {**EURUSD, **own, "digits": digits, "tick_size": 10.0**-digits, **more}


def index(**more: Any) -> dict[str, Any]:
    """Describe an index with two digits: one lot is one unit, one point of 100 lots is 1.00."""
    own: dict[str, Any] = {"symbol": "US500X", "base_currency": "USD", "margin_currency": "USD", "asset_class": "index"}
    own |= {"calculation_mode": "cfd_leverage", "contract_size": 1.0, "margin_hedged": 1.0}
    return {**EURUSD, **own, "digits": 2, "tick_size": 0.01, **more}
