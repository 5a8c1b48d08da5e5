"""A ping over a real WebSocket of this machine."""

from __future__ import annotations

import pytest
from websockets.asyncio.server import serve

from forexai_mt5.connector.transport import PlatformTransport, WireClosedError
from forexai_mt5.desktop.watching import CanPing


async def test_a_ping_takes_some_time_and_ends_with_the_connection():
    async def listen(connection):
        await connection.wait_closed()

    async with serve(listen, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with PlatformTransport(f"http://127.0.0.1:{port}/connector").open() as wire:
            assert isinstance(wire, CanPing)
            assert 0 < await wire.ping() < 60
            server.close()
            await server.wait_closed()
            with pytest.raises(WireClosedError):
                await wire.ping()
