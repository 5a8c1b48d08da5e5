"""An event loop in a thread of its own, for a port whose calls block."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

__all__ = ["LoopThread"]

ResultT = TypeVar("ResultT")

_END_S = 10.0


class LoopThread:
    """Runs coroutines elsewhere; it begins with the first."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._beginning = threading.Lock()

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._beginning:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=self._loop.run_forever, name="forexai-mt5", daemon=True)
                self._thread.start()
            return self._loop

    def run(self, work: Coroutine[Any, Any, ResultT]) -> ResultT:
        """Run something, and wait for it; not from a coroutine."""
        return asyncio.run_coroutine_threadsafe(work, self._running()).result()

    async def wait_for(self, work: Coroutine[Any, Any, ResultT]) -> ResultT:
        """Run something, and wait for it in a coroutine of another loop."""
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._running()))

    def close(self, last: Coroutine[Any, Any, None]) -> None:
        """Run something last, and end; twice is once.

        Parameters
        ----------
        last : coroutine
            Is given ten seconds.
        """
        with self._beginning:
            loop, thread, self._loop, self._thread = self._loop, self._thread, None, None
        if loop is None or thread is None:
            last.close()
            return
        try:
            asyncio.run_coroutine_threadsafe(last, loop).result(_END_S)
        finally:
            loop.call_soon_threadsafe(loop.stop)
            thread.join(_END_S)
            if not thread.is_alive():
                loop.close()
