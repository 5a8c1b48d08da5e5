"""Opening a session as its file says, and writing at its head what it is."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import attrs

from forexai_core.backtesting.described import described
from forexai_core.data.library import Library
from forexai_core.errors import ConfigError
from forexai_core.live.alerts import Alerts, Hear
from forexai_core.live.growth.merging import LivePrices
from forexai_core.live.session.account_run import AccountPlan
from forexai_core.live.session.arming import VenuePlan
from forexai_core.live.session.arriving import Arriving
from forexai_core.live.session.clocks import PacedClock, ReplayClock
from forexai_core.live.session.halt_watch import HaltWatch
from forexai_core.live.session.loop import Session
from forexai_core.live.session.specification import SessionSpec
from forexai_core.ports.clock import Clock
from forexai_core.ports.halts import Halts
from forexai_core.ports.leases import Leases
from forexai_core.ports.services import Services
from forexai_core.ports.words import Words
from forexai_core.services.assembly import embedded_services
from forexai_core.services.clocks import ManualClock, RealClock
from forexai_core.services.leases import SqliteLeases
from forexai_core.services.sqlite import Database

__all__ = [
    "PRICES_FOLDER",
    "STATE_FILE",
    "OpenSession",
    "clock_of",
    "open_session",
    "services_of",
    "unhurried",
    "write_heads",
]

STATE_FILE = "state.sqlite3"
PRICES_FOLDER = "prices"
_UNHURRIED_S = 86_400.0


@attrs.frozen(kw_only=True, eq=False)
class OpenSession:
    """A session with what it runs on; close it when done.

    Attributes
    ----------
    session : Session
        To be run.
    services : Services
        Journal, intents and leases.
    """

    session: Session
    services: Services

    def close(self) -> None:
        """Close files and databases."""
        self.services.close()


def start_of(plans: Sequence[AccountPlan]) -> int:
    """Say when the first price of all begins, nanoseconds UTC."""
    return min(int(prices.time_ns[0]) for plan in plans for prices in plan.inputs.prices.values())


def clock_of(
    spec: SessionSpec, plans: Sequence[AccountPlan], real: Clock, live: LivePrices | None = None
) -> ReplayClock | PacedClock:
    """Make the clock of a session."""
    start_ns = start_of(plans)
    if live is not None and live.at_once:
        return PacedClock(real.now_ns(), 1.0, real)
    if spec.session.clock == "replay":
        return ReplayClock(start_ns)
    return PacedClock(start_ns, spec.session.speed if spec.session.clock == "accelerated" else 1.0, real)


def services_of(folder: Path | None, clock: Clock, real: Clock) -> Services:
    """Put the services of a run together: all by the session's clock but leases, which processes share.

    A replay shares its account with nobody. Its leases last: that its process was kept waiting is no reason to halt.
    """
    services = embedded_services(folder, clock=clock)
    database = Database(None if folder is None else folder / STATE_FILE)
    leased_by = ManualClock(real.now_ns()) if isinstance(clock, ReplayClock) else real
    return attrs.evolve(services, leases=SqliteLeases(database, leased_by))


async def open_session(
    spec: SessionSpec,
    plans: tuple[AccountPlan, ...],
    folder: Path | None,
    *,
    owner: str,
    hear: Hear,
    halts: Halts | None = None,
    live: LivePrices | None = None,
    real: Clock | None = None,
    logins: Leases | None = None,
    words: Words | None = None,
) -> OpenSession:
    """Open a session.

    Parameters
    ----------
    spec : SessionSpec
        What it is; written at the head of each account's journal.
    plans : tuple of AccountPlan
        What is traded on each account.
    folder : Path or None
        Of this run; None keeps everything in memory. One on a venue takes the same folder at each start, so that what
        was sent before is known.
    owner : str
        Who runs it: a name of its own for each start.
    hear : callable
        Takes notices; returns at once.
    halts : Halts, optional
        Heeded by a session at the pace of time; a replay heeds none, so that it comes out alike each time. One on a
        venue needs them.
    live : LivePrices, optional
        Begun feeds whose prices come while it runs, of which ``plans`` has the first.
    real : Clock, optional
        In place of the system's.
    logins : Leases, optional
        Where the logins of accounts at venues are held, shared by all sessions that may trade them; default the leases
        in ``folder``, which keep the accounts of one session apart.
    words : Words, optional
        Where persons say to accounts at venues what halt is to be released, which limit armed, and what became of an
        order.

    Raises
    ------
    ConfigError, DataError, ConflictError, StorageError
        As :meth:`Session.open` does.
    """
    at_venue = any(isinstance(plan, VenuePlan) for plan in plans)
    if at_venue:
        _check_venue(plans, folder, halts, live)
        plans = tuple(_sharing(plan, logins, words) for plan in plans)
    real = real or RealClock()
    clock = clock_of(spec, plans, real, live)
    if live is not None and live.at_once:
        begun_ns = clock.now_ns()
        plans = tuple(_deciding_from(plan, begun_ns) for plan in plans)
    if isinstance(clock, ReplayClock):
        plans = tuple(unhurried(plan) for plan in plans)
    services = services_of(folder, clock, real)
    watch = None if halts is None or isinstance(clock, ReplayClock) else HaltWatch(halts, real)
    arriving = None
    if live is not None:
        kept = folder is not None and live.at_once and not at_venue
        library = Library(folder / PRICES_FOLDER) if folder is not None and kept else None
        arriving = Arriving(live, Alerts("feeds", real, hear), real, library)
    try:
        session = await Session.open(
            plans, services, clock, owner=owner, hear=hear, real=real, watch=watch, arriving=arriving
        )
        await write_heads(session, spec)
    except BaseException:
        services.close()
        raise
    return OpenSession(session=session, services=services)


def _check_venue(
    plans: tuple[AccountPlan, ...], folder: Path | None, halts: Halts | None, live: LivePrices | None
) -> None:
    """Refuse to trade on a venue where what that needs is missing.

    Raises
    ------
    ConfigError
        If it is.
    """
    if not all(isinstance(plan, VenuePlan) for plan in plans):
        raise ConfigError("[[accounts]]: some are paper and some at a venue; run a session for each kind.")
    if live is None or not live.at_once:
        raise ConfigError(
            "[[feeds]]: an account at a venue trades on prices of the present. Write live = true, and name a source "
            "that has them."
        )
    if folder is None or halts is None:
        raise ConfigError("A session at a venue needs a folder that outlives it, and the board of halts.")


def _sharing(plan: AccountPlan, logins: Leases | None, words: Words | None) -> AccountPlan:
    """Let an account at a venue know where its login is held, and where persons say something to it."""
    return attrs.evolve(plan, logins=logins, words=words) if isinstance(plan, VenuePlan) else plan


def _deciding_from(plan: AccountPlan, begun_ns: int) -> AccountPlan:
    """Let strategies decide from now on: what is known by then is history."""
    return attrs.evolve(plan, decides_from_ns=max(begun_ns + 1, plan.decides_from_ns or 0))


def unhurried(plan: AccountPlan) -> AccountPlan:
    """Let no wall time decide in a replay: its venue is in the process, and slow only where the process is."""
    patient = attrs.evolve(plan.settings, send_timeout_s=_UNHURRIED_S, query_timeout_s=_UNHURRIED_S)
    return attrs.evolve(plan, settings=patient)


async def write_heads(session: Session, spec: SessionSpec) -> None:
    """Write at the head of each account's journal what the session is."""
    start_ns = start_of([run.plan for run in session.runs])
    for run in session.runs:
        run.session.book.note("begun", start_ns, _head(spec, run.plan))
        await run.session.book.write(durable=True)


