"""What the application tries strategies with: rules, prices, and the processes that compute."""

from __future__ import annotations

from typing import final

import attrs
from litestar import Router

from forexai_core.ports.services import Services
from reference_app.accounts import Accounts
from reference_app.features.backtests.book import RUN, Backtests
from reference_app.features.backtests.ending import Ending
from reference_app.features.backtests.routes import backtests_router
from reference_app.features.backtests.running import BacktestRun
from reference_app.features.brokers.book import Connections
from reference_app.features.brokers.routes import brokers_router
from reference_app.features.data.book import CHECK, PriceFiles
from reference_app.features.data.checking import FileCheck
from reference_app.features.data.routes import data_router
from reference_app.features.strategies.asked import OfferAsked
from reference_app.features.strategies.book import StrategyBook
from reference_app.features.strategies.routes import strategies_router
from reference_app.features.trading.book import Trading
from reference_app.features.trading.routes import trading_router
from reference_app.jobs.handling import Handler
from reference_app.jobs.runner import JobRunner
from reference_app.metering import Holdings
from reference_app.processes.workbench import Workbench
from reference_app.settings import AppSettings

__all__ = ["TRADING_ROUTERS", "TradingSide", "open_trading_side"]

TRADING_ROUTERS: tuple[Router, ...] = (
    strategies_router,
    data_router,
    backtests_router,
    brokers_router,
    trading_router,
)
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
    runner : JobRunner
        Has processes do what takes longer.
    strategies : StrategyBook
        Of tenants and of plugins.
    files : PriceFiles
        Prices that tenants uploaded.
    backtests : Backtests
        That tenants asked for.
    connections : Connections
        Accounts to trade on.
    desk : Workbench
        Reckons them.
    trading : Trading
        By hand.
    """

    holdings: Holdings
    bench: Workbench
    runner: JobRunner
    strategies: StrategyBook
    files: PriceFiles
    backtests: Backtests
    connections: Connections
    desk: Workbench
    trading: Trading

    def dependencies(self) -> dict[str, object]:
        """Give what routes ask for, by name."""
        return {
            "strategies": self.strategies,
            "files": self.files,
            "backtests": self.backtests,
            "connections": self.connections,
            "trading": self.trading,
            "runner": self.runner,
        }

    def start(self) -> None:
        """Begin to do jobs; no process is started before there is one."""
        self.runner.start()

    async def stop(self) -> None:
        """End the processes."""
        await self.runner.stop()
        await self.bench.stop()
        await self.desk.stop()


def open_trading_side(accounts: Accounts, services: Services, settings: AppSettings) -> TradingSide:
    """Put the services together; no process is started before it is needed."""
    on, facts, meter, blobs, jobs = accounts.on, accounts.facts, accounts.meter, services.blobs, services.jobs
    holdings, ending = Holdings(meter, on.database, services.clock), Ending(on=on, meter=meter)
    bench = Workbench(_WORKER)
    asked = OfferAsked(disabled=settings.disabled_plugins, required=settings.required_plugins)
    strategies = StrategyBook(on, holdings, bench, asked)
    connections = Connections(on=on, accounts=accounts.trading, holdings=holdings, bench=bench)
    desk = Workbench(_WORKER)
    files = PriceFiles(on=on, facts=facts, holdings=holdings, blobs=blobs, jobs=jobs)
    handlers: dict[str, Handler] = {
        CHECK: FileCheck(on=on, blobs=blobs),
        RUN: BacktestRun(ending=ending, blobs=blobs, disabled=asked.disabled, required=asked.required),
    }
    return TradingSide(
        holdings=holdings,
        bench=bench,
        runner=JobRunner(jobs, handlers, _WORKER, processes=settings.job_processes),
        strategies=strategies,
        files=files,
        backtests=Backtests(ending=ending, strategies=strategies, files=files, blobs=blobs, jobs=jobs),
        connections=connections,
        desk=desk,
        trading=Trading(on, accounts.gate, connections, desk),
    )
