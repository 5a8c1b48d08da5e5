"""One idea, crossing averages that always reverse, written in every form: material for tests of their equality."""

from __future__ import annotations

from typing import Any

import numpy as np

from forexai_core.strategies import (
    Context,
    Intents,
    Management,
    Param,
    Rules,
    SmaCross,
    Strategy,
    commands,
    compiled_strategy,
    vector_strategy,
)
from forexai_core.values.bars import Bars

LONGEST = 256


class ClassCross(Strategy):
    """The class form: sums of whole points, kept up to date bar by bar."""

    fast: int = Param(20, ge=1, le=LONGEST)
    slow: int = Param(50, ge=1, le=LONGEST)
    stop_loss_pips: float = 30.0
    take_profit_pips: float = 60.0
    volume_lots: float = 0.1

    def start(self, ctx: Context) -> None:
        self.order = 0
        self.sums = {self.fast: 0, self.slow: 0}
        self.scale = 10.0**ctx.instrument.digits

    def on_bar(self, ctx: Context) -> None:
        close = ctx.bars.close
        for bars in self.sums:
            self.sums[bars] += round(close[-1] * self.scale)
            if len(close) > bars:
                self.sums[bars] -= round(close[-1 - bars] * self.scale)
        if len(close) < max(self.fast, self.slow):
            return
        apart = self.sums[self.fast] * self.slow - self.sums[self.slow] * self.fast
        order = (apart > 0) - (apart < 0) or self.order
        if order * self.order < 0:
            self.turn(ctx, order)
        self.order = order

    def turn(self, ctx: Context, order: int) -> None:
        if ctx.side == -order:
            ctx.close()
        trade = ctx.buy if order > 0 else ctx.sell
        if ctx.side != order:
            trade(
                volume_lots=self.volume_lots,
                stop_loss_pips=self.stop_loss_pips,
                take_profit_pips=self.take_profit_pips,
            )


@vector_strategy(warmup=lambda fast, slow: max(fast, slow))  # noqa: PLW0108 - by name
def vector_cross(
    bars: Bars,
    *,
    fast: int = 20,
    slow: int = 50,
    stop_loss_pips: float = 30.0,
    take_profit_pips: float = 60.0,
    volume_lots: float = 0.1,
) -> Intents:
    """The vector form, by plain loops over exact sums."""
    points = [round(close * 10**bars.digits) for close in bars.close.tolist()]
    entry = np.zeros(len(bars), np.int8)
    last = 0
    for row in range(max(fast, slow) - 1, len(points)):
        apart = sum(points[row + 1 - fast : row + 1]) * slow - sum(points[row + 1 - slow : row + 1]) * fast
        order = (apart > 0) - (apart < 0) or last
        if order * last < 0:
            entry[row] = order
        last = order
    pip = bars.instrument.pip_size
    return Intents.of(
        entry=entry,
        stop=stop_loss_pips * pip,
        target=take_profit_pips * pip,
        management=Management(volume_lots=volume_lots),
    )


STATE = np.dtype(
    [
        ("points", np.int64, (LONGEST,)),
        ("fast_sum", np.int64),
        ("slow_sum", np.int64),
        ("order", np.int64),
    ]
)
PARAMS = {
    "fast": Param(20, ge=1, le=LONGEST - 1),
    "slow": Param(50, ge=1, le=LONGEST - 1),
    "stop_distance": 0.0030,
    "target_distance": 0.0060,
    "volume_lots": 0.1,
}


@compiled_strategy(state=STATE, params=PARAMS, warmup=50)
def compiled_cross(row: Any, state: Any, params: Any, out: Any) -> None:
    """The compiled form: a ring of whole points."""
    seen = row["index"] + 1
    fast, slow = params["fast"], params["slow"]
    point = int(round(row["close"] / row["point"]))  # noqa: RUF046 - numba rounds to a float
    state["fast_sum"] += point
    state["slow_sum"] += point
    if seen > fast:
        state["fast_sum"] -= state["points"][(seen - 1 - fast) % LONGEST]
    if seen > slow:
        state["slow_sum"] -= state["points"][(seen - 1 - slow) % LONGEST]
    state["points"][(seen - 1) % LONGEST] = point
    if seen < max(fast, slow):
        return
    apart = state["fast_sum"] * slow - state["slow_sum"] * fast
    order = state["order"]
    if apart > 0:
        order = 1
    elif apart < 0:
        order = -1
    if order * state["order"] < 0:
        if row["side"] == -order:
            commands.close_all(out)
        if row["side"] != order:
            if order > 0:
                commands.buy(out, params["volume_lots"], params["stop_distance"], params["target_distance"])
            else:
                commands.sell(out, params["volume_lots"], params["stop_distance"], params["target_distance"])
    state["order"] = order


def rules_cross(
    fast: int = 20, slow: int = 50, stop_loss_pips: float = 30, take_profit_pips: float = 60, volume_lots: float = 0.1
) -> Rules:
    """The rules form."""

    def average(period: int) -> dict[str, Any]:
        return {"kind": "indicator", "name": "sma", "parameters": {"period": period}}

    def cross(direction: str) -> dict[str, Any]:
        return {"kind": "crosses", "left": average(fast), "direction": direction, "right": average(slow)}

    return Rules.from_dict(
        {
            "schema_version": 1,
            "name": "sma-cross-rules",
            "entry_long": cross("above"),
            "entry_short": cross("below"),
            "sizing": {"kind": "volume", "volume_lots": volume_lots},
            "stop_loss": {"kind": "pips", "value": stop_loss_pips},
            "take_profit": {"kind": "pips", "value": take_profit_pips},
        }
    )


def every_form(pip: float, fast: int = 20, slow: int = 50) -> dict[str, Any]:
    """Give the idea in every form, for an instrument of this pip."""
    stops = {"stop_loss_pips": 30.0, "take_profit_pips": 60.0}
    return {
        "template": SmaCross(fast=fast, slow=slow, **stops),
        "class": ClassCross(fast=fast, slow=slow, **stops),
        "vector": vector_cross(fast=fast, slow=slow, **stops),
        "compiled": compiled_cross(fast=fast, slow=slow, stop_distance=30 * pip, target_distance=60 * pip),
        "rules": rules_cross(fast=fast, slow=slow, **stops),
    }
