"""What goes on beside the orders of an account: its lease, and looking at the venue in time."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Protocol

from forexai_core.errors import BrokerError, FencedError, StorageError
from forexai_core.live.settings import DeskSettings
from forexai_core.ports.broker import Broker, BrokerEventKind
from forexai_core.ports.leases import Lease, Leases
from forexai_core.ports.services import Services
from forexai_core.values.orders import OrderState

__all__ = ["Upkeep", "UpkeepOf", "renewed"]


class UpkeepOf(Protocol):
    """What is kept up: an order desk."""

    @property
    def settings(self) -> DeskSettings:
        """How it works."""
        ...

    @property
    def unsettled(self) -> bool:
        """Whether something needs to be looked at soon."""
        ...

    async def reconcile(self) -> bool:
        """Look at the venue."""
        ...

    async def hear(self, order: OrderState) -> None:
        """Take note of what the venue says of an order by itself."""
        ...

    def disconnected(self) -> None:
        """Note that the venue is not reached."""
        ...

    def taken_over(self, lost: FencedError) -> None:
        """Note that another writer holds the account."""
        ...

    def lease_in_doubt(self, problem: StorageError) -> None:
        """Note that the lease could not be renewed."""
        ...


class Upkeep:
    """Renews the lease, and looks at the venue: on a timer, and when something happened there.

    Parameters
    ----------
    desk : UpkeepOf
        What is kept up.
    broker : Broker
        Whose events are followed.
    services : Services
        Clock and leases.
    lease : Lease
        Of the account.
    """

    def __init__(self, desk: UpkeepOf, broker: Broker, services: Services, lease: Lease) -> None:
        self._desk, self._broker = desk, broker
        self._clock, self._leases, self._lease = services.clock, services.leases, lease
        self._waking = asyncio.Event()

    def wake(self) -> None:
        """Have a look at the venue soon."""
        self._waking.set()

    async def release(self) -> None:
        """Give the lease back."""
        await self._leases.release(self._lease)

    async def run(self) -> None:
        """Go on until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._renew())
            group.create_task(self._watch())
            group.create_task(self._listen())

    async def renew(self) -> bool:
        """Renew the lease; say whether it is still ours."""
        lease = await renewed(self._leases, self._lease, self._desk)
        self._lease = lease or self._lease
        return lease is not None

    async def _renew(self) -> None:
        while True:
            await self._clock.sleep(self._desk.settings.lease_ttl_s / 3)
            if not await self.renew():
                return

    async def _watch(self) -> None:
        while True:
            settings = self._desk.settings
            await self._pause(settings.unsettled_s if self._desk.unsettled else settings.reconcile_s)
            await self._desk.reconcile()

    async def _pause(self, longest_s: float) -> None:
        """Wait until it is time, or somebody wakes."""
        waits = [asyncio.ensure_future(self._clock.sleep(longest_s)), asyncio.ensure_future(self._waking.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waits:
                each.cancel()
        self._waking.clear()

    async def _listen(self) -> None:
        """Follow what happens; a stream that ends or breaks is followed anew, and what it missed is looked at."""
        while True:
            with suppress(BrokerError):
                await self._follow()
            self.wake()
            await self._clock.sleep(self._desk.settings.unsettled_s)

    async def _follow(self) -> None:
        async for event in self._broker.events():
            if event.kind is BrokerEventKind.DISCONNECTED:
                self._desk.disconnected()
            if event.order is not None:
                await self._desk.hear(event.order)
            if event.kind is not BrokerEventKind.QUOTE:
                self.wake()


async def renewed(leases: Leases, lease: Lease, desk: UpkeepOf) -> Lease | None:
    """Renew a lease that an account is traded by; None where another one has it, which the desk is told.

    Parameters
    ----------
    leases : Leases
        Where it is held.
    lease : Lease
        As it was renewed last.
    desk : UpkeepOf
        Told where it is lost, or could not be renewed.
    """
    try:
        return await leases.renew(lease)
    except FencedError as lost:
        desk.taken_over(lost)
        return None
    except StorageError as problem:
        desk.lease_in_doubt(problem)
    return lease
