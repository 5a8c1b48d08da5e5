"""A case worked by hand: a small market, what a trader asks for, and what must come out, to the cent.

Unless a case says otherwise: EURUSD, 5 digits, a fixed spread of 10 points, H1 bars from Monday 2024-05-13 06:00 UTC
on, an account of 10,000 USD at 1:100, hedging, no commission, slippage or swap. One lot is 100 steps, and one point of
one lot is 1.00 USD. Bars are bid open, high, low, close in points. A request stands beside the bar after whose close it
was decided, so it is executed at the next open.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

__all__ = [
    "EURUSD",
    "HOUR",
    "NETTING",
    "START",
    "Case",
    "F",
    "P",
    "buy",
    "close",
    "flat",
    "hourly",
    "index",
    "ns",
    "pair",
    "pending",
    "sell",
]

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


@dataclass(frozen=True)
class Case:
    """One case; ``trades`` are the fields that must hold, in the order of closing."""

    name: str
    why: str
    bars: list[tuple[int, int, int, int]]
    requests: list[tuple[int, dict[str, Any]]]
    trades: list[dict[str, Any]]
    balance: float
    refused: dict[str, int] = field(default_factory=dict)
    instrument: dict[str, Any] = field(default_factory=lambda: EURUSD)
    account: dict[str, Any] = field(default_factory=dict)
    costs: dict[str, Any] = field(default_factory=dict)
    ask: list[tuple[int, int, int, int]] | None = None
    rates: dict[str, Any] = field(default_factory=dict)
    times: list[int] | None = None
    timeframe: str = "H1"
    limit_fill_open: bool = False
    margins: list[float] | None = None  # of the equity rows

    def program(self) -> dict[str, Any]:
        """Give the case as a program."""
        times = self.times or [START + number * HOUR for number in range(len(self.bars))]
        account = {
            "balance": 10_000.0, "currency": "USD", "leverage": 100.0, "mode": "hedging", "stop_out": 50.0,
            "margin_call": 100.0, "clock": "new-york+7", **self.account,
        }  # fmt: skip
        symbol = {
            "instrument": self.instrument,
            "timeframe": self.timeframe,
            "bars": [[time, *bar] for time, bar in zip(times, self.bars, strict=True)],
            "ask": [list(bar) for bar in self.ask] if self.ask else None,
            "column": None,
            "costs": self.costs,
        }
        return {
            "account": account,
            "limit_fill_open": self.limit_fill_open,
            "symbols": [symbol],
            "rates": self.rates,
            "requests": [[after, {"symbol": 0, **given}] for after, given in self.requests],
        }


def buy(steps: int = 100, **more: Any) -> dict[str, Any]:
    """Ask to buy at the market."""
    return {"kind": "market", "side": 1, "steps": steps, **more}


def sell(steps: int = 100, **more: Any) -> dict[str, Any]:
    """Ask to sell at the market."""
    return {"kind": "market", "side": -1, "steps": steps, **more}


def pending(kind: str, side: int, price: int, steps: int = 100, **more: Any) -> dict[str, Any]:
    """Ask for a pending order."""
    return {"kind": kind, "side": side, "steps": steps, "price": price, **more}


def close(ticket: int = 1, steps: int = 0) -> dict[str, Any]:
    """Ask to close a position."""
    return {"kind": "close", "ticket": ticket, "steps": steps}


def flat(price: int) -> tuple[int, int, int, int]:
    """Make a bar that never moves."""
    return (price, price, price, price)


P = 110_000  # where most markets begin
F = flat(P)
NETTING = {"mode": "netting"}


def hourly(first: str, hours: int) -> list[int]:
    """Give opening times of hourly bars."""
    return [ns(first) + number * HOUR for number in range(hours)]
