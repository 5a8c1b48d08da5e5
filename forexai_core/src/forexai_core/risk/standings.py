"""How near an account is, and came, to its limits; and how far it has met its objectives."""

from __future__ import annotations

import math

import attrs

from forexai_core.risk.marks import LossMark
from forexai_core.risk.objectives import ObjectiveStanding
from forexai_core.values.clocks import format_time_ns

__all__ = ["LimitStanding", "RiskReport"]


@attrs.frozen(kw_only=True)
class LimitStanding:
    """Where a loss limit stands, and how near the account came to it.

    Attributes
    ----------
    rule : str
        Name of the limit.
    floor : float
        The equity below which it is broken.
    base, allowance : float
        From what, and how much may be lost.
    distance : float
        Equity above the floor now; negative is beyond it.
    nearest : float or None
        The least distance so far; None before the first price.
    nearest_ns : int
        When that was.
    breaches : int
        How often it was broken.
    broken_ns : int
        Since when it is broken; 0: it stands.
    """

    rule: str
    floor: float
    base: float
    allowance: float
    distance: float
    nearest: float | None
    nearest_ns: int
    breaches: int
    broken_ns: int

    @classmethod
    def of(cls, rule: str, mark: LossMark, equity: float) -> LimitStanding:
        """Read a mark."""
        return cls(
            rule=rule,
            floor=mark.floor,
            base=mark.base,
            allowance=mark.allowance,
            distance=equity - mark.floor,
            nearest=None if math.isinf(mark.nearest) else mark.nearest,
            nearest_ns=mark.nearest_ns,
            breaches=mark.breaches,
            broken_ns=mark.broken_ns,
        )

    def __str__(self) -> str:
        if self.nearest is None:
            return f"floor {self.floor:.2f}, no price yet"
        when = format_time_ns(self.nearest_ns)
        near = f"{self.nearest:.2f} above its floor" if self.nearest >= 0 else f"{-self.nearest:.2f} below its floor"
        text = f"floor now {self.floor:.2f}, {self.distance:.2f} away; nearest {near}, at {when}"
        times = "" if self.breaches == 1 else f" {self.breaches} times"
        return f"BROKEN{times}; {text}" if self.breaches else text


@attrs.frozen(kw_only=True)
class RiskReport:
    """An account against its limits.

    Attributes
    ----------
    limits : tuple of LimitStanding
        Its loss limits.
    objectives : tuple of ObjectiveStanding
        What a prop firm's rule set asks for.
    firm : str
        Name and date of that rule set; empty without one.
    """

    limits: tuple[LimitStanding, ...]
    objectives: tuple[ObjectiveStanding, ...] = ()
    firm: str = ""

    def lines(self) -> dict[str, str]:
        """Write it for people, by what each line is about."""
        said = {f"Limit {each.rule}": str(each) for each in self.limits}
        for each in self.objectives:
            word = "met" if each.met else "not met"
            said[f"Objective {each.name.replace('_', ' ')}"] = f"{each.reached:g} of {each.needed:g}, {word}"
        if self.firm:
            said["Prop firm"] = self.firm
        return said
