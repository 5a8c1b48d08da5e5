"""Results made without an engine: plausible prices, trades that follow from them, and all that is told beside."""

from __future__ import annotations

import itertools
from typing import Any

import attrs
import numpy as np

from forexai_core.arrays import BAR, EQUITY, FILL, TRADE
from forexai_core.backtesting import (
    Candles,
    CostSource,
    CostUsed,
    DataUsed,
    Interval,
    Result,
    StrategyUsed,
    TrialsCount,
)
from forexai_core.metrics import MarketHours, compute
from forexai_core.ports.trials import Head
from forexai_core.values.accounts import Account
from forexai_core.values.bars import Bars
from forexai_core.values.catalogue import find_instrument

HOUR = 3_600_000_000_000
START = 1_577_916_000_000_000_000  # Wednesday, 1 January 2020, 17:00 New York
LOT = 100_000


def bars_of(count: int = 9_000, *, symbol: str = "EURUSD", seed: int = 11, step_ns: int = HOUR) -> Bars:
    """Make bid bars of a random walk, closed from Friday to Sunday 17:00 New York (in winter time)."""
    random = np.random.default_rng(seed)
    times = START + step_ns * np.arange(3 * count)
    weekday = (times // (24 * HOUR) + 3) % 7
    hour = times // HOUR % 24
    closed = (weekday == 5) | ((weekday == 4) & (hour >= 22)) | ((weekday == 6) & (hour < 22))
    times = times[~closed][:count]
    instrument = find_instrument(symbol)
    size = 0.0007 * np.sqrt(step_ns / HOUR) * (1 + 0.6 * np.sin(hour[: 3 * count][~closed][:count] / 24 * 6.28))
    # A drifting mean makes trends that a crossing of averages can live on.
    trend = np.repeat(random.normal(0, 1, -(-count // 300)), 300)[:count] * 0.00008
    price = {"EURUSD": 1.12, "GBPUSD": 1.31}.get(symbol, 100.0)
    close = price * np.exp(np.cumsum(random.normal(0, 1, count) * size + trend))
    opened = np.concatenate(([price], close[:-1]))
    data = np.zeros(count, BAR)
    data["time_ns"], data["volume"] = times, random.integers(50, 5_000, count)
    data["open"], data["close"] = np.round(opened, instrument.digits), np.round(close, instrument.digits)
    reach = price * size * random.random((2, count))
    data["high"] = np.round(np.maximum(data["open"], data["close"]) + reach[0], instrument.digits)
    data["low"] = np.round(np.minimum(data["open"], data["close"]) - reach[1], instrument.digits)
    return Bars(
        instrument=instrument, timeframe="H1", data=data, provenance={"source": "random walk", "seed": str(seed)}
    )


def _turns(close: np.ndarray) -> np.ndarray:
    fast = np.convolve(close, np.ones(20) / 20, "valid")[-(len(close) - 49) :]
    slow = np.convolve(close, np.ones(50) / 50, "valid")
    above = fast > slow
    return np.flatnonzero(above[1:] != above[:-1]) + 50


def _trade(ticket: int, bars: Bars, entry: int, exit_: int, side: int) -> tuple[np.ndarray, np.ndarray]:
    row = np.zeros(1, TRADE)
    spread, lots, risk = 0.0001, 0.5, 0.0030
    opened = bars.open[entry] + (spread if side > 0 else 0)
    stop, target = round(opened - side * risk, 5), round(opened + side * 2.5 * risk, 5)
    reason, price, intrabar = "signal", bars.open[exit_] + (spread if side < 0 else 0), False
    path = slice(entry, exit_)
    adverse = bars.low[path] if side > 0 else bars.high[path] + spread
    favourable = bars.high[path] if side > 0 else bars.low[path] + spread
    stopped = np.flatnonzero(side * (adverse - stop) <= 0)
    gained = np.flatnonzero(side * (favourable - target) >= 0)
    first = min(stopped[0] if stopped.size else exit_, gained[0] if gained.size else exit_)
    ambiguous = bool(stopped.size and gained.size and stopped[0] == gained[0])
    if entry + first < exit_ and first < exit_:
        hit_stop = stopped.size and stopped[0] == first
        reason, price = ("stop_loss", stop) if hit_stop else ("take_profit", target)
        exit_, intrabar = entry + int(first), True
    path = slice(entry, exit_ + 1)
    open_profit = side * (np.stack([bars.low[path], bars.high[path]]) - opened) * lots * LOT
    nights = int((bars.time_ns[exit_] - bars.time_ns[entry]) // (24 * HOUR))
    profit = round(side * (price - opened) * lots * LOT, 2)
    row["ticket"], row["symbol"], row["side"], row["volume_lots"] = ticket, bars.symbol, side, lots
    row["open_time_ns"], row["close_time_ns"] = bars.time_ns[entry], bars.time_ns[exit_]
    row["open_price"], row["close_price"], row["stop_loss"], row["take_profit"] = opened, price, stop, target
    row["commission"], row["swap"], row["profit"] = -3.5, round(0.0 - 0.8 * nights, 2), profit
    row["net_profit"] = round(profit - 3.5 + float(row["swap"][0]), 2)
    row["open_reason"], row["close_reason"] = "signal", reason
    row["ambiguous"], row["intrabar"] = ambiguous, intrabar
    row["mae"], row["mfe"] = min(round(open_profit.min(), 2), 0), max(round(open_profit.max(), 2), 0)
    return row, np.array([risk * lots * LOT])


def _curve(bars: Bars, trades: np.ndarray, balance: float) -> np.ndarray:
    rows = np.zeros(len(bars), EQUITY)
    rows["time_ns"], rows["balance"] = bars.end_ns, balance
    floating = np.zeros(len(bars))
    for trade in trades:
        first, last = np.searchsorted(bars.time_ns, [trade["open_time_ns"], trade["close_time_ns"]])
        rows["balance"][last:] += trade["net_profit"]
        floating[first:last] += (
            trade["side"] * (bars.close[first:last] - trade["open_price"]) * trade["volume_lots"] * LOT
        )
        rows["margin"][first:last] += trade["volume_lots"] * LOT * trade["open_price"] / 100
    rows["balance"] = np.round(rows["balance"], 2)
    rows["equity"] = np.round(rows["balance"] + floating, 2)
    return rows


def sample_bars_and_trades(count: int, symbol: str, seed: int) -> tuple[Bars, np.ndarray, np.ndarray]:
    """Trade the turns of two averages over a random walk; give bars, trades and initial risks."""
    bars = bars_of(count, symbol=symbol, seed=seed)
    turns = _turns(bars.close)
    made = [
        _trade(number + 1, bars, int(entry), int(following), 1 if number % 2 else -1)
        for number, (entry, following) in enumerate(itertools.pairwise(turns))
    ]
    if not made:
        return bars, np.zeros(0, TRADE), np.zeros(0)
    return bars, np.concatenate([row for row, _ in made]), np.concatenate([risk for _, risk in made])


def data_of(bars: Bars) -> DataUsed:
    """Describe bars as a run would."""
    return DataUsed(
        symbol=bars.symbol,
        timeframe=str(bars.timeframe),
        rows=len(bars),
        start_ns=int(bars.time_ns[0]),
        end_ns=int(bars.end_ns[-1]),
        digits=bars.digits,
        sides="bid",
        fingerprint=bars.fingerprint,
        provenance=bars.provenance,
    )


def sample_result(count: int = 9_000, *, symbol: str = "EURUSD", seed: int = 11, **changes: Any) -> Result:
    """Make a whole result; ``changes`` replace fields of it."""
    bars, trades, risks = sample_bars_and_trades(count, symbol, seed)
    account = Account()
    equity = _curve(bars, trades, account.balance)
    metrics = compute(
        trades,
        equity,
        initial_balance=account.balance,
        start_ns=int(bars.time_ns[0]),
        lowest_equity=equity["equity"] - 5.0,
        initial_risk=risks,
        hours=MarketHours(bars.time_ns, bars.end_ns),
        money_digits=account.digits,
    )
    net = metrics["net_profit"] or 0.0
    given: dict[str, Any] = {
        "trades": trades,
        "equity": equity,
        "fills": np.zeros(0, FILL),
        "account": account,
        "strategies": (
            StrategyUsed(name="sma-cross", form="class", title="SMA cross", parameters={"fast": 20, "slow": 50}),
        ),
        "data": (data_of(bars),),
        "costs": (
            CostUsed(symbol=symbol, name="spread", value=10.0, unit="points", source=CostSource.GIVEN),
            CostUsed(symbol=symbol, name="commission", value=3.5, unit="USD per lot and side", source=CostSource.GIVEN),
            CostUsed(symbol=symbol, name="slippage", value=0.0, unit="points", source=CostSource.GIVEN),
            CostUsed(symbol=symbol, name="swap long", value=-7.0, unit="points a night", source=CostSource.CATALOGUE),
        ),
        "choices": {"Ambiguous bars": "settled worst first", "Limit orders": "fill at their price, never better"},
        "counts": {"dropped_decisions": 1, "refused_orders": 0},
        "seed": 7,
        "engine_version": "0.1.0",
        "metrics": metrics,
        "input_fingerprint": "ab" * 32,
        "interval": Interval(
            worst=net - 120.5, expected=net + 31.2, best=net + 260.0, ambiguous_trades=4, certified=True
        ),
        "trials": TrialsCount(count=37, head=Head(length=412, sha256="5e" * 32, started_at_ns=START)),
        "candles": lambda at_most: {bars.symbol: Candles.of(bars, at_most=at_most)},
    }
    return Result(**(given | changes))


def empty_result() -> Result:
    """Make a result without a trade, a row or a price."""
    account = Account()
    nothing = compute(
        np.zeros(0, TRADE), np.zeros(0, EQUITY), initial_balance=account.balance, money_digits=account.digits
    )
    return sample_result(
        60,
        trades=np.zeros(0, TRADE),
        equity=np.zeros(0, EQUITY),
        metrics=nothing,
        interval=None,
        trials=None,
        candles=lambda _: {},
    )


def renamed(result: Result, text: str) -> Result:
    """Put a text in every place where a user's text may stand."""
    trades = result.trades.copy()
    trades["symbol"] = text[:16]
    strategy = StrategyUsed(name=text, form=text, title=text, parameters={text: text})
    data = attrs.evolve(result.data[0], symbol=text, timeframe=text, provenance={text: text}, sides=text)
    costs = tuple(attrs.evolve(each, symbol=text, name=text, unit=text) for each in result.costs)
    (drawn,) = result.candles().values()
    candles = {text: attrs.evolve(drawn, symbol=text, timeframe=text)}
    return attrs.evolve(
        result,
        trades=trades,
        strategies=(strategy,),
        data=(data,),
        costs=costs,
        choices={text: text},
        counts={text: 3},
        engine_version=text,
        input_fingerprint=text,
        interval=attrs.evolve(result.interval, certified=False, reason=text),
        candles=lambda _: candles,
    )
