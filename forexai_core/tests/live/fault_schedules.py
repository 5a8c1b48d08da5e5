"""One seeded schedule of trading over a venue that goes wrong, with kills and restarts, and what must hold after it."""

from __future__ import annotations

import asyncio
from collections import Counter
from random import Random

import attrs
from live_desks import QUICK, Bench, buy

from forexai_core.errors import BrokerError, ConflictError, OrderRefusedError, StorageError
from forexai_core.live import Answer, Plan
from forexai_core.ports.intents import IntentState, Resolution
from forexai_core.testing import FaultyBroker, FaultyVenue
from forexai_core.values.orders import OrderKind

LOTS = 1e-8
HALTS = {"venue", "excess", "person", "contradiction", "login", "store", "lease"}


class Killed(BaseException):
    """The process ends here."""


class Reaper:
    """Kills at the nth of the marked points: before and after each write of an intent, and around each send."""

    def __init__(self):
        self.left = None

    def arm(self, points):
        self.left = points

    def point(self):
        if self.left is None:
            return
        self.left -= 1
        if self.left < 0:
            self.left = None
            raise Killed


class Disk:
    """Full now and then."""

    def __init__(self):
        self.full_for = 0
        self.refused = 0

    def write(self):
        if self.full_for > 0:
            self.full_for -= 1
            self.refused += 1
            raise StorageError("disk full")


class MortalIntents:
    """A store whose caller may be killed around each write, on a disk that may be full."""

    def __init__(self, inner, reaper, disk):
        self._inner, self._reaper, self._disk = inner, reaper, disk
        self.recorded = []

    def __getattr__(self, name):
        return getattr(self._inner, name)

    async def record_sent(self, draft, **terms):
        self._reaper.point()
        self._disk.write()
        self.recorded.append(draft.id)
        intent = await self._inner.record_sent(draft, **terms)
        self._reaper.point()
        return intent

    async def advance(self, *given, **terms):
        self._reaper.point()
        self._disk.write()
        intent = await self._inner.advance(*given, **terms)
        self._reaper.point()
        return intent

    async def take(self, account, fence):
        self._reaper.point()
        await self._inner.take(account, fence)

    async def unsettled(self, account):
        self._reaper.point()
        return await self._inner.unsettled(account)


class MortalBroker(FaultyBroker):
    """A session whose user may be killed before and after a send, and in the middle of a look."""

    reaper: Reaper

    async def submit(self, request):
        self.reaper.point()
        state = await super().submit(request)
        self.reaper.point()
        return state

    async def positions(self):
        self.reaper.point()
        return await super().positions()


@attrs.define
class Tally:
    """What schedules came to."""

    ends: Counter = attrs.field(factory=Counter)
    faults: Counter = attrs.field(factory=Counter)
    kills: int = 0
    full_disks: int = 0
    clock_steps: int = 0
    at_once: int = 0
    halts: Counter = attrs.field(factory=Counter)
    schedules: int = 0

    def counts(self):
        """Give each count by its name."""
        given = {"schedules": self.schedules, "kills": self.kills, "writes to a full disk": self.full_disks}
        given |= {"steps of the clock": self.clock_steps, "several at once": self.at_once}
        for name, counter in (("end", self.ends), ("fault", self.faults), ("halt", self.halts)):
            given |= {f"{name} {key}": count for key, count in counter.items()}
        return given


