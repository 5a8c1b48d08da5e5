"""What fails on one account stays on it: the others of a session go on, and a person is told."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import attrs

from forexai_core.errors import BrokerError
from forexai_core.live.session.account_run import AccountRun
from forexai_core.live.session.arming import VenuePlan
from forexai_core.live.session.failures import told

__all__ = ["Bulkhead"]


@attrs.define(kw_only=True, eq=False)
class Bulkhead:
    """Keeps the accounts of a session apart.

    An account on which something fails that is no answer of its venue takes no further price and sends nothing more:
    what it has written down, and what it knows, may not be what is so. Its positions keep the stops at the venue.

    Attributes
    ----------
    passes : callable
        Says of a failure whether it ends the whole session all the same.
    failures : dict of str to Exception
        By account: what failed there.
    """

    passes: Callable[[Exception], bool]
    failures: dict[str, Exception] = attrs.field(factory=dict, init=False)

    def sound(self, runs: Sequence[AccountRun]) -> list[AccountRun]:
        """Give the accounts on which nothing has failed."""
        return [run for run in runs if run.plan.name not in self.failures]

    def check(self, runs: Sequence[AccountRun]) -> None:
        """Let a session go on while there is an account to go on with.

        Raises
        ------
        Exception
            What failed first, where something has failed on every account.
        """
        if self.failures and not self.sound(runs):
            raise next(iter(self.failures.values()))

    @asynccontextmanager
    async def around(self, run: AccountRun) -> AsyncIterator[None]:
        """Keep what fails within on the account."""
        try:
            yield
        except Exception as problem:  # noqa: BLE001 - whatever it is, the other accounts have no part in it
            await self.fail(run, problem)

    async def fail(self, run: AccountRun, problem: Exception) -> None:
        """Take an account out because of a failure, and tell; a venue that is not reached takes none out.

        Raises
        ------
        Exception
            The failure, where it ends the whole session.
        """
        if self.passes(problem):
            raise problem
        desk = run.session.desk
        if isinstance(run.plan, VenuePlan) and isinstance(problem, BrokerError | TimeoutError):
            desk.disconnected()
            return
        name, what = run.plan.name, told(problem)
        self.failures.setdefault(name, problem)
        desk.alerts.tell(
            "failed",
            "The account is halted",
            f"{what} It sends nothing more, and its positions keep the stops that stand at the venue; orders that wait "
            "there wait on. Other accounts go on. Look at the account, mend the cause, and start it again.",
        )
        try:
            await desk.halt("failed", what)
        except Exception as unkept:  # noqa: BLE001 - what failed may be where halts are kept
            desk.alerts.tell("failed:unkept", "The halt could not be written down", told(unkept))

    async def leave(self, run: AccountRun) -> None:
        """Give an account back, and leave its venue; what fails is told, and keeps no other one."""
        for step in (run.session.desk.close_down, run.close):
            try:
                await step()
            except Exception as problem:  # noqa: BLE001 - as above
                run.session.desk.alerts.tell(
                    f"left:{step.__name__}", "The account could not be left in order", told(problem)
                )
