"""Limits of loss: of a day, in all, and from the high-water mark.

Each is a rule that judges openings, and keeps a mark (`LossMark`) that whoever watches the account moves on with every
price. An opening is accepted only if the loss at all stops, with costs and the coming swap, stays above the floor.
"""

from __future__ import annotations

import math
from enum import StrEnum
from numbers import Real
from typing import Any, Protocol, runtime_checkable

import attrs

from forexai_core.errors import ConfigError, did_you_mean
from forexai_core.ports.risk import LossFloor, Proposal, Verdict
from forexai_core.risk import checks
from forexai_core.risk.marks import LossMark
from forexai_core.values.clocks import Clock, format_time_ns

__all__ = ["DailyLoss", "Latch", "LossLimit", "Measure", "TotalLoss", "TrailingDrawdown", "Trails"]

TOLERANCE = 1e-6
"""Money closer than this is equal: binary fractions must not decide."""


class Measure(StrEnum):
    """What a reference is taken from."""

    BALANCE = "balance"
    EQUITY = "equity"
    LARGER = "larger"

    def of(self, balance: float, equity: float) -> float:
        """Give the reference."""
        if self is Measure.LARGER:
            return max(balance, equity)
        return balance if self is Measure.BALANCE else equity


class Latch(StrEnum):
    """How long a broken limit stays broken: until the next midnight of its clock, or until a person arms it again."""

    DAY = "day"
    PERSON = "person"


class Trails(StrEnum):
    """When a high-water mark rises: at the clock's midnights alone, or with every price."""

    END_OF_DAY = "end_of_day"
    INTRADAY = "intraday"


def _measure(value: str) -> Measure:
    try:
        return Measure(value)
    except ValueError:
        raise ConfigError(f"There is no reference '{value}'. {did_you_mean(str(value), Measure)}") from None


def _latch(value: str) -> Latch:
    try:
        return Latch(value)
    except ValueError:
        raise ConfigError(f"A limit latches until a day or a person, not '{value}'.") from None


def _trails(value: str) -> Trails:
    try:
        return Trails(value)
    except ValueError:
        raise ConfigError(f"A mark trails end_of_day or intraday, not '{value}'.") from None


def _amount(instance: object, attribute: attrs.Attribute[Any], value: float | None) -> None:
    number = isinstance(value, Real) and not isinstance(value, bool)
    if value is not None and not (number and abs(value) < math.inf):
        raise ConfigError(f"{type(instance).__name__}: {attribute.name} must be a finite number, not {value!r}.")


def _clock(value: str | Clock | None) -> Clock | None:
    return None if value is None else Clock.of(value)


@runtime_checkable
class LossLimit(Protocol):
    """A rule with a mark; to `forexai_core.ports.risk.RiskRule` it adds what moves the mark."""

    @property
    def name(self) -> str:
        """Name in verdicts; unique among the rules of an account."""
        ...

    @property
    def clock(self) -> Clock | None:
        """Whose midnights it keeps; None: the account's."""
        ...

    @property
    def limit_fraction(self) -> float:
        """What may be lost, as a share of whatever the limit says."""
        ...

    @property
    def flatten(self) -> bool:
        """Whether a breach closes what is open."""
        ...

    @property
    def rises(self) -> bool:
        """Whether its mark rises with every price, so that the highest equity between prices matters."""
        ...

    def begin(self, *, balance: float, equity: float) -> LossMark:
        """Give the mark of an account that begins."""
        ...

    def rise(self, mark: LossMark, highest: float) -> None:
        """Take note of the highest equity of a price."""
        ...

    def turn(self, mark: LossMark, *, balance: float, equity: float) -> None:
        """Begin a day with what the account had at midnight."""
        ...


def _initial(stated: float | None, balance: float) -> float:
    return balance if stated is None else stated


