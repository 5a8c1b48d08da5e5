"""The job that has a backtest run."""

from __future__ import annotations

from typing import Any, final
from uuid import UUID

import attrs
import msgspec

from forexai_core.errors import DataError, NotFoundError
from forexai_core.ports.blobs import Blobs
from forexai_core.ports.jobs import Job
from reference_app.features.backtests.asked import RunAsked, RunFound
from reference_app.features.backtests.ending import Ending, counts
from reference_app.features.backtests.repository import FINAL, backtest_row, change_row
from reference_app.features.backtests.schemas import BacktestWanted
from reference_app.features.data.book import blob_of as prices_blob
from reference_app.jobs.handling import Order, Subject

__all__ = ["BacktestRun", "blobs_of"]


def blobs_of(tenant_id: UUID, backtest_id: UUID) -> str:
    """Give how the names of a backtest's blobs begin; each attempt has its own."""
    return f"tenants/{tenant_id}/backtests/{backtest_id}/"


@final
@attrs.frozen(kw_only=True)
class BacktestRun:
    """Handles jobs that run backtests.

    Attributes
    ----------
    ending : Ending
        Ends them; its database is where they stand.
    blobs : Blobs
        Where prices and results lie.
    disabled, required : tuple of str
        Which plugins are asked for strategies.
    """

    ending: Ending
    blobs: Blobs
    disabled: tuple[str, ...] = ()
    required: tuple[str, ...] = ()

    async def begin(self, subject: Subject, job: Job) -> Order | None:
        """Note the attempt, and gather what the run needs; nothing is left to do where it has ended."""
        database = self.ending.on.database
        row = await backtest_row(database, subject.scope, subject.id)
        if row is None:
            return None
        if row.state in FINAL:
            # It ended, and its worker with it, before the unit was settled.
            await self.ending.count(subject.scope, row.id, counts=counts(row.state, row.attempt))
            return None
        await change_row(database, subject.scope, row.id, {"state": "running", "attempt": job.attempt})
        wanted = msgspec.convert(row.asked["wanted"], BacktestWanted)
        asked = RunAsked(
            offered=wanted.strategy.offered or "",
            parameters=wanted.strategy.parameters,
            rules=row.asked["rules"],
            prices=await self._prices(subject, row.asked["upload"]),
            account=wanted.account,
            costs=wanted.costs,
            seed=wanted.seed,
            disabled=self.disabled,
            required=self.required,
        )
        return Order(task="backtests.run", body=msgspec.msgpack.encode(asked))

    async def finish(self, subject: Subject, job: Job, found: bytes) -> None:
        """Keep the result by attempt, then end the backtest; what nobody waits for any more is deleted again."""
        run = msgspec.msgpack.decode(found, type=RunFound)
        place = f"{blobs_of(subject.tenant_id, subject.id)}{job.attempt}"
        keys = [f"{place}/trades/{number}" for number in range(len(run.trades))]
        for key, page in zip(keys, run.trades, strict=True):
            await self.blobs.put(key, page)
        await self.blobs.put(f"{place}/result", msgspec.msgpack.encode(run.result))
        values: dict[str, Any] = {"result": place, "net_profit": run.result.metrics.get("net_profit")}
        if not await self.ending.done(subject.scope, subject.id, job.attempt, values):
            for key in (*keys, f"{place}/result"):
                await self.blobs.delete(key)

    async def refuse(self, subject: Subject, job: Job, problem: str) -> None:  # noqa: ARG002 - of the interface
        """Note why it cannot be run."""
        row = await backtest_row(self.ending.on.database, subject.scope, subject.id)
        if row is not None:
            await self.ending.without_result(subject.scope, row, "failed", problem)

    async def give_up(self, subject: Subject, job: Job) -> None:  # noqa: ARG002 - of the interface
        """Note that it was cancelled."""
        row = await backtest_row(self.ending.on.database, subject.scope, subject.id)
        if row is not None:
            await self.ending.without_result(subject.scope, row, "cancelled", "")

    async def _prices(self, subject: Subject, upload: str | None) -> bytes | None:
        if upload is None:
            return None
        try:
            return await self.blobs.get(prices_blob(subject.tenant_id, UUID(upload), "bars"))
        except NotFoundError as problem:
            raise DataError(
                "The file of prices was removed before the backtest began. Ask with another one."
            ) from problem
