"""Deciding anew what a session decided: the same records, byte for byte, or the first that differs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from forexai_core.data.library import Library
from forexai_core.errors import ConfigError, DataError, IntegrityError, NotFoundError
from forexai_core.live.growth.rows import Prices, known_ns
from forexai_core.live.session.account_run import AccountPlan, AccountRun
from forexai_core.live.session.assembly import Openers, plans_of
from forexai_core.live.session.confirming import RecordedConfirming
from forexai_core.live.session.decisions import read_record, stream_of
from forexai_core.live.session.endings import Ending, draining, ending_of
from forexai_core.live.session.halt_log import HaltLog, halts_of
from forexai_core.live.session.loop import SessionState
from forexai_core.live.session.opening import PRICES_FOLDER, open_session
from forexai_core.live.session.specification import FeedTable, SessionSpec, spec_of
from forexai_core.ports.journal import Journal, JournalRecord
from forexai_core.ports.notifier import Notice
from forexai_core.services.journal import FileJournal
from forexai_core.services.journal_streams import TornTail
from forexai_core.values.timeframes import Timeframe

__all__ = ["Repeated", "accounts_of", "head_of", "kept_prices", "open_journal", "records_of", "repeat"]

_COMPARED = frozenset({"decision", "outcome", "order", "deal", "breach", "flatten"})
_PREFIX = stream_of("")


@attrs.frozen(kw_only=True)
class Repeated:
    """How a repetition compares with what was written.

    Attributes
    ----------
    account : str
        Of which account.
    records : int
        How many were compared.
    difference : tuple of bytes or None
        What was written and what has come out now, of the first that differ; None where all are equal.
    number : int
        Of the first that differs, in the journal; 0 where none does.
    ending : Ending or None
        Why the session came to its end, as the journal says; None where it does not, so that nobody knows what more
        there was.
    last, last_ns : int
        Number of the last record, and when it was, nanoseconds UTC.
    left_out : int
        How many records were not compared, since they were written after the last price that is kept.
    torn : TornTail or None
        Half of a write, at the journal's end, that was left out.
    """

    account: str
    records: int
    difference: tuple[bytes, bytes] | None = None
    number: int = 0
    ending: Ending | None = None
    last: int = 0
    last_ns: int = 0
    left_out: int = 0
    torn: TornTail | None = None

    @property
    def equal(self) -> bool:
        """Whether all that the session wrote is there, and has come out again."""
        return self.difference is None and self.ending is not None and not (self.left_out or self.torn)


def open_journal(folder: Path) -> FileJournal:
    """Open the journal of a run, for reading."""
    return FileJournal(folder / "journal")


async def accounts_of(journal: Journal) -> tuple[str, ...]:
    """Name the accounts that a journal has decisions of.

    Raises
    ------
    NotFoundError
        If it has none.
    """
    names = tuple(name.removeprefix(_PREFIX) for name in await journal.streams() if name.startswith(_PREFIX))
    if not names:
        raise NotFoundError("This journal holds no session. Give the folder that [session] journal names.")
    return names


async def records_of(journal: Journal, account: str) -> list[JournalRecord]:
    """Read an account's records, oldest first."""
    return [record async for record in journal.read(stream_of(account))]


def head_of(records: Sequence[JournalRecord]) -> dict[str, Any]:
    """Read what stands at the head of a run.

    Raises
    ------
    IntegrityError
        If it does not.
    """
    head = next((record for record in records if record.kind == "begun"), None)
    if head is None:
        raise IntegrityError("The journal does not say what session it is of: its first record is missing.")
    return read_record(head)


async def repeat(folder: Path, openers: Openers) -> tuple[Repeated, ...]:
    """Run a session again, in memory, and compare every decision and what came of it.

    Parameters
    ----------
    folder : Path
        Of the run.
    openers : Openers
        For strategies and prices.

    Raises
    ------
    ConfigError
        If the session was one at a venue, or a newer release wrote the journal.
    DataError
        If the prices are not what they were.
    IntegrityError
        If the journal is damaged.
    """
    journal = open_journal(folder)
    try:
        written = {name: await records_of(journal, name) for name in await accounts_of(journal)}
        standing = {name: await _standing(journal, name, records) for name, records in written.items()}
    finally:
        journal.close()
    heads = {name: head_of(records) for name, records in written.items()}
    if any(head.get("venue") for head in heads.values()):
        raise ConfigError(
            "This session traded at a venue, whose answers are not made anew: 'forexai why' explains its decisions."
        )
    spec = spec_of(next(iter(heads.values()))["spec"], str(folder))
    kept = folder / PRICES_FOLDER
    known = None
    if spec.live and kept.is_dir():  # of the present: nobody could read them again
        known = {feed.symbol: kept_prices(Library(kept), feed) for feed in spec.feeds}
        until_ns = min(int(known_ns(rows)[-1]) for rows in known.values())
        for name, each in standing.items():
            if each.ending is None:  # a process that is killed keeps no last prices
                whole, written[name] = written[name], _until(written[name], until_ns)
                standing[name] = attrs.evolve(each, left_out=len(whole) - len(written[name]))
    unasked = spec.model_copy(update={"confirmation": None})  # answers are those of then
    plans = tuple(_as_begun(plan, heads[plan.name]) for plan in plans_of(unasked, openers, known))
    if spec.confirmation is not None:
        plans = tuple(attrs.evolve(plan, confirming=RecordedConfirming.of(written[plan.name])) for plan in plans)
    _check_prices(plans, heads)
    made = await _run_again(spec, plans, written)
    return tuple(_compared(standing[name], records, made[name]) for name, records in written.items())


