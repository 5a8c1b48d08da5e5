"""An adapter over a simulated terminal, in the tests' own time: what waits lets the time pass."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

import attrs
from direct_package import DirectPackage

from forexai_core.ports.services import Services
from forexai_core.services import embedded_services
from forexai_core.services.clocks import ManualClock
from forexai_core.values.orders import OrderRequest
from forexai_mt5.adapter.broker import Mt5Broker
from forexai_mt5.adapter.source import Mt5Source
from forexai_mt5.adapter.terminals import Opened, venue_of
from forexai_mt5.settings import Mt5DataSettings, Mt5Settings
from forexai_mt5.simulator.market.reference import reference_symbols
from forexai_mt5.simulator.server.account_settings import AccountSettings
from forexai_mt5.simulator.server.policies import Policies
from forexai_mt5.simulator.terminal.faults import Fault
from forexai_mt5.simulator.terminal.terminal import Terminal

# Wednesday, 2 September 2026, 10:00 UTC.
START_NS = 1_788_343_200_000_000_000


class GoingClock:
    """A clock that goes as far as somebody sleeps."""

    def __init__(self, manual: ManualClock) -> None:
        self.manual = manual

    def now_ns(self) -> int:
        return self.manual.now_ns()

    def monotonic_ns(self) -> int:
        return self.manual.monotonic_ns()

    async def sleep_until(self, time_ns: int) -> None:
        await self.sleep((time_ns - self.now_ns()) / 1e9)

    async def sleep(self, duration_s: float) -> None:
        if duration_s > 0:
            self.manual.advance(duration_s)
        await asyncio.sleep(0)


class AdapterBench:
    """A terminal, the package, and brokers over it."""

    def __init__(
        self,
        *,
        accounts: Iterable[AccountSettings] = (),
        faults: Iterable[Fault | Mapping[str, Any]] = (),
        symbols: Iterable[str] = ("EURUSD", "USDJPY"),
        suffix: str = "",
        changes: Mapping[str, Any] | None = None,
        policies: Policies | None = None,
        start_ns: int = START_NS,
        seed: int = 7,
        history_days: int = 2,
        **settings: Any,
    ) -> None:
        self.manual = ManualClock(start_ns)
        self.clock = GoingClock(self.manual)
        chosen = {name + suffix for name in symbols}
        self.symbols = [
            attrs.evolve(each, **(changes or {})) for each in reference_symbols(suffix=suffix) if each.name in chosen
        ]
        self.terminal = Terminal(
            accounts=list(accounts) or [AccountSettings()],
            symbols=self.symbols,
            clock=self.manual,
            seed=seed,
            history_days=history_days,
            policies=policies,
            faults=faults,
        )
        self.package = DirectPackage(self.terminal, self.manual)
        self.settings = Mt5Settings(**settings)
        self.services = embedded_services(None, clock=self.clock)

    def broker(self, services: Services | None = None, **changes: Any) -> Mt5Broker:
        """Make a session of its own."""
        settings = self.settings.model_copy(update=changes)

        async def opener(_: Mt5Settings) -> Opened:
            venue = venue_of(settings, self.package, services or self.services, time=self.clock)
            return Opened(venue=venue)

        return Mt5Broker(settings, opener)

    def source(self, **settings: Any) -> Mt5Source:
        """Make a source of prices of its own."""
        chosen = Mt5DataSettings(**({"history_days": 1, "tick_days": 1, "poll_s": 1.0} | settings))

        async def opener(_: Mt5Settings) -> Opened:
            return Opened(venue=venue_of(chosen, self.package, self.services, time=self.clock))

        return Mt5Source(chosen, opener)

    def fault(self, kind: str, **fields: Any) -> None:
        """Let something go wrong from now on."""
        self.terminal.add_fault({"kind": kind, "after_s": self.terminal.elapsed_s, **fields})

    def held(self) -> dict[int, float]:
        """Give what is open at the server, by the numbers of the orders that opened it."""
        server = self.terminal.update()
        found: dict[int, float] = {}
        for deal in server.books.deals:
            if deal.symbol:
                found[deal.magic] = round(found.get(deal.magic, 0.0) + deal.volume, 8)
        return found


def buy(client_id: str, *, lots: float = 0.1, side: int = 1, symbol: str = "EURUSD", **fields: Any) -> OrderRequest:
    """Make a market order."""
    return OrderRequest(client_id=client_id, symbol=symbol, side=side, volume_lots=lots, **fields)