def _written(spec: SessionSpec) -> dict[str, Any]:
    """Write a session as its file says it; what is newer than a journal, and not said, is left out for its sake."""
    document: dict[str, Any] = json.loads(spec.model_dump_json())
    if spec.confirmation is None:
        del document["confirmation"]
    for table in document["notifiers"]:
        if table["events"] is None:
            del table["events"]
    for table in document["accounts"]:
        if not table["desk"]:
            del table["desk"]
    return document


def _head(spec: SessionSpec, plan: AccountPlan) -> dict[str, Any]:
    """Write what a replay needs to come to the same, and what tells whether it can."""
    inputs, at_venue = plan.inputs, isinstance(plan, VenuePlan)
    known = {} if spec.live else {symbol: item.fingerprint for symbol, item in inputs.prices.items()}
    account = inputs.account  # at a venue what it began with is nowhere else
    terms = {"balance": account.balance, "currency": account.currency, "mode": str(account.mode)}
    return {
        "account": plan.name,
        "spec": _written(spec),
        "prices": known,
        "decides_from_ns": str(plan.decides_from_ns or 0),
        "venue": at_venue,
        **({"terms": terms} if at_venue else {}),
        "strategies": {
            each.name: json.loads(json.dumps(described(each.strategy), default=str)) for each in plan.strategies
        },
    }
