"""What is done with positions and orders that are not ours, by the account's policy."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import attrs

from forexai_core.errors import BrokerError, OrderRefusedError
from forexai_core.live.alerts import Alerts
from forexai_core.live.foreign import ForeignPolicy
from forexai_core.live.settings import DeskSettings
from forexai_core.ports.notifier import NoticeLevel
from forexai_core.values.instruments import Instrument
from forexai_core.values.orders import OrderState
from forexai_core.values.positions import Position

__all__ = ["Strangers"]

Protect = Callable[[int, float], Awaitable[None]]
Close = Callable[[Position], Awaitable[None]]
Cancel = Callable[[int], Awaitable[object]]


@attrs.frozen(kw_only=True, eq=False)
class Strangers:
    """Applies the policy for what is not ours.

    Attributes
    ----------
    settings : DeskSettings
        With the policy.
    alerts : Alerts
        Each stranger is told of once.
    protect, close, cancel : callable
        What the desk can do about them.
    """

    settings: DeskSettings
    alerts: Alerts
    protect: Protect
    close: Close
    cancel: Cancel

    async def treat_position(self, position: Position, instrument: Instrument | None) -> None:
        """Do what the policy says; what fails is tried again at the next look."""
        policy = self.settings.foreign
        self._tell(
            f"position:{position.position}",
            f"Position {position.position} ({position.side * position.volume_lots:+g} lots of {position.symbol})",
        )
        try:
            if policy is ForeignPolicy.CLOSE:
                await self.close(position)
            elif policy is ForeignPolicy.PROTECT and not position.stop_loss and position.price and instrument:
                distance = self.settings.protect_points * instrument.point
                stop = instrument.grid.closing(position.price - position.side * distance, position.side)
                await self.protect(position.position, stop)
        except (BrokerError, OrderRefusedError, TimeoutError) as problem:
            self.alerts.tell(
                f"stranger-failed:{position.position}",
                "A foreign position could not be dealt with",
                f"Position {position.position}, policy '{policy}': {problem} It is tried again.",
            )

    async def treat_order(self, order: OrderState) -> None:
        """Likewise, of a working order."""
        self._tell(
            f"order:{order.order}",
            f"Order {order.order} ({order.request.kind}, {order.side * order.request.volume_lots:+g} lots of "
            f"{order.symbol})",
        )
        if self.settings.foreign is not ForeignPolicy.CLOSE:
            return
        try:
            await self.cancel(order.order)
        except (BrokerError, TimeoutError) as problem:
            self.alerts.tell(
                f"stranger-failed:order:{order.order}", "A foreign order could not be cancelled", f"{problem}"
            )

    def _tell(self, key: str, what: str) -> None:
        self.alerts.tell(
            f"stranger:{key}",
            "Something on the account is not ours",
            f"{what} was opened by no order of this installation. Policy: {self.settings.foreign}.",
            level=NoticeLevel.WARNING,
        )
