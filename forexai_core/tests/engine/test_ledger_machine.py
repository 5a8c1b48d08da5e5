"""Both ledgers as state machines: any sequence of bars, ticks, jumps of the clock and requests leaves them the same."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from reference.markets import EURUSD, START, pair
from reference.quotes import Bar, Prices
from twin_ledgers import ROOM, TwinLedgers

pytestmark = pytest.mark.kernels

MINUTE = 60 * 1_000_000_000
HOUR, DAY = 60 * MINUTE, 1_440 * MINUTE

SYMBOLS = ({**EURUSD, "spread_points": 0}, pair("GBPUSD", spread_points=0), pair("USDJPY", 3, spread_points=0))
BEGIN = {"EURUSD": 110_000, "GBPUSD": 126_000, "USDJPY": 148_000}

sides = st.sampled_from([1, -1])
distances = st.sampled_from([0, 5, 20, 60, 200])
steps = st.sampled_from([1, 10, 37, 100, 400])
places = st.integers(0, 2)

accounts = st.fixed_dictionaries(
    {
        "balance": st.sampled_from([400.0, 2_500.0, 100_000.0]),
        "currency": st.just("USD"),
        "leverage": st.sampled_from([10.0, 100.0, 500.0]),
        "mode": st.sampled_from(["hedging", "netting"]),
        "stop_out": st.sampled_from([0.0, 50.0, 100.0]),
        "margin_call": st.just(100.0),
        "clock": st.sampled_from(["new-york+7", "UTC"]),
        "negative_balance_protection": st.booleans(),
    }
)
contracts = st.fixed_dictionaries(
    {
        "swap_mode": st.sampled_from(["disabled", "points", "interest_current", "reopen_current"]),
        "swap_long": st.sampled_from([-7.3, 0.0, 2.5]),
        "swap_short": st.sampled_from([-4.1, 3.2]),
        "stops_level_points": st.sampled_from([0, 10]),
        "freeze_level_points": st.sampled_from([0, 15]),
        "margin_hedged": st.sampled_from([0.0, 50_000.0, 100_000.0]),
    }
)
charges = st.fixed_dictionaries(
    {"slippage_points": st.sampled_from([0, 3]), "commission_per_lot": st.sampled_from([0.0, 3.5])}
)
executions = st.sampled_from(
    [
        {},
        {},
        {"latency_ms": 90_000, "latency_jitter_ms": 45_000},
        {"mode": "instant", "deviation_points": 10, "requote_probability": 0.1},
        {"liquidity_lots": 0.5, "filling": "return"},
        {"liquidity_lots": 0.5, "filling": "ioc"},
    ]
)


shapes = st.fixed_dictionaries(
    {
        "place": places,
        "wait": st.sampled_from([0, 0, 0, 1, 60, 300, 1_440, 4_320]),  # minutes, like the next
        "length": st.sampled_from([1, 60, 240]),
        "gap": st.sampled_from([0, 0, 0, 30, -30, 400, -400]),
        "up": distances,
        "down": distances,
        "close": st.integers(0, 4),
        "spread": st.sampled_from([0, 8, 50]),
        "wider": st.sampled_from([0, 0, 6]),
    }
)


class LedgerMachine(RuleBasedStateMachine):
    """What is compared after every event: each position and order, field by field, money, margin and refusals."""

    @initialize(account=accounts, names=st.integers(1, 3), own=st.lists(contracts, min_size=3, max_size=3),
                costs=charges, execution=executions)  # fmt: skip
    def begin(
        self, account: dict[str, Any], names: int, own: list[dict[str, Any]], costs: dict[str, Any], execution: Any
    ) -> None:
        symbols = [self._symbol({**SYMBOLS[place], **own[place]}, costs) for place in range(max(names, 2))]
        self.twins = TwinLedgers(
            {
                "account": account,
                "limit_fill_open": False,
                "symbols": symbols,
                "rates": {},
                "requests": [],
                "execution": execution,
                "run_seed": 7,
            }
        )
        self.now = START
        self.prices = [BEGIN[symbol["instrument"]["symbol"]] for symbol in symbols]
        self.names, self.open = names, dict[int, Bar]()

    def _symbol(self, instrument: dict[str, Any], costs: dict[str, Any]) -> dict[str, Any]:
        price = BEGIN[instrument["symbol"]]
        rows = [[START + number * HOUR, price, price, price, price] for number in range(ROOM)]
        return {"instrument": instrument, "timeframe": "H1", "bars": rows, "ask": None, "column": None, "costs": costs}

    # ------------------------------------------------------------------------------------------------- prices
    def _end_until(self, time_ns: int) -> None:
        """End the bars whose time is over, in order of their ends and symbols."""
        for end_ns, symbol in sorted((bar.end_ns, symbol) for symbol, bar in self.open.items()):
            if end_ns <= time_ns:
                self.twins.end(symbol, self.open.pop(symbol))
                self._compare()

    def _compare(self) -> None:
        found = self.twins.differences()
        assert found == [], "\n".join(found)

    @rule(shape=shapes)
    @precondition(lambda self: not self.twins.is_full)
    def bar(self, shape: dict[str, int]) -> None:
        """Open a bar."""
        self._bar(**shape)

    @rule(shape=shapes)
    @precondition(lambda self: not self.twins.is_full)
    def next_bar(self, shape: dict[str, int]) -> None:
        """Open a bar: twice among the rules, since half of what matters is what prices do."""
        self._bar(**shape)

    @rule(shape=shapes, place=places, side=sides, size=steps, stop=distances, aim=distances)
    @precondition(lambda self: not self.twins.is_full)
    def market_and_bar(self, shape: dict[str, int], place: int, side: int, size: int, stop: int, aim: int) -> None:
        """Ask at the market, and open the bar that answers."""
        self.market(place=place, side=side, size=size, stop=stop, aim=aim, trail=0)
        self._bar(**{**shape, "place": place})

    def _bar(
        self, place: int, wait: int, length: int, gap: int, up: int, down: int, close: int, spread: int, wider: int
    ) -> None:
        """Open a bar of a symbol; it ends when its time is over, whatever comes in between."""
        symbol = place % self.names
        busy = self.open.get(symbol)
        time_ns = max(self.now + wait * MINUTE, busy.end_ns if busy else 0)
        self._end_until(time_ns)
        opened = max(1_000, self.prices[symbol] + gap)
        closed = opened - down + (up + down) * close // 4
        bid = Prices(opened, opened + up, opened - down, closed)
        ask = Prices(opened + spread, opened + up + spread + wider, opened - down + spread, closed + spread)
        bar = Bar(time_ns, time_ns + length * MINUTE, bid, ask)
        self.now, self.prices[symbol], self.open[symbol] = time_ns, closed, bar
        self.twins.open(symbol, bar)
        self._compare()

    @rule(place=places, wait=st.sampled_from([0, 0, 1, 60, 1_440]), gap=st.sampled_from([0, 5, -5, 40, -40, 300, -300]),
          spread=st.sampled_from([0, 8]))  # fmt: skip
    @precondition(lambda self: not self.twins.is_full)
    def tick(self, place: int, wait: int, gap: int, spread: int) -> None:
        """Let a tick of a symbol come, after the bar of it that may be open."""
        symbol = place % self.names
        busy = self.open.get(symbol)
        self.now = max(self.now + wait * MINUTE, busy.end_ns if busy else 0)
        self._end_until(self.now)
        price = self.prices[symbol] = max(1_000, self.prices[symbol] + gap)
        bid, ask = Prices(*4 * (price,)), Prices(*4 * (price + spread,))
        bar = Bar(self.now, self.now, bid, ask, tick=True)
        self.twins.open(symbol, bar)
        self.twins.end(symbol, bar)
        self._compare()

    # ----------------------------------------------------------------------------------------------- requests
    def _ask(self, given: dict[str, Any]) -> None:
        self.twins.submit({"symbol": 0, "strategy": 0, **given}, self.now)

    @rule(place=places, side=sides, size=steps, stop=distances, aim=distances, trail=distances)
    def market(self, place: int, side: int, size: int, stop: int, aim: int, trail: int) -> None:
        given = {"kind": "market", "side": side, "steps": size, "stop_distance": stop, "target_distance": aim}
        self._ask({**given, "symbol": place % self.names, "trail_distance": trail, "trail_start": stop // 2})

    @rule(place=places, side=sides, stop=distances, fraction=st.sampled_from([0.01, 0.2]))
    def by_risk(self, place: int, side: int, stop: int, fraction: float) -> None:
        given = {"kind": "market", "side": side, "risk_fraction": fraction, "stop_distance": stop}
        self._ask({**given, "symbol": place % self.names})

    @rule(place=places, kind=st.sampled_from(["limit", "stop", "stop_limit"]), side=sides, size=steps,
          away=st.sampled_from([-20, 5, 20, 60, 150]), stop=distances, aim=distances,
          group=st.sampled_from([0, 0, 1, 2]), life=st.sampled_from([0, 0, -1, 90, 1_000]))  # fmt: skip
    def order(
        self, place: int, kind: str, side: int, size: int, away: int, stop: int, aim: int, group: int, life: int
    ) -> None:
        symbol = place % self.names
        price = self.prices[symbol] + (side if kind != "limit" else -side) * away
        given = {"kind": kind, "side": side, "steps": size, "price": price, "oco": group, "symbol": symbol}
        if kind == "stop_limit":
            given["limit_price"] = price - side * 15
        expiry_ns = life if life <= 0 else self.now + life * MINUTE
        self._ask({**given, "stop_distance": stop, "target_distance": aim, "expiry_ns": expiry_ns})

    @rule(place=places, ticket=st.integers(1, 12), part=st.sampled_from([0, 0, 1, 10]))
    def close(self, place: int, ticket: int, part: int) -> None:
        self._ask({"kind": "close", "ticket": ticket, "steps": part, "symbol": place % self.names})

    @rule(place=places, side=st.sampled_from([0, 1, -1]))
    def close_all(self, place: int, side: int) -> None:
        self._ask({"kind": "close_all", "side": side, "symbol": place % self.names})

    @rule(place=places, ticket=st.integers(1, 8), other=st.integers(1, 8))
    @precondition(lambda self: not self.twins.reference.book.execution.lots)  # parts have no whole opening price
    def close_by(self, place: int, ticket: int, other: int) -> None:
        self._ask({"kind": "close_by", "ticket": ticket, "ticket_by": other, "symbol": place % self.names})

    @rule(place=places, ticket=st.integers(1, 12), stop=distances, aim=distances, side=sides)
    def change(self, place: int, ticket: int, stop: int, aim: int, side: int) -> None:
        symbol = place % self.names
        levels = {"stop": -side * stop, "target": side * aim}
        given = {name: self.prices[symbol] + away for name, away in levels.items() if away}
        self._ask({"kind": "modify_position", "ticket": ticket, "symbol": symbol, **given})

    @rule(place=places, ticket=st.integers(1, 12), move=st.sampled_from([-40, -10, 10, 40]))
    def change_order(self, place: int, ticket: int, move: int) -> None:
        order = self.twins.reference.book.orders.get(ticket)
        price = {} if order is None else {"price": order.price + move}
        self._ask({"kind": "modify_order", "ticket": ticket, "symbol": place % self.names, **price})

    @rule(place=places, ticket=st.integers(1, 12), distance=distances)
    def trail(self, place: int, ticket: int, distance: int) -> None:
        given = {"kind": "trail", "ticket": ticket, "trail_distance": distance, "trail_start": distance // 2}
        self._ask({**given, "symbol": place % self.names})

    @rule(place=places, ticket=st.sampled_from([0, 1, 2, 3, 5, 8]))
    def cancel(self, place: int, ticket: int) -> None:
        kind = {"kind": "cancel", "ticket": ticket} if ticket else {"kind": "cancel_all"}
        self._ask({**kind, "symbol": place % self.names})

    @invariant()
    def nobody_owes_what_is_not_there(self) -> None:
        """The parts of the account add up, in the compiled ledger alone."""
        if not hasattr(self, "twins"):
            return
        account = self.twins.compiled.account
        assert account["margin"] >= 0.0
        assert account["positions"] or account["orders"] or account["margin"] == 0.0

    def teardown(self) -> None:
        if hasattr(self, "twins"):
            self._end_until(2**62)
            found = self.twins.finish()
            assert found == [], "\n".join(found)


TestLedgerMachine = LedgerMachine.TestCase
TestLedgerMachine.settings = settings(
    max_examples=100, stateful_step_count=50, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
