"""The live loop by the clock: from a tick to the decision, from there to the venue, and how many ticks a second.

Latencies are told by the CPU time of the thread that runs the loop, and by the time of the wall. The first does not see
what else the machine does, nor what is waited for; the second sees both.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

import forexai_core as fx
from forexai_core.backtesting.inputs import Inputs, inputs_of
from forexai_core.engine.preparation.rates import DEFAULT_MAX_AGE_NS
from forexai_core.live.paper.broker import PaperBroker
from forexai_core.live.session.account import AccountSession
from forexai_core.live.session.breathing import collecting_between_prices as _collecting
from forexai_core.live.session.clocks import ReplayClock
from forexai_core.live.session.opening import open_session
from forexai_core.live.session.paper_run import PaperPlan, PaperRun
from forexai_core.live.session.specification import spec_of
from forexai_core.live.settings import DeskSettings
from forexai_core.services import embedded_services

SEED, BALANCE = 7, 1_000_000.0
WARM = 2_000  # ticks before the first that counts
LASTING = DeskSettings(lease_ttl_s=1e9)
ALL_RULES = fx.Risk(
    max_daily_loss_fraction=0.5,
    max_position_risk_fraction=0.05,
    max_positions=10,
    max_volume_lots=100.0,
    max_spread_points=1_000.0,
    max_orders_per_minute=1_000,
    max_total_loss_fraction=0.9,
    max_drawdown_fraction=0.9,
    max_currency_exposure=100.0,
    max_correlated_positions=9,
    min_margin_level_percent=50.0,
    trading_hours=("mon-sun 00:00-24:00",),
    weekend_pause_minutes=5,
)
"""A limit of each kind, none of which is reached."""

_AVERAGES = (("sma", 20), ("sma", 50), ("sma", 100), ("sma", 200), ("ema", 20), ("ema", 50), ("ema", 100))


class Toggles(fx.Strategy):
    """Opens at one bar and closes at the next."""

    def on_bar(self, ctx: Any) -> None:
        if ctx.side:
            ctx.close()
        else:
            ctx.buy(volume_lots=0.1, stop_loss_pips=50)


class Asked(fx.Strategy):
    """Is asked at each tick, and turns round every thousand."""

    def start(self, _ctx: Any) -> None:
        self.count = 0

    def on_tick(self, ctx: Any) -> None:
        self.count += 1
        if self.count % 1_000 == 0:
            ctx.close()
        elif self.count % 1_000 == 500:
            ctx.buy(volume_lots=0.1, stop_loss_pips=50)


def ten_indicators() -> fx.Rules:
    """Give a document of rules that reads ten indicators at each bar, and holds for two bars."""

    def indicator(name: str, period: int) -> dict[str, Any]:
        return {"kind": "indicator", "name": name, "parameters": {"period": period}}

    def compare(left: Any, operator: str, right: Any) -> dict[str, Any]:
        return {"kind": "compare", "left": left, "operator": operator, "right": right}

    averages = [indicator(*each) for each in _AVERAGES]
    level = [compare(indicator("rsi", 14), "<", 95), compare(indicator("rsi", 7), "<", 99)]
    moves = [compare(indicator("atr", 14), ">", 0.0)]
    cross = {"kind": "crosses", "left": averages[0], "direction": "above", "right": averages[1]}
    above = [compare(each, ">", 0.0) for each in averages[2:]]
    return fx.Rules.from_dict(
        {
            "schema_version": 1,
            "name": "ten-indicators",
            "title": "Ten indicators",
            "entry_long": {"kind": "all", "conditions": [cross, *level, *moves, *above]},
            "sizing": {"kind": "risk", "fraction": 0.001},
            "stop_loss": {"kind": "pips", "value": 30},
            "take_profit": {"kind": "pips", "value": 30},
            "management": {"max_bars": 2},
        }
    )


def a_plan(strategy: Any, ticks: fx.Ticks, timeframe: str | None, risk: fx.Risk | None) -> PaperPlan:
    return PaperPlan(
        name="main",
        inputs=_inputs(ticks),
        strategies=(fx.Sleeve("only", strategy, timeframe=timeframe),),
        risk=risk,
        settings=LASTING,
    )


def _inputs(ticks: fx.Ticks) -> Inputs:
    return inputs_of(
        {ticks.symbol: ticks},
        account=fx.Account(balance=BALANCE),
        costs=None,
        rates=None,
        finer=None,
        limit_fill="price",
        max_age_ns=DEFAULT_MAX_AGE_NS,
        seed=0,
        conditions={},
    )


class Taken(NamedTuple):
    """How long things took, microseconds: CPU time of the thread, and of the wall."""

    cpu: NDArray[np.float64]
    wall: NDArray[np.float64]

    @classmethod
    def of(cls, pairs: list[tuple[int, int]]) -> Taken:
        table = np.array(pairs, np.float64).reshape(-1, 2) / 1e3
        return cls(table[:, 0], table[:, 1])


class Latencies(NamedTuple):
    """What one run took.

    Attributes
    ----------
    quiet : Taken
        Prices at which nobody decides.
    decided : Taken
        From a price to the decision that it leads to, risk included.
    handed : Taken
        From a decision to handing its first order to the venue.
    """

    quiet: Taken
    decided: Taken
    handed: Taken


def _now() -> tuple[int, int]:
    return time.thread_time_ns(), time.perf_counter_ns()


@contextmanager
def _stamped() -> Iterator[dict[str, tuple[int, int]]]:
    """Note when a decision is about to be carried out, and when its first order reaches the venue."""
    stamps: dict[str, tuple[int, int]] = {}
    carry, submit = AccountSession._carry, PaperBroker.submit

    async def carrying(session: AccountSession, *given: Any) -> None:
        stamps["decided"] = _now()
        await carry(session, *given)

    async def submitting(broker: PaperBroker, request: Any) -> Any:
        stamps.setdefault("handed", _now())
        return await submit(broker, request)

    with patch.object(AccountSession, "_carry", carrying), patch.object(PaperBroker, "submit", submitting):
        yield stamps


def latencies(strategy: Any, count: int, *, folder: Path | None = None, timeframe: str = "M1") -> Latencies:
    """Take so many ticks price by price, under a limit of each kind.

    Parameters
    ----------
    strategy : strategy
        Of any form.
    count : int
        Ticks that are timed.
    folder : Path, optional
        Where orders are written down, durably, before they are sent; None keeps them in memory.
    timeframe : str
        On which it decides.
    """
    ticks = fx.synthetic("EURUSD", "tick", bars=WARM + count, seed=SEED)
    return asyncio.run(_latencies(a_plan(strategy, ticks, timeframe, ALL_RULES), folder))


async def _latencies(plan: PaperPlan, folder: Path | None) -> Latencies:
    (ticks,) = plan.inputs.prices.values()
    clock = ReplayClock(int(ticks.time_ns[0]))
    quiet: list[tuple[int, int]] = []
    decided: list[tuple[int, int]] = []
    handed: list[tuple[int, int]] = []
    with embedded_services(folder, clock=clock) as services, _stamped() as stamps, _collecting() as collector:
        run = await PaperRun.open(plan, services, owner="benchmark", hear=print)
        book = run.session.book
        while run.left:
            stamps.clear()
            collector.collect()  # as a session does
            clock.come_to(run.next_ns)
            decisions, begun = book.decisions, _now()
            await run.step()
            ended = stamps.get("decided") or _now()
            if run.taken <= WARM:
                continue
            (decided if book.decisions > decisions else quiet).append(_between(begun, ended))
            if "handed" in stamps:
                handed.append(_between(stamps["decided"], stamps["handed"]))
    return Latencies(Taken.of(quiet), Taken.of(decided), Taken.of(handed))


def _between(first: tuple[int, int], last: tuple[int, int]) -> tuple[int, int]:
    return last[0] - first[0], last[1] - first[1]


class Speed(NamedTuple):
    """How a whole session went: ticks, orders, and its seconds of CPU and of the wall."""

    ticks: int
    orders: int
    cpu_s: float
    wall_s: float


def speed(strategy: Any, count: int, *, timeframe: str | None = None, folder: Path | None = None) -> Speed:
    """Run a session over so many ticks as fast as it goes, through its own loop, with the limits of a session."""
    ticks = fx.synthetic("EURUSD", "tick", bars=count, seed=SEED)
    return asyncio.run(_speed(a_plan(strategy, ticks, timeframe, fx.Risk.of_session()), folder))


async def _speed(plan: PaperPlan, folder: Path | None) -> Speed:
    spec = spec_of(
        {
            "accounts": [{"name": "main"}],
            "feeds": [{"symbol": "EURUSD", "timeframe": "tick"}],
            "strategies": [{"name": "only"}],
        },
        "a benchmark",
    )
    opened = await open_session(spec, (plan,), folder, owner="benchmark", hear=print)
    with closing(opened):
        began = _now()
        await opened.session.run()
        cpu_ns, wall_ns = _between(began, _now())
    (run,) = opened.session.runs
    return Speed(opened.session.prices, run.session.carried, cpu_ns / 1e9, wall_ns / 1e9)
