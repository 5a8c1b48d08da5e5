"""Halts as a session knows them: pushed or asked for, kept a second at most, and closed where they are not known."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Iterable

import attrs

from forexai_core.errors import ConfigError
from forexai_core.ports.clock import Clock
from forexai_core.ports.halts import Halt, HaltBoard, Halts, HaltScope
from forexai_core.values.orders import OrderState
from forexai_core.values.positions import Position

__all__ = ["MAX_AGE_S", "DeadMan", "Ending", "HaltCache", "ending_of", "keep_fresh"]

MAX_AGE_S = 1.0
"""A board older than this counts as one that halts everything."""

_NS = 10**9
_GIVE_UP_NS = 60 * _NS  # a read that has hung for so long is taken for lost, and another one begun


class HaltCache:
    """The newest board that a session has, for reading in its hot path; no await, no file.

    Parameters
    ----------
    max_age_s : float
        A board older than this is not believed: openings are refused.
    """

    def __init__(self, *, max_age_s: float = MAX_AGE_S) -> None:
        if not 0 < max_age_s <= MAX_AGE_S:
            raise ConfigError(f"A board of halts is believed for {MAX_AGE_S:g} s at most, not {max_age_s}.")
        self._max_age_ns = round(max_age_s * _NS)
        self._board: HaltBoard | None = None
        self._read_ns = 0

    @property
    def board(self) -> HaltBoard | None:
        """The newest board, however old; None before the first."""
        return self._board

    def accept(self, board: HaltBoard, *, asked_ns: int) -> bool:
        """Take a board over; an older one than is known changes nothing.

        Parameters
        ----------
        board : HaltBoard
            As it was read or pushed.
        asked_ns : int
            `Clock.monotonic_ns` from before it was asked for: a slow answer is already old.

        Returns
        -------
        bool
            Whether anything on it is new.
        """
        if self._board is not None and board.number < self._board.number:
            return False
        fresh = self._board is None or board.number > self._board.number
        self._board, self._read_ns = board, max(self._read_ns, asked_ns)
        return fresh

    def covering(self, now_ns: int, *, time_ns: int, strategy: str, account: str, tenant: str) -> tuple[Halt, ...]:
        """Give the halts that cover a strategy on an account; one of everything where nothing is known.

        Parameters
        ----------
        now_ns : int
            `Clock.monotonic_ns`.
        time_ns : int
            Now, nanoseconds UTC.
        strategy, account, tenant : str
            Who asks.
        """
        if self._board is None or not 0 <= now_ns - self._read_ns <= self._max_age_ns:
            return (_unknown(time_ns, "What is halted has not been known for more than a second."),)
        return tuple(
            halt for halt in self._board.halts if halt.covers(strategy=strategy, account=account, tenant=tenant)
        )


def _unknown(time_ns: int, reason: str) -> Halt:
    return Halt(scope=HaltScope.PLATFORM, time_ns=time_ns, by="the risk engine", reason=reason)


async def keep_fresh(
    cache: HaltCache,
    halts: Halts,
    clock: Clock,
    *,
    every_s: float = 0.25,
    timeout_s: float = 0.5,
    changed: Callable[[HaltBoard], None] | None = None,
) -> None:
    """Read the board again and again until the task is cancelled; a read that fails lets the board grow old.

    Parameters
    ----------
    cache : HaltCache
        What is kept fresh.
    halts : Halts
        Where halts are kept.
    clock : Clock
        For waiting.
    every_s, timeout_s : float
        Between two reads, and for one; together below the age at which a board is not believed any more.
    changed : callable, optional
        Told when a board is new.

    Raises
    ------
    ConfigError
        If the times leave the board older than is believed.
    """
    if not 0 < every_s + timeout_s <= MAX_AGE_S:
        raise ConfigError(
            f"every_s ({every_s}) and timeout_s ({timeout_s}) come to {MAX_AGE_S:g} s at most: a board that is older "
            "than that is not believed."
        )
    asked_ns, reading = 0, None
    try:
        while True:
            if reading is None:
                asked_ns, reading = clock.monotonic_ns(), asyncio.ensure_future(halts.read())
            # One that hangs is waited for, not asked beside: each read of a hung disk would hold a thread for good.
            await asyncio.wait({reading}, timeout=timeout_s)
            if reading.done():
                board, reading = _answered(reading), None
                if board is not None and cache.accept(board, asked_ns=asked_ns) and changed is not None:
                    changed(board)
            elif clock.monotonic_ns() - asked_ns > _GIVE_UP_NS:
                reading.cancel()
                reading = None
            await clock.sleep(every_s)
    finally:
        if reading is not None:
            reading.cancel()


def _answered(reading: asyncio.Future[HaltBoard]) -> HaltBoard | None:
    """Give the board; None where the read failed: the cache grows old, and refuses."""
    try:
        return reading.result()
    except (Exception, asyncio.CancelledError):  # noqa: BLE001 - whatever it is, nobody knows what is halted
        return None


class DeadMan:
    """A lease that somebody has to renew: once it has run out, nothing is opened.

    Parameters
    ----------
    name : str
        Who renews it, such as ``connector``.
    account : str
        Which account it is for.
    ttl_s : float
        How long it lasts after each renewal.
    """

    def __init__(self, name: str, *, account: str, ttl_s: float) -> None:
        if not 0 < ttl_s < math.inf:
            raise ConfigError(f"A dead man's lease lasts some seconds, not {ttl_s}.")
        self._name, self._account, self._ttl_ns = name, account, round(ttl_s * _NS)
        self._renewed_ns: int | None = None

    def renew(self, now_ns: int) -> None:
        """Prolong it from now, `Clock.monotonic_ns`; what is older than the last renewal changes nothing."""
        if self._renewed_ns is None or now_ns > self._renewed_ns:
            self._renewed_ns = now_ns

    def halts(self, now_ns: int, *, time_ns: int) -> tuple[Halt, ...]:
        """Give the halt of its account once it has run out, or was never renewed; else nothing."""
        if self._renewed_ns is not None and 0 <= now_ns - self._renewed_ns <= self._ttl_ns:
            return ()
        reason = f"{self._name} has not been heard of for more than {self._ttl_ns / _NS:g} s."
        return (
            Halt(
                scope=HaltScope.ACCOUNT, name=self._account, time_ns=time_ns, by="the dead man's switch", reason=reason
            ),
        )


@attrs.frozen(kw_only=True)
class Ending:
    """What is left to do until an account is flat.

    Attributes
    ----------
    cancels : tuple of int
        Tickets of working orders that may open a position.
    closes : tuple of Position
        What is open and not being closed.
    waiting : int
        Closes and intents of which the outcome is awaited.
    """

    cancels: tuple[int, ...]
    closes: tuple[Position, ...]
    waiting: int

    @property
    def flat(self) -> bool:
        """Whether nothing is open, works or is awaited."""
        return not (self.cancels or self.closes or self.waiting)


def ending_of(
    positions: Iterable[Position],
    orders: Iterable[OrderState],
    *,
    flatten: bool,
    being_closed: Iterable[int] = (),
    unsettled: int = 0,
) -> Ending:
    """Say what a halt or a breach still asks for, from what the venue shows now.

    Ask again after every change and every reconciliation, and do what it says, until it is flat: an answer of the
    venue that an order was taken is no proof that nothing is open.

    Parameters
    ----------
    positions, orders
        What the venue shows.
    flatten : bool
        Whether positions are closed, or pending orders alone cancelled.
    being_closed : iterable of int
        Positions of which a close is on its way.
    unsettled : int
        Intents of unknown outcome: each may be an order that is still to be cancelled.
    """
    cancels = tuple(order.order for order in orders if order.status.working and order.request.opens)
    closing = set(being_closed)
    held = tuple(positions) if flatten else ()
    return Ending(
        cancels=cancels,
        closes=tuple(each for each in held if each.position not in closing),
        waiting=sum(each.position in closing for each in held) + unsettled,
    )
