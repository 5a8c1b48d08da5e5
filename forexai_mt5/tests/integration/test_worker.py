"""The package in a worker: what it says, and what becomes of calls when it hangs, dies or is stopped."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hosted_terminal import HostedTerminal

from forexai_core.errors import BrokerError, BrokerUnreachableError, ConfigError, OrderStateUnknownError
from forexai_mt5.hosting.remote import HostAddress, Remote
from forexai_mt5.hosting.settings import HostSettings
from forexai_mt5.terms import constants as c
from forexai_mt5.terms.structures import OrderSendResult, TradeRequest
from forexai_mt5.wire.frames import MessageError
from forexai_mt5.worker.settings import Launch, Limits
from forexai_mt5.worker.states import State
from forexai_mt5.worker.worker import Answer, Change, Worker

QUICK = Limits(back_off_s=0.01, heartbeat_s=60.0)
REQUEST: dict[str, Any] = {
    "action": c.TRADE_ACTION_DEAL, "symbol": "EURUSD", "volume": 0.01, "type": c.ORDER_TYPE_BUY, "price": 1.1426,
    "deviation": 100, "magic": 2**63 + 7,
}  # fmt: skip


@pytest.fixture(scope="module")
def host() -> Iterator[HostedTerminal]:
    with HostedTerminal() as terminal:
        yield terminal


class Watched:
    """A worker and what it went through."""

    def __init__(self, address: HostAddress, limits: Limits = QUICK) -> None:
        self.changes: list[Change] = []
        self.worker = Worker(Launch(package="hosted", host=address), limits, on_change=self._note)
        self._news = asyncio.Event()

    def _note(self, change: Change) -> None:
        self.changes.append(change)
        self._news.set()

    async def until(self, state: State, generation: int) -> None:
        """Wait until a process of the worker has come to a state."""
        async with asyncio.timeout(60.0):
            while (self.worker.state, self.worker.generation) != (state, generation):
                self._news.clear()
                await self._news.wait()

    def states(self) -> list[State]:
        return [change.after for change in self.changes]


@pytest.fixture
async def watched(host: HostedTerminal) -> AsyncIterator[Watched]:
    one = Watched(host.address)
    async with one.worker:
        assert (await one.worker.call("initialize")).value is True
        yield one


# ----------------------------------------------------------------------------------------------------- what it says
async def test_what_the_package_gives_arrives_as_it_is(watched: Watched, host: HostedTerminal) -> None:
    before = host.positions()
    answer = await watched.worker.call("order_send", REQUEST)
    assert type(answer.value) is OrderSendResult
    assert type(answer.value.request) is TradeRequest
    assert (answer.value.retcode, answer.value.request.magic) == (c.TRADE_RETCODE_DONE, 2**63 + 7)
    assert (answer.error, answer.is_unknown) == ((1, "Success"), False)
    (position,) = (await watched.worker.call("positions_get", ticket=answer.value.order)).value
    assert (position.volume, position.price_open) == (0.01, answer.value.price)
    assert host.positions() == before + 1
    for function, args in (
        ("copy_rates_from_pos", ("EURUSD", c.TIMEFRAME_M1, 0, 50)),
        ("copy_ticks_from", ("EURUSD", 1_788_343_200, 50, c.COPY_TICKS_ALL)),
    ):
        getattr(host.hand, function)(*args)  # a first call gets only a part
        rows = (await watched.worker.call(function, *args)).value
        expected = getattr(host.hand, function)(*args)
        assert rows.dtype == expected.dtype
        assert len(rows) == 50
        np.testing.assert_array_equal(rows, expected)


async def test_what_the_package_refuses_arrives_as_it_is(watched: Watched) -> None:
    answer = await watched.worker.call("order_send", REQUEST | {"price": 1})
    assert (answer.value, answer.error, answer.is_unknown) == (None, (-2, 'Invalid "price" argument'), False)
    assert (await watched.worker.call("symbol_info", "NOPE")).error == (-4, "Terminal: Not found")
    with pytest.raises(BrokerError, match="order_send raised SystemError") as raised:
        await watched.worker.call("order_send", REQUEST | {"magic": -1})
    assert type(raised.value) is BrokerError  # nothing was done, so nothing is unknown
    with pytest.raises(MessageError, match="Decimal"):
        await watched.worker.call("order_send", REQUEST | {"price": Decimal("1.1")})
    with pytest.raises(ConfigError, match="no function 'Buy'"):
        await watched.worker.call("Buy", "EURUSD", 0.01)
    assert (watched.worker.state, watched.worker.generation) == (State.READY, 1)


async def test_an_answer_that_is_too_large_is_an_error_of_the_call_alone(host: HostedTerminal) -> None:
    limits = Limits(largest_bytes=8_192)
    async with Worker(Launch(package="hosted", host=host.address), limits) as worker:
        await worker.call("initialize")
        with pytest.raises(BrokerError, match="larger than 8,192"):
            await worker.call("copy_rates_from_pos", "EURUSD", c.TIMEFRAME_M1, 0, 1_000)
        assert len((await worker.call("copy_rates_from_pos", "EURUSD", c.TIMEFRAME_M1, 0, 10)).value) == 10


# --------------------------------------------------------------------------------------------------- what goes wrong
async def test_a_hung_order_is_unknown_and_the_worker_another_one(watched: Watched, host: HostedTerminal) -> None:
    held = (await watched.worker.call("order_send", REQUEST)).value.order
    before = host.positions()
    host.fault("hang", seconds=600.0, calls="order_send")
    with pytest.raises(OrderStateUnknownError, match="do not send it again"):
        await watched.worker.call("order_send", REQUEST, timeout_s=0.5)
    await watched.until(State.READY, 2)
    assert watched.states()[-4:] == [State.HUNG, State.RESTARTING, State.STARTING, State.READY]
    assert host.positions() == before  # who is killed before the terminal has the request has not sent it
    with pytest.raises(BrokerUnreachableError, match="meant for process 1"):
        await watched.worker.call("order_send", REQUEST, generation=1)
    lost = await watched.worker.call("order_send", REQUEST, generation=2)
    assert (lost.value, lost.error[0], lost.is_unknown) == (None, -10004, False)  # it is not logged in yet
    assert host.positions() == before
    assert (await watched.worker.call("initialize")).value is True
    (position,) = (await watched.worker.call("positions_get", ticket=held)).value  # the server's memory is its own
    assert position.magic == 2**63 + 7


@pytest.mark.parametrize("executed", [True, False])
async def test_a_crash_in_an_order_is_unknown(watched: Watched, host: HostedTerminal, executed: bool) -> None:
    before = host.positions()
    host.fault("crash", calls="order_send", executed=executed)
    with pytest.raises(OrderStateUnknownError):
        await watched.worker.call("order_send", REQUEST)
    await watched.until(State.READY, 2)
    assert State.HUNG not in watched.states()
    assert (await watched.worker.call("initialize")).value is True
    assert (await watched.worker.call("positions_total")).value == before + int(executed)  # and nobody sent it again


async def test_a_listener_that_raises_loses_no_answer_and_no_restart(
    host: HostedTerminal, caplog: pytest.LogCaptureFixture
) -> None:
    heard: list[State] = []

    def listen(change: Change) -> None:
        heard.append(change.after)
        raise RuntimeError("a listener's own mistake")

    async with Worker(Launch(package="hosted", host=host.address), QUICK, on_change=listen) as worker:
        assert (await worker.call("initialize")).value is True
        before = host.positions()
        assert (await worker.call("order_send", REQUEST)).value.retcode == c.TRADE_RETCODE_DONE
        assert host.positions() == before + 1
        host.fault("crash", calls="order_send")
        with pytest.raises(OrderStateUnknownError):
            await worker.call("order_send", REQUEST)
        assert (await worker.call("initialize")).value is True  # it was started again all the same
        assert (worker.state, worker.generation) == (State.READY, 2)
    assert heard[-1] is State.STOPPED
    assert State.RESTARTING in heard
    assert sum("on_change raised" in record.message for record in caplog.records) == len(heard)


async def test_a_lost_question_may_be_asked_again(watched: Watched, host: HostedTerminal) -> None:
    host.fault("hang", seconds=600.0, calls="positions_total")
    with pytest.raises(BrokerUnreachableError, match="initialize and call again"):
        await watched.worker.call("positions_total", timeout_s=0.5)
    assert (await watched.worker.call("initialize")).value is True  # it waits for the new worker
    assert (await watched.worker.call("positions_total")).value == host.positions()


async def test_a_slow_call_blocks_nobody_else(watched: Watched, host: HostedTerminal) -> None:
    host.fault("slow", seconds=0.4, calls="account_info")
    call = asyncio.create_task(watched.worker.call("account_info"))
    turns = 0
    while not call.done():
        await asyncio.sleep(0.005)
        turns += 1
    assert (await call).value.currency == "USD"
    assert turns > 10


async def test_a_restarted_terminal_is_the_packages_error_not_the_workers(
    watched: Watched, host: HostedTerminal
) -> None:
    host.fault("restart", calls="order_send")
    answer = await watched.worker.call("order_send", REQUEST)
    assert (answer.value, answer.error[0], answer.is_unknown) == (None, -10002, True)
    assert (await watched.worker.call("positions_total")).error[0] == -10001
    await watched.worker.call("shutdown")
    assert (await watched.worker.call("initialize")).value is True
    assert watched.worker.generation == 1
    assert host.hand.shutdown() is True
    assert host.hand.initialize() is True


@pytest.mark.parametrize("retcode", [c.TRADE_RETCODE_TIMEOUT, c.TRADE_RETCODE_CONNECTION, c.TRADE_RETCODE_ERROR])
async def test_an_answer_that_says_nothing_is_unknown(watched: Watched, host: HostedTerminal, retcode: int) -> None:
    before = host.positions()
    host.fault("answer_unknown", code=retcode)
    answer = await watched.worker.call("order_send", REQUEST)
    assert (answer.value.retcode, answer.is_unknown) == (retcode, True)
    assert host.positions() == before + 1


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize(("sign", "state"), [(signal.SIGSTOP, State.HUNG), (signal.SIGKILL, State.RESTARTING)])
async def test_the_heartbeat_finds_a_worker_that_nobody_calls(
    host: HostedTerminal, sign: signal.Signals, state: State
) -> None:
    one = Watched(host.address, Limits(heartbeat_s=0.05, answer_s=1.0, back_off_s=0.01))
    async with one.worker:
        assert one.worker.process_id is not None
        os.kill(one.worker.process_id, sign)
        await one.until(State.READY, 2)
        assert state in one.states()
        assert State.BUSY not in one.states()
        assert (await one.worker.call("initialize")).value is True


async def test_no_order_is_carried_out_twice_whatever_goes_wrong(host: HostedTerminal) -> None:
    """Orders under a seeded mixture of faults: done is once, refused is never, unknown is once or never."""
    chance = random.Random(5)
    known = {position.magic for position in host.hand.positions_get()}
    kinds = [
        {"kind": "hang", "seconds": 600.0}, {"kind": "crash", "executed": True}, {"kind": "crash"},
        {"kind": "ipc_receive", "executed": True}, {"kind": "ipc_send"}, {"kind": "restart"}, {"kind": "answer_lost"},
        {"kind": "answer_unknown", "code": 10012}, {"kind": "retcode", "code": 10004},
        {"kind": "slow", "seconds": 0.02},
    ]  # fmt: skip
    said: dict[int, str] = {}
    async with Worker(Launch(package="hosted", host=host.address), QUICK) as worker:
        for number in range(1_000, 1_040):
            if (await worker.call("terminal_info")).value is None:
                await worker.call("shutdown")
                assert (await worker.call("initialize")).value is True
            if chance.random() < 0.6:
                host.fault(**chance.choice(kinds), calls="order_send")
            said[number] = await _said(worker, REQUEST | {"magic": number}, worker.generation)
    host.hand.shutdown()
    assert host.hand.initialize() is True
    done = [position.magic for position in host.hand.positions_get() if position.magic not in known]
    assert len(done) == len(set(done))
    assert {number for number, what in said.items() if what == "done"} <= set(done)
    assert {number for number, what in said.items() if what == "refused"}.isdisjoint(done)
    unknown = {number for number, what in said.items() if what == "unknown"}
    assert unknown & set(done)  # of these somebody would have sent some twice
    assert unknown - set(done)  # and of these lost some


async def _said(worker: Worker, request: dict[str, Any], generation: int) -> str:
    try:
        answer = await worker.call("order_send", request, timeout_s=2.0, generation=generation)
    except OrderStateUnknownError:
        return "unknown"
    if answer.is_unknown:
        return "unknown"
    return "done" if answer.value is not None and answer.value.retcode == c.TRADE_RETCODE_DONE else "refused"


# ----------------------------------------------------------------------------------------------------- start and stop
async def test_what_cannot_start_says_why() -> None:
    worker = Worker(Launch(package="official"))
    with pytest.raises(BrokerUnreachableError, match="could not be started"):
        await worker.start()
    assert worker.state is State.STOPPED
    with pytest.raises(BrokerUnreachableError, match="worker is stopped"):
        await worker.call("version")


async def test_it_gives_up_when_the_terminal_is_gone() -> None:
    with HostedTerminal() as host:
        one = Watched(host.address, Limits(back_off_s=0.01, restarts=2, heartbeat_s=60.0))
        async with one.worker:
            assert (await one.worker.call("initialize")).value is True
            host.end()
            with pytest.raises(OrderStateUnknownError):
                await one.worker.call("order_send", REQUEST)
            await one.until(State.STOPPED, 3)
            assert one.states().count(State.RESTARTING) == 3
            with pytest.raises(BrokerUnreachableError, match="given up after 2 restarts"):
                await one.worker.call("positions_total")
            with pytest.raises(BrokerUnreachableError, match="could not be started"):
                await one.worker.start()  # it may be tried by hand, and there is still no terminal


async def test_stopping_ends_a_call_that_hangs(watched: Watched, host: HostedTerminal) -> None:
    host.fault("hang", seconds=600.0, calls="order_send")
    call = asyncio.create_task(watched.worker.call("order_send", REQUEST))
    await watched.until(State.BUSY, 1)
    await watched.worker.stop()
    with pytest.raises(OrderStateUnknownError):
        await call
    assert watched.states()[-1] is State.STOPPED
    await watched.worker.start()
    assert (await watched.worker.call("initialize")).generation == 2


async def test_who_gives_up_waiting_leaves_the_pipe_in_order(watched: Watched, host: HostedTerminal) -> None:
    host.fault("slow", seconds=0.3, calls="account_info")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(watched.worker.call("account_info"), 0.05)
    assert (await watched.worker.call("positions_total")).value == host.positions()
    assert watched.worker.generation == 1


async def test_no_more_calls_wait_than_the_limit(host: HostedTerminal) -> None:
    async with Worker(Launch(package="hosted", host=host.address), Limits(waiting_calls=2)) as worker:
        calls = [asyncio.create_task(worker.call("last_error")) for _ in range(3)]
        answers = await asyncio.gather(*calls, return_exceptions=True)
        assert [isinstance(each, Answer) for each in answers] == [True, True, False]
        assert isinstance(answers[2], BrokerUnreachableError)
        assert (await worker.call("last_error")).value == (1, "Success")


def test_who_does_not_know_the_token_is_not_heard(host: HostedTerminal) -> None:
    with pytest.raises(BrokerUnreachableError, match="does not know this token"):
        Remote(HostAddress(host.address.port, "0" * 64))
    assert "token" not in repr(host.address)


def test_the_clock_of_a_hosted_terminal_goes_as_it_is_told(host: HostedTerminal) -> None:
    before = host.hand.symbol_info_tick("EURUSD").time
    host.hand.control("advance", seconds=600.0)
    assert 500 < host.hand.symbol_info_tick("EURUSD").time - before < 700
    with pytest.raises(BrokerUnreachableError, match="does not know 'rewind'"):
        host.hand.control("rewind", seconds=5.0)
    assert host.hand.terminal_info().connected is True


def test_settings_are_checked() -> None:
    with pytest.raises(ConfigError, match="no setting 'sed'"):
        HostSettings.of({"sed": 5})
    with pytest.raises(ConfigError, match="address of the host"):
        Launch(package="hosted")
    for wrong in ({"call_s": 0.0}, {"calls_s": {"Buy": 1.0}}, {"calls_s": {"login": -1.0}}, {"heartbeat_s": -1.0}):
        with pytest.raises(ConfigError):
            Limits(**wrong)
    limits = Limits(back_off_s=0.5, longest_back_off_s=3.0)
    assert [limits.back_off(number) for number in (1, 2, 3, 4, 500)] == [0.5, 1.0, 2.0, 3.0, 3.0]
    assert (limits.of("initialize"), limits.of("order_send")) == (180.0, 30.0)
