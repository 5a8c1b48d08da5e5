"""Why a session did what it did at a time, or nothing: its records in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from forexai_core.live.session.decisions import read_record
from forexai_core.ports.journal import JournalRecord
from forexai_core.values.clocks import format_time_ns

__all__ = ["Explained", "explain"]

_AFTER = ("outcome", "order", "deal")


@attrs.frozen(kw_only=True)
class Explained:
    """One decision, and what came of it.

    Attributes
    ----------
    account, strategy : str
        Whose.
    time_ns : int
        When it was made, nanoseconds UTC.
    lines : tuple of str
        In words.
    decision : mapping
        As it was written.
    after : tuple of mapping
        What was written of its orders: answers, fills, deals.
    """

    account: str
    strategy: str
    time_ns: int
    lines: tuple[str, ...]
    decision: Mapping[str, Any]
    after: tuple[Mapping[str, Any], ...]


def explain(account: str, records: Sequence[JournalRecord], at_ns: int) -> tuple[Explained, ...]:
    """Explain, for each strategy of an account, its last decision until a time.

    Parameters
    ----------
    account : str
        Whose records they are.
    records : sequence of JournalRecord
        Oldest first.
    at_ns : int
        Nanoseconds UTC.

    Returns
    -------
    tuple of Explained
        None for a strategy that had not decided yet.
    """
    found: dict[str, tuple[int, int, Mapping[str, Any]]] = {}
    number = 0
    for place, record in enumerate(records):
        if record.kind != "decision":
            continue
        number += 1
        if record.time_ns <= at_ns:
            fields = read_record(record)
            found[str(fields["strategy"])] = (place, number, fields)
    return tuple(_explained(account, records, *each) for each in found.values())


def _explained(
    account: str, records: Sequence[JournalRecord], place: int, number: int, fields: Mapping[str, Any]
) -> Explained:
    outcomes = _outcomes(records, place, number)
    intents = {each["intent"] for each in outcomes if each.get("intent")}
    after = tuple(_about(records[place + 1 :], intents))
    breaches = [read_record(each) for each in records[:place] if each.kind == "breach"]
    lines = (*_seen(fields), *_wanted(fields, outcomes, after), *_limits(breaches))
    return Explained(
        account=account,
        strategy=str(fields["strategy"]),
        time_ns=records[place].time_ns,
        lines=lines,
        decision=fields,
        after=(*outcomes, *after),
    )


def _outcomes(records: Sequence[JournalRecord], place: int, number: int) -> list[dict[str, Any]]:
    """Give what came of the decision's wishes."""
    for record in records[place + 1 :]:
        if record.kind == "outcome":
            fields = read_record(record)
            if fields["decision"] == number:
                return list(fields["wishes"])
        elif record.kind == "decision":
            break
    return []


def _about(records: Sequence[JournalRecord], intents: set[str]) -> Iterator[dict[str, Any]]:
    positions: set[str] = set()
    for record in records:
        if record.kind not in {"order", "deal"} or not intents:
            continue
        fields = read_record(record)
        if fields.get("intent") in intents:
            positions.add(str(fields.get("position", "0")))
            yield fields
        elif record.kind == "deal" and fields["position"] in positions - {"0"}:
            yield fields


def _seen(fields: Mapping[str, Any]) -> Iterator[str]:
    bar = fields.get("bar")
    if bar:
        yield "It saw a bar with open {:g}, high {:g}, low {:g}, close {:g}.".format(*bar)
    money = f"balance {fields['balance']:,.2f}, equity {fields['equity']:,.2f}"
    yield f"The quote was {fields['bid']:g} / {fields['ask']:g}; {money}."
    held = fields.get("positions", ())
    if not held:
        yield "The strategy held nothing."
    for ticket, side, lots in held:
        yield f"It held position {ticket}, {'long' if side > 0 else 'short'} {lots:g} lots."


