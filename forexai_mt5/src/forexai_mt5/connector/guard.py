"""What this machine allows, whatever the platform asks for: its caps, the kill switch, and the dead man's lease."""

from __future__ import annotations

from forexai_core.errors import ForexAIError
from forexai_core.ports.broker import Broker
from forexai_core.ports.clock import Clock
from forexai_core.ports.halts import Halt, Halts, HaltScope
from forexai_core.risk.halting import DeadMan
from forexai_mt5.connector.settings import Caps
from forexai_mt5.protocol.rates import Bucket
from forexai_mt5.protocol.trading import Kill, TradeCommand

__all__ = ["Guard"]


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
        self._openings = Bucket(caps.openings_per_minute / 60, max(1.0, caps.openings_per_minute))

    def hear_platform(self) -> None:
        """Renew the lease: the platform has said something, whatever it is."""
        self._platform.renew(self._clock.monotonic_ns())

    async def is_killed(self) -> bool:
        """Say whether openings are halted; also where that cannot be read."""
        try:
            return bool((await self._halts.read()).halts)
        except ForexAIError:
            return True

    async def kill(self, order: Kill) -> None:
        """Halt openings, durably."""
        printable = "".join(letter if letter.isprintable() else " " for letter in order.reason).strip()[:200]
        halt = Halt(
            scope=HaltScope.PLATFORM, time_ns=self._clock.now_ns(), by="the platform", reason=printable or "killed"
        )
        await self._halts.halt(halt)

    async def refuses(self, command: TradeCommand, broker: Broker) -> tuple[str, str] | None:
        """Give kind and reason for which a command is not carried out; None where it is."""
        if command.action != "OPEN" and not command.price:
            return None  # it closes, cancels, or moves a stop or a target
        if await self.is_killed():
            return "killed", "The kill switch of this machine is set, or cannot be read. A person there lifts it."
        silence = self._platform.halts(self._clock.monotonic_ns(), time_ns=self._clock.now_ns())
        if silence:
            return "unreachable", f"Not opened: {silence[0].reason}"
        if command.action != "OPEN":
            return None
        return self._beyond(command) or await self._too_many(broker)

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

    async def _too_many(self, broker: Broker) -> tuple[str, str] | None:
        try:
            count = len(await broker.positions())
        except ForexAIError as problem:
            return "unreachable", f"The positions cannot be counted: {problem}"[:500]
        most = self._caps.max_positions
        return ("capped", f"{count} positions are open, and {most} are allowed.") if count >= most else None
