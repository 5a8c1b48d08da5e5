"""Random programs: a small market, an account and a stream of requests, as plain data that can be kept as JSON.

Prices and distances are points, volumes steps. ``run`` drives the reference ledger through a program.
``reference.generator`` makes programs from seeds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from fractions import Fraction
from math import ceil
from typing import Any

from reference.contract import Account, Contract
from reference.execution import Execution
from reference.hours import lies_outside
from reference.ledger import ReferenceLedger
from reference.moments import DECISION, END, OPEN, moments_of
from reference.money import exact
from reference.orders import Request
from reference.paths import ways_of
from reference.quotes import Bar, Prices, ask_side
from reference.rates import RateSeries, RateTable

__all__ = ["TIMEFRAMES", "Program", "events_of", "open_ledger", "request_of", "run", "spread_of"]

Program = dict[str, Any]

_MINUTE = 60 * 1_000_000_000
TIMEFRAMES = {"M1": _MINUTE, "M15": 15 * _MINUTE, "H1": 60 * _MINUTE, "H4": 240 * _MINUTE, "H12": 720 * _MINUTE}

_NO_CENTS = {"JPY"}


def account_of(program: Program) -> Account:
    """Read a program's account."""
    given = program["account"]
    return Account(
        balance=exact(given["balance"]),
        currency=given["currency"],
        digits=0 if given["currency"] in _NO_CENTS else 2,
        leverage=exact(given["leverage"]),
        netting=given["mode"] == "netting",
        margin_call=exact(given["margin_call"]),
        stop_out=exact(given["stop_out"]),
        clock=given["clock"],
        limit_fill_open=program["limit_fill_open"],
        fifo=given.get("fifo", "none"),
        leverages={name: exact(leverage) for name, leverage in given.get("leverages", {}).items()},
        tiers=tuple((exact(equity), exact(leverage)) for equity, leverage in given.get("leverage_tiers", ())),
        stop_out_mode=given.get("stop_out_mode", "percent"),
        stop_out_orders=given.get("stop_out_orders", "binding"),
        stop_out_hedged=given.get("stop_out_hedged", False),
        protected=given.get("negative_balance_protection", False),
    )


def spread_of(symbol: dict[str, Any]) -> object:
    """Give the fixed spread of a symbol, points."""
    given = symbol["costs"].get("spread_points")
    return symbol["instrument"]["spread_points"] if given is None else given


def _bars(program: Program, symbol: dict[str, Any]) -> list[Bar]:
    """Make a symbol's events."""
    hours, clock = program.get("hours"), program["account"]["clock"]
    bars = _plain_bars(symbol)
    if program.get("path"):
        bars = [way for bar in bars for way in ways_of(bar, program["path"])]
    if hours is None:
        return bars
    return [replace(bar, closed=lies_outside(hours, clock, bar.time_ns, bar.end_ns)) for bar in bars]


def _plain_bars(symbol: dict[str, Any]) -> list[Bar]:
    made, rows, duration = [], symbol["bars"], TIMEFRAMES[symbol["timeframe"]]
    for index, (time_ns, *bid) in enumerate(rows):
        following = rows[index + 1][0] if index + 1 < len(rows) else time_ns + duration
        ask = symbol["ask"][index] if symbol["ask"] else None
        column = symbol["column"][index] if symbol["column"] else None
        other = ask_side(bid, ask, column, spread_of(symbol))
        slippage = _slippage(symbol["costs"], rows, index)
        end_ns, tick = min(time_ns + duration, following), bool(symbol.get("ticks"))
        end_ns = time_ns if tick else end_ns
        volume = exact(symbol["volume"][index]) if symbol.get("volume") else Fraction(0)
        made.append(Bar(time_ns, end_ns, Prices(*bid), other, slippage, tick=tick, volume=volume))
    return made


