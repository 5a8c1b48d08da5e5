"""Runs the programs of ``reference.programs`` on the compiled ledger: a thin adapter and nothing else."""

from __future__ import annotations

from typing import Any

import numpy as np
from reference.comparison import Outcome
from reference.programs import Program, spread_of
from reference.quotes import ask_side

from forexai_core.arrays import BAR, CLOSE_REASONS, DOUBTS, OPEN_REASONS, QUOTE, TICK
from forexai_core.engine.ledger import Ledger
from forexai_core.engine.preparation.agenda import events_before
from forexai_core.engine.preparation.conditions import Conditions
from forexai_core.engine.preparation.setup import prepare
from forexai_core.engine.state import records
from forexai_core.engine.state.market_records import PART_REST, PART_TURN
from forexai_core.values.accounts import Account, Costs
from forexai_core.values.bars import Bars
from forexai_core.values.catalogue import find_instrument
from forexai_core.values.charges import CashFlow, Commission, SwapRates
from forexai_core.values.execution import Execution
from forexai_core.values.instruments import (
    AssetClass,
    CalculationMode,
    FillingMode,
    Holiday,
    Instrument,
    SwapMode,
    TradingSession,
)
from forexai_core.values.slippage import SlippageModel
from forexai_core.values.ticks import Ticks

__all__ = ["compiled_outcome", "open_compiled", "run_compiled", "submit"]

_KINDS = {
    "market": records.REQUEST_MARKET,
    "limit": records.REQUEST_BUY_SELL_LIMIT,
    "stop": records.REQUEST_BUY_SELL_STOP,
    "stop_limit": records.REQUEST_STOP_LIMIT,
    "close": records.REQUEST_CLOSE,
    "close_all": records.REQUEST_CLOSE_ALL,
    "modify_position": records.REQUEST_MODIFY_POSITION,
    "modify_order": records.REQUEST_MODIFY_ORDER,
    "cancel": records.REQUEST_CANCEL,
    "cancel_all": records.REQUEST_CANCEL_ALL,
    "trail": records.REQUEST_TRAIL,
    "close_by": records.REQUEST_CLOSE_BY,
}
_PRICES = {"price": "price", "limit_price": "limit_price", "stop": "stop_loss", "target": "take_profit"}
_SAME = (
    "side",
    "stop_distance",
    "target_distance",
    "trail_distance",
    "trail_start",
    "expiry_ns",
    "ticket",
    "ticket_by",
    "oco",
    "turns",
)


def _instrument(given: dict[str, Any]) -> Instrument:
    fields = dict(given)
    fields["asset_class"] = AssetClass(fields["asset_class"])
    fields["calculation_mode"] = CalculationMode(fields["calculation_mode"])
    fields["swap_mode"] = SwapMode(fields["swap_mode"])
    return Instrument(pip_size=10.0 ** (1 - fields["digits"]), **fields)


def _prices(rows: list[list[int]], digits: int, dtype: np.dtype[Any]) -> np.ndarray[Any, Any]:
    made = np.zeros(len(rows), dtype)
    columns = np.array([row[-4:] for row in rows], np.int64).reshape(-1, 4)
    for index, name in enumerate(("open", "high", "low", "close")):
        made[name] = columns[:, index] / 10.0**digits
    return made


_FILLINGS = frozenset({FillingMode.FOK, FillingMode.IOC, FillingMode.RETURN})


def _ticks(symbol: dict[str, Any], instrument: Instrument) -> Ticks:
    asks = [ask_side(row[1:], *_other_side(symbol, number)).open for number, row in enumerate(symbol["bars"])]
    data = np.zeros(len(asks), TICK)
    data["time_ns"] = [row[0] for row in symbol["bars"]]
    data["bid"] = np.array([row[1] for row in symbol["bars"]]) / 10.0**instrument.digits
    data["ask"] = np.array(asks) / 10.0**instrument.digits
    data["volume"] = symbol.get("volume") or 0.0
    return Ticks(instrument=instrument, data=data)


def _other_side(symbol: dict[str, Any], number: int) -> tuple[Any, Any, Any]:
    ask = symbol["ask"][number] if symbol["ask"] else None
    return ask, symbol["column"][number] if symbol["column"] else None, spread_of(symbol)


