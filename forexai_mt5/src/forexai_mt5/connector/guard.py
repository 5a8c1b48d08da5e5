"""What this machine allows, whatever the platform asks for: its caps, the kill switch, and the dead man's lease."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from forexai_core.ports.broker import Broker
from forexai_core.ports.clock import Clock
from forexai_core.ports.halts import Halt, Halts, HaltScope
from forexai_core.risk.halting import DeadMan
from forexai_core.values.accounts import AccountMode
from forexai_core.values.orders import OrderState
from forexai_core.values.positions import Position
from forexai_mt5.connector.settings import Caps
from forexai_mt5.connector.telling import said_of
from forexai_mt5.protocol.rates import Bucket
from forexai_mt5.protocol.trading import Kill, TradeCommand

__all__ = ["Guard"]

_LOG = logging.getLogger(__name__)
_TINY = 1e-9  # lots: what adding binary fractions leaves


class Guard:
    """Refuses openings beyond the caps of this machine, and all of them once it was killed.

    What lessens what is open always passes. Only a person at this machine lifts a halt: the protocol has no message
    for it. An opening that waited while the platform fell silent is not sent: whoever wanted it may be gone.

    Parameters
    ----------
    caps : Caps
        Limits.
    halts : Halts
        The kill switch, kept through restarts.
    clock : Clock
        For the rate of openings.
    """

    def __init__(self, caps: Caps, halts: Halts, clock: Clock) -> None:
        self._caps, self._halts, self._clock = caps, halts, clock
        self._platform = DeadMan("the platform", account="here", ttl_s=caps.dead_man_s)
        self._killed = False  # here, where the kill could not be written down
        self._openings = Bucket(caps.openings_per_minute / 60, max(1.0, caps.openings_per_minute))

    def hear_platform(self) -> None:
        """Renew the lease: the platform has said something, whatever it is."""
        self._platform.renew(self._clock.monotonic_ns())

    async def is_killed(self) -> bool:
        """Say whether openings are halted; also where that cannot be read."""
        try:
            return self._killed or bool((await self._halts.read()).halts)
        except Exception as problem:  # noqa: BLE001 - whatever it is: what cannot be read halts
            _LOG.warning("The kill switch cannot be read: %s", problem)
            return True

    async def kill(self, order: Kill) -> None:
        """Halt openings, durably; where that cannot be written down, at least until it can, and the error is raised."""
        self._killed = True
        printable = "".join(letter if letter.isprintable() else " " for letter in order.reason).strip()[:200]
        halt = Halt(
            scope=HaltScope.PLATFORM, time_ns=self._clock.now_ns(), by="the platform", reason=printable or "killed"
        )
        await self._halts.halt(halt)
        self._killed = False  # from here on a person lifts it

    async def refuses(self, command: TradeCommand, broker: Broker) -> tuple[str, str] | None:
        """Give kind and reason for which a command is not carried out; None where it is."""
        if command.action in {"CLOSE", "CANCEL"} or (command.action == "MODIFY" and not command.price):
            return None  # it closes, cancels, or moves a stop or a target
        if await self.is_killed():
            return "killed", "The kill switch of this machine is set, or cannot be read. A person there lifts it."
        silence = self._platform.halts(self._clock.monotonic_ns(), time_ns=self._clock.now_ns())
        if silence:
            return "unreachable", f"Not opened: {silence[0].reason}"
        if command.action != "OPEN":
            return None
        return self._beyond(command) or await self._beyond_with_others(command, broker)

    def _beyond(self, command: TradeCommand) -> tuple[str, str] | None:
        caps = self._caps
        if not caps.opens:
            return "capped", "This machine opens nothing."
        if float(command.lot_size) > caps.max_lots:
            return "capped", f"{command.lot_size} lots are more than the {caps.max_lots:g} that this machine allows."
        if caps.symbols and command.symbol not in caps.symbols:
            return "capped", f"This machine does not open {command.symbol}."
        if not self._openings.take(1, self._clock.monotonic_ns() / 1e9):
            return "capped", f"More than {caps.openings_per_minute:g} openings a minute."
        return None

    async def _beyond_with_others(self, command: TradeCommand, broker: Broker) -> tuple[str, str] | None:
        """Hold an opening against the caps together with what is open, and with what waits to open."""
        try:
            # Orders first: one that is filled between the two looks counts twice, and not never.
            waiting = [each for each in await broker.orders() if each.request.opens]
            positions = await broker.positions()
        except Exception as problem:  # noqa: BLE001 - whatever a plugin raises: what cannot be counted is not exceeded
            _LOG.warning("Positions and orders cannot be counted", exc_info=problem)
            return "unreachable", f"The positions and orders cannot be counted: {said_of(problem)}"[:500]
        most, largest = self._caps.max_positions, self._caps.max_lots
        if len(positions) + len(waiting) >= most:
            told = f"{len(positions)} positions are open and {len(waiting)} orders wait to open one"
            return "capped", f"{told}; {most} are allowed together."
        if AccountMode.NETTING not in broker.capabilities.modes:
            return None
        lots = _position_it_leads_to(command, positions, waiting)
        if lots <= largest + _TINY:
            return None
        return "capped", f"The position in {command.symbol} could have {lots:g} lots; {largest:g} are allowed here."


def _position_it_leads_to(command: TradeCommand, positions: Sequence[Position], waiting: Sequence[OrderState]) -> float:
    """Give the largest volume that the one position of a symbol could have on the side of an opening; lots.

    On a netting account orders of one side add up. What is open on the other side lessens only what is filled at once:
    by the time that an order which waits is filled, it may be closed.
    """
    side = 1 if (command.order_type or "").startswith("BUY") else -1
    held = sum(each.side * each.volume_lots for each in positions if each.symbol == command.symbol) * side
    beside = sum(each.left_lots for each in waiting if each.symbol == command.symbol and each.side == side)
    lots = float(command.lot_size)
    return beside + (max(held + lots, 0.0) if command.order_type in {"BUY", "SELL"} else max(held, 0.0) + lots)
