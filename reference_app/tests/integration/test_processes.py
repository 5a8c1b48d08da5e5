"""Processes that compute: what they find comes back, and whatever becomes of one, the next task is done."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from forexai_core.errors import ConfigError, DataError
from forexai_saas.errors import AccountError
from reference_app.processes.workbench import Workbench
from reference_app.processes.worker import WorkerError, WorkerProcess

LONG_S = 300.0  # of a machine that is starved


@pytest.fixture(autouse=True)
def _found(monkeypatch):
    """Let the process find the module of the tests."""
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1]))
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]), prepend=os.pathsep)


def with_worker(story):
    async def play():
        worker = WorkerProcess("toy_worker")
        try:
            return await story(worker)
        finally:
            await worker.stop()

    return asyncio.run(play())


def test_a_task_tells_how_far_it_is_and_gives_what_it_found():
    async def story(worker):
        assert not worker.running
        told, large = [], bytes(range(256)) * 8_000

        async def note(*given):
            told.append(given)

        assert await worker.ask("echo", large, limit_s=LONG_S, on_progress=note) == large
        assert told == [(0.25, "a quarter"), (1.0, "more than all")]
        assert worker.running
        assert await worker.ask("chatter", b"answer", limit_s=LONG_S) == b"answer"

    with_worker(story)


def test_what_is_refused_and_what_fails_leaves_the_process_for_the_next():
    async def story(worker):
        with pytest.raises(ConfigError, match="'fast' must be given"):
            await worker.ask("refuse", b"", limit_s=LONG_S)
        with pytest.raises(DataError, match="no price"):
            await worker.ask("misread", b"", limit_s=LONG_S)
        with pytest.raises(WorkerError, match="ZeroDivisionError"):
            await worker.ask("break_down", b"", limit_s=LONG_S)
        with pytest.raises(WorkerError, match="KeyError"):
            await worker.ask("no such task", b"", limit_s=LONG_S)
        assert worker.running
        assert await worker.ask("echo", b"on", limit_s=LONG_S) == b"on"

    with_worker(story)


def test_a_process_that_is_gone_is_started_again():
    async def story(worker):
        with pytest.raises(WorkerError, match="gone"):
            await worker.ask("die", b"", limit_s=LONG_S)
        assert await worker.ask("echo", b"again", limit_s=LONG_S) == b"again"

    with_worker(story)


def test_a_task_that_takes_too_long_or_is_no_longer_wanted_is_ended():
    async def story(worker):
        with pytest.raises(WorkerError, match="longer than"):
            await worker.ask("wait", b"", limit_s=0.01)
        assert not worker.running

        async def no_more(_fraction, _note):
            raise asyncio.CancelledError

        with pytest.raises(asyncio.CancelledError):
            await worker.ask("wait", b"", limit_s=LONG_S, on_progress=no_more)
        assert not worker.running
        assert await worker.ask("echo", b"", limit_s=LONG_S) == b""

    with_worker(story)


def test_a_bench_answers_one_after_the_other_refuses_a_crowd_and_rests():
    async def play():
        bench = Workbench("toy_worker", limit_s=LONG_S, idle_s=0.01, waiting=3)
        try:
            asked = [asyncio.create_task(bench.ask("echo", bytes([number]))) for number in range(6)]
            answers = await asyncio.gather(*asked, return_exceptions=True)
            assert answers[:4] == [b"\0", b"\1", b"\2", b"\3"]
            assert [each.code for each in answers[4:] if isinstance(each, AccountError)] == ["work.busy"] * 2
            async with asyncio.timeout(LONG_S):
                while bench.running:  # noqa: ASYNC110 - nothing tells that a process has ended
                    await asyncio.sleep(0.01)
            assert await bench.ask("echo", b"woken") == b"woken"
        finally:
            await bench.stop()
        assert not bench.running

    asyncio.run(play())
