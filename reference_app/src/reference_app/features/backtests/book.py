"""The backtests of a tenant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, final
from uuid import UUID

import attrs
import msgspec
import sqlalchemy as sa

from forexai_core.errors import ForexAIError, NotFoundError
from forexai_core.ports.blobs import Blobs
from forexai_core.ports.jobs import Job, Jobs, JobState
from forexai_saas.accounts.foundation import Foundation
from forexai_saas.billing.tenant_meter import TenantMeter
from forexai_saas.errors import AccountError
from forexai_saas.storage.ids import new_id
from forexai_saas.storage.scopes import Scope
from reference_app.features.backtests import repository
from reference_app.features.backtests.asked import PAGE_OF_TRADES
from reference_app.features.backtests.ending import FEATURE, Ending, unit_of
from reference_app.features.backtests.running import blobs_of
from reference_app.features.backtests.schemas import BacktestResult, BacktestWanted
from reference_app.features.data.book import PriceFiles
from reference_app.features.strategies.book import StrategyBook
from reference_app.jobs.handling import Subject, request_of

__all__ = ["MOST_OPEN", "RUN", "Backtests"]

RUN = "backtests.run"
"""Kind of the job that runs a backtest."""

MOST_OPEN = 20
"""How many of one tenant may wait or run: whoever asks for hundreds does not keep the processes from all others."""


@final
@attrs.frozen(kw_only=True)
class Backtests:
    """Takes backtests in, tells how far they are, and gives what they found.

    Attributes
    ----------
    ending : Ending
        How one ends.
    strategies, files
        What they are made of: both are taken as they are when the backtest is asked for.
    blobs, jobs
        Where results lie, and who makes them.
    """

    ending: Ending
    strategies: StrategyBook
    files: PriceFiles
    blobs: Blobs
    jobs: Jobs

    async def submit(self, scope: Scope, wanted: BacktestWanted) -> sa.Row[Any]:
        """Have a backtest run.

        Raises
        ------
        AccountError
            If there is no such strategy on offer, its parameters are wrong, the file of prices is not ready, or too
            many wait already.
        NotFoundError
            If the tenant has no such strategy or file.
        QuotaExceededError
            If the plan allows no more today.
        """
        values = await self._values(scope, wanted)
        if await repository.open_count(self._on.database, scope) >= MOST_OPEN:
            raise AccountError(
                "backtest.many",
                f"{MOST_OPEN} of your backtests wait or run already. Ask again when one has ended.",
                retry_after_s=10.0,
            )
        made = values["id"]
        await self._meter.reserve(_tenant(scope), FEATURE, 1, key=unit_of(made))
        try:
            await repository.add_row(self._on.database, scope, values)
            row = await self.find(scope, made)
            await self._job(row)
        except ForexAIError:
            # Nothing of it is left, so that the same request may be sent again.
            ended = {"state": "failed", "finished_ns": values["created_ns"]}
            await repository.change_row(self._on.database, scope, made, ended)
            await repository.remove_row(self._on.database, scope, made)
            await self.ending.count(scope, made, counts=False)
            raise
        return row

    async def find(self, scope: Scope, backtest_id: UUID) -> sa.Row[Any]:
        """Give a backtest.

        Raises
        ------
        NotFoundError
            If there is no such one.
        """
        row = await repository.backtest_row(self._on.database, scope, backtest_id)
        if row is None:
            raise NotFoundError("There is no such backtest.")
        return row

    async def look(self, scope: Scope, backtest_id: UUID) -> tuple[sa.Row[Any], Job | None]:
        """Give a backtest, and while it has not ended its job.

        A job that was lost is added again; one that ended without anybody noting it is noted.
        """
        row = await self.find(scope, backtest_id)
        if row.state in repository.FINAL:
            return row, None
        job = await self._job(row)
        if job.state is JobState.FAILED:
            await self.ending.without_result(scope, row, "failed", job.error)
        elif job.state is JobState.CANCELLED:
            await self.ending.without_result(scope, row, "cancelled", "")
        else:
            return row, job
        return await self.find(scope, backtest_id), None

    async def cancel(self, scope: Scope, backtest_id: UUID) -> tuple[sa.Row[Any], Job | None]:
        """Cancel a backtest: at once where it waits; one that runs ends when its process does. Twice is once."""
        row = await self.find(scope, backtest_id)
        if row.state not in repository.FINAL:
            await self.jobs.cancel((await self._job(row)).id)
        return await self.look(scope, backtest_id)

    async def remove(self, scope: Scope, backtest_id: UUID) -> None:
        """Remove a backtest that has ended, with what it found; what was counted stays counted.

        Raises
        ------
        AccountError
            If it has not ended.
        NotFoundError
            If there is no such one.
        """
        row, _ = await self.look(scope, backtest_id)
        if not await repository.remove_row(self._on.database, scope, backtest_id):
            raise AccountError("backtest.running", "This backtest has not ended. Cancel it first.")
        for blob in await self.blobs.list(blobs_of(row.tenant_id, backtest_id)):
            await self.blobs.delete(blob.key)

    async def result(self, scope: Scope, backtest_id: UUID) -> BacktestResult:
        """Give what a backtest found, without its trades.

        Raises
        ------
        AccountError
            If it has found nothing.
        """
        row = await self._done(scope, backtest_id)
        return msgspec.msgpack.decode(await self.blobs.get(f"{row.result}/result"), type=BacktestResult)

    async def trades(self, scope: Scope, backtest_id: UUID, *, start: int, limit: int) -> Sequence[dict[str, Any]]:
        """Give trades from the one at ``start`` on, in the order of closing."""
        row = await self._done(scope, backtest_id)
        found: list[dict[str, Any]] = []
        for number in range(start // PAGE_OF_TRADES, (start + limit - 1) // PAGE_OF_TRADES + 1):
            try:
                page = await self.blobs.get(f"{row.result}/trades/{number}")
            except NotFoundError:
                break
            found += msgspec.msgpack.decode(page)
        first = start - start // PAGE_OF_TRADES * PAGE_OF_TRADES
        return found[first : first + limit]

    @property
    def _on(self) -> Foundation:
        return self.ending.on

    @property
    def _meter(self) -> TenantMeter:
        return self.ending.meter

    async def _job(self, row: sa.Row[Any]) -> Job:
        return await self.jobs.enqueue(request_of(RUN, Subject(tenant_id=row.tenant_id, id=row.id), str(row.id)))

    async def _done(self, scope: Scope, backtest_id: UUID) -> sa.Row[Any]:
        row = await self.find(scope, backtest_id)
        if row.state != "done":
            raise AccountError("backtest.unfinished", f"This backtest has found nothing: it is {row.state}.")
        return row

    async def _values(self, scope: Scope, wanted: BacktestWanted) -> dict[str, Any]:
        name, rules = await self._strategy(scope, wanted)
        symbol, timeframe, upload = "EURUSD", "H1", None
        if wanted.file is not None:
            file, _ = await self.files.look(scope, wanted.file)
            if file.state != "ready":
                raise AccountError("prices.unready", f"This file of prices cannot be used: it is {file.state}.")
            symbol, timeframe, upload = file.symbol, file.timeframe, str(file.upload)
        return {
            "id": new_id(),
            "state": "queued",
            "strategy": name,
            "symbol": symbol,
            "timeframe": timeframe,
            "asked": {"wanted": msgspec.to_builtins(wanted), "rules": rules, "upload": upload},
            "attempt": 0,
            "problem": "",
            "created_ns": self._on.clock.now_ns(),
        }

    async def _strategy(self, scope: Scope, wanted: BacktestWanted) -> tuple[str, dict[str, Any] | None]:
        chosen = wanted.strategy
        if (chosen.offered is None) == (chosen.own is None):
            raise AccountError("backtest.strategy", "Name an offered strategy, or one of your own: one of the two.")
        if chosen.own is not None:
            if chosen.parameters:
                raise AccountError("backtest.strategy", "Rules take no parameters. Change the rules themselves.")
            row = await self.strategies.find(scope, chosen.own)
            return row.name, row.rules
        name = str(chosen.offered)
        try:
            problems = await self.strategies.judge_parameters(name, chosen.parameters)
        except NotFoundError as problem:
            raise AccountError("backtest.strategy", str(problem)) from problem
        if problems:
            told = " ".join(f"{each.place}: {each.message}" for each in problems)
            raise AccountError("backtest.parameters", f"The parameters of {name} are not right. {told}")
        return name, None


def _tenant(scope: Scope) -> UUID:
    if scope.tenant_id is None:
        raise NotFoundError("Backtests are those of a tenant, and this speaks for none.")
    return scope.tenant_id
