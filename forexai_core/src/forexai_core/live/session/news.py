"""What people are told of a session: signals, fills, rejections, broken limits and each day, out of its journal."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

import attrs

from forexai_core.live.alerts import Hear
from forexai_core.ports.advisor import Fact
from forexai_core.ports.notifier import Notice, NoticeLevel
from forexai_core.risk.marks import day_of
from forexai_core.values.clocks import Clock, format_time_ns

__all__ = ["EVENTS", "News"]

EVENTS = ("signal", "fill", "rejection", "breaker", "daily")
"""What can be told; alerts, such as a venue that is not reached, are told always."""

_NOTHING: Mapping[str, Any] = {}


def _never() -> bool:
    return False


@attrs.define
class _Day:
    """What an account's day has come to so far."""

    number: int
    decisions: int = 0
    deals: int = 0
    rejections: int = 0
    net: float = 0.0
    balance: float = 0.0
    equity: float = 0.0
    time_ns: int = 0


@attrs.define(kw_only=True, eq=False)
class News:
    """Follows the journal of an account, and makes notices of what it says. Nothing here waits for anybody.

    Attributes
    ----------
    account, currency : str
        Whose, and what its money is counted in.
    clock : Clock
        The account's, whose midnights end days.
    events : collection of str
        Which of `EVENTS` are told.
    hear : callable
        Takes notices; returns at once.
    past : callable
        Whether what is written now was written and told before, as when a session goes on after a kill.
    """

    account: str
    currency: str
    clock: Clock
    events: Collection[str]
    hear: Hear
    past: Callable[[], bool] = _never
    _day: _Day | None = attrs.field(default=None, init=False)
    _strategy: str = attrs.field(default="", init=False)

    def note(self, kind: str, time_ns: int, fields: Mapping[str, Any]) -> None:
        """Take note of a record of the journal."""
        self._count(kind, time_ns, fields)
        if self.past():
            return
        try:
            for event, notice in self._notices(kind, time_ns, fields):
                if event in self.events:
                    self.hear(notice)
        except (KeyError, TypeError, ValueError) as problem:  # whoever is told must not harm whoever trades
            title, text = f"a record of kind {kind} could not be told", f"{type(problem).__name__}: {problem}"
            self.hear(self._notice(f"untold:{kind}:{time_ns}", time_ns, category="system", title=title, text=text))

    def finish(self) -> None:
        """Tell what the last day has come to."""
        if self._day is not None and "daily" in self.events and not self.past():
            self.hear(self._summary(self._day))
        self._day = None

    def _notices(self, kind: str, time_ns: int, fields: Mapping[str, Any]) -> Iterator[tuple[str, Notice]]:
        if kind == "decision" and fields.get("wishes"):
            yield from self._decided(time_ns, fields)
        elif kind == "outcome":
            yield from self._came(time_ns, fields)
        elif kind == "order" and fields.get("status") == "rejected":
            reason = str(fields.get("reason", "The venue gives no reason."))
            yield "rejection", self._rejected(f"{fields['intent']}", time_ns, "The venue refused an order", reason)
        elif kind == "deal":
            yield "fill", self._filled(time_ns, fields)
        elif kind == "breach":
            yield "breaker", self._broken(time_ns, fields)

    # ------------------------------------------------------------------------------------------------- notices
    def _decided(self, time_ns: int, fields: Mapping[str, Any]) -> Iterator[tuple[str, Notice]]:
        strategy = str(fields["strategy"])
        asked = [_said(wish) for wish in fields["wishes"]]
        yield (
            "signal",
            self._notice(
                f"signal:{strategy}:{time_ns}",
                time_ns,
                category="signal",
                title=f"{strategy}: {'; '.join(asked)}",
                text=f"The quote was {fields['bid']:g} / {fields['ask']:g}.",
            ),
        )
        for place, wish in enumerate(fields["wishes"]):
            if wish.get("allowed", True):
                continue
            refused = [each for each in wish.get("verdicts", ()) if not each["allowed"]]
            why = "; ".join(f"{each['rule']}: {each.get('reason', '')}" for each in refused)
            key, title = f"{strategy}:{time_ns}:{place}", f"{strategy}: risk refused to {_said(wish)}"
            yield "rejection", self._rejected(key, time_ns, title, why, category="risk")

    def _came(self, time_ns: int, fields: Mapping[str, Any]) -> Iterator[tuple[str, Notice]]:
        for place, came in enumerate(fields["wishes"]):
            if came.get("state") in {"rejected", "refused"}:
                key = str(came.get("intent") or f"{fields['decision']}:{place}")
                who = "The venue refused an order" if came["state"] == "rejected" else "An order was not sent"
                yield "rejection", self._rejected(key, time_ns, who, str(came.get("reason", "")))

    def _rejected(self, key: str, time_ns: int, title: str, why: str, *, category: str = "trade") -> Notice:
        return self._notice(
            f"rejection:{key}", time_ns, category=category, title=title, text=why, level=NoticeLevel.WARNING
        )

    def _filled(self, time_ns: int, deal: Mapping[str, Any]) -> Notice:
        way = "bought" if deal["side"] > 0 else "sold"
        closed = deal["entry"] != "in"
        net = sum(float(deal.get(name, 0.0)) for name in ("profit", "commission", "swap"))
        facts = [Fact(name="price", value=float(deal["price"])), Fact(name="volume", value=deal["lots"], unit="lots")]
        if closed:
            facts.append(Fact(name="net_profit", value=round(net, 2), unit=self.currency))
        return self._notice(
            f"deal:{deal['deal']}",
            time_ns,
            category="trade",
            title=f"{way} {deal['lots']:g} lots of {deal['symbol']} at {deal['price']:g}",
            text=f"Closed by {deal['reason']}: {net:+,.2f} {self.currency}." if closed else "A position was opened.",
            facts=tuple(facts),
        )

    def _broken(self, time_ns: int, breach: Mapping[str, Any]) -> Notice:
        return self._notice(
            f"breaker:{breach['rule']}:{time_ns}",
            time_ns,
            category="risk",
            title=f"{breach['rule']} is broken",
            text=f"Equity {breach['equity']:,.2f}, the floor is {breach['floor']:,.2f} {self.currency}.",
            level=NoticeLevel.CRITICAL,
        )

    def _notice(
        self,
        key: str,
        time_ns: int,
        *,
        category: str,
        title: str,
        text: str,
        level: NoticeLevel = NoticeLevel.INFO,
        facts: tuple[Fact, ...] = (),
    ) -> Notice:
        return Notice(
            key=f"{self.account}:{key}",
            time_ns=time_ns,
            level=level,
            category=category,
            title=f"{self.account}: {title}",
            text=text,
            facts=facts,
        )

    # ---------------------------------------------------------------------------------------------------- days
    def _count(self, kind: str, time_ns: int, fields: Mapping[str, Any]) -> None:
        """Count what happens, and tell of a day when something shows that it is over."""
        if kind in {"decision", "deal"}:
            self._roll(day_of(self.clock, time_ns))
        if self._day is None:
            return
        if kind == "decision":
            self._day.decisions += 1
            self._day.balance, self._day.equity = float(fields["balance"]), float(fields["equity"])
            self._day.time_ns = time_ns
        elif kind == "deal":
            self._day.deals += 1
            self._day.net += sum(float(fields.get(name, 0.0)) for name in ("profit", "commission", "swap"))
        elif kind == "outcome":
            self._day.rejections += sum(each.get("state") in {"rejected", "refused"} for each in fields["wishes"])

    def _roll(self, number: int) -> None:
        """Begin a day; a deal inside a bar is told with the bar's opening, and begins none that is over."""
        before = self._day
        if before is None:
            self._day = _Day(number)
        elif number > before.number:
            self.finish()
            self._day = _Day(number, balance=before.balance, equity=before.equity, time_ns=before.time_ns)

    def _summary(self, day: _Day) -> Notice:
        figures = (
            ("net_result", round(day.net, 2), self.currency),
            ("deals", day.deals, ""),
            ("rejections", day.rejections, ""),
            ("decisions", day.decisions, ""),
            ("balance", day.balance, self.currency),
            ("equity", day.equity, self.currency),
        )
        return self._notice(
            f"daily:{day.number}",
            day.time_ns,
            category="daily",
            title=f"the day came to {day.net:+,.2f} {self.currency}",
            text=(
                f"{day.deals} deals, {day.rejections} rejections, {day.decisions} decisions until "
                f"{format_time_ns(day.time_ns)}; balance {day.balance:,.2f}, equity {day.equity:,.2f}."
            ),
            facts=tuple(Fact(name=name, value=value, unit=unit) for name, value, unit in figures),
        )


def _said(wish: Mapping[str, Any]) -> str:
    """Say in a few words what is asked for."""
    order = wish.get("order", _NOTHING)
    if wish["kind"] == "open":
        return f"{'buy' if order['side'] > 0 else 'sell'} {order['volume_lots']:g} lots of {wish['symbol']}"
    if wish["kind"] == "close":
        return f"close {order['volume_lots']:g} lots of {wish['symbol']}"
    return f"{wish['kind']} {wish['symbol']}"
