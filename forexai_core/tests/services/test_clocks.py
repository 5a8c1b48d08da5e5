"""The clock that is driven."""

from __future__ import annotations

import asyncio

import pytest

from forexai_core.errors import ConfigError
from forexai_core.services.clocks import ManualClock

S = 1_000_000_000


def test_it_stands_until_it_is_driven():
    clock = ManualClock(5)
    assert (clock.now_ns(), clock.monotonic_ns(), clock.next_ns()) == (5, 0, None)
    clock.advance(2.5)
    assert (clock.now_ns(), clock.monotonic_ns()) == (5 + 2_500_000_000, 2_500_000_000)
    with pytest.raises(ConfigError, match="step_to"):
        clock.advance_to(clock.now_ns() - 1)


async def test_it_tells_who_wakes_next():
    clock = ManualClock(100 * S)
    woken = []

    async def sleeper(name, sleep):
        await sleep
        woken.append((name, clock.now_ns() // S))

    tasks = [
        asyncio.ensure_future(sleeper("until", clock.sleep_until(103 * S))),
        asyncio.ensure_future(sleeper("for", clock.sleep(2))),
        asyncio.ensure_future(sleeper("gone", clock.sleep(1))),
    ]
    await asyncio.sleep(0)
    tasks[2].cancel()
    await asyncio.wait(tasks[2:])
    while (time_ns := clock.next_ns()) is not None:
        clock.advance_to(time_ns)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    assert woken == [("for", 102), ("until", 103)]


async def test_sleepers_of_both_kinds_wake_in_one_order():
    clock = ManualClock(50 * S)
    woken = []

    async def sleeper(name, sleep):
        await sleep
        woken.append(name)

    sleeps = {"c": clock.sleep(3), "a": clock.sleep_until(51 * S), "d": clock.sleep_until(54 * S), "b": clock.sleep(2)}
    tasks = [asyncio.ensure_future(sleeper(name, sleep)) for name, sleep in sleeps.items()]
    await asyncio.sleep(0)
    clock.advance(10)
    await asyncio.gather(*tasks)
    assert woken == ["a", "b", "c", "d"]


async def test_a_step_of_the_time_is_no_duration():
    clock = ManualClock(100 * S)
    until = asyncio.ensure_future(clock.sleep_until(200 * S))
    lasting = asyncio.ensure_future(clock.sleep(10))
    await asyncio.sleep(0)
    clock.step_to(300 * S)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert (until.done(), lasting.done(), clock.monotonic_ns()) == (True, False, 0)
    clock.step_to(50 * S)
    clock.advance(10)
    await lasting
    assert clock.now_ns() == 60 * S
