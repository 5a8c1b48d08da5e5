"""What a session counts and times, whether it is fit to trade, and how that is asked for."""

from __future__ import annotations

import asyncio
import json
import math
import re
from contextlib import closing
from itertools import pairwise

import pytest
from live.session_runs import as_inputs
from live.session_strategies import Everything

import forexai_core as fx
from forexai_core.cli.metrics_server import served
from forexai_core.cli.session_view import HeadlessView
from forexai_core.errors import ConfigError
from forexai_core.live.session.figures import ABOUT, Figures, health_of, quantile
from forexai_core.live.session.opening import open_session
from forexai_core.live.session.paper_run import PaperPlan
from forexai_core.live.session.specification import spec_of
from forexai_core.ports.halts import Halt, HaltScope
from forexai_core.ports.metrics import MetricKind
from forexai_core.services.metrics import DURATION_BOUNDS_S, MemoryMetrics

pytestmark = pytest.mark.kernels

BARS = fx.synthetic("EURUSD", "M15", bars=200, seed=9)
NAMES = ("first", "second")


async def opened_session(names=NAMES):
    plans = tuple(
        PaperPlan(
            name=name,
            inputs=as_inputs(BARS, account=fx.Account(balance=50_000)),
            strategies=(fx.Sleeve("mixed", Everything(seed=number)),),
        )
        for number, name in enumerate(names)
    )
    spec = spec_of(
        {
            "accounts": [{"name": name} for name in names],
            "feeds": [{"symbol": "EURUSD", "timeframe": "M15"}],
            "strategies": [{"name": "mixed", "account": name} for name in names],
        },
        "a test",
    )
    return await open_session(spec, plans, None, owner="test", hear=lambda _: None)


def values_of(session, name, **labels):
    return {
        sample.labels: sample.value
        for sample in session.figures.metrics.snapshot()
        if sample.name == name and labels.items() <= dict(sample.labels).items()
    }


async def test_a_session_counts_prices_decisions_and_orders():
    with closing(await opened_session()) as opened:
        session = opened.session

        def look(each):
            if each.prices % 50 == 0:
                each.figures.show(each)

        ends = await session.run(look)
        session.figures.show(session)
        for name in NAMES:
            (run,) = (each for each in session.runs if each.plan.name == name)
            (count,) = values_of(session, "session_prices_total", account=name).values()
            assert count == len(BARS)  # however often it was looked at
            (count,) = values_of(session, "session_decisions_total", account=name).values()
            assert count == ends[name].decisions
            (count,) = values_of(session, "session_orders_total", account=name).values()
            assert count == run.session.carried > 20
            (equity,) = values_of(session, "session_equity", account=name).values()
            assert equity == ends[name].state.equity
            answered = values_of(session, "orders_answered_total", account=name)
            assert sum(answered.values()) >= len(ends[name].trades)
        known = {sample.name for sample in session.figures.metrics.snapshot()}
        assert known <= ABOUT.keys()
        timed = [each for each in session.figures.metrics.snapshot() if each.name == "session_price_seconds"]
        assert sum(each.count for each in timed) == 2 * len(BARS) // 16
        assert 0 < session.figures.latency(0.5) <= session.figures.latency(0.99)


async def test_a_session_is_ready_while_it_runs_and_says_why_not():
    halt = Halt(scope=HaltScope.PLATFORM, time_ns=1, by="Ada", reason="lunch")
    with closing(await opened_session()) as opened:
        session, seen = opened.session, []
        assert health_of(session).reasons == ("the session is ready",)

        def look(each):
            if each.prices == 10:
                seen.append(health_of(each))
                each.runs[0].heed(lambda _strategy, _time_ns: (halt,))
            if each.prices == 20:
                seen.append(health_of(each))
                each.runs[1].session.desk.blocks.set("x", "The venue sleeps.")
            if each.prices == 30:
                seen.append(health_of(each))
                session.figures.show(session)
                each.stop()

        await session.run(look)
        assert values_of(session, "session_blocked", account="second").popitem()[1] == 1
        assert values_of(session, "session_ready").popitem()[1] == 0
    assert [each.ready for each in seen] == [True, False, False]
    assert seen[1].reasons == ("first: halted by Ada: lunch",)
    assert seen[2].reasons == ("first: halted by Ada: lunch", "second: The venue sleeps.")


