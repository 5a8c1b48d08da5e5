"""What a person sees of a running session: a screen that is drawn anew, or lines for a log."""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Protocol, Self

from forexai_core.live.session.account_run import AccountRun
from forexai_core.live.session.arriving import Arriving
from forexai_core.live.session.figures import health_of
from forexai_core.live.session.loop import Session
from forexai_core.values.clocks import format_time_ns

__all__ = ["HeadlessView", "TerminalView", "View"]

_DRAWS_EVERY_S = 0.25
_LINE_EVERY_S = 60.0
_SHARES = {"p50": 0.5, "p99": 0.99}


class View(Protocol):
    """Follows a session."""

    def follow(self, session: Session) -> None:
        """Take note of a price; returns at once."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def _facts(run: AccountRun) -> dict[str, Any]:
    state = run.state()
    return {
        "account": run.plan.name,
        "time": format_time_ns(state.time_ns),
        "balance": round(state.balance, 2),
        "equity": round(state.equity, 2),
        "positions": len(run.positions()),
        "decisions": run.session.book.decisions - run.earlier,
        "prices_left": run.left,
        "halted": [*run.session.desk.blocks.reasons(), *run.broken()],
    }


def _health_facts(session: Session) -> dict[str, Any]:
    health = health_of(session)
    times = {name: session.figures.latency(share) for name, share in _SHARES.items()}
    return {
        "session": health.state,
        "ready": health.ready,
        "reasons": list(health.reasons),
        "prices": session.prices,
        **{
            f"price_{name}_ms": None if math.isnan(took_s) else round(took_s * 1e3, 3) for name, took_s in times.items()
        },
    }


def _health_line(session: Session) -> str:
    """Say whether everything may be opened, and how long a price took."""
    health = health_of(session)
    times = ((name, session.figures.latency(share)) for name, share in _SHARES.items())
    took = ", ".join(f"{name} {took_s * 1e3:,.2f} ms" for name, took_s in times if not math.isnan(took_s))
    said = "ready" if health.ready else "not ready: " + "; ".join(health.reasons)
    return f"{said}  a price took {took}" if took else said


class HeadlessView:
    """Writes lines of JSON to standard error once a minute: of the session, of each account and of each live feed.

    Parameters
    ----------
    every_s : float
        Between two.
    """

    def __init__(self, every_s: float = _LINE_EVERY_S) -> None:
        self._every_s, self._next_s = every_s, time.monotonic() + every_s

    def follow(self, session: Session) -> None:
        """Write a line where it is time."""
        if time.monotonic() < self._next_s:
            return
        self._next_s = time.monotonic() + self._every_s
        sys.stderr.write(json.dumps(_health_facts(session)) + "\n")
        for run in session.runs:
            sys.stderr.write(json.dumps(_facts(run)) + "\n")
        if session.arriving is not None:
            for feed in session.arriving.facts():
                sys.stderr.write(json.dumps(feed._asdict()) + "\n")
        sys.stderr.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Do nothing."""


class TerminalView:
    """Draws accounts and positions four times a second."""

    def __init__(self) -> None:
        # Slow to load, and only for terminals.
        from rich.live import Live

        self._live = Live(auto_refresh=False, transient=False)
        self._next_s = 0.0
        self._began_s, self._first = time.monotonic(), 0

    def follow(self, session: Session) -> None:
        """Draw where it is time."""
        if time.monotonic() >= self._next_s:
            self._next_s = time.monotonic() + _DRAWS_EVERY_S
            self._live.update(self._drawn(session), refresh=True)

    def _drawn(self, session: Session) -> Any:
        # Slow to load, and only for terminals.
        from rich.console import Group
        from rich.table import Table
        from rich.text import Text

        passed_s = max(time.monotonic() - self._began_s, 1e-9)
        accounts = Table("Account", "Time", "Balance", "Equity", "Open", "Decisions", "Left", "Halted", box=None)
        positions = Table("Account", "Ticket", "Symbol", "Side", "Lots", "From", "Stop", "Target", "Profit", box=None)
        for run in session.runs:
            facts = _facts(run)
            halted = "; ".join(facts["halted"]) or "no"
            figures = (f"{facts['balance']:,.2f}", f"{facts['equity']:,.2f}", str(facts["positions"]))
            counts = (f"{facts['decisions']:,}", f"{facts['prices_left']:,}")
            accounts.add_row(*map(Text, (facts["account"], facts["time"], *figures, *counts, halted)))
            for row in _position_rows(run):
                positions.add_row(*map(Text, row))
        head = f"{session.state}  {session.prices:,} prices  {session.prices / passed_s:,.0f} a second"
        tops = Text(head, style="bold"), Text(_health_line(session))
        if session.arriving is None:
            return Group(*tops, accounts, positions)
        feeds = Table("Feed", "State", "Last price", "Bid", "Ask", "Left out", box=None)
        for row in _feed_rows(session.arriving):
            feeds.add_row(*map(Text, row))
        return Group(*tops, feeds, accounts, positions)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the last picture."""
        self._live.stop()


def _feed_rows(arriving: Arriving) -> Iterator[tuple[str, ...]]:
    for each in arriving.facts():
        age = "none yet" if each.age_s is None else f"{each.age_s:,.1f} s ago"
        bid, ask = ("" if price is None else f"{price:g}" for price in (each.bid, each.ask))
        yield (each.symbol, each.state, age, bid, ask, f"{each.left_out:,}")


def _position_rows(run: AccountRun) -> Iterator[tuple[str, ...]]:
    for each in run.positions()[:20]:
        side = "long" if each.side > 0 else "short"
        stop, target = (f"{price:g}" if price else "none" for price in (each.stop_loss, each.take_profit))
        yield (
            run.plan.name,
            str(each.position),
            each.symbol,
            side,
            f"{each.volume_lots:g}",
            f"{each.open_price:g}",
            stop,
            target,
            f"{each.profit:,.2f}",
        )
