"""The gateway as an ASGI application: ``ws``, ``auth`` and ``heartbeat`` below wherever it is mounted."""

from __future__ import annotations

import asyncio
import json
import secrets as chance
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from weakref import WeakValueDictionary

from pydantic import BaseModel, ValidationError

from forexai_core.errors import ForexAIError, StorageError
from forexai_core.ports.leases import Lease
from forexai_core.ports.services import Services
from forexai_mt5.gateway.admission import Admission, Device, RefusedError
from forexai_mt5.gateway.connections import Connection, EndedError, EndingCode
from forexai_mt5.gateway.kills import LinkKills, StandingKills
from forexai_mt5.gateway.pairings import end_connections
from forexai_mt5.gateway.routes import Inward, inward_topic, lease_of
from forexai_mt5.gateway.settings import GatewaySettings
from forexai_mt5.gateway.sockets import Receive, Scope, Send, Socket, SocketGoneError
from forexai_mt5.protocol.codec import LARGEST_BYTES, ProtocolError, from_connector
from forexai_mt5.protocol.link import Link
from forexai_mt5.protocol.rates import Rates
from forexai_mt5.protocol.requests import AUTH_REQUEST, ChallengeRequest, PairRequest
from forexai_mt5.protocol.session import Goodbye, Hello

__all__ = ["UVICORN_OPTIONS", "Gateway"]

UVICORN_OPTIONS: Mapping[str, Any] = {
    "ws": "websockets-sansio",
    "ws_max_size": LARGEST_BYTES,
    "ws_ping_interval": None,
    "ws_per_message_deflate": True,
}
"""With which uvicorn cuts a message that is too large off while it comes, packed or not, before it holds it."""

_LARGEST_BODY = 8 * 1024
_MOST_LINKS = 20_000


