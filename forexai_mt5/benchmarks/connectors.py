"""Many connectors on one gateway process: memory of each, and how long a command takes until its result.

``python forexai_mt5/benchmarks/connectors.py --connectors 1000 --commands 2000`` starts a process with the gateway and
the platform's lines, and one with the connectors, each over a WebSocket of its own on this machine; it prints JSON.
Commands come at a steady ``--rate``, whatever became of those before; ``--rate 0`` has twenty under way at any time.
Times from a command to its result are of the clock on the wall, and what else the machine does is in them, so the load
and the processors' time of both processes are printed with them: for the commands, and for as long without any.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

import uvicorn

from forexai_core.services import embedded_services
from forexai_core.services.halts import MemoryHalts
from forexai_core.services.secrets import MemorySecrets
from forexai_core.testing.brokers import SimulatedBroker
from forexai_core.testing.venues import SimulatedVenue
from forexai_mt5.connector.credentials import Credentials
from forexai_mt5.connector.service import ConnectorService
from forexai_mt5.connector.settings import Caps, ConnectorSettings
from forexai_mt5.connector.transport import PlatformTransport
from forexai_mt5.gateway.app import UVICORN_OPTIONS, Gateway
from forexai_mt5.gateway.line import ConnectorLine
from forexai_mt5.gateway.settings import GatewaySettings
from forexai_mt5.protocol.trading import TradeCommand

AT_ONCE = 20
LONG_S = 600.0


def resident_kib() -> int:
    """Give the memory of this process that is in use, KiB."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))


def tell(**message: Any) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


async def heard() -> dict[str, Any]:
    """Read what the other process has said."""
    return json.loads(await asyncio.to_thread(sys.stdin.readline))


# --------------------------------------------------------------------------------------------------------- the gateway
async def gateway(*, connectors: int, commands: int, rate: float, idle_s: float) -> None:
    """Serve, wait for the connectors, and command them."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=2_048)
    host = f"127.0.0.1:{listener.getsockname()[1]}"
    settings = GatewaySettings(
        hosts={host}, most_connections=2 * connectors, most_greeting=connectors, hello_s=LONG_S, silence_s=LONG_S,
        ticket_s=LONG_S, code_s=LONG_S, lease_s=LONG_S, auth_per_minute=1e9, pair_per_minute=1e9,
        all_pair_per_minute=1e9,
    )  # fmt: skip
    services = embedded_services(None)
    door = Gateway(services, settings)
    config = uvicorn.Config(door, lifespan="off", log_level="critical", **UVICORN_OPTIONS)
    serving = asyncio.create_task(uvicorn.Server(config).serve(sockets=[listener]))
    codes = [(await door.admission.issue_code(f"account-{number}")).text for number in range(connectors)]
    before_kib = resident_kib()
    tell(host=host, codes=codes)
    await heard()  # all are connected
    await asyncio.sleep(2.0)
    connected_kib = resident_kib()
    lines = [ConnectorLine(services, f"account-{number}") for number in range(connectors)]
    for line in lines:
        await line.open()
    await command(lines[0], -1)
    idle = await spent_in(asyncio.sleep(idle_s))
    took: list[float] = []
    busy = await spent_in(commanded(lines, commands, rate, took))
    took.sort()
    tell(
        connectors=door.connections,
        kib_each=round((connected_kib - before_kib) / connectors, 1),
        resident_mib=round(connected_kib / 1_024, 1),
        most_mib=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024, 1),
        commands=commands,
        rate_per_s=rate or None,
        at_once=None if rate else AT_ONCE,
        p50_ms=round(1e3 * took[len(took) // 2], 1),
        p99_ms=round(1e3 * took[min(len(took) - 1, len(took) * 99 // 100)], 1),
        longest_ms=round(1e3 * took[-1], 1),
        gateway_cpu_ms_each=round(1e3 * (busy["cpu_s"] - busy["wall_s"] * idle["share"]) / commands, 2),
        gateway_idle=idle,
        gateway_busy=busy,
        load=os.getloadavg(),
    )
    await heard()
    serving.cancel()


async def spent_in(work: Awaitable[Any]) -> dict[str, float]:
    """Give the processors' time of this process while something is done, and its share of the time on the wall."""
    cpu_s, wall_s = time.process_time(), time.perf_counter()
    await work
    cpu_s, wall_s = time.process_time() - cpu_s, time.perf_counter() - wall_s
    return {"cpu_s": round(cpu_s, 3), "wall_s": round(wall_s, 3), "share": round(cpu_s / wall_s, 4)}


