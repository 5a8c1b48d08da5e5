"""Small markets under random contracts, costs and accounts, on which the interval meets every rule of the ledger."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import numpy as np
from compiled_programs import _costs, _instrument
from interval_markets import longest_step, reentry
from reference.generator import _MARKETS, _account, _money_rules, _symbol

import forexai_core as fx
from forexai_core.arrays import TICK
from forexai_core.data import resample
from forexai_core.services.trials import MemoryTrials
from forexai_core.strategies import commands
from forexai_core.values.accounts import Account
from forexai_core.values.catalogue import find_instrument
from forexai_core.values.ticks import Ticks

__all__ = ["coarse_and_fine_by_rules", "crowd", "fleeting", "patient", "rivals", "watchman"]

_MONDAYS = ("2024-03-04", "2024-05-13", "2024-10-28")
_SIZES = {"away": 0.0, "stop": 0.0, "target": 0.0, "lots": 0.0}


@fx.compiled_strategy(params=_SIZES)
def rivals(row, state, params, out):
    """Keep a buy stop and a sell stop about the market, of which one cancels the other."""
    if row["orders"] > 0:
        commands.cancel_all(out)
    if row["positions"] == 0:
        point = row["point"]
        above = round((row["ask"] + params["away"]) / point) * point
        below = round((row["close"] - params["away"]) / point) * point
        one = commands.buy_stop(out, above, params["lots"], params["stop"], params["target"])
        two = commands.sell_stop(out, below, params["lots"], params["stop"], params["target"])
        out[one]["oco"] = 1
        out[two]["oco"] = 1


@fx.compiled_strategy(params=_SIZES)
def fleeting(row, state, params, out):
    """Place limits on both sides that expire in the middle of a later bar, where none waits; close what grows old."""
    half = (row["time_ns"] - row["open_time_ns"]) // 2
    point = row["point"]
    if row["orders"] == 0:
        below = round((row["close"] - params["away"]) / point) * point
        above = round((row["ask"] + params["away"]) / point) * point
        one = commands.buy_limit(out, below, params["lots"], params["stop"], params["target"])
        two = commands.sell_limit(out, above, params["lots"], params["stop"], 0.0)
        out[one]["expiry_ns"] = row["time_ns"] + 3 * half
        out[two]["expiry_ns"] = row["time_ns"] + 5 * half
    if row["bars_held"] >= 2:
        commands.close_all(out)


@fx.compiled_strategy(params=_SIZES)
def crowd(row, state, params, out):
    """Hold several positions on both sides; close, trail, part and move the newest by its ticket."""
    if row["positions"] < 4:
        if row["index"] % 3 == 0:
            commands.buy(out, params["lots"], params["stop"], params["target"])
        elif row["index"] % 3 == 1:
            commands.sell(out, params["lots"], params["target"], params["stop"])
        else:
            point = row["point"]
            above = round((row["ask"] + params["away"]) / point) * point
            commands.buy_stop(out, above, params["lots"], params["stop"], 0.0)
    elif row["index"] % 2 == 0:
        commands.close(out, row["ticket"], 0.0)
    if row["positions"] > 0 and row["index"] % 5 == 0:
        commands.trail(out, row["ticket"], params["stop"], 0.0)
    if row["positions"] > 1 and row["index"] % 7 == 0:
        commands.close_by(out, row["ticket"], row["ticket"] - 1)


@fx.compiled_strategy(params=_SIZES)
def patient(row, state, params, out):
    """Place a stop-limit order, and trail what it opens by its entry."""
    point = row["point"]
    if row["orders"] == 0 and row["positions"] == 0:
        trigger = round((row["ask"] + params["away"]) / point) * point
        limit = round((row["ask"] + params["away"] / 2) / point) * point
        commands.stop_limit(out, 1, trigger, limit, params["lots"], params["stop"], params["target"])
    elif row["positions"] > 0 and row["close"] > row["entry_price"] and row["stop_loss"] < row["entry_price"]:
        commands.modify(out, row["ticket"], row["entry_price"] - 2 * point, 0.0)


@fx.compiled_strategy()
def watchman(row, state, params, out):
    """Place an order that expires in the middle of the third bar, and buy where it is gone at the end of that bar."""
    point = row["point"]
    if row["index"] == 0:
        price = round((row["close"] - 500 * point) / point) * point
        number = commands.buy_limit(out, price, 0.1, 0.0, 0.0)
        out[number]["expiry_ns"] = row["time_ns"] + 3 * (row["time_ns"] - row["open_time_ns"]) // 2
    elif row["index"] == 2 and row["orders"] == 0:
        commands.buy(out, 0.1, 0.01, 0.01)


def _strategy(rng, point, lots):
    """Choose a strategy and its distances, in points of the market."""
    stop, target = rng.randint(10, 24) * point, rng.randint(8, 24) * point
    sizes = {"away": rng.randint(3, 12) * point, "stop": stop, "target": target, "lots": lots}
    kinds = [
        lambda: reentry(stop=stop, target=target, every=rng.choice((2, 7)), lots=lots),
        lambda: reentry(stop=stop, target=0.0, trail=stop, trail_start=rng.choice((0, 3)) * point, lots=lots),
        lambda: reentry(stop=stop, target=target, break_even=3 * point, max_bars=3, lots=lots),
        lambda: reentry(stop=stop, target=target, risk=rng.choice((0.001, 0.02))),
        *(lambda each=each: each(**sizes) for each in (rivals, fleeting, crowd, patient)),
    ]
    return rng.choice(kinds)()


def _ticks(rng, instrument, price, rows, *, spacing_ns, step, start_ns):
    """Give ticks whose sides walk by at most ``step`` points, together or alone."""
    draws = np.random.default_rng(rng.randrange(2**32))
    moves = draws.integers(-step, step + 1, rows) if step > 1 else draws.choice([-1, 1], rows)
    alone = draws.random(rows)
    bid, ask = np.empty(rows, np.int64), np.empty(rows, np.int64)
    bid[0], ask[0] = price, price + draws.integers(3, 8)
    for row in range(1, rows):
        sides = (1, 0) if alone[row] < 0.2 else (0, 1) if alone[row] < 0.4 else (1, 1)
        to = bid[row - 1] + moves[row] * sides[0], ask[row - 1] + moves[row] * sides[1]
        if not 2 <= to[1] - to[0] <= 9:
            to = bid[row - 1] + moves[row], ask[row - 1] + moves[row]
        bid[row], ask[row] = to
    data = np.zeros(rows, TICK)
    data["time_ns"], data["volume"] = start_ns + np.arange(rows) * spacing_ns, 1.0
    data["bid"], data["ask"] = bid / 10.0**instrument.digits, ask / 10.0**instrument.digits
    return Ticks(instrument=instrument, data=data)


def _rates(rng, market, ticks, timeframe):
    """Give rates of conversion: numbers, or bars that end when those of the market do."""
    given = {}
    for pair, rate in market[3].items():
        own = find_instrument(pair)
        spacing_ns, price = int(ticks.time_ns[1] - ticks.time_ns[0]), round(rate * 10**own.digits)
        made = _ticks(rng, own, price, len(ticks), spacing_ns=spacing_ns, step=2, start_ns=int(ticks.time_ns[0]))
        given[pair] = rate if rng.random() < 0.6 else resample(made, timeframe)
    return given


def coarse_and_fine_by_rules(seed, *, jumps):
    """Run a random strategy under random rules on bars, and on the same bars with the ticks that they are made of.

    Parameters
    ----------
    seed : int
        Of everything.
    jumps : bool
        Whether prices jump by several points.

    Returns
    -------
    tuple of Result
        Of the bars alone, and with the ticks as ``finer``.
    """
    rng = random.Random(f"rules {seed}")
    market = rng.choice(_MARKETS)
    symbol = _symbol(rng, market[0], market[1], 40)
    if rng.random() < 0.7:
        symbol["instrument"]["stops_level_points"] = 0
    instrument = _instrument(symbol["instrument"])
    costs = dict(symbol["costs"])
    costs.pop("spread_points", None)
    model = costs.pop("slippage_model", None)
    if model is not None or rng.random() < 0.2:
        costs["slippage_model"] = {"impact_points": rng.choice((2, 7)), "free_lots": rng.choice((0, 0.02))}
    timeframe, spacing_s = rng.choice((("M5", 2), ("H1", 15), ("H1", 20), ("H4", 60)))
    start_ns = int(datetime.fromisoformat(rng.choice(_MONDAYS)).replace(tzinfo=UTC).timestamp()) * 10**9
    ticks = _ticks(
        rng, instrument, market[1], 2_400, spacing_ns=spacing_s * 10**9, step=3 if jumps else 1, start_ns=start_ns
    )
    costs["cash_flows"] = [
        [int(rng.choice(ticks.time_ns)) + rng.choice((0, 1)), rng.uniform(-20, 20), rng.uniform(-20, 20)]
        for _ in costs.get("cash_flows", ())
    ]
    lots = instrument.volume_min * rng.choice((2, 10, 20))
    bars = resample(ticks, timeframe)
    account = _account(rng, market[2])
    strategy = _strategy(rng, instrument.point, lots)
    rates = _rates(rng, market, ticks, timeframe)
    big = {"prices": bars, "costs": _costs({**symbol, "costs": costs}), "rates": rates}
    settings = {
        **big,
        "account": _balanced(rng, account, strategy, big),
        "limit_fill": rng.choice(("price", "price", "price", "open")),
        "jump_points": longest_step(ticks) if jumps else 0,
    }
    coarse = fx.backtest(strategy, trials=MemoryTrials(), **settings)
    return coarse, fx.backtest(strategy, finer=ticks, trials=MemoryTrials(), **settings)


def _balanced(rng, account, strategy, settings):
    """Choose a balance that is ample, or of which the strategy uses up a part."""
    rich = Account(**{**account, "balance": 1e7, "stop_out": 0.0})
    swing = fx.backtest(strategy, account=rich, trials=MemoryTrials(), **settings)
    margin = max(1.0, float(swing.equity["margin"].max()))
    balance = float(round(margin * rng.choice((1.1, 2.0, 30.0, 100.0, 300.0)) + 100))
    given = {**account, "balance": balance}
    _money_rules(rng, given, balance)
    return Account(**given)
