"""The limits of a run in one value."""

from __future__ import annotations

import attrs

from forexai_core.ports.risk import RiskRule
from forexai_core.risk.limits import (
    DailyLoss,
    MaxPositions,
    MaxVolume,
    OrdersPerMinute,
    PositionRisk,
    SpreadCap,
)

__all__ = ["Risk"]


@attrs.frozen(kw_only=True)
class Risk:
    """Limits that every opening of a run has to keep; None is no limit.

    Attributes
    ----------
    max_daily_loss_fraction : float or None
        Of the equity with which the account's day began.
    max_position_risk_fraction : float or None
        Of the present equity, lost at one order's stop; an order without stop is refused.
    max_positions : int or None
        Positions and opening orders at once.
    max_volume_lots : float or None
        Of one symbol in one direction.
    max_spread_points : float or None
        Above it nothing opens.
    max_orders_per_minute : int or None
        Rate of orders.
    rules : tuple of RiskRule
        Any others, such as a plugin's.
    """

    max_daily_loss_fraction: float | None = None
    max_position_risk_fraction: float | None = None
    max_positions: int | None = None
    max_volume_lots: float | None = None
    max_spread_points: float | None = None
    max_orders_per_minute: int | None = None
    rules: tuple[RiskRule, ...] = attrs.field(default=(), converter=tuple)

    def all_rules(self) -> tuple[RiskRule, ...]:
        """Give every limit as a rule, in the order of the fields."""
        made: list[RiskRule] = []
        if self.max_daily_loss_fraction is not None:
            made.append(DailyLoss(limit_fraction=self.max_daily_loss_fraction))
        if self.max_position_risk_fraction is not None:
            made.append(PositionRisk(limit_fraction=self.max_position_risk_fraction))
        if self.max_positions is not None:
            made.append(MaxPositions(limit=self.max_positions))
        if self.max_volume_lots is not None:
            made.append(MaxVolume(limit_lots=self.max_volume_lots))
        if self.max_spread_points is not None:
            made.append(SpreadCap(limit_points=self.max_spread_points))
        if self.max_orders_per_minute is not None:
            made.append(OrdersPerMinute(limit=self.max_orders_per_minute))
        return (*made, *self.rules)
