"""Sessions on an account that a venue in memory keeps, whose minutes pass when a test says so."""

from __future__ import annotations

import asyncio
import contextlib

import attrs
from live.live_sources import Told, of_the_present
from live.session_runs import LASTING

import forexai_core as fx
from forexai_core.errors import BrokerUnreachableError
from forexai_core.live.session.assembly import plans_of
from forexai_core.live.session.decisions import read_record
from forexai_core.live.session.opening import open_session
from forexai_core.live.session.repeating import records_of
from forexai_core.live.session.specification import spec_of
from forexai_core.ports.broker import BrokerEvent
from forexai_core.services.halts import MemoryHalts
from forexai_core.testing.brokers import SimulatedBroker
from forexai_core.testing.venues import SIMULATED_CAPABILITIES, SimulatedVenue

BARS = fx.synthetic("EURUSD", "M1", bars=80, seed=3)
HISTORY, SPREAD = 30, 0.0001


class Alternating(fx.Strategy):
    """Buys, holds for some bars, closes; remembers what it saw of the account."""

    period: int = 5

    def start(self, ctx):
        self.seen = []

    def on_bar(self, ctx):
        self.seen.append([position.ticket for position in ctx.positions])
        if ctx.positions and len(ctx.bars.close) % self.period == 0:
            ctx.close()
        elif not ctx.positions and len(ctx.bars.close) % self.period == 2:
            ctx.buy(volume_lots=0.1, stop_loss_pips=200)


class Venue(SimulatedBroker):
    """A venue in memory that may be of real money, out of reach, or silent about what happens."""

    def __init__(self, venue, **abilities):
        super().__init__(venue)
        self.abilities, self.away, self.mute = {"live_money": False} | abilities, False, False

    @property
    def capabilities(self):
        return attrs.evolve(SIMULATED_CAPABILITIES, **self.abilities)

    def _reached(self):
        if self.away:
            raise BrokerUnreachableError("the line is dead")
        return super()._reached()

    def _hear(self, event):
        if not self.mute:
            super()._hear(event)

    def say(self, kind):
        super()._hear(BrokerEvent(kind=kind, time_ns=self.venue.time_ns))


class Openers:
    def __init__(self, broker, strategy=Alternating):
        self.venue, self.made = broker, strategy

    def strategy(self, _name, parameters):
        return self.made(**parameters)

    def broker(self, _account):
        return self.venue

    def costs(self, _table):
        return fx.Costs()

    def calendar(self, _file, _timezone):
        return ()


def a_spec(*, mode="paper", login="", risk=None, clock="real", live=True, strategies=None, **account):
    return spec_of(
        {
            "session": {"clock": clock, "mode": mode},
            "accounts": [{"name": "main", "broker": "simulated", "leverage": 30, "login": login} | account],
            "feeds": [{"symbol": "EURUSD", "timeframe": "M1", "live": live}],
            "strategies": strategies or [{"name": "alternating"}],
            "risk": risk or {"none": True},
        },
        "a test",
    )


class Trading:
    """A session on a venue whose minutes pass when a test says so.

    What is asked of it besides goes to the session.
    """

    def __init__(
        self,
        broker,
        folder,
        *,
        spec=None,
        armed=(),
        halts=None,
        first=HISTORY,
        strategy=Alternating,
        settings=LASTING,
        logins=None,
        words=None,
    ):
        self.broker, self.folder, self.spec = broker, folder, spec or a_spec()
        self.settings, self.logins, self.words = settings, logins, words
        self.armed, self.halts, self.first = armed, halts or MemoryHalts(), first
        self.source, self.openers, self.notices = Told(BARS), Openers(broker, strategy), []
        self.number = first

    async def __aenter__(self):
        self.price(self.first - 1)
        now_ns = int(BARS.end_ns[self.first - 1])
        self.prices, self.clock, _ = of_the_present({"EURUSD": self.source}, "M1", now_ns=now_ns, history=HISTORY)
        await self.prices.begin()
        plans = plans_of(self.spec, self.openers, self.prices.known, self.armed)
        lasting = [attrs.evolve(plan.settings, lease_ttl_s=LASTING.lease_ttl_s) for plan in plans]
        plans = tuple(attrs.evolve(plan, settings=each) for plan, each in zip(plans, lasting, strict=True))
        self.opened = await open_session(
            self.spec,
            plans,
            self.folder,
            owner=f"test-{self.first}",
            hear=self.notices.append,
            halts=self.halts,
            live=self.prices,
            real=self.clock,
            logins=self.logins,
            words=self.words,
        )
        self.session, self.run = self.opened.session, self.opened.session.runs[0]
        self.stirred = asyncio.Event()
        self.going = asyncio.create_task(self.session.run(lambda _session: self.stirred.set()))
        self.taken = HISTORY
        await self.until(lambda: self.session.prices >= HISTORY)
        return self

    async def __aexit__(self, *_):
        self.going.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.going
        self.opened.close()

    def price(self, number, move=0.0):
        """Let the venue quote a bar's close."""
        bid = round(float(BARS.close[number]) + move, 5)
        self.broker.venue.time_ns = int(BARS.end_ns[number]) - 1
        self.broker.venue.set_quote("EURUSD", bid, round(bid + SPREAD, 5), after_ns=1)

    async def until(self, so):
        """Wait until something is so; a session that fails says why."""
        async with asyncio.timeout(30):
            while not so():
                self.stirred.clear()
                waiting = asyncio.create_task(self.stirred.wait())
                await asyncio.wait({waiting, self.going}, timeout=0.1, return_when=asyncio.FIRST_COMPLETED)
                if self.going.done():
                    self.going.result()
                    raise AssertionError("the session has ended")
                if self.broker.away:  # what is tried again waits by the clock
                    self.clock.advance_to(self.clock.now_ns() + 1_000_000_000)

    async def passes(self, so):
        """Let time pass, a quarter of a second after the other, until something is so."""
        async with asyncio.timeout(30):
            while not so():
                self.clock.advance_to(self.clock.now_ns() + 250_000_000)
                await asyncio.sleep(0.01)  # halts are read, and venues looked after
                if self.going.done():
                    self.going.result()
                    raise AssertionError("the session has ended")

    async def minutes(self, count):
        """Let so many bars come."""
        for _ in range(count):
            self.clock.advance_to(max(self.clock.now_ns(), int(BARS.end_ns[self.number])))
            if not self.broker.away:
                self.price(self.number)
            for _ in range(30):  # so that halts are read by the new time
                await asyncio.sleep(0)
            await self.source.tell(BARS[self.number : self.number + 1])
            self.number += 1
            self.taken += 1
            await self.until(lambda: self.session.prices >= self.taken)

    async def end(self):
        self.session.stop()
        (end,) = (await self.going).values()
        return end, [read_record(each) for each in await records_of(self.opened.services.journal, "main")]


def a_venue(**given):
    return Venue(SimulatedVenue(account=fx.Account(balance=10_000)), **given)
