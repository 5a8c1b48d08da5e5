"""What the application trades and tries with: strategies, and the processes that compute."""

from __future__ import annotations

from typing import final

import attrs
from litestar import Router

from forexai_core.ports.services import Services
from forexai_saas.billing.fact_book import FactBook
from forexai_saas.billing.tenant_meter import TenantMeter
from reference_app.accounts import Accounts
from reference_app.features.strategies.asked import OfferAsked
from reference_app.features.strategies.book import StrategyBook
from reference_app.features.strategies.routes import strategies_router
from reference_app.metering import Holdings
from reference_app.processes.workbench import Workbench
from reference_app.settings import AppSettings

__all__ = ["TRADING_ROUTERS", "TradingSide", "open_trading_side"]

TRADING_ROUTERS: tuple[Router, ...] = (strategies_router,)
"""Their routes."""

_WORKER = "reference_app.features.worker"


@final
@attrs.frozen(kw_only=True)
class TradingSide:
    """The services behind those routes.

    Attributes
    ----------
    bench : Workbench
        Answers short questions that need compiled code.
    holdings : Holdings
        Units of plans that things of tenants hold.
    strategies : StrategyBook
        Of tenants and of plugins.
    """

    holdings: Holdings
    bench: Workbench
    strategies: StrategyBook

    def dependencies(self) -> dict[str, object]:
        """Give what routes ask for, by name."""
        return {"strategies": self.strategies}

    async def stop(self) -> None:
        """End the processes."""
        await self.bench.stop()


def open_trading_side(accounts: Accounts, services: Services, settings: AppSettings) -> TradingSide:
    """Put the services together; no process is started before it is needed."""
    on = accounts.on
    meter = TenantMeter(on.database, FactBook(services.clock, on.audit), services.clock)
    holdings = Holdings(meter, on.database, services.clock)
    bench = Workbench(_WORKER)
    asked = OfferAsked(disabled=settings.disabled_plugins, required=settings.required_plugins)
    return TradingSide(holdings=holdings, bench=bench, strategies=StrategyBook(on, holdings, bench, asked))
