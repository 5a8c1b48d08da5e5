"""The loss limits of one account on their way through the prices."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from forexai_core.errors import ConfigError, NotFoundError
from forexai_core.ports.risk import LossFloor, RiskRule
from forexai_core.risk.loss_limits import TOLERANCE, LossLimit
from forexai_core.risk.marks import LossMark, Sighting, next_midnight_ns
from forexai_core.values.clocks import Clock

__all__ = ["Breach", "LossWatch", "Rearming"]


@attrs.frozen(kw_only=True)
class Breach:
    """A loss limit broken by a price.

    Attributes
    ----------
    rule : str
        Which one.
    time_ns : int
        At the end of which price event, nanoseconds UTC.
    equity, floor : float
        What broke it, and where it stood; account currency.
    flatten : bool
        Whether what is open must be closed now.
    """

    rule: str
    time_ns: int
    equity: float
    floor: float
    flatten: bool


@attrs.frozen(kw_only=True)
class Rearming:
    """A broken limit that a person armed again."""

    rule: str
    time_ns: int
    by: str
    reason: str


class LossWatch:
    """Moves the marks of loss limits.

    Parameters
    ----------
    rules : sequence of RiskRule
        Those that are loss limits are watched.
    balance, equity : float
        Of the account as it begins.
    time_ns : int
        Now, nanoseconds UTC.
    clock : Clock
        The account's, for limits that name no other.
    """

    def __init__(self, rules: Sequence[RiskRule], *, balance: float, equity: float, time_ns: int, clock: Clock) -> None:
        limits = [rule for rule in rules if isinstance(rule, LossLimit)]
        names = [limit.name for limit in limits]
        for name in names:
            if names.count(name) > 1:
                raise ConfigError(f"Two loss limits are named '{name}'. Give one of them another name.")
        self._clock = clock
        self._pairs = tuple((limit, limit.begin(balance=balance, equity=equity)) for limit in limits)
        for limit, mark in self._pairs:
            mark.midnight_ns = next_midnight_ns(limit.clock or clock, time_ns)

    @property
    def floors(self) -> tuple[LossFloor, ...]:
        """Where the limits stand."""
        return tuple(mark.as_floor(limit.name) for limit, mark in self._pairs)

    @property
    def marks(self) -> Mapping[str, LossMark]:
        """The states of the limits, by rule; a live view."""
        return {limit.name: mark for limit, mark in self._pairs}

    @property
    def highest_floor(self) -> float:
        """The equity at which the next limit that still stands would be broken; -inf without any."""
        return max((mark.floor for _, mark in self._pairs if not mark.broken_ns), default=-math.inf)

    @property
    def broken(self) -> tuple[str, ...]:
        """The limits that are broken and not armed again."""
        return tuple(limit.name for limit, mark in self._pairs if mark.broken_ns)

    @property
    def rises(self) -> bool:
        """Whether the highest equity between prices matters to any limit."""
        return any(limit.rises for limit, _ in self._pairs)

    @property
    def must_be_flat(self) -> bool:
        """Whether a broken limit wants everything closed."""
        return any(mark.broken_ns and limit.flatten for limit, mark in self._pairs)

    @property
    def next_midnight_ns(self) -> int | None:
        """When the next day of any limit begins; None without limits."""
        return min((mark.midnight_ns for _, mark in self._pairs), default=None)

    def meet(self, seen: Sighting) -> tuple[Breach, ...]:
        """Compare a price event with every limit; a mark that rises with prices takes the highest equity first.

        Nothing tells which of the extremes came first, and this order never flatters.
        """
        breaches: list[Breach] = []
        for limit, mark in self._pairs:
            limit.rise(mark, seen.highest)
            if mark.meet(seen.lowest, seen.end_ns, tolerance=TOLERANCE):
                breaches.append(
                    Breach(
                        rule=limit.name,
                        time_ns=seen.end_ns,
                        equity=seen.lowest,
                        floor=mark.floor,
                        flatten=limit.flatten,
                    )
                )
        return tuple(breaches)

    def begin_days(self, time_ns: int, *, balance: float, equity: float) -> None:
        """Begin the days that have begun by an instant, with what the account had at their midnights."""
        for limit, mark in self._pairs:
            if time_ns >= mark.midnight_ns:
                limit.turn(mark, balance=balance, equity=equity)
                mark.midnight_ns = next_midnight_ns(limit.clock or self._clock, time_ns)

    def move_money(self, amount: float) -> None:
        """Follow a deposit or a withdrawal."""
        for _, mark in self._pairs:
            mark.move(amount)

    def rearm(self, rule: str, *, by: str, reason: str, time_ns: int) -> Rearming:
        """Arm a broken limit again.

        Raises
        ------
        NotFoundError
            If there is no such limit, or it is not broken.
        ConfigError
            If no name or no reason is given.
        """
        if not by.strip() or not reason.strip():
            raise ConfigError("Arming a limit again needs the person's name and a reason.")
        mark = self.marks.get(rule)
        if mark is None or not mark.broken_ns:
            raise NotFoundError(f"No limit '{rule}' is broken. Broken are: {', '.join(self.broken) or 'none'}.")
        mark.broken_ns = 0
        return Rearming(rule=rule, time_ns=time_ns, by=by, reason=reason)

    def to_dict(self) -> dict[str, Any]:
        """Write the marks as plain values for JSON."""
        return {limit.name: mark.to_dict() for limit, mark in self._pairs}

    def restore(self, plain: Mapping[str, Any]) -> None:
        """Go on from what :meth:`to_dict` wrote; a limit that it does not know begins now.

        A limit whose fraction was changed meanwhile goes on with its new one.

        Raises
        ------
        IntegrityError
            If it is something else.
        """
        known = {name: LossMark.from_dict(mark) for name, mark in plain.items()}
        self._pairs = tuple((limit, known.get(limit.name, mark)) for limit, mark in self._pairs)
        for limit, mark in self._pairs:
            mark.fraction = limit.limit_fraction
