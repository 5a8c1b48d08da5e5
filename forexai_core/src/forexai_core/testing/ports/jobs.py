"""What every table of jobs has to pass."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from forexai_core.errors import ConfigError, ConflictError, FencedError, NotFoundError
from forexai_core.ports.jobs import Claim, Job, JobRequest, Jobs, JobState
from forexai_core.testing.ports.verdicts import refused, require, soon

__all__ = ["JobsSuite"]

_KINDS = ("sweep", "report")


def _request(number: int = 1, **changes: Any) -> JobRequest:
    request = JobRequest(key=f"job-{number}", kind="sweep", payload=b"id", max_attempts=3, backoff_s=4, backoff_cap_s=6)
    return attrs.evolve(request, **changes)


async def _claim(jobs: Jobs, worker: str = "w1", lease_s: float = 10.0) -> tuple[Claim, Job]:
    claimed = await jobs.claim(worker, kinds=_KINDS, lease_s=lease_s)
    if claimed is None:
        pytest.fail("a job that is due is not given to a worker")
    return claimed


@pytest.mark.asyncio
class JobsSuite:
    """Rules of `forexai_core.ports.jobs.Jobs`."""

    @pytest.fixture
    def jobs(self) -> Jobs:
        """Give an empty table."""
        raise NotImplementedError("Give a fixture 'jobs'.")

    @pytest.fixture
    def another(self) -> Callable[[], Jobs]:
        """Give a function that opens the same table once more; one in memory may return itself."""
        raise NotImplementedError("Give a fixture 'another'.")

    @pytest.fixture
    def advance(self) -> Callable[[float], None]:
        """Give a function that lets the table's clock advance by seconds."""
        raise NotImplementedError("Give a fixture 'advance'.")

    async def test_one_key_is_one_job(self, jobs: Jobs, another: Callable[[], Jobs]) -> None:
        """The same request again, also at once, is the same job; another one under the key is refused."""
        stores = [jobs, another()]
        calls = [stores[n % 2].enqueue(_request()) for n in range(10)]
        ids = {job.id for job in await soon(asyncio.gather(*calls), "ten requests")}
        require(len(ids) == 1, f"one key made {len(ids)} jobs")
        for changes in ({"kind": "report"}, {"payload": b"other"}, {"max_attempts": 9}, {"backoff_s": 5.0}):
            with refused(ConflictError, f"another request under a used key ({changes})"):
                await jobs.enqueue(_request(**changes))
        require(len(await jobs.list()) == 1, "a refused request made a job")

    async def test_begins_queued(self, jobs: Jobs) -> None:
        """A new job waits, and comes back as it was asked for."""
        job = await jobs.enqueue(_request(payload=bytes(range(256))))
        require((job.state, job.attempt, job.cancel_requested) == (JobState.QUEUED, 0, False), f"it begins as {job}")
        require(job.request == _request(payload=bytes(range(256))), "the request comes back changed")
        require(await jobs.get(job.id) == job, "get() returns another job")

    async def test_who_waits_longest_goes_first(self, jobs: Jobs, advance: Callable[[float], None]) -> None:
        """By due time, then by the order of adding; and only kinds that the worker can do."""
        now_ns = (await jobs.enqueue(_request(1, kind="other"))).created_at_ns
        await jobs.enqueue(_request(2, not_before_ns=now_ns + 2_000_000_000))
        await jobs.enqueue(_request(3, not_before_ns=now_ns + 1_000_000_000))
        await jobs.enqueue(_request(4))
        await jobs.enqueue(_request(5, kind="report"))
        advance(2.0)
        got = [(await _claim(jobs))[1].request.key for _ in range(4)]
        require(got == ["job-4", "job-5", "job-3", "job-2"], f"jobs were begun in the order {got}")
        require(await jobs.claim("w1", kinds=_KINDS) is None, "a job of another kind, or a second time, was given")
        require(await jobs.claim("w1", kinds=()) is None, "a worker that can do nothing got a job")

    async def test_waits_until_it_is_due(self, jobs: Jobs, advance: Callable[[float], None]) -> None:
        """No job begins before its time."""
        job = await jobs.enqueue(_request())
        await jobs.enqueue(_request(2, not_before_ns=job.created_at_ns + 5_000_000_000))
        await _claim(jobs)
        advance(4.9)
        require(await jobs.claim("w2", kinds=_KINDS) is None, "a job began before it was due")
        advance(0.1)
        await _claim(jobs)

    async def test_one_worker_a_job(self, jobs: Jobs, another: Callable[[], Jobs]) -> None:
        """Many workers asking at once get different jobs."""
        for number in range(20):
            await jobs.enqueue(_request(number))
        stores = [jobs, another(), another()]
        calls = [stores[n % 3].claim(f"w{n}", kinds=_KINDS) for n in range(30)]
        claimed = [each for each in await soon(asyncio.gather(*calls), "thirty workers") if each is not None]
        ids = {claim.job_id for claim, _ in claimed}
        require(len(claimed) == len(ids) == 20, f"{len(claimed)} claims were given for {len(ids)} of twenty jobs")
        require(all(job.state is JobState.RUNNING and job.attempt == 1 for _, job in claimed), "a claim does not run")
        require(len({job.worker for _, job in claimed}) == 20, "a job names another worker")

    async def test_progress_is_kept_and_keeps_alive(self, jobs: Jobs, advance: Callable[[float], None]) -> None:
        """A worker that reports is not lost."""
        await jobs.enqueue(_request())
        claim, _ = await _claim(jobs)
        for _ in range(3):
            advance(9.0)
            require(await jobs.claim("w2", kinds=_KINDS) is None, "a living worker's job was given away")
            await jobs.progress(claim, 0.5, "half")
        job = await jobs.get(claim.job_id)
        require((job.progress, job.note) == (0.5, "half"), f"progress is kept as {job.progress}, {job.note!r}")
        for fraction in (-0.1, 1.1, float("nan")):
            with refused(ConfigError, f"progress of {fraction}"):
                await jobs.progress(claim, fraction)

    async def test_completes_once(self, jobs: Jobs) -> None:
        """A result is kept; repeating it changes nothing; another one is refused."""
        await jobs.enqueue(_request())
        claim, _ = await _claim(jobs)
        job = await jobs.complete(claim, b"result")
        require((job.state, job.result, job.progress) == (JobState.DONE, b"result", 1.0), f"it is done as {job}")
        require(await jobs.complete(claim, b"result") == job, "completing again changed the job")
        with refused(FencedError, "completing again with another result"):
            await jobs.complete(claim, b"other")
        with refused(FencedError, "failing what is done"):
            await jobs.fail(claim, "late")
        require(await jobs.claim("w2", kinds=_KINDS) is None, "a job that is done was given again")

    async def test_failures_wait_longer_each_time(self, jobs: Jobs, advance: Callable[[float], None]) -> None:
        """Back-off doubles up to its cap, then the job has failed."""
        await jobs.enqueue(_request())
        for wait_s in (4.0, 6.0):
            claim, _ = await _claim(jobs)
            job = await jobs.fail(claim, "no luck")
            require((job.state, job.error) == (JobState.QUEUED, "no luck"), f"after a failure it is {job}")
            advance(wait_s - 0.01)
            require(await jobs.claim("w1", kinds=_KINDS) is None, f"a failed job did not wait for {wait_s} seconds")
            advance(0.01)
        claim, running = await _claim(jobs)
        require(running.attempt == 3, f"the third attempt is counted as {running.attempt}")
        job = await jobs.fail(claim, "given up")
        require((job.state, job.error) == (JobState.FAILED, "given up"), f"after the last attempt it is {job}")
        advance(1e6)
        require(await jobs.claim("w1", kinds=_KINDS) is None, "a job that has failed was given again")

    async def test_fails_at_once_when_told(self, jobs: Jobs, advance: Callable[[float], None]) -> None:
        """Without retry the first failure is the last."""
        await jobs.enqueue(_request())
        claim, _ = await _claim(jobs)
        require((await jobs.fail(claim, "bad input", retry=False)).state is JobState.FAILED, "it is to be tried again")
        advance(1e6)
        require(await jobs.claim("w1", kinds=_KINDS) is None, "a job that has failed was given again")

    async def test_a_silent_worker_is_lost(self, jobs: Jobs, advance: Callable[[float], None]) -> None:
        """Its job is tried again after back-off, and it can change nothing any more."""
        await jobs.enqueue(_request())
        old, _ = await _claim(jobs)
        advance(10.1)
        require(await jobs.claim("w2", kinds=_KINDS) is None, "a lost job was given again without back-off")
        job = await jobs.get(old.job_id)
        require((job.state, job.error) == (JobState.QUEUED, "worker lost"), f"a lost job is {job}")
        advance(4.0)
        new, running = await _claim(jobs, "w1")
        require((running.attempt, new.attempt) == (2, 2), f"the second attempt is counted as {running.attempt}")
        with refused(FencedError, "progress by a worker that was lost"):
            await jobs.progress(old, 0.9)
        with refused(FencedError, "completing by a worker that was lost"):
            await jobs.complete(old, b"late")
        with refused(FencedError, "failing by a worker that was lost"):
            await jobs.fail(old, "late")
        require((await jobs.complete(new, b"good")).result == b"good", "the present worker cannot complete")

    async def test_lost_on_the_last_attempt_has_failed(self, jobs: Jobs, advance: Callable[[float], None]) -> None:
        """A job that kills its workers is not tried for ever."""
        job = await jobs.enqueue(_request(max_attempts=1))
        await _claim(jobs)
        advance(10.1)
        require(await jobs.claim("w2", kinds=_KINDS) is None, "a job was begun more often than allowed")
        job = await jobs.get(job.id)
        require((job.state, job.error) == (JobState.FAILED, "worker lost"), f"it is {job}")

    async def test_cancels_what_waits(self, jobs: Jobs) -> None:
        """A waiting job is cancelled at once."""
        job = await jobs.enqueue(_request())
        require((await jobs.cancel(job.id)).state is JobState.CANCELLED, "a waiting job was not cancelled")
        require(await jobs.claim("w1", kinds=_KINDS) is None, "a cancelled job was begun")
        require((await jobs.cancel(job.id)).state is JobState.CANCELLED, "cancelling again changed it")

    async def test_cancels_what_runs_by_asking(self, jobs: Jobs, advance: Callable[[float], None]) -> None:
        """A running job's worker is told, and ends it; one that is done stays done."""
        for number in (1, 2, 3):
            await jobs.enqueue(_request(number))
        (stops, _), (completes, _), (dies, _) = [await _claim(jobs) for _ in range(3)]
        for claim in (stops, completes, dies):
            asked = await jobs.cancel(claim.job_id)
            require((asked.state, asked.cancel_requested) == (JobState.RUNNING, True), f"asked to stop, it is {asked}")
        require((await jobs.progress(stops, 0.1)).cancel_requested, "the worker is not told")
        require((await jobs.fail(stops, "stopped")).state is JobState.CANCELLED, "a stopped job is not cancelled")
        require((await jobs.complete(completes, b"x")).state is JobState.DONE, "a job that was done anyway is not")
        require((await jobs.cancel(completes.job_id)).state is JobState.DONE, "cancelling changed what was done")
        advance(10.1)
        require(await jobs.claim("w2", kinds=_KINDS) is None, "a cancelled job was tried again")
        require((await jobs.get(dies.job_id)).state is JobState.CANCELLED, "a lost, cancelled job is not cancelled")

    async def test_lists_the_newest_first(self, jobs: Jobs) -> None:
        """With a state and a limit."""
        ids = [(await jobs.enqueue(_request(number))).id for number in range(4)]
        await jobs.cancel(ids[1])
        require([job.id for job in await jobs.list()] == ids[::-1], "the list is not newest first")
        require([job.id for job in await jobs.list(limit=2)] == [ids[3], ids[2]], "the limit is not kept")
        got = [job.id for job in await jobs.list(state=JobState.CANCELLED)]
        require(got == [ids[1]], "the list has jobs of another state")

    async def test_knows_what_is_not_there(self, jobs: Jobs) -> None:
        """An unknown id is an error."""
        with refused(NotFoundError, "getting an unknown job"):
            await jobs.get("none")
        with refused(NotFoundError, "cancelling an unknown job"):
            await jobs.cancel("none")

    async def test_refuses_wrong_use(self, jobs: Jobs) -> None:
        """Names and leases are checked."""
        with refused(ConfigError, "a worker without a name"):
            await jobs.claim("", kinds=_KINDS)
        for lease_s in (0.0, -1.0, float("inf"), float("nan")):
            with refused(ConfigError, f"a lease of {lease_s} seconds"):
                await jobs.claim("w1", kinds=_KINDS, lease_s=lease_s)

    async def test_another_process_sees_it(self, jobs: Jobs, another: Callable[[], Jobs]) -> None:
        """What was returned is there for everybody."""
        await jobs.enqueue(_request())
        claim, _ = await _claim(jobs)
        job = await jobs.complete(claim, b"result")
        require(await another().get(job.id) == job, "another process sees another job")