async def commanded(lines: list[ConnectorLine], commands: int, rate: float, took: list[float]) -> None:
    """Command so often, at a rate or so many at once, and note how long each took."""
    room = asyncio.Semaphore(commands if rate else AT_ONCE)
    begun = time.perf_counter()

    async def timed(number: int) -> None:
        if rate:
            await asyncio.sleep(begun + number / rate - time.perf_counter())
        async with room:
            began = time.perf_counter()
            await command(lines[number % len(lines)], number)
            took.append(time.perf_counter() - began)

    await asyncio.gather(*(timed(number) for number in range(commands)))


async def command(line: ConnectorLine, number: int) -> None:
    """Have one order placed."""
    result = await line.command(
        TradeCommand.model_validate(
            {
                "id": f"c-{number + 1}", "action": "OPEN", "symbol": "EURUSD", "order_type": "BUY", "lot_size": 0.01,
                "issued_at": time.time_ns(), "ttl_ms": 600_000, "fence": line.fence,
            }
        )
    )  # fmt: skip
    if not result.success:
        raise SystemExit(f"command {number}: {result.error}")


# ------------------------------------------------------------------------------------------------------ the connectors
async def connectors(*, host: str, codes: list[str], report_s: float) -> None:
    """Connect so many, and serve until the input ends."""
    shared = embedded_services(None)
    room, up = asyncio.Semaphore(AT_ONCE), asyncio.Semaphore(0)

    async def one(code: str) -> None:
        settings = ConnectorSettings(
            platform=f"http://{host}/connector", report_s=report_s,
            caps=Caps(openings_per_minute=1e9, max_positions=1_000_000),
        )  # fmt: skip
        transport = PlatformTransport(settings.platform)
        credentials = Credentials(MemorySecrets(), transport, settings.host)
        venue = SimulatedVenue(("EURUSD",))
        venue.set_quote("EURUSD", 1.1, 1.1001)
        async with room:
            await credentials.pair(code, "a benchmark")
        await ConnectorService(
            broker=SimulatedBroker(venue), transport=transport, credentials=credentials, intents=shared.intents,
            halts=MemoryHalts(), clock=shared.clock, settings=settings,
            on_state=lambda state, _text: up.release() if state == "connected" else None,
        ).run()  # fmt: skip

    running = [asyncio.ensure_future(one(code)) for code in codes]
    for _ in codes:
        await up.acquire()
    connecting_s = time.process_time()
    tell(connected=len(codes))
    await heard()
    tell(
        machines_connecting_cpu_s=round(connecting_s, 3),
        machines_serving_cpu_s=round(time.process_time() - connecting_s, 3),
        machines_resident_mib=round(resident_kib() / 1_024, 1),
    )
    for each in running:
        each.cancel()
    await asyncio.gather(*running, return_exceptions=True)


def run(chosen: argparse.Namespace) -> None:
    """Start both processes, let them find each other, and print what the gateway measured."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < 4 * chosen.connectors + 256:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4 * chosen.connectors + 256), hard))
    asked = {"commands": chosen.commands, "rate": chosen.rate, "idle_s": chosen.idle_s}
    with started("gateway", connectors=chosen.connectors, **asked) as serving:
        served = json.loads(serving.stdout.readline())
        with started("connectors", report_s=chosen.report_s, **served) as connecting:
            connecting.stdout.readline()
            serving.stdin.write("{}\n")
            serving.stdin.flush()
            measured = json.loads(serving.stdout.readline())
            connecting.stdin.write("{}\n")
            connecting.stdin.flush()
            print(json.dumps(measured | json.loads(connecting.stdout.readline()), indent=2))
            connecting.communicate()
        serving.communicate("{}\n")


def started(role: str, **arguments: Any) -> subprocess.Popen[str]:
    """Start a process with a role."""
    process = subprocess.Popen(
        [sys.executable, __file__, "--role", role], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps(arguments) + "\n")
    process.stdin.flush()
    return process


def main() -> None:
    """Read what is asked for."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--connectors", type=int, default=1_000)
    asked.add_argument("--commands", type=int, default=2_000)
    asked.add_argument("--rate", type=float, default=20.0, help="commands a second; 0: twenty at once, all the time")
    asked.add_argument("--idle-s", type=float, default=10.0, help="how long it is measured without commands")
    asked.add_argument("--report-s", type=float, default=1.0, help="how often each tells of its account")
    asked.add_argument("--role", choices=("gateway", "connectors"), help=argparse.SUPPRESS)
    chosen = asked.parse_args()
    if chosen.role is None:
        run(chosen)
        return
    work = {"gateway": gateway, "connectors": connectors}[chosen.role]
    asyncio.run(work(**json.loads(sys.stdin.readline())))


if __name__ == "__main__":
    main()
