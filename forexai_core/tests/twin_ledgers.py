"""The reference ledger and the compiled one, driven event by event over prices that come as they go."""

from __future__ import annotations

from typing import Any

import numpy as np
from compiled_programs import compiled_outcome, open_compiled, submit
from reference.comparison import differences, outcome_of
from reference.money import to_float
from reference.orders import Order, Position
from reference.programs import Program, open_ledger, request_of
from reference.quotes import Bar

from forexai_core.arrays import DOUBTS, OPEN_REASONS
from forexai_core.engine.preparation.nights import due_rows
from forexai_core.engine.state.book import as_read
from forexai_core.engine.state.market_records import AGENDA, EVENT, PART_OPEN, PART_REST
from forexai_core.engine.state.records import NO_PRICE, ORDER_LIMIT, ORDER_STOP, ORDER_STOP_LIMIT, REFUSALS
from forexai_core.values.accounts import Account
from forexai_core.values.points import Points
from forexai_core.values.timeframes import NS_PER_DAY

__all__ = ["ROOM", "TwinLedgers"]

ROOM = 200
"""How many bars both can take."""

_DAYS = 400
_KINDS = {ORDER_LIMIT: "limit", ORDER_STOP: "stop", ORDER_STOP_LIMIT: "stop_limit"}
_SIDES = ("open", "high", "low", "close")


class TwinLedgers:
    """Two ledgers of one account, which take every bar in its two parts, and every request, alike.

    Parameters
    ----------
    program : Program
        Account and symbols; each has ``ROOM`` bars, of which only the first one's opening counts: the account begins
        then.
    """

    def __init__(self, program: Program) -> None:
        self._program = program
        self.reference = open_ledger(program)
        self.compiled = open_compiled(program)
        self._start_ns = program["symbols"][0]["bars"][0][0]
        self._times, self._ends = np.zeros(ROOM, np.int64), np.zeros(ROOM, np.int64)
        self._sides = {name: {side: np.zeros(ROOM, np.int32) for side in _SIDES} for name in ("bid", "ask")}
        self._events, self._agenda = np.zeros(ROOM, EVENT), np.zeros(2 * ROOM, AGENDA)
        self._events["decides"] = np.arange(ROOM)
        self._rows = self._taken = 0
        self._open: dict[int, int] = {}  # the row of each symbol whose bar is open
        self._follow()

    def _follow(self) -> None:
        """Let the compiled ledger see the arrays that are written bar by bar, instead of the program's own bars."""
        setup, clock = self.compiled.setup, Account(**self._program["account"]).clock
        days = self._start_ns + np.arange(_DAYS) * NS_PER_DAY
        self.compiled.follow(
            self.compiled.market._replace(
                time_ns=as_read(self._times),
                end_ns=as_read(self._ends),
                bid=Points(*(as_read(self._sides["bid"][side]) for side in _SIDES)),
                ask=Points(*(as_read(self._sides["ask"][side]) for side in _SIDES)),
                events=as_read(self._events),
                agenda=as_read(self._agenda),
                rollovers=as_read(due_rows(clock, setup.costs.values(), days, days)),
                midnights=as_read(clock.midnights_ns(self._start_ns, self._start_ns + _DAYS * NS_PER_DAY)),
            )
        )

    @property
    def is_full(self) -> bool:
        """Whether there is room for no more bars."""
        return self._rows == ROOM

    def open(self, symbol: int, bar: Bar) -> None:
        """Let a bar open; a tick comes whole."""
        row = self._open[symbol] = self._rows
        self._rows += 1
        self._times[row], self._ends[row] = bar.time_ns, bar.end_ns
        self._events[row]["symbol"], self._events[row]["tick"] = symbol, bar.tick
        for name, prices in (("bid", bar.bid), ("ask", bar.ask)):
            for side in _SIDES:
                self._sides[name][side][row] = prices.open  # nothing else of it is known yet
        self._take(row, PART_OPEN)
        self.reference.open(symbol, bar)

    def end(self, symbol: int, bar: Bar) -> None:
        """Let the bar that is open come to its end."""
        row = self._open.pop(symbol)
        for name, prices in (("bid", bar.bid), ("ask", bar.ask)):
            for side in _SIDES:
                self._sides[name][side][row] = getattr(prices, side)
        self._take(row, PART_REST)
        self.reference.end(symbol, bar)

    def _take(self, row: int, part: int) -> None:
        self._agenda[self._taken] = (row, part)
        self._taken += 1
        self.compiled.advance(self._taken)

    def submit(self, given: dict[str, Any], decided_ns: int) -> None:
        """Let a request wait in both."""
        self.reference.submit(given["symbol"], request_of(given), decided_ns)
        submit(self.compiled, given, decided_ns)

    def differences(self) -> list[str]:
        """List in what the present states differ."""
        book, account = self.reference.book, self.compiled.account
        digits = book.account.digits
        theirs = {
            "positions": [self._position(row) for row in self.compiled.positions[: account["positions"]]],
            "orders": [self._order(row) for row in self.compiled.orders[: account["orders"]]],
            "balance": round(float(account["balance"]), 6),
            "equity": round(float(account["equity"]), 6),
            "margin": round(float(account["margin"]), 6),
            "waiting": int(account["requests"]),
            "refused": {name: int(n) for name, n in zip(REFUSALS, account["refused"], strict=True) if n},
        }
        ours = {
            "positions": [_position_of(book.positions[key], digits) for key in sorted(book.positions)],
            "orders": [_order_of(book.orders[key], digits) for key in sorted(book.orders)],
            "balance": to_float(book.balance, digits),
            "equity": to_float(book.equity(), digits),
            "margin": to_float(book.margin(), digits),
            "waiting": self.reference.waiting,
            "refused": {name: count for name, count in book.refused.items() if count},
        }
        return [
            f"{name}: reference {ours[name]}, compiled {theirs[name]}" for name in ours if ours[name] != theirs[name]
        ]

    def finish(self) -> list[str]:
        """Close what is open; list in what the outcomes differ."""
        self.reference.finish()
        self.compiled.finish()
        return differences(outcome_of(self.reference), compiled_outcome(self.compiled, self._program))

    def _position(self, row: Any) -> dict[str, Any]:
        whole = ("ticket", "symbol", "strategy", "side", "volume_steps", "open_ns", "trail_distance", "trail_start")
        return {
            **{name: int(row[name]) for name in whole},
            "open_reason": OPEN_REASONS[int(row["open_reason"])],
            **{name: _price(row[name]) for name in ("stop_loss", "take_profit")},
            "peak": _price(row["peak"]) if row["trail_distance"] else None,
            "trailed": bool(row["trailed"]),
            **{name: round(float(row[name]), 6) for name in ("cost", "best", "worst", "commission", "swap", "margin")},
            "doubts": sorted(name for place, name in enumerate(DOUBTS) if row["doubts"] >> place & 1),
        }

    def _order(self, row: Any) -> dict[str, Any]:
        whole = ("ticket", "symbol", "strategy", "side", "volume_steps", "price", "expiry_ns", "oco")
        return {
            **{name: int(row[name]) for name in whole},
            "kind": _KINDS[int(row["kind"])],
            **{name: _price(row[name]) for name in ("stop_loss", "take_profit")},
            "limit_price": _price(row["limit_price"]) if row["kind"] == ORDER_STOP_LIMIT else None,
            "margin": round(float(row["margin"]), 6),
        }


