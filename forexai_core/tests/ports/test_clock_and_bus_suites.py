"""The suites of clock and bus catch each broken rule."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import attrs
import pytest
from ports.proofs import Proof, all_rules_proven, prove

from forexai_core.ports.bus import Cursor, Overflow
from forexai_core.services import bus as bus_module
from forexai_core.services.bus import MemoryBus
from forexai_core.services.clocks import ManualClock
from forexai_core.testing.ports.bus import BusSuite
from forexai_core.testing.ports.clock import ClockSuite

START_NS = 1_700_000_000_000_000_000


class DrivenClockSuite(ClockSuite):
    async def drive(self, clock, duration_s):
        clock.advance(duration_s)


class FloatClock(ManualClock):
    def now_ns(self):
        return float(super().now_ns())


class FallingClock(ManualClock):
    def monotonic_ns(self):
        return -super().monotonic_ns()


class WaitsForThePast(ManualClock):
    async def sleep_until(self, time_ns):
        await asyncio.Event().wait()


class WaitsForNothing(ManualClock):
    async def sleep(self, duration_s):
        await asyncio.Event().wait()


class WakesEarly(ManualClock):
    async def sleep_until(self, time_ns):
        await super().sleep_until(time_ns - 1)


class SleepsTooShort(ManualClock):
    async def sleep(self, duration_s):
        return


class BlocksTheLoop(ManualClock):
    async def sleep_until(self, time_ns):
        if time_ns > self.now_ns():
            self.advance_to(time_ns)


class WakesTheLastFirst(ManualClock):
    def _wake(self):
        self._by_time, sleepers = [], sorted(self._by_time, reverse=True)
        for _, _, waiting in sleepers:
            waiting.set_result(None)


class SwallowsCancelling(ManualClock):
    async def sleep(self, duration_s):
        try:
            await super().sleep(duration_s)
        except asyncio.CancelledError:
            return


def clock(kind):
    def fixtures():
        return {"clock": kind(START_NS)}

    fixtures.__name__ = kind.__name__
    return fixtures


CLOCKS = [
    Proof("tells_whole_nanoseconds", clock(FloatClock)),
    Proof("monotonic_time_never_falls", clock(FallingClock)),
    Proof("what_is_past_returns_at_once", clock(WaitsForThePast)),
    Proof("what_is_past_returns_at_once", clock(WaitsForNothing)),
    Proof("sleeps_until_the_time", clock(WakesEarly)),
    Proof("sleeps_for_the_duration", clock(SleepsTooShort)),
    Proof("others_run_meanwhile", clock(BlocksTheLoop)),
    Proof("sleepers_wake_in_the_order_of_their_times", clock(WakesTheLastFirst)),
    Proof("cancelling_ends_the_wait", clock(SwallowsCancelling)),
]


@pytest.mark.parametrize("proof", CLOCKS, ids=str)
def test_a_broken_clock_is_caught(proof, monkeypatch):
    prove(DrivenClockSuite, clock(ManualClock), proof, monkeypatch)


def test_every_rule_of_the_clock_is_proven():
    all_rules_proven(ClockSuite, CLOCKS)


class ShiftedCursors(MemoryBus):
    async def publish(self, topic, payload):
        cursor = await super().publish(topic, payload)
        return attrs.evolve(cursor, sequence=cursor.sequence + 1)


class FirstComeFirstServed(MemoryBus):
    async def publish(self, topic, payload):
        kept = self._topic(topic)
        everybody, kept.subscriptions = kept.subscriptions, set(list(kept.subscriptions)[:1])
        cursor = await super().publish(topic, payload)
        kept.subscriptions = everybody
        return cursor


class MixesTopics(MemoryBus):
    def _topic(self, name):
        return super()._topic(name.split("/")[0])


class DeliversTheOld(MemoryBus):
    def subscribe(self, topic, *, after=None, **options):
        return super().subscribe(topic, after=after or Cursor(generation=self._generation, sequence=0), **options)


class IgnoresCursors(MemoryBus):
    def subscribe(self, topic, *, after=None, **options):
        return super().subscribe(topic, **options)


class HidesGaps(MemoryBus):
    def _since(self, topic, after):
        return [attrs.evolve(message, gap=False) for message in super()._since(topic, after)]


class TakesStrangersForItsOwn(MemoryBus):
    def _since(self, topic, after):
        return super()._since(topic, attrs.evolve(after, generation=self._generation, sequence=0))


class NeverFull(MemoryBus):
    def subscribe(self, topic, *, capacity=1024, **options):
        return super().subscribe(topic, capacity=min(capacity, 1) * 10**6, **options)


class WaitsForTheSlow(MemoryBus):
    async def publish(self, topic, payload):
        for subscription in self._topic(topic).subscriptions:
            while len(subscription._waiting) >= subscription._capacity:  # noqa: ASYNC110 - broken on purpose
                await asyncio.sleep(0.01)
        return await super().publish(topic, payload)


class LosesInSilence(MemoryBus):
    @asynccontextmanager
    async def _following(self, *arguments):
        async with super()._following(*arguments) as messages:
            yield (attrs.evolve(message, gap=False) async for message in messages)


class NeverCutsOff(MemoryBus):
    def subscribe(self, topic, *, overflow=Overflow.DROP_OLDEST, **options):
        return super().subscribe(topic, **options)


class NeverEnds(MemoryBus):
    @asynccontextmanager
    async def _following(self, name, *options):
        subscription = bus_module._Subscription(name, 10, Overflow.DROP_OLDEST)
        self._topic(name).subscriptions.add(subscription)
        yield subscription


class TakesAnyTopic(MemoryBus):
    def _topic(self, name):
        return self._topics.setdefault(name, bus_module._Topic(8))

    def subscribe(self, topic, *, after=None, capacity=1024, overflow=Overflow.DROP_OLDEST):
        return self._following(topic, after, capacity, overflow)


class TakesAnyCapacity(MemoryBus):
    def subscribe(self, topic, *, capacity=1024, **options):
        return super().subscribe(topic, capacity=max(capacity, 1), **options)


class TakesAnySize(MemoryBus):
    def __init__(self, *, history):
        super().__init__(history=history, max_bytes=1 << 40)


def bus(kind):
    def fixtures():
        return {"bus": kind(history=BusSuite.remembers)}

    fixtures.__name__ = kind.__name__
    return fixtures


BUSES = [
    Proof("delivers_in_order_with_numbers", bus(ShiftedCursors)),
    Proof("every_subscriber_gets_every_message", bus(FirstComeFirstServed)),
    Proof("topics_are_apart", bus(MixesTopics)),
    Proof("begins_with_the_next_message", bus(DeliversTheOld)),
    Proof("goes_on_after_a_cursor", bus(IgnoresCursors)),
    Proof("shows_what_it_forgot", bus(HidesGaps)),
    Proof("shows_that_it_began_anew", bus(TakesStrangersForItsOwn)),
    Proof("drops_the_oldest_and_shows_it", bus(NeverFull)),
    Proof("drops_the_oldest_and_shows_it", bus(WaitsForTheSlow)),
    Proof("drops_the_oldest_and_shows_it", bus(LosesInSilence)),
    Proof("cuts_off_who_is_slow", bus(NeverCutsOff)),
    Proof("ends_with_its_block", bus(NeverEnds)),
    Proof("refuses_what_is_no_topic", bus(TakesAnyTopic)),
    Proof("refuses_what_is_no_topic", bus(TakesAnyCapacity)),
    Proof("refuses_what_is_too_large", bus(TakesAnySize)),
]


@pytest.mark.parametrize("proof", BUSES, ids=str)
def test_a_broken_bus_is_caught(proof, monkeypatch):
    prove(BusSuite, bus(MemoryBus), proof, monkeypatch)


def test_every_rule_of_the_bus_is_proven():
    all_rules_proven(BusSuite, BUSES)