class Gateway:
    """Connectors' door: an ASGI application of its own, to be mounted at ``…/connector``.

    Any number of processes may each have one, over the same services: whichever holds a connection carries what any
    other sends through the bus, and no two connections carry for one account.

    Parameters
    ----------
    services : Services
        Bus, leases, secrets and clock are used.
    settings : GatewaySettings
        What is allowed.
    """

    def __init__(self, services: Services, settings: GatewaySettings) -> None:
        self._services, self._settings = services, settings
        self.admission = Admission(services.secrets, services.clock, settings)
        self._addresses = Rates(settings.auth_per_minute)
        self._pairings = Rates(settings.pair_per_minute)
        self._all_pairings = Rates(settings.all_pair_per_minute, most=1)
        self._links: OrderedDict[str, LinkKills] = OrderedDict()
        self._kills = StandingKills(services.secrets)
        self._running: dict[str, asyncio.Task[Any]] = {}
        self._doors: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._connections = self._greeting = 0

    @property
    def connections(self) -> int:
        """How many sockets are open here."""
        return self._connections

    async def revoke(self, device_id: str) -> bool:
        """Unpair a device and end its connection at once, wherever it is; return whether it was paired."""
        device = await self.admission.device(device_id)
        found = await self.admission.forget(device_id)
        if device is not None:
            await end_connections(self._services.bus, device)
        return found

    # ------------------------------------------------------------------------------------------------------------ ASGI
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request or a connection."""
        place = str(scope.get("path", "")).rstrip("/").rpartition("/")[2]
        if scope["type"] == "websocket":
            await self._serve_socket(scope, receive, send, place)
        elif scope["type"] == "http":
            await self._serve_request(scope, receive, send, place)
        elif scope["type"] == "lifespan":
            await _live(receive, send)

    def _platform(self, scope: Scope) -> str | None:
        """Give the host that was meant, if it is ours."""
        host = _header(scope, b"host").casefold()
        return host if host in self._settings.hosts else None

    def _now_s(self) -> float:
        return self._services.clock.monotonic_ns() / 1e9

    # ------------------------------------------------------------------------------------------------------------ HTTP
    async def _serve_request(self, scope: Scope, receive: Receive, send: Send, place: str) -> None:
        platform = self._platform(scope)
        address = _address(scope)
        if platform is None:
            await _problem(send, 421, "This host is not served here.")
        elif scope["method"] != "POST" or place not in {"auth", "heartbeat"}:
            await _problem(send, 404, "There is nothing here. POST auth or heartbeat, or connect to ws.")
        elif not self._addresses.take(address, self._now_s()):
            await _problem(send, 429, "Too many requests. Wait a minute.")
        elif place == "heartbeat":
            await _reply(send, 200, json.dumps({"timestamp": str(self._services.clock.now_ns())}).encode())
        else:
            body = await _body(receive, _LARGEST_BODY)
            await self._answer_auth(send, body, platform, address)

    async def _answer_auth(self, send: Send, body: bytes | None, platform: str, address: str) -> None:
        if body is None:
            await _problem(send, 413, f"More than {_LARGEST_BODY:,} bytes.")
            return
        try:
            answer = await self._auth(body, platform, address)
        except ValidationError:
            await _problem(send, 400, "This is none of PAIR, CHALLENGE and PROVE.")
        except RefusedError as problem:
            await _problem(send, 403, str(problem))
        except EndedError as problem:
            await _problem(send, 429, problem.reason)
        except StorageError:
            await _problem(send, 503, "The platform cannot look that up now. Try again later.")
        else:
            await _reply(send, 200, answer.model_dump_json().encode())

    async def _auth(self, body: bytes, platform: str, address: str) -> BaseModel:
        request = AUTH_REQUEST.validate_json(body)
        if isinstance(request, PairRequest):
            now_s = self._now_s()
            if not (self._pairings.take(address, now_s) and self._all_pairings.take("", now_s)):
                raise EndedError("too-fast", "Too many attempts to pair. Wait a minute.")
            return await self.admission.pair(request, platform=platform)
        if isinstance(request, ChallengeRequest):
            return await self.admission.challenge(request.device_id)
        return await self.admission.prove(request, platform=platform)

    # ------------------------------------------------------------------------------------------------------- WebSocket
    async def _serve_socket(self, scope: Scope, receive: Receive, send: Send, place: str) -> None:
        platform, origin = self._platform(scope), _header(scope, b"origin")
        full = self._connections >= self._settings.most_connections or self._greeting >= self._settings.most_greeting
        fast = not self._addresses.take(_address(scope), self._now_s())
        if place != "ws" or platform is None or (origin and origin not in self._settings.origins) or full or fast:
            await receive()
            await send({"type": "websocket.close", "code": 1008})  # before it is accepted: HTTP 403
            return
        socket = Socket(receive, send, send_s=self._settings.send_s)
        self._connections += 1
        try:
            await self._serve_connector(socket, platform)
        except SocketGoneError:
            return
        except EndedError as problem:
            await _part(socket, problem.code, problem.reason)
        except ForexAIError:
            await _part(socket, "busy", "The platform cannot serve this connection now.")
        finally:
            self._connections -= 1

    async def _serve_connector(self, socket: Socket, platform: str) -> None:
        self._greeting += 1
        try:
            async with asyncio.timeout(self._settings.hello_s):
                await socket.accept()
                hello = await _hello(socket)
                device = await self.admission.redeem(hello, platform=platform)
        except TimeoutError:
            raise EndedError("silent", "No HELLO came in time.") from None
        except ProtocolError as problem:
            raise EndedError("wrong", str(problem)) from None
        except RefusedError as problem:
            raise EndedError("refused", str(problem)) from None
        finally:
            self._greeting -= 1
        await self._carry(socket, device, hello)

    async def _carry(self, socket: Socket, device: Device, hello: Hello) -> None:
        key = f"{device.id}:{hello.instance}"
        # One after the other: of two sockets of one connector the later ends the former, however close they come.
        async with self._doors.setdefault(key, asyncio.Lock()):
            await self._end_former(key)
            lease = await self._lease(device, key, hello)
            connection = self._connection(socket, device, lease, key)
            running = asyncio.ensure_future(connection.run(hello))
            self._running[key] = running
        try:
            await running
        except asyncio.CancelledError:
            if running.cancelled() and self._running.get(key) is not running:
                raise EndedError("busy", "The same connector has connected anew.") from None
            running.cancel()
            raise
        finally:
            if self._running.get(key) is running:
                del self._running[key]
            with suppress(ForexAIError):
                await self._services.leases.release(connection.lease)

    def _connection(self, socket: Socket, device: Device, lease: Lease, key: str) -> Connection:
        return Connection(
            socket=socket,
            device=device,
            lease=lease,
            kills=self._link(key, device.account),
            bus=self._services.bus,
            leases=self._services.leases,
            clock=self._services.clock,
            admission=self.admission,
            settings=self._settings,
        )

    async def _end_former(self, key: str) -> None:
        """End a connection of the same connector that has not noticed that it is gone: two may not share a link."""
        former = self._running.pop(key, None)
        if former is not None:
            former.cancel()
            await asyncio.wait([former])

    async def _lease(self, device: Device, owner: str, hello: Hello) -> Lease:
        leases, resource = self._services.leases, lease_of(device.account)
        lease = await leases.acquire(resource, owner=owner, ttl_s=self._settings.lease_s)
        if lease is None and hello.take_over:
            present = await leases.current(resource)
            if present is not None:
                await leases.release(present)
                token = {"epoch": present.fence.epoch, "number": present.fence.number}
                ending = Inward.model_validate({"kind": "end", "link": token, "code": "fenced"})
                await self._services.bus.publish(inward_topic(device.account), ending.model_dump_json().encode())
            lease = await leases.acquire(resource, owner=owner, ttl_s=self._settings.lease_s)
        if lease is None:
            raise EndedError("busy", "Another connector serves this account. Stop it, or take over.")
        return lease

    def _link(self, key: str, account: str) -> LinkKills:
        """Give the streams of a connector; those that were longest unused are forgotten."""
        link = self._links.pop(key, None) or LinkKills(self._kills, account, Link(f"s-{chance.token_hex(8)}"))
        self._links[key] = link
        if len(self._links) > _MOST_LINKS:
            self._links.popitem(last=False)
        return link


async def _hello(socket: Socket) -> Hello:
    message = from_connector(await socket.read())
    if not isinstance(message, Hello):
        raise ProtocolError("The first message is a HELLO.")
    if 1 not in message.versions:
        raise EndedError("refused", "This platform speaks version 1 of the protocol. Update the connector.")
    return message


async def _part(socket: Socket, code: EndingCode, reason: str) -> None:
    with suppress(SocketGoneError):
        await socket.write(Goodbye(code=code, reason=reason[:500]).model_dump_json())
        await socket.close(code)


# ------------------------------------------------------------------------------------------------------------ requests
def _header(scope: Scope, name: bytes) -> str:
    found = [value for key, value in scope.get("headers", ()) if key == name]
    return found[0].decode("latin-1") if len(found) == 1 else ""


def _address(scope: Scope) -> str:
    """Give who asks, as the server saw it: no header can claim another."""
    client = scope.get("client")
    return str(client[0]) if client else "unknown"


async def _body(receive: Receive, largest: int) -> bytes | None:
    """Read a body; None as soon as it is too large, whatever its length was said to be."""
    parts, size = [], 0
    while True:
        event = await receive()
        if event["type"] != "http.request":
            return None
        part = event.get("body", b"")
        size += len(part)
        if size > largest:
            return None
        parts.append(part)
        if not event.get("more_body", False):
            return b"".join(parts)


async def _reply(send: Send, status: int, body: bytes, kind: bytes = b"application/json") -> None:
    headers = [(b"content-type", kind), (b"cache-control", b"no-store"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _problem(send: Send, status: int, detail: str) -> None:
    body = json.dumps({"type": "about:blank", "status": status, "detail": detail}).encode()
    await _reply(send, status, body, b"application/problem+json")


async def _live(receive: Receive, send: Send) -> None:
    while (await receive())["type"] != "lifespan.shutdown":
        await send({"type": "lifespan.startup.complete"})
    await send({"type": "lifespan.shutdown.complete"})
