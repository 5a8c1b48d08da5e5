"""The meter: what it allows, what it says when it does not, and what survives."""

from __future__ import annotations

import asyncio
import json

import pytest
from metering import DAY_NS, HandClock, meter_of, services_at, without

from forexai_core.errors import BillingError, ConfigError, FencedError, IntegrityError, QuotaExceededError
from forexai_core.ports.journal import Entry
from forexai_saas.billing.journal_book import STREAM


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def services(clock):
    with services_at(clock) as made:
        yield made


async def test_three_backtests_a_day_and_the_fourth_is_told_why(services, clock):
    meter = meter_of(services, zone="Asia/Jakarta")
    for number in range(3):
        await meter.reserve("alice", "backtests", 1, key=f"b{number}")
    with pytest.raises(QuotaExceededError) as caught:
        await meter.reserve("alice", "backtests", 1, key="b3")
    assert str(caught.value) == (
        "The Free plan allows 3 backtests a day, and 3 of them are taken: 1 more cannot be had. "
        "The next day begins at 2026-03-11 00:00 Asia/Jakarta. The Pro plan allows more."
    )
    clock.time_ns += DAY_NS // 4  # 18:00 UTC is past midnight in Jakarta
    assert (await meter.reserve("alice", "backtests", 1, key="b3")).state == "reserved"
    assert (await meter.usage("alice", "backtests")).reserved == 1


async def test_what_a_plan_lacks_and_what_stands_is_said_so(services):
    meter = meter_of(services)
    with pytest.raises(QuotaExceededError) as caught:
        await meter.reserve("alice", "ml_bots", 1, key="m")
    assert str(caught.value) == ("The Free plan allows no ML bots: 1 more cannot be had. The Pro plan allows more.")
    await meter.reserve("alice", "strategies", 1, key="s1")
    with pytest.raises(QuotaExceededError, match="It frees when one of them is given back"):
        await meter.reserve("alice", "strategies", 1, key="s2")


async def test_a_standing_thing_counts_until_it_is_released_however_many_days(services, clock):
    meter = meter_of(services)
    await meter.reserve("alice", "strategies", 1, key="s1")
    clock.time_ns += 400 * DAY_NS
    with pytest.raises(QuotaExceededError):
        await meter.reserve("alice", "strategies", 1, key="s2")
    await meter.release("s1")
    await meter.reserve("alice", "strategies", 1, key="s2")
    assert (await meter.entitlement("alice", "strategies")).period_stop_ns == 0


async def test_work_counts_in_the_day_in_which_it_began(services, clock):
    meter = meter_of(services)
    await meter.reserve("alice", "ai_questions", 5, key="late")
    clock.time_ns += DAY_NS
    await meter.settle("late", 4)
    assert (await meter.usage("alice", "ai_questions")).settled == 0
    clock.time_ns -= DAY_NS
    assert (await meter.usage("alice", "ai_questions")).settled == 4


async def test_the_first_instant_of_a_day_belongs_to_it_alone(services, clock):
    meter = meter_of(services)
    midnight_ns = (await meter.entitlement("alice", "backtests")).period_stop_ns
    clock.time_ns = midnight_ns
    await meter.reserve("alice", "backtests", 1, key="a")
    assert (await meter.usage("alice", "backtests")).reserved == 1
    clock.time_ns = midnight_ns - 1
    assert (await meter.usage("alice", "backtests")).reserved == 0


async def test_plans_go_by_subject(services):
    meter = meter_of(services, plans={"bob": "pro"})
    await meter.reserve("bob", "backtests", 1_000, key="many")
    assert (await meter.entitlement("bob", "backtests")).allowance is None
    assert (await meter.entitlement("alice", "backtests")).allowance == 3


async def test_what_was_freed_by_settling_less_can_be_had_again(services):
    meter = meter_of(services)
    await meter.reserve("alice", "backtests", 3, key="a")
    await meter.settle("a", 1)
    await meter.reserve("alice", "backtests", 2, key="b")
    with pytest.raises(QuotaExceededError):
        await meter.reserve("alice", "backtests", 1, key="c")


@pytest.mark.parametrize("amount", [0, -1, True, 1.5, "2", None])
async def test_senseless_amounts_are_refused(services, amount):
    meter = meter_of(services)
    with pytest.raises(BillingError, match="1 or more"):
        await meter.reserve("alice", "backtests", amount, key="x")
    await meter.reserve("alice", "backtests", 1, key="y")
    if amount != 0:
        with pytest.raises(BillingError):
            await meter.settle("y", amount)
    assert (await meter.usage("alice", "backtests")).reserved == 1


@pytest.mark.parametrize("text", ["", "  ", "x" * 201, 5, None])
async def test_subjects_and_keys_are_texts(services, text):
    meter = meter_of(services)
    with pytest.raises(ConfigError):
        await meter.reserve(text, "backtests", 1, key="k")
    with pytest.raises(ConfigError):
        await meter.reserve("alice", "backtests", 1, key=text)


async def test_a_key_belongs_to_one_subject_and_feature(services):
    meter = meter_of(services)
    await meter.reserve("alice", "backtests", 1, key="k")
    for subject, feature, amount in (("bob", "backtests", 1), ("alice", "ai_questions", 1), ("alice", "backtests", 2)):
        with pytest.raises(BillingError, match="already stands for 1 backtests"):
            await meter.reserve(subject, feature, amount, key="k")


