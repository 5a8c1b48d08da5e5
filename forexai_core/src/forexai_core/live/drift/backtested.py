"""The backtest of a session's period, made by the session's own file, and how the session drifted from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from forexai_core.data.library import Library
from forexai_core.errors import ConfigError
from forexai_core.live.drift.attribution import drift_of
from forexai_core.live.drift.causes import DriftLimits
from forexai_core.live.drift.differences import AccountDrift
from forexai_core.live.growth.rows import Prices
from forexai_core.live.session.account_run import AccountPlan
from forexai_core.live.session.assembly import Openers, plans_of
from forexai_core.live.session.endings import ending_of
from forexai_core.live.session.opening import PRICES_FOLDER, open_session
from forexai_core.live.session.paper_run import PaperPlan
from forexai_core.live.session.repeating import accounts_of, head_of, kept_prices, open_journal, records_of
from forexai_core.live.session.specification import SessionSpec, spec_of
from forexai_core.ports.journal import JournalRecord
from forexai_core.ports.notifier import Notice

__all__ = ["drift_of_run", "longest_period"]

_LEAST_MEMORY = 50


async def drift_of_run(
    folder: Path,
    openers: Openers,
    *,
    reference: SessionSpec | None = None,
    library: Path | None = None,
    late_s: float = 1.0,
    memory: int | None = None,
) -> tuple[AccountDrift, ...]:
    """Compare a session's journal with a backtest of the same period.

    The backtest is the session's own file on paper accounts, as fast as it goes, at a venue that refuses nothing: the
    trades of ``fx.backtest``, with the journal of a session. It meets no halts, and no confirmation is asked.

    Parameters
    ----------
    folder : Path
        Of the run.
    openers : Openers
        For strategies and prices.
    reference : SessionSpec, optional
        What is backtested, in place of the session's own file: other costs, another strategy, or a paper account in
        the place of one at a venue. Its accounts are called as the session's.
    library : Path, optional
        Prices to backtest on, in place of those that the session kept, or that its feeds read.
    late_s : float
        A fill is late by more than so many seconds.
    memory : int, optional
        How many bars back another bar explains another decision; the largest period among the strategies' settings,
        at least 50.

    Returns
    -------
    tuple of AccountDrift
        By account.

    Raises
    ------
    NotFoundError, IntegrityError
        If the folder holds no session.
    ConfigError, DataError
        If what is to be backtested does not fit.
    """
    journal = open_journal(folder)
    try:
        written = {name: await records_of(journal, name) for name in await accounts_of(journal)}
    finally:
        journal.close()
    heads = {name: head_of(records) for name, records in written.items()}
    spec = _on_paper(reference or spec_of(next(iter(heads.values()))["spec"], str(folder)), heads)
    missing = sorted(set(written) - {each.name for each in spec.accounts})
    if missing:
        raise ConfigError(f"The session traded on {', '.join(missing)}, which the backtest's file does not name.")
    known = _known(spec, folder, library)
    plans = tuple(_as_backtest(plan, heads, written) for plan in plans_of(spec, openers, known))
    made = await _backtested(spec, plans)
    limits = DriftLimits(late_s=late_s, memory=longest_period(heads) if memory is None else memory)
    return tuple(
        attrs.evolve(drift_of(name, records, made[name], limits), ended=ending_of(records) is not None)
        for name, records in written.items()
    )


def longest_period(heads: Mapping[str, Mapping[str, Any]]) -> int:
    """Give the largest whole number among the strategies' settings, as their indicators remember; at least 50."""
    described = [each for head in heads.values() for each in head.get("strategies", {}).values()]
    return max([_LEAST_MEMORY, *(number for each in described for number in _whole_numbers(each))])


def _whole_numbers(value: Any) -> list[int]:
    if isinstance(value, bool):
        return []
    if isinstance(value, int):
        return [value] if value < 10_000 else []
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    return [number for each in inner for number in _whole_numbers(each)]


def _on_paper(spec: SessionSpec, heads: Mapping[str, Mapping[str, Any]]) -> SessionSpec:
    """Put paper accounts in the place of those at a venue, begun with the money that those had."""
    changed = []
    for account in spec.accounts:
        if account.broker == "paper":
            changed.append(account)
            continue
        terms = heads.get(account.name, {}).get("terms")
        if not terms:
            raise ConfigError(
                f"accounts {account.name}: it is at a venue, and the journal does not say what it began with. Give a "
                "session file with a paper account of that name: --session FILE."
            )
        paper = {name: terms[name] for name in ("balance", "currency", "mode")}
        changed.append(account.model_copy(update={**paper, "broker": "paper", "login": "", "settings": {}}))
    session = spec.session.model_copy(update={"clock": "replay", "mode": "paper"})
    feeds = tuple(feed.model_copy(update={"live": False}) for feed in spec.feeds)
    changes = {"session": session, "accounts": tuple(changed), "feeds": feeds, "notifiers": (), "confirmation": None}
    return spec.model_copy(update=changes)


def _known(spec: SessionSpec, folder: Path, library: Path | None) -> dict[str, Prices] | None:
    """Give the prices to backtest on where they are kept; None where the feeds are read."""
    kept = library or (folder / PRICES_FOLDER if (folder / PRICES_FOLDER).is_dir() else None)
    if kept is None:
        return None
    prices = Library(kept)
    return {feed.symbol: kept_prices(prices, feed) for feed in spec.feeds}


def _as_backtest(
    plan: AccountPlan, heads: Mapping[str, Mapping[str, Any]], written: Mapping[str, Sequence[JournalRecord]]
) -> AccountPlan:
    """Let it decide from when the session did, at a venue that refuses nothing."""
    head = heads.get(plan.name, {})
    first = next((each.time_ns for each in written.get(plan.name, ()) if each.kind == "decision"), 0)
    since_ns = int(head.get("decides_from_ns", 0)) or plan.decides_from_ns or first or None
    if isinstance(plan, PaperPlan):
        return attrs.evolve(plan, decides_from_ns=since_ns, reject_probability=0.0)
    return attrs.evolve(plan, decides_from_ns=since_ns)


async def _backtested(spec: SessionSpec, plans: tuple[AccountPlan, ...]) -> dict[str, list[JournalRecord]]:
    opened = await open_session(spec, plans, None, owner="backtest", hear=_unheard)
    try:
        await opened.session.run()
        return {plan.name: await records_of(opened.services.journal, plan.name) for plan in plans}
    finally:
        opened.close()


def _unheard(_notice: Notice) -> None:
    """Tell nobody: nothing of a backtest is news."""
