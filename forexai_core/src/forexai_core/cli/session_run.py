"""One session, as the command runs it: until its prices end or somebody stops it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import signal
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.arrays import TRADE
from forexai_core.cli.metrics_server import served
from forexai_core.cli.printing import note, print_json, say, show_table
from forexai_core.cli.session_openers import PluginOpeners
from forexai_core.cli.session_telling import Telling
from forexai_core.cli.session_view import HeadlessView, TerminalView, View
from forexai_core.cli.waiting import note_compiling, progress_of
from forexai_core.live.alerts import Alerts
from forexai_core.live.growth.merging import LivePrices
from forexai_core.live.session.account_ends import AccountEnd
from forexai_core.live.session.account_run import AccountPlan
from forexai_core.live.session.assembly import check_begins, plans_of
from forexai_core.live.session.folders import newest_run, next_run, standing_run
from forexai_core.live.session.live_feeds import live_prices_of
from forexai_core.live.session.loop import Session
from forexai_core.live.session.opening import OpenSession, open_session
from forexai_core.live.session.resuming import resume_session
from forexai_core.live.session.spec_files import in_file, read_spec
from forexai_core.live.session.specification import SessionSpec
from forexai_core.ports.services import Services
from forexai_core.ports.words import Words
from forexai_core.services.assembly import default_home, embedded_services
from forexai_core.services.clocks import RealClock
from forexai_core.services.words import SqliteWords

__all__ = ["Start", "run_session", "trades_as_objects"]


class Start(NamedTuple):
    """How a session is started.

    Attributes
    ----------
    armed : collection of str
        Accounts that may trade with real money.
    resume : bool
        Whether it goes on where the newest run ended.
    metrics_port : int or None
        Where its figures are served on this machine; None serves none.
    """

    armed: Collection[str] = ()
    resume: bool = False
    metrics_port: int | None = None


def run_session(file: Path, start: Start, *, headless: bool, as_json: bool, home: Path | None) -> int:
    """Run a session file to its end; give the exit code."""
    spec = read_spec(file)
    view: View = HeadlessView() if headless or as_json or spec.session.clock == "replay" else TerminalView()
    with embedded_services(None) as services:
        openers = PluginOpeners(services)
        with progress_of("reading prices"), in_file(file):
            plans = () if spec.live else plans_of(spec, openers, armed=start.armed)
            check_begins(spec, plans)
            telling = Telling.of(spec, services)
        note_compiling()
        choose = newest_run if start.resume else standing_run if spec.at_venue else next_run
        folder = choose(Path(spec.session.journal))
        place = home or default_home()
        with (
            embedded_services(place) as shared,
            contextlib.closing(SqliteWords.of_home(place)) as words,
            in_file(file),
        ):
            going = _go(spec, openers, plans, folder, start, view=view, telling=telling, shared=(shared, words))
            ends = asyncio.run(going)
    _show(ends, folder, as_json=as_json)
    return int(any(end.failed for end in ends.values()))


async def _go(
    spec: SessionSpec,
    openers: PluginOpeners,
    plans: tuple[AccountPlan, ...],
    folder: Path,
    start: Start,
    *,
    view: View,
    telling: Telling,
    shared: tuple[Services, Words],
) -> Mapping[str, AccountEnd]:
    real = RealClock()
    alerts = Alerts("feeds", real, telling.hear)
    live = None if start.resume else live_prices_of(spec, openers, real, alerts)
    teller = asyncio.create_task(telling.run())
    try:
        if live is not None:
            await live.begin()
            plans = plans_of(spec, openers, live.known, start.armed)
        opened = await _opened(spec, plans, folder, start, live=live, telling=telling, shared=shared)
        telling.follow(opened.session)
        with contextlib.closing(opened), _until_told(opened.session):
            async with served(opened.session, start.metrics_port):
                with view:
                    return await opened.session.run(view.follow)
    finally:
        if live is not None:
            await live.close()
        await telling.finish(teller)


async def _opened(
    spec: SessionSpec,
    plans: tuple[AccountPlan, ...],
    folder: Path,
    start: Start,
    *,
    live: LivePrices | None,
    telling: Telling,
    shared: tuple[Services, Words],
) -> OpenSession:
    services, words = shared
    owner, halts = f"run-{os.getpid()}-{secrets.token_hex(4)}", services.halts
    if start.resume:
        return await resume_session(spec, plans, folder, owner=owner, hear=telling.hear, halts=halts)
    return await open_session(
        spec, plans, folder, owner=owner, hear=telling.hear, halts=halts, live=live, logins=services.leases, words=words
    )


@contextlib.contextmanager
def _until_told(session: Session) -> Any:
    """Stop the session at the first interrupt or termination; the second one ends the process."""
    loop = asyncio.get_running_loop()
    heard: list[int] = []

    def tell(number: int) -> None:
        heard.append(number)
        note("stopping after this price; positions keep their stops …")
        session.stop()
        loop.remove_signal_handler(number)

    numbers = (signal.SIGINT, signal.SIGTERM)
    for number in numbers:
        with contextlib.suppress(NotImplementedError):  # Windows: the interrupt ends the process there
            loop.add_signal_handler(number, tell, number)
    try:
        yield
    finally:
        for number in numbers:
            with contextlib.suppress(NotImplementedError):
                loop.remove_signal_handler(number)


def trades_as_objects(account: str, trades: NDArray[np.void]) -> list[dict[str, Any]]:
    """Give trades as JSON has them, each with its account."""
    return [{"account": account, **dict(zip(TRADE.names or (), row, strict=True))} for row in trades.tolist()]


def _show(ends: Mapping[str, AccountEnd], folder: Path, *, as_json: bool) -> None:
    for name, end in ends.items():
        if end.unprotected:
            tickets = ", ".join(map(str, end.unprotected))
            note(f"warning: {name}: positions without a stop at the venue stay open: {tickets}")
    if as_json:
        print_json(_document(ends, folder))
        return
    show_table(
        ("Account", "Trades", "Net profit", "Balance", "Equity", "Open", "Decisions", "Halted"),
        [_row(name, end) for name, end in ends.items()],
        right=("Trades", "Net profit", "Balance", "Equity", "Open", "Decisions"),
    )
    say(f"\njournal: {folder}")


def _row(name: str, end: AccountEnd) -> tuple[str, ...]:
    net = float(end.trades["net_profit"].sum()) if len(end.trades) else 0.0
    money = (f"{value:,.2f}" for value in (net, end.state.balance, end.state.equity))
    halted = "; ".join(end.halted) or "no"
    return (name, f"{len(end.trades):,}", *money, str(len(end.positions)), f"{end.decisions:,}", halted)


def _document(ends: Mapping[str, AccountEnd], folder: Path) -> dict[str, Any]:
    return {
        "trades": [trade for name, end in ends.items() for trade in trades_as_objects(name, end.trades)],
        "accounts": [
            {
                "name": name,
                **attrs.asdict(end.state),
                "positions": [attrs.asdict(each) for each in end.positions],
                "decisions": end.decisions,
                "halted": list(end.halted),
                "failed": end.failed,
            }
            for name, end in ends.items()
        ],
        "decisions": sum(end.decisions for end in ends.values()),
        "halted": any(end.halted for end in ends.values()),
        "journal": str(folder),
    }