async def ask(port, path, *, method="GET", host="localhost"):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"{method} {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
    said = (await reader.read()).decode()
    writer.close()
    head, _, body = said.partition("\r\n\r\n")
    return int(head.split()[1]), body


LINE = re.compile(r'[a-z_]+(\{([a-z_]+="([^"\\\n]|\\.)*",?)+\})? (NaN|[+-]Inf|-?[0-9.e+-]+)')


async def test_figures_are_served_to_this_machine_alone(capsys):
    with closing(await opened_session()) as opened:
        session = opened.session
        async with served(session, 0) as port:
            status, body = await ask(port, "/ready")
            assert (status, json.loads(body)["reasons"]) == (503, ["the session is ready"])
            asked = []

            def look(each):
                if each.prices == 100:
                    each.pause(by="Ada")
                    asked.append(asyncio.ensure_future(questions()))

            async def questions():
                said = [await ask(port, path) for path in ("/metrics", "/health", "/ready", "/", "/metrics?x=1")]
                said += [await ask(port, "/metrics", host="evil.example"), await ask(port, "/metrics", method="POST")]
                session.resume(by="Ada")
                return [*said, await ask(port, "/ready", host=f"127.0.0.1:{port}")]

            await session.run(look)
            metrics, health, paused, absent, again, stranger, posted, ready = await asked[0]
        assert [each[0] for each in (metrics, health, paused, absent, again)] == [200, 200, 503, 404, 200]
        assert [each[0] for each in (stranger, posted, ready)] == [403, 405, 200]
        assert "equity" not in stranger[1]
        assert json.loads(health[1]) == {"state": "paused", "prices": 100}
        assert json.loads(ready[1]) == {"ready": True, "state": "running", "reasons": []}
        lines = metrics[1].splitlines()
        assert all(LINE.fullmatch(line) for line in lines if not line.startswith("#"))
        assert 'forexai_session_prices_total{account="first"} 50.0' in lines
        with pytest.raises(OSError, match=r"."):
            await ask(port, "/health")
    assert f":{port}/metrics" in capsys.readouterr().err


async def test_a_port_that_is_taken_is_named():
    with closing(await opened_session(("only",))) as opened:
        async with served(opened.session, 0) as port:
            with pytest.raises(ConfigError, match=f"port {port}"):
                async with served(opened.session, port):
                    pytest.fail("two serve one port")
        async with served(opened.session, None) as none:
            assert none is None


async def test_lines_for_a_log_tell_health_and_latencies(capsys):
    with closing(await opened_session(("only",))) as opened:
        await opened.session.run(HeadlessView(every_s=0.0).follow)
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    of_session = [line for line in lines if "session" in line]
    assert len(of_session) == len(BARS)
    assert of_session[0]["price_p50_ms"] is None
    assert of_session[-1]["ready"]
    assert 0 < of_session[-1]["price_p50_ms"] <= of_session[-1]["price_p99_ms"]


def test_quantiles_are_read_off_buckets():
    metrics = MemoryMetrics(bounds=(1.0, 2.0, 4.0))
    assert math.isnan(quantile([], 0.5))
    for value in (0.5, 0.5, 1.5, 3.0):
        metrics.observe("x", value, {"account": "a"})
    for value in (3.0, 3.0, 3.0, 9.0):
        metrics.observe("x", value, {"account": "b"})
    samples = metrics.snapshot()
    assert {each.kind for each in samples} == {MetricKind.HISTOGRAM}
    assert quantile(samples, 0.25) == 1.0
    assert quantile(samples, 0.375) == 2.0
    assert quantile(samples, 0.625) == 3.0
    assert quantile(samples, 1.0) == 4.0  # above the last bound nobody knows


def test_bounds_tell_microseconds_from_seconds():
    assert all(low < high for low, high in pairwise(DURATION_BOUNDS_S))
    assert DURATION_BOUNDS_S[0] <= 1e-5
    assert {0.00015, 0.001} <= set(DURATION_BOUNDS_S)


def test_a_price_is_timed_now_and_then():
    figures = Figures(MemoryMetrics())
    for _ in range(64):
        figures.end_price("main", figures.begin_price())
    (sample,) = figures.metrics.snapshot()
    assert sample.count == 4
