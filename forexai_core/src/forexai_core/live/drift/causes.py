"""Why an order, or what closed a position, differs: decided by what both records show, and by nothing else."""

from __future__ import annotations

from typing import NamedTuple

import attrs

from forexai_core.live.drift.differences import Cause
from forexai_core.live.drift.histories import Ask, Booked
from forexai_core.live.drift.market import Evidence, PricesSeen
from forexai_core.live.drift.pairing import AskPair, DealPair

__all__ = ["FOLLOWS", "DriftLimits", "Found", "ask_cause", "exit_cause"]

_LOTS = 1e-8
_PRICE = 1e-9
_REFUSED_BY_VENUE = frozenset({"rejected", "cancelled"})


@attrs.frozen(kw_only=True)
class DriftLimits:
    """What counts as a difference, and how far back evidence reaches.

    Attributes
    ----------
    late_s : float
        A fill is late by more than so many seconds; less is no difference of its own.
    memory : int
        How many bars back another bar may explain another decision, as indicators remember.
    """

    late_s: float = attrs.field(default=1.0, validator=attrs.validators.ge(0))
    memory: int = attrs.field(default=50, validator=attrs.validators.ge(0))

    @property
    def late_ns(self) -> int:
        """The same in nanoseconds."""
        return round(self.late_s * 1_000_000_000)


class Found(NamedTuple):
    """A difference found.

    Attributes
    ----------
    cause : Cause or None
        None: that of the difference that it follows.
    said : str
        The evidence.
    """

    cause: Cause | None
    said: str


FOLLOWS = None
"""In place of a cause: that of an earlier difference."""


def ask_cause(
    pair: AskPair, seen: PricesSeen, limits: DriftLimits, *, diverged: bool, taken_back: bool = False
) -> Found | None:
    """Say why what was asked for, or what came of it, differs; None where it does not.

    Parameters
    ----------
    pair : AskPair
        What was asked for.
    seen : PricesSeen
        By the strategy.
    limits : DriftLimits
        What counts.
    diverged : bool
        Whether the two held different positions by then, or the one that this is about was another already.
    taken_back : bool
        Whether the order was cancelled by the strategy in one of the records alone.
    """
    ours, theirs = pair.live, pair.backtest
    if ours is None or theirs is None:
        if pair.either.refusal:
            return None  # nothing came of it in either
        who = "the session asked for it alone" if theirs is None else "the backtest asked for it alone"
        return _decided_otherwise(pair, seen, limits, who, diverged=diverged)
    if bool(ours.refusal) != bool(theirs.refusal):
        where = "in the session" if ours.refusal else "in the backtest"
        return Found(Cause.RISK, f"refused {where} by {ours.refusal or theirs.refusal}")
    if abs(ours.shrunk_to - ours.asked_lots) > _LOTS and abs(ours.lots - theirs.lots) > _LOTS:
        return Found(Cause.RISK, f"{ours.asked_lots:g} lots were made {ours.lots:g} by the confirmation")
    # Of a position that is of another volume already, another volume is closed.
    resized = abs(ours.lots - theirs.lots) > _LOTS and not (ours.kind == "close" and diverged)
    if ours.terms != theirs.terms or resized:
        return _asked_otherwise(pair, ours, theirs, seen, limits, diverged=diverged)
    return None if ours.refusal else _came_otherwise(pair, seen, limits, diverged=diverged, taken_back=taken_back)


def _came_otherwise(
    pair: AskPair, seen: PricesSeen, limits: DriftLimits, *, diverged: bool, taken_back: bool
) -> Found | None:
    """Say why two equal orders came to something else."""
    ours, theirs = pair.live, pair.backtest
    if ours is None or theirs is None:
        return None
    refused = _refused(ours, theirs, seen.time_after(pair.place))
    if refused is not None:
        return Found(FOLLOWS, refused.said) if diverged and ours.kind != "open" else refused
    if not (ours.deals or theirs.deals):
        return None
    if abs((ours.filled_lots - ours.lots) - (theirs.filled_lots - theirs.lots)) > _LOTS:
        return _filled_less(pair, ours, theirs, seen, taken_back=taken_back)
    return _filled(pair, ours, theirs, seen, limits)


