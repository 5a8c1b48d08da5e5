"""One account's journal as decisions, orders and deals that can be held against another's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

import attrs

from forexai_core.live.session.decisions import read_record
from forexai_core.ports.journal import JournalRecord

__all__ = ["Ask", "Booked", "Decided", "History", "history_of"]

_FILLED = 1e-9  # lots: below them nothing was
_LEVELS = ("price", "stop_loss", "take_profit", "distance", "start")
_NOT_ASKED = frozenset({"position", "volume_lots"})


class _Word(NamedTuple):
    """The venue's last word of an order."""

    status: str
    order: str
    reason: str
    time_ns: int


@attrs.frozen(kw_only=True, eq=False)
class Booked:
    """A deal as a journal has it.

    Attributes
    ----------
    strategy, symbol, entry, reason, intent : str
        As written; the intent is empty where no order of ours asked for it.
    position : str
        Its ticket.
    side : int
        +1 bought, -1 sold.
    lots, price : float
        How much, and at what.
    time_ns : int
        Nanoseconds UTC.
    profit : Decimal
        Of what it closed, account currency, before costs.
    money : Decimal
        All that it booked: profit, commission and swap.
    """

    strategy: str
    symbol: str
    entry: str
    reason: str
    intent: str
    position: str
    side: int
    lots: float
    price: float
    time_ns: int
    profit: Decimal
    money: Decimal

    @property
    def closes(self) -> bool:
        """Whether it closed something."""
        return self.entry != "in"


@attrs.frozen(kw_only=True, eq=False)
class Ask:
    """One thing that a strategy asked for, and what came of it.

    Attributes
    ----------
    kind, symbol : str
        ``open``, ``close``, ``modify``, ``trail``, ``cancel`` or ``unmet``.
    side : int
        Of its order; 0 without one.
    order_kind : str
        ``market``, ``limit`` …; empty without an order.
    lots : float
        Of its order.
    position : str
        The ticket that it is about; empty for an opening.
    terms : mapping
        All else that it says: prices, stops, targets, validity.
    sizing : mapping
        How its volume was found; empty where it was given.
    shrunk_to, asked_lots : float
        What the confirmation left of its volume, and of what; equal without one.
    refusal : str
        By which rule of risk or by which confirmation it was refused, and why; empty where it was not.
    state, reason : str
        What the order desk said of it; empty where it never got there.
    rule : str
        Of the desk, where it refused.
    status : str
        The venue's last word of the order.
    answered_ns : int
        When it said that, nanoseconds UTC; 0 where it said nothing by itself.
    intent, order : str
        Of its order: our name of it, and the venue's.
    deals : tuple of Booked
        That came of it.
    """

    kind: str
    symbol: str
    side: int = 0
    order_kind: str = ""
    lots: float = 0.0
    position: str = ""
    terms: Mapping[str, Any]
    sizing: Mapping[str, Any]
    shrunk_to: float = 0.0
    asked_lots: float = 0.0
    refusal: str = ""
    state: str = ""
    reason: str = ""
    rule: str = ""
    status: str = ""
    answered_ns: int = 0
    intent: str = ""
    order: str = ""
    deals: tuple[Booked, ...] = ()

    @property
    def shape(self) -> tuple[object, ...]:
        """What two asks share that are about the same."""
        return self.kind, self.symbol, self.side, self.order_kind

    @property
    def filled_lots(self) -> float:
        """How much was executed."""
        return sum(deal.lots for deal in self.deals)

    @property
    def price(self) -> float:
        """The average price of what was executed; 0 where nothing was."""
        lots = self.filled_lots
        return sum(deal.price * deal.lots for deal in self.deals) / lots if lots > _FILLED else 0.0

    @property
    def time_ns(self) -> int:
        """When it was executed first, nanoseconds UTC; 0 where nothing was."""
        return self.deals[0].time_ns if self.deals else 0


@attrs.frozen(kw_only=True, eq=False)
class Decided:
    """A decision of a strategy.

    Attributes
    ----------
    strategy : str
        Whose.
    time_ns : int
        When, nanoseconds UTC.
    bar : tuple of float
        Open, high, low and close of the bar that it saw; empty at a tick.
    bid, ask : float
        The quote.
    held : tuple
        Side and lots of what it held, sorted.
    asks : tuple of Ask
        In their order.
    """

    strategy: str
    time_ns: int
    bar: tuple[float, ...]
    bid: float
    ask: float
    held: tuple[tuple[int, float], ...]
    asks: tuple[Ask, ...]


@attrs.frozen(kw_only=True, eq=False)
class History:
    """What an account did.

    Attributes
    ----------
    decisions : mapping of str to tuple of Decided
        By strategy, oldest first.
    deals : tuple of Booked
        Of the strategies, oldest first.
    others : tuple of Booked
        Of nobody in the session, such as a person's.
    """

    decisions: Mapping[str, tuple[Decided, ...]]
    deals: tuple[Booked, ...]
    others: tuple[Booked, ...]

    @property
    def net(self) -> Decimal:
        """What its strategies' deals booked, account currency."""
        return sum((deal.money for deal in self.deals), Decimal(0))


