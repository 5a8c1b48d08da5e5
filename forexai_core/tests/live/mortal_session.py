"""A session at a venue that kills its process at a point: ``python mortal_session.py FOLDER POINT``.

``send``: in the midst of sending its first order, after a small gain. ``gain``: soon after a large one, before anything
is sent. The state of risk is not written because a minute has passed: what is not written otherwise is forgotten.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from live.venue_trading import HISTORY, Trading, Venue, a_spec

import forexai_core as fx
from forexai_core.live.session import risk_memory
from forexai_core.testing.venues import SimulatedVenue

BALANCE, GAINS = 10_000.0, {"send": 3.0, "gain": 40.0}
LIMITS = {"max_orders_per_minute": 1, "max_drawdown_fraction": 0.1, "max_daily_loss_fraction": 0.5}


class Eager(fx.Strategy):
    """Buys at every bar."""

    def on_bar(self, ctx):
        ctx.buy(volume_lots=0.1, stop_loss_pips=20)


class MortalVenue(Venue):
    """A venue on the way to which the process ends."""

    async def submit(self, request):
        os.kill(os.getpid(), signal.SIGKILL)
        return await super().submit(request)


def mortal_trading(folder, kind, first=HISTORY):
    broker = kind(SimulatedVenue(account=fx.Account(balance=BALANCE)))
    return Trading(broker, folder, spec=a_spec(risk=LIMITS), first=first, strategy=Eager)


async def run(folder, point):
    risk_memory._EVERY_NS = 10**18
    async with mortal_trading(folder, MortalVenue) as trading:
        control, before_ns = trading.run.session.screening.control, trading.run.state().time_ns
        trading.clock.advance_to(trading.clock.now_ns() + 2_000_000_000)
        await trading.until(lambda: trading.run.state().time_ns > before_ns)
        trading.broker.venue.balance += GAINS[point]
        trading.clock.advance_to(trading.clock.now_ns() + 2_000_000_000)
        await trading.until(lambda: control.watch.marks["trailing-drawdown"].base > BALANCE)
        if point == "gain":
            os.kill(os.getpid(), signal.SIGKILL)
        await trading.minutes(1)


if __name__ == "__main__":
    asyncio.run(run(Path(sys.argv[1]), sys.argv[2]))
