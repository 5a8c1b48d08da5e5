"""The runner of jobs: what is done once, what is tried again, and who is told."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from uuid import uuid4

import pytest
from metering import HandClock

from forexai_core.errors import StorageError
from forexai_core.ports.jobs import JobState
from forexai_core.services import embedded_services
from reference_app.jobs.handling import Order, Subject, request_of
from reference_app.jobs.runner import JobRunner

SUBJECT = Subject(tenant_id=uuid4(), id=uuid4())
LONG_S = 300.0  # of a machine that is starved


@pytest.fixture(autouse=True)
def _found(monkeypatch):
    """Let the process find the module of the tests."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]), prepend=os.pathsep)


class Toy:
    """Handles jobs whose kind is the name of a task of the toy process."""

    def __init__(self, task):
        self.task, self.told, self.begun, self.trouble = task, [], asyncio.Event(), []

    async def begin(self, subject, job):
        assert subject == SUBJECT
        self.begun.set()
        return None if self.task is None else Order(task=self.task, body=b"%d" % job.attempt)

    async def finish(self, _subject, _job, found):
        if self.trouble:
            raise self.trouble.pop()
        self.told.append(("found", found))

    async def refuse(self, _subject, _job, problem):
        self.told.append(("refused", problem))

    async def give_up(self, _subject, _job):
        self.told.append(("given up", ""))


def play(task, story, **options):
    """Put one job into a table, and let a story be told with its runner."""

    async def played():
        clock, toy = HandClock(), Toy(task)
        with embedded_services(None, clock=clock) as services:
            runner = JobRunner(services.jobs, {"toy": toy}, "toy_worker", **{"beat_s": 0.02, **options})
            job = await services.jobs.enqueue(request_of("toy", SUBJECT, "first"))
            try:
                async with asyncio.timeout(LONG_S):
                    await story(runner, toy, services.jobs, job.id, clock)
            finally:
                await runner.stop()

    asyncio.run(played())


def test_a_job_is_done_once():
    async def story(runner, toy, jobs, job_id, _clock):
        assert await runner.drain() == 1
        assert toy.told == [("found", b"1")]
        assert (await jobs.get(job_id)).state is JobState.DONE
        await jobs.enqueue(request_of("toy", SUBJECT, "first"))
        assert await runner.drain() == 0

    play("echo", story)


def test_a_job_of_which_nothing_is_left_to_do_starts_no_process():
    async def story(runner, toy, jobs, job_id, _clock):
        await runner.drain()
        assert toy.told == []
        assert (await jobs.get(job_id)).state is JobState.DONE

    play(None, story)


def test_what_was_asked_wrongly_is_refused_at_once():
    async def story(runner, toy, jobs, job_id, _clock):
        await runner.drain()
        assert toy.told == [("refused", "the parameter 'fast' must be given.")]
        job = await jobs.get(job_id)
        assert (job.state, job.attempt) == (JobState.FAILED, 1)

    play("refuse", story)


@pytest.mark.parametrize("task", ["die", "break_down"])
def test_what_breaks_down_is_tried_three_times(task):
    async def story(runner, toy, jobs, job_id, clock):
        for attempt in (1, 2, 3):
            assert toy.told == []
            assert await runner.drain() == 1
            assert (await jobs.get(job_id)).attempt == attempt
            clock.time_ns += 60 * 10**9
        assert await runner.drain() == 0
        assert (await jobs.get(job_id)).state is JobState.FAILED
        ((kind, words),) = toy.told
        assert (kind, "again and again" in words) == ("refused", True)

    play(task, story)


def test_a_database_that_was_away_has_the_work_done_again():
    async def story(runner, toy, jobs, job_id, clock):
        toy.trouble.append(StorageError("the database is away"))
        await runner.drain()
        assert (await jobs.get(job_id)).state is JobState.QUEUED
        clock.time_ns += 60 * 10**9
        await runner.drain()
        assert toy.told == [("found", b"2")]

    play("echo", story)


def test_a_task_that_never_ends_is_ended():
    async def story(runner, toy, jobs, job_id, clock):
        for _ in range(3):
            await runner.drain()
            clock.time_ns += 60 * 10**9
        assert (await jobs.get(job_id)).state is JobState.FAILED
        assert [kind for kind, _ in toy.told] == ["refused"]

    play("wait", story, limit_s=0.05)


def test_a_job_that_runs_is_cancelled():
    async def story(runner, toy, jobs, job_id, _clock):
        runner.start()
        await toy.begun.wait()
        await jobs.cancel(job_id)
        while (await jobs.get(job_id)).state is not JobState.CANCELLED:  # noqa: ASYNC110 - the table tells nobody
            await asyncio.sleep(0.01)
        assert toy.told == [("given up", "")]

    play("wait", story)


def test_one_that_lost_its_job_to_another_keeps_nothing():
    async def story(runner, toy, jobs, job_id, clock):
        doing = asyncio.create_task(runner.drain())
        await toy.begun.wait()
        clock.time_ns += 10**12
        while (taken := await jobs.claim("another", kinds=["toy"])) is None:
            clock.time_ns += 10**12
        assert await doing == 1
        assert toy.told == []
        job = await jobs.get(job_id)
        assert (job.worker, job.attempt) == ("another", taken[0].attempt)

    play("wait", story, beat_s=1.0)


def test_a_runner_that_waits_is_woken():
    async def story(runner, toy, jobs, job_id, _clock):
        runner.start()
        while not toy.told:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.01)
        more = await jobs.enqueue(request_of("toy", SUBJECT, "second"))
        runner.wake()
        while (await jobs.get(more.id)).state is not JobState.DONE:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.01)
        assert len(toy.told) == 2

    play("echo", story)
