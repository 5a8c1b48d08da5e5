"""A simulated terminal whose clock and quotes are in the hands of a test."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from forexai_core.services.clocks import ManualClock
from forexai_mt5.simulator.face.client import Client
from forexai_mt5.simulator.market.quoted_market import QuotedMarket
from forexai_mt5.simulator.market.reference import REFERENCE_SYMBOLS
from forexai_mt5.simulator.market.symbols import Symbol
from forexai_mt5.simulator.server.account_settings import AccountSettings
from forexai_mt5.simulator.server.policies import Policies
from forexai_mt5.simulator.terminal.faults import Fault
from forexai_mt5.simulator.terminal.terminal import Program, Terminal
from forexai_mt5.terms import constants as c
from forexai_mt5.terms.structures import OrderSendResult

# Wednesday, 2 September 2026, 10:00 UTC: New York plus seven hours shows 13:00.
START_MS = 1_788_343_200_000
WALL_S = START_MS // 1_000 + 3 * 3_600

# The prices of the examples in MetaTrader 5's documents, where there are any.
QUOTES = {
    "EURUSD": (1.0990, 1.0991), "GBPUSD": (1.2272, 1.2273), "USDJPY": (107.880, 107.883), "USDCHF": (0.95, 0.9501),
    "USDCAD": (1.30, 1.3002), "AUDUSD": (0.70, 0.7001), "EURJPY": (118.50, 118.51), "GBPJPY": (132.40, 132.41),
    "EURGBP": (0.8950, 0.8951), "XAUUSD": (1800.0, 1800.25), "USTEC": (12_000.0, 12_001.5),
    "BTCUSD": (30_000.0, 30_030.0),
}  # fmt: skip


class Bench:
    """A terminal, its client, and the hands on both."""

    def __init__(
        self,
        *,
        account: AccountSettings | None = None,
        accounts: Iterable[AccountSettings] | None = None,
        changes: Mapping[str, Mapping[str, Any]] | None = None,
        faults: Iterable[Fault | Mapping[str, Any]] = (),
        policies: Policies | None = None,
        symbols: Iterable[str] = ("EURUSD", "USDJPY"),
        program: Program | None = None,
        seed: int = 1,
    ) -> None:
        self.clock = ManualClock(START_MS * 1_000_000)
        self.symbols = {name: changed(REFERENCE_SYMBOLS[name], (changes or {}).get(name, {})) for name in symbols}
        self.market = QuotedMarket({name: symbol.instrument for name, symbol in self.symbols.items()})
        for name in self.symbols:
            self.market.quote(name, START_MS, *QUOTES[name])
        self.terminal = Terminal(
            accounts=accounts or [account or AccountSettings()],
            symbols=self.symbols.values(),
            market=self.market,
            clock=self.clock,
            faults=faults,
            policies=policies,
            program=program,
            seed=seed,
        )
        self.terminal.watched.update(self.symbols)
        self.mt5 = Client(self.terminal)
        if not self.mt5.initialize():
            raise RuntimeError(f"The simulator did not start: {self.mt5.last_error()}")

    @property
    def now_ms(self) -> int:
        return self.clock.now_ns() // 1_000_000

    def quote(self, name: str, bid: float, ask: float, *, after_s: float = 1.0) -> None:
        """Let time pass, and a quote come."""
        self.clock.advance(after_s)
        self.market.quote(name, self.now_ms, bid, ask)

    def deal(self, name: str, side: int, lots: float, **fields: Any) -> OrderSendResult:
        """Send a market order at the present price; +1 buys."""
        tick = self.mt5.symbol_info_tick(name)
        assert tick is not None
        request = {
            "action": c.TRADE_ACTION_DEAL,
            "symbol": name,
            "volume": lots,
            "type": c.ORDER_TYPE_BUY if side > 0 else c.ORDER_TYPE_SELL,
            "price": tick.ask if side > 0 else tick.bid,
            "deviation": 20,
        }
        return self.send(request | fields)

    def send(self, request: Mapping[str, Any]) -> OrderSendResult:
        """Send a request that is answered."""
        result = self.mt5.order_send(dict(request))
        assert result is not None, self.mt5.last_error()
        return result

    def history(self) -> tuple[Any, ...]:
        """Give all deals."""
        deals = self.mt5.history_deals_get(0, 2**32 - 1)
        assert deals is not None
        return deals

    def money(self) -> float:
        """Give what the deals come to."""
        return round(sum(deal.profit + deal.swap + deal.commission + deal.fee for deal in self.history()), 2)


def changed(symbol: Symbol, values: Mapping[str, Any]) -> Symbol:
    """Give a symbol other values, of its own or of its instrument."""
    own = {field.name for field in attrs.fields(Symbol)}
    instrument = symbol.instrument.with_values(**{k: v for k, v in values.items() if k not in own})
    return attrs.evolve(symbol, instrument=instrument, **{k: v for k, v in values.items() if k in own})
