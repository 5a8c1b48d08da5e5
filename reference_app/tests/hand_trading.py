"""Paper accounts that people of a world trade on by hand."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from forexai_saas.storage.scopes import Scope
from reference_app.features.trading.book import Trading
from reference_app.http.callers import Caller
from reference_app.processes.worker import WorkerError
from reference_app.tables import paper_commands

ACCOUNT = {"name": "By hand", "instruments": ["EURUSD", "USDJPY"], "seed": 5}


def account_of(person, **more):
    """Make an account; give where it is traded on."""
    made = person.post(f"/tenants/{person.tenant_id}/brokers/connections", ACCOUNT | more)
    assert made.status_code == 201, made.text
    return f"/tenants/{person.tenant_id}/trading/{made.json()['id']}"


def quote(person, here, symbol="EURUSD"):
    return next(each for each in person.get(here).json()["quotes"] if each["symbol"] == symbol)


def order(person, here, pips=30, **more):
    """Write an order to buy at the market, with a stop so many pips away."""
    stop = round(quote(person, here)["bid"] - pips * 0.0001, 5)
    return {"symbol": "EURUSD", "side": "buy", "volume_lots": 0.1, "stop_loss": stop} | more


def bought(world, person, here, **more):
    """Buy, and wait for the next price."""
    placed = person.post(f"{here}/orders", order(person, here, **more))
    assert (placed.status_code, placed.json()["state"]) == (201, "taken"), placed.text
    world.pass_time(3)
    return person.get(f"{here}/positions").json()["items"]


def numbers_of(world, here):
    async def read():
        tenant, account = here.split("/")[2], here.split("/")[-1]
        async with world.accounts.on.database.reading(Scope(tenant_id=UUID(tenant))) as session:
            mine = paper_commands.c.account_id == UUID(account)
            rows = await session.rows(sa.select(paper_commands.c.number).where(mine).order_by("number"))
            return [row.number for row in rows]

    return world.run(read)


class Failing:
    """A process that answers a question so many times, and is gone at every later one."""

    def __init__(self, bench, answers):
        self.bench, self.answers = bench, answers

    async def ask(self, name, body):
        self.answers -= 1
        if self.answers < 0:
            raise WorkerError("The process is gone.")
        return await self.bench.ask(name, body)


def caller_of(world, person):
    token = person.cookies["forexai-session"]
    identity = world.run(world.accounts.sessions.identify, token)
    return Caller(
        user_id=identity.user_id,
        kind="browser",
        session_id=identity.session_id,
        tenant_id=UUID(person.tenant_id),
        identity=identity,
    )


def trading_on(world, bench):
    side = world.app.state.trading
    return Trading(world.accounts.on, world.accounts.gate, side.connections, bench)
