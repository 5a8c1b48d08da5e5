"""What a run leaves behind, in plain values, and how two runs differ."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from reference.ledger import ReferenceLedger
from reference.money import to_float

__all__ = ["Outcome", "differences", "outcome_of", "shrink"]


@dataclass(frozen=True)
class Outcome:
    """Trades and equity rows as dictionaries, refusals by name, and the figures of the account."""

    trades: list[dict[str, Any]]
    equity: list[dict[str, Any]]
    refused: dict[str, int]
    account: dict[str, Any]


def outcome_of(ledger: ReferenceLedger) -> Outcome:
    """Write down what a reference ledger leaves behind, with prices and money as a user sees them."""
    book = ledger.book
    digits = book.account.digits
    trades = []
    for trade in book.trades:
        contract = book.contracts[trade.symbol]
        scale = contract.scale
        trades.append(
            {
                "ticket": trade.ticket,
                "symbol": contract.symbol,
                "side": trade.side,
                "volume_lots": float(contract.lots(trade.steps)),
                "open_time_ns": trade.open_ns,
                "close_time_ns": trade.close_ns,
                "open_price": float(trade.open_points / scale),
                "close_price": trade.close_points / scale,
                "stop_loss": (trade.stop or 0) / scale,
                "take_profit": (trade.target or 0) / scale,
                "commission": to_float(trade.commission, digits),
                "swap": to_float(trade.swap, digits),
                "profit": to_float(trade.profit, digits),
                "net_profit": to_float(trade.net_profit, digits),
                "open_reason": trade.open_reason,
                "close_reason": trade.close_reason,
                "ambiguous": trade.ambiguous,
                "doubts": sorted(trade.doubts),
                "intrabar": trade.intrabar,
                "mae": to_float(trade.mae, digits),
                "mfe": to_float(trade.mfe, digits),
                "strategy": trade.strategy,
            }
        )
    equity = [
        {
            "time_ns": row.time_ns,
            "balance": to_float(row.balance, digits),
            "equity": to_float(row.equity, digits),
            "margin": to_float(row.margin, digits),
            **{f"made by {owner}": to_float(share, digits) for owner, share in enumerate(row.shares)},
        }
        for row in ledger.equity_rows
    ]
    refused = {name: count for name, count in sorted(book.refused.items()) if count}
    account = {
        "balance": to_float(book.balance, digits),
        "dropped": ledger.dropped,
        "held_back": book.held_back,
        "partial_fills": book.partial_fills,
        "margin_calls": len(book.margin_calls),
        "first_margin_call_ns": book.margin_calls[0] if book.margin_calls else 0,
        "margin_call_ns": book.margin_calls[-1] if book.margin_calls else 0,
        "stop_outs": sum(trade.close_reason == "stop_out" for trade in book.trades),
        "compensated": to_float(book.compensated, digits),
    }
    return Outcome(trades, equity, refused, account)


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, float) or isinstance(other, float):
        # Both come from whole points and cents; averages differ by what binary division leaves.
        return bool(abs(one - other) <= 1e-9 * max(1.0, abs(one)))
    return bool(one == other)


def _rows(name: str, ours: list[dict[str, Any]], theirs: list[dict[str, Any]]) -> Iterable[str]:
    for number, (one, other) in enumerate(zip(ours, theirs, strict=False)):
        wrong = [key for key in one if not _same(one[key], other[key])]
        if wrong:
            shown = "; ".join(f"{key}: reference {one[key]!r}, compiled {other[key]!r}" for key in wrong)
            yield f"{name} {number}: {shown}"
    if len(ours) != len(theirs):
        yield f"{name}: reference has {len(ours)}, compiled {len(theirs)}"


def differences(reference: Outcome, compiled: Outcome) -> list[str]:
    """List where two outcomes differ; empty when they are the same."""
    found = list(_rows("trade", reference.trades, compiled.trades))
    found += _rows("equity row", reference.equity, compiled.equity)
    found += _rows("account", [reference.account], [compiled.account])
    if reference.refused != compiled.refused:
        found.append(f"refused: reference {reference.refused}, compiled {compiled.refused}")
    return found


def shrink(program: dict[str, Any], fails: Callable[[dict[str, Any]], bool], *, rounds: int = 6) -> dict[str, Any]:
    """Make a failing program smaller while it still fails: fewer requests and bars, plainer fields."""
    for _ in range(rounds):
        before = _size(program)
        for smaller in (_fewer_requests, _fewer_bars, _plainer_fields, _plainer_market):
            program = smaller(program, fails)
        if _size(program) == before:
            break
    return program


def _size(program: dict[str, Any]) -> tuple[int, int, int]:
    bars = sum(len(symbol["bars"]) for symbol in program["symbols"])
    return len(program["requests"]), bars, sum(len(given) for _, given in program["requests"])


def _try(program: dict[str, Any], changed: dict[str, Any], fails: Callable[[dict[str, Any]], bool]) -> bool:
    try:
        return fails(changed)
    except (KeyError, IndexError, LookupError):
        return False


def _fewer_requests(program: dict[str, Any], fails: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    chunk = max(1, len(program["requests"]) // 2)
    while chunk:
        start = 0
        while start < len(program["requests"]):
            requests = program["requests"]
            changed = {**program, "requests": requests[:start] + requests[start + chunk :]}
            if _try(program, changed, fails):
                program = changed
            else:
                start += chunk
        chunk //= 2
    return program


def _numbered(program: dict[str, Any]) -> list[tuple[int, int]]:
    """List symbol and row of each event, in the order of the events."""
    every = [
        (bar[0], symbol, row) for symbol, own in enumerate(program["symbols"]) for row, bar in enumerate(own["bars"])
    ]
    return [(symbol, row) for _, symbol, row in sorted(every)]


def _keep(program: dict[str, Any], kept: list[int]) -> dict[str, Any]:
    """Keep some events; what was asked for after the others goes with them, and so do symbols without bars."""
    events = _numbered(program)
    rows = [
        [events[number][1] for number in kept if events[number][0] == symbol]
        for symbol in range(len(program["symbols"]))
    ]
    left = [symbol for symbol, own in enumerate(rows) if own]
    symbols = []
    for symbol in left:
        columns = {
            name: [column[row] for row in sorted(rows[symbol])]
            if (column := program["symbols"][symbol].get(name))
            else None
            for name in ("bars", "ask", "column", "volume")
        }
        symbols.append({**program["symbols"][symbol], **columns})
    new = {number: place for place, number in enumerate(kept)}
    requests = [
        [new[after], {**given, "symbol": left.index(given["symbol"])}]
        for after, given in program["requests"]
        if after in new and given["symbol"] in left
    ]
    return {**program, "symbols": symbols, "requests": requests}


def _fewer_bars(program: dict[str, Any], fails: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    if program.get("path"):
        return program  # there its events are not its bars
    for symbol in range(len(program["symbols"])):
        alone = _keep(program, [number for number, (owner, _) in enumerate(_numbered(program)) if owner == symbol])
        if len(program["symbols"]) > 1 and _try(program, alone, fails):
            program = alone
            break
    step = max(1, len(_numbered(program)) // 2)
    while step:
        every = list(range(len(_numbered(program))))
        middle = (
            [every[:start] + every[start + step :] for start in range(0, len(every), step)] if len(every) < 60 else []
        )
        for kept in (every[:-step], every[step:], *middle):
            if kept and _try(program, changed := _keep(program, kept), fails):
                program = changed
                break
        else:
            step //= 2
    return program


_NEEDED = {"symbol", "kind", "side", "steps", "ticket", "price", "limit_price", "risk_fraction"}


def _plainer_fields(program: dict[str, Any], fails: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    for number in range(len(program["requests"])):
        for name in [name for name in program["requests"][number][1] if name not in _NEEDED]:
            after, given = program["requests"][number]
            without = [after, {key: value for key, value in given.items() if key != name}]
            requests = [*program["requests"][:number], without, *program["requests"][number + 1 :]]
            changed = {**program, "requests": requests}
            if _try(program, changed, fails):
                program = changed
    return program


_PLAIN_INSTRUMENT = {
    "swap_long": 0.0, "swap_short": 0.0, "commission_per_lot": 0.0, "stops_level_points": 0, "freeze_level_points": 0,
    "volume_limit": 0.0,
}  # fmt: skip


def _plainer_market(program: dict[str, Any], fails: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    for number in range(len(program["symbols"])):
        for name, value in _PLAIN_INSTRUMENT.items():
            symbol = program["symbols"][number]
            plain = {**symbol, "instrument": {**symbol["instrument"], name: value}}
            symbols = [*program["symbols"][:number], plain, *program["symbols"][number + 1 :]]
            changed = {**program, "symbols": symbols}
            if symbol["instrument"][name] != value and _try(program, changed, fails):
                program = changed
        for name in list(program["symbols"][number]["costs"]):
            symbol = program["symbols"][number]
            costs = {key: value for key, value in symbol["costs"].items() if key != name}
            symbols = [*program["symbols"][:number], {**symbol, "costs": costs}, *program["symbols"][number + 1 :]]
            changed = {**program, "symbols": symbols}
            if name != "spread_points" and _try(program, changed, fails):
                program = changed
    return program
