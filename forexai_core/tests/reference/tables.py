"""Reads hand-worked cases, ``tests/engine/cases/*.toml``; the ``README.md`` there says how to write them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reference.markets import EURUSD, HOUR, index, ns, pair
from reference.programs import TIMEFRAMES, Program

__all__ = ["TableCase", "read_tables"]

_FIRST = "2024-05-13T06:00"
_ACCOUNT: dict[str, Any] = {
    "balance": 10_000.0, "currency": "USD", "leverage": 100.0, "mode": "hedging", "stop_out": 50.0,
    "margin_call": 100.0, "clock": "new-york+7",
}  # fmt: skip

_MARKET = {"instrument", "contract", "costs", "bars", "ask", "column", "first", "times", "timeframe"}
_EXPECTED = {"trades", "balance", "refused", "margins", "equities", "counts", "error"}
_CASE = {"name", "why", "account", "requests", "rates", "also", "program"} | _MARKET | _EXPECTED

_ORDERS = {
    f"{side}{kind}": {"kind": kind.removeprefix("_") or "market", "side": sign}
    for side, sign in (("buy", 1), ("sell", -1))
    for kind in ("", "_limit", "_stop", "_stop_limit")
}


@dataclass(frozen=True)
class TableCase:
    """One case of a table: a program, and what must come out of it."""

    name: str
    why: str
    program: Program
    expected: dict[str, Any]


def _check(where: str, given: dict[str, Any], known: set[str]) -> None:
    unknown = sorted(given.keys() - known)
    if unknown:
        message = f"{where}: unknown {unknown}; known are {sorted(known)}"
        raise ValueError(message)


def _instrument(name: str, own: dict[str, Any]) -> dict[str, Any]:
    if name == "EURUSD":
        base: dict[str, Any] = dict(EURUSD)
    elif name == "index":
        base = index()
    else:
        base = pair(name, 3 if name.endswith("JPY") else 5)
    fields = {**base, **own}
    if "digits" in own and "tick_size" not in own:
        fields["tick_size"] = 10.0 ** -own["digits"]
    return fields


def _costs(given: dict[str, Any]) -> dict[str, Any]:
    """Take costs; the times of cash flows are UTC."""
    flows = given.get("cash_flows")
    return given if flows is None else {**given, "cash_flows": [[ns(time), *amounts] for time, *amounts in flows]}


def _rate(pair_name: str, given: Any, times: list[int]) -> Any:
    """Take a rate: a number, or bid and ask of bars that never move, from a day before the first bar on."""
    if not isinstance(given, dict):
        return given
    digits = 3 if pair_name.endswith("JPY") else 5
    bid, ask = (round(given[side] * 10**digits) for side in ("bid", "ask"))
    start, hours = min(times) - 24 * HOUR, 48 + (max(times) - min(times)) // HOUR
    bars = [[start + hour * HOUR, bid, bid, bid, bid] for hour in range(hours)]
    return {"timeframe": "H1", "digits": digits, "spread": ask - bid, "bars": bars}


def _quotes(rows: list[Any]) -> list[list[int]]:
    """Take rows of open, high, low, close; a single number is a bar that never moves."""
    return [[row] * 4 if isinstance(row, int) else list(row) for row in rows]


def _symbol(given: dict[str, Any]) -> dict[str, Any]:
    timeframe = given.get("timeframe", "H1")
    bars = _quotes(given["bars"])
    first, step = ns(given.get("first", _FIRST)), TIMEFRAMES.get(timeframe, HOUR)
    times = [ns(text) for text in given.get("times", ())] or [first + row * step for row in range(len(bars))]
    costs = {} if "ask" in given or "column" in given else {"spread_points": 0}
    return {
        "instrument": _instrument(given.get("instrument", "EURUSD"), given.get("contract", {})),
        "timeframe": timeframe,
        "bars": [[time, *bar] for time, bar in zip(times, bars, strict=True)],
        "ask": _quotes(given["ask"]) if "ask" in given else None,
        "column": given.get("column"),
        "costs": {**costs, **_costs(given.get("costs", {}))},
    }


def _request(given: dict[str, Any]) -> list[Any]:
    asked = dict(given)
    after, what = asked.pop("after"), asked.pop("do")
    if "expiry" in asked:
        expiry = asked.pop("expiry")
        asked["expiry_ns"] = -1 if expiry == "day" else ns(expiry)
    return [after, {"symbol": 0, **_ORDERS.get(what, {"kind": what}), **asked}]


def _trade(row: dict[str, Any]) -> dict[str, Any]:
    """Take the fields of a closing row; its times are UTC."""
    times = {f"{name}_ns": ns(row[name]) for name in ("open_time", "close_time") if name in row}
    return {name: value for name, value in row.items() if f"{name}_ns" not in times} | times


def _case(where: str, given: dict[str, Any]) -> TableCase:
    _check(where, given, _CASE)
    for number, other in enumerate(given.get("also", ())):
        _check(f"{where}, also {number}", other, _MARKET)
    markets = [{name: value for name, value in given.items() if name in _MARKET}, *given.get("also", ())]
    symbols = [_symbol(market) for market in markets]
    times = [bar[0] for symbol in symbols for bar in symbol["bars"]]
    program = {
        "account": {**_ACCOUNT, **given.get("account", {})},
        "limit_fill_open": False,
        "symbols": symbols,
        "rates": {name: _rate(name, rate, times) for name, rate in given.get("rates", {}).items()},
        "requests": [_request(request) for request in given.get("requests", ())],
        **given.get("program", {}),
    }
    expected = {name: value for name, value in given.items() if name in _EXPECTED}
    if "trades" in expected:
        expected["trades"] = [_trade(row) for row in expected["trades"]]
    if not expected:
        message = f"{where}: expects nothing"
        raise ValueError(message)
    return TableCase(given["name"], given["why"], program, expected)


def read_tables(folder: Path) -> Iterator[TableCase]:
    """Read every case of a folder's tables, each named for its file and itself."""
    for path in sorted(folder.glob("*.toml")):
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        _check(path.name, table, {"case", "defaults"})
        for number, given in enumerate(table["case"]):
            where = f"{path.name}, case {given.get('name', number)}"
            made = _case(where, {**table.get("defaults", {}), **given})
            yield TableCase(f"{path.stem}/{made.name}", made.why, made.program, made.expected)
