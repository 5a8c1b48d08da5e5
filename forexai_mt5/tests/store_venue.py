"""A broker whose executions outlive every process: each is a line of a file, written before it is answered."""

from __future__ import annotations

import asyncio
import json
import os
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

from forexai_core.testing.brokers import SimulatedBroker
from forexai_core.testing.venues import SimulatedVenue
from forexai_core.values.orders import OrderRequest, OrderState

__all__ = ["StoreBroker", "executed_by", "executions"]


def executions(file: Path) -> Counter[str]:
    """Count how often each order was executed."""
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return Counter(json.loads(line)["id"] for line in lines)


def executed_by(file: Path) -> dict[str, str]:
    """Say who executed each order."""
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return {told["id"]: told["by"] for told in map(json.loads, lines)}


class StoreBroker(SimulatedBroker):
    """Executes whatever it is asked to, however often: only who asks keeps an order from being executed twice.

    Parameters
    ----------
    file : Path
        Of executions; what stands there is open.
    seed : int
        Of how long it takes, before and after the execution.
    slow_s : float
        Most that each of the two takes.
    name : str
        Of the machine, written with each.
    """

    def __init__(self, file: Path, *, seed: int = 0, slow_s: float = 0.0, name: str = "") -> None:
        venue = SimulatedVenue(("EURUSD",))
        venue.set_quote("EURUSD", 1.1, 1.1001)
        super().__init__(venue)
        self._file, self._chance, self._slow_s, self._name = file, Random(seed), slow_s, name
        self._numbers = 0
        for order, count in executions(file).items():
            for _ in range(count):
                self._open(OrderRequest(client_id=order, symbol="EURUSD", side=1, volume_lots=0.01))

    def _open(self, request: OrderRequest) -> OrderState:
        self._numbers += 1
        fields: dict[str, Any] = {"client_id": f"{request.client_id}/{self._numbers}", "symbol": request.symbol}
        return self.venue.submit(OrderRequest(**fields, side=request.side, volume_lots=request.volume_lots))

    async def submit(self, request: OrderRequest) -> OrderState:
        """Execute an order: it is on disk before anything else happens."""
        await asyncio.sleep(self._chance.random() * self._slow_s)
        handle = os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        try:
            os.write(handle, json.dumps({"id": request.client_id, "by": self._name}).encode() + b"\n")
            os.fsync(handle)
        finally:
            os.close(handle)
        state = self._open(request)
        await asyncio.sleep(self._chance.random() * self._slow_s)
        return state