class Schedule:
    """A few minutes of trading, drawn from a seed."""

    def __init__(self, seed, tally):
        self.chance, self.tally = Random(seed), tally
        self.reaper, self.disk = Reaper(), Disk()
        self.bench = Bench(intents=lambda inner: MortalIntents(inner, self.reaper, self.disk))
        self.line = FaultyVenue(
            self.bench.venue,
            self.bench.clock,
            seed=seed,
            lag_s=self.chance.choice((0.0, 8.0)),
            keeps_ids=self.chance.random() < 0.3,
        )
        drawn = self.line.draw

        def counted():
            fault = drawn()
            self.tally.faults[str(fault)] += 1
            return fault

        self.line.draw = counted
        self.desk = None

    async def opened(self):
        """Open a desk, as often as it takes."""
        while self.desk is None:
            broker = type("Session", (MortalBroker,), {"reaper": self.reaper})(self.line)
            try:
                self.desk = await self.bench.desk(broker)
            except (BrokerError, StorageError, TimeoutError):
                self.bench.clock.advance(5)
            except ConflictError:
                self.bench.clock.advance(600)  # the clock was set back, and the lease of the last one is longer for it
            except Killed:
                self.tally.kills += 1

    async def live(self, work):
        """Do something with the desk, and start anew when that is the end of it."""
        try:
            return await self.bench.drive(work)
        except Killed:
            self.tally.kills += 1
            self.desk = None
            await self.opened()
        except (OrderRefusedError, BrokerError, StorageError, TimeoutError):
            return None  # said and done: what it left is judged at the end
        return None

    async def run(self):
        await self.opened()
        for _ in range(self.chance.randrange(3, 9)):
            if self.chance.random() < 0.3:
                self.reaper.arm(self.chance.randrange(12))
            if self.chance.random() < 0.1:
                self.disk.full_for = self.chance.randrange(1, 6)
            if self.chance.random() < 0.1:
                self.step_clock()
            await self.step()
            self.bench.clock.advance(self.chance.choice((0.0, 0.5, 3.0, 20.0, 70.0)))
            self.line.pass_time()
            await self.live(self.desk.reconcile())
            if self.chance.random() < 0.2:
                await self.live(self.desk.release(person="the schedule"))
        await self.calm_down()

    async def step(self):
        act = self.chance.random()
        if act < 0.15:
            self.quote()
        if act < 0.1:
            self.line.down_until_ns = self.bench.clock.monotonic_ns() + 10_000_000_000
        if self.chance.random() < 0.2:
            self.tally.at_once += 1
            await self.live(self.both(self.request(act), self.request(self.chance.random())))
        else:
            await self.live(self.request(act))

    def step_clock(self):
        """Have somebody set the clock, by seconds or by hours, forwards or back."""
        self.tally.clock_steps += 1
        self.bench.clock.step_to(self.bench.clock.now_ns() + self.chance.choice((-7_200, -2, 2, 7_200)) * 10**9)

    def request(self, act):
        """Ask for a close, or for an order."""
        positions = self.desk.snapshot.positions if self.desk.snapshot else ()
        if positions and act < 0.45:
            position = self.chance.choice(positions)
            part = position.volume_lots if act < 0.3 else 0.01
            return self.desk.close(position, volume_lots=part, owner="schedule")
        return self.desk.place(self.order(), owner="schedule", decided_price=1.1001)

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
        self.reaper.arm(10**9)
        self.disk.full_for = 0
        self.tally.full_disks += self.disk.refused
        for _ in range(12):
            self.bench.clock.advance(10)
            self.line.pass_time()
            await self.live(self.desk.reconcile())
        self.line.calm = True
        for _ in range(20):
            self.bench.clock.advance(10)
            self.line.pass_time()
            assert await self.live(self.desk.reconcile())

    async def verdict(self):
        """Hold the store against the venue's own books; give what is wrong."""
        wrong = [f"{name} was accepted {n} times" for name, n in self.line.accepted.items() if n > 1]
        intents = self.bench.services.intents
        wrong += [f"{name} has no intent" for name in self.line.accepted if name not in intents.recorded]
        for name in intents.recorded:
            wrong += self.differences(await intents.get(name))
        halted = self.desk.blocks.halted and bool(self.bench.notices)
        if halted:
            self.tally.halts.update({key.split(":")[0] for key in self.bench.told} & HALTS)
        return [] if halted and not any("accepted" in each or "exceeds" in each for each in wrong) else wrong

    def differences(self, intent):
        plan = Plan.from_bytes(intent.draft.request)
        request, name = plan.request, intent.draft.id
        lots = round(sum(each.volume_lots for each in self.bench.venue.deals if each.client_id == name), 8)
        order = next((each for each in self.bench.venue.orders.values() if each.client_id == name), None)
        self.tally.ends[f"{intent.state}/{intent.resolution or '-'}"] += 1
        if lots > request.volume_lots + LOTS:
            return [f"{name}: {lots} exceeds {request.volume_lots}"]
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
    schedule = Schedule(seed, tally)
    tally.schedules += 1
    await schedule.run()
    found = await schedule.verdict()
    schedule.bench.services.close()
    return found


__all__ = ["QUICK", "Tally", "trade"]
