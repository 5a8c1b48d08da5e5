"""A network between connectors and a gateway: real sockets, on which messages are late, lost, doubled and reordered."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
from random import Random
from typing import Any

import attrs
import uvicorn
import websockets
from websockets.asyncio.client import ClientConnection, connect

from forexai_mt5.gateway.app import UVICORN_OPTIONS


@attrs.define(kw_only=True)
class Weather:
    """What happens on the way, of each message.

    Attributes
    ----------
    lost, doubled, swapped : float
        Probabilities: that it does not arrive, arrives twice, or waits for the next one to pass.
    late_s : float
        Most that it waits.
    cut : float
        Probability that its connection is cut before it arrives.
    """

    lost: float = 0.0
    doubled: float = 0.0
    swapped: float = 0.0
    late_s: float = 0.0
    cut: float = 0.0


class UnreliableNetwork:
    """A proxy as an ASGI application, served on a port of its own; what passes is kept.

    Parameters
    ----------
    target : callable
        Gives the port behind it.
    seed : int
        Of what goes wrong.
    """

    def __init__(self, target: Any, *, seed: int = 0, weather: Weather | None = None) -> None:
        self._target, self._chance, self.weather = target, Random(seed), weather or Weather()
        self.captured: list[str] = []
        self.counts = {"passed": 0, "lost": 0, "doubled": 0, "swapped": 0, "cut": 0, "connections": 0}
        self._cuts: set[asyncio.Task[Any]] = set()
        self.down = False

    @contextlib.asynccontextmanager
    async def served(self, listener: Any) -> Any:
        """Serve on a socket that listens."""
        config = uvicorn.Config(self, lifespan="off", log_level="critical", **UVICORN_OPTIONS)
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield self
        finally:
            self.cut_all()
            server.should_exit = True
            await serving

    def cut_all(self) -> None:
        """Cut every connection."""
        for task in list(self._cuts):
            task.cancel()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        host = dict(scope["headers"])[b"host"].decode()
        if scope["type"] == "http":
            await self._pass_request(scope, receive, send, host)
        else:
            await self._pass_socket(scope, receive, send, host)

    # ------------------------------------------------------------------------------------------------------- requests
    async def _pass_request(self, scope: Any, receive: Any, send: Any, host: str) -> None:
        body, more = b"", True
        while more:
            event = await receive()
            body, more = body + event.get("body", b""), event.get("more_body", False)
        try:
            status, answer = await asyncio.to_thread(self._asked, scope["method"], scope["path"], body, host)
        except OSError:
            status, answer = 503, b"{}"
        self.captured += [body.decode(), answer.decode()]
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(answer)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    def _asked(self, method: str, path: str, body: bytes, host: str) -> tuple[int, bytes]:
        if self.down:
            raise ConnectionRefusedError
        connection = http.client.HTTPConnection("127.0.0.1", self._target(), timeout=60)
        try:
            connection.request(method, path, body, headers={"Host": host, "Content-Type": "application/json"})
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    # -------------------------------------------------------------------------------------------------------- sockets
    async def _pass_socket(self, scope: Any, receive: Any, send: Any, host: str) -> None:
        await receive()
        try:
            if self.down:
                raise ConnectionRefusedError
            way = await connect(f"ws://{host}{scope['path']}", host="127.0.0.1", port=self._target(), max_size=1 << 20)
        except (OSError, websockets.WebSocketException):
            await send({"type": "websocket.close", "code": 1013})
            return
        await send({"type": "websocket.accept"})
        self.counts["connections"] += 1
        async with way:
            await self._between(way, receive, send)

    async def _between(self, way: ClientConnection, receive: Any, send: Any) -> None:
        async def onward() -> None:
            pass_on = self._passing(way.send)
            while (event := await receive())["type"] == "websocket.receive":
                await pass_on(event["text"])

        async def back() -> None:
            pass_on = self._passing(lambda text: send({"type": "websocket.send", "text": text}))
            async for text in way:
                await pass_on(str(text))

        tasks = {asyncio.ensure_future(onward()), asyncio.ensure_future(back())}
        self._cuts |= tasks
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._cuts -= tasks
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            with contextlib.suppress(Exception):
                await send({"type": "websocket.close", "code": 1012})

    def _passing(self, put: Any) -> Any:
        """Make what passes messages on in one direction, whole or not."""
        held: list[str] = []

        async def pass_on(text: str) -> None:
            self.captured.append(text)
            # Greetings have no number by which a lost one is missed; a connection without one just ends.
            plain = '"type":"HELLO"' in text or '"type":"WELCOME"' in text
            copies = [] if plain else self._drawn(text, held)
            for copy in [text] if plain else copies:
                if self.weather.late_s:
                    await asyncio.sleep(self._chance.random() * self.weather.late_s)
                await put(copy)

        return pass_on

    def _drawn(self, text: str, held: list[str]) -> list[str]:
        """Draw what becomes of a message: how often it arrives now, and what waited for it.

        Raises
        ------
        ConnectionResetError
            If the connection is cut.
        """
        drawn, weather = self._chance.random(), self.weather
        for kind in ("cut", "lost", "doubled", "swapped"):
            share = getattr(weather, kind)
            if drawn < share:
                self.counts[kind] += 1
                break
            drawn -= share
        else:
            kind = "passed"
            self.counts[kind] += 1
        if kind == "cut":
            raise ConnectionResetError
        if kind == "swapped" and not held:
            held.append(text)
            return []
        released, held[:] = list(held), []
        return [*([text] * {"lost": 0, "doubled": 2}.get(kind, 1)), *released]
