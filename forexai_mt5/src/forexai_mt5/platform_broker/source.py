"""An account behind a connector as a source of prices: its broker's history, and each bar when it has closed."""

from __future__ import annotations

import asyncio
import logging
import weakref
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from typing import Any, TypeVar

from forexai_core.errors import BrokerError, BrokerUnreachableError, DataError, DataGapError
from forexai_core.ports.data import Coverage
from forexai_core.ports.services import Services
from forexai_core.values.bars import Bars
from forexai_core.values.ticks import Ticks
from forexai_core.values.timeframes import NS_PER_DAY, NS_PER_SECOND, Timeframe
from forexai_mt5.adapter.loops import LoopThread
from forexai_mt5.gateway.questions import ConnectorQuestions
from forexai_mt5.platform_broker.candles import LineCandles
from forexai_mt5.platform_broker.settings import LineDataSettings

__all__ = ["LineSource"]

_LOG = logging.getLogger(__name__)
_LOOKED_AT = 1_000  # lengths of a bar, of the question that looks for the first and the last one
_BEHIND = 4  # bars that are asked for again: the broker's clock may be a little behind
_EAGER_NS = 10 * NS_PER_SECOND  # after a bar is due
_LONGEST_SLEEP_S = 3_600.0  # clocks may be set
ResultT = TypeVar("ResultT")


