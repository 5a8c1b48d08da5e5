"""Makes random programs from seeds."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from reference.ledger import ReferenceLedger
from reference.moments import DECISION, END, OPEN, moments_of
from reference.orders import Order, Position
from reference.programs import TIMEFRAMES, Program, events_of, open_ledger, request_of
from reference.quotes import Bar

__all__ = ["generate"]

_HOUR = TIMEFRAMES["H1"]
UNTIL_MIDNIGHT = -1

# Weeks in which something happens to the clocks, and ordinary ones; all begin on a Monday.
_WEEKS = ("2024-03-04", "2024-03-25", "2024-05-13", "2024-10-21", "2024-10-28", "2025-01-06", "2025-03-24")

_COMMON: dict[str, Any] = {
    "volume_min": 0.01, "volume_max": 50.0, "volume_step": 0.01, "volume_limit": 0.0, "stops_level_points": 0,
    "freeze_level_points": 0, "calculation_mode": "forex", "spread_points": 12, "commission_per_lot": 0.0,
    "swap_mode": "points", "swap_long": -7.0, "swap_short": 2.5, "triple_day": 2, "swap_weekend": False,
    "margin_initial": 0.0, "margin_rate": 1.0, "tick_value": 0.0, "asset_class": "forex",
}  # fmt: skip


def _pair(symbol: str, digits: int, **more: Any) -> dict[str, Any]:
    fields = {**_COMMON, "symbol": symbol, "base_currency": symbol[:3], "profit_currency": symbol[3:]}
    fields |= {"margin_currency": symbol[:3], "digits": digits, "contract_size": 100_000.0, "tick_size": 10.0**-digits}
    return {**fields, "margin_hedged": 100_000.0, **more}


def _other(symbol: str, currency: str, digits: int, contract: float, mode: str, **more: Any) -> dict[str, Any]:
    fields = _pair(symbol, digits, base_currency=symbol[:3], profit_currency=currency, margin_currency=currency)
    fields |= {"contract_size": contract, "margin_hedged": contract, "calculation_mode": mode, "asset_class": "index"}
    return {**fields, **more}


# Instrument, price in points to begin with, account currency, pairs whose rates are needed with a typical rate.
_MARKETS: tuple[tuple[dict[str, Any], int, str, dict[str, float]], ...] = (
    (_pair("EURUSD", 5), 108_350, "USD", {}),
    (_pair("EURUSD", 4), 10_835, "USD", {}),
    (_pair("EURUSD", 5), 108_350, "EUR", {}),
    (_pair("USDJPY", 3), 148_210, "USD", {}),
    (_pair("USDJPY", 3), 148_210, "JPY", {}),
    (_pair("USDJPY", 2), 14_821, "USD", {}),
    (_pair("EURGBP", 5), 85_420, "USD", {"GBPUSD": 1.26710, "EURUSD": 1.08350}),
    (_pair("GBPUSD", 5), 126_710, "EUR", {"EURUSD": 1.08350, "EURGBP": 0.85420}),
    (_pair("EURJPY", 3), 160_590, "USD", {"USDJPY": 148.21, "EURUSD": 1.08350}),
    (_pair("EURGBP", 5), 85_420, "JPY", {"GBPUSD": 1.26710, "EURUSD": 1.08350, "USDJPY": 148.21}),
    (_pair("GBPAUD", 5), 192_300, "CHF", {"AUDUSD": 0.66420, "USDCHF": 0.90310, "GBPUSD": 1.26710}),
    (_pair("GBPUSD", 5, calculation_mode="forex_no_leverage"), 126_710, "USD", {}),
    (_other("XAUUSD", "USD", 2, 100.0, "cfd_leverage", asset_class="metal"), 203_450, "USD", {}),
    (_other("XAUUSD", "USD", 2, 100.0, "cfd", margin_rate=0.02), 203_450, "EUR", {"EURUSD": 1.0835}),
    (_other("DE40", "EUR", 1, 1.0, "cfd_index", tick_value=1.0, tick_size=1.0), 181_230, "USD", {"EURUSD": 1.0835}),
    (_other("ACME", "USD", 2, 1.0, "exchange_stocks", volume_step=1.0, volume_min=1.0, volume_max=5_000.0,
            asset_class="stock"), 17_325, "USD", {}),
    (_other("FUTX", "USD", 2, 10.0, "futures", tick_size=0.25, tick_value=12.5, margin_initial=900.0,
            volume_step=1.0, volume_min=1.0, volume_max=100.0), 452_550, "USD", {}),
    (_other("BTCUSD", "USD", 2, 1.0, "cfd_leverage", swap_weekend=True, triple_day=-1, asset_class="crypto"),
     6_512_300, "USD", {}),
)  # fmt: skip

ORDER_TYPES = ("buy", "sell", "buy_limit", "sell_limit", "buy_stop", "sell_stop", "buy_stop_limit", "sell_stop_limit")

_SWAP_MODES = ("points", "points", "points", "disabled", "currency_symbol", "currency_margin", "currency_deposit",
               "interest_current", "interest_open", "reopen_current", "reopen_bid")  # fmt: skip


def generate(seed: int, *, symbol: str | None = None) -> tuple[Program, ReferenceLedger]:
    """Make the program of a seed, of any first symbol or a given one; give it with the reference ledger that ran it."""
    rng = random.Random(seed)
    market = rng.choice([market for market in _MARKETS if symbol in {None, market[0]["symbol"]}])
    count = rng.choice((25, 40, 60, 60, 90, 150, 300))
    program: Program = {
        "seed": seed,
        "account": _account(rng, market[2]),
        "limit_fill_open": rng.random() < 0.2,
        "symbols": [_symbol(rng, market[0], market[1], count)],
        "rates": {},
        "requests": [],
    }
    if rng.random() < 0.15:
        _add_symbol(rng, program, market, count)
    for pair, rate in market[3].items():
        program["rates"][pair] = _rate(rng, pair, rate, program["symbols"])
    _scale_balance(rng, program)
    # What came later draws from a stream of its own, so that the programs before it stay as they were.
    _vary_symbols(random.Random(f"symbols {seed}"), program, market, count)
    later = random.Random(f"later {seed}")
    if later.random() < 0.3:
        program["hours"] = _hours(later, program)
    modelled = any("slippage_model" in symbol["costs"] for symbol in program["symbols"])
    if later.random() < 0.15 and not modelled:  # such a model goes by the range of each way
        program["path"] = later.choice(("open-high-low-close", "open-low-high-close", "adaptive"))
    if later.random() < 0.3:
        _choose_execution(later, program)
    if "hours" in program and _never_trades(program):
        del program["hours"]  # that is refused
    deep = random.Random(f"depth {seed}")
    for each in program["symbols"]:
        if deep.random() < 0.2:
            each["costs"]["slippage_model"] = {**each["costs"].get("slippage_model", {}), **_impact(deep, each)}
    _choose_grids(random.Random(f"grid {seed}"), program)
    if random.Random(f"sleeves {seed}").random() < 0.3:
        program["sleeves"] = 2
    return program, _ask(rng, program)


def _choose_grids(rng: random.Random, program: Program) -> None:
    """Let the prices of some symbols move by more than a point, where such a step has no value of its own."""
    for each in program["symbols"]:
        own = each["instrument"]
        if rng.random() < 0.2 and own["tick_value"] == 0:
            own["tick_size"] = round(rng.choice((2, 5, 10, 25)) * 10.0 ** -own["digits"], 10)


def _impact(rng: random.Random, symbol: dict[str, Any]) -> dict[str, Any]:
    """Let volumes move their own price: a typical order by a part of a bar's range."""
    typical = 20 * symbol["instrument"]["volume_min"]
    return {
        "impact_points": round(symbol["span"] * rng.choice((0.02, 0.2, 0.5)) / typical**0.5, 2),
        "free_lots": round(typical * rng.choice((0, 0, 0.05, 0.5)), 2),
        "impact": rng.choice(("square_root", "linear")),
    }


