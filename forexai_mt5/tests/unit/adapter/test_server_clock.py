"""The server's clock: measured on fresh ticks only, kept as a rule, right through daylight saving."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest
from adapter_bench import START_NS, AdapterBench, GoingClock, buy

from forexai_core.errors import BrokerUnreachableError
from forexai_core.services.blobs import MemoryBlobs
from forexai_core.services.clocks import ManualClock
from forexai_core.values.clocks import Clock
from forexai_mt5.adapter.clock_rules import Observation, clock_of, is_sure
from forexai_mt5.adapter.server_clock import ServerClock
from forexai_mt5.simulator.server.account_settings import AccountSettings
from forexai_mt5.terms.structure import structure_of
from forexai_mt5.terms.structures import Tick

pytestmark = pytest.mark.usefixtures("ledger")

SATURDAY_NS = START_NS + 3 * 86_400 * 10**9


def at(text: str) -> int:
    return round(dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC).timestamp()) * 10**9


def seen(text: str, hours: float) -> Observation:
    return Observation(time_ns=at(text), offset_minutes=round(hours * 60))


# ------------------------------------------------------------------------------------------------------- the rule
@pytest.mark.parametrize(
    ("observed", "name", "sure"),
    [
        ([("2026-07-01", 3)], "new-york+7", False),
        ([("2026-01-15", 2)], "new-york+7", False),
        ([("2026-03-15", 3)], "new-york+7", False),  # New York has set its clocks; a clock of utc+3 would show it, too
        ([("2026-03-15", 2)], "eet", False),  # and Europe not yet
        ([("2026-01-15", 2), ("2026-07-01", 3)], "new-york+7", False),
        ([("2026-01-15", 2), ("2026-03-15", 3)], "new-york+7", True),
        ([("2026-03-15", 2), ("2026-07-01", 3)], "eet", True),
        ([("2026-10-28", 2), ("2026-07-01", 3)], "eet", True),
        ([("2026-07-01", 0)], "UTC", True),
        ([("2026-01-15", 0)], "UTC", False),  # or London
        ([("2026-01-15", 0), ("2026-07-01", 1)], "Europe/London", True),
        ([("2026-07-01", 5.5)], "utc+5:30", True),
        ([("2026-01-15", 8), ("2026-07-01", 8)], "utc+8", True),
        ([("2026-01-15", -3)], "utc-3", True),
        ([("2025-01-15", 0), ("2026-01-15", 2), ("2026-03-15", 3)], "new-york+7", False),  # it has changed its rule
    ],
)
def test_the_rule_follows_from_what_was_measured(observed: Sequence[tuple[str, float]], name: str, sure: bool) -> None:
    observations = [seen(*each) for each in observed]
    assert clock_of(observations) == Clock.of(name)
    assert clock_of(list(reversed(observations))) == Clock.of(name)
    assert is_sure(observations) is sure


def test_of_nothing_follows_nothing() -> None:
    assert clock_of([]) is None
    assert not is_sure([])


# -------------------------------------------------------------------------------------------------------- measuring
@pytest.mark.parametrize(
    ("kept", "measured"),
    [("new-york+7", "new-york+7"), ("UTC", "UTC"), ("utc+5:30", "utc+5:30"), ("Europe/London", "Europe/London")],
)
async def test_it_is_measured_on_ticks_that_arrive(kept: str, measured: str) -> None:
    bench = AdapterBench(accounts=[AccountSettings(clock=kept)])
    broker = bench.broker()
    await broker.connect()
    assert broker._desk is not None
    assert broker._desk.venue.clock.rule == Clock.of(measured)
    order = await broker.submit(buy("a"))
    assert abs(order.done_time_ns - bench.manual.now_ns()) < 2 * 10**9


async def test_a_market_that_is_shut_tells_no_offset() -> None:
    """The last tick of Friday is many hours old: taken for the present it would make a clock of its own."""
    bench = AdapterBench(start_ns=SATURDAY_NS, history_days=4)
    with pytest.raises(BrokerUnreachableError, match="no tick arrives to measure it by"):
        await bench.broker().connect()
    assert list(await bench.services.blobs.list("mt5-clock")) == []


async def test_what_was_measured_is_remembered_while_the_market_is_shut() -> None:
    bench = AdapterBench()
    await bench.broker().connect()
    bench.manual.advance((SATURDAY_NS - START_NS) / 1e9)
    broker = bench.broker()
    assert (await broker.connect()).login == "50000001@ForexAI-Simulator"
    assert broker._desk is not None
    assert broker._desk.venue.clock.rule == Clock.of("new-york+7")
    assert len(await bench.services.blobs.list("mt5-clock")) == 1


async def test_what_the_user_says_is_held_against_the_ticks() -> None:
    bench = AdapterBench(clock="UTC")
    with pytest.raises(BrokerUnreachableError, match=r"\+3 h from UTC, and clock='UTC' says something else"):
        await bench.broker().connect()
    shut = AdapterBench(clock="UTC", start_ns=SATURDAY_NS, history_days=4)
    broker = shut.broker()
    await broker.connect()  # nothing contradicts it
    shut.manual.advance(3 * 86_400)
    broker.events()
    for _ in range(1_000):
        await shut.clock.sleep(0.05)
    with pytest.raises(BrokerUnreachableError, match="says something else"):
        await broker.history(0, 2**62)
    await broker.disconnect()


class Ticking:
    """A terminal that shows a tick of its own making."""

    def __init__(self, clock: ManualClock, offset_s: float, *, moves: bool = True) -> None:
        self._clock, self._offset_s, self._moves = clock, offset_s, moves
        self._first = clock.now_ns()

    async def tick(self, _: str) -> Tick:
        now_ns = self._clock.now_ns() if self._moves else self._first
        return structure_of(Tick, {"time_msc": now_ns // 10**6 + round(self._offset_s * 1_000), "bid": 1.0, "ask": 1.0})


@pytest.mark.parametrize(
    ("offset_s", "moves", "rule"),
    [
        (3 * 3_600, True, "new-york+7"),
        (3 * 3_600, False, None),  # the same stamp for ever
        (3 * 3_600 - 20, True, "new-york+7"),  # a clock that is off by seconds
        (3 * 3_600 + 400, True, None),  # by minutes: no offset of a wall clock
        (-81 * 86_400, True, None),  # by weeks
        (20 * 3_600, True, None),
    ],
)
async def test_only_offsets_of_wall_clocks_are_taken(offset_s: float, moves: bool, rule: str | None) -> None:
    manual = ManualClock(START_NS)
    clock = ServerClock(GoingClock(manual), MemoryBlobs())
    await clock.recall("Some-Server")
    assert clock.is_due
    ticking = Ticking(manual, offset_s, moves=moves)
    assert await clock.measure(ticking.tick, ["EURUSD"], patience_s=5.0) is (rule is not None)
    assert clock.rule == (None if rule is None else Clock.of(rule))
    assert clock.is_due is (rule is None)
    manual.advance(86_400)
    assert clock.is_due  # once a day


# -------------------------------------------------------------------------------------------------- daylight saving
def stated(name: str, now: str) -> ServerClock:
    return ServerClock(ManualClock(at(now)), MemoryBlobs(), stated=Clock.of(name))


@pytest.mark.parametrize(
    ("wall", "now", "utc"),
    [
        ("2026-01-15T12:00", "2026-01-15T10:00", "2026-01-15T10:00"),
        ("2026-07-01T12:00", "2026-07-01T09:00", "2026-07-01T09:00"),
        # On 1 November 2026 New York goes back at 06:00 UTC: the server shows 08:00 to 09:00 twice.
        ("2026-11-01T08:30", "2026-11-01T05:30", "2026-11-01T05:30"),
        ("2026-11-01T08:30", "2026-11-01T06:30", "2026-11-01T06:30"),
        ("2026-11-01T09:30", "2026-11-01T07:30", "2026-11-01T07:30"),
        # On 8 March 2026 it goes forward at 07:00 UTC: 09:00 to 10:00 is never shown.
        ("2026-03-08T08:59", "2026-03-08T06:59", "2026-03-08T06:59"),
        ("2026-03-08T10:00", "2026-03-08T07:00", "2026-03-08T07:00"),
    ],
)
def test_stamps_are_right_on_both_days_of_daylight_saving(wall: str, now: str, utc: str) -> None:
    clock = stated("new-york+7", now)
    assert clock.utc_ns(at(wall) // 10**6) == at(utc)
    assert clock.wall_s(at(utc)) * 10**9 == at(wall)
    assert clock.utc_ns(0) == 0


def test_seconds_of_the_server_fit_what_the_package_takes() -> None:
    clock = stated("new-york+7", "2026-07-01")
    assert clock.wall_s(2**62) == 2**31 - 1
    assert clock.wall_s(-(10**18)) >= 0


@pytest.mark.parametrize("day", ["2026-11-01T05:00", "2026-03-08T06:00"])
async def test_deals_are_found_again_while_the_clock_is_changed(day: str) -> None:
    """A market that is open on Sundays, through the hour that is shown twice, or never."""
    bench = AdapterBench(start_ns=at(day), symbols=("BTCUSD",), history_days=3, trades=("BTCUSD",))
    broker = bench.broker()
    await broker.connect()
    began_ns = bench.manual.now_ns()
    sent = []
    for number in range(12):
        sent.append((await broker.submit(buy(f"o{number}", lots=0.01, symbol="BTCUSD", magic=1 + number))).order)
        now_ns = bench.manual.now_ns()
        recent = await broker.history(now_ns - 300 * 10**9, now_ns + 86_400 * 10**9)
        assert sent[-1] in {deal.order for deal in recent}  # as the order desk looks for what it has just sent
        await bench.clock.sleep(600)
    deals = await broker.history(began_ns - 2 * 3_600 * 10**9, bench.manual.now_ns() + 86_400 * 10**9)
    assert {deal.order for deal in deals} == set(sent)
