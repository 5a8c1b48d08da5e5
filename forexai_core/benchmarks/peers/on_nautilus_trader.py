"""The task in nautilus_trader: bars of the mid price with bracket orders, and quotes."""

from __future__ import annotations

import gc
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import task
from nautilus_trader.backtest.engine import BacktestEngine, BacktestEngineConfig
from nautilus_trader.config import LoggingConfig, RiskEngineConfig
from nautilus_trader.indicators import SimpleMovingAverage
from nautilus_trader.model.currencies import USD
from nautilus_trader.model.data import BarType
from nautilus_trader.model.enums import AccountType, OmsType, OrderSide
from nautilus_trader.model.identifiers import TraderId, Venue
from nautilus_trader.model.objects import Money
from nautilus_trader.persistence.wranglers import BarDataWrangler, QuoteTickDataWrangler
from nautilus_trader.test_kit.providers import TestInstrumentProvider
from nautilus_trader.trading.strategy import Strategy
from task import Run, Task

PACKAGES = ("nautilus_trader", "numpy", "pandas")
LACKS = "on bars: bid and ask, a spread; swap and equity a bar"

VENUE = Venue("SIM")
PAIR = TestInstrumentProvider.default_fx_ccy("EUR/USD", VENUE)
BARS = BarType.from_str("EUR/USD.SIM-1-MINUTE-LAST-EXTERNAL")


class _Reversing(Strategy):
    def _turn(self, long: bool, price: float) -> None:
        side, sign = (OrderSide.BUY, 1) if long else (OrderSide.SELL, -1)
        self.cancel_all_orders(PAIR.id)
        self.close_all_positions(PAIR.id)
        bracket = self.order_factory.bracket(
            PAIR.id,
            side,
            PAIR.make_qty(task.UNITS),
            sl_trigger_price=PAIR.make_price(price - sign * task.STOP),
            tp_price=PAIR.make_price(price + sign * task.TARGET),
        )
        self.submit_order_list(bracket)


class Known(_Reversing):
    """Trades entries that are known beforehand."""

    def __init__(self, entry: Any) -> None:
        super().__init__()
        self.entry = entry.tolist()
        self.seen = -1

    def on_start(self) -> None:
        self.subscribe_bars(BARS)

    def on_bar(self, bar: Any) -> None:
        self.seen += 1
        if self.entry[self.seen]:
            self._turn(self.entry[self.seen] > 0, float(bar.close))


class Crossing(_Reversing):
    """Trades crossing averages."""

    def on_start(self) -> None:
        self.fast, self.slow = SimpleMovingAverage(task.FAST), SimpleMovingAverage(task.SLOW)
        self.above: bool | None = None
        for line in (self.fast, self.slow):
            self.register_indicator_for_bars(BARS, line)
        self.subscribe_bars(BARS)

    def on_bar(self, bar: Any) -> None:
        if not self.slow.initialized:
            return
        above = self.fast.value > self.slow.value
        if self.above is not None and above != self.above:
            self._turn(above, float(bar.close))
        self.above = above


class Flipping(_Reversing):
    """Turns round every so many quotes."""

    def on_start(self) -> None:
        self.seen, self.long = 0, False
        self.subscribe_quote_ticks(PAIR.id)

    def on_quote_tick(self, tick: Any) -> None:
        self.seen += 1
        if self.seen % task.TICKS_A_TRADE == 0:
            self.long = not self.long
            self._turn(self.long, float(tick.ask_price if self.long else tick.bid_price))


def _engine(strategy: Strategy, data: list[Any]) -> BacktestEngine:
    engine = BacktestEngine(
        BacktestEngineConfig(
            trader_id=TraderId("BENCH-001"),
            logging=LoggingConfig(bypass_logging=True),
            risk_engine=RiskEngineConfig(bypass=True),
        )
    )
    engine.add_venue(
        VENUE,
        OmsType.NETTING,
        AccountType.MARGIN,
        [Money(task.BALANCE, USD)],
        base_currency=USD,
        default_leverage=Decimal(int(task.LEVERAGE)),
    )
    engine.add_instrument(PAIR)
    engine.add_strategy(strategy)
    engine.add_data(data, validate=False, sort=False)
    return engine


def _runs(make: Any, data: list[Any]) -> Run:
    def run() -> int:
        engine = _engine(make(), data)
        engine.run()
        trades = engine.cache.positions_total_count() + len(engine.cache.position_snapshots())
        engine.dispose()
        gc.collect()
        return trades

    return run


def _bars(given: Task) -> list[Any]:
    index = pd.DatetimeIndex(given.column("time_ns").view("datetime64[ns]"), tz="UTC")
    columns = {name: given.column(name) for name in ("open", "high", "low", "close")}
    return BarDataWrangler(BARS, PAIR).process(pd.DataFrame(columns, index))


def _quotes(given: Task) -> list[Any]:
    stamps = np.maximum.accumulate(given.column("tick_time_ns"))
    index = pd.DatetimeIndex(stamps.view("datetime64[ns]"), tz="UTC")
    columns = {"bid_price": given.column("tick_bid"), "ask_price": given.column("tick_ask")}
    return QuoteTickDataWrangler(PAIR).process(pd.DataFrame(columns, index))


CASES = {
    "signals": lambda given: _runs(lambda: Known(given.column("entry")), _bars(given)),
    "closes": lambda given: _runs(Crossing, _bars(given)),
    "on_bar": lambda given: _runs(Crossing, _bars(given)),
    "on_tick": lambda given: _runs(Flipping, _quotes(given)),
}