async def test_another_opening_reads_the_same_book(tmp_path, clock):
    with services_at(clock, tmp_path) as first:
        meter = meter_of(first)
        await meter.reserve("alice", "backtests", 2, key="a")
        await meter.settle("a", 1)
        await meter.reserve("alice", "backtests", 1, key="b")
    with services_at(clock, tmp_path) as second:
        meter = meter_of(second)
        usage = await meter.usage("alice", "backtests")
        assert (usage.settled, usage.reserved) == (1, 1)
        assert (await meter.reserve("alice", "backtests", 2, key="a")).state == "settled"
        with pytest.raises(QuotaExceededError):
            await meter.reserve("alice", "backtests", 2, key="c")


async def test_two_meters_on_one_book_see_each_other(services):
    one, other = meter_of(services), meter_of(services)
    await one.reserve("alice", "backtests", 1, key="a")
    await other.reserve("alice", "backtests", 2, key="b")
    await one.settle("b", 2)
    for meter in (one, other):
        usage = await meter.usage("alice", "backtests")
        assert (usage.settled, usage.reserved) == (2, 1)


async def test_those_who_read_at_once_take_every_entry_in_once(tmp_path, clock):
    with services_at(clock, tmp_path) as services:  # files are read in a thread, so that readers overtake each other
        writer, reader = meter_of(services), meter_of(services)
        for number in range(3):
            await writer.reserve("alice", "backtests", 1, key=f"k{number}")
        usages = await asyncio.gather(*(reader.usage("alice", "backtests") for _ in range(8)))
    assert [each.reserved for each in usages] == [3] * 8


async def test_fifty_at_once_get_three(services):
    meter = meter_of(services)
    calls = [meter.reserve("alice", "backtests", 1, key=f"k{number}") for number in range(50)]
    answers = await asyncio.gather(*calls, return_exceptions=True)
    assert sum(not isinstance(each, Exception) for each in answers) == 3
    assert {type(each) for each in answers if isinstance(each, Exception)} == {QuotaExceededError}


async def test_fifty_times_the_same_is_once(services):
    meter = meter_of(services)
    answers = await asyncio.gather(*(meter.reserve("alice", "backtests", 3, key="k") for _ in range(50)))
    assert len(set(answers)) == 1
    assert (await meter.usage("alice", "backtests")).reserved == 3


class LosesItsLease:
    """A journal that refuses the first appends, as one does whose writer was taken over."""

    def __init__(self, journal, times):
        self._journal, self.times = journal, times

    def __getattr__(self, name):
        return getattr(self._journal, name)

    async def append(self, stream, entries, *, fence, durable=True):
        if self.times:
            self.times -= 1
            raise FencedError("taken over")
        return await self._journal.append(stream, entries, fence=fence, durable=durable)


async def test_a_writer_that_was_taken_over_decides_anew_and_counts_once(services):
    journal = LosesItsLease(services.journal, 2)
    meter = meter_of(without(services, journal=journal))
    await meter.reserve("alice", "backtests", 1, key="a")
    assert await services.journal.last(STREAM) == 1
    journal.times = 99
    with pytest.raises(BillingError, match="taken over"):
        await meter.reserve("alice", "backtests", 1, key="b")
    assert await services.journal.last(STREAM) == 1


class LosesTheAnswer(LosesItsLease):
    """A journal that writes, and whose answer does not come."""

    async def append(self, stream, entries, *, fence, durable=True):
        last = await self._journal.append(stream, entries, fence=fence, durable=durable)
        if self.times:
            self.times -= 1
            raise TimeoutError
        return last


async def test_an_answer_that_was_lost_can_be_asked_for_again(services):
    meter = meter_of(without(services, journal=LosesTheAnswer(services.journal, 1)))
    with pytest.raises(TimeoutError):
        await meter.reserve("alice", "backtests", 2, key="a")
    assert (await meter.reserve("alice", "backtests", 2, key="a")).amount == 2
    assert (await meter.usage("alice", "backtests")).reserved == 2


async def test_a_book_that_is_held_by_another_is_waited_for_and_then_given_up(services, clock):
    lease = await services.leases.acquire(STREAM, owner="somebody", ttl_s=3_600)
    meter = meter_of(services, wait_s=2)
    with pytest.raises(BillingError, match="busy"):
        await meter.reserve("alice", "backtests", 1, key="a")
    assert 2e9 <= clock.waited_ns < 3e9
    # reading needs no lease
    assert (await meter.usage("alice", "backtests")).reserved == 0
    await services.leases.release(lease)
    await meter.reserve("alice", "backtests", 1, key="a")


async def test_a_holder_that_died_is_outlived(services):
    await services.leases.acquire(STREAM, owner="dead", ttl_s=1)
    await meter_of(services, wait_s=5).reserve("alice", "backtests", 1, key="a")


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("billing.settled", {"key": "never", "amount": 1}),
        ("billing.reserved", {"key": "a"}),
        ("billing.reserved", {"key": "k", "subject": "alice", "feature": "backtests", "amount": 1}),
        ("billing.minted", {"key": "k"}),
        ("billing.reserved", ["k"]),
    ],
)
async def test_a_book_that_says_what_cannot_be_is_not_counted_on(services, kind, told):
    await meter_of(services).reserve("alice", "backtests", 1, key="k")
    lease = await services.leases.acquire(STREAM, owner="forger", ttl_s=5)
    entry = Entry(time_ns=0, kind=kind, payload=json.dumps(told).encode())
    await services.journal.append(STREAM, [entry], fence=lease.fence)
    await services.leases.release(lease)
    with pytest.raises(IntegrityError, match="Entry 2"):
        await meter_of(services).usage("alice", "backtests")
