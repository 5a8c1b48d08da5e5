"""Showing how a session drifted from the backtest of its period."""

from __future__ import annotations

import asyncio
from pathlib import Path

from forexai_core.cli.failures import ExitCode
from forexai_core.cli.printing import print_json, say, show_table
from forexai_core.cli.session_openers import PluginOpeners
from forexai_core.cli.waiting import note_compiling
from forexai_core.live.drift.backtested import drift_of_run
from forexai_core.live.drift.differences import AccountDrift
from forexai_core.live.session.folders import newest_run
from forexai_core.live.session.spec_files import read_spec
from forexai_core.services.assembly import embedded_services
from forexai_core.values.clocks import format_time_ns

__all__ = ["show_drift"]


def show_drift(
    folder: Path, *, session: Path | None, prices: Path | None, late_s: float, memory: int | None, as_json: bool
) -> int:
    """Compare the newest run with its backtest; give the exit code."""
    run = newest_run(folder)
    reference = None if session is None else read_spec(session)
    note_compiling()
    with embedded_services(None) as services:
        openers = PluginOpeners(services)
        drifts = asyncio.run(
            drift_of_run(run, openers, reference=reference, library=prices, late_s=late_s, memory=memory)
        )
    if as_json:
        print_json({"journal": str(run), "accounts": [each.as_dict() for each in drifts]})
    else:
        for each in drifts:
            _show(each)
    return ExitCode.FOUND if any(each.differences for each in drifts) else ExitCode.DONE


def _show(drift: AccountDrift) -> None:
    say(f"{drift.account}: {_period(drift)}")
    say(
        f"Net result {drift.live_net:,.2f}, of the backtest {drift.backtest_net:,.2f}: {drift.total:+,.2f} in "
        f"{len(drift.differences):,} differences."
    )
    if not drift.ended:
        say("Its journal has no end: the session still runs, was killed or failed, or the end of the file is missing.")
    if drift.others_net:
        say(f"Deals of nobody in the session booked {drift.others_net:+,.2f}; they are compared with nothing.")
    if drift.differences:
        rows = [(str(each.cause), f"{each.differences:,}", f"{each.money:+,.2f}") for each in drift.shares]
        rows.append(("all", f"{len(drift.differences):,}", f"{drift.total:+,.2f}"))
        show_table(("Cause", "Differences", "Money"), rows, right=("Differences", "Money"))
        for each in drift.differences:
            say(each.line())


def _period(drift: AccountDrift) -> str:
    if not drift.last_ns:
        return "nothing was decided"
    said = f"{drift.decisions:,} decisions of {format_time_ns(drift.first_ns)} to {format_time_ns(drift.last_ns)}"
    for number, what in (
        (drift.only_live, "of the session alone"),
        (drift.only_backtest, "of the backtest alone"),
        (drift.other_inputs, "on other prices"),
    ):
        said += f", {number:,} {what}" if number else ""
    return said