def _prices_of(symbol: dict[str, Any], sessions: list[list[int]] | None) -> Bars | Ticks:
    instrument = _instrument(symbol["instrument"]).with_values(filling_modes=_FILLINGS)
    if sessions is not None:
        rows = [TradingSession(weekday=day, open_minute=low, close_minute=high) for day, low, high in sessions]
        instrument = instrument.with_values(sessions=tuple(rows))
    if symbol.get("ticks"):
        return _ticks(symbol, instrument)
    data = _prices(symbol["bars"], instrument.digits, BAR)
    data["time_ns"] = [row[0] for row in symbol["bars"]]
    data["volume"] = symbol.get("volume") or 0.0
    ask = _prices(symbol["ask"], instrument.digits, QUOTE) if symbol["ask"] else None
    column = np.array(symbol["column"], np.float64) if symbol["column"] else None
    return Bars(instrument=instrument, timeframe=symbol["timeframe"], data=data, ask=ask, spread_points=column)


def _rate(pair: str, given: Any) -> Any:
    if not isinstance(given, dict):
        return given
    instrument = find_instrument(pair)
    if given["digits"] != instrument.digits:
        message = f"{pair}: {given['digits']} digits, not {instrument.digits}"
        raise ValueError(message)
    data = _prices(given["bars"], given["digits"], BAR)
    data["time_ns"] = [row[0] for row in given["bars"]]
    column = np.full(len(data), float(given["spread"]))
    return Bars(instrument=instrument, timeframe=given["timeframe"], data=data, spread_points=column)


def _conditions(program: Program) -> Conditions:
    """Read under which conditions a program's orders meet the market."""
    given: dict[str, Any] = {}
    if program.get("hours"):
        rows = program["hours"]["holidays"]
        days = [Holiday(date=day, open_minute=opened, close_minute=closed) for day, opened, closed in rows]
        given |= {
            "sessions": "enforce",
            "holidays": {s["instrument"]["symbol"]: tuple(days) for s in program["symbols"]},
        }
    if program.get("path"):
        given["path"] = program["path"]
    if program.get("execution"):
        given |= {"execution": Execution(**program["execution"]), "seed": program.get("run_seed", 0)}
    return Conditions(**given)


def _costs(symbol: dict[str, Any]) -> Costs:
    """Read what a symbol costs; ticks bring their spread."""
    own = {"spread_points"} if symbol.get("ticks") else set()
    fields = {name: value for name, value in symbol["costs"].items() if name not in own}
    if "commission" in fields:
        fields["commission"] = Commission(**fields["commission"])
    if "swap_rates" in fields:
        fields["swap_rates"] = [SwapRates(day=day, long=long, short=short) for day, long, short in fields["swap_rates"]]
    if "cash_flows" in fields:
        fields["cash_flows"] = [
            CashFlow(time_ns=at, long=long, short=short) for at, long, short in fields["cash_flows"]
        ]
    if "slippage_model" in fields:
        fields["slippage_model"] = SlippageModel(**fields["slippage_model"])
    return Costs(**fields)


def open_compiled(program: Program) -> Ledger:
    """Open the compiled ledger of a program."""
    sessions = program["hours"]["sessions"] if program.get("hours") else None
    series = {symbol["instrument"]["symbol"]: _prices_of(symbol, sessions) for symbol in program["symbols"]}
    costs = {symbol["instrument"]["symbol"]: _costs(symbol) for symbol in program["symbols"]}
    rates = {pair: _rate(pair, given) for pair, given in program["rates"].items()}
    opening = prepare(
        series,
        account=Account(**program["account"]),
        costs=costs,
        rates=rates,
        limit_fill_open=program["limit_fill_open"],
        conditions=_conditions(program),
        sleeves=program.get("sleeves", 0),
    )
    return Ledger(opening)


def submit(ledger: Ledger, given: dict[str, Any], decided_ns: int | None = None) -> None:
    """Let a request wait, decided when the last event ended or at an instant."""
    count = int(ledger.account["requests"])
    row = ledger.requests[count]
    row["kind"] = _KINDS[given["kind"]]
    row["symbol"] = given["symbol"]
    row["strategy"] = given.get("strategy", 0)
    row["tag"] = 0
    row["asked_bid"] = row["asked_ask"] = row["worked"] = 0
    last_ns = int(ledger.account["end_ns"]) if ledger.account["events"] else 0
    row["decided_ns"] = last_ns if decided_ns is None else decided_ns
    row["volume_steps"] = given.get("steps", 0)
    row["risk_fraction"] = given.get("risk_fraction") or 0.0
    for name, field in _PRICES.items():
        value = given.get(name)
        row[field] = records.NO_PRICE if value is None else value
    for name in _SAME:
        row[name] = given.get(name, 0)
    ledger.account["requests"] = count + 1


