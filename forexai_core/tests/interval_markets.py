"""Ticks and strategies on which the honest interval is proven: what the bars made of them allow must hold them."""

from __future__ import annotations

import attrs
import numpy as np

import forexai_core as fx
from forexai_core.arrays import QUOTE, TICK
from forexai_core.data import resample
from forexai_core.services.trials import MemoryTrials
from forexai_core.strategies import commands
from forexai_core.strategies.intents import Intents
from forexai_core.strategies.management import Management
from forexai_core.strategies.vector import vector_strategy
from forexai_core.values.accounts import Account, Costs
from forexai_core.values.bars import Bars
from forexai_core.values.catalogue import find_instrument
from forexai_core.values.ticks import Ticks

START_NS = 1_704_067_200_000_000_000  # Monday, 1 January 2024, 00:00 UTC
MINUTE_NS = 60_000_000_000
TIMEFRAME = "M5"
_NARROWEST, _WIDEST = 2, 9


def random_ticks(seed, rows, step, *, symbol="EURUSD", price=110_000, spacing_ns=2_000_000_000):
    """Give ticks whose sides move by at most ``step`` points, together or alone, every two seconds or so."""
    rng = np.random.default_rng(seed)
    moves = rng.integers(-step, step + 1, rows) if step > 1 else rng.choice([-1, 1], rows)
    which = rng.random(rows)
    bid, ask = np.empty(rows, np.int64), np.empty(rows, np.int64)
    bid[0], ask[0] = price, price + rng.integers(3, 8)
    for row in range(1, rows):
        alone = np.array([1, 0]) if which[row] < 0.2 else np.array([0, 1]) if which[row] < 0.4 else np.array([1, 1])
        to = np.array([bid[row - 1], ask[row - 1]]) + moves[row] * alone
        if not _NARROWEST <= to[1] - to[0] <= _WIDEST:
            to = np.array([bid[row - 1], ask[row - 1]]) + moves[row]
        bid[row], ask[row] = to
    return ticks_of(bid, ask, START_NS + np.arange(rows) * spacing_ns, symbol)


def ticks_of(bid, ask, time_ns, symbol="EURUSD"):
    """Give ticks of points."""
    instrument = find_instrument(symbol)
    data = np.zeros(len(bid), TICK)
    data["time_ns"], data["volume"] = time_ns, 1.0
    data["bid"], data["ask"] = np.asarray(bid) / 10.0**instrument.digits, np.asarray(ask) / 10.0**instrument.digits
    return Ticks(instrument=instrument, data=data)


def longest_step(ticks):
    """Give the longest move of either side, in points."""
    scale = 10.0**ticks.instrument.digits
    return max(int(np.rint(np.abs(np.diff(side)).max() * scale)) for side in (ticks.bid, ticks.ask))


def without_ask(bars, *, column=None):
    """Give the same bid bars without their ask side; ``column`` puts a spread of so many points beside each."""
    spreads = None if column is None else np.full(len(bars), float(column))
    return attrs.evolve(bars, ask=None, spread_points=spreads)


