"""Tenants with accounts to trade on, and people who may."""

from __future__ import annotations

import attrs
import sqlalchemy as sa
from account_desk import PASSWORD, client
from metering import DAY_NS

from forexai_saas.accounts.api_keys import ApiKeys
from forexai_saas.accounts.impersonating import Impersonating
from forexai_saas.billing.fact_book import FactBook
from forexai_saas.billing.facts import Granted
from forexai_saas.storage.scopes import Scope
from forexai_saas.storage.tables import memberships, users
from forexai_saas.trading.accounts import TradingAccounts
from forexai_saas.trading.disclosure import Consents, disclosure
from forexai_saas.trading.gate import TradingGate
from forexai_saas.trading.keys import TradingKeys


class Signed:
    """Somebody who is signed in with a second factor."""

    def __init__(self, desk, user_id, app, token):
        self.desk, self.user_id, self.app, self.token = desk, user_id, app, token

    async def now(self):
        """Give who it is, as at the next request."""
        return await self.desk.book.identify(self.token)

    async def step_up(self):
        self.desk.pass_time(60)
        identity = await self.now()
        await self.desk.second_factor.check(self.user_id, self.app.code(), session_id=identity.session_id)
        return await self.now()


@attrs.frozen
class TradingDesk:
    """The services about trading."""

    desk: object
    book: FactBook
    gate: TradingGate
    accounts: TradingAccounts
    consents: Consents
    keys: ApiKeys
    trading_keys: TradingKeys
    impersonating: Impersonating

    async def signed(self):
        email, user_id, app, _ = await self.desk.with_factor()
        pending = await self.desk.signing_in.sign_in(email, PASSWORD, client())
        grant = await self.desk.signing_in.show_second_factor(pending.token, app.code(), client())
        return Signed(self.desk, user_id, app, grant.token)

    async def owner(self, plan="pro"):
        """Give an owner, the tenant, and what it takes to trade."""
        who = await self.signed()
        tenant_id = (await self.desk.on.scope_of(who.user_id)).tenant_id
        if plan:
            await self.tell(tenant_id, self.granted(plan))
        return who, tenant_id

    def granted(self, plan="pro", days=365):
        now_ns = self.desk.clock.now_ns()
        return Granted(grant=f"of {plan}", plan=plan, start_ns=now_ns, stop_ns=now_ns + days * DAY_NS)

    async def tell(self, tenant_id, fact, key="k1"):
        async with self.desk.on.database.writing(Scope(tenant_id=tenant_id)) as session:
            await self.book.record(session, fact, source="test", key=key)

    async def agree(self, who, tenant_id):
        scope = Scope(tenant_id=tenant_id, user_id=who.user_id)
        return await self.consents.agree(scope, disclosure("en"), address="192.0.2.1")

    async def ready(self):
        """Give an owner with a live account that is granted and armed, and a paper account."""
        who, tenant_id = await self.owner()
        await self.agree(who, tenant_id)
        identity = await who.step_up()
        live = await self.accounts.add(tenant_id, identity, name="live", mode="live")
        paper = await self.accounts.add(tenant_id, identity, name="paper", mode="paper")
        await self.accounts.grant(tenant_id, identity, live, who.user_id)
        await self.accounts.arm(tenant_id, identity, live)
        return who, tenant_id, live, paper

    async def check(self, tenant_id, who, ask, **given):
        user_id = getattr(who, "user_id", None)
        async with self.desk.on.database.writing(Scope(tenant_id=tenant_id, user_id=user_id)) as session:
            await self.gate.check(session, who, ask, **given)

    async def join(self, tenant_id, user_id, role):
        async with self.desk.on.database.writing(Scope(tenant_id=tenant_id)) as session:
            await session.execute(sa.insert(memberships).values(user_id=user_id, role=role, created_ns=2**60))

    async def promote(self, user_id):
        async with self.desk.on.database.writing(Scope(user_id=user_id)) as session:
            await session.execute(sa.update(users).values(platform_admin=True))

    async def actions(self, tenant_id, user_id=None):
        async with self.desk.on.database.reading(Scope(tenant_id=tenant_id)) as session:
            return [each.action for each in await self.desk.on.audit.read(session, limit=500)]


def trading_desk_on(desk):
    book = FactBook(desk.clock, desk.on.audit)
    gate, keys = TradingGate(book), ApiKeys(desk.on)
    return TradingDesk(
        desk=desk,
        book=book,
        gate=gate,
        accounts=TradingAccounts(desk.on, gate),
        consents=Consents(desk.on),
        keys=keys,
        trading_keys=TradingKeys(desk.on, keys, gate),
        impersonating=Impersonating(desk.on),
    )
