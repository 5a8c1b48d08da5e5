"""A process that trades and kills itself at a marked point: ``python mortal_process.py FOLDER POINT``; -1 is none.

The venue outlives it: whatever it takes stands in a file before it answers, and each start reads that file again. A
start that finds an earlier one only looks on, until all is settled, and prints what it found.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import pickle
import signal
import sys
from collections import Counter
from pathlib import Path

import attrs
from live.mortal_parts import FullDisk, MortalBroker, MortalIntents
from live_desks import Bench, buy

from forexai_core.errors import NotFoundError
from forexai_core.live import Plan
from forexai_core.ports.intents import SETTLED, IntentState
from forexai_core.services import embedded_services
from forexai_core.testing import Fault, FaultyVenue, SimulatedVenue
from forexai_core.values.accounts import Account
from forexai_core.values.orders import OrderKind

HOUR_S = 3_600


class Executioner:
    """Kills the process at one of the marked points, as nothing can prevent."""

    def __init__(self, at):
        self.left = at
        self.passed = 0

    def point(self, _name):
        self.passed += 1
        if self.passed - 1 == self.left:
            os.kill(os.getpid(), signal.SIGKILL)


class Lines:
    """A file of which each line is on the disk before anything goes on."""

    def __init__(self, path):
        self._path = path
        self.before = path.read_text(encoding="utf-8").splitlines() if path.exists() else []

    def write(self, line):
        with self._path.open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")
            file.flush()
            os.fsync(file.fileno())


class LastingVenue(SimulatedVenue):
    """A venue that outlives the processes of its clients."""

    def __init__(self, path):
        super().__init__(("EURUSD",), Account(balance=100_000.0))
        self._lines = Lines(path)
        self.taken = Counter()
        for line in self._lines.before:
            self._take(*pickle.loads(base64.b64decode(line)))

    def _take(self, name, *given):
        if name == "submit":
            self.taken[given[0].client_id] += 1
        return getattr(super(), name)(*given)

    def _noted(self, name, *given):
        self._lines.write(base64.b64encode(pickle.dumps((name, *given))).decode())
        return self._take(name, *given)

    def set_quote(self, symbol, bid, ask):
        return self._noted("set_quote", symbol, bid, ask)

    def submit(self, request):
        return self._noted("submit", request)

    def cancel(self, ticket):
        return self._noted("cancel", ticket)

    def modify(self, *given):
        return self._noted("modify", *given)


class NotedIntents(MortalIntents):
    """Remembers over the processes which intents there are."""

    def __init__(self, inner, reaper, path):
        super().__init__(inner, reaper, FullDisk())
        self._lines = Lines(path)
        self.recorded = list(self._lines.before)

    async def record_sent(self, draft, **terms):
        self._lines.write(draft.id)
        return await super().record_sent(draft, **terms)


async def trade(bench, desk):
    """Open, add a pending order, take a part off, turn, take the order back."""
    await bench.drive(desk.place(buy(0.2, stop_loss=1.09), decided_price=1.1001))
    await bench.drive(desk.reconcile())
    await bench.drive(desk.place(buy(0.1, kind=OrderKind.LIMIT, price=1.098)))
    position = desk.snapshot.positions[0]
    await bench.drive(desk.close(position, volume_lots=0.1))
    bench.venue.set_quote("EURUSD", 1.0975, 1.0976)
    await bench.drive(desk.reconcile())
    await bench.drive(desk.place(buy(0.3, side=-1, stop_loss=1.105), decided_price=1.0975))
    for each in desk.snapshot.positions:
        await bench.drive(desk.close(each))
    await bench.drive(desk.reconcile())


async def found(bench):
    """Hold what the store says against the venue's own books."""
    intents, wrong, states = bench.services.intents, [], Counter()
    for name in intents.recorded:
        lots = round(sum(deal.volume_lots for deal in bench.venue.deals if deal.client_id == name), 8)
        try:
            intent = await intents.get(name)
        except NotFoundError:
            states["never recorded"] += 1
            wrong += [f"{name} was never recorded, and the venue has it"] if name in bench.venue.taken else []
            continue
        states[f"{intent.state}/{intent.resolution or '-'}"] += 1
        asked = Plan.from_bytes(intent.draft.request).request
        working = any(each.client_id == name and each.status.working for each in bench.venue.orders.values())
        if intent.state not in SETTLED and not (intent.state is IntentState.ACKNOWLEDGED and working):
            wrong.append(f"{name} is {intent.state}")
        if lots > asked.volume_lots + 1e-8:
            wrong.append(f"{name}: {lots} exceeds {asked.volume_lots}")
        told = json.loads(intent.detail).get("filled_lots", 0.0)
        if intent.state in SETTLED and abs(told - lots) > 1e-8:
            wrong.append(f"{name} says {told}, the venue has {lots}")
    wrong += [f"{name} was taken {count} times" for name, count in bench.venue.taken.items() if count > 1]
    wrong += [f"{name} has no intent" for name in bench.venue.taken if name not in intents.recorded]
    return wrong, states


async def run(folder, point):
    starts = Lines(folder / "starts")
    starts.write("start")
    executioner = Executioner(point)
    bench = Bench()
    bench.services.close()
    bench.clock.advance(HOUR_S * len(starts.before))
    bench.venue = LastingVenue(folder / "venue")
    if not bench.venue.quotes:
        bench.venue.set_quote("EURUSD", 1.1000, 1.1001)
    services = embedded_services(folder, clock=bench.clock)
    with services:
        bench.services = attrs.evolve(services, intents=NotedIntents(services.intents, executioner, folder / "intents"))
        line = FaultyVenue(bench.venue, bench.clock, seed=len(starts.before), faults=(Fault.NONE,), lag_s=0.0)
        broker = MortalBroker(line, executioner)
        desk = await bench.desk(broker)
        if not starts.before:
            await trade(bench, desk)
        line.calm = True
        await bench.look_on(desk, 300)
        wrong, states = await found(bench)
    print(json.dumps({"wrong": wrong, "states": states, "points": executioner.passed, "halted": desk.blocks.halted}))


if __name__ == "__main__":
    asyncio.run(run(Path(sys.argv[1]), int(sys.argv[2])))