def _decided_otherwise(pair: AskPair, seen: PricesSeen, limits: DriftLimits, who: str, *, diverged: bool) -> Found:
    """Find why one decision is not the other: what it saw, what it held, what it remembers, or itself."""
    bars = seen.bars_at(pair.place)
    if bars is not None:
        return _found(bars, who)
    if diverged:
        return Found(FOLLOWS, f"{who}, holding something else")
    quotes = seen.quotes_at(pair.place)
    if quotes is not None:
        return _found(quotes, who)
    before = seen.before(pair.place, limits.memory)
    if before is not None:
        return _found(before, f"{who}, after another bar")
    return Found(Cause.SIGNAL, f"{who}, on the same bar, quote and positions")


def _asked_otherwise(
    pair: AskPair, ours: Ask, theirs: Ask, seen: PricesSeen, limits: DriftLimits, *, diverged: bool
) -> Found:
    """Find why an order is of another volume, or has other levels."""
    if ours.terms == theirs.terms and ours.sizing and theirs.sizing:
        same = ours.sizing["fraction"] == theirs.sizing["fraction"]
        if same and ours.sizing["per_lot"] == theirs.sizing["per_lot"]:
            equities = f"{ours.sizing['equity']:,.2f}, not {theirs.sizing['equity']:,.2f}"
            return Found(FOLLOWS, f"{ours.lots:g} lots, not {theirs.lots:g}: it was sized by an equity of {equities}")
    names = [name for name in {**ours.terms, **theirs.terms} if ours.terms.get(name) != theirs.terms.get(name)]
    said = [f"{name} {ours.terms.get(name)}, not {theirs.terms.get(name)}" for name in sorted(names)]
    if abs(ours.lots - theirs.lots) > _LOTS:
        said.append(f"{ours.lots:g} lots, not {theirs.lots:g}")
    return _decided_otherwise(pair, seen, limits, "; ".join(said), diverged=diverged)


def _filled(pair: AskPair, ours: Ask, theirs: Ask, seen: PricesSeen, limits: DriftLimits) -> Found | None:
    """Say why two equal orders were filled otherwise."""
    if not (ours.deals and theirs.deals):
        return None
    if abs(ours.time_ns - theirs.time_ns) > limits.late_ns:
        return _filled_late(pair, ours, theirs, seen)
    moved = ours.price - theirs.price
    return None if abs(moved) <= _PRICE else _filled_elsewhere(pair, ours, theirs, seen)


def _filled_elsewhere(pair: AskPair, ours: Ask, theirs: Ask, seen: PricesSeen) -> Found:
    moved = ours.price - theirs.price
    said = f"filled at {ours.price:.10g}, not {theirs.price:.10g}"
    if ours.order_kind != "market":
        during = seen.explains_level(min(ours.time_ns, theirs.time_ns), moved)
        return Found(Cause.SLIPPAGE, said) if during is None else _found(during, said)
    met = seen.explains_fill(pair.place, ours.side, moved)
    return Found(Cause.SLIPPAGE, f"{said}, at the same prices") if met is None else _found(met, said)


def _refused(ours: Ask, theirs: Ask, next_ns: int) -> Found | None:
    """Say who refused an order in one of the records alone; None where nobody did, or it was refused in both."""
    by_desk = [each for each in (ours, theirs) if each.state == "refused"]
    if len(by_desk) == 1:
        asked = by_desk[0]
        said = f"not sent, by {asked.rule}: {asked.reason}"
        causes = {"turn": FOLLOWS, "venue": Cause.REJECTION}
        return Found(causes.get(asked.rule, Cause.RISK), said)
    turned = [
        each for each in (ours, theirs) if not each.deals and "rejected" in {each.state, each.status} and not by_desk
    ]
    if len(turned) == 1:
        asked, where = turned[0], "in the session" if turned[0] is ours else "in the backtest"
        said = f"refused {where} by the venue: {asked.reason or asked.status}"
        if 0 < next_ns < asked.answered_ns:  # it came after the price that it was meant for
            return Found(Cause.TIMING, f"{said}, {(asked.answered_ns - next_ns) / 1e9:.6g} s after the next price")
        return Found(Cause.REJECTION, said)
    return None


