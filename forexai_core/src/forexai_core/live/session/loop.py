"""The loop of a session: accounts side by side, price by price, at the pace of its clock."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from enum import StrEnum

from forexai_core.errors import ConfigError, IntegrityError
from forexai_core.live.alerts import Hear
from forexai_core.live.session.account_ends import AccountEnd, end_of
from forexai_core.live.session.account_run import AccountPlan, AccountRun
from forexai_core.live.session.arming import VenuePlan
from forexai_core.live.session.arriving import Arriving
from forexai_core.live.session.breathing import Breathing, Collector, collecting_between_prices
from forexai_core.live.session.bulkhead import Bulkhead
from forexai_core.live.session.clocks import PacedClock, ReplayClock
from forexai_core.live.session.endings import Ending, draining
from forexai_core.live.session.figures import Figures
from forexai_core.live.session.halt_watch import HaltWatch
from forexai_core.live.session.paper_run import PaperPlan, PaperRun
from forexai_core.live.session.venue_run import VenueRun
from forexai_core.ports.clock import Clock
from forexai_core.ports.services import Services
from forexai_core.services.metrics import MemoryMetrics

__all__ = ["Session", "SessionState"]

_NAP_S = 0.25
_ALWAYS = 2**63 - 1
_RENEWALS = 3  # within the life of a lease

Follow = Callable[["Session"], None]
"""Told after each price, or after several that changed nothing; returns at once."""


class SessionState(StrEnum):
    """Where a session is in its life."""

    READY = "ready"
    RUNNING = "running"
    PAUSED = "paused"
    DRAINING = "draining"
    ENDED = "ended"


class Session:
    """Accounts with their strategies on their way through prices. Made by :meth:`open`.

    Parameters
    ----------
    runs : sequence of AccountRun
        The accounts.
    clock : ReplayClock or PacedClock
        Of the session.
    real : Clock
        The system's, for leases and halts.
    watch : HaltWatch, optional
        Where halts are heeded; a replay of the past heeds none, so that it can be repeated.
    arriving : Arriving, optional
        Where prices come from while it runs; without it those that the accounts have are all.
    figures : Figures, optional
        What counts and times it.

    Attributes
    ----------
    state : SessionState
        Where it is.
    catching_up : callable
        Whether it goes through what it has gone through before: then it waits for no time.
    prices : int
        How many have been taken.
    """

    def __init__(
        self,
        runs: Sequence[AccountRun],
        clock: ReplayClock | PacedClock,
        real: Clock,
        watch: HaltWatch | None = None,
        arriving: Arriving | None = None,
        *,
        figures: Figures | None = None,
    ) -> None:
        self.runs, self.clock, self.arriving = tuple(runs), clock, arriving
        self.figures = figures or Figures(MemoryMetrics())
        self.state, self.prices = SessionState.READY, 0
        self.catching_up: Callable[[], bool] = bool  # never, unless somebody says so
        self._real, self._watch = real, watch
        self._goes_on = asyncio.Event()
        self._goes_on.set()
        self._stops = False
        self._bulkhead = Bulkhead(passes=self._ends_all)
        self._breathing, self._collector = Breathing(real), Collector()

    @classmethod
    async def open(
        cls,
        plans: Sequence[AccountPlan],
        services: Services,
        clock: ReplayClock | PacedClock,
        *,
        owner: str,
        hear: Hear,
        real: Clock,
        watch: HaltWatch | None = None,
        arriving: Arriving | None = None,
    ) -> Session:
        """Take the accounts over, and let the strategies prepare.

        Parameters
        ----------
        plans : sequence of AccountPlan
            What is traded on each account.
        services : Services
            With ``clock``; leases go by the system's.
        clock : ReplayClock or PacedClock
            Of the session.
        owner : str
            Who takes the accounts: a name of its own for each start.
        hear : callable
            Takes notices; returns at once.
        real : Clock
            The system's.
        watch : HaltWatch, optional
            Where halts are heeded.
        arriving : Arriving, optional
            Where prices come from while it runs.

        Raises
        ------
        ConfigError, DataError
            If something does not fit together.
        ConflictError
            If another session holds an account.
        StorageError
            If the journal, or what is halted, cannot be read.
        """
        if watch is not None:
            await watch.begin()
        runs: list[AccountRun] = []
        try:
            for plan in plans:
                run = await _opened(plan, services, owner=owner, hear=hear, real=real)
                runs.append(run)
                if watch is not None:
                    run.heed(watch.covering(plan.name, plan.tenant))
        except BaseException:
            for run in runs:
                await run.session.desk.close_down()
                await run.close()
            raise
        if arriving is not None:
            arriving.begin(runs)
        return cls(runs, clock, real, watch, arriving, figures=Figures(services.metrics))

    # ------------------------------------------------------------------------------------------------ steering
    def pause(self, *, by: str) -> None:
        """Take no further price until :meth:`resume`; what stands at the venue stands."""
        if self.state is SessionState.RUNNING:
            self.state = SessionState.PAUSED
            self._goes_on.clear()
            self._note("paused", by)

    def resume(self, *, by: str) -> None:
        """Go on after a pause."""
        if self.state is SessionState.PAUSED:
            self.state = SessionState.RUNNING
            self._goes_on.set()
            self._note("resumed", by)

    def drain(self, *, by: str) -> None:
        """Open nothing any more, and end when nothing is open and nothing waits."""
        if self.state in {SessionState.RUNNING, SessionState.PAUSED}:
            self.state = SessionState.DRAINING
            self._goes_on.set()
            self._note("draining", by)
            for run in self.runs:
                run.close_for_openings(draining(run.plan.name, self.clock.now_ns(), by))

    def stop(self) -> None:
        """End after the present price; positions keep the stops that stand at the venue."""
        self._stops = True
        self._goes_on.set()

    def _note(self, what: str, by: str) -> None:
        now_ns = self.clock.now_ns()
        for run in self.runs:
            run.session.book.note("notice", now_ns, {"what": what, "by": by, "price": run.taken})

    # ------------------------------------------------------------------------------------------------ running
    async def run(self, follow: Follow | None = None) -> Mapping[str, AccountEnd]:
        """Go through the prices to their end, or until told to stop.

        Parameters
        ----------
        follow : callable, optional
            Told after each price, or after several that changed nothing.

        Returns
        -------
        mapping of str to AccountEnd
            By account; also of those that failed while others went on.

        Raises
        ------
        Exception
            What failed first, where no account is left to go on with.
        """
        self.state = SessionState.RUNNING
        beside = [asyncio.create_task(self._renew(run)) for run in self.runs]
        if self._watch is not None:
            beside.append(asyncio.create_task(self._watch.run()))
        try:
            with collecting_between_prices() as self._collector:
                await self._go(follow)
            ends = {run.plan.name: await end_of(run, self._ending, self._bulkhead) for run in self.runs}
            self._bulkhead.check(self.runs)
            return ends
        finally:
            self.state = SessionState.ENDED
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            for run in self.runs:
                await self._bulkhead.leave(run)
            if self.arriving is not None:
                await self.arriving.close()

    async def _go(self, follow: Follow | None) -> None:
        while not self._stops:
            self._collector.collect()
            if not self._goes_on.is_set():
                await self._rest()
                continue
            self._bulkhead.check(self.runs)
            left = [run for run in self._sound if run.left]
            if self._drained or not (left or self._more_may_come):
                return
            if not left:
                await self._receive(follow)
                continue
            run = min(left, key=_next_ns)
            before = run.taken
            if isinstance(self.clock, ReplayClock) and not await self._skip(run, left):
                continue
            if isinstance(self.clock, ReplayClock) or self.catching_up():
                self.clock.come_to(run.next_ns)
            elif not (self._at_once or await self._wait(run.next_ns)):
                continue
            for each in await self._step(run, left):
                self.prices += each.taken - before if each is run else 1
                if follow is not None:
                    follow(self)
            await self._breathing.breathe()

    async def _skip(self, run: AccountRun, left: Sequence[AccountRun]) -> bool:
        """Let an account pass by prices that nobody can notice; say whether that has not failed."""
        try:
            run.skip(min((each.next_ns for each in left if each is not run), default=_ALWAYS))
        except Exception as problem:  # noqa: BLE001 - the other accounts have no part in it
            await self._bulkhead.fail(run, problem)
            return False
        return True

    async def _step(self, run: AccountRun, left: Sequence[AccountRun]) -> Sequence[AccountRun]:
        """Let an account take its next price; at the pace of time, others whose price is of that instant beside it.

        So their orders wait for one write to the disk together, and for their venues at once. A replay goes account by
        account, since what one waits for moves its clock. Gives those that have taken a price.
        """
        together = [run]
        if not isinstance(self.clock, ReplayClock) and not self.catching_up():
            together = [each for each in left if each.next_ns == run.next_ns]
        if len(together) == 1:
            await self._take(run)
            return together
        ends = await asyncio.gather(*map(self._take, together), return_exceptions=True)
        for end in ends:  # all have come to rest before a failure ends the session
            if end is not None:
                raise end
        return together

    async def _take(self, run: AccountRun) -> None:
        began_s = self.figures.begin_price()
        try:
            await run.step()
        except Exception as problem:  # noqa: BLE001 - the other accounts have no part in it
            await self._bulkhead.fail(run, problem)
        self.figures.end_price(run.plan.name, began_s)

    async def _rest(self) -> None:
        """Wait a little, or until the session goes on; venues are looked after meanwhile."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_NAP_S):
                await self._goes_on.wait()
        await self._attend()

    async def _attend(self) -> None:
        for run in self._sound:
            async with self._bulkhead.around(run):
                await run.attend()

    @property
    def _sound(self) -> Sequence[AccountRun]:
        return self._bulkhead.sound(self.runs) if self._bulkhead.failures else self.runs

    def _ends_all(self, problem: Exception) -> bool:
        """Say whether a failure ends the session for every account: one that is repeated came to something else."""
        return self.catching_up is not bool and isinstance(problem, IntegrityError)

    @property
    def _drained(self) -> bool:
        """Whether it was to end as soon as nothing is open, and nothing is."""
        if self.state is not SessionState.DRAINING:
            return False
        return all(run.flat for run in self._sound if run.left or self._more_may_come)

    @property
    def _ending(self) -> Ending:
        """Why it ends; a stop comes first, since prices may be left then."""
        if self._stops:
            return Ending.STOPPED
        return Ending.DRAINED if self.state is SessionState.DRAINING else Ending.OVER

    @property
    def _more_may_come(self) -> bool:
        return self.arriving is not None and not self.arriving.over

    @property
    def _at_once(self) -> bool:
        """Whether prices are of the present: there is nothing to wait for once they have come."""
        return self.arriving is not None and self.arriving.prices.at_once

    async def _receive(self, follow: Follow | None) -> None:
        """Let prices come; a screen is drawn meanwhile, too, so that it shows when they do not."""
        if self.arriving is not None and not await self.arriving.hand_over(self._sound, _NAP_S, self._bulkhead):
            await self._attend()
            if follow is not None:
                follow(self)

    async def _wait(self, time_ns: int) -> bool:
        """Wait for a time, in naps, heeding halts meanwhile; say whether it has come and the session goes on."""
        while (rest_ns := time_ns - self.clock.now_ns()) > 0:
            if self._stops or not self._goes_on.is_set():
                return False
            self._collector.collect()
            await self.clock.sleep(min(rest_ns / 1e9, self._nap_s))
        return True

    @property
    def _nap_s(self) -> float:
        """A quarter of a second of the system's clock, in the session's time."""
        return _NAP_S * (self.clock.speed if isinstance(self.clock, PacedClock) else 1.0)

    async def _renew(self, run: AccountRun) -> None:
        async with self._bulkhead.around(run):
            while await run.renew():
                await self._real.sleep(run.plan.settings.lease_ttl_s / _RENEWALS)


async def _opened(plan: AccountPlan, services: Services, *, owner: str, hear: Hear, real: Clock) -> AccountRun:
    if isinstance(plan, VenuePlan):
        return await VenueRun.open(plan, services, owner=owner, hear=hear, real=real)
    if isinstance(plan, PaperPlan):
        return await PaperRun.open(plan, services, owner=owner, hear=hear)
    raise ConfigError(f"Account {plan.name}: give a PaperPlan or a VenuePlan, not {type(plan).__name__}.")


def _next_ns(run: AccountRun) -> int:
    return run.next_ns