def _price(points: Any) -> int | None:
    return None if points == NO_PRICE else int(points)


def _position_of(position: Position, digits: int) -> dict[str, Any]:
    scale = 10**digits
    return {
        "ticket": position.ticket,
        "symbol": position.symbol,
        "strategy": position.strategy,
        "side": position.side,
        "volume_steps": position.steps,
        "open_ns": position.open_ns,
        "trail_distance": position.trail_distance,
        "trail_start": position.trail_start,
        "open_reason": position.open_reason,
        "stop_loss": position.stop,
        "take_profit": position.target,
        "peak": position.peak if position.trail_distance else None,
        "trailed": position.trailed,
        "cost": round(float(position.cost), 6),
        "best": float(position.best),
        "worst": float(position.worst),
        "commission": position.commission / scale,
        "swap": position.swap / scale,
        "margin": round(float(position.margin / scale), 6),
        "doubts": sorted(position.doubts),
    }


def _order_of(order: Order, digits: int) -> dict[str, Any]:
    return {
        "ticket": order.ticket,
        "symbol": order.symbol,
        "strategy": order.strategy,
        "side": order.side,
        "volume_steps": order.steps,
        "price": order.price,
        "expiry_ns": order.expiry_ns,
        "oco": order.oco,
        "kind": order.kind,
        "stop_loss": order.stop,
        "take_profit": order.target,
        "limit_price": order.limit_price if order.kind == "stop_limit" else None,
        "margin": order.margin / 10**digits,
    }
