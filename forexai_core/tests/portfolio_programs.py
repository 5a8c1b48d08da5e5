"""Random portfolios: strategies that act by a hash of the hour, in every form and for the reference alike."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any

import attrs
import numpy as np
from against_reference import outcome_of_result, plain_account, plain_bars, plain_contract
from reference.comparison import Outcome, outcome_of
from reference.orders import CANCEL_ALL, CLOSE_ALL, LIMIT, MARKET, STOP, TRAIL, Request
from reference.portfolio import Moment, Seat, follow, run_portfolio
from reference.rates import RateSeries, RateTable
from strategy_markets import make_market

import forexai_core as fx
from forexai_core._jit import kernel
from forexai_core.backtesting.result import Result
from forexai_core.services.trials import MemoryTrials
from forexai_core.strategies import Context, Intents, Management, Strategy, commands, compiled_strategy, vector_strategy

__all__ = ["Portfolio", "random_portfolio"]

MINUTES = {"M15": 15, "M30": 30, "H1": 60, "H4": 240}
POINT = 1e-5


@kernel
def whim(time_ns: int, seed: int) -> int:
    """Draw a number for an instant; the same in a kernel and in Python."""
    value = (time_ns // 60_000_000_000) % 1_000_003
    value = (value * 48_271 + seed * 9_973 + 12_345) % 2_147_483_647
    return (value * 48_271) % 2_147_483_647


def _act(value: int) -> tuple[int, int, int, int]:
    """Read what to do, and stop, target and volume, off a number."""
    return value % 14, 20 + value // 14 % 150, 20 + value // 99 % 200, 5 + value // 7 % 20


class Whimsical(Strategy):
    """The class form: all kinds of orders."""

    seed: int = 0

    def on_bar(self, ctx: Context) -> None:
        act, stop, target, steps = _act(whim(ctx.bars.time_ns[-1], self.seed))
        order = {"volume_lots": steps / 100, "stop_loss_points": stop, "take_profit_points": target}
        close = ctx.bars.close[-1]
        if act in (0, 1):
            (ctx.buy if act else ctx.sell)(**order)
        elif act == 2:
            ctx.close()
        elif act == 3:
            ctx.buy_limit(round(close - target * POINT, 5), **order)
        elif act == 4:
            ctx.sell_stop(round(close - stop * POINT, 5), **order)
        elif act == 5:
            ctx.cancel()
        elif act == 6 and ctx.position is not None:
            ctx.trail(ctx.position, points=stop)


@compiled_strategy(params={"seed": 0})
def whimsical(row: Any, state: Any, params: Any, out: Any) -> None:
    """The compiled form."""
    value = whim(row["open_time_ns"], params["seed"])
    act = value % 14
    stop = (20 + value // 14 % 150) * row["point"]
    target = (20 + value // 99 % 200) * row["point"]
    lots = (5 + value // 7 % 20) / 100
    if act == 0:
        commands.sell(out, lots, stop, target)
    elif act == 1:
        commands.buy(out, lots, stop, target)
    elif act == 2:
        commands.close_all(out)
    elif act == 3:
        commands.buy_limit(out, row["close"] - target, lots, stop, target)
    elif act == 4:
        commands.sell_stop(out, row["close"] - stop, lots, stop, target)
    elif act == 5:
        commands.cancel_all(out)
    elif act == 6 and row["positions"] > 0:
        commands.trail(out, row["ticket"], stop)


def _decide(seed: int) -> Callable[[Moment], list[Request]]:
    """The same for the reference."""

    def decide(moment: Moment) -> list[Request]:
        act, stop, target, steps = _act(whim(moment.begun_ns, seed))
        order = {"steps": steps, "stop_distance": stop, "target_distance": target}
        kinds: dict[int, Callable[[], Request]] = {
            0: lambda: Request(MARKET, side=-1, **order),
            1: lambda: Request(MARKET, side=1, **order),
            2: lambda: Request(CLOSE_ALL),
            3: lambda: Request(LIMIT, side=1, price=moment.close - target, **order),
            4: lambda: Request(STOP, side=-1, price=moment.close - stop, **order),
            5: lambda: Request(CANCEL_ALL),
        }
        if act == 6 and moment.held:
            return [Request(TRAIL, ticket=moment.held[-1].ticket, trail_distance=stop)]
        return [kinds[act]()] if act in kinds else []

    return decide


@vector_strategy
def whims(bars: fx.Bars, *, seed: int = 0, max_bars: int = 0) -> Intents:
    """The vector form: it can enter and leave only, and lets positions grow old."""
    values = [_act(whim(time_ns, seed)) for time_ns in bars.time_ns.tolist()]
    entry = [{0: -1, 1: 1}.get(act, 0) for act, *_ in values]
    return Intents.of(
        entry=np.array(entry, np.int8),
        exit=np.array([act == 2 for act, *_ in values], np.int8),
        stop=np.array([stop * POINT for _, stop, *_ in values]),
        target=np.array([target * POINT for _, _, target, _ in values]),
        management=Management(volume_lots=0.07, max_bars=max_bars),
    )


def _intend(seed: int) -> Callable[[Moment], list[Request]]:
    def decide(moment: Moment) -> list[Request]:
        act, stop, target, _ = _act(whim(moment.begun_ns, seed))
        side = {0: -1, 1: 1}.get(act, 0)
        order = Request(MARKET, side=side, steps=7, stop_distance=stop, target_distance=target)
        return follow(side, act == 2, moment, order)

    return decide


@attrs.frozen(kw_only=True)
class Portfolio:
    """A list of sleeves with all that it runs on, and the same for the reference."""

    sleeves: list[fx.Sleeve]
    seats: list[Seat]
    bars: Mapping[str, fx.Bars]
    account: fx.Account
    costs: fx.Costs

    def run(self, sleeves: list[fx.Sleeve] | None = None, **settings: Any) -> Result:
        """Run it, or some sleeves of it; in which order the prices are given makes no difference."""
        return fx.backtest(
            sleeves or self.sleeves,
            dict(reversed(self.bars.items())),
            account=self.account,
            costs=self.costs,
            **{"trials": MemoryTrials(), **settings},
        )

    def expected(self) -> Outcome:
        """Run it on the reference."""
        contracts = [plain_contract(item, self.costs) for item in self.bars.values()]
        markets = [plain_bars(item, self.costs) for item in self.bars.values()]
        account = plain_account(self.account)
        table = RateTable(account, contracts, dict[str, RateSeries]())
        ledger = run_portfolio(self.seats, markets, account=account, contracts=contracts, rates=table)
        found = outcome_of(ledger)
        return Outcome(found.trades, found.equity, {}, {})

    @staticmethod
    def outcome(result: Result) -> Outcome:
        """Write a result down as the reference does."""
        found = outcome_of_result(result)
        for owner, part in enumerate(result.attribution.values()):
            for row, equity in zip(found.equity, part.equity["equity"].tolist(), strict=True):
                row[f"made by {owner}"] = equity - result.account.balance
        return found


def random_portfolio(seed: int, *, forms: tuple[str, ...] = ("class", "compiled", "vector")) -> Portfolio:
    """Make the portfolio of a seed."""
    rng = random.Random(seed)
    symbols = rng.choice((["EURUSD"], ["EURUSD", "GBPUSD"], ["AUDUSD", "EURUSD", "GBPUSD"]))
    bars = {name: _market(rng, name) for name in symbols}
    mode = rng.choice(("hedging", "hedging", "netting"))
    count = len(symbols) if mode == "netting" else rng.randint(1, 4)
    sleeves, seats = [], []
    for number in range(count):
        symbol = symbols[number] if mode == "netting" else rng.choice(symbols)
        timeframe = rng.choice([name for name in MINUTES if MINUTES[name] >= MINUTES[str(bars[symbol].timeframe)]])
        strategy, decide, max_bars = _strategy(rng, rng.choice(forms))
        sleeves.append(fx.Sleeve(f"sleeve {number}", strategy, symbol=symbol, timeframe=timeframe))
        seats.append(Seat(symbols.index(symbol), MINUTES[timeframe], decide, max_bars))
    account = fx.Account(
        balance=rng.choice((150.0, 400.0, 1_500.0, 1_000_000.0)),
        leverage=rng.choice((30, 100, 500)),
        mode=mode,
        stop_out=rng.choice((20.0, 50.0, 100.0)),
        clock=rng.choice(("new-york+7", "UTC")),
    )
    costs = fx.Costs(
        spread_points=rng.choice((0, 8, 15)),
        commission_per_lot=rng.choice((0.0, 3.5)),
        slippage_points=rng.choice((0, 2)),
        swap_long_points=-6.0,
        swap_short_points=1.5,
    )
    return Portfolio(sleeves=sleeves, seats=seats, bars=bars, account=account, costs=costs)


def _market(rng: random.Random, symbol: str) -> fx.Bars:
    """Make bars of one or another timeframe, with holes in them."""
    timeframe = rng.choice(("M15", "M15", "M30"))
    rows = 480 * 15 // MINUTES[timeframe]
    bars = make_market(rows, rng.randrange(10**6), symbol=symbol, timeframe=timeframe, step_points=rng.choice((25, 80)))
    kept = [row for row in range(rows) if rng.random() > 0.05]
    return attrs.evolve(bars, data=np.ascontiguousarray(bars.data[kept]))


def _strategy(rng: random.Random, form: str) -> tuple[Any, Callable[[Moment], list[Request]], int]:
    seed = rng.randrange(1_000)
    if form == "vector":
        max_bars = rng.choice((0, 3, 7))
        return whims(seed=seed, max_bars=max_bars), _intend(seed), max_bars
    strategy = Whimsical(seed=seed) if form == "class" else whimsical(seed=seed)
    return strategy, _decide(seed), 0
