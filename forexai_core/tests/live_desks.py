"""Desks over venues in memory, and a clock that is driven while they wait."""

from __future__ import annotations

import asyncio
import itertools

import attrs

from forexai_core.live import DeskSettings, OrderDesk, RetryPolicy
from forexai_core.services import embedded_services
from forexai_core.services.clocks import ManualClock
from forexai_core.testing import SimulatedBroker, SimulatedVenue
from forexai_core.testing.venues import START_NS
from forexai_core.values.accounts import Account
from forexai_core.values.orders import OrderRequest

QUICK = DeskSettings(send_timeout_s=0.02, query_timeout_s=5.0, retry=RetryPolicy(busy_delay_s=0.1))
_OWNERS = itertools.count(1)


class SteppedLoop(asyncio.SelectorEventLoop):
    """An event loop whose time-outs go by steps of what is driven, not by the machine's time: it never matters."""

    def __init__(self):
        self._stepped_s = 0.0
        super().__init__()

    def time(self):
        return self._stepped_s

    def step(self):
        self._stepped_s += 0.001


async def driven(clock, work):
    """Wait for work, driving the clock to whatever it sleeps for."""
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    while not task.done():
        await asyncio.sleep(0)
        if isinstance(loop, SteppedLoop):
            loop.step()
        following = clock.next_ns()
        if following is not None and not task.done():
            clock.advance_to(following)
    return task.result()


class Bench:
    """A venue, services and a clock, over which one desk after the other is opened."""

    def __init__(self, *, broker=None, settings=QUICK, intents=None):
        self.clock = ManualClock(START_NS)
        self.services = embedded_services(None, clock=self.clock)
        if intents is not None:
            self.services = attrs.evolve(self.services, intents=intents(self.services.intents))
        self.venue = SimulatedVenue(("EURUSD", "GBPUSD"), Account(balance=100_000.0))
        self.venue.set_quote("EURUSD", 1.1000, 1.1001)
        self.venue.set_quote("GBPUSD", 1.3000, 1.3002)
        self.make_broker = broker or SimulatedBroker
        self.settings = settings
        self.notices = []

    @property
    def told(self):
        return [notice.key.split(":", 1)[1] for notice in self.notices]

    async def desk(self, broker=None):
        """Open a desk as a new process does, after the lease of the last one has ended."""
        self.clock.advance(self.settings.lease_ttl_s + 1)
        self.broker = broker or self.make_broker(self.venue)
        return await driven(
            self.clock,
            OrderDesk.open(
                "main",
                self.broker,
                self.services,
                owner=f"process-{next(_OWNERS)}",
                hear=self.notices.append,
                settings=self.settings,
            ),
        )

    async def drive(self, work):
        return await driven(self.clock, work)

    async def look_on(self, desk, seconds, every=5):
        """Let time pass, with a look now and then."""
        for _ in range(0, seconds, every):
            self.clock.advance(every)
            await self.drive(desk.reconcile())


def buy(lots=0.1, symbol="EURUSD", **changes):
    values = {"client_id": "new", "symbol": symbol, "side": 1, "volume_lots": lots}
    return OrderRequest(**{**values, **changes})