def _choose_execution(rng: random.Random, program: Program) -> None:
    """Choose latency, requotes and liquidity; let some markets that never move be ticks."""
    program["run_seed"] = rng.randrange(2**40)
    given: dict[str, Any] = {}
    still = all(len(set(row[1:])) == 1 for symbol in program["symbols"] for row in symbol["bars"])
    if still and len(program["symbols"]) == 1 and "path" not in program:
        only = program["symbols"][0]
        only["ticks"] = True
        only["ask"] = only["ask"] and [[row[0]] * 4 for row in only["ask"]]
    span = program["symbols"][0]["bars"][1][0] - program["symbols"][0]["bars"][0][0]
    if rng.random() < 0.5:
        given["latency_ms"] = rng.choice((0, 50, span // 2_000_000, span // 1_000_000, span // 400_000))
        given["latency_jitter_ms"] = rng.choice((0, 20, span // 500_000))
    if rng.random() < 0.5:
        given["mode"] = "instant"
        given["deviation_points"] = rng.choice((None, 0, 3, program["symbols"][0]["span"]))
        given["requote_probability"] = rng.choice((0.0, 0.0, 0.2))
    if rng.random() < 0.6:
        step = program["symbols"][0]["instrument"]["volume_step"]
        given["filling"] = rng.choice(("fok", "ioc", "return", "return"))
        if rng.random() < 0.5:
            given["liquidity_lots"] = round(step * rng.choice((1, 3, 15, 50)), 8)
        else:
            given["liquidity_per_volume"] = round(step / 4, 8)
            for symbol in program["symbols"]:
                symbol["volume"] = [rng.choice((0, 1, 4, 9, 40, 200)) for _ in symbol["bars"]]
    program["execution"] = given


def _hours(rng: random.Random, program: Program) -> dict[str, Any]:
    """Choose sessions with pauses, and a holiday or two of the days that there are prices on."""
    opened, paused = rng.choice((0, 0, 60, 420)), rng.choice((720, 1_000, 1_260))
    rows = [[day, opened, paused] for day in range(rng.choice((5, 5, 7)))]
    rows += [[day, paused + rng.choice((15, 60, 100)), 1_440] for day, *_ in rows if rng.random() < 0.8]
    days = sorted({datetime.fromtimestamp(row[0] // 10**9, UTC).date() for row in program["symbols"][0]["bars"]})
    hours = rng.choice(((0, 0), (0, 780), (600, 900)))
    holidays = [[str(day), *hours] for day in rng.sample(days, min(len(days) // 3, 2))]
    return {"sessions": rows, "holidays": holidays}


def _never_trades(program: Program) -> bool:
    """Whether all prices of a symbol lie outside the sessions."""
    events = events_of(program)
    return any(all(bar.closed for at, bar in events if at == index) for index in range(len(program["symbols"])))


def _account(rng: random.Random, currency: str) -> dict[str, Any]:
    mode = rng.choice(("hedging", "hedging", "netting"))
    stop_out = rng.choice((0.0, 20.0, 50.0, 50.0, 80.0, 100.0, 100.0))
    more: dict[str, Any] = {
        "stop_out_orders": rng.choice(("binding", "binding", "all")),
        "stop_out_hedged": rng.random() < 0.3,
        "negative_balance_protection": rng.random() < 0.3,
    }
    if rng.random() < 0.1:
        more["leverages"] = {rng.choice(("forex", "index", "metal", "EURUSD")): float(rng.choice((5, 20, 400)))}
    return {
        **more,
        "balance": 10_000.0,
        "currency": currency,
        "leverage": float(rng.choice((1, 10, 30, 50, 100, 200, 500))),
        "mode": mode,
        "fifo": rng.choice(("symbol", "size")) if mode == "hedging" and rng.random() < 0.15 else "none",
        "stop_out": stop_out,
        "margin_call": max(stop_out, rng.choice((50.0, 100.0, 120.0))),
        "clock": rng.choice(("new-york+7", "new-york+7", "new-york+7", "UTC", "eet", "utc+3")),
    }


# ------------------------------------------------------------------------------------------------------------- market
def _symbol(rng: random.Random, instrument: dict[str, Any], start: int, count: int) -> dict[str, Any]:
    own = dict(instrument)
    if own["volume_step"] == 0.01 and rng.random() < 0.3:
        own |= rng.choice(({"volume_step": 0.1, "volume_min": 0.1}, {"volume_min": 0.05}, {"volume_max": 1.5}))
    unusual = (
        (0.15, "volume_limit", round(own["volume_step"] * rng.choice((20, 50, 120)), 8)),
        (0.25, "stops_level_points", rng.choice((1, 5, 12))),
        (0.2, "freeze_level_points", rng.choice((4, 10, 40))),
        (0.3, "margin_hedged", rng.choice((0.0, own["contract_size"] / 2))),
    )
    own |= {name: value for chance, name, value in unusual if rng.random() < chance}
    if rng.random() < 0.2:
        orders = rng.sample(ORDER_TYPES, rng.randint(1, 5))
        own["margin_rates"] = {order: [rng.choice((0.0, 0.5, 1.0, 1.5)), rng.choice((0.4, 1.0))] for order in orders}
    if rng.random() < 0.1:
        own["margin_maintenance"] = round(
            (own["margin_initial"] or own["contract_size"] / 50) * rng.choice((0.5, 0.8)), 2
        )
    if rng.random() < 0.15:
        own["margin_hedged_use_leg"] = True
    own["swap_mode"] = rng.choice(_SWAP_MODES)
    own["swap_long"], own["swap_short"] = round(rng.uniform(-12, 4), 2), round(rng.uniform(-12, 4), 2)
    own["commission_per_lot"] = rng.choice((0.0, 3.5, 2.75))
    if own["triple_day"] >= 0:
        own["triple_day"] = rng.choice((2, 2, 3, 4))
    span = rng.choice((6, 15, 40, 120))  # typical range of a bar, points
    timeframe = rng.choice(("M1", "M15", "H1", "H1", "H4", "H4", "H12"))
    rows = _walk(rng, start, count, span, timeframe)
    costs = {
        "slippage_points": rng.choice((None, 0, 1, 3, 6.5)),
        "commission_per_lot": rng.choice((None, 3.5, 0.0, 7.01)),
    }
    if rng.random() < 0.4:
        costs |= {"swap_long_points": round(rng.uniform(-9, 3), 1), "swap_short_points": round(rng.uniform(-9, 3), 1)}
    costs |= _charges(rng, own, rows)
    symbol = {"instrument": own, "timeframe": timeframe, "span": span, "bars": rows, "ask": None, "column": None}
    spread = rng.choice((0, 1, span // 8, span // 3, span))
    how = rng.random()
    if how < 0.3:
        symbol["column"] = [max(0, spread + rng.randint(-3, 3) + (span if rng.random() < 0.03 else 0)) for _ in rows]
    elif how < 0.6:
        symbol["ask"] = [_ask_bar(rng, row[1:], spread) for row in rows]
    elif how < 0.8:
        costs["spread_points"] = spread
    else:
        own["spread_points"] = spread
    return {**symbol, "costs": costs}


def _charges(rng: random.Random, own: dict[str, Any], rows: list[list[int]]) -> dict[str, Any]:
    """Make what few brokers charge: other commissions, weekdays of their own, dated rates and cash flows."""
    charges: dict[str, Any] = {}
    if rng.random() < 0.2:
        own["swap_days"] = [float(rng.choice((0, 1, 1, 1, 2, 3))) for _ in range(7)]
    if rng.random() < 0.25:
        charges["commission"] = _commission(rng)
        charges["commission_per_lot"] = None
    first, last = rows[0][0], rows[-1][0]
    if rng.random() < 0.2:
        charges["slippage_model"] = {
            "range_fraction": rng.choice((0.0, 0.1, 0.35)),
            "atr_fraction": rng.choice((0.0, 0.2)),
            "atr_bars": rng.choice((1, 5, 14)),
        }
    if rng.random() < 0.2:
        days = {datetime.fromtimestamp(rng.randint(first, last) // 10**9, UTC).date().isoformat() for _ in range(3)}
        charges["swap_rates"] = [[d, round(rng.uniform(-9, 3), 2), round(rng.uniform(-9, 3), 2)] for d in sorted(days)]
    if rng.random() < 0.2:
        charges["cash_flows"] = [
            [rng.choice((rng.randint(first, last), rng.choice(rows)[0])), _cash(rng), _cash(rng)] for _ in range(6)
        ]
    return charges


def _cash(rng: random.Random) -> float:
    return round(rng.uniform(-30, 20), 2)


def _commission(rng: random.Random) -> dict[str, Any]:
    given: dict[str, Any] = {"charged": rng.choice(("each_side", "opening"))}
    parts = {
        "per_lot": rng.choice((2.5, 7.0)),
        "percent": rng.choice((0.002, 0.01)),
        "per_deal": rng.choice((0.5, 1.25)),
        "minimum": rng.choice((0.75, 3.0)),
        "maximum": rng.choice((4.0, 12.5)),
    }
    return given | {name: value for name, value in parts.items() if rng.random() < 0.5}


def _ask_bar(rng: random.Random, bid: list[int], spread: int) -> list[int]:
    jitter = [spread + rng.randint(0, max(1, spread // 2)) for _ in range(4)]
    opened, high, low, closed = (price + extra for price, extra in zip(bid, jitter, strict=True))
    high = max(high, opened, closed, bid[1])
    return [opened, high, min(max(low, bid[2]), opened, closed), closed]


def _walk(rng: random.Random, start: int, count: int, span: int, timeframe: str) -> list[list[int]]:
    duration = TIMEFRAMES[timeframe]
    monday = datetime.fromisoformat(rng.choice(_WEEKS)).replace(tzinfo=UTC)
    time_ns = int(monday.timestamp()) * 1_000_000_000 + rng.randrange(0, 120) * _HOUR
    time_ns += rng.choice((0, 0, 30 * TIMEFRAMES["M1"]))
    rows, price, drift = [], start, rng.choice((-0.15, 0.0, 0.0, 0.15)) * span
    still = rng.choice((0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 1.0))  # how many bars never move: all of them, like ticks
    for _ in range(count):
        gap = 0 if rng.random() < 0.6 else round(rng.gauss(0, span * rng.choice((0.2, 0.2, 3))))
        opened = max(span, price + gap)
        if rng.random() < still:
            opened += round(rng.gauss(drift, span * 0.6)) if still == 1.0 else 0
            opened = closed = max(span, opened)
            rows.append([time_ns, opened, opened, opened, opened])
        else:
            closed = max(span, opened + round(rng.gauss(drift, span * 0.6)))
            high = max(opened, closed) + abs(round(rng.gauss(0, span * 0.4)))
            low = max(1, min(opened, closed) - abs(round(rng.gauss(0, span * 0.4))))
            rows.append([time_ns, opened, high, low, closed])
        price = closed
        time_ns += duration * (1 if rng.random() < 0.93 else rng.choice((2, 5, 30)))
        time_ns = _skip_weekend(time_ns, duration)
    return rows


def _skip_weekend(time_ns: int, duration: int) -> int:
    day = 24 * _HOUR
    since_monday = (time_ns + 3 * day) % (7 * day)
    close, reopen = 4 * day + 21 * _HOUR, 6 * day + 22 * _HOUR
    if close <= since_monday < reopen:
        return time_ns + -(-(reopen - since_monday) // duration) * duration
    return time_ns


def _add_symbol(rng: random.Random, program: Program, market: tuple[Any, ...], count: int) -> None:
    """Add a second symbol that needs no rates of its own."""
    same = [m for m in _MARKETS if m[2] == market[2] and not m[3] and m[0]["symbol"] != market[0]["symbol"]]
    if not same:
        return
    other = rng.choice(same)
    first = program["symbols"][0]
    second = _symbol(rng, other[0], other[1], count)
    second["timeframe"] = first["timeframe"]  # the same hours, with holes
    for row, own in zip(second["bars"], first["bars"], strict=True):
        row[0] = own[0]
    holes = [index for index in range(count) if rng.random() < 0.1 and index]
    for index in reversed(holes):
        for column in (second["bars"], second["ask"], second["column"]):
            if column:
                del column[index]
    program["symbols"].append(second)


def _vary_symbols(rng: random.Random, program: Program, market: tuple[Any, ...], count: int) -> None:
    """Add a second symbol to some programs that have none, and let some have bars of another length."""
    if len(program["symbols"]) == 1 and rng.random() < 0.2:
        _add_symbol(rng, program, market, count)
    for other in program["symbols"][1:]:
        if rng.random() < 0.6:
            _take_other_bars(rng, program, other)


def _take_other_bars(rng: random.Random, program: Program, other: dict[str, Any]) -> None:
    """Let a symbol have bars of another length than the first, over about the same time."""
    first, timeframe = program["symbols"][0]["bars"], rng.choice(list(TIMEFRAMES))
    duration = TIMEFRAMES[timeframe]
    time_ns = -(-first[0][0] // duration) * duration + rng.choice((0, 0, 0, duration, 3 * duration))
    times = []
    while time_ns <= first[-1][0] and len(times) < 200:
        if _skip_weekend(time_ns, duration) == time_ns and rng.random() > 0.05:
            times.append(time_ns)
        time_ns += duration
    if not times:
        return
    start = other["bars"][0][1]
    other["timeframe"] = timeframe
    walk = _walk(rng, start, len(times), other["span"], timeframe)
    other["bars"] = [[time, *row[1:]] for time, row in zip(times, walk, strict=True)]
    spread = other["span"] // 3
    other["column"] = other["column"] and [spread for _ in times]
    other["ask"] = other["ask"] and [_ask_bar(rng, row[1:], spread) for row in other["bars"]]


def _rate(rng: random.Random, pair: str, rate: float, symbols: list[dict[str, Any]]) -> Any:
    if rng.random() < 0.4:
        return rate
    digits = 3 if pair.endswith("JPY") else 5
    start = min(symbol["bars"][0][0] for symbol in symbols)
    stop = max(symbol["bars"][-1][0] for symbol in symbols) + 5 * _HOUR
    price, rows, time_ns = round(rate * 10**digits), [], start - 5 * _HOUR
    while time_ns < stop:
        closed = price + rng.randint(-90, 90)
        rows.append([time_ns, price, max(price, closed) + 5, min(price, closed) - 5, closed])
        price, time_ns = closed, time_ns + rng.choice((1, 1, 1, 3)) * _HOUR
    return {"timeframe": "H1", "digits": digits, "spread": rng.choice((0, 10, 150)), "bars": rows}


def _scale_balance(rng: random.Random, program: Program) -> None:
    """Choose a balance that a few typical orders, or a few bad bars, use up; or one that nothing exhausts."""
    ledger, symbol = open_ledger(program), program["symbols"][0]
    contract, account = ledger.book.contracts[0], ledger.book.account
    (_, *first), typical = symbol["bars"][0], 20 * max(1, contract.min_steps)
    first_rates = ledger.rates_at(0, symbol["bars"][0][0])
    moved = contract.in_account(symbol["span"] * contract.value_per_point_step, first[0], account, first_rates)
    risk = float(moved) * typical
    balance = max(10, round(risk * rng.choice((8, 30, 100, 1_000))))
    program["account"]["balance"] = float(balance)
    _money_rules(rng, program["account"], balance)
    if rng.random() < 0.6:  # leverage at which a typical order binds a good part of this balance
        bound = contract.margin(
            typical, first[0], account, first_rates, leverage=account.leverage, held=False, rate=contract.margin_rate
        )
        bound = float(bound) * program["account"]["leverage"]
        leverage = bound / balance / rng.choice((0.05, 0.3, 0.7, 0.9))
        program["account"]["leverage"] = float(max(1, min(5_000, round(leverage, 1))))


def _money_rules(rng: random.Random, account: dict[str, Any], balance: int) -> None:
    """Let some accounts have levels in money, or leverage by equity."""
    if rng.random() < 0.15:
        stop_out = round(balance * rng.choice((0.1, 0.5, 0.8)), 2)
        called = round(stop_out * rng.choice((1.0, 1.1)), 2)
        account |= {"stop_out_mode": rng.choice(("equity", "free_margin")), "stop_out": stop_out, "margin_call": called}
    if rng.random() < 0.15:
        bounds = (0.0, round(balance * 0.9, 2), round(balance * 1.05, 2))
        account["leverage_tiers"] = [[bound, float(rng.choice((5, 50, 300, 1_000)))] for bound in bounds]


# ------------------------------------------------------------------------------------------------------------ requests
@dataclass(frozen=True)
class _Scene:
    """What a random trader sees at the close of a bar."""

    rng: random.Random
    ledger: ReferenceLedger
    symbol: int
    bar: Bar
    span: int
    risky: float  # how often a volume is asked for as a fraction of equity

    def near(self) -> int:
        """Give a distance, mostly within a few bars' reach."""
        return max(1, round(abs(self.rng.gauss(0, self.span * self.rng.choice((0.3, 1, 2.5))))))


def _ask(rng: random.Random, program: Program) -> ReferenceLedger:
    """Let a random trader act, seeing the reference ledger; give that ledger, finished."""
    ledger = open_ledger(program)
    rate = rng.choice((0.15, 0.4, 0.9))
    risky = rng.choice((0.0, 0.0, 0.3))
    often = 0.4 if "sleeves" in program else 0.1  # that the second strategy asks
    latest: dict[int, Bar] = {}
    nothing = random.Random(f"nothing {program['seed']}")
    names = random.Random(f"names {program['seed']}")
    for kind, number, symbol, bar in moments_of(events_of(program)):
        if kind == OPEN:
            ledger.open(symbol, bar)
        elif kind == END:
            ledger.end(symbol, bar, decides=bar.decides)
            latest[symbol] = bar
        if kind != DECISION or not bar.decides:
            continue
        while rng.random() < rate / (1 + rate):
            about = rng.choice(sorted(latest)) if rng.random() < 0.2 else symbol
            scene = _Scene(rng, ledger, about, latest[about], program["symbols"][about]["span"], risky)
            for given in _requests(scene):
                full = {"symbol": about, "strategy": int(rng.random() < often), **given}
                full |= _nothing_asked(nothing, given["kind"])
                full |= _on_grid(names, ledger.book.contracts[about].tick, given)
                program["requests"].append([number, full])
                ledger.submit(about, request_of(full))
    ledger.finish()
    return ledger


_NOTHING: dict[str, tuple[tuple[str, int], ...]] = {
    "modify_position": (("stop", 0), ("target", 0)),
    "modify_order": (("stop", 0), ("target", 0)),
    "trail": (("trail_distance", -1), ("trail_start", -1)),
}
_NOTHING_OPENED = (
    ("stop_distance", -1),
    ("target_distance", -1),
    ("trail_distance", -1),
    ("trail_start", -1),
    ("stop", 0),
)


def _nothing_asked(rng: random.Random, kind: str) -> dict[str, int]:
    """Ask now and then for what rounds to nothing: it reaches the ledger as -1 point, or as price 0."""
    if rng.random() >= 0.04:
        return {}
    opens = _NOTHING_OPENED if kind in {"market", "limit", "stop", "stop_limit"} else ()
    ways = _NOTHING.get(kind, opens)
    return dict([rng.choice(ways)]) if ways else {}


def _on_grid(rng: random.Random, tick: int, given: dict[str, Any]) -> dict[str, int]:
    """Put the prices that a request names on the grid, most of them."""
    if tick == 1:
        return {}
    named = {"price", "limit_price", "stop", "target"} & given.keys()
    return {name: given[name] // tick * tick for name in sorted(named) if rng.random() < 0.95}


_CHANGES = ("close", "close", "part", "part", "close_all", "modify", "modify", "modify_order", "modify_order",
            "cancel", "cancel_all", "trail", "trail", "reverse", "close_by", "close_by", "close_by")  # fmt: skip
_KINDS = (*("market",) * 8, *("limit",) * 3, *("stop",) * 3, *("stop_limit",) * 2, *("bracket",) * 2, *_CHANGES)
_BRACKETS = (("stop", "stop"), ("limit", "limit"), ("limit", "stop"), ("stop_limit", "limit"))


def _requests(scene: _Scene) -> list[dict[str, Any]]:
    rng, book = scene.rng, scene.ledger.book
    kind = rng.choice(_KINDS)
    nothing = not book.positions_of(scene.symbol) and not book.orders_of(scene.symbol)
    if nothing and kind in _CHANGES and rng.random() < 0.95:
        kind = "market"
    if kind in {"market", "limit", "stop", "stop_limit"}:
        return [_opening(scene, kind, _side(scene), scene.risky)]
    if kind == "bracket":
        group, pair, sides = rng.randint(1, 9), rng.choice(_BRACKETS), rng.choice(((1, -1), (-1, 1), (1, 1)))
        both = [_opening(scene, each, side, 0.0) for each, side in zip(pair, sides, strict=True)]
        return [{**each, "oco": group} for each in both]
    if kind in {"modify_order", "cancel", "cancel_all"}:
        return [_order_change(scene, kind)]
    changed = _position_change(scene, kind)
    return [changed, *_turn(scene, changed)]


def _turn(scene: _Scene, changed: dict[str, Any]) -> list[dict[str, Any]]:
    """Give, beside some closes of all, the order of a strategy that turns round, or enters anew."""
    held = scene.ledger.book.positions_of(scene.symbol)
    if changed["kind"] != "close_all" or not held or scene.bar.bid.close % 2:
        return []
    strategy, side = changed.get("strategy", 0), held[-1].side if scene.bar.bid.close % 8 == 6 else -held[-1].side
    return [{"kind": "market", "side": side, "steps": held[-1].steps, "turns": 1, "strategy": strategy}]


def _side(scene: _Scene) -> int:
    """Choose a side; mostly the one that is held where the account must not hold both."""
    held = scene.ledger.book.positions_of(scene.symbol)
    if held and scene.ledger.book.account.fifo != "none" and scene.rng.random() < 0.8:
        return held[0].side
    return scene.rng.choice((1, -1))


def _opening(scene: _Scene, kind: str, side: int, risky: float) -> dict[str, Any]:
    rng, bar, span = scene.rng, scene.bar, scene.span
    careful = 0.7 if scene.ledger.book.account.stop_out < 80 else 0.35
    steps = scene.ledger.book.contracts[scene.symbol].min_steps * rng.choice((1, 1, 2, 5, 20, 60))
    given: dict[str, Any] = {"kind": kind, "side": side, "steps": steps + rng.choice((0, 0, 1, 3))}
    if rng.random() < careful:
        given["stop_distance"] = scene.near() + rng.choice((0, 0, span))
    if rng.random() < 0.6:
        given["target_distance"] = scene.near()
    if rng.random() < 0.1:
        given["stop"] = bar.bid.close - side * scene.near()
    if rng.random() < 0.15:
        given |= {"trail_distance": scene.near(), "trail_start": rng.choice((0, 0, span // 2, span))}
    if rng.random() < risky:
        given |= {"steps": 0, "risk_fraction": rng.choice((0.01, 0.02, 0.1, 0.5))}
    if rng.random() < 0.01:
        given["steps"] = 0
    return given if kind == "market" else {**given, **_pending(scene, kind, side)}


def _pending(scene: _Scene, kind: str, side: int) -> dict[str, Any]:
    rng, bar = scene.rng, scene.bar
    away = scene.near() * (1 if rng.random() < 0.95 else -1)
    rising = (side > 0) == (kind != "limit")
    given = {"price": bar.at_close.entry(side) + (away if rising else -away)}
    if kind == "stop_limit":
        given["limit_price"] = given["price"] - side * scene.near() * (1 if rng.random() < 0.95 else -1)
    if rng.random() < 0.25:
        given["expiry_ns"] = bar.end_ns + rng.randint(-1, 12) * (bar.end_ns - bar.time_ns) // 2
        if given["expiry_ns"] // 10**9 % 5 == 0 and given["price"] % 3 == 0:
            given["expiry_ns"] = UNTIL_MIDNIGHT
    return given


def _position_change(scene: _Scene, kind: str) -> dict[str, Any]:
    rng, quote = scene.rng, scene.bar.at_close
    positions = scene.ledger.book.positions_of(scene.symbol)
    paired = [one for one in positions if any(_opposed(one, other) for other in positions)]
    meant = paired if paired and kind == "close_by" else positions
    position = rng.choice(meant) if meant and rng.random() > 0.05 else None
    ticket, side, held = (position.ticket, position.side, position.steps) if position else (rng.randint(1, 9), 1, 10)
    away = {"stop": -side * scene.near(), "target": side * scene.near()}
    levels = {name: quote.exit(side) + points for name, points in away.items() if rng.random() < 0.7}
    distance = rng.choice((0, scene.near(), scene.near()))
    choices: dict[str, dict[str, Any]] = {
        "close": {"ticket": ticket},
        "part": {"kind": "close", "ticket": ticket, "steps": rng.randint(1, held + held // 8)},
        "reverse": {"kind": "market", "side": -side, "steps": held * 2},
        "close_all": {"side": rng.choice((0, 1, -1))},
        "close_by": {"ticket": ticket, "ticket_by": _opposite(rng, _of_one(positions, position), side)},
        "modify": {"kind": "modify_position", "ticket": ticket, **levels},
        "trail": {"ticket": ticket, "trail_distance": distance, "trail_start": rng.choice((0, scene.span))},
    }
    return {"kind": kind, **_on_behalf(rng, position), **choices[kind]}


def _opposed(one: Position, other: Position) -> bool:
    return one.side != other.side and one.strategy == other.strategy


def _on_behalf(rng: random.Random, held: Position | Order | None) -> dict[str, Any]:
    """Mostly ask on behalf of whoever holds what the request is about; another is refused."""
    return {} if held is None or rng.random() < 0.1 else {"strategy": held.strategy}


def _of_one(positions: list[Position], position: Position | None) -> list[Position]:
    """List the positions of whoever holds one; all where none is meant."""
    return [each for each in positions if position is None or each.strategy == position.strategy]


def _opposite(rng: random.Random, positions: list[Position], side: int) -> int:
    """Give the ticket of an opposite position, where there is one; sometimes any ticket."""
    others = [position.ticket for position in positions if position.side != side]
    return rng.choice(others) if others and rng.random() > 0.05 else rng.randint(1, 9)


def _order_change(scene: _Scene, kind: str) -> dict[str, Any]:
    rng, span, bar = scene.rng, scene.span, scene.bar
    orders = scene.ledger.book.orders_of(scene.symbol)
    order = rng.choice(orders) if orders and rng.random() > 0.05 else None
    given: dict[str, Any] = {"kind": kind}
    if kind == "cancel_all":
        return given
    given["ticket"] = order.ticket if order else rng.randint(1, 9)
    given |= _on_behalf(rng, order)
    if kind == "cancel" or order is None:
        return given
    own = order.own_price
    if rng.random() < 0.7:
        given["price"] = order.price + rng.randint(-span, span)
        own = given["price"] if order.kind != "stop_limit" else own
    if rng.random() < 0.2 and order.kind == "stop_limit":
        own = given["limit_price"] = own + rng.randint(-span, span)
    if rng.random() < 0.7:
        given["stop"] = own - order.side * scene.near()
    if rng.random() < 0.5:
        given["target"] = own + order.side * scene.near()
    if rng.random() < 0.2:
        given["expiry_ns"] = bar.end_ns + rng.randint(1, 5) * (bar.end_ns - bar.time_ns)
    return given
