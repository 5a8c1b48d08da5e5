"""From when to when prices were stale: nothing is opened then, and what is open keeps its stops."""

from __future__ import annotations

from bisect import bisect_right

from forexai_core.live.session.account import Covering
from forexai_core.ports.halts import Halt, HaltScope

__all__ = ["Staleness"]


class Staleness:
    """Knows of which symbols the present price was unknown, at each time of an account.

    Parameters
    ----------
    account : str
        Name of the account.
    """

    def __init__(self, account: str) -> None:
        self._account = account
        self._since_ns: list[int] = []
        self._symbols: list[tuple[str, ...]] = []

    def note(self, since_ns: int, symbols: tuple[str, ...]) -> None:
        """Note which are stale from a time on."""
        self._since_ns.append(since_ns)
        self._symbols.append(symbols)

    def at(self, time_ns: int) -> tuple[str, ...]:
        """Name those that were stale at a time."""
        number = bisect_right(self._since_ns, time_ns)
        return self._symbols[number - 1] if number else ()

    def covering(self, inner: Covering) -> Covering:
        """Add to what tells which halts cover a strategy.

        Orders that wait at the venue are left to it: only what a strategy would open by a stale price is refused.
        """

        def covers(strategy: str, time_ns: int) -> tuple[Halt, ...]:
            halts, symbols = inner(strategy, time_ns), self.at(time_ns)
            if not symbols or not strategy:
                return halts
            reason = f"the prices of {', '.join(symbols)} are stale"
            own = Halt(scope=HaltScope.ACCOUNT, name=self._account, time_ns=time_ns, by="feed", reason=reason)
            return (own, *halts)

        return covers
