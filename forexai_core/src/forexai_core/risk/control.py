"""The risk of one account: every price moves its limits, every order is judged by all of its rules.

Backtest, replay, paper and live sessions drive the same object, so the same prices lead to the same verdicts.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs

from forexai_core.errors import ConfigError, IntegrityError
from forexai_core.ports.halts import Halt, HaltScope
from forexai_core.ports.risk import Proposal, RiskRule, Verdict
from forexai_core.risk.correlations import ReturnWindow
from forexai_core.risk.exposures import CorrelatedPositions
from forexai_core.risk.judging import Judgement, judge
from forexai_core.risk.marks import Sighting, next_midnight_ns
from forexai_core.risk.objectives import ObjectiveTracker
from forexai_core.risk.settings import Risk
from forexai_core.risk.standings import LimitStanding, RiskReport
from forexai_core.risk.watch import Breach, LossWatch, Rearming
from forexai_core.values.clocks import NEW_YORK_CLOSE, Clock, format_time_ns
from forexai_core.values.timeframes import NS_PER_MINUTE

if TYPE_CHECKING:
    from forexai_core.risk.prop_firms import PropFirmRules

__all__ = ["RiskControl"]

_VERSION = 1
_REMEMBERED_NS = 2 * NS_PER_MINUTE
_MOST_ORDERS = 10_000


class RiskControl:
    """Watches one account and judges its orders.

    Parameters
    ----------
    rules : sequence of RiskRule
        All are asked about every order; those that are loss limits (`LossLimit`) are watched besides.
    balance, equity : float
        Of the account as it begins.
    time_ns : int
        Now, nanoseconds UTC.
    clock : Clock
        The account's (the server's): its midnights begin the days of rules that name no other clock.
    firm : PropFirmRules, optional
        Whose objectives to follow; its limits are among the rules.
    initial_balance : float, optional
        What objectives are reckoned from; default the balance. Limits have their own.

    Attributes
    ----------
    watch : LossWatch
        The loss limits: where they stand, which are broken.
    rearmings : tuple of Rearming
        What persons armed again, oldest first.
    """

    def __init__(
        self,
        rules: Sequence[RiskRule],
        *,
        balance: float,
        equity: float | None = None,
        time_ns: int,
        clock: Clock = NEW_YORK_CLOSE,
        firm: PropFirmRules | None = None,
        initial_balance: float | None = None,
    ) -> None:
        equity = balance if equity is None else equity
        self._rules = tuple(rules)
        self._clock = clock
        self.watch = LossWatch(self._rules, balance=balance, equity=equity, time_ns=time_ns, clock=clock)
        self._day_ns = next_midnight_ns(clock, time_ns)
        self._day_start = equity
        self._peak = equity
        self._balance, self._equity = balance, equity
        self._sent: deque[int] = deque(maxlen=_MOST_ORDERS)
        self._blind_ns = 0
        self._returns = _window(self._rules)
        self._firm = firm
        self._initial = balance if initial_balance is None else initial_balance
        self._objectives = (
            None
            if firm is None
            else ObjectiveTracker(
                Clock.of(firm.objectives.clock), balance=balance, time_ns=time_ns, initial=self._initial
            )
        )
        self.rearmings: tuple[Rearming, ...] = ()

    @classmethod
    def of(
        cls,
        risk: Risk | Sequence[RiskRule],
        *,
        balance: float,
        equity: float | None = None,
        time_ns: int,
        clock: Clock = NEW_YORK_CLOSE,
    ) -> RiskControl:
        """Make one of settings, or of bare rules; the other parameters are the constructor's."""
        if not isinstance(risk, Risk):
            return cls(tuple(risk), balance=balance, equity=equity, time_ns=time_ns, clock=clock)
        return cls(
            risk.all_rules(),
            balance=balance,
            equity=equity,
            time_ns=time_ns,
            clock=clock,
            firm=risk.prop_firm,
            initial_balance=risk.initial_balance,
        )

    @property
    def rules(self) -> tuple[RiskRule, ...]:
        """All rules, in the order in which they are asked."""
        return self._rules

    @property
    def quiet_until_ns(self) -> int:
        """Until when sightings of an account that stays as it is change nothing: the next midnight of any clock."""
        midnights = [self._day_ns, self.watch.next_midnight_ns]
        if self._objectives is not None:
            midnights.append(self._objectives.midnight_ns)
        return min(each for each in midnights if each is not None)

    @property
    def watches(self) -> bool:
        """Whether any rule looks at more than an order and the present: then prices have to be seen."""
        shipped = all(type(rule).__module__.startswith("forexai_core.risk.") for rule in self._rules)
        limited = self.watch.next_midnight_ns is not None or self._objectives is not None
        return limited or self.wants_quotes or not shipped

    def see(self, seen: Sighting) -> tuple[Breach, ...]:
        """Move every limit on by one price event, in the order of time.

        Parameters
        ----------
        seen : Sighting
            The account over the event.

        Returns
        -------
        tuple of Breach
            The limits that it has broken just now.
        """
        if not (math.isfinite(seen.equity) and math.isfinite(seen.lowest) and math.isfinite(seen.balance)):
            self._blind_ns = seen.end_ns  # nothing can be told from it: openings wait for a price that can be read
            return ()
        self._blind_ns = 0
        self._begin_days(seen.start_ns, self._balance, self._equity)
        breaches = self.watch.meet(seen)
        if self._objectives is not None:
            self._objectives.see(seen)
        self._peak = max(self._peak, seen.highest)
        self._balance, self._equity = seen.balance, seen.equity
        if seen.end_ns > seen.start_ns:
            self._begin_days(seen.end_ns, seen.balance, seen.equity)
        return breaches

    def _begin_days(self, time_ns: int, balance: float, equity: float) -> None:
        """Begin the days that have begun by an instant, with what the account had at their midnights."""
        self.watch.begin_days(time_ns, balance=balance, equity=equity)
        if time_ns >= self._day_ns:
            self._day_start = equity
            self._day_ns = next_midnight_ns(self._clock, time_ns)

    def move_money(self, amount: float, *, credit: bool = False) -> None:
        """Follow a deposit, or a withdrawal where it is negative: references and floors move with it.

        Parameters
        ----------
        amount : float
            Account currency.
        credit : bool
            Whether it is credit, which is equity and no balance.

        Raises
        ------
        ConfigError
            If it is no amount.
        """
        if not math.isfinite(amount):
            raise ConfigError(f"A deposit is an amount of money, not {amount}.")
        self.watch.move_money(amount)
        self._day_start += amount
        self._peak += amount
        self._equity += amount
        if credit:
            return
        self._balance += amount
        if self._objectives is not None:
            self._objectives.move_money(amount)

    def judge(self, proposal: Proposal, halts: Iterable[Halt] = ()) -> Judgement:
        """Ask all rules about an order; the proposal's figures of the account's past are filled in here.

        Parameters
        ----------
        proposal : Proposal
            The order and the present.
        halts : iterable of Halt
            Those that cover it.
        """
        complete = attrs.evolve(
            proposal,
            day_start_equity=self._day_start,
            peak_equity=self._peak,
            recent_order_times_ns=tuple(self._sent),
            floors=self.watch.floors,
            halts=(*proposal.halts, *halts),
            correlations=proposal.correlations
            if self._returns is None
            else self._returns.correlations(proposal.request.symbol),
        )
        answer = judge(self._rules, complete)
        always = self._always(complete)
        return attrs.evolve(answer, verdicts=(*always, *answer.verdicts)) if always else answer

    def _always(self, proposal: Proposal) -> tuple[Verdict, ...]:
        """Refuse openings whatever the rules are: under a halt, and while the account cannot be read."""
        if not proposal.opens:
            return ()
        verdicts = [
            Verdict(allowed=False, rule="halt", reason=_said_of(halt), facts={"since_ns": float(halt.time_ns)})
            for halt in proposal.halts
        ]
        if self._blind_ns:
            since = format_time_ns(self._blind_ns)
            reason = f"The account's equity could not be read at {since}; openings wait until it can."
            verdicts.append(Verdict(allowed=False, rule="blind", reason=reason))
        return tuple(verdicts)

    @property
    def wants_quotes(self) -> bool:
        """Whether a rule needs `see_quote`."""
        return self._returns is not None

    def see_quote(self, symbol: str, time_ns: int, *, bid: float, ask: float) -> None:
        """Take note of a quote, for correlations; nothing where no rule asks for them."""
        if self._returns is not None:
            self._returns.see(symbol, time_ns, bid=bid, ask=ask)

    def note_order(self, time_ns: int) -> None:
        """Take note of an order that has been handed on."""
        while self._sent and self._sent[0] <= time_ns - _REMEMBERED_NS:
            self._sent.popleft()
        self._sent.append(time_ns)

    def recall_orders(self, times_ns: Iterable[int]) -> None:
        """Take over when orders were handed on before this start, in place of what a restored state tells of it.

        Parameters
        ----------
        times_ns : iterable of int
            Nanoseconds UTC, oldest first.
        """
        self._sent = deque(times_ns, maxlen=_MOST_ORDERS)

    def note_opening(self, time_ns: int) -> None:
        """Take note that a position was opened, for objectives that count days of trading."""
        if self._objectives is not None:
            self._objectives.note_opening(time_ns)

    def report(self) -> RiskReport:
        """Say how near the account is, and came, to its limits, and what of a firm's objectives it has met."""
        limits = tuple(LimitStanding.of(rule, mark, self._equity) for rule, mark in self.watch.marks.items())
        if self._objectives is None or self._firm is None:
            return RiskReport(limits=limits)
        terms = self._firm.objectives
        target = terms.profit_target_fraction
        objectives = self._objectives.standings(
            profit_target=None if target is None else target * self._initial,
            min_trading_days=terms.min_trading_days,
            best_day_share=terms.best_day_share,
        )
        firm = f"{self._firm.name}, as of {self._firm.as_of}: check it against the firm's own terms"
        return RiskReport(limits=limits, objectives=objectives, firm=firm)

    def rearm(self, rule: str, *, by: str, reason: str, time_ns: int) -> Rearming:
        """Arm a broken limit again; a person does, and is recorded.

        If the equity is still below its floor, the next price breaks it anew.

        Raises
        ------
        NotFoundError
            If there is no such limit, or it is not broken.
        ConfigError
            If no name or no reason is given.
        """
        record = self.watch.rearm(rule, by=by, reason=reason, time_ns=time_ns)
        self.rearmings = (*self.rearmings, record)
        return record

    def to_dict(self) -> dict[str, Any]:
        """Write the state as plain values for JSON; small, whatever has happened."""
        return {
            "version": _VERSION,
            "balance": self._balance,
            "equity": self._equity,
            "peak": self._peak,
            "day_start": self._day_start,
            "day_ns": str(self._day_ns),
            "blind_ns": str(self._blind_ns),
            "sent": [str(time_ns) for time_ns in self._sent],
            "marks": self.watch.to_dict(),
            "returns": None if self._returns is None else self._returns.to_dict(),
            "initial": self._initial,
            "objectives": None if self._objectives is None else self._objectives.to_dict(),
        }

    def restore(self, plain: Mapping[str, Any]) -> None:
        """Go on from what :meth:`to_dict` wrote.

        Limits that the state does not know begin now; what it knows and the rules do not have is dropped. A limit
        whose fraction was changed meanwhile goes on with its new one.

        Raises
        ------
        IntegrityError
            If it is something else, or of a later version.
        """
        try:
            if plain["version"] != _VERSION:
                raise IntegrityError(
                    f"This state of risk has version {plain['version']}; {_VERSION} is known. Upgrade."
                )
            self.watch.restore(plain["marks"])
            balance, equity = float(plain["balance"]), float(plain["equity"])
            peak, day_start = float(plain["peak"]), float(plain["day_start"])
            day_ns, blind_ns = int(plain["day_ns"]), int(plain["blind_ns"])
            sent = [int(time_ns) for time_ns in plain["sent"]]
            returns, objectives = plain["returns"], plain["objectives"]
            initial = float(plain["initial"])
            if not all(map(math.isfinite, (balance, equity, peak, day_start, initial))):
                raise IntegrityError("The state of risk has amounts that are no numbers. Restore it from a backup.")
        except (TypeError, ValueError, KeyError, AttributeError) as problem:
            raise IntegrityError(
                f"The state of risk cannot be read ({problem!r}). Restore it from a backup; without it the losses "
                "of the day would be forgotten."
            ) from problem
        self._balance, self._equity, self._peak, self._day_start = balance, equity, peak, day_start
        self._initial = initial
        self._day_ns, self._blind_ns = day_ns, blind_ns
        self._sent = deque(sent, maxlen=_MOST_ORDERS)
        if self._returns is not None and returns is not None:
            self._returns.restore(returns)
        if self._objectives is not None and objectives is not None:
            self._objectives.restore(objectives)


def _window(rules: tuple[RiskRule, ...]) -> ReturnWindow | None:
    """Give the window of returns that a rule of correlation asks for."""
    asked = [rule for rule in rules if isinstance(rule, CorrelatedPositions)]
    if len(asked) > 1:
        raise ConfigError("An account has one rule of correlation. Leave the others out.")
    if not asked:
        return None
    rule = asked[0]
    return ReturnWindow(steps=rule.steps, step_minutes=rule.step_minutes, least=rule.least)


def _said_of(halt: Halt) -> str:
    what = "the platform" if halt.scope is HaltScope.PLATFORM else f"{halt.scope} {halt.name}"
    return f"Trading of {what} is halted by {halt.by} since {format_time_ns(halt.time_ns)}: {halt.reason}"
