"""A small result for the suite of reports: trades, equity and figures that agree with each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.arrays import EQUITY, TRADE
from forexai_core.testing.markets import probe_bars
from forexai_core.values.bars import Bars

__all__ = ["SampleResult", "sample_result"]

_BALANCE, _ROWS = 10_000.0, 400


@attrs.frozen(kw_only=True, eq=False)
class SampleResult:
    """What a report may know of a result: see ``forexai_core.ports.report.ReportableResult``."""

    trades: NDArray[np.void]
    equity: NDArray[np.void]
    metrics: Mapping[str, Any]
    assumptions: Mapping[str, str]
    input_fingerprint: str
    result_fingerprint: str


def sample_result() -> SampleResult:
    """Make a result of twelve trades of 0.1 lots over 400 hours; the same each time."""
    bars = probe_bars(_ROWS)
    trades = _trades(bars)
    return SampleResult(
        trades=trades,
        equity=_equity(bars, trades),
        metrics={
            "net_profit": round(float(trades["net_profit"].sum()), 2),
            "total_trades": len(trades),
            "win_rate": float(np.mean(trades["net_profit"] > 0)),
            "profit_factor": None,
            "sharpe": 0.61,
            "max_drawdown": 123.45,
            "max_drawdown_pct": 1.23,
        },
        assumptions={
            "Account": "10,000.00 USD, leverage 1:100, hedging",
            "Strategy": "probe, every 32 bars & 17 bars long",
            "Costs": "spread 10 points (given); commission 3.5 USD per lot and side (given)",
            "Prices": f"EURUSD H1, {_ROWS} rows, bid; source: {bars.provenance['source']}",
            "Seed": "0",
        },
        input_fingerprint="a1" * 32,
        result_fingerprint="b2" * 32,
    )


def _trades(bars: Bars) -> NDArray[np.void]:
    trades = np.zeros(12, TRADE)
    opened = np.arange(12) * 32 + 5
    closed = opened + 17
    side = np.where(np.arange(12) % 3 == 0, -1, 1)
    trades["ticket"] = np.arange(1, 13)
    trades["symbol"] = bars.symbol
    trades["side"] = side
    trades["volume_lots"] = 0.1
    trades["open_time_ns"], trades["close_time_ns"] = bars.time_ns[opened], bars.time_ns[closed]
    trades["open_price"] = np.round(bars.open[opened] + np.where(side > 0, 0.0001, 0.0), 5)
    trades["close_price"] = np.round(bars.open[closed] + np.where(side > 0, 0.0, 0.0001), 5)
    trades["profit"] = np.round(side * (trades["close_price"] - trades["open_price"]) * 10_000, 2)
    trades["commission"], trades["swap"] = -0.7, -0.12
    trades["net_profit"] = np.round(trades["profit"] + trades["commission"] + trades["swap"], 2)
    trades["open_reason"], trades["close_reason"] = "signal", "signal"
    trades["mae"], trades["mfe"] = np.minimum(trades["profit"], -1.0), np.maximum(trades["profit"], 1.0)
    return trades


def _equity(bars: Bars, trades: NDArray[np.void]) -> NDArray[np.void]:
    equity = np.zeros(len(bars), EQUITY)
    equity["time_ns"] = bars.end_ns
    paid = np.zeros(len(bars))
    np.add.at(paid, np.searchsorted(bars.time_ns, trades["close_time_ns"]), trades["net_profit"])
    equity["balance"] = np.round(_BALANCE + np.cumsum(paid), 2)
    equity["equity"] = equity["balance"]
    return equity
