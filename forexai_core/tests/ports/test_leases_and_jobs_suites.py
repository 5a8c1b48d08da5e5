"""The suites of leases and jobs catch each broken rule."""

from __future__ import annotations

import asyncio

import attrs
import pytest
from ports.proofs import Apart, Proof, all_rules_proven, prove

from forexai_core.errors import ConflictError, FencedError, NotFoundError
from forexai_core.ports.jobs import JobState
from forexai_core.services.clocks import ManualClock
from forexai_core.services.jobs import SqliteJobs
from forexai_core.services.leases import SqliteLeases
from forexai_core.services.sqlite import Database
from forexai_core.testing.ports.jobs import JobsSuite
from forexai_core.testing.ports.leases import LeasesSuite

START_NS = 1_700_000_000_000_000_000


def stores(name, kind, *, apart=False):
    def fixtures():
        clock = ManualClock(START_NS)
        store = kind(Database(None), clock)
        another = Apart(lambda: kind(Database(None), clock)) if apart else (lambda: store)
        return {name: store, "another": another, "advance": clock.advance}

    fixtures.__name__ = kind.__name__ + ("Apart" if apart else "")
    return fixtures


def execute(store, statement, *values):
    return store._database.write(lambda connection: connection.execute(statement, values).fetchall())


class GivesToEverybody(SqliteLeases):
    async def acquire(self, resource, **terms):
        await execute(self, "UPDATE leases SET expires_at_ns = 0")
        return await super().acquire(resource, **terms)


class OneLeaseForAll(SqliteLeases):
    async def acquire(self, resource, **terms):
        return await super().acquire("account:all", **terms)


class EndsEarly(SqliteLeases):
    async def acquire(self, resource, *, owner, ttl_s):
        lease = await super().acquire(resource, owner=owner, ttl_s=ttl_s / 2)
        return lease and attrs.evolve(lease, ttl_s=ttl_s)


class NeverEnds(SqliteLeases):
    async def acquire(self, resource, *, owner, ttl_s):
        lease = await super().acquire(resource, owner=owner, ttl_s=ttl_s * 1e6)
        return lease and attrs.evolve(lease, ttl_s=ttl_s)


class BeginsNumbersAnew(SqliteLeases):
    async def release(self, lease):
        await execute(self, "DELETE FROM leases")


class RenewsInWordsOnly(SqliteLeases):
    async def renew(self, lease):
        return attrs.evolve(lease, expires_at_ns=self._clock.now_ns() + 10_000_000_000)


class RenewsWithANewToken(SqliteLeases):
    async def renew(self, lease):
        renewed = await super().renew(lease)
        return attrs.evolve(renewed, fence=attrs.evolve(lease.fence, number=lease.fence.number + 1))


class RenewsTheDead(SqliteLeases):
    async def renew(self, lease):
        try:
            return await super().renew(lease)
        except FencedError:
            return lease


class RenewsTheExpired(SqliteLeases):
    """Nobody took it, so why not: but who looked meanwhile found it free."""

    async def renew(self, lease):
        await execute(
            self,
            "UPDATE leases SET expires_at_ns = ? WHERE expires_at_ns > 0 AND number = ?",
            2**62,
            lease.fence.number,
        )
        return await super().renew(lease)


class KeepsTheReleased(SqliteLeases):
    async def release(self, lease):
        return None


class ReleasesForAnybody(SqliteLeases):
    async def release(self, lease):
        await execute(self, "UPDATE leases SET expires_at_ns = 0 WHERE resource = ?", lease.fence.resource)


class GivesTheSameAgain(SqliteLeases):
    async def acquire(self, resource, *, owner, ttl_s):
        present = await self.current(resource)
        if present is not None and present.owner == owner:
            return present
        return await super().acquire(resource, owner=owner, ttl_s=ttl_s)


class RestoresNothing(SqliteLeases):
    async def raise_epoch(self):
        return await self.epoch() + 1


class LooksThenTakes(SqliteLeases):
    async def acquire(self, resource, **terms):
        if await self.current(resource) is not None:
            return None
        await asyncio.sleep(0)
        await execute(self, "UPDATE leases SET expires_at_ns = 0")
        return await super().acquire(resource, **terms)


class TakesAnyLease(SqliteLeases):
    async def acquire(self, resource, *, owner, ttl_s):
        return await super().acquire("x", owner="a", ttl_s=1.0)


