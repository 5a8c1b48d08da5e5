"""One seeded schedule of trading over a venue that goes wrong, with kills and restarts, and what must hold after it."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from random import Random

import attrs
from live.mortal_parts import FullDisk, Killed, MortalBroker, MortalIntents, PromptJournal, Reaper, journal_disk
from live.netting_venues import NettingVenue
from live_desks import QUICK, Bench, buy

from forexai_core.errors import BrokerError, ConflictError, OrderRefusedError, StorageError
from forexai_core.live import Answer, Plan
from forexai_core.ports.intents import IntentState, Resolution
from forexai_core.testing import Fault, FaultyVenue
from forexai_core.values.accounts import Account, AccountMode
from forexai_core.values.orders import DealEntry, OrderKind

LOTS, NS_PER_S, UNPRICED = 1e-8, 1_000_000_000, "unpriced"
HALTS = {"venue", "excess", "person", "contradiction", "login", "store", "lease"}
SETTINGS = attrs.evolve(QUICK, query_timeout_s=0.5)  # of the steps of a `SteppedLoop`


class Schedule:
    """A few minutes of trading, drawn from a seed."""

    def __init__(self, seed, tally, folder):
        self.chance, self.tally, self.folder = Random(seed), tally, folder
        self.reaper, self.disk, self.kept = Reaper(tally.kinds), FullDisk(), {}
        self.bench = Bench(settings=SETTINGS, intents=lambda inner: MortalIntents(inner, self.reaper, self.disk))
        self.nets = self.chance.random() < 0.4
        if self.nets:
            self.bench.venue = NettingVenue(
                tuple(self.bench.venue.instruments), Account(balance=100_000.0), names=self.chance.random() < 0.5
            )
            self.bench.venue.set_quote("EURUSD", 1.1000, 1.1001)
        self.line = FaultyVenue(
            self.bench.venue,
            self.bench.clock,
            seed=seed,
            faults=(*Fault, *(5 * [Fault.NONE])),  # without some that go well there is nothing to close
            lag_s=self.chance.choice((0.0, 8.0)),
            keeps_ids=self.chance.random() < 0.3,
        )
        self.line.draw = self.counted(self.line.draw)
        self.journal_disk = journal_disk(seed, self.reaper, self.disk)
        self.desk = self.broker = None
        self.wrong = []

    def counted(self, draw):
        def drawn():
            fault = draw()
            self.tally.drawn(fault)
            return fault

        return drawn

    async def opened(self):
        """Open a desk as a new process does, as often as it takes."""
        while self.desk is None:
            self.bench.venue.listeners.clear()
            journal = PromptJournal(self.folder, self.journal_disk, self.kept)
            self.bench.services = attrs.evolve(self.bench.services, journal=journal)
            self.broker = MortalBroker(
                self.line,
                self.reaper,
                tally=self.tally.kinds,
                before_closing=self.race,
                capabilities={"modes": frozenset({AccountMode.NETTING})} if self.nets else None,
            )
            try:
                self.desk = await self.bench.desk(self.broker)
            except (BrokerError, StorageError, TimeoutError):
                self.bench.clock.advance(5)
            except ConflictError:
                self.bench.clock.advance(600)  # the clock was set back, and the lease of the last one is longer for it
            except Killed:
                self.bench.clock.advance(1)
            self.wrong += journal.lost()
            if self.desk is None:
                journal.close()

    async def live(self, work):
        """Do something with the desk, and start anew when that is the end of it."""
        try:
            return await self.bench.drive(work)
        except Killed:
            self.desk = None
            self.bench.services.journal.close()
            if self.chance.random() < 0.3:
                self.reaper.arm(self.chance.randrange(8))
            await self.opened()
        except (OrderRefusedError, BrokerError, StorageError, TimeoutError):
            return None  # said and done: what it left is judged at the end
        return None

    async def run(self):
        await self.opened()
        for _ in range(self.chance.randrange(3, 9)):
            self.go_wrong()
            await self.step()
            self.bench.clock.advance(self.chance.choice((0.0, 0.5, 3.0, 20.0, 70.0)))
            self.line.pass_time()
            await self.live(self.heard())
            await self.live(self.desk.reconcile())
            if self.chance.random() < 0.2:
                await self.live(self.desk.release(person="the schedule"))
        await self.calm_down()

    def go_wrong(self):
        """Let the process, the disk, the clock, the line or the feed go wrong soon, or for a while."""
        if self.chance.random() < 0.3:
            self.reaper.arm(self.chance.randrange(12))
        self.reaper.tears = self.reaper.tears or self.chance.random() < 0.1
        if self.chance.random() < 0.1:
            self.disk.full_for = self.chance.randrange(1, 6)
        if self.chance.random() < 0.1:
            self.step_clock()
        if self.chance.random() < 0.1:
            self.line.down_until_ns = self.bench.clock.monotonic_ns() + 10 * NS_PER_S
            self.tally.kinds["disconnect"] += 1
        if self.chance.random() < 0.15:
            self.line.stalled_until_ns = self.bench.clock.monotonic_ns() + 30 * NS_PER_S

    async def step(self):
        act = self.chance.random()
        if self.chance.random() < 0.15:
            self.quote()
        if self.chance.random() < 0.2:
            self.tally.kinds["several at once"] += 1
            other = self.heard() if self.chance.random() < 0.3 else self.request(self.chance.random())
            await self.live(self.both(self.request(act), other))
        else:
            await self.live(self.request(act))

    def step_clock(self):
        """Have somebody set the clock, by seconds or by hours, forwards or back."""
        self.tally.kinds["clock jump"] += 1
        self.bench.clock.step_to(self.bench.clock.now_ns() + self.chance.choice((-7_200, -2, 2, 7_200)) * NS_PER_S)

    def race(self, request):
        """Let the stop of a position be reached while an order that closes it is on its way."""
        position = self.bench.venue.positions.get(request.position)
        if self.line.calm or position is None or not position.stop_loss or self.chance.random() < 0.6:
            return
        bid = round(position.stop_loss - position.side * 0.0002, 5)
        self.bench.venue.set_quote(position.symbol, bid, round(bid + 0.0001, 5))
        self.line.note()
        self.tally.kinds["stop racing a close"] += 1
        self.tally.kinds["netting stop racing a close"] += self.nets

    async def heard(self):
        """Hear what the venue said of orders since, some of it later, and not in its order."""
        told, self.broker.told = self.broker.told, []
        before = list(told)
        if self.chance.random() < 0.5:
            self.chance.shuffle(told)
        self.tally.kinds["reorder"] += told != before
        for order in told:
            if self.chance.random() < 0.2 and not self.line.calm:
                self.broker.told.append(order)
            else:
                await self.desk.hear(order)

    def request(self, act):
        """Ask for a close, or for an order."""
        positions = self.desk.snapshot.positions if self.desk.snapshot else ()
        if positions and act < 0.45:
            position = self.chance.choice(positions)
            part = position.volume_lots if act < 0.3 else 0.01
            return self.desk.close(position, volume_lots=part, owner="schedule")
        if self.chance.random() < 0.7:
            return self.desk.place(self.order(), owner="schedule", decided_price=1.1001)
        order = self.order()
        unpriced = self.line.stalled and order.kind is OrderKind.MARKET
        return self.desk.place(order, owner="schedule", reason=UNPRICED if unpriced else "signal")

    @staticmethod
    async def both(*requests):
        """Ask for several things at once; each goes its way, whatever becomes of the others."""
        came = await asyncio.gather(*requests, return_exceptions=True)
        problems = [each for each in came if isinstance(each, BaseException)]
        for problem in sorted(problems, key=lambda each: not isinstance(each, Killed)):
            raise problem

    def order(self):
        side = self.chance.choice((1, -1))
        lots = round(self.chance.randrange(1, 30) / 100, 2)
        if self.chance.random() < 0.2:
            return buy(lots, side=side, kind=OrderKind.LIMIT, price=round(1.1 - side * 0.002, 5))
        return buy(lots, side=side, stop_loss=round(1.1 - side * 0.01, 5))

    def quote(self):
        bid = round(1.1 + self.chance.choice((-0.012, -0.003, 0.0, 0.003, 0.012)), 5)
        self.bench.venue.set_quote("EURUSD", bid, round(bid + 0.0001, 5))
        self.line.note()

    async def calm_down(self):
        """Let everything come to rest: no more faults, no more kills, and time enough for what is late."""
        self.reaper.disarm()
        self.disk.full_for = 0
        self.tally.kinds["disk full"] += self.disk.refused
        self.tally.kinds["torn journal"] += self.journal_disk.torn + self.journal_disk.cut_short
        for _ in range(12):
            await self.rest()
        self.line.calm = True
        for _ in range(20):
            assert await self.rest()

    async def rest(self):
        """Let ten seconds pass, and look."""
        self.bench.clock.advance(10)
        self.line.pass_time()
        await self.live(self.heard())
        return await self.live(self.desk.reconcile())

    async def verdict(self):
        """Hold the store against the venue's own books; give what is wrong."""
        intents, venue = self.bench.services.intents, self.bench.venue
        self.wrong += [f"{name} was accepted {n} times" for name, n in self.line.accepted.items() if n > 1]
        self.wrong += [f"{name} has no intent" for name in self.line.accepted if name not in intents.recorded]
        self.wrong += self.bench.services.journal.lost()
        differ = []
        for name in intents.recorded:
            intent = await intents.get(name)
            plan = Plan.from_bytes(intent.draft.request)
            self.wrong += self.too_much(intent, plan)
            differ += self.differences(intent, plan.request)
        shown = {each.position: each for each in self.desk.snapshot.positions}
        if shown != {ticket: self.broker._marked(venue.position(ticket)) for ticket in venue.positions}:
            differ.append(f"{shown} are shown, the venue has {venue.positions}")
        halts = {key.split(":")[0] for key in self.bench.told} & HALTS if self.desk.blocks.halted else set()
        if self.desk.blocks.halted and not halts:
            self.wrong.append("halted without an alert")
        self.tally.halts.update(halts)
        ended = "halted with an alert, and as the venue" if halts else "as the venue"
        self.tally.sessions["halted with an alert, and not as the venue" if halts and differ else ended] += 1
        return self.wrong + ([] if halts else differ)

    def too_much(self, intent, plan):
        """Say what no halt excuses: more than was asked for, without a price, or a close that stands open."""
        name, venue = intent.draft.id, self.bench.venue
        deals = [each for each in venue.deals if each.client_id == name]
        lots = round(sum(each.volume_lots for each in deals), 8)
        opened = not plan.request.opens and any(each.entry is not DealEntry.OUT for each in deals)
        self.tally.kinds["netting close that opens the other side"] += opened
        found = [f"{name}: {lots} exceeds {plan.request.volume_lots}"] if lots > plan.request.volume_lots + LOTS else []
        found += [f"{name} was sent without a price"] if plan.reason == UNPRICED else []
        left = [each.position for each in venue.positions.values() if each.client_id == name and opened]
        return found + [f"{name} only closes, and opened position {ticket}" for ticket in left]

    def differences(self, intent, request):
        """Say how the store's word on an intent differs from the venue's."""
        name = intent.draft.id
        lots = round(sum(each.volume_lots for each in self.bench.venue.deals if each.client_id == name), 8)
        order = next((each for each in self.bench.venue.orders.values() if each.client_id == name), None)
        self.tally.intents[f"{intent.state}/{intent.resolution or '-'}"] += 1
        if intent.state is IntentState.ACKNOWLEDGED:
            works = order is not None and order.status.working
            return [] if works else [f"{name} is {intent.state}, but the venue has {order}"]
        if intent.state in {IntentState.SENT, IntentState.UNKNOWN, IntentState.RECORDED}:
            return [f"{name} is still {intent.state}"]
        answer = Answer.from_bytes(intent.state, intent.resolution, intent.detail)
        refused = intent.state is IntentState.REJECTED or intent.resolution in {Resolution.ABSENT, Resolution.ABANDONED}
        if (refused and order is not None) or abs(answer.filled_lots - lots) > LOTS:
            return [f"{name} is {intent.state}/{intent.resolution} with {answer.filled_lots}, the venue has {lots}"]
        return []


async def trade(seed, tally):
    """Run a schedule; give what is wrong after it."""
    tally.schedules += 1
    with tempfile.TemporaryDirectory() as folder:
        schedule = Schedule(seed, tally, Path(folder))
        await schedule.run()
        found = await schedule.verdict()
        schedule.bench.services.close()
    return found


__all__ = ["QUICK", "trade"]
