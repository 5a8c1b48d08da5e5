"""Going on with a session that was killed or stopped: what it had decided is decided again, and what follows is new.

A session on a paper account follows from its prices, its settings and the halts that it met. So its state needs no copy
of its own: the session runs again from its first price, as fast as it goes. Each record that comes out has to be the
one that was written; where those end it goes on, with the strategies, limits, positions and orders that it had.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import attrs

from forexai_core.errors import ConfigError
from forexai_core.live.alerts import Hear
from forexai_core.live.session.account_run import AccountPlan, AccountRun
from forexai_core.live.session.clocks import ReplayClock
from forexai_core.live.session.confirming import RecordedConfirming
from forexai_core.live.session.decisions import read_record, stream_of
from forexai_core.live.session.halt_log import HaltLog, halts_of
from forexai_core.live.session.halt_watch import HaltWatch
from forexai_core.live.session.loop import Session
from forexai_core.live.session.opening import (
    STATE_FILE,
    OpenSession,
    clock_of,
    services_of,
    unhurried,
    write_heads,
)
from forexai_core.live.session.resumed_journal import ResumedJournal, resumed_journal
from forexai_core.live.session.specification import SessionSpec
from forexai_core.ports.clock import Clock
from forexai_core.ports.halts import Halts
from forexai_core.ports.journal import JournalRecord
from forexai_core.services.clocks import RealClock

__all__ = ["resume_session"]


async def resume_session(
    spec: SessionSpec,
    plans: tuple[AccountPlan, ...],
    folder: Path,
    *,
    owner: str,
    hear: Hear,
    halts: Halts | None = None,
    real: Clock | None = None,
) -> OpenSession:
    """Open a session that goes on where another one ended.

    Parameters
    ----------
    spec : SessionSpec
        What it is, unchanged.
    plans : tuple of AccountPlan
        What is traded on each account.
    folder : Path
        Of the run.
    owner : str
        Who runs it: a name of its own for each start.
    hear : callable
        Takes notices; returns at once. Those of the past are told again.
    halts : Halts, optional
        Heeded from where the past ends, by a session at the pace of time; before, those of then are.
    real : Clock, optional
        In place of the system's.

    Raises
    ------
    ConfigError
        If prices come while the session runs, or there is nothing to go on with.
    ConflictError
        If the session still runs.
    IntegrityError
        If it comes to something else than was written, while it runs: then nothing more is written.
    StorageError
        If the journal, or what is halted, cannot be read.
    """
    if spec.live or spec.at_venue:
        raise ConfigError(
            "A session goes on where another one ended if its prices are recorded; one on live prices is begun anew, "
            "and one at a venue goes on by itself."
        )
    real = real or RealClock()
    clock = clock_of(spec, plans, real)
    if isinstance(clock, ReplayClock):
        plans = tuple(unhurried(plan) for plan in plans)
    names = [plan.name for plan in plans]
    journal, written = await resumed_journal(folder / "journal", folder / STATE_FILE, names, owner=owner, real=real)
    if spec.confirmation is not None:
        plans = tuple(_answered(plan, written[plan.name]) for plan in plans)
    # Whatever else a run keeps follows from its journal, too: it is made again, in memory.
    services = attrs.evolve(services_of(None, clock, real), journal=journal)
    watch = None if halts is None or isinstance(clock, ReplayClock) else HaltWatch(halts, real)
    try:
        session = await Session.open(plans, services, clock, owner=owner, hear=hear, real=real, watch=watch)
        for run in session.runs:
            _heed_as_then(run, written[run.plan.name], _behind(run, journal), watch)
        session.catching_up = lambda: any(_behind(run, journal)() for run in session.runs)
        await write_heads(session, spec)
    except BaseException:
        services.close()
        raise
    return OpenSession(session=session, services=services)


def _answered(plan: AccountPlan, records: Sequence[JournalRecord]) -> AccountPlan:
    """Let openings of the past be confirmed as they were then, and those that follow anew."""
    return attrs.evolve(plan, confirming=RecordedConfirming.of(records, plan.confirming))


def _behind(run: AccountRun, journal: ResumedJournal) -> Callable[[], bool]:
    """Give what tells whether records of an account are still to come out again; some may wait to be compared."""
    stream, book = stream_of(run.plan.name), run.session.book
    return lambda: journal.left(stream) > book.waiting


def _heed_as_then(
    run: AccountRun, records: Sequence[JournalRecord], repeats: Callable[[], bool], watch: HaltWatch | None
) -> None:
    """Heed the halts that the account met, and from where they end those of now."""
    if watch is None:
        return
    halted = dict(halts_of(read_record(record)) for record in records if record.kind == "halts")
    inner = watch.covering(run.plan.name, run.plan.tenant)
    run.heed(HaltLog(run.session.names, inner, halted, repeats))
