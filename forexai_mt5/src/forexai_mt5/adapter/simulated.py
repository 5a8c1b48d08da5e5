"""A simulated terminal in a process of its own, for whoever tries the adapter without a real one."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import subprocess
import sys
import weakref
from typing import Any

from forexai_core.errors import BrokerUnreachableError
from forexai_mt5.hosting.remote import HostAddress
from forexai_mt5.settings import SimulatedTerminal
from forexai_mt5.terms import constants as c

__all__ = ["SimulatedHost"]

_END_S = 5.0


class SimulatedHost:
    """The process; it ends with this object, or with the program.

    Parameters
    ----------
    settings : SimulatedTerminal
        What is made up.
    """

    def __init__(self, settings: SimulatedTerminal) -> None:
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self._address: HostAddress | None = None

    async def address(self) -> HostAddress:
        """Start it, once, and tell where it listens.

        Raises
        ------
        BrokerUnreachableError
            If it does not start.
        """
        if self._address is None:
            self._address = await asyncio.to_thread(self._start)
        return self._address

    def close(self) -> None:
        """End it; what was traded there is lost."""
        process, self._process, self._address = self._process, None, None
        if process is not None:
            _end(process)

    def _start(self) -> HostAddress:
        process = subprocess.Popen(
            [sys.executable, "-m", "forexai_mt5.hosting"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._process = process
        weakref.finalize(self, _end, process)
        if process.stdin is None or process.stdout is None:
            raise BrokerUnreachableError("The simulated terminal has no pipes.")
        process.stdin.write(json.dumps(self._told()).encode() + b"\n")
        process.stdin.flush()
        line = process.stdout.readline()
        if not line:
            raise BrokerUnreachableError("The simulated terminal did not start; its reason stands above.")
        return HostAddress(**json.loads(line))

    def _told(self) -> dict[str, Any]:
        chosen = self._settings
        mode = c.ACCOUNT_MARGIN_MODE_RETAIL_NETTING if chosen.netting else c.ACCOUNT_MARGIN_MODE_RETAIL_HEDGING
        account = {"balance": chosen.balance, "currency": chosen.currency, "leverage": chosen.leverage}
        told: dict[str, Any] = {
            "seed": chosen.seed,
            "history_days": chosen.history_days,
            "symbols": list(chosen.symbols),
            "suffix": chosen.suffix,
            "accounts": [{**account, "margin_mode": mode}],
        }
        if chosen.start:
            moment = dt.datetime.fromisoformat(chosen.start)
            moment = moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment
            told |= {"start_ns": round(moment.timestamp()) * 10**9, "speed": chosen.speed}
        return told


def _end(process: subprocess.Popen[bytes]) -> None:
    """Let the process end with its input, or end it."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        process.wait(_END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()
