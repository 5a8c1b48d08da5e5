"""The strategies that a tenant writes, and those that plugins offer."""

from __future__ import annotations

import asyncio
from typing import Any, final
from uuid import UUID

import msgspec
import sqlalchemy as sa

from forexai_core.errors import ForexAIError, NotFoundError, did_you_mean
from forexai_saas.accounts.foundation import Foundation
from forexai_saas.errors import AccountError
from forexai_saas.storage.ids import new_id
from forexai_saas.storage.scopes import Scope
from reference_app.features.strategies import repository
from reference_app.features.strategies.asked import (
    OfferAsked,
    OffersKnown,
    ParametersChecked,
    ParametersGiven,
    RulesChecked,
    RulesWritten,
)
from reference_app.features.strategies.schemas import RuleProblem
from reference_app.metering import Holdings
from reference_app.processes.workbench import Workbench
from reference_app.tables import strategies

__all__ = ["StrategyBook"]

_FEATURE = "strategies"
_LONGEST_NAME, _LONGEST_TITLE = 100, 200


@final
class StrategyBook:
    """Keeps strategies; what needs compiled code, checking among it, is asked of another process.

    Parameters
    ----------
    on : Foundation
        Database, clock and audit log.
    holdings : Holdings
        A unit for each strategy that is kept.
    bench : Workbench
        Knows rules.
    asked : OfferAsked
        Which plugins are asked for strategies.
    """

    def __init__(self, on: Foundation, holdings: Holdings, bench: Workbench, asked: OfferAsked) -> None:
        self._on = on
        self._holdings = holdings
        self._bench = bench
        self._asked = asked
        self._known: OffersKnown | None = None
        self._one = asyncio.Lock()

    async def offered(self) -> OffersKnown:
        """Tell what plugins offer; they are asked once."""
        async with self._one:
            if self._known is None:
                answer = await self._bench.ask("strategies.offered", msgspec.msgpack.encode(self._asked))
                self._known = msgspec.msgpack.decode(answer, type=OffersKnown)
            return self._known

    async def judge_parameters(self, name: str, parameters: dict[str, Any]) -> tuple[RuleProblem, ...]:
        """Say what is wrong with the parameters of an offered strategy.

        Raises
        ------
        NotFoundError
            If no plugin offers it.
        """
        known = [each.name for each in (await self.offered()).items]
        if name not in known:
            raise NotFoundError(f"No plugin offers a strategy '{name}'. {did_you_mean(name, known)}".strip())
        given = ParametersGiven(
            name=name, parameters=parameters, disabled=self._asked.disabled, required=self._asked.required
        )
        answer = await self._bench.ask("strategies.parameters", msgspec.msgpack.encode(given))
        return msgspec.msgpack.decode(answer, type=ParametersChecked).problems

    async def judge(self, rules: dict[str, Any]) -> RulesChecked:
        """Say what is wrong with rules, or how they read."""
        answer = await self._bench.ask("strategies.validated", msgspec.msgpack.encode(RulesWritten(rules=rules)))
        return msgspec.msgpack.decode(answer, type=RulesChecked)

    async def add(self, scope: Scope, rules: dict[str, Any]) -> sa.Row[Any]:
        """Keep rules.

        Raises
        ------
        AccountError
            If they are wrong, or the tenant has some of that name.
        QuotaExceededError
            If the plan allows no more strategies.
        """
        values = await self._values(rules)
        made, now_ns = new_id(), self._on.clock.now_ns()
        await self._holdings.take(scope, _FEATURE, made, sa.select(strategies.c.id))
        try:
            await repository.add_row(
                self._on, scope, {**values, "id": made, "version": 1, "created_ns": now_ns, "changed_ns": now_ns}
            )
        except ForexAIError:
            await self._holdings.give_back(scope, _FEATURE, made)
            raise
        return await self.find(scope, made)

    async def change(self, scope: Scope, strategy_id: UUID, rules: dict[str, Any], version: int) -> sa.Row[Any]:
        """Keep rules in place of others.

        Parameters
        ----------
        version : int
            Of which they were made: where it is not the present one, nothing is changed.

        Raises
        ------
        AccountError
            If they are wrong, others were written meanwhile, or others have that name.
        NotFoundError
            If there is no such strategy.
        """
        await self.find(scope, strategy_id)
        values = {**await self._values(rules), "changed_ns": self._on.clock.now_ns()}
        return _found(await repository.change_row(self._on, scope, strategy_id, version, values))

    async def find(self, scope: Scope, strategy_id: UUID) -> sa.Row[Any]:
        """Give a strategy.

        Raises
        ------
        NotFoundError
            If there is no such strategy.
        """
        return _found(await repository.strategy_row(self._on.database, scope, strategy_id))

    async def remove(self, scope: Scope, strategy_id: UUID) -> None:
        """Remove a strategy; what was computed with it stays.

        Raises
        ------
        NotFoundError
            If there is no such strategy.
        """
        if not await repository.remove_row(self._on, scope, strategy_id):
            raise _missing()
        await self._holdings.give_back(scope, _FEATURE, strategy_id)

    async def _values(self, rules: dict[str, Any]) -> dict[str, Any]:
        checked = await self.judge(rules)
        if checked.problems:
            told = " · ".join(f"{each.place}: {each.message}" for each in checked.problems)
            raise AccountError("strategy.wrong", f"The rules cannot be run. {told}")
        if len(checked.name) > _LONGEST_NAME or len(checked.title) > _LONGEST_TITLE:
            raise AccountError(
                "strategy.name", f"A name has at most {_LONGEST_NAME} characters, and a title {_LONGEST_TITLE}."
            )
        return {
            "name": checked.name,
            "title": checked.title,
            "rules": checked.rules,
            "reading": checked.reading,
            "warmup_bars": checked.warmup_bars,
        }


def _found(row: sa.Row[Any] | None) -> sa.Row[Any]:
    if row is None:
        raise _missing()
    return row


def _missing() -> NotFoundError:
    return NotFoundError("There is no such strategy.")
