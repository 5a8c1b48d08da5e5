"""Sessions that are really disturbed, for some bars at a time, beside the same ones undisturbed: material for tests."""

from __future__ import annotations

import asyncio

import attrs
import numpy as np
from live.session_runs import LASTING, as_inputs

import forexai_core as fx
from forexai_core.live.session.clocks import ReplayClock
from forexai_core.live.session.paper_run import PaperPlan, PaperRun
from forexai_core.ports.risk import Verdict
from forexai_core.services import embedded_services

WINDOW = 16  # bars, in each of which one trade begins, and ends unless it is disturbed
ENTRY, EXIT = 4, 12  # the bars of a window on which it is decided
KINDS = ("data", "signal", "price", "slippage", "rejection", "risk", "timing")
MEMORY = 3


class ByTheWindow(fx.Strategy):
    """Opens with the last few bars in each window, and closes before its end; it can be told to do otherwise."""

    lots: float = 0.1
    stop_pips: float = 25.0
    contrary: str = ""
    """Windows, by number, in which it takes the other side, another volume, or nothing."""

    def start(self, ctx):
        self.other = {int(each) for each in self.contrary.split(",") if each}

    def on_bar(self, ctx):
        number = len(ctx.bars.close) - 1
        window, place = divmod(number, WINDOW)
        way = window % 3 if window in self.other else None
        if place == ENTRY and not ctx.positions and way != 0:
            rises = ctx.bars.close[-1] > ctx.bars.close[-MEMORY]
            lots = self.lots * 2 if way == 1 else self.lots
            (ctx.buy if rises != (way == 2) else ctx.sell)(volume_lots=lots, stop_loss_pips=self.stop_pips)
        elif place >= EXIT and ctx.positions:
            ctx.close()


@attrs.frozen
class RefusesAt:
    """A limit that refuses in some windows."""

    windows: frozenset
    first_ns: int
    step_ns: int
    name: str = "quiet-hours"

    def judge(self, proposal):
        window = ((proposal.time_ns - self.first_ns) // self.step_ns - 1) // WINDOW
        if window in self.windows:
            return Verdict(allowed=False, rule=self.name, reason="Nothing is opened now.")
        return Verdict(allowed=True, rule=self.name)


def market(windows, seed):
    """Bars without a gap, whose spread is known, so that a window is a number of bars."""
    bars = fx.synthetic("EURUSD", "M5", bars=windows * WINDOW, seed=seed)
    data = bars.data.copy()
    data["time_ns"] = data["time_ns"][0] + np.arange(len(data)) * 300_000_000_000
    return attrs.evolve(bars, data=data, ask=None, spread_points=np.full(len(data), 8.0))


def drawn(windows, seed):
    """What disturbs each window: a kind, or None; two of three are disturbed."""
    chance = np.random.default_rng(seed)
    return [str(chance.choice(KINDS)) if chance.random() < 2 / 3 else None for _ in range(windows)]


def other_prices(bars, kinds, seed):
    """Move a few bars of the windows of other data, and widen the spread in those of other prices."""
    chance = np.random.default_rng(seed)
    data, spread = bars.data.copy(), bars.spread_points.copy()
    for window, kind in enumerate(kinds):
        start = window * WINDOW
        if kind == "data":
            rows = slice(start + ENTRY - 1, start + ENTRY + int(chance.integers(2, 9)))
            moved = int(chance.choice((-1, 1)) * chance.integers(5, 40)) * 1e-5
            for name in ("open", "high", "low", "close"):
                data[name][rows] += moved
        elif kind == "price":
            spread[start + 1 : start + WINDOW - 1] += int(chance.integers(3, 20))
    for name in ("open", "high", "low", "close"):
        data[name] = np.round(data[name], 5)
    return attrs.evolve(bars, data=data, spread_points=spread)


def contrary(kinds):
    return ",".join(str(window) for window, kind in enumerate(kinds) if kind == "signal")


def plan_of(bars, *, mode, stop_pips, contrary="", refused=frozenset()):
    step_ns = int(bars.time_ns[1] - bars.time_ns[0])
    strategies = (fx.Sleeve("only", ByTheWindow(contrary=contrary, stop_pips=stop_pips)),)
    return PaperPlan(
        name="main",
        inputs=as_inputs(bars, account=fx.Account(balance=100_000, mode=mode)),
        strategies=strategies,
        risk=(RefusesAt(refused, int(bars.time_ns[0]), step_ns),),
        settings=LASTING,
    )


def records_of(plan, kinds=()):
    """Run a plan to its end, its venue disturbed as the windows say; give what its journal holds."""
    return asyncio.run(_records_of(plan, kinds))


async def _records_of(plan, kinds):
    clock = ReplayClock(min(int(each.time_ns[0]) for each in plan.inputs.prices.values()))
    with embedded_services(None, clock=clock) as services:
        run = await PaperRun.open(plan, services, owner="test", hear=lambda _notice: None)
        while run.left:
            if kinds:
                _disturb(run, *divmod(run.taken, WINDOW), kinds)
            clock.come_to(run.next_ns)
            await run.step()
        await run.finish()
        return [record async for record in services.journal.read("session/main")]


def _disturb(run, window, place, kinds):
    """Let the venue be slow, dear or busy for this bar."""
    kind, ledger = kinds[window], run.venue.ledger
    ledger.symbols["slippage"] = 6 if kind == "slippage" and place > 0 else 0
    slow = kind == "timing" and 0 < place < WINDOW - 1
    ledger.account["latency_ns"] = 450_000_000_000 if slow else 0
    busy = kind == "rejection" and place == (ENTRY if window % 2 else EXIT)
    run.session.broker._probability = 1.0 if busy else 0.0


def injected(windows, seed, *, mode, stop_pips):
    """A disturbed session, and its backtest: their records, and what disturbed each window."""
    bars, kinds = market(windows, seed), drawn(windows, seed)
    refused = frozenset(window for window, kind in enumerate(kinds) if kind == "risk")
    live = plan_of(
        other_prices(bars, kinds, seed), mode=mode, stop_pips=stop_pips, contrary=contrary(kinds), refused=refused
    )
    return records_of(live, kinds), records_of(plan_of(bars, mode=mode, stop_pips=stop_pips)), kinds, bars


def window_of(time_ns, bars):
    """The window in which something was decided, or closed."""
    step_ns = int(bars.time_ns[1] - bars.time_ns[0])
    return int((time_ns - int(bars.time_ns[0]) - 1) // step_ns) // WINDOW
