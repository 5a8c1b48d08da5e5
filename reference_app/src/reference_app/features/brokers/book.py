"""The accounts of a tenant, and as what each is kept."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, final
from uuid import UUID

import attrs
import msgspec
import sqlalchemy as sa

from forexai_core.errors import ForexAIError, NotFoundError
from forexai_saas.accounts.foundation import Foundation
from forexai_saas.accounts.sessions import Identity
from forexai_saas.errors import AccountError
from forexai_saas.storage.ids import new_id
from forexai_saas.storage.scopes import Scope
from forexai_saas.trading.accounts import TradingAccounts
from reference_app.features.brokers import repository
from reference_app.features.brokers.asked import PaperTerms, TermsChecked, market_start
from reference_app.features.brokers.schemas import PaperAccountWanted
from reference_app.metering import Holdings
from reference_app.processes.workbench import Workbench
from reference_app.tables import paper_accounts

__all__ = ["Connections", "terms_of"]

_FEATURE = "broker_connections"


def terms_of(row: sa.Row[Any]) -> PaperTerms:
    """Read the terms of a paper account."""
    return PaperTerms(
        currency=row.currency,
        leverage=row.leverage,
        margin_mode=row.margin_mode,
        balance=row.balance,
        instruments=tuple(row.instruments),
        seed=row.seed,
        pace=row.pace,
        market_ns=row.market_ns,
        begun_ns=row.begun_ns,
    )


@final
@attrs.frozen(kw_only=True)
class Connections:
    """Keeps accounts: each takes a unit of the plan's broker connections until it is archived.

    Attributes
    ----------
    on : Foundation
        Database and clock.
    accounts : TradingAccounts
        Asks the gate, and fixes whether one is paper or live.
    holdings : Holdings
        Of units.
    bench : Workbench
        Knows instruments, and whether terms fit together.
    """

    on: Foundation
    accounts: TradingAccounts
    holdings: Holdings
    bench: Workbench

    async def add_paper(self, scope: Scope, who: Identity, wanted: PaperAccountWanted) -> sa.Row[Any]:
        """Add a paper account.

        Raises
        ------
        AccountError
            If it may not be done, or its terms do not fit together.
        QuotaExceededError
            If the plan allows no more accounts.
        """
        now_ns = self.on.clock.now_ns()
        terms = PaperTerms(
            currency=wanted.currency,
            leverage=wanted.leverage,
            margin_mode=wanted.margin_mode,
            balance=Decimal(wanted.balance),
            instruments=wanted.instruments,
            seed=wanted.seed,
            pace=wanted.pace,
            market_ns=market_start(now_ns),
            begun_ns=now_ns,
        )
        await self._check(terms)
        made = new_id()
        await self.holdings.take(scope, _FEATURE, made, _holders())
        try:
            async with self.on.database.writing(scope) as session:
                await self.accounts.enter(session, who, made, name=wanted.name, mode="paper")
                values = {**msgspec.structs.asdict(terms), "instruments": list(terms.instruments), "id": made}
                await session.execute(sa.insert(paper_accounts).values(**values))
        except ForexAIError:
            await self.holdings.give_back(scope, _FEATURE, made)
            raise
        return await self.find(scope, made)

    async def find(self, scope: Scope, account_id: UUID) -> sa.Row[Any]:
        """Give an account; one that was archived, too.

        Raises
        ------
        NotFoundError
            If the tenant has no such account.
        """
        return await repository.connection_row(self.on.database, scope, account_id)

    async def archive(self, scope: Scope, account_id: UUID) -> None:
        """Archive an account: nothing trades on it any more, and its history stays. Twice is once.

        Raises
        ------
        NotFoundError
            If the tenant has no such account.
        """
        await repository.archive_row(self.on, scope, account_id)
        await self.holdings.give_back(scope, _FEATURE, account_id)

    async def grant(self, scope: Scope, who: Identity, account_id: UUID, member_id: UUID) -> None:
        """Let a member trade on a live account, as :meth:`TradingAccounts.grant` does; on paper whoever trades may."""
        await self.accounts.grant(_tenant(scope), who, account_id, member_id)

    async def withdraw(self, scope: Scope, who: Identity, account_id: UUID, member_id: UUID) -> None:
        """Take a grant back.

        Raises
        ------
        NotFoundError
            If there is none.
        """
        if not await self.accounts.withdraw(_tenant(scope), who, account_id, member_id):
            raise NotFoundError("This account is not granted to that member.")

    async def _check(self, terms: PaperTerms) -> None:
        if len(set(terms.instruments)) < len(terms.instruments):
            raise AccountError("account.terms", "instruments: one stands twice. Name each once.")
        answer = await self.bench.ask("brokers.terms", msgspec.msgpack.encode(terms))
        problems = msgspec.msgpack.decode(answer, type=TermsChecked).problems
        if problems:
            told = " ".join(f"{each.place}: {each.message}" for each in problems)
            raise AccountError("account.terms", f"The account cannot be kept like this. {told}")


def _holders() -> sa.Select[tuple[UUID]]:
    return sa.select(paper_accounts.c.id).where(paper_accounts.c.archived_ns.is_(None))


def _tenant(scope: Scope) -> UUID:
    if scope.tenant_id is None:
        raise NotFoundError("Accounts are those of a tenant, and this speaks for none.")
    return scope.tenant_id
