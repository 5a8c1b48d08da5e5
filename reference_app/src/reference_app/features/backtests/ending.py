"""How a backtest ends: once, with what its plan counts of it."""

from __future__ import annotations

import logging
from typing import Any, Literal, final
from uuid import UUID

import attrs
import sqlalchemy as sa

from forexai_core.errors import BillingError
from forexai_saas.accounts.foundation import Foundation
from forexai_saas.billing.tenant_meter import TenantMeter
from forexai_saas.storage.scopes import Scope
from reference_app.features.backtests.repository import change_row

__all__ = ["FEATURE", "Ending", "counts", "unit_of"]

_LOG = logging.getLogger(__name__)

FEATURE = "backtests"
"""Of the plans."""


def unit_of(backtest_id: UUID) -> str:
    """Name the unit that a backtest holds."""
    return f"{FEATURE}:{backtest_id}"


def counts(state: str, attempt: int) -> bool:
    """Tell whether a backtest that ended like that counts: not one that failed, or was cancelled before it began."""
    return state == "done" or (state == "cancelled" and attempt > 0)


@final
@attrs.frozen(kw_only=True)
class Ending:
    """Ends backtests.

    One that is done counts; so does one that was cancelled after it had begun. One that failed, or never began, does
    not. The row is ended first: where a process dies before the unit is settled, it stays reserved, and counts.

    Attributes
    ----------
    on : Foundation
        Database and clock.
    meter : TenantMeter
        Counts.
    """

    on: Foundation
    meter: TenantMeter

    async def done(self, scope: Scope, backtest_id: UUID, attempt: int, values: dict[str, Any]) -> bool:
        """Note what was found by an attempt; False where the backtest had ended, or is in a later one."""
        ended = {**values, "state": "done", "finished_ns": self.on.clock.now_ns()}
        if not await change_row(self.on.database, scope, backtest_id, ended, attempt=attempt):
            return False
        await self.count(scope, backtest_id, counts=True)
        return True

    async def without_result(
        self, scope: Scope, row: sa.Row[Any], state: Literal["failed", "cancelled"], problem: str
    ) -> None:
        """Note that nothing was found; one that has ended stays as it is."""
        ended = {"state": state, "problem": problem, "finished_ns": self.on.clock.now_ns()}
        if await change_row(self.on.database, scope, row.id, ended):
            await self.count(scope, row.id, counts=counts(state, row.attempt))

    async def count(self, scope: Scope, backtest_id: UUID, *, counts: bool) -> None:
        """Settle the unit of a backtest, or give it back; twice is once."""
        if scope.tenant_id is None:
            raise BillingError("Backtests are counted for tenants, and this speaks for none.")
        try:
            if counts:
                await self.meter.settle(scope.tenant_id, unit_of(backtest_id), 1)
            else:
                await self.meter.release(scope.tenant_id, unit_of(backtest_id))
        except BillingError as problem:
            _LOG.warning("the unit of a backtest stays as it is: %s", problem)
