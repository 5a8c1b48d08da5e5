"""Sessions over known prices, run to their end: material for tests."""

from __future__ import annotations

import asyncio

import attrs

import forexai_core as fx
from forexai_core.backtesting.inputs import inputs_of
from forexai_core.engine.preparation.rates import DEFAULT_MAX_AGE_NS
from forexai_core.live.session.clocks import ReplayClock
from forexai_core.live.session.decisions import read_record
from forexai_core.live.session.paper_run import PaperPlan, PaperRun
from forexai_core.live.settings import DeskSettings
from forexai_core.services import embedded_services

LASTING = DeskSettings(lease_ttl_s=1e9)


@attrs.frozen(kw_only=True)
class Ran:
    """What a session came to."""

    trades: object
    equity: object
    notices: list
    records: list
    run: PaperRun

    @property
    def decisions(self):
        return [read_record(record) for record in self.records if record.kind == "decision"]


def as_inputs(prices, *, account=None, costs=None, rates=None, seed=0, **conditions):
    return inputs_of(
        prices,
        account=account,
        costs=costs,
        rates=rates,
        finer=None,
        limit_fill="price",
        max_age_ns=DEFAULT_MAX_AGE_NS,
        seed=seed,
        conditions=conditions,
    )


def session(strategy, prices, *, risk=None, reject_probability=0.0, at_once=None, **given):
    """Run strategies on a paper account over prices, as fast as it goes.

    Where ``at_once`` is given, so many of each symbol's are known at the start, and so many more become known whenever
    those have been taken.
    """
    sleeves = tuple(strategy) if isinstance(strategy, list) else (fx.Sleeve("only", strategy),)
    plan = PaperPlan(
        name="main",
        inputs=as_inputs(prices, **given),
        strategies=sleeves,
        risk=risk,
        reject_probability=reject_probability,
        settings=LASTING,
    )
    return asyncio.run(_to_the_end(plan) if at_once is None else _as_they_come(plan, at_once))


async def _to_the_end(plan):
    clock, notices = ReplayClock(min(int(each.time_ns[0]) for each in plan.inputs.prices.values())), []
    with embedded_services(None, clock=clock) as services:
        run = await PaperRun.open(plan, services, owner="test", hear=notices.append)
        while run.left:
            clock.come_to(run.next_ns)
            await run.step()
        trades = await run.finish()
        records = [record async for record in services.journal.read("session/main")]
    return Ran(trades=trades, equity=run.venue.ledger.equity, notices=notices, records=records, run=run)


async def _as_they_come(plan, at_once):
    clock, notices = ReplayClock(min(int(each.time_ns[0]) for each in plan.inputs.prices.values())), []
    whole, longest = plan.inputs, max(map(len, plan.inputs.prices.values()))
    with embedded_services(None, clock=clock) as services:
        run = await PaperRun.open(
            attrs.evolve(plan, inputs=known(whole, at_once)), services, owner="test", hear=notices.append
        )
        run.known_ns = until(run.plan.inputs)
        for rows in range(at_once, longest + at_once, at_once):
            while run.left:
                clock.come_to(run.next_ns)
                await run.step()
            more = known(whole, rows + at_once)
            run.grow(more, None if rows >= longest else until(more))
            await run.take_turns()
        trades = await run.finish()
        records = [record async for record in services.journal.read("session/main")]
    return Ran(trades=trades, equity=run.venue.ledger.equity, notices=notices, records=records, run=run)


def known(inputs, rows):
    """The inputs when so many prices of each symbol have come."""
    return attrs.evolve(inputs, prices={symbol: each[:rows] for symbol, each in inputs.prices.items()})


def until(inputs):
    """Until when all of them are known."""
    return max(int(getattr(each, "end_ns", each.time_ns)[-1]) for each in inputs.prices.values())
