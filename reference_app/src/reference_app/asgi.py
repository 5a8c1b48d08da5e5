"""The application as ASGI: ``create_app(settings)``, and a factory for servers that read the environment."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from litestar import Litestar, Router
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.types import Middleware

from forexai_core.errors import ForexAIError
from forexai_core.plugins import Plugins
from forexai_core.ports.services import Services
from forexai_saas.errors import AccountError
from forexai_saas.notifications.postman import Postman
from reference_app.accounts import Accounts, open_accounts
from reference_app.assembly import assemble
from reference_app.features.admin.routes import admin_router
from reference_app.features.api_keys.routes import api_keys_router
from reference_app.features.audit.routes import audit_router
from reference_app.features.auth.routes import auth_router
from reference_app.features.billing.routes import billing_router
from reference_app.features.description.routes import describe, openapi_config
from reference_app.features.health.routes import health, readiness
from reference_app.features.login_links.routes import login_link
from reference_app.features.metrics.routes import metrics
from reference_app.features.notifications.routes import notifications_router
from reference_app.features.offered.mounts import hosts_with_port, largest_message_bytes, offered_mounts
from reference_app.features.offered.routes import offered_routes
from reference_app.features.plugins.listing import OfferListing
from reference_app.features.plugins.routes import list_offers
from reference_app.features.tenants.routes import tenants_router
from reference_app.features.users.routes import users_router
from reference_app.http.callers import caller_of
from reference_app.http.headers import add_security_headers
from reference_app.http.hosts import host_check
from reference_app.http.measuring import measured
from reference_app.http.once import Once
from reference_app.http.permissions import check_permission
from reference_app.http.problems import (
    answer_account_error,
    answer_error,
    answer_http_error,
    answer_surprise,
    answer_too_deep,
)
from reference_app.http.rates import AddressRates, rate_check
from reference_app.mail_delivery import delivery_of
from reference_app.platform import Platform
from reference_app.settings import AppSettings, load_settings
from reference_app.store import Store, open_store
from reference_app.trading_side import TRADING_ROUTERS, TradingSide, open_trading_side
from reference_app.web_page import page_routes

__all__ = ["API", "app_from_environment", "create_app"]

API = "/api/v1"
"""Where the API lies."""


def create_app(
    settings: AppSettings | None = None,
    *,
    plugins: Plugins | None = None,
    services: Services | None = None,
) -> Litestar:
    """Make the application.

    Parameters
    ----------
    settings : AppSettings, optional
        Default: this computer only, everything in memory.
    plugins : Plugins, optional
        A discovery; default a new one.
    services : Services, optional
        Default the embedded ones in ``settings.home``; closed when the application ends.

    Raises
    ------
    PluginMissingError, PluginConflictError, PluginContractError
        If a required plugin cannot be used.
    """
    platform = assemble(settings or AppSettings(), plugins=plugins, services=services)

    store = open_store(platform.settings, platform.schema)
    send = delivery_of(platform.settings, store.home, platform.services.clock)
    accounts = open_accounts(store, platform.services.clock, send, settings=platform.settings.accounts)
    postman, offers = Postman(accounts.post_room), OfferListing(platform.settings, plugins)
    trading = open_trading_side(accounts, platform.services, platform.settings)

    return Litestar(
        route_handlers=[health, readiness, metrics, describe, _api(platform), page_routes(platform.settings)],
        dependencies=_dependencies(platform, accounts, offers, trading),
        guards=[check_permission],
        exception_handlers={
            AccountError: answer_account_error,
            ForexAIError: answer_error,
            HTTPException: answer_http_error,
            RecursionError: answer_too_deep,
            Exception: answer_surprise,
        },
        middleware=_middleware(platform),
        before_send=[add_security_headers],
        lifespan=[partial(_running, platform, store, accounts, postman, offers, trading)],
        state=State(
            {
                "platform": platform,
                "store": store,
                "accounts": accounts,
                "postman": postman,
                "trading": trading,
                "largest_message_bytes": largest_message_bytes(platform.mounted),
            }
        ),
        openapi_config=openapi_config(platform.version),
        logging_config=None,
    )


@asynccontextmanager
async def _running(  # noqa: PLR0917 - all that is started and stopped
    platform: Platform,
    store: Store,
    accounts: Accounts,
    postman: Postman,
    offers: OfferListing,
    trading: TradingSide,
    _app: Litestar,
) -> AsyncIterator[None]:
    try:
        await store.prepare()
        postman.start()
        await offers.start()
        trading.start()
        yield
    finally:
        await trading.stop()
        await offers.stop()
        await postman.stop()
        await store.close()
        accounts.on.passwords.close()
        platform.services.close()


def _api(platform: Platform) -> Router:
    groups: list[HTTPRouteHandler | Router] = [
        list_offers,
        auth_router,
        login_link,
        users_router,
        tenants_router,
        api_keys_router,
        audit_router,
        notifications_router,
        billing_router,
        admin_router,
        *TRADING_ROUTERS,
    ]
    mounts = offered_mounts(platform.mounted, hosts_with_port(platform.settings))
    return Router(API, route_handlers=[*groups, *offered_routes(platform.mounted), *mounts])


def _middleware(platform: Platform) -> list[Middleware]:
    settings, services = platform.settings, platform.services
    return [
        measured(services.metrics, services.clock),
        host_check(settings.hosts),
        rate_check(AddressRates(services.clock, settings.requests_a_minute), settings, API),
    ]


def _dependencies(
    platform: Platform, accounts: Accounts, offers: OfferListing, trading: TradingSide
) -> dict[str, Provide]:
    return {
        "platform": _provided(platform),
        "accounts": _provided(accounts),
        "once": _provided(Once(accounts.on)),
        "offers": _provided(offers),
        "caller": Provide(caller_of, sync_to_thread=False),
        **{name: _provided(each) for name, each in trading.dependencies().items()},
    }


def _provided(value: object) -> Provide:
    async def provide() -> Any:
        return value

    return Provide(provide)


def app_from_environment() -> Litestar:
    """Make the application by the environment alone: ``uvicorn --factory reference_app.asgi:app_from_environment``."""
    return create_app(load_settings(environment=os.environ))
