"""How often one address may ask: a cheap guard in each process, before anything is looked up."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable

import msgspec
from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.response.base import ASGIResponse
from litestar.types import ASGIApp, Receive, Scope, Send

from forexai_core.ports.clock import Clock
from reference_app.http.addresses import address_of
from reference_app.http.problems import MEDIA_TYPE, Problem
from reference_app.settings import AppSettings

__all__ = ["AddressRates", "rate_check"]

_MOST_ADDRESSES = 10_000
_MINUTE_NS = 60 * 10**9


class AddressRates:
    """So many requests a minute from each address, refilled evenly (the generic cell rate algorithm).

    Parameters
    ----------
    clock : Clock
        What time it is.
    a_minute : int
        How many may come at once, and come back in a minute.
    """

    def __init__(self, clock: Clock, a_minute: int) -> None:
        self._clock = clock
        self._cost_ns = _MINUTE_NS // a_minute
        self._span_ns = self._cost_ns * a_minute
        self._full: OrderedDict[str, int] = OrderedDict()

    def wait_s(self, address: str) -> float:
        """Take one request of an address; return 0, or how long to wait where none is left."""
        now_ns = self._clock.monotonic_ns()
        full_ns = max(self._full.pop(address, now_ns), now_ns) + self._cost_ns
        over_ns = full_ns - now_ns - self._span_ns
        self._full[address] = full_ns if over_ns <= 0 else full_ns - self._cost_ns
        if len(self._full) > _MOST_ADDRESSES:
            self._full.popitem(last=False)  # the one that asked longest ago
        return max(0.0, over_ns / 1e9)


def rate_check(rates: AddressRates, settings: AppSettings, below: str) -> Callable[[ASGIApp], ASGIApp]:
    """Make the middleware that counts requests to paths below one."""

    def around(app: ASGIApp) -> ASGIApp:
        async def counted(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == ScopeType.HTTP and scope["path"].startswith(below):
                wait_s = rates.wait_s(address_of(ASGIConnection(scope), settings))
                if wait_s > 0:
                    problem = Problem(
                        type="urn:forexai:rate.limited",
                        title="Rate: limited",
                        status=429,
                        detail=f"Too many requests from this address. Try again in {math.ceil(wait_s)} s.",
                        instance=scope["path"],
                        code="rate.limited",
                    )
                    refusal = ASGIResponse(
                        body=msgspec.json.encode(problem),
                        status_code=429,
                        media_type=MEDIA_TYPE,
                        headers={"Retry-After": str(math.ceil(wait_s))},
                    )
                    await refusal(scope, receive, send)
                    return
            await app(scope, receive, send)

        return counted

    return around