LEASES = [
    Proof("one_owner_at_a_time", stores("leases", GivesToEverybody)),
    Proof("resources_are_apart", stores("leases", OneLeaseForAll)),
    Proof("expires", stores("leases", EndsEarly)),
    Proof("expires", stores("leases", NeverEnds)),
    Proof("tokens_only_rise", stores("leases", BeginsNumbersAnew)),
    Proof("tokens_only_rise", stores("leases", GivesTheSameAgain)),
    Proof("renewing_prolongs", stores("leases", RenewsInWordsOnly)),
    Proof("renewing_prolongs", stores("leases", RenewsWithANewToken)),
    Proof("what_is_over_is_not_renewed", stores("leases", RenewsTheDead)),
    Proof("what_is_over_is_not_renewed", stores("leases", RenewsTheExpired)),
    Proof("releasing_frees", stores("leases", KeepsTheReleased)),
    Proof("an_old_lease_releases_nothing", stores("leases", ReleasesForAnybody)),
    Proof("the_owner_may_ask_again", stores("leases", GivesTheSameAgain)),
    Proof("a_restore_voids_everything", stores("leases", RestoresNothing)),
    Proof("one_of_many_wins", stores("leases", LooksThenTakes)),
    Proof("one_of_many_wins", stores("leases", SqliteLeases, apart=True)),
    Proof("refuses_wrong_use", stores("leases", TakesAnyLease)),
]


@pytest.mark.parametrize("proof", LEASES, ids=str)
def test_a_broken_store_of_leases_is_caught(proof, monkeypatch):
    prove(LeasesSuite, stores("leases", SqliteLeases), proof, monkeypatch)


def test_every_rule_of_leases_is_proven():
    all_rules_proven(LeasesSuite, LEASES)


class AnyRequestWillDo(SqliteJobs):
    async def enqueue(self, request):
        try:
            return await super().enqueue(request)
        except ConflictError:
            return next(job for job in await self.list() if job.request.key == request.key)


class ForgetsKeys(SqliteJobs):
    count = 0

    async def enqueue(self, request):
        self.count += 1
        return await super().enqueue(attrs.evolve(request, key=f"{request.key}-{self.count}"))


class DropsPayloads(SqliteJobs):
    async def enqueue(self, request):
        return await super().enqueue(attrs.evolve(request, payload=b""))


class TakesAnyKind(SqliteJobs):
    async def claim(self, worker, *, kinds, **terms):
        return await super().claim(worker, kinds=(*kinds, "other"), **terms)


class TheNewestFirst(SqliteJobs):
    async def claim(self, worker, **terms):
        await execute(self, "UPDATE jobs SET due_ns = due_ns - position WHERE due_ns <= ?", self._clock.now_ns())
        return await super().claim(worker, **terms)


class BeginsBeforeItsTime(SqliteJobs):
    async def enqueue(self, request):
        return await super().enqueue(attrs.evolve(request, not_before_ns=0))


class GivesTwice(SqliteJobs):
    async def claim(self, worker, **terms):
        claimed = await super().claim(worker, **terms)
        if worker == "w1":
            await execute(self, "UPDATE jobs SET state = 'queued' WHERE state = 'running'")
        return claimed


class ProgressIsNoLife(SqliteJobs):
    async def progress(self, claim, fraction, note=""):
        before = (await self.get(claim.job_id)).claimed_until_ns
        job = await super().progress(claim, fraction, note)
        await execute(self, "UPDATE jobs SET claimed_until_ns = ?", before)
        return job


class ForgetsNotes(SqliteJobs):
    async def progress(self, claim, fraction, note=""):
        return await super().progress(claim, fraction)


class TakesAnyFraction(SqliteJobs):
    async def progress(self, claim, fraction, note=""):
        return await super().progress(claim, 0.5, note)


class CompletesAgain(SqliteJobs):
    async def complete(self, claim, result=b""):
        await execute(self, "UPDATE jobs SET state = 'running' WHERE state = 'done'")
        return await super().complete(claim, result)


class CompletingTwiceIsAnError(SqliteJobs):
    async def complete(self, claim, result=b""):
        if (await self.get(claim.job_id)).state is JobState.DONE:
            raise FencedError("done")
        return await super().complete(claim, result)


class TriesAgainAtOnce(SqliteJobs):
    async def fail(self, claim, error, **terms):
        job = await super().fail(claim, error, **terms)
        await execute(self, "UPDATE jobs SET due_ns = ?", self._clock.now_ns())
        return job


class WaitsTheSameEachTime(SqliteJobs):
    async def fail(self, claim, error, **terms):
        job = await super().fail(claim, error, **terms)
        await execute(self, "UPDATE jobs SET due_ns = ?", self._clock.now_ns() + 4_000_000_000)
        return job


class TriesForEver(SqliteJobs):
    async def fail(self, claim, error, *, retry=True):
        job = await super().fail(claim, error, retry=retry)
        await execute(self, "UPDATE jobs SET state = 'queued' WHERE state = 'failed'")
        return attrs.evolve(job, state=JobState.QUEUED)


class AlwaysTriesAgain(SqliteJobs):
    async def fail(self, claim, error, *, retry=True):
        return await super().fail(claim, error)


class NobodyIsLost(SqliteJobs):
    async def claim(self, worker, **terms):
        await execute(self, "UPDATE jobs SET claimed_until_ns = ? WHERE state = 'running'", 2**62)
        return await super().claim(worker, **terms)