class LineSource:
    """Closed bars of one account's broker; a session that trades the account may have its line meanwhile.

    Ranges block their caller only. They are asked for in the event loop in which the source was opened, since that is
    the bus's; where there was none, in one of its own.

    Parameters
    ----------
    settings : LineDataSettings
        Which account, and how far back.
    services : Services
        Of the platform: the same bus and leases as the gateway's.
    """

    def __init__(self, settings: LineDataSettings, services: Services) -> None:
        self._settings, self._clock = settings, services.clock
        self._questions = ConnectorQuestions(services, settings.account)
        self._candles = LineCandles(self._questions, query_s=settings.query_s, history_s=settings.history_s)
        self._calls = _Calls()
        self._finalizer = weakref.finalize(self, _end, self._calls, self._questions)

    def close(self) -> None:
        """Ask no more; twice is once."""
        self._finalizer()

    # ---------------------------------------------------------------------------------------------------- the ports
    def symbols(self) -> Sequence[str]:
        """Name what the broker there shows."""
        return self._calls.run(self._asking(self._candles.symbols))

    def coverage(self, symbol: str) -> Sequence[Coverage]:
        """Tell what it has of a symbol."""
        return self._calls.run(self._asking(self._coverage, symbol))

    def bars(self, symbol: str, timeframe: Timeframe, start_ns: int, stop_ns: int) -> Bars:
        """Give the closed bars that open in ``[start_ns, stop_ns)``, no earlier ones than the settings say."""
        return self._calls.run(self._asking(self._bars, symbol, Timeframe.of(timeframe), start_ns, stop_ns))

    def ticks(self, symbol: str, start_ns: int, stop_ns: int) -> Ticks:  # noqa: ARG002 - as the port has it
        """Refuse: a connector tells bars."""
        raise DataError(f"A connector tells no ticks of {symbol}. Ask for bars; held are {self._held}.")

    async def subscribe(self, symbol: str, timeframe: Timeframe) -> AsyncIterator[Bars | Ticks]:
        """Follow a symbol from now on: each bar once, when it has closed. A connector that is away is waited for."""
        timeframe = Timeframe.of(timeframe)
        newest_ns = await self._calls.wait_for(self._asking(self._newest, symbol, timeframe))
        asked_ns = newest_ns
        while True:
            await self._clock.sleep(self._wait_s(newest_ns + 2 * timeframe.least_step_ns))
            now_ns = self._clock.now_ns()
            rows = await self._calls.wait_for(self._since(symbol, timeframe, max(newest_ns, asked_ns) + 1, now_ns))
            if rows is None:
                continue
            # What came to nothing for a day is not asked again; of less the terminal may not have known.
            asked_ns = now_ns - NS_PER_DAY - _BEHIND * timeframe.nominal_ns
            if len(rows):
                newest_ns = int(rows.time_ns[-1])
                yield rows

    def _wait_s(self, due_ns: int) -> float:
        """Say how long to wait for a bar that can have closed at a time: not before, and not eagerly long after."""
        settings, late_ns = self._settings, self._clock.now_ns() - due_ns
        if late_ns < 0:
            return min(-late_ns / NS_PER_SECOND, _LONGEST_SLEEP_S) + settings.poll_s
        return settings.poll_s if late_ns < _EAGER_NS else settings.longest_poll_s

    # ------------------------------------------------------------------------------------------ in the bus's event loop
    async def _asking(self, ask: Callable[..., Awaitable[ResultT]], *about: Any) -> ResultT:
        """Ask; what a broker's session calls unreachable, a source calls a gap."""
        try:
            await self._questions.open()
            return await ask(*about)
        except BrokerError as problem:
            raise DataGapError(f"The connector of '{self._settings.account}' cannot be asked: {problem}") from problem

    @property
    def _timeframes(self) -> tuple[Timeframe, ...]:
        return tuple(Timeframe.of(each) for each in self._settings.timeframes)

    @property
    def _held(self) -> str:
        return ", ".join(str(each) for each in self._timeframes)

    def _first_ns(self) -> int:
        """Say how far history goes back: to a midnight, so that it does not depend on the minute of asking."""
        now_ns = self._clock.now_ns()
        return now_ns - now_ns % NS_PER_DAY - self._settings.history_days * NS_PER_DAY

    def _check(self, symbol: str, timeframe: Timeframe) -> None:
        if timeframe not in self._timeframes:
            raise DataError(
                f"{symbol} {timeframe} is not held. Of {symbol} these are: {self._held}; more by `timeframes`."
            )

    async def _bars(self, symbol: str, timeframe: Timeframe, start_ns: int, stop_ns: int) -> Bars:
        self._check(symbol, timeframe)
        # No broker has a bar of the future: a range without an end is none of many questions.
        stop_ns = min(stop_ns, self._clock.now_ns() + NS_PER_DAY)
        return await self._candles.closed(symbol, timeframe, max(start_ns, self._first_ns()), stop_ns)

    async def _coverage(self, symbol: str) -> tuple[Coverage, ...]:
        await self._candles.instrument(symbol)
        covered = []
        for timeframe in self._timeframes:
            first_ns, stop_ns = self._first_ns(), self._clock.now_ns() + NS_PER_DAY
            step_ns = _LOOKED_AT * timeframe.nominal_ns
            spans = [(at_ns, min(at_ns + step_ns, stop_ns)) for at_ns in range(first_ns, stop_ns, step_ns)]
            first = await self._found(symbol, timeframe, spans)
            last = await self._found(symbol, timeframe, spans[::-1]) if first is not None else None
            if first is not None and last is not None:
                start_ns, end_ns = int(first.time_ns[0]), int(last.time_ns[-1]) + 1
                covered.append(Coverage(symbol=symbol, timeframe=timeframe, start_ns=start_ns, stop_ns=end_ns))
        return tuple(covered)

    async def _found(self, symbol: str, timeframe: Timeframe, spans: Sequence[tuple[int, int]]) -> Bars | None:
        """Give the bars of the first span that has some."""
        for start_ns, stop_ns in spans:
            rows = await self._candles.closed(symbol, timeframe, start_ns, stop_ns)
            if len(rows):
                return rows
        return None

    async def _newest(self, symbol: str, timeframe: Timeframe) -> int:
        """Give when the newest closed bar opened; a little before now, where there is none lately."""
        self._check(symbol, timeframe)
        now_ns = self._clock.now_ns()
        span_ns = max(_BEHIND * timeframe.nominal_ns, 4 * NS_PER_DAY)  # a weekend
        span_ns = min(span_ns, _LOOKED_AT * timeframe.nominal_ns)
        rows = await self._candles.closed(symbol, timeframe, now_ns - span_ns, now_ns + NS_PER_DAY)
        return int(rows.time_ns[-1]) if len(rows) else now_ns - _BEHIND * timeframe.nominal_ns

    async def _since(self, symbol: str, timeframe: Timeframe, start_ns: int, now_ns: int) -> Bars | None:
        """Give what has closed since a time; None while the connector does not answer."""
        try:
            await self._questions.open()
            return await self._candles.closed(symbol, timeframe, start_ns, now_ns + NS_PER_DAY)
        except BrokerUnreachableError as problem:
            _LOG.warning("Bars of %s do not arrive: %s", symbol, problem)
            return None


class _Calls:
    """Runs what is asked for in the event loop that the bus is used in."""

    def __init__(self) -> None:
        self._thread = LoopThread()
        self._loop = _running()

    def run(self, work: Coroutine[Any, Any, ResultT]) -> ResultT:
        """Run something, and wait for it.

        Raises
        ------
        DataError
            In the event loop itself, which would wait for itself.
        """
        if self._loop is None:
            return self._thread.run(work)
        if _running() is self._loop:
            work.close()
            raise DataError("A range blocks who asks for it, here the event loop that answers. Use asyncio.to_thread.")
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def wait_for(self, work: Coroutine[Any, Any, ResultT]) -> ResultT:
        """Run something, and wait for it in a coroutine."""
        if self._loop is None:
            return await self._thread.wait_for(work)
        if self._loop is _running():
            return await work
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))

    def close(self, last: Coroutine[Any, Any, None]) -> None:
        """Run something last."""
        if self._loop is None:
            self._thread.close(last)
        elif self._loop.is_running():
            asyncio.run_coroutine_threadsafe(last, self._loop)
        else:
            last.close()


def _running() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def _end(calls: _Calls, questions: ConnectorQuestions) -> None:
    calls.close(questions.close())
