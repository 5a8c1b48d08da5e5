"""Rules that hold an account within limits. Each judges what may lose more: risk must always be reducible."""

from __future__ import annotations

import math

import attrs

from forexai_core.ports.risk import Holding, HoldingKind, Proposal, Verdict
from forexai_core.risk import checks
from forexai_core.values.timeframes import NS_PER_MINUTE

__all__ = ["MaxPositions", "MaxVolume", "OrdersPerMinute", "PositionRisk", "SpreadCap"]


def _within(rule: str, value: float, limit: float, reason: str) -> Verdict:
    """Allow a value up to its limit; a value that is not a number is refused."""
    return Verdict(
        allowed=bool(value <= limit),
        rule=rule,
        reason="" if value <= limit else reason,
        limit=limit,
        value=value,
        facts={"value": value, "limit": limit},
    )


def _unknown(proposal: Proposal) -> list[Holding]:
    """Give the intents that are on their way or of unknown outcome: they count in full."""
    known = (*proposal.holdings, *proposal.replaces)
    return [holding for holding in known if holding.kind is HoldingKind.INTENT]


@attrs.frozen(kw_only=True)
class MaxPositions:
    """At most so many positions and orders that may open one, on the whole account.

    Attributes
    ----------
    limit : int
        Positions and opening orders together, the new one included; what becomes one position counts once.
    """

    limit: int = attrs.field(validator=checks.count)
    name: str = attrs.field(default="max-positions", init=False)

    def judge(self, proposal: Proposal) -> Verdict:
        """Refuse an opening beyond the limit."""
        if not proposal.opens:
            return Verdict(allowed=True, rule=self.name)
        waiting = sum(order.request.opens and order.status.working for order in proposal.orders)
        value = len(proposal.positions) + waiting + len(_unknown(proposal)) + 1 - len(proposal.replaces)
        return _within(self.name, value, self.limit, f"It would be number {value} of at most {self.limit} positions.")


@attrs.frozen(kw_only=True)
class MaxVolume:
    """At most so many lots of a symbol in one direction, what waits included.

    Attributes
    ----------
    limit_lots : float
        Lots.
    """

    limit_lots: float = attrs.field(validator=checks.positive)
    name: str = attrs.field(default="max-volume", init=False)

    def judge(self, proposal: Proposal) -> Verdict:
        """Refuse an opening that leads beyond the limit."""
        if not proposal.opens:
            return Verdict(allowed=True, rule=self.name)
        request = proposal.request
        held = sum(
            position.volume_lots
            for position in proposal.positions
            if position.symbol == request.symbol and position.side == request.side
        )
        waiting = sum(
            order.left_lots
            for order in proposal.orders
            if order.symbol == request.symbol and order.side == request.side and order.request.opens
        )
        unknown = sum(
            each.volume_lots
            for each in _unknown(proposal)
            if each.symbol == request.symbol and each.side == request.side
        )
        replaced = sum(
            each.volume_lots
            for each in proposal.replaces
            if each.symbol == request.symbol and each.side == request.side
        )
        value = round(held + waiting + unknown - replaced + proposal.lots, 8)
        return _within(
            self.name,
            value,
            self.limit_lots,
            f"{request.symbol}: {value:g} lots in one direction, {self.limit_lots:g} are allowed.",
        )


@attrs.frozen(kw_only=True)
class SpreadCap:
    """No opening while the spread is wider than usual.

    Attributes
    ----------
    limit_points : float
        Points of the instrument.
    """

    limit_points: float = attrs.field(validator=checks.positive)
    name: str = attrs.field(default="spread-cap", init=False)

    def judge(self, proposal: Proposal) -> Verdict:
        """Refuse an opening at a wider spread."""
        if not proposal.opens:
            return Verdict(allowed=True, rule=self.name)
        value = round(proposal.spread_points, 6)  # prices lie on the grid; their difference carries binary noise
        return _within(
            self.name,
            value,
            self.limit_points,
            f"The spread is {value:g} points, {self.limit_points:g} are allowed.",
        )


@attrs.frozen(kw_only=True)
class PositionRisk:
    """No opening that could lose more than a fraction of the equity, and none without a stop.

    Attributes
    ----------
    limit_fraction : float
        Of the present equity.
    """

    limit_fraction: float = attrs.field(validator=checks.fraction)
    name: str = attrs.field(default="position-risk", init=False)

    def judge(self, proposal: Proposal) -> Verdict:
        """Refuse an opening that risks too much, or an unknown amount."""
        if not proposal.opens:
            return Verdict(allowed=True, rule=self.name)
        if proposal.entry_risk is None:
            what = "The change leaves" if proposal.widens else "The order has"
            return Verdict(
                allowed=False,
                rule=self.name,
                reason=f"{what} no stop loss, so what it risks is unknown.",
                limit=self.limit_fraction,
            )
        equity = proposal.account.equity
        # Money has few digits; the twelfth of a share is binary noise.
        value = round(proposal.entry_risk / equity, 12) if equity > 0 else math.inf
        return _within(
            self.name,
            value,
            self.limit_fraction,
            f"Its stop would lose {100 * value:.2f} % of the equity, {100 * self.limit_fraction:g} % are allowed.",
        )


@attrs.frozen(kw_only=True)
class OrdersPerMinute:
    """At most so many orders in any minute.

    Attributes
    ----------
    limit : int
        Orders, the new one included.
    """

    limit: int = attrs.field(validator=checks.count)
    name: str = attrs.field(default="orders-per-minute", init=False)

    def judge(self, proposal: Proposal) -> Verdict:
        """Refuse an opening that comes too fast."""
        if not proposal.opens:
            return Verdict(allowed=True, rule=self.name)
        since = proposal.time_ns - NS_PER_MINUTE
        value = 1 + sum(time_ns > since for time_ns in proposal.recent_order_times_ns)
        return _within(
            self.name, value, self.limit, f"It would be order {value} of this minute, {self.limit} are allowed."
        )