def history_of(records: Sequence[JournalRecord], since_ns: int | None = None, until_ns: int | None = None) -> History:
    """Read an account's records.

    Parameters
    ----------
    records : sequence of JournalRecord
        Oldest first.
    since_ns, until_ns : int, optional
        Nanoseconds UTC; what is before or after is left out.
    """
    deals = [_booked(read_record(each), each.time_ns) for each in records if each.kind == "deal"]
    deals = [deal for deal in deals if _within(deal.time_ns, since_ns, until_ns)]
    said = _said_of_orders(records)
    by_intent: dict[str, list[Booked]] = {}
    for deal in deals:
        if deal.intent:
            by_intent.setdefault(deal.intent, []).append(deal)
    decisions: dict[str, list[Decided]] = {}
    for record, outcomes in _with_outcomes(records):
        if _within(record.time_ns, since_ns, until_ns):
            made = _decided(read_record(record), record.time_ns, outcomes, by_intent, said)
            decisions.setdefault(made.strategy, []).append(made)
    return History(
        decisions={name: tuple(each) for name, each in decisions.items()},
        deals=tuple(deal for deal in deals if deal.strategy),
        others=tuple(deal for deal in deals if not deal.strategy),
    )


def _within(time_ns: int, since_ns: int | None, until_ns: int | None) -> bool:
    return (since_ns is None or time_ns >= since_ns) and (until_ns is None or time_ns <= until_ns)


def _booked(fields: Mapping[str, Any], time_ns: int) -> Booked:
    names = ("strategy", "symbol", "entry", "reason", "intent", "position", "side", "lots", "price")
    blank = dict.fromkeys(("strategy", "intent", "reason"), "")
    profit, commission, swap = (Decimal(repr(float(fields.get(name, 0.0)))) for name in _MONEY)
    return Booked(
        **{name: fields.get(name, blank.get(name)) for name in names},
        time_ns=time_ns,
        profit=profit,
        money=profit + commission + swap,
    )


_MONEY = ("profit", "commission", "swap")
_UNSAID = _Word("", "", "", 0)


def _said_of_orders(records: Sequence[JournalRecord]) -> dict[str, _Word]:
    """Give the venue's last word of each of our orders."""
    found = {}
    for record in records:
        if record.kind == "order":
            fields = read_record(record)
            status, order, reason = (str(fields.get(name, "")) for name in ("status", "order", "reason"))
            found[str(fields.get("intent", ""))] = _Word(status, order, reason, record.time_ns)
    return found


def _with_outcomes(
    records: Sequence[JournalRecord],
) -> Iterable[tuple[JournalRecord, Sequence[Mapping[str, Any]]]]:
    """Give each decision with what came of it, which is written before the next one."""
    last: JournalRecord | None = None
    outcomes: Sequence[Mapping[str, Any]] = ()
    for record in records:
        if record.kind == "decision":
            if last is not None:
                yield last, outcomes
            last, outcomes = record, ()
        elif record.kind == "outcome":
            outcomes = read_record(record)["wishes"]
    if last is not None:
        yield last, outcomes


def _decided(
    fields: Mapping[str, Any],
    time_ns: int,
    outcomes: Sequence[Mapping[str, Any]],
    deals: Mapping[str, Sequence[Booked]],
    said: Mapping[str, _Word],
) -> Decided:
    came = iter(outcomes)
    asks = []
    for wish in fields.get("wishes", ()):
        outcome = next(came, {}) if wish.get("allowed", True) else {}
        asks.append(_ask(wish, outcome, deals, said))
    return Decided(
        strategy=str(fields["strategy"]),
        time_ns=time_ns,
        bar=tuple(fields.get("bar", ())),
        bid=float(fields["bid"]),
        ask=float(fields["ask"]),
        held=tuple(sorted((int(side), float(lots)) for _, side, lots in fields.get("positions", ()))),
        asks=tuple(asks),
    )


def _ask(
    wish: Mapping[str, Any],
    outcome: Mapping[str, Any],
    deals: Mapping[str, Sequence[Booked]],
    said: Mapping[str, _Word],
) -> Ask:
    order, intent = wish.get("order", {}), str(outcome.get("intent", ""))
    lots, confirmed = float(order.get("volume_lots", 0.0)), wish.get("confirmation", {})
    word = said.get(intent, _UNSAID) if intent else _UNSAID
    terms = {name: value for name, value in order.items() if name not in _NOT_ASKED}
    terms |= {f"new_{name}": wish[name] for name in _LEVELS if name in wish}
    return Ask(
        kind=str(wish["kind"]),
        symbol=str(wish["symbol"]),
        side=int(order.get("side", 0)),
        order_kind=str(order.get("kind", "")),
        lots=lots,
        position=str(order.get("position", "") or wish.get("ticket", "")),
        terms=terms,
        sizing=wish.get("sizing", {}),
        shrunk_to=lots,
        asked_lots=float(confirmed.get("asked_lots", lots)),
        refusal=_refusal(wish),
        state=str(outcome.get("state", "")),
        reason=str(outcome.get("reason", "") or word.reason),
        rule=str(outcome.get("rule", "")),
        status=word.status,
        answered_ns=word.time_ns,
        intent=intent,
        order=word.order,
        deals=tuple(deals.get(intent, ())) if intent else (),
    )


def _refusal(wish: Mapping[str, Any]) -> str:
    if wish.get("allowed", True):
        return ""
    refused = [each for each in wish.get("verdicts", ()) if not each["allowed"]]
    return "; ".join(f"{each['rule']}: {each.get('reason', 'refused')}" for each in refused) or "refused"