def _filled_less(pair: AskPair, ours: Ask, theirs: Ask, seen: PricesSeen, *, taken_back: bool) -> Found:
    said = f"{ours.filled_lots:g} lots were filled, not {theirs.filled_lots:g}"
    less = min(ours, theirs, key=lambda each: each.filled_lots)
    if less.deals or (less.status in _REFUSED_BY_VENUE and less.order_kind == "market"):
        return Found(Cause.REJECTION, f"{said}: the venue took a part")
    if ours.order_kind == "market":
        return Found(Cause.TIMING, f"{said}: it was still on its way")
    until_ns = max(ours.time_ns, theirs.time_ns)
    during = seen.during(seen.pairs[pair.place].time_ns, until_ns)
    if during is not None:
        return _found(during, said)
    if less.status == "cancelled":
        return Found(Cause.SIGNAL if taken_back else Cause.TIMING, f"{said}: it was cancelled before")
    return Found(Cause.PRICE, f"{said}, over the same bars")


def _filled_late(pair: AskPair, ours: Ask, theirs: Ask, seen: PricesSeen) -> Found:
    apart_s = (ours.time_ns - theirs.time_ns) / 1e9
    said = f"filled {apart_s:+.6g} s later, at {ours.price:.10g}, not {theirs.price:.10g}"
    first_ns, last_ns = seen.pairs[pair.place].time_ns, max(ours.time_ns, theirs.time_ns)
    during = seen.during(first_ns, last_ns)
    if during is not None and (ours.order_kind != "market" or during.cause is Cause.DATA):
        return _found(during, said)
    return Found(Cause.TIMING, said)


def exit_cause(
    pair: DealPair, seen: PricesSeen, limits: DriftLimits, *, rooted: bool, diverged: bool = False
) -> Found | None:
    """Say why what closed a position without being asked for differs; None where it does not, or only follows.

    Parameters
    ----------
    pair : DealPair
        What closed it.
    seen : PricesSeen
        By the strategy.
    limits : DriftLimits
        What counts.
    rooted : bool
        Whether the position itself differs already: then what it comes to does so, too.
    diverged : bool
        Whether the two held different positions by then.
    """
    killed = {deal.reason == "kill" for deal in pair.both}
    if len(pair.both) == 1 or killed == {True, False}:
        return _closed_alone(pair.both[0], seen, killed=True in killed, rooted=rooted or diverged)
    ours, theirs = pair.both
    if ours.reason == theirs.reason and abs(ours.time_ns - theirs.time_ns) <= limits.late_ns:
        return _closed_elsewhere(ours, theirs, seen, rooted=rooted)
    said = f"closed by {ours.reason} at {ours.price:.10g}, not by {theirs.reason} at {theirs.price:.10g}"
    during = seen.during(min(ours.time_ns, theirs.time_ns), max(ours.time_ns, theirs.time_ns))
    if during is not None:
        return _found(during, said)
    if rooted or diverged:
        return None
    return Found(Cause.TIMING if ours.reason == theirs.reason else Cause.PRICE, f"{said}, over the same bars")


def _closed_elsewhere(ours: Booked, theirs: Booked, seen: PricesSeen, *, rooted: bool) -> Found | None:
    moved = ours.price - theirs.price
    if abs(moved) <= _PRICE:
        return None
    said = f"closed by {ours.reason} at {ours.price:.10g}, not {theirs.price:.10g}"
    level = seen.explains_level(theirs.time_ns, moved)
    if level is not None:
        return _found(level, said)
    return None if rooted else Found(Cause.SLIPPAGE, f"{said}, at the same prices")


def _closed_alone(deal: Booked, seen: PricesSeen, *, killed: bool, rooted: bool) -> Found | None:
    said = f"closed by {deal.reason} at {deal.price:.10g} in one record alone"
    if killed:
        return Found(Cause.RISK, said)
    during = seen.during(deal.time_ns, deal.time_ns)
    if during is not None:
        return _found(during, said)
    return None if rooted else Found(Cause.PRICE, f"{said}, over the same bars")


def _found(evidence: Evidence, said: str) -> Found:
    return Found(evidence.cause, f"{said}: {evidence.said}")
