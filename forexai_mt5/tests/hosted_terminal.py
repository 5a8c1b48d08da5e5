"""A simulated terminal in a process of its own, for tests of what talks to one."""

from __future__ import annotations

import json
import subprocess
import sys
from types import TracebackType
from typing import Any, Self

from forexai_mt5.hosting.remote import HostAddress, Remote

# Wednesday, 2 September 2026, 10:00 UTC; the clock stands.
START_NS = 1_788_343_200_000_000_000


class HostedTerminal:
    """The process, and a hand on it."""

    def __init__(self, **settings: Any) -> None:
        chosen = {"start_ns": START_NS, "seed": 7, "symbols": ["EURUSD"], "history_days": 5} | settings
        self._process = subprocess.Popen(
            [sys.executable, "-m", "forexai_mt5.hosting"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(chosen).encode() + b"\n")
        self._process.stdin.flush()
        self.address = HostAddress(**json.loads(self._process.stdout.readline()))
        self.hand = Remote(self.address)
        assert self.hand.initialize() is True
        # The ledger may have to be compiled first; no test waits for that within the time of a call.
        assert self.hand.order_check(action=1, symbol="EURUSD", volume=0.01, price=1.0) is not None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def fault(self, kind: str, **fields: Any) -> None:
        """Let something go wrong from now on."""
        self.hand.control("fault", kind=kind, **fields)

    def positions(self) -> int:
        """Count what is open at the server."""
        return int(self.hand.positions_total())

    def end(self) -> None:
        """End the process: the terminal and its server are gone."""
        self.hand.close()
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()
