"""What people are told of a session: everything once, and nobody waits for it."""

from __future__ import annotations

import asyncio
from collections import Counter

import attrs
import pytest
from live.drift_injections import market, plan_of
from live_desks import Bench

import forexai_core as fx
from forexai_core.errors import ConfigError
from forexai_core.live.channels import Channel
from forexai_core.live.session.clocks import ReplayClock
from forexai_core.live.session.decisions import read_record
from forexai_core.live.session.news import EVENTS, News
from forexai_core.live.session.paper_run import PaperRun
from forexai_core.ports.notifier import Delivery, Notice
from forexai_core.risk.watch import Breach
from forexai_core.services import embedded_services

WINDOWS = 60


async def told(plan, *, events=EVENTS, busy_every=5, past=lambda: False):
    """Run a plan, its venue busy in some windows; give what was told, and what the journal holds."""
    clock, heard = ReplayClock(int(next(iter(plan.inputs.prices.values())).time_ns[0])), []
    with embedded_services(None, clock=clock) as services:
        run = await PaperRun.open(plan, services, owner="test", hear=lambda _notice: None)
        account = plan.inputs.account
        news = News(
            account="main", currency=account.currency, clock=account.clock, events=events, hear=heard.append, past=past
        )
        run.session.book.followers.append(news.note)
        while run.left:
            run.session.broker._probability = 1.0 if run.taken // 16 % busy_every == 0 else 0.0
            clock.come_to(run.next_ns)
            await run.step()
        await run.finish()
        news.finish()
        return heard, [record async for record in services.journal.read("session/main")]


def session_plan(**changes):
    return attrs.evolve(plan_of(market(WINDOWS, 4), mode="hedging", stop_pips=25.0), **changes)


async def test_signals_fills_rejections_and_days_are_told_once_each():
    heard, records = await told(session_plan())
    fields = [(record.kind, read_record(record)) for record in records]
    categories = Counter(notice.key.split(":")[1] for notice in heard)
    assert len({notice.key for notice in heard}) == len(heard)
    assert categories["signal"] == sum(kind == "decision" and "wishes" in each for kind, each in fields) > 50
    assert categories["deal"] == sum(kind == "deal" for kind, _ in fields) > 50
    rejected = [wish for kind, each in fields if kind == "outcome" for wish in each["wishes"]]
    assert categories["rejection"] == sum(wish["state"] == "rejected" for wish in rejected) > 5
    days = [notice for notice in heard if notice.category == "daily"]
    assert categories["daily"] == len(days) > 2
    summed = sum(fact.value for notice in days for fact in notice.facts if fact.name == "net_result")
    booked = [each[name] for kind, each in fields if kind == "deal" for name in ("profit", "commission", "swap")]
    assert summed == pytest.approx(sum(booked), abs=0.005 * len(days))
    fill = next(notice for notice in heard if notice.category == "trade" and "Closed by signal" in notice.text)
    assert {fact.name for fact in fill.facts} == {"price", "volume", "net_profit"}


async def test_a_broken_limit_is_told():
    clock = ReplayClock(0)
    with embedded_services(None, clock=clock) as services:
        run = await PaperRun.open(session_plan(), services, owner="test", hear=lambda _notice: None)
        heard, account = [], run.plan.inputs.account
        news = News(account="main", currency="USD", clock=account.clock, events=EVENTS, hear=heard.append)
        run.session.book.followers.append(news.note)
        run._note_breaches([Breach(rule="max-daily-loss", time_ns=7, equity=97_999.5, floor=98_000.0, flatten=True)])
    (notice,) = heard
    assert (notice.key, str(notice.level), notice.category) == ("main:breaker:max-daily-loss:7", "critical", "risk")
    assert "97,999.50" in notice.text
    assert "98,000.00" in notice.text


async def test_what_risk_refuses_is_told_with_its_reason():
    heard, _ = await told(session_plan(risk=fx.Risk(max_daily_loss_fraction=0.00002)))
    refused = [notice for notice in heard if notice.category == "risk" and "risk refused to" in notice.title]
    assert refused
    assert all(notice.text for notice in refused)


async def test_only_what_is_asked_for_is_told_and_nothing_twice():
    heard, _ = await told(session_plan(), events=("fill",))
    assert {notice.key.split(":")[1] for notice in heard} == {"deal"}
    assert (await told(session_plan(), past=lambda: True))[0] == []


async def test_a_record_that_cannot_be_told_harms_nobody():
    heard = []
    clock = fx.Account().clock
    news = News(account="main", currency="USD", clock=clock, events=EVENTS, hear=heard.append)
    news.note("breach", 5, {"rule": "daily"})
    assert [notice.key for notice in heard] == ["main:untold:breach:5"]


class Post:
    """A notifier that can be held up, or fail."""

    def __init__(self):
        self.sent, self.open, self.emptied, self.fails = [], asyncio.Event(), asyncio.Event(), False

    async def send(self, notice):
        await self.open.wait()
        if self.fails:
            raise ConfigError("no such chat")
        self.sent.append(notice)
        if len(self.sent) == 10:
            self.emptied.set()
        return Delivery(key=notice.key, channel="post")


def notices(count, name="n"):
    return [Notice(key=f"{name}{number}", time_ns=number, title="") for number in range(count)]


async def test_what_is_too_much_is_dropped_and_said():
    post, said = Post(), []
    channel = Channel(notifier=post, complain=said.append, most=10)
    for each in notices(25):
        channel.put(each)
    assert (channel.dropped, channel.waiting) == (15, 10)
    assert len(said) == 1
    running = asyncio.create_task(channel.run())
    post.open.set()
    async with asyncio.timeout(30):
        await post.emptied.wait()
    for each in notices(1, "later"):
        channel.put(each)
    channel.end()
    await running
    assert [each.key for each in post.sent][:10] == [f"n{number}" for number in range(10)]
    gap, last = post.sent[10:]
    assert gap.title == "15 notices were dropped"
    assert last.key == "later0"


async def test_one_that_fails_or_hangs_keeps_nobody_waiting():
    hangs, fails, works, said = Post(), Post(), Post(), []
    fails.fails = True
    for each in (fails, works):
        each.open.set()
    channels = [Channel(notifier=each, complain=said.append, send_s=0.01) for each in (hangs, fails, works)]
    for channel in channels:
        for each in notices(2):
            channel.put(each)
        channel.end()
        channel.end()
    await asyncio.gather(*(channel.run() for channel in channels))
    assert len(works.sent) == 2
    assert sorted(said) == sorted(
        ["warning: a notifier failed: no such chat", "warning: a notifier failed: it did not answer in time"] * 2
    )


async def test_a_venue_that_is_not_reached_is_told_each_time_and_so_is_its_return():
    bench = Bench()
    desk = await bench.desk()
    for _ in range(2):
        desk.disconnected()
        desk.disconnected()
        await desk.reconcile()
    assert [key.split(":")[0].split("#")[0] for key in bench.told] == ["unreached", "reached"] * 2
    assert len(set(bench.told)) == 4
