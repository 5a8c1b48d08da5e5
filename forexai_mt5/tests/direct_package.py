"""The package without a process of its own, and what a hang or a death does to its calls, in the tests' own time."""

from __future__ import annotations

from collections import Counter
from typing import Any

from forexai_core.errors import BrokerError, BrokerUnreachableError, OrderStateUnknownError
from forexai_core.services.clocks import ManualClock
from forexai_mt5.simulator.face.client import Client
from forexai_mt5.simulator.terminal.terminal import Terminal
from forexai_mt5.wire.frames import pack, unpack
from forexai_mt5.worker.functions import FUNCTIONS, TRADING
from forexai_mt5.worker.messages import Answered, Call, from_frame, to_frame
from forexai_mt5.worker.worker import Answer


class _Stuck(Exception):  # noqa: N818 - what happens, not an error
    """The process stands still for longer than anybody waits."""


class _Dead(Exception):  # noqa: N818 - likewise
    """The process has ended."""


class _Process:
    """What faults do to whoever calls."""

    def __init__(self, clock: ManualClock, timeout_s: float) -> None:
        self._clock, self._timeout_s = clock, timeout_s

    def freeze(self, seconds: float) -> None:
        if seconds >= self._timeout_s:
            self._clock.advance(self._timeout_s)
            raise _Stuck
        self._clock.advance(seconds)

    def crash(self) -> None:
        raise _Dead


class DirectPackage:
    """Calls a simulated terminal as a worker does; values go through the worker's own messages and back."""

    def __init__(self, terminal: Terminal, clock: ManualClock, *, timeout_s: float = 30.0) -> None:
        self.terminal, self._process = terminal, _Process(clock, timeout_s)
        self.generation = 0
        self.calls: Counter[str] = Counter()
        self.sent: list[dict[str, Any]] = []
        self._client: Client | None = None
        self._number = 0

    async def start(self) -> None:
        if self._client is None:
            self._begin()

    async def stop(self) -> None:
        self._client = None

    def _begin(self) -> None:
        self.generation += 1
        self._client = Client(self.terminal)
        self._client.caller = self._process

    async def call(
        self, function: str, *args: Any, timeout_s: float | None = None, generation: int | None = None, **kwargs: Any
    ) -> Answer:
        assert function in FUNCTIONS
        if self._client is None:
            raise BrokerUnreachableError("The worker is stopped.")
        if generation is not None and generation != self.generation:
            raise BrokerUnreachableError("Meant for another process of the worker.")
        self.calls[function] += 1
        call = self._there_and_back(Call(number=1, function=function, args=args, kwargs=kwargs))
        if function == "order_send":
            self.sent.append(dict(call.args[0]))
        now = self.generation
        try:
            value = getattr(self._client, function)(*call.args, **call.kwargs)
        except (_Stuck, _Dead) as end:
            self._begin()
            if function in TRADING:
                raise OrderStateUnknownError(f"{function}: no answer.") from end
            raise BrokerUnreachableError(f"{function}: no answer.") from end
        except SystemError as problem:
            raise BrokerError(f"{function} raised {problem}") from problem
        answered = self._there_and_back(Answered(number=1, value=value, error=self._client.last_error()))
        return Answer(function=function, value=answered.value, error=answered.error, generation=now)

    @staticmethod
    def _there_and_back(message: Any) -> Any:
        return from_frame(unpack(pack(to_frame(message))[4:]))