def _wanted(
    fields: Mapping[str, Any], outcomes: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]
) -> Iterator[str]:
    wishes = fields.get("wishes", ())
    if not wishes:
        yield "It asked for nothing: the strategy gave no signal on this bar, so nothing was judged or sent."
    carried = iter(outcomes)
    for wish in wishes:
        yield _said_of(wish)
        yield from _sizing(wish)
        yield from _confirmation(wish)
        refusals = [each for each in wish.get("verdicts", ()) if not each["allowed"]]
        for each in refusals:
            yield f"  Refused by {each['rule']}: {each.get('reason', '')}{_figures(each)}"
        if refusals:
            continue
        allowed = [each for each in wish.get("verdicts", ()) if each["allowed"]]
        for each in allowed:
            yield f"  Allowed by {each['rule']}{_figures(each)}."
        outcome = next(carried, None)
        if outcome is not None:
            yield from _came(outcome, after)


def _sizing(wish: Mapping[str, Any]) -> Iterator[str]:
    sizing = wish.get("sizing")
    if sizing:
        yield (
            "  Sized by risk: {fraction:.4g} of {equity:,.2f} is {budget:,.2f}; a lot loses {per_lot:,.2f} at the "
            "stop, costs included; so {lots:g} lots, rounded down to the step.".format(**sizing)
        )


def _confirmation(wish: Mapping[str, Any]) -> Iterator[str]:
    said = wish.get("confirmation")
    if said and said["fraction"] > 0:  # a veto stands with what refused
        who = f" by {said['author']}" if said["author"] else ""
        why = f": {said['reason']}" if said["reason"] else "."
        yield f"  Confirmed{who} to {said['fraction']:.4g} of {said['asked_lots']:g} lots{why}"


def _said_of(wish: Mapping[str, Any]) -> str:
    kind, order = wish["kind"], wish.get("order", {})
    if kind == "open":
        way = "buy" if order["side"] > 0 else "sell"
        at = "at the market" if order["kind"] == "market" else f"by a {order['kind']} order at {order['price']:g}"
        stop = _exit(order, "stop_loss", "stop")
        target = _exit(order, "take_profit", "target")
        return f"It asked to {way} {order['volume_lots']:g} lots of {wish['symbol']} {at}{stop}{target}."
    if kind == "close":
        return f"It asked to close {order['volume_lots']:g} lots of position {order['position']}."
    if kind == "unmet":
        return f"It asked for something that cannot be done: {wish.get('reason', '')}"
    what = {"modify": "change", "cancel": "cancel", "trail": "let trail"}[kind]
    return f"It asked to {what} {wish.get('ticket', '')}."


def _exit(order: Mapping[str, Any], name: str, word: str) -> str:
    if order.get(name):
        return f", {word} at {order[name]:g}"
    if order.get(f"{name}_distance"):
        return f", {word} {order[f'{name}_distance']:g} away"
    return f", no {word}"


def _figures(verdict: Mapping[str, Any]) -> str:
    if "value" not in verdict or "limit" not in verdict:
        return ""
    value, limit = (
        f"{each:.6g}" if isinstance(each, float) else str(each) for each in (verdict["value"], verdict["limit"])
    )
    return f" ({value}; the limit is {limit})"


def _came(outcome: Mapping[str, Any], after: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    intent = outcome.get("intent", "")
    named = f" as {intent}" if intent else ""
    why = f": {outcome['reason']}" if outcome.get("reason") else "."
    yield f"  Sent{named}; {outcome['state']}{why}" if intent else f"  {str(outcome['state']).capitalize()}{why}"
    positions = {str(each.get("position")) for each in after if intent and each.get("intent") == intent} - {"None", "0"}
    for each in after:
        own = intent and each.get("intent") == intent
        if each["kind"] == "order" and own:
            reason = f": {each['reason']}" if each.get("reason") else ""
            yield f"  The venue: {each['status']}{reason}."
        elif each["kind"] == "deal" and (own or each["position"] in positions):
            money = "" if each["entry"] == "in" else f", profit {each['profit']:,.2f}"
            what = f"{each['entry']} {each['lots']:g} lots at {each['price']:g} ({each['reason']})"
            yield f"  Deal {each['deal']}: {what}{money}."


def _limits(breaches: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for each in breaches[-3:]:
        when = format_time_ns(int(each["time_ns"]))
        money = f"equity {each['equity']:,.2f}, floor {each['floor']:,.2f}"
        yield f"Before that, {each['rule']} was broken at {when}: {money}."