async def _standing(journal: FileJournal, account: str, records: Sequence[JournalRecord]) -> Repeated:
    """Say how far an account's journal goes, before anything is compared; refuse records of a newer release."""
    for record in records:
        read_record(record)
    return Repeated(
        account=account,
        records=0,
        ending=ending_of(records),
        last=records[-1].sequence if records else 0,
        last_ns=records[-1].time_ns if records else 0,
        torn=await journal.torn(stream_of(account)),
    )


def kept_prices(library: Library, feed: FeedTable) -> Prices:
    """Read the prices of a feed that a session has kept."""
    timeframe = Timeframe.of(feed.timeframe)
    return library.ticks(feed.symbol) if timeframe is Timeframe.TICK else library.bars(feed.symbol, timeframe)


def _until(records: Sequence[JournalRecord], until_ns: int) -> list[JournalRecord]:
    """Leave out what was written after the last price that is kept."""
    return [record for record in records if record.time_ns <= until_ns or record.kind not in _COMPARED]


def _as_begun(plan: AccountPlan, head: Mapping[str, Any]) -> AccountPlan:
    return attrs.evolve(plan, decides_from_ns=int(head.get("decides_from_ns", 0)) or plan.decides_from_ns)


def _check_prices(plans: Sequence[AccountPlan], heads: Mapping[str, Mapping[str, Any]]) -> None:
    for plan in plans:
        for symbol, prices in plan.inputs.prices.items():
            before = heads[plan.name]["prices"]
            if before and before.get(symbol) != prices.fingerprint:
                raise DataError(
                    f"{symbol}: these are not the prices that the session ran on; their fingerprint has changed. "
                    "Restore the file to repeat the session."
                )


async def _run_again(
    spec: SessionSpec, plans: tuple[AccountPlan, ...], written: Mapping[str, Sequence[JournalRecord]]
) -> dict[str, list[JournalRecord]]:
    again = spec.model_copy(update={"session": spec.session.model_copy(update={"clock": "replay"})})
    opened = await open_session(again, plans, None, owner="repeat", hear=_ignore)
    try:
        for run in opened.session.runs:
            _make_halted(run, written[run.plan.name])
            _make_stale(run, written[run.plan.name])
            _make_drained(run, written[run.plan.name])
        await opened.session.run()
        return {plan.name: await records_of(opened.services.journal, plan.name) for plan in plans}
    finally:
        opened.close()


def _make_halted(run: AccountRun, records: Sequence[JournalRecord]) -> None:
    """Let openings be halted when they were."""
    halted = dict(halts_of(read_record(record)) for record in records if record.kind == "halts")
    if halted:
        run.heed(HaltLog(run.session.names, None, halted))


def _make_stale(run: AccountRun, records: Sequence[JournalRecord]) -> None:
    """Let prices be stale when they were."""
    stale = [(record.time_ns, read_record(record)["symbols"]) for record in records if record.kind == "stale"]
    for since_ns, symbols in stale:
        run.staleness.note(since_ns, tuple(symbols))
    if stale:
        run.session.halts = run.staleness.covering(run.session.halts)


def _make_drained(run: AccountRun, records: Sequence[JournalRecord]) -> None:
    """Let nothing be opened any more from the price on before which the session was told to drain."""
    notices = ((record, read_record(record)) for record in records if record.kind == "notice")
    drained = next((each for each in notices if each[1].get("what") == SessionState.DRAINING), None)
    if drained is None or "price" not in drained[1]:  # which price it was is written since journals have an end
        return
    record, said = drained
    halt, before, price = (
        draining(run.plan.name, record.time_ns, str(said["by"])),
        run.session.halts,
        int(said["price"]),
    )
    run.session.halts = lambda strategy, time_ns: (
        *((halt,) if run.taken > price else ()),
        *before(strategy, time_ns),
    )


def _ignore(_notice: Notice) -> None:
    """Tell nobody: it was told when it happened."""


def _compared(standing: Repeated, written: Sequence[JournalRecord], made: Sequence[JournalRecord]) -> Repeated:
    old = [record for record in written if record.kind in _COMPARED]
    new = [record for record in made if record.kind in _COMPARED]
    counted = attrs.evolve(standing, records=len(old))
    for before, now in zip(old, new, strict=False):
        if (before.kind, before.time_ns, before.payload) != (now.kind, now.time_ns, now.payload):
            return attrs.evolve(counted, difference=(before.payload, now.payload), number=before.sequence)
    if len(old) > len(new):
        missed = old[len(new)]
        return attrs.evolve(counted, difference=(missed.payload, b""), number=missed.sequence)
    if len(new) > len(old) and standing.ending is Ending.OVER:  # one that was stopped, or killed, has written less
        return attrs.evolve(counted, difference=(b"", new[len(old)].payload), number=standing.last)
    return counted
