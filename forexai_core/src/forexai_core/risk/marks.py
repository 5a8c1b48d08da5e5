"""Where a loss limit stands between two prices: its reference, its allowance, and whether it was broken."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import attrs
import numpy as np

from forexai_core.errors import IntegrityError
from forexai_core.ports.risk import LossFloor
from forexai_core.values.clocks import Clock
from forexai_core.values.timeframes import NS_PER_DAY

__all__ = ["LossMark", "Sighting", "day_of", "next_midnight_ns"]


def day_of(clock: Clock, time_ns: int) -> int:
    """Give the day that a clock shows at an instant, in days since its own 1970."""
    return int(clock.to_wall_ns(np.array([time_ns], np.int64))[0] // NS_PER_DAY)


@lru_cache(maxsize=4_096)
def _midnight_after(clock: Clock, day: int) -> int:
    wall = np.array([(day + 1) * NS_PER_DAY], np.int64)
    # A clock that skips midnight begins its day with the first instant after it; one that shows it twice, with the
    # first of the two.
    return int(clock.to_utc_ns(wall, ambiguous="earlier", missing="forward")[0])


def next_midnight_ns(clock: Clock, time_ns: int) -> int:
    """Give the first midnight of a clock after an instant, nanoseconds UTC."""
    day = day_of(clock, time_ns)
    midnight = _midnight_after(clock, day)
    return midnight if midnight > time_ns else _midnight_after(clock, day + 1)


@attrs.frozen(kw_only=True)
class Sighting:
    """An account over one price event: a tick, or a bar.

    Attributes
    ----------
    start_ns, end_ns : int
        Since when, and at which instant `balance` and `equity` hold, nanoseconds UTC; a tick's are equal.
    balance, equity : float
        At its end, account currency; equity with floating profit, swap and what has been charged.
    lowest, highest : float
        Extremes of the equity in between, every position at its worst and its best price; a tick's are its equity.
    """

    start_ns: int
    end_ns: int
    balance: float
    equity: float
    lowest: float
    highest: float

    @classmethod
    def at(cls, time_ns: int, *, balance: float, equity: float) -> Sighting:
        """See an account at one instant."""
        return cls(start_ns=time_ns, end_ns=time_ns, balance=balance, equity=equity, lowest=equity, highest=equity)


def _read(name: str, value: Any) -> Any:
    """Read a field of a mark; a floor that is no finite number would never be broken."""
    if name.endswith("_ns") or name == "breaches":
        return int(value)
    if value is None and name in {"lock", "nearest"}:
        return None if name == "lock" else math.inf
    amount = float(value)
    if not math.isfinite(amount):
        raise ValueError(f"{name} is {value}")
    return amount


@attrs.define(kw_only=True)
class LossMark:
    """State of one loss limit; money in account currency.

    Attributes
    ----------
    base : float
        Reference of the day, initial balance or high-water mark, with deposits since then added.
    fraction, share_of : float
        What may be lost from `base`: a fraction, of how much money. The fraction is the limit's setting.
    lock : float or None
        The floor rises no further than this; None: without bound.
    midnight_ns : int
        The next one of the limit's clock.
    broken_ns : int
        When the limit was broken; 0: it stands, or was armed again.
    broken_equity : float
        The equity that broke it.
    nearest : float
        Least distance between equity and floor so far; below 0 beyond it.
    nearest_ns : int
        When that was.
    breaches : int
        How often it was broken.
    """

    base: float
    fraction: float
    share_of: float
    lock: float | None = None
    midnight_ns: int = 0
    broken_ns: int = 0
    broken_equity: float = 0.0
    nearest: float = math.inf
    nearest_ns: int = 0
    breaches: int = 0

    @property
    def allowance(self) -> float:
        """What may be lost from the base."""
        return self.fraction * max(self.share_of, 0.0)

    @property
    def floor(self) -> float:
        """The equity below which the limit is broken."""
        floor = self.base - self.fraction * max(self.share_of, 0.0)
        return floor if self.lock is None else min(floor, self.lock)

    def move(self, amount: float) -> None:
        """Follow a deposit, or a withdrawal where it is negative: neither is a profit or a loss."""
        self.base += amount
        if self.lock is not None:
            self.lock += amount

    def meet(self, equity: float, time_ns: int, *, tolerance: float) -> bool:
        """Compare an equity with the floor; say whether it has just been broken."""
        distance = equity - self.floor
        if distance < self.nearest:
            self.nearest, self.nearest_ns = distance, time_ns
        if self.broken_ns or not distance < -tolerance:
            # An equity that is no number breaks nothing by itself, and is no distance: see `Sighting`'s maker.
            return False
        self.broken_ns, self.broken_equity = time_ns, equity
        self.breaches += 1
        return True

    def as_floor(self, rule: str) -> LossFloor:
        """Show it to the rules."""
        return LossFloor(
            rule=rule, equity=self.floor, base=self.base, allowance=self.allowance, broken_ns=self.broken_ns
        )

    def to_dict(self) -> dict[str, Any]:
        """Write it as plain values for JSON: instants as text, since they pass 2⁵³."""
        plain = attrs.asdict(self)
        plain["nearest"] = None if math.isinf(self.nearest) else self.nearest
        return {name: str(value) if name.endswith("_ns") else value for name, value in plain.items()}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> LossMark:
        """Read what :meth:`to_dict` wrote.

        Raises
        ------
        IntegrityError
            If it is something else.
        """
        try:
            return cls(**{name: _read(name, value) for name, value in plain.items()})
        except (TypeError, ValueError, KeyError, AttributeError) as problem:
            raise IntegrityError(
                f"The state of a loss limit cannot be read ({problem}). Restore it from a backup; do not begin anew "
                "while the account trades, because losses so far would be forgotten."
            ) from problem
