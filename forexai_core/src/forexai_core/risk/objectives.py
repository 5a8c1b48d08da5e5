"""What an account has to show: profit, days of trading, and profit spread over the days."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from forexai_core.errors import IntegrityError
from forexai_core.risk.loss_limits import TOLERANCE
from forexai_core.risk.marks import Sighting, next_midnight_ns
from forexai_core.values.clocks import Clock

__all__ = ["ObjectiveStanding", "ObjectiveTracker"]


@attrs.frozen(kw_only=True)
class ObjectiveStanding:
    """How far an objective has been reached.

    Attributes
    ----------
    name : str
        ``profit_target``, ``min_trading_days`` or ``best_day_share``.
    needed, reached : float
        In its own unit: money, days, a share of all profit.
    met : bool
        Whether it is reached.
    """

    name: str
    needed: float
    reached: float
    met: bool


class ObjectiveTracker:
    """Counts profit by days of a clock; deposits are no profit.

    Parameters
    ----------
    clock : Clock
        Whose midnights end days.
    balance : float
        Of the account now.
    time_ns : int
        Now, nanoseconds UTC.
    initial : float, optional
        What the account began with; default the balance.
    """

    def __init__(self, clock: Clock, *, balance: float, time_ns: int, initial: float | None = None) -> None:
        self._clock = clock
        self._initial = balance if initial is None else initial
        self._day_start = self._balance = balance
        self._midnight_ns = next_midnight_ns(clock, time_ns)
        self._days = 0
        self._traded = False
        self._best = 0.0

    @property
    def midnight_ns(self) -> int:
        """When its next day begins."""
        return self._midnight_ns

    @property
    def profit(self) -> float:
        """Booked so far."""
        return self._balance - self._initial

    @property
    def best_day(self) -> float:
        """The largest profit booked in one day, the present one included."""
        return max(self._best, self._balance - self._day_start)

    @property
    def trading_days(self) -> int:
        """Days on which something was opened."""
        return self._days + self._traded

    def see(self, seen: Sighting) -> None:
        """Move on by one price event."""
        self._turn(seen.start_ns)
        self._balance = seen.balance
        self._turn(seen.end_ns)

    def _turn(self, time_ns: int) -> None:
        if time_ns < self._midnight_ns:
            return
        self._best, self._day_start = self.best_day, self._balance
        self._days, self._traded = self.trading_days, False
        self._midnight_ns = next_midnight_ns(self._clock, time_ns)

    def note_opening(self, time_ns: int) -> None:
        """Take note that something was opened."""
        self._turn(time_ns)
        self._traded = True

    def move_money(self, amount: float) -> None:
        """Follow a deposit or a withdrawal."""
        self._initial += amount
        self._day_start += amount
        self._balance += amount

    def standings(
        self, *, profit_target: float | None, min_trading_days: int, best_day_share: float | None
    ) -> tuple[ObjectiveStanding, ...]:
        """Compare with what is asked for; what is not asked for is left out."""
        found: list[ObjectiveStanding] = []
        profit = self.profit
        if profit_target is not None:
            met = profit >= profit_target - TOLERANCE
            found.append(ObjectiveStanding(name="profit_target", needed=profit_target, reached=profit, met=met))
        if min_trading_days:
            days = self.trading_days
            met = days >= min_trading_days
            found.append(
                ObjectiveStanding(name="min_trading_days", needed=float(min_trading_days), reached=float(days), met=met)
            )
        if best_day_share is not None:
            gained = profit > TOLERANCE
            share = self.best_day / profit if gained else 0.0
            met = gained and self.best_day <= best_day_share * profit + TOLERANCE
            found.append(ObjectiveStanding(name="best_day_share", needed=best_day_share, reached=share, met=met))
        return tuple(found)

    def to_dict(self) -> dict[str, Any]:
        """Write it as plain values for JSON."""
        return {
            "initial": self._initial,
            "day_start": self._day_start,
            "balance": self._balance,
            "midnight_ns": str(self._midnight_ns),
            "days": self._days,
            "traded": self._traded,
            "best": self._best,
        }

    def restore(self, plain: Mapping[str, Any]) -> None:
        """Go on from what :meth:`to_dict` wrote.

        Raises
        ------
        IntegrityError
            If it is something else.
        """
        try:
            self._initial, self._day_start = float(plain["initial"]), float(plain["day_start"])
            self._balance, self._best = float(plain["balance"]), float(plain["best"])
            self._midnight_ns, self._days = int(plain["midnight_ns"]), int(plain["days"])
            self._traded = bool(plain["traded"])
        except (TypeError, ValueError, KeyError) as problem:
            raise IntegrityError(f"The state of the objectives cannot be read: {problem!r}.") from problem
