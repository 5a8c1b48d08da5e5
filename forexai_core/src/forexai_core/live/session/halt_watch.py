"""Halts as a session heeds them: read beside the loop, kept a second at most, and closed where they are not known."""

from __future__ import annotations

import asyncio

from forexai_core.live.session.account import Covering
from forexai_core.ports.clock import Clock
from forexai_core.ports.halts import Halt, Halts, HaltScope
from forexai_core.risk.halting import HaltCache, keep_fresh

__all__ = ["HaltWatch"]


class HaltWatch:
    """Follows what is halted, by the system's clock whatever the session's is.

    Parameters
    ----------
    halts : Halts
        Where halts are kept.
    clock : Clock
        The system's.
    """

    def __init__(self, halts: Halts, clock: Clock) -> None:
        self._halts, self._clock, self._cache = halts, clock, HaltCache()
        self._own: dict[str, Halt] = {}

    async def run(self) -> None:
        """Read the board again and again, until cancelled."""
        await keep_fresh(self._cache, self._halts, self._clock)

    async def begin(self) -> None:
        """Read the board once before anything is traded.

        Raises
        ------
        StorageError, IntegrityError
            If it cannot be read: then nobody knows what is halted.
        """
        asked_ns = self._clock.monotonic_ns()
        async with asyncio.timeout(10):
            self._cache.accept(await self._halts.read(), asked_ns=asked_ns)

    def pause(self, halt: Halt) -> None:
        """Halt openings within this session alone, by the name of the scope."""
        self._own[f"{halt.scope}:{halt.name}"] = halt

    def resume(self, scope: HaltScope, name: str = "") -> None:
        """Take such a pause back."""
        self._own.pop(f"{scope}:{name}", None)

    def covering(self, account: str, tenant: str) -> Covering:
        """Give what tells which halts cover a strategy of an account."""

        def covers(strategy: str, time_ns: int) -> tuple[Halt, ...]:
            own = (
                halt for halt in self._own.values() if halt.covers(strategy=strategy, account=account, tenant=tenant)
            )
            kept = self._cache.covering(
                self._clock.monotonic_ns(), time_ns=time_ns, strategy=strategy, account=account, tenant=tenant
            )
            return (*own, *kept)

        return covers