def joined(bars, size, timeframe):
    """Make one bar of every ``size`` bars, both sides."""
    first = slice(0, len(bars) // size * size, size)
    sides = []
    for side, dtype in ((bars.data, bars.data.dtype), (bars.ask, QUOTE)):
        rows = side[: len(bars) // size * size].reshape(-1, size)
        made = np.zeros(len(rows), dtype)
        made["open"], made["close"] = rows["open"][:, 0], rows["close"][:, -1]
        made["high"], made["low"] = rows["high"].max(axis=1), rows["low"].min(axis=1)
        sides.append(made)
    sides[0]["time_ns"] = bars.time_ns[first]
    return Bars(instrument=bars.instrument, timeframe=timeframe, data=sides[0], ask=sides[1])


@vector_strategy(warmup=1)
def reentry(  # noqa: PLR0917 - parameters of a strategy
    bars,
    stop: float = 0.00007,
    target: float = 0.00009,
    trail: float = 0.0,
    trail_start: float = 0.0,
    risk: float = 0.0,
    break_even: float = 0.0,
    max_bars: int = 0,
    every: int = 7,
    lots: float = 0.1,
):
    """Want a position at every close, turning every few bars."""
    side = np.where((np.arange(len(bars)) // every) % 2 == 0, 1, -1)
    management = Management(
        volume_lots=lots,
        trail_distance=trail,
        trail_start=trail_start,
        risk_fraction=risk,
        break_even_start=break_even,
        max_bars=max_bars,
    )
    return Intents.of(entry=side, stop=stop, target=target, management=management)


@fx.compiled_strategy(params={"away": 0.00005, "stop": 0.00007, "target": 0.00009})
def bracket(row, state, params, out):
    """Keep a buy stop and a sell stop about the market, of which one cancels the other."""
    if row["orders"] > 0:
        commands.cancel_all(out)
    if row["positions"] == 0:
        point = row["point"]
        above = round((row["ask"] + params["away"]) / point) * point
        below = round((row["close"] - params["away"]) / point) * point
        one = commands.buy_stop(out, above, 0.1, params["stop"], params["target"])
        two = commands.sell_stop(out, below, 0.1, params["stop"], params["target"])
        out[one]["oco"] = 1
        out[two]["oco"] = 1


@fx.compiled_strategy(params={"away": 0.00006, "trail": 0.00030})
def dip(row, state, params, out):
    """Wait for the market to come back, below it and above it in turn, and trail what that opens."""
    if row["positions"] > 0:
        return
    commands.cancel_all(out)
    point = row["point"]
    if row["index"] % 2 == 0:
        asked = commands.buy_limit(out, round((row["ask"] - params["away"]) / point) * point, 0.1, 0.0, 0.0)
    else:
        asked = commands.sell_limit(out, round((row["close"] + params["away"]) / point) * point, 0.1, 0.0, 0.0)
    out[asked]["trail_distance"] = params["trail"]


_WAGER = np.dtype([("balance", np.float64), ("lots", np.float64)])


@fx.compiled_strategy(state=_WAGER, params={"stop": 0.00008, "target": 0.00008})
def martingale(row, state, params, out):
    """Double the volume after a loss."""
    if row["positions"] > 0:
        return
    lost = row["balance"] < state["balance"]
    state["lots"] = min(0.64, round(state["lots"] * 200) / 100) if lost else 0.01
    state["balance"] = row["balance"]
    if row["index"] % 2 == 0:
        commands.buy(out, state["lots"], params["stop"], params["target"])
    else:
        commands.sell(out, state["lots"], params["stop"], params["target"])


CROSS = {"fast": 2, "slow": 4, "stop_loss_pips": 0.7, "take_profit_pips": 0.9}
KINDS = {
    "cross": (fx.strategies.SmaCross(**CROSS), {}),
    "reentry": (reentry(), {}),
    "break_even": (reentry(break_even=0.00004, max_bars=3), {}),
    "trailing": (reentry(trail=0.00006, trail_start=0.00002, target=0.0), {}),
    "bracket": (bracket(), {}),
    "dip": (dip(), {}),
    "martingale": (martingale(), {}),
    "percent_risk": (reentry(risk=0.0002), {}),
    "two_symbols": (fx.strategies.SmaCross(**CROSS), {}),
    "near_stop_out": (
        reentry(),
        {"account": Account(balance=113, leverage=100, margin_call=99, stop_out=98)},
    ),
}
"""Strategies by name, with what their runs need besides."""

FIXED_LOTS = ("cross", "reentry")

_HOURLY = {"stop": 0.00018, "target": 0.00022}
HOURLY = {
    "cross": fx.strategies.SmaCross(fast=2, slow=4, stop_loss_pips=1.0, take_profit_pips=1.2),
    "reentry": reentry(**_HOURLY),
    "break_even": reentry(**_HOURLY, break_even=0.00012, max_bars=3),
    "trailing": reentry(stop=0.00018, target=0.0, trail=0.00014, trail_start=0.00006),
    "bracket": bracket(**_HOURLY, away=0.00012),
    "martingale": martingale(stop=0.00018, target=0.00018),
    "percent_risk": reentry(**_HOURLY, risk=0.0002),
    "two_symbols": fx.strategies.SmaCross(fast=2, slow=4, stop_loss_pips=1.0, take_profit_pips=1.2),
}
"""The same strategies with levels that hours of ``minutes_of`` often reach both."""


def minutes_of(kind, seed, hours=30):
    """Give minutes of bid and ask by symbol, whose prices move point by point, eight times a minute."""
    symbols = {"EURUSD": 110_000} | ({"GBPUSD": 127_000} if kind == "two_symbols" else {})
    return {
        symbol: resample(
            random_ticks(seed + price, 480 * hours, 1, symbol=symbol, price=price, spacing_ns=MINUTE_NS // 8), "M1"
        )
        for symbol, price in symbols.items()
    }


def market_of(kind, seed, step, rows=4_000):
    """Give ticks by symbol for a kind of strategy."""
    ticks = {"EURUSD": random_ticks(seed, rows, step)}
    if kind == "two_symbols":
        ticks["GBPUSD"] = random_ticks(seed + 1_000_000, rows, step, symbol="GBPUSD", price=127_000)
    return ticks


def coarse_and_fine(kind, seed, step):
    """Run a strategy on bars, and on the same bars with the ticks that they are made of.

    Returns
    -------
    tuple of Result
        Of the bars alone, whose interval is asked for, and with the ticks as ``finer``.
    """
    strategy, settings = KINDS[kind]
    ticks = market_of(kind, seed, step)
    bars = {symbol: resample(each, TIMEFRAME) for symbol, each in ticks.items()}
    jump = 0 if step == 1 else max(map(longest_step, ticks.values()))
    costs = Costs(commission_per_lot=3.5, slippage_points=seed % 2)
    common = {"costs": costs, "jump_points": jump, **settings}
    coarse = fx.backtest(strategy, bars, trials=MemoryTrials(), **common)
    return coarse, fx.backtest(strategy, bars, finer=ticks, trials=MemoryTrials(), **common)
