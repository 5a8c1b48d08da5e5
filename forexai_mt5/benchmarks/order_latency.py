"""How long an order takes on its way: platform, gateway, connector, adapter, ``order_send`` in the worker, and back.

``python forexai_mt5/benchmarks/order_latency.py --orders 300`` has three processes: this one with platform, gateway and
connector, which speak over a real socket of this machine; the worker of the adapter; and a simulated terminal. It opens
and closes positions one after the other, unhurried, and prints JSON: the times of whole commands, of what the broker's
session takes of them, and of the call of ``order_send`` over the pipe. All are of the clock on the wall, so the load is
printed, too, with the processors' time of this process.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import sys
import time
from collections.abc import Sequence
from typing import Any

import uvicorn

from forexai_core.services import embedded_services
from forexai_core.services.halts import MemoryHalts
from forexai_mt5.adapter.broker import Mt5Broker
from forexai_mt5.adapter.terminals import Opened, opener_of
from forexai_mt5.connector.credentials import Credentials
from forexai_mt5.connector.service import ConnectorService
from forexai_mt5.connector.settings import Caps, ConnectorSettings
from forexai_mt5.connector.transport import PlatformTransport
from forexai_mt5.gateway.app import UVICORN_OPTIONS, Gateway
from forexai_mt5.gateway.line import ConnectorLine
from forexai_mt5.gateway.settings import GatewaySettings
from forexai_mt5.protocol.trading import TradeCommand, TradeResult
from forexai_mt5.settings import Mt5Settings

SIMULATED = {"terminal": "simulator", "clock": "new-york+7", "measure_clock": False}


class Timed(Mt5Broker):
    """Notes how long its answers take, and the calls of ``order_send`` in them."""

    def __init__(self, services: Any) -> None:
        self.broker_s: list[float] = []
        self.call_s: list[float] = []
        opener = opener_of(services)

        async def opened(settings: Mt5Settings) -> Opened:
            found = await opener(settings)
            package = found.venue.session.package
            package.call = self._noting(package.call)  # type: ignore[method-assign]
            return found

        super().__init__(Mt5Settings(**SIMULATED), opened)

    def _noting(self, call: Any) -> Any:
        async def noted(function: str, *args: Any, **named: Any) -> Any:
            began = time.perf_counter()
            try:
                return await call(function, *args, **named)
            finally:
                if function == "order_send":
                    self.call_s.append(time.perf_counter() - began)

        return noted

    async def submit(self, request: Any) -> Any:
        """Place an order."""
        began = time.perf_counter()
        state = await super().submit(request)
        self.broker_s.append(time.perf_counter() - began)
        return state

    async def close(self, position: int, **named: Any) -> Any:
        """Close a position."""
        began = time.perf_counter()
        state = await super().close(position, **named)
        self.broker_s.append(time.perf_counter() - began)
        return state


async def measured(orders: int, pause_s: float) -> dict[str, Any]:
    """Serve, connect, and trade."""
    listener = socket.create_server(("127.0.0.1", 0))
    host = f"127.0.0.1:{listener.getsockname()[1]}"
    platform, machine = embedded_services(None), embedded_services(None)
    gateway = Gateway(platform, GatewaySettings(hosts={host}, silence_s=300.0, lease_s=300.0))
    config = uvicorn.Config(gateway, lifespan="off", log_level="critical", **UVICORN_OPTIONS)
    serving = asyncio.create_task(uvicorn.Server(config).serve(sockets=[listener]))
    settings = ConnectorSettings(platform=f"http://{host}/connector", caps=Caps(openings_per_minute=1e9))
    transport, up = PlatformTransport(settings.platform), asyncio.Event()
    credentials = Credentials(machine.secrets, transport, settings.host)
    await credentials.pair((await gateway.admission.issue_code("main")).text, "a benchmark")
    broker = Timed(machine)
    service = ConnectorService(
        broker=broker, transport=transport, credentials=credentials, intents=machine.intents, halts=MemoryHalts(),
        clock=machine.clock, settings=settings,
        on_state=lambda state, _text: up.set() if state == "connected" else None,
    )  # fmt: skip
    running = asyncio.create_task(service.run())
    await up.wait()
    async with ConnectorLine(platform, "main") as line:
        await traded(line, 2, pause_s)  # what is loaded and compiled once
        broker.broker_s.clear()
        broker.call_s.clear()
        cpu_s = time.process_time()
        took = await traded(line, orders, pause_s, first=2)
        cpu_s = time.process_time() - cpu_s
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)
    return {
        "orders": len(took),
        "command_to_result": quantiles(took),
        "in_the_brokers_session": quantiles(broker.broker_s),
        "order_send_in_the_worker": quantiles(broker.call_s),
        "cpu_ms_each": round(1e3 * cpu_s / len(took), 2),
        "load": os.getloadavg(),
    }


async def traded(line: ConnectorLine, orders: int, pause_s: float, *, first: int = 0) -> list[float]:
    """Open and close in turn; give how long each command took."""
    took, position = [], 0
    for number in range(first, first + orders):
        began = time.perf_counter()
        result = await line.command(command(line, number, position))
        took.append(time.perf_counter() - began)
        if not result.success:
            raise SystemExit(f"order {number}: {result.error}")
        position = 0 if position else position_of(result)
        await asyncio.sleep(pause_s)
    return took


def position_of(result: TradeResult) -> int:
    """Give what an order opened."""
    return result.position or result.ticket


def command(line: ConnectorLine, number: int, position: int) -> TradeCommand:
    """Open, or close a position where there is one."""
    closing = {"action": "CLOSE", "ticket": position}
    opening = {"action": "OPEN", "symbol": "EURUSD", "order_type": "BUY", "lot_size": 0.01, "magic_number": number + 1}
    fixed = {"id": f"c-{number}", "issued_at": time.time_ns(), "ttl_ms": 60_000, "fence": line.fence}
    return TradeCommand.model_validate(fixed | (closing if position else opening))


def quantiles(took: Sequence[float]) -> dict[str, float]:
    """Give the shortest, p50, p99 and the longest, milliseconds."""
    ordered = sorted(took)
    places = {"least_ms": 0, "p50_ms": len(ordered) // 2, "p99_ms": len(ordered) * 99 // 100, "longest_ms": -1}
    return {name: round(1e3 * ordered[place], 2) for name, place in places.items()}


def main() -> None:
    """Read what is asked for."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--orders", type=int, default=300)
    asked.add_argument("--pause-s", type=float, default=0.05, help="between two orders")
    chosen = asked.parse_args()
    sys.stdout.write(json.dumps(asyncio.run(measured(chosen.orders, chosen.pause_s)), indent=2) + "\n")


if __name__ == "__main__":
    main()
