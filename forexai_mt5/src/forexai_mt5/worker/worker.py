"""The parent's side: a worker that is watched, killed when it hangs, and started again."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self, TypeVar

import attrs

from forexai_core.errors import BrokerError, BrokerUnreachableError, ConfigError, OrderStateUnknownError
from forexai_mt5.worker.functions import FUNCTIONS, TRADING, UNKNOWN_CODES, UNKNOWN_RETCODES
from forexai_mt5.worker.messages import PROTOCOL, Answered, Call, Failed, Message, Ping, Pong, Ready
from forexai_mt5.worker.pipe import Pipe, WorkerGone, WorkerPipe
from forexai_mt5.worker.settings import Launch, Limits
from forexai_mt5.worker.socket_pipe import SocketPipe
from forexai_mt5.worker.states import FOLLOWING, State

__all__ = ["Answer", "Change", "Worker"]

_LOG = logging.getLogger(__name__)

MessageT = TypeVar("MessageT", bound=Message)
ResultT = TypeVar("ResultT")


@attrs.frozen(kw_only=True)
class Answer:
    """What a call gave.

    Attributes
    ----------
    function : str
        Which was called.
    value : object
        As the package gave it; structures are those of :mod:`forexai_mt5.terms.structures`.
    error : (int, str)
        ``last_error`` right after the call.
    generation : int
        Of the worker: each process has the next number, and a connection of its own to the terminal.
    """

    function: str
    value: Any
    error: tuple[int, str]
    generation: int

    @property
    def is_unknown(self) -> bool:
        """Whether a request may have been carried out although this does not say so: reconcile, never send again."""
        if self.function not in TRADING:
            return False
        if self.value is None:
            return self.error[0] in UNKNOWN_CODES
        return self.value.retcode in UNKNOWN_RETCODES


@attrs.frozen(kw_only=True)
class Change:
    """A worker has come from one state to another, and why."""

    before: State
    after: State
    reason: str
    generation: int


class Worker:
    """The package in a process of its own.

    Calls take turns. None is ever sent twice: a call whose answer is lost is over, and one that may have traded is
    reported as unknown.

    Parameters
    ----------
    launch : Launch
        Which package.
    limits : Limits
        How long to wait.
    on_change : callable, optional
        Told of every change of state, at once; it must not wait for anything. One that raises is logged, and changes
        nothing: neither an answer that has come nor a restart may be lost for it.
    """

    def __init__(
        self, launch: Launch, limits: Limits | None = None, *, on_change: Callable[[Change], None] | None = None
    ) -> None:
        self.launch, self.limits = launch, limits or Limits()
        self.state = State.STOPPED
        self.generation = 0
        self.package_version = ""
        self._on_change = on_change
        self._pipe: Pipe | None = None
        self._turn = asyncio.Lock()
        self._settled = asyncio.Event()  # it is known whether there is a worker
        self._settled.set()
        self._waiting = 0
        self._number = 0
        self._series = 0
        self._ready_at = 0.0
        self._failure = ""
        self._tasks: set[asyncio.Task[Any]] = set()
        self._watch: asyncio.Task[None] | None = None
        self._restart: asyncio.Task[None] | None = None

    @property
    def process_id(self) -> int | None:
        """Of the process; None while there is none."""
        return None if self._pipe is None else self._pipe.process_id

    # ------------------------------------------------------------------------------------------------ start and stop
    async def __aenter__(self) -> Self:
        """Start it."""
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it."""
        await self.stop()

    async def start(self) -> None:
        """Start the process, and wait until the package is loaded.

        Raises
        ------
        BrokerUnreachableError
            If it cannot be loaded. A first start is not tried again.
        """
        if self.state is not State.STOPPED:
            return
        self._series, self._failure = 0, ""
        problem = await self._started("it was asked to")
        if problem:
            if self.state is not State.STOPPED:
                self._become(State.STOPPED, problem)
            raise BrokerUnreachableError(f"The MetaTrader 5 package could not be started in a worker: {problem}")
        if self._watch is None:  # one that gave up is still looked after
            self._watch = asyncio.create_task(self._look_after())

    async def stop(self, within_s: float = 2.0) -> None:
        """End the process, whatever it is doing; what is being called then ends as a lost call does.

        Parameters
        ----------
        within_s : float
            A worker that is doing nothing has so long to end by itself.
        """
        was_ready = self.state is State.READY
        if self.state is not State.STOPPED:
            self._become(State.STOPPED, "it was asked to stop")
        for task in (self._watch, self._restart):
            if task is not None:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
        self._watch = self._restart = None
        pipe, self._pipe = self._pipe, None
        if pipe is not None:
            await (pipe.close(within_s) if was_ready else pipe.kill())

    def _become(self, state: State, reason: str) -> None:
        if state not in FOLLOWING[self.state]:
            raise RuntimeError(f"A worker does not come from {self.state} to {state}.")
        change = Change(before=self.state, after=state, reason=reason, generation=self.generation)
        self.state = state
        if state in {State.READY, State.STOPPED}:
            self._settled.set()
        elif state is not State.BUSY:
            self._settled.clear()
        if self._on_change is not None:
            try:
                self._on_change(change)
            except Exception:  # noqa: BLE001 - a listener's mistake, told to whoever reads the log
                _LOG.exception("on_change raised when the worker came from %s to %s", change.before, change.after)

    async def _started(self, reason: str) -> str:
        """Start a process; give why that failed, empty when it did not."""
        self._become(State.STARTING, reason)
        self.generation += 1
        pipe: Pipe | None = None
        try:
            pipe = await _open(self.launch, self.limits.largest_bytes)
            self._pipe = pipe
            await pipe.send(pipe.pack(self.launch.message(self.limits.largest_bytes)))
            answer = await asyncio.wait_for(pipe.receive(), self.limits.start_s)
        except (WorkerGone, TimeoutError, OSError) as problem:
            answer = Failed(number=0, kind=type(problem).__name__, text=str(problem) or "it took too long")
        except asyncio.CancelledError:
            if pipe is not None:
                await pipe.kill()
            raise
        if isinstance(answer, Ready) and answer.protocol == PROTOCOL and self.state is State.STARTING:
            self.package_version = answer.package_version
            self._ready_at = time.monotonic()
            self._become(State.READY, "the package is loaded")
            return ""
        if pipe is not None:
            self._pipe = None
            await pipe.kill()
        if self.state is State.STOPPED:
            return "it was stopped meanwhile"
        return answer.text if isinstance(answer, Failed) else "it speaks another protocol"

    # --------------------------------------------------------------------------------------------------------- calls
    async def call(
        self, function: str, *args: Any, timeout_s: float | None = None, generation: int | None = None, **kwargs: Any
    ) -> Answer:
        """Call a function of the package.

        Parameters
        ----------
        function : str
            One of the 32.
        *args, **kwargs
            Its arguments: ints, floats, texts, datetimes, tuples, dictionaries.
        timeout_s : float, optional
            Instead of its limit; waiting for the turn is not counted.
        generation : int, optional
            Call only this process of the worker: a new one is not logged in yet, and may be at another account.

        Raises
        ------
        BrokerUnreachableError
            If nothing was called, or something that cannot have traded got no answer.
        OrderStateUnknownError
            If a request was handed over and its answer is lost.
        BrokerError
            If the package raised, which it does of wrong arguments: nothing was done.
        MessageError
            If an argument is of a type that the package never takes.
        """
        if function not in FUNCTIONS:
            raise ConfigError(f"The MetaTrader 5 package has no function '{function}'.")
        if self._waiting >= self.limits.waiting_calls:
            raise BrokerUnreachableError(f"{function}: {self._waiting} calls wait for the worker; none was made. Wait.")
        # Whoever called may give up; the pipe may not be left between a call and its answer.
        task = asyncio.create_task(self._in_turn(function, args, kwargs, timeout_s, generation))
        self._tasks.add(task)
        self._waiting += 1
        task.add_done_callback(self._forget)
        return await asyncio.shield(task)

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        self._waiting -= 1
        if not task.cancelled():
            task.exception()  # looked at: nobody may be left who waits for it

    async def _in_turn(
        self, function: str, args: tuple[Any, ...], kwargs: dict[str, Any], timeout_s: float | None, wanted: int | None
    ) -> Answer:
        async with self._turn:
            pipe = await self._open_pipe(function)
            if wanted is not None and wanted != self.generation:
                raise BrokerUnreachableError(
                    f"{function} was meant for process {wanted} of the worker; this is {self.generation}, with a "
                    "connection of its own. Nothing was called: initialize, and look at the account first."
                )
            self._number += 1
            call = Call(number=self._number, function=function, args=args, kwargs=kwargs)
            return await self._exchanged(pipe, call, timeout_s or self.limits.of(function))

    async def _open_pipe(self, function: str) -> Pipe:
        """Wait for the worker, no longer than a start takes."""
        try:
            await asyncio.wait_for(self._settled.wait(), self.limits.start_s)
        except TimeoutError:
            raise BrokerUnreachableError(f"{function} was not called: the worker is {self.state}.") from None
        if self.state is not State.READY or self._pipe is None:
            why = f" ({self._failure})" if self._failure else ""
            raise BrokerUnreachableError(f"{function} was not called: the worker is {self.state}{why}. Start it.")
        return self._pipe

    async def _exchanged(self, pipe: Pipe, call: Call, timeout_s: float) -> Answer:
        written = pipe.pack(call)  # what cannot be written has not been called
        self._become(State.BUSY, call.function)
        generation = self.generation
        try:
            message = await asyncio.wait_for(self._answer_to(pipe, written, call.number), timeout_s)
        except TimeoutError:
            self._fail(State.HUNG, f"{call.function} gave no answer in {timeout_s:g} s")
            raise _lost(call.function, f"no answer in {timeout_s:g} s") from None
        except WorkerGone as problem:
            self._fail(State.RESTARTING, f"it ended during {call.function}")
            raise _lost(call.function, str(problem).rstrip(".")) from problem
        if self.state is State.BUSY:
            self._become(State.READY, "")
        if isinstance(message, Answered):
            return Answer(function=call.function, value=message.value, error=message.error, generation=generation)
        if message.called and call.function in TRADING:
            raise _lost(call.function, message.text)
        raise BrokerError(f"{call.function} raised {message.kind}: {message.text}")

    async def _answer_to(self, pipe: Pipe, written: bytes, number: int) -> Answered | Failed:
        await pipe.send(written)
        message = await pipe.receive()
        if not isinstance(message, Answered | Failed) or message.number != number:
            raise WorkerGone("The worker answered what it was not asked.")
        return message

    # ------------------------------------------------------------------------------------------------- the heartbeat
    async def _look_after(self) -> None:
        """Ask a worker that nobody calls whether it lives."""
        while True:
            await asyncio.sleep(self.limits.heartbeat_s)
            if self.state is not State.READY or self._turn.locked():
                continue  # a call has its own time-out
            async with self._turn:
                if self.state is State.READY and self._pipe is not None:
                    await self._pinged(self._pipe)

    async def _pinged(self, pipe: Pipe) -> None:
        self._number += 1
        try:
            await pipe.send(pipe.pack(Ping(number=self._number)))
            answer = await asyncio.wait_for(pipe.receive(), self.limits.answer_s)
        except TimeoutError:
            self._fail(State.HUNG, f"it gave no sign of life in {self.limits.answer_s:g} s")
        except WorkerGone:
            self._fail(State.RESTARTING, "it ended while nothing was called")
        else:
            if answer != Pong(number=self._number):
                self._fail(State.RESTARTING, "it answered what it was not asked")

    # ---------------------------------------------------------------------------------------------------- the restart
    def _fail(self, state: State, reason: str) -> None:
        if self.state in {State.READY, State.BUSY}:  # else it was stopped meanwhile
            self._become(state, reason)
            self._restart = asyncio.create_task(self._start_again(reason))

    async def _start_again(self, reason: str) -> None:
        """Kill what is left of the process, and start others until one lives."""
        if time.monotonic() - self._ready_at >= self.limits.steady_s:
            self._series = 0
        while True:
            if self.state is not State.RESTARTING:
                self._become(State.RESTARTING, reason)
            pipe, self._pipe = self._pipe, None
            if pipe is not None:
                await pipe.kill()
            self._series += 1
            if self._series > self.limits.restarts:
                self._failure = f"given up after {self.limits.restarts} restarts; the last time: {reason}"
                self._become(State.STOPPED, self._failure)
                return
            await asyncio.sleep(self.limits.back_off(self._series))
            reason = await self._started(reason)
            if not reason or self.state is State.STOPPED:
                return


async def _open(launch: Launch, largest: int) -> Pipe:
    """Start a process here, or connect to the machine that has one."""
    if launch.remote is not None:
        return await SocketPipe.open(launch.remote, largest)
    return await WorkerPipe.open(launch.python, largest)


def _lost(function: str, why: str) -> BrokerError:
    """Make the error of a call whose answer is lost."""
    if function in TRADING:
        return OrderStateUnknownError(
            f"{function}: {why}. The request may have been carried out: look for it among orders, positions and deals, "
            "and do not send it again before."
        )
    return BrokerUnreachableError(f"{function}: {why}. The worker is started anew; initialize and call again.")
