"""What a session believes of halts: a second at most, and the worst where it knows nothing."""

from __future__ import annotations

import asyncio

import attrs
import pytest

from forexai_core.errors import ConfigError, StorageError
from forexai_core.ports.halts import Halt, HaltBoard
from forexai_core.risk.halting import DeadMan, HaltCache, ending_of, keep_fresh
from forexai_core.services.clocks import ManualClock
from forexai_core.services.halts import MemoryHalts
from forexai_core.testing import ordinary_proposal
from forexai_core.values.orders import OrderKind, OrderState
from forexai_core.values.positions import Position

SECOND = 10**9
ME = {"time_ns": 5, "strategy": "sma", "account": "main", "tenant": "acme"}


def halt(scope, name=""):
    return Halt(scope=scope, name=name, time_ns=1, by="Ada", reason="r")


def test_nothing_known_is_everything_halted():
    (found,) = HaltCache().covering(0, **ME)
    assert found.scope == "platform"
    assert "not been known" in found.reason


def test_a_board_is_believed_for_a_second():
    cache = HaltCache()
    cache.accept(HaltBoard(number=0), asked_ns=10 * SECOND)
    assert cache.covering(11 * SECOND, **ME) == ()
    assert len(cache.covering(11 * SECOND + 1, **ME)) == 1
    assert len(cache.covering(10 * SECOND - 1, **ME)) == 1  # a clock that went back proves nothing
    with pytest.raises(ConfigError):
        HaltCache(max_age_s=1.5)


@pytest.mark.parametrize(
    ("given", "covered"),
    [
        (halt("platform"), True),
        (halt("tenant", "acme"), True),
        (halt("tenant", "other"), False),
        (halt("account", "main"), True),
        (halt("account", "other"), False),
        (halt("strategy", "sma"), True),
        (halt("strategy", "main"), False),
    ],
)
def test_scopes(given, covered):
    cache = HaltCache()
    cache.accept(HaltBoard(number=1, halts=(given,)), asked_ns=0)
    assert cache.covering(1, **ME) == ((given,) if covered else ())


def test_an_older_board_never_lifts_what_a_newer_one_halted():
    cache = HaltCache()
    assert cache.accept(HaltBoard(number=2, halts=(halt("platform"),)), asked_ns=5)
    assert not cache.accept(HaltBoard(number=1), asked_ns=6)
    assert cache.covering(7, **ME) == (halt("platform"),)
    assert not cache.accept(HaltBoard(number=2, halts=(halt("platform"),)), asked_ns=3)
    assert cache.covering(5 + SECOND, **ME) == (halt("platform"),)


class Failing(MemoryHalts):
    broken = False

    async def read(self):
        if self.broken:
            raise StorageError("no disk")
        return await super().read()


def test_following_sees_a_halt_and_a_lost_store_closes():
    async def scenario():
        clock, store, cache, told = ManualClock(), Failing(), HaltCache(), []
        task = asyncio.create_task(keep_fresh(cache, store, clock, changed=told.append))

        async def pass_by(seconds):
            for _ in range(round(seconds * 20)):
                clock.advance(0.05)
                for _ in range(5):
                    await asyncio.sleep(0)

        await pass_by(0.5)
        assert cache.covering(clock.monotonic_ns(), **ME) == ()
        await store.halt(halt("account", "main"))
        await pass_by(0.5)
        assert cache.covering(clock.monotonic_ns(), **ME) == (halt("account", "main"),)
        await store.rearm("account", "main", by="Ada", reason="r", time_ns=1)
        store.broken = True
        await pass_by(2)
        (found,) = cache.covering(clock.monotonic_ns(), **ME)
        assert found.scope == "platform"
        store.broken = False
        await pass_by(0.5)
        assert cache.covering(clock.monotonic_ns(), **ME) == ()
        assert [board.number for board in told] == [0, 1, 2]
        task.cancel()

    asyncio.run(scenario())


def test_following_too_slowly_is_refused():
    with pytest.raises(ConfigError, match="not believed"):
        asyncio.run(keep_fresh(HaltCache(), MemoryHalts(), ManualClock(), every_s=0.8, timeout_s=0.5))


def test_a_dead_mans_lease_runs_out_and_comes_back():
    lease = DeadMan("connector", account="main", ttl_s=5)
    assert len(lease.halts(0, time_ns=1)) == 1
    lease.renew(10 * SECOND)
    assert lease.halts(15 * SECOND, time_ns=1) == ()
    (found,) = lease.halts(15 * SECOND + 1, time_ns=1)
    assert (found.scope, found.name) == ("account", "main")
    lease.renew(9 * SECOND)
    assert len(lease.halts(15 * SECOND + 1, time_ns=1)) == 1
    lease.renew(16 * SECOND)
    assert lease.halts(16 * SECOND, time_ns=1) == ()


def test_what_is_left_until_an_account_is_flat():
    held = Position(position=4, symbol="EURUSD", side=1, volume_lots=0.5, open_time_ns=1, open_price=1.1)
    request = attrs.evolve(ordinary_proposal().request, kind=OrderKind.LIMIT, price=1.0990, client_id="w")
    order = OrderState(order=9, request=request, status="placed", placed_time_ns=1)
    done = attrs.evolve(order, order=10, status="filled")
    kept = ending_of([held], [order, done], flatten=False)
    assert (kept.cancels, kept.closes, kept.flat) == ((9,), (), False)
    assert ending_of([held], [done], flatten=False).flat
    left = ending_of([held], [order], flatten=True)
    assert (left.cancels, left.closes) == ((9,), (held,))
    sent = ending_of([held], [], flatten=True, being_closed=[4])
    assert (sent.closes, sent.waiting, sent.flat) == ((), 1, False)
    for flatten in (True, False):  # what is unknown may be a pending order
        assert not ending_of([], [], flatten=flatten, unsettled=1).flat
    assert ending_of([], [], flatten=True).flat


def test_a_disk_that_hangs_holds_one_read_and_not_one_more_each_time():
    class Hanging(MemoryHalts):
        begun, freed = 0, None

        async def read(self):
            Hanging.begun += 1
            await self.freed.wait()
            return await super().read()

    async def scene():
        clock, cache, store = ManualClock(), HaltCache(), Hanging()
        store.freed = asyncio.Event()
        task = asyncio.create_task(keep_fresh(cache, store, clock, timeout_s=0.001))

        async def pass_by(steps, seconds):
            for _ in range(steps):
                clock.advance(seconds)
                await asyncio.sleep(0.003)

        await pass_by(20, 0.5)
        assert Hanging.begun == 1
        (found,) = cache.covering(clock.monotonic_ns(), **ME)
        assert found.scope == "platform"
        store.freed.set()
        await pass_by(10, 0.3)
        assert cache.covering(clock.monotonic_ns(), **ME) == ()  # the late answer was old; the next one is believed
        store.freed.clear()
        before = Hanging.begun
        await pass_by(20, 10.0)
        assert before < Hanging.begun <= before + 4  # after a minute one is taken for lost
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(scene())
