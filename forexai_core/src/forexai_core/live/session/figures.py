"""What a session counts and times, in the port of metrics, and whether it is fit to trade."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Protocol

import attrs

from forexai_core.live.session.account_run import AccountRun
from forexai_core.live.session.arriving import Arriving
from forexai_core.live.session.flattening import own_halts
from forexai_core.ports.halts import Halt
from forexai_core.ports.metrics import Metrics, Sample

__all__ = ["ABOUT", "Figures", "Health", "health_of", "quantile"]

ABOUT: Mapping[str, str] = MappingProxyType(
    {
        "session_prices_total": "Prices taken, by account.",
        "session_decisions_total": "Decisions of strategies, by account.",
        "session_orders_total": "Orders and changes that were carried out, by account.",
        "session_price_seconds": "From a price to the end of all that it brought about, one price in 16, by account.",
        "session_ready": "1 where everything may be opened, else 0.",
        "session_blocked": "Reasons for which an account opens nothing, by account.",
        "session_equity": "Equity, account currency, by account.",
        "session_balance": "Balance, account currency, by account.",
        "session_open_positions": "Open positions, by account.",
        "session_intents": "Orders that are not settled, by account and state.",
        "session_journal_waiting": "Records that wait to be written to the journal, by account.",
        "session_feed_age_seconds": "Since the last price of a live feed, by symbol.",
        "session_feed_waiting": "Containers of rows that a live feed has told and nobody has taken yet, by symbol.",
        "session_feed_left_out_total": "Rows of a live feed that came late or twice, by symbol.",
        "order_handover_seconds": "From placing an order to handing it to the venue, durable writes included.",
        "order_answer_seconds": "From handing an order to the venue to its answer.",
        "orders_answered_total": "Answers to orders, by account and what became of them.",
    }
)
"""What a session measures, by name."""

_TIMED = 16  # one price in so many is timed: an observation costs a few microseconds, which would be felt


@attrs.frozen
class Health:
    """Whether a session is fit to trade.

    Attributes
    ----------
    ready : bool
        Whether every account may open positions, as far as the session itself knows.
    state : str
        Where it is in its life.
    reasons : tuple of str
        Why it is not ready: what is halted, broken, stale or out of reach, each with its account or symbol.
    """

    ready: bool
    state: str
    reasons: tuple[str, ...]


class SessionOf(Protocol):
    """What is counted: a session."""

    @property
    def state(self) -> str:
        """Where it is in its life."""
        ...

    @property
    def runs(self) -> Sequence[AccountRun]:
        """The accounts."""
        ...

    @property
    def arriving(self) -> Arriving | None:
        """Where prices come from while it runs."""
        ...


def health_of(session: SessionOf) -> Health:
    """Say whether a session is fit to trade."""
    reasons = [] if session.state == "running" else [f"the session is {session.state}"]
    for run in session.runs:
        reasons += [f"{run.plan.name}: {reason}" for reason in _reasons(run)]
    if session.arriving is not None:
        reasons += [f"{symbol}: its prices are stale" for symbol in session.arriving.prices.stale()]
    return Health(not reasons, str(session.state), tuple(reasons))


def _reasons(run: AccountRun) -> tuple[str, ...]:
    session, time_ns = run.session, run.state().time_ns
    own = {name: own_halts(session.halts, name, time_ns) for name in session.names}
    return (
        *session.desk.blocks.reasons(),
        *run.broken(),
        *(_halted(each) for each in session.halts("", time_ns)),
        *(f"{name} is {_halted(each)}" for name, halts in own.items() for each in halts),
    )


def _halted(halt: Halt) -> str:
    return f"halted by {halt.by}: {halt.reason}"


def quantile(samples: Sequence[Sample], share: float) -> float:
    """Estimate a quantile of what histograms have observed, together.

    Inside a bucket observations are taken to lie evenly, as Prometheus' ``histogram_quantile`` does it; what is above
    the last bound is said to be at it.

    Parameters
    ----------
    samples : sequence of Sample
        Histograms with the same bounds.
    share : float
        From 0 to 1.

    Returns
    -------
    float
        NaN where nothing was observed.
    """
    columns = [[count for _, count in one.buckets] for one in samples]
    counts: list[int] = [sum(each) for each in zip(*columns, strict=True)]
    if not counts or not counts[-1]:
        return math.nan
    bounds = [bound for bound, _ in samples[0].buckets]
    rank = share * counts[-1]
    at = next(place for place, count in enumerate(counts) if count >= rank and count)
    if math.isinf(bounds[at]):
        return bounds[at - 1]
    lower, below = (bounds[at - 1], counts[at - 1]) if at else (0.0, 0)
    return lower + (bounds[at] - lower) * (rank - below) / (counts[at] - below)


class Figures:
    """Counts and times a session; :data:`ABOUT` says what.

    What can be asked for is read off when somebody looks (:meth:`show`), so that prices are not held up by it; what
    passes is timed as it goes.

    Parameters
    ----------
    metrics : Metrics
        Where they go.
    """

    def __init__(self, metrics: Metrics) -> None:
        self.metrics = metrics
        self._labels: dict[str, Mapping[str, str]] = {}
        self._counted: dict[tuple[str, str], int] = {}
        self._states: dict[str, set[str]] = {}
        self._taken = 0

    def begin_price(self) -> float:
        """Begin to time the next price, where it is one of those that are timed; 0 otherwise."""
        self._taken += 1
        # Of the machine, not of the session's clock, which may be one of long ago.
        return 0.0 if self._taken % _TIMED else time.perf_counter()

    def end_price(self, account: str, began_s: float) -> None:
        """Take note of how long a price took, where :meth:`begin_price` gave a beginning."""
        if began_s:
            self.metrics.observe("session_price_seconds", time.perf_counter() - began_s, self._of(account))

    def _of(self, account: str) -> Mapping[str, str]:
        return self._labels.setdefault(account, {"account": account})

    def latency(self, share: float) -> float:
        """Give a quantile of the time that a price took, seconds; NaN before any was timed."""
        return quantile([each for each in self.metrics.snapshot() if each.name == "session_price_seconds"], share)

    def show(self, session: SessionOf) -> None:
        """Bring up to date what is read off."""
        self.metrics.set("session_ready", float(health_of(session).ready))
        for run in session.runs:
            self._show_account(run)
        if session.arriving is not None:
            self._show_feeds(session.arriving)

    def _show_account(self, run: AccountRun) -> None:
        inner, labels, state = run.session, self._of(run.plan.name), run.state()
        self._count("session_prices_total", run.taken, labels)
        self._count("session_decisions_total", inner.book.decisions - run.earlier, labels)
        self._count("session_orders_total", inner.carried, labels)
        for name, value in (
            ("session_equity", state.equity),
            ("session_balance", state.balance),
            ("session_open_positions", len(run.positions())),
            ("session_journal_waiting", inner.book.waiting),
            ("session_blocked", len(_reasons(run))),
        ):
            self.metrics.set(name, float(value), labels)
        states = inner.desk.states
        known = self._states.setdefault(run.plan.name, set())
        known |= states.keys()
        for each in known:  # one that has none any more stands at 0
            self.metrics.set("session_intents", float(states.get(each, 0)), {**labels, "state": each})

    def _show_feeds(self, arriving: Arriving) -> None:
        for feed in arriving.facts():
            labels = {"symbol": feed.symbol}
            if feed.age_s is not None:
                self.metrics.set("session_feed_age_seconds", feed.age_s, labels)
            self._count("session_feed_left_out_total", feed.left_out, labels)
            self.metrics.set("session_feed_waiting", float(arriving.waiting(feed.symbol)), labels)

    def _count(self, name: str, total: int, labels: Mapping[str, str]) -> None:
        """Bring a counter to a total."""
        key = name, next(iter(labels.values()))
        self.metrics.add(name, max(0, total - self._counted.get(key, 0)), labels)
        self._counted[key] = max(total, self._counted.get(key, 0))
