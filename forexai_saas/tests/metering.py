"""A meter on a clock that the test sets, and what the tests ask of it."""

from __future__ import annotations

import attrs

from forexai_core.services import embedded_services
from forexai_saas.billing.meter import PlanMeter
from forexai_saas.settings import MeterSettings

NOON_NS = 1_773_144_000 * 10**9  # 2026-03-10T12:00Z
DAY_NS = 86_400 * 10**9


class HandClock:
    """A clock that stands until it is set; waiting moves it on."""

    def __init__(self, time_ns=NOON_NS):
        self.time_ns = time_ns
        self.waited_ns = 0

    def now_ns(self):
        return self.time_ns

    def monotonic_ns(self):
        return self.waited_ns

    async def sleep_until(self, time_ns):
        self.time_ns = max(self.time_ns, time_ns)

    async def sleep(self, duration_s):
        self.waited_ns += round(duration_s * 1e9)
        self.time_ns += round(duration_s * 1e9)


def services_at(clock, home=None):
    return embedded_services(home, clock=clock)


def meter_of(services, **settings):
    return PlanMeter(MeterSettings(**settings), services)


def without(services, **ports):
    return attrs.evolve(services, **ports)
