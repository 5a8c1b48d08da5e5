"""Counts and times of requests, for the operator's metrics."""

from __future__ import annotations

from collections.abc import Callable

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from forexai_core.ports.clock import Clock
from forexai_core.ports.metrics import Metrics

__all__ = ["measured"]


def measured(metrics: Metrics, clock: Clock) -> Callable[[ASGIApp], ASGIApp]:
    """Make the middleware that counts requests by method, route and status, and times them."""

    def around(app: ASGIApp) -> ASGIApp:
        async def counted(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != ScopeType.HTTP:
                await app(scope, receive, send)
                return
            begun_ns, status, method = clock.monotonic_ns(), 500, str(scope.get("method", ""))

            async def noted(message: Message) -> None:
                nonlocal status
                if message["type"] == "http.response.start":
                    status = message["status"]
                await send(message)

            try:
                await app(scope, receive, noted)
            finally:
                # The route's template, not the path: keys of rows would make a series each.
                route = str(scope.get("path_template") or "none")
                metrics.add(
                    "forexai_http_requests_total",
                    labels={"method": method, "route": route, "status": str(status)},
                )
                metrics.observe(
                    "forexai_http_request_seconds",
                    (clock.monotonic_ns() - begun_ns) / 1e9,
                    labels={"route": route},
                )

        return counted

    return around