def _slippage(costs: dict[str, Any], rows: list[list[int]], index: int) -> int | None:
    """Give the points of slippage in one bar by a program's model, whatever the volume."""
    model = costs.get("slippage_model")
    if model is None:
        return None
    _, _, high, low, _ = rows[index]
    last = []
    for number in range(max(0, index - model.get("atr_bars", 14)), index):
        _, _, top, bottom, _ = rows[number]
        close = rows[number - 1][4] if number else top
        last.append(max(top, close) - min(bottom, close))
    average = Fraction(sum(last), len(last)) if last else Fraction(0)
    points = ceil(exact(model.get("range_fraction", 0)) * (high - low))
    points += ceil(exact(model.get("atr_fraction", 0)) * average)
    return points + ceil(exact(costs.get("slippage_points") or 0))


def events_of(program: Program) -> list[tuple[int, Bar]]:
    """List a program's events: by opening time, symbols of one instant in their order."""
    every = [(index, bar) for index, symbol in enumerate(program["symbols"]) for bar in _bars(program, symbol)]
    return sorted(every, key=lambda event: (event[1].time_ns, event[0]))


def _rate_series(given: Any, spread: int) -> RateSeries:
    if not isinstance(given, dict):
        return RateSeries((), [exact(given)], [exact(given)])
    scale, rows = 10 ** given["digits"], given["bars"]
    duration = TIMEFRAMES[given["timeframe"]]
    known = [rows[0][0], *(row[0] + duration for row in rows)]
    bid = [Fraction(rows[0][1], scale), *(Fraction(row[4], scale) for row in rows)]
    return RateSeries(known, bid, [price + Fraction(spread, scale) for price in bid])


def open_ledger(program: Program) -> ReferenceLedger:
    """Open the reference ledger of a program."""
    account = account_of(program)
    contracts = [Contract.make(symbol["instrument"], symbol["costs"]) for symbol in program["symbols"]]
    series = {
        pair: _rate_series(given, given["spread"] if isinstance(given, dict) else 0)
        for pair, given in program["rates"].items()
    }
    for symbol in program["symbols"]:
        own = symbol["instrument"]
        if own["asset_class"] == "forex":
            series.setdefault(own["symbol"], _own_series(symbol))
    execution = Execution.make(program.get("execution", {}), program.get("run_seed", 0))
    return ReferenceLedger(
        account, contracts, RateTable(account, contracts, series), execution, program.get("sleeves", 0)
    )


def _own_series(symbol: dict[str, Any]) -> RateSeries:
    """Take a traded pair as a source of rates: its closes, each known from its bar's end on, and its first open."""
    bars, scale = _plain_bars(symbol), 10 ** symbol["instrument"]["digits"]
    known = [bars[0].time_ns, *(bar.end_ns for bar in bars)]
    bid = [bars[0].bid.open, *(bar.bid.close for bar in bars)]
    # before its first close, a pair's ask is its first open and the spread of its first close
    ask = [bid[0] + bars[0].ask.close - bars[0].bid.close, *(bar.ask.close for bar in bars)]
    return RateSeries(known, [Fraction(price, scale) for price in bid], [Fraction(price, scale) for price in ask])


_FIELDS = {field.name for field in fields(Request)}


def request_of(given: dict[str, Any]) -> Request:
    """Read a request."""
    known = {name: value for name, value in given.items() if name in _FIELDS}
    if known.get("risk_fraction") is not None:
        known["risk_fraction"] = exact(known["risk_fraction"])
    return Request(**known)


def run(program: Program, watch: Callable[[ReferenceLedger, int, int, Bar], None] | None = None) -> ReferenceLedger:
    """Drive the reference ledger through a program; ``watch`` looks on at the decision of each bar.

    Requests are asked for at the decision of the bar of a number, in the order of :func:`events_of`.
    """
    ledger = open_ledger(program)
    requests: dict[int, list[dict[str, Any]]] = {}
    for after, given in program["requests"]:
        requests.setdefault(after, []).append(given)
    for kind, number, symbol, bar in moments_of(events_of(program)):
        if kind == OPEN:
            ledger.open(symbol, bar)
        elif kind == END:
            ledger.end(symbol, bar, decides=bar.decides)
        if kind != DECISION:
            continue
        if watch is not None:
            watch(ledger, number, symbol, bar)
        for given in requests.get(number, ()):
            ledger.submit(given["symbol"], request_of(given))
    ledger.finish()
    return ledger