class HearsTheLost(SqliteJobs):
    async def complete(self, claim, result=b""):
        job = await self.get(claim.job_id)
        return await super().complete(attrs.evolve(claim, attempt=job.attempt, worker=job.worker), result)


class CountsNoLostAttempts(SqliteJobs):
    async def claim(self, worker, **terms):
        await execute(
            self,
            "UPDATE jobs SET attempt = 0, state = 'queued' WHERE state = 'running' AND claimed_until_ns < ?",
            self._clock.now_ns(),
        )
        return await super().claim(worker, **terms)


class CancelsByAsking(SqliteJobs):
    async def cancel(self, job_id):
        await execute(self, "UPDATE jobs SET cancel_requested = 1 WHERE id = ?", job_id)
        return await self.get(job_id)


class CancelsUnderTheWorker(SqliteJobs):
    async def cancel(self, job_id):
        await execute(self, "UPDATE jobs SET state = 'cancelled', cancel_requested = 1 WHERE id = ?", job_id)
        return await self.get(job_id)


class TriesTheCancelledAgain(SqliteJobs):
    async def fail(self, claim, error, **terms):
        await execute(self, "UPDATE jobs SET cancel_requested = 0")
        return await super().fail(claim, error, **terms)


class TheOldestFirst(SqliteJobs):
    async def list(self, **terms):
        return (await super().list(**terms))[::-1]


class ListsEveryState(SqliteJobs):
    async def list(self, *, state=None, limit=100):
        return await super().list(limit=limit)


class NoneWhenMissing(SqliteJobs):
    async def get(self, job_id):
        try:
            return await super().get(job_id)
        except NotFoundError:
            return None


class TakesAnyLeaseOfJobs(SqliteJobs):
    async def claim(self, worker, *, kinds, lease_s=60.0):
        return await super().claim("w", kinds=kinds, lease_s=60.0)


JOBS = [
    Proof("one_key_is_one_job", stores("jobs", AnyRequestWillDo)),
    Proof("one_key_is_one_job", stores("jobs", ForgetsKeys)),
    Proof("begins_queued", stores("jobs", DropsPayloads)),
    Proof("who_waits_longest_goes_first", stores("jobs", TakesAnyKind)),
    Proof("who_waits_longest_goes_first", stores("jobs", TheNewestFirst)),
    Proof("waits_until_it_is_due", stores("jobs", BeginsBeforeItsTime)),
    Proof("one_worker_a_job", stores("jobs", GivesTwice)),
    Proof("one_worker_a_job", stores("jobs", SqliteJobs, apart=True)),
    Proof("progress_is_kept_and_keeps_alive", stores("jobs", ProgressIsNoLife)),
    Proof("progress_is_kept_and_keeps_alive", stores("jobs", ForgetsNotes)),
    Proof("progress_is_kept_and_keeps_alive", stores("jobs", TakesAnyFraction)),
    Proof("completes_once", stores("jobs", CompletesAgain)),
    Proof("completes_once", stores("jobs", CompletingTwiceIsAnError)),
    Proof("failures_wait_longer_each_time", stores("jobs", TriesAgainAtOnce)),
    Proof("failures_wait_longer_each_time", stores("jobs", WaitsTheSameEachTime)),
    Proof("failures_wait_longer_each_time", stores("jobs", TriesForEver)),
    Proof("fails_at_once_when_told", stores("jobs", AlwaysTriesAgain)),
    Proof("a_silent_worker_is_lost", stores("jobs", NobodyIsLost)),
    Proof("a_silent_worker_is_lost", stores("jobs", HearsTheLost)),
    Proof("lost_on_the_last_attempt_has_failed", stores("jobs", CountsNoLostAttempts)),
    Proof("cancels_what_waits", stores("jobs", CancelsByAsking)),
    Proof("cancels_what_runs_by_asking", stores("jobs", CancelsUnderTheWorker)),
    Proof("cancels_what_runs_by_asking", stores("jobs", TriesTheCancelledAgain)),
    Proof("lists_the_newest_first", stores("jobs", TheOldestFirst)),
    Proof("lists_the_newest_first", stores("jobs", ListsEveryState)),
    Proof("knows_what_is_not_there", stores("jobs", NoneWhenMissing)),
    Proof("refuses_wrong_use", stores("jobs", TakesAnyLeaseOfJobs)),
    Proof("another_process_sees_it", stores("jobs", SqliteJobs, apart=True)),
]


@pytest.mark.parametrize("proof", JOBS, ids=str)
def test_a_broken_table_of_jobs_is_caught(proof, monkeypatch):
    prove(JobsSuite, stores("jobs", SqliteJobs), proof, monkeypatch)


def test_every_rule_of_jobs_is_proven():
    all_rules_proven(JobsSuite, JOBS)