def decisions_of(ledger: Ledger) -> list[tuple[int, int]]:
    """List after which event the decision of which bar is made."""
    market = ledger.market
    if not len(market.agenda):
        return [(event, event) for event in range(ledger.events)]
    events = np.flatnonzero(market.agenda["part"] & (PART_REST | PART_TURN))
    rows = market.agenda["row"][events]
    if ledger.account["sleeves"]:  # the ledger knows no decisions then: they come before what opens at the bar's end
        before = events_before(market.end_ns[rows], market.time_ns, market.end_ns, market.events, market.agenda) - 1
        return list(zip(np.maximum(events, before).tolist(), rows.tolist(), strict=True))
    decides = market.agenda["part"][events] & PART_TURN > 0
    return list(zip(events[decides].tolist(), rows[decides].tolist(), strict=True))


def run_compiled(program: Program) -> Outcome:
    """Drive the compiled ledger through a program, one event a call."""
    ledger = open_compiled(program)
    requests: dict[int, list[dict[str, Any]]] = {}
    for after, given in program["requests"]:
        requests.setdefault(after, []).append(given)
    for event, number in decisions_of(ledger):
        ledger.advance(event + 1)
        for given in requests.get(number, ()):
            submit(ledger, given)
    ledger.advance(ledger.events)
    ledger.finish()
    return compiled_outcome(ledger, program)


def _trade(deal: Any, program: Program) -> dict[str, Any]:
    instrument = program["symbols"][int(deal["symbol"])]["instrument"]
    scale = 10.0 ** instrument["digits"]
    commission = float(deal["commission"] + deal["entry_commission"])

    def price(points: int) -> float:
        return 0.0 if points == records.NO_PRICE else points / scale

    return {
        "ticket": int(deal["position"]),
        "symbol": instrument["symbol"],
        "side": -int(deal["side"]),
        "volume_lots": float(deal["volume_steps"] * instrument["volume_step"]),
        "open_time_ns": int(deal["open_ns"]),
        "close_time_ns": int(deal["time_ns"]),
        "open_price": float(deal["open_price"] / scale),
        "close_price": float(deal["price"] / scale),
        "stop_loss": price(int(deal["stop_loss"])),
        "take_profit": price(int(deal["take_profit"])),
        "commission": commission,
        "swap": float(deal["swap"]),
        "profit": float(deal["profit"]),
        "net_profit": float(deal["profit"] + commission + deal["swap"]),
        "open_reason": OPEN_REASONS[int(deal["open_reason"])],
        "close_reason": CLOSE_REASONS[int(deal["reason"])],
        "ambiguous": bool(deal["doubts"]),
        "doubts": sorted(name for place, name in enumerate(DOUBTS) if deal["doubts"] >> place & 1),
        "intrabar": bool(deal["intrabar"]),
        "mae": float(deal["mae"]),
        "mfe": float(deal["mfe"]),
        "strategy": int(deal["strategy"]),
    }


def compiled_outcome(ledger: Ledger, program: Program) -> Outcome:
    """Write down what a compiled ledger leaves behind."""
    account = ledger.account
    deals = ledger.deals
    rows = [{name: row[name].item() for name in ("time_ns", "balance", "equity", "margin")} for row in ledger.equity]
    for row, shares in zip(rows, ledger.shares, strict=bool(program.get("sleeves"))):
        row |= {f"made by {owner}": float(share) for owner, share in enumerate(shares)}
    counts = zip(records.REFUSALS, account["refused"].tolist(), strict=True)
    return Outcome(
        trades=[_trade(deal, program) for deal in deals if deal["closing"]],
        equity=rows,
        refused={name: count for name, count in sorted(counts) if count},
        account={
            "balance": float(account["balance"]),
            "dropped": int(account["dropped"]),
            "held_back": int(account["held_back"]),
            "partial_fills": int(account["partial_fills"]),
            "margin_calls": int(account["margin_calls"]),
            "first_margin_call_ns": int(account["first_margin_call_ns"]),
            "margin_call_ns": int(account["margin_call_ns"]),
            "stop_outs": int(account["stop_outs"]),
            "compensated": float(account["compensated"]),
        },
    )