def _judge(rule: str, proposal: Proposal, floor: LossFloor) -> Verdict:
    """Refuse an opening that could lead below a floor."""
    if floor.broken_ns:
        since = format_time_ns(floor.broken_ns)
        return Verdict(allowed=False, rule=rule, reason=f"The limit was broken at {since} and is not armed again.")
    loss = proposal.loss_at_stops
    if loss is None or not math.isfinite(loss):
        return Verdict(
            allowed=False,
            rule=rule,
            reason="What is lost at all stops is unknown: the order, or something that is open, has no stop loss.",
        )
    worst = proposal.account.equity - loss
    base = floor.base
    value, limit = ((base - worst) / base, (base - floor.equity) / base) if base > 0 else (None, None)
    allowed = bool(base > 0 and worst >= floor.equity - TOLERANCE)
    text = f"At all stops the equity would be {worst:.2f}; the floor is {floor.equity:.2f}."
    return Verdict(
        allowed=allowed,
        rule=rule,
        reason="" if allowed else text,
        limit=limit,
        value=value,
        facts={
            "equity": proposal.account.equity,
            "loss_at_stops": loss,
            "equity_at_stops": worst,
            "floor": floor.equity,
            "budget_left": proposal.account.equity - floor.equity,
        },
    )


def _known(rule: str, proposal: Proposal, otherwise: LossFloor) -> LossFloor:
    """Find a rule's floor in a proposal, or take the one that the proposal's own figures give."""
    for floor in proposal.floors:
        if floor.rule == rule:
            return floor
    return otherwise


@attrs.frozen(kw_only=True)
class DailyLoss:
    """No day may lose more than a share of what the account had when it began.

    Attributes
    ----------
    limit_fraction : float
        Of the reference, or of the initial balance: see `of`.
    of : {"reference", "initial"}
        What the fraction is a share of.
    reference : Measure
        What the loss is reckoned from: the balance, the equity, or (default) the larger of both at midnight.
    clock : Clock or None
        Whose midnight begins a day; None is the account's (the server's).
    latch : Latch
        How long a broken limit stays broken; default the day.
    flatten : bool
        Whether a breach closes what is open.
    initial_balance : float or None
        What the account began with, account currency; None: its balance when risk begins.
    """

    limit_fraction: float = attrs.field(default=0.02, validator=checks.fraction)
    of: str = attrs.field(default="reference", validator=checks.one_of(("reference", "initial")))
    reference: Measure = attrs.field(default=Measure.LARGER, converter=_measure)
    clock: Clock | None = attrs.field(default=None, converter=_clock)
    latch: Latch = attrs.field(default=Latch.DAY, converter=_latch)
    flatten: bool = True
    name: str = "daily-loss"
    initial_balance: float | None = attrs.field(default=None, validator=attrs.validators.optional(checks.positive))

    @property
    def rises(self) -> bool:
        """It does not."""
        return False

    def begin(self, *, balance: float, equity: float) -> LossMark:
        """Take the first reference."""
        base = self.reference.of(balance, equity)
        share_of = base if self.of == "reference" else _initial(self.initial_balance, balance)
        return LossMark(base=base, fraction=self.limit_fraction, share_of=share_of)

    def rise(self, mark: LossMark, highest: float) -> None:
        """Change nothing: a day's reference stays."""

    def turn(self, mark: LossMark, *, balance: float, equity: float) -> None:
        """Take the reference of a new day, and arm what a day has latched."""
        mark.base = self.reference.of(balance, equity)
        if self.of == "reference":
            mark.share_of = mark.base
        if self.latch is Latch.DAY:
            mark.broken_ns = 0

    def judge(self, proposal: Proposal) -> Verdict:
        """Refuse an opening whose stop, with all others, could lead beyond the limit."""
        if not proposal.opens:
            return Verdict(allowed=True, rule=self.name)
        start = proposal.day_start_equity
        allowance = self.limit_fraction * start
        own = LossFloor(rule=self.name, equity=start - allowance, base=start, allowance=allowance)
        return _judge(self.name, proposal, _known(self.name, proposal, own))


