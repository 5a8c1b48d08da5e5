"""A platform and a connector as processes of their own, that a test starts, speaks to and kills."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvicorn
from store_venue import StoreBroker

from forexai_core.errors import BrokerError, ForexAIError
from forexai_core.services import embedded_services
from forexai_core.services.halts import MemoryHalts
from forexai_mt5.connector.credentials import Credentials
from forexai_mt5.connector.service import ConnectorService, DismissedError
from forexai_mt5.connector.settings import ConnectorSettings
from forexai_mt5.connector.transport import PlatformTransport
from forexai_mt5.gateway.app import UVICORN_OPTIONS, Gateway
from forexai_mt5.gateway.line import ConnectorLine
from forexai_mt5.gateway.settings import GatewaySettings
from forexai_mt5.protocol.trading import TradeCommand

TIMES = {"heartbeat_s": 0.5, "silence_s": 30.0, "lease_s": 3.0, "hello_s": 60.0, "send_s": 60.0, "ticket_s": 120.0}
RATES = {"auth_per_minute": 1e6, "pair_per_minute": 1e6, "messages_per_s": 1e4}


class Child:
    """A process that speaks JSON, a line a message.

    Parameters
    ----------
    arguments : dict
        Told to it first.
    """

    def __init__(self, kind: str, **arguments: Any) -> None:
        self._kind, self._arguments = kind, arguments
        self.told: list[dict[str, Any]] = []
        self._process: asyncio.subprocess.Process | None = None
        self._listening: asyncio.Task[None] | None = None
        self.stirred = asyncio.Condition()

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, __file__, self._kind, json.dumps(self._arguments),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=1 << 22,
            env=os.environ | {"PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *sys.path])},
        )  # fmt: skip
        self._listening = asyncio.ensure_future(self._listen(self._process))

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            async with self.stirred:
                self.told.append(json.loads(line))
                self.stirred.notify_all()

    def say(self, **message: Any) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(message).encode() + b"\n")

    async def hears(self, patience_s: float = 300.0, *, since: int = 0, **wanted: Any) -> dict[str, Any]:
        """Wait until it has told something with these fields."""
        return await self.stirring(lambda told: wanted.items() <= told.items(), patience_s, since=since)

    async def stirring(
        self, fits: Callable[[dict[str, Any]], bool], patience_s: float = 300.0, *, since: int = 0
    ) -> dict[str, Any]:
        """Wait until it has told something that fits."""

        def found() -> dict[str, Any] | None:
            return next((each for each in self.told[since:] if fits(each)), None)

        async with asyncio.timeout(patience_s), self.stirred:
            await self.stirred.wait_for(lambda: found() is not None)
        told = found()
        assert told is not None
        return told

    def signal(self, number: int) -> None:
        """Stop it in the middle of what it does, or let it go on."""
        assert self._process is not None
        self._process.send_signal(number)

    async def kill(self) -> None:
        """End it as kill -9 does."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()
        if self._listening is not None:
            await self._listening
        self._process = None
        self.told.append({"state": "killed"})


# ----------------------------------------------------------------------------------------------------- in the process
def tell(**message: Any) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


async def lines() -> Any:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    async for line in reader:
        yield json.loads(line)


async def platform(*, home: str, port: int, host: str, patience_s: float = 120.0) -> None:
    """Serve a gateway, and send what is asked for over a line."""
    listener = socket.create_server(("127.0.0.1", port))
    with embedded_services(Path(home)) as services:
        gateway = Gateway(services, GatewaySettings(hosts={host}, **TIMES, **RATES))
        config = uvicorn.Config(gateway, lifespan="off", log_level="critical", **UVICORN_OPTIONS)
        serving = asyncio.create_task(uvicorn.Server(config).serve(sockets=[listener]))
        line = ConnectorLine(services, "main", patience_s=patience_s)
        line.listeners.append(lambda told: tell(update=getattr(told, "total_positions", None), at=time.time()))
        line.link_listeners.append(lambda up: tell(link=up, at=time.time()))
        while True:
            try:
                await line.open()
                break
            except ForexAIError:
                await asyncio.sleep(0.2)  # the line of the process that was killed lasts a little longer
        tell(ready=True)
        under_way: set[asyncio.Task[None]] = set()
        async for asked in lines():
            if asked["do"] == "code":
                tell(code=(await gateway.admission.issue_code("main")).text)
                continue
            task = asyncio.ensure_future(_answered(line, services, asked))
            under_way.add(task)
            task.add_done_callback(under_way.discard)
        serving.cancel()


async def _answered(line: ConnectorLine, services: Any, asked: dict[str, Any]) -> None:
    began_s = time.monotonic()
    try:
        if asked["do"] == "fate":
            result = await line.fate(asked["id"])
        else:
            fields = {"action": "OPEN", "symbol": "EURUSD", "order_type": "BUY", "lot_size": 0.01}
            result = await line.command(
                TradeCommand.model_validate(
                    fields | {
                        "id": asked["id"], "issued_at": services.clock.now_ns(), "ttl_ms": asked["ttl_ms"],
                        "fence": line.fence,
                    }
                )
            )  # fmt: skip
        tell(do=asked["do"], id=asked["id"], outcome=result.outcome, took_s=time.monotonic() - began_s)
    except (BrokerError, ForexAIError) as problem:
        tell(do=asked["do"], id=asked["id"], outcome=type(problem).__name__, took_s=time.monotonic() - began_s)


async def connector(
    *, home: str, url: str, file: str, seed: int, slow_s: float, code: str, take_over: bool = False
) -> None:
    """Serve an account whose executions are in a file, until the platform shows it out."""
    caps = {"openings_per_minute": 1e6, "max_positions": 1_000_000}
    settings = ConnectorSettings(platform=url, report_s=0.5, caps=caps, take_over=take_over)
    transport = PlatformTransport(settings.platform)
    with embedded_services(Path(home)) as services:
        credentials = Credentials(services.secrets, transport, settings.host)
        if code and "connector/device" not in await services.secrets.names():
            await credentials.pair(code, "a process")
        service = ConnectorService(
            broker=StoreBroker(Path(file), seed=seed, slow_s=slow_s, name=Path(home).name),
            transport=transport, credentials=credentials, intents=services.intents, halts=MemoryHalts(),
            clock=services.clock, settings=settings,
            on_state=lambda state, text: tell(state=state.value, text=text, at=time.time()),
        )  # fmt: skip
        works = {asyncio.ensure_future(service.run()), asyncio.ensure_future(_parent_is_gone())}
        ended, rest = await asyncio.wait(works, return_when=asyncio.FIRST_COMPLETED)
        for work in rest:
            work.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
        try:
            for work in ended:
                work.result()
        except DismissedError as problem:
            tell(state="dismissed", text=str(problem), at=time.time())


async def _parent_is_gone() -> None:
    async for _ in lines():
        continue


if __name__ == "__main__":
    work = {"platform": platform, "connector": connector}[sys.argv[1]]
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(work(**json.loads(sys.argv[2])))