@attrs.frozen(kw_only=True)
class TotalLoss:
    """The account may not lose more than a share of the money it began with.

    Attributes
    ----------
    limit_fraction : float
        Of the initial balance.
    flatten : bool
        Whether a breach closes what is open.
    initial_balance : float or None
        What the account began with, account currency; None: its balance when risk begins.
    """

    limit_fraction: float = attrs.field(default=0.10, validator=checks.fraction)
    flatten: bool = True
    name: str = "total-loss"
    clock: Clock | None = attrs.field(default=None, converter=_clock)
    initial_balance: float | None = attrs.field(default=None, validator=attrs.validators.optional(checks.positive))

    @property
    def rises(self) -> bool:
        """It does not."""
        return False

    def begin(self, *, balance: float, equity: float) -> LossMark:  # noqa: ARG002 - the balance alone counts
        """Take the initial balance."""
        initial = _initial(self.initial_balance, balance)
        return LossMark(base=initial, fraction=self.limit_fraction, share_of=initial)

    def rise(self, mark: LossMark, highest: float) -> None:
        """Change nothing: the floor stands still."""

    def turn(self, mark: LossMark, *, balance: float, equity: float) -> None:
        """Change nothing: the floor stands still."""

    def judge(self, proposal: Proposal) -> Verdict:
        """Refuse an opening whose stop, with all others, could lead beyond the limit."""
        if not proposal.opens:
            return Verdict(allowed=True, rule=self.name)
        # Without a mark the highest equity stands for the initial balance, which cannot lie above it.
        base = proposal.peak_equity
        allowance = self.limit_fraction * base
        own = LossFloor(rule=self.name, equity=base - allowance, base=base, allowance=allowance)
        return _judge(self.name, proposal, _known(self.name, proposal, own))


@attrs.frozen(kw_only=True)
class TrailingDrawdown:
    """The account may not fall too far below its high-water mark.

    Attributes
    ----------
    limit_fraction : float
        Of the high-water mark, or of the initial balance: see `of`.
    of : {"peak", "initial"}
        What the fraction is a share of.
    trails : Trails
        Whether the mark rises with every price (default) or at midnights alone.
    measure : Measure
        What the mark follows at midnight: balance, equity (default) or the larger of both. With every price it is
        the equity.
    lock_fraction : float or None
        The floor stops rising at the initial balance and this share of it: 0 locks at the initial balance. None:
        it never stops.
    clock : Clock or None
        Whose midnights; None is the account's.
    flatten : bool
        Whether a breach closes what is open.
    initial_balance : float or None
        What the account began with, account currency; None: its balance when risk begins.
    """

    limit_fraction: float = attrs.field(default=0.10, validator=checks.fraction)
    of: str = attrs.field(default="peak", validator=checks.one_of(("peak", "initial")))
    trails: Trails = attrs.field(default=Trails.INTRADAY, converter=_trails)
    measure: Measure = attrs.field(default=Measure.EQUITY, converter=_measure)
    lock_fraction: float | None = attrs.field(default=None, validator=_amount)
    clock: Clock | None = attrs.field(default=None, converter=_clock)
    flatten: bool = True
    name: str = "trailing-drawdown"
    initial_balance: float | None = attrs.field(default=None, validator=attrs.validators.optional(checks.positive))

    @property
    def rises(self) -> bool:
        """Whether it trails with every price."""
        return self.trails is Trails.INTRADAY

    def begin(self, *, balance: float, equity: float) -> LossMark:
        """Take the first mark: the present one, or what the account once began with, where that was more."""
        initial = _initial(self.initial_balance, balance)
        base = equity if self.trails is Trails.INTRADAY else self.measure.of(balance, equity)
        if self.initial_balance is not None:
            base = max(base, initial)
        lock = None if self.lock_fraction is None else initial * (1.0 + self.lock_fraction)
        share_of = base if self.of == "peak" else initial
        return LossMark(base=base, fraction=self.limit_fraction, share_of=share_of, lock=lock)

    def _lift(self, mark: LossMark, base: float) -> None:
        if base > mark.base:
            mark.base = base
            if self.of == "peak":
                mark.share_of = base

    def rise(self, mark: LossMark, highest: float) -> None:
        """Lift a mark that rises with every price."""
        if self.trails is Trails.INTRADAY:
            self._lift(mark, highest)

    def turn(self, mark: LossMark, *, balance: float, equity: float) -> None:
        """Lift a mark that rises at midnights."""
        if self.trails is Trails.END_OF_DAY:
            self._lift(mark, self.measure.of(balance, equity))

    def judge(self, proposal: Proposal) -> Verdict:
        """Refuse an opening whose stop, with all others, could lead beyond the limit."""
        if not proposal.opens:
            return Verdict(allowed=True, rule=self.name)
        base = proposal.peak_equity
        allowance = self.limit_fraction * base
        own = LossFloor(rule=self.name, equity=base - allowance, base=base, allowance=allowance)
        return _judge(self.name, proposal, _known(self.name, proposal, own))
