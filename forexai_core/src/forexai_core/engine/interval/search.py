"""The search over states: from bar to bar, all that may have happened."""

from __future__ import annotations

from typing import NamedTuple

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.engine.interval.axes import Bar
from forexai_core.engine.interval.bench import Bench
from forexai_core.engine.interval.forks import Branch, Fork, Sameness, money_of, with_money
from forexai_core.engine.interval.jumps import Jumps
from forexai_core.engine.interval.paths import BarPaths, Doubts, TooManyPathsError
from forexai_core.engine.programs import Program
from forexai_core.engine.setup import Setup

__all__ = ["Bounds", "Limits", "Question", "find_bounds", "sameness_of"]

_NO_MONEY = 4  # index into records.REFUSALS


@attrs.frozen(kw_only=True)
class Limits:
    """How much is followed before the search gives up; counts, so that the same run gives the same answer anywhere.

    Attributes
    ----------
    states : int
        States alive at once.
    bar_states : int
        States inside one bar.
    ticks : int
        Prices tried in all.
    """

    states: int = 256
    bar_states: int = 20_000
    ticks: int = 100_000


@attrs.frozen(kw_only=True, eq=False)
class Question:
    """A run whose bounds are asked for.

    Attributes
    ----------
    setup : Setup
        The run.
    programs : list of Program
        What decided, one a symbol.
    fixed_spreads : tuple of int or None
        By symbol: points by which the ask always lies above the bid; None where it moves by itself.
    reads_money : bool
        Whether decisions or sizes depend on balance or equity.
    jump_points : int
        By how much a stop may fill beyond its price, in the worst case.
    digits : int
        Of the account's currency.
    limits : Limits
        When to give up.
    """

    setup: Setup
    programs: list[Program]
    fixed_spreads: tuple[int | None, ...]
    reads_money: bool = False
    jump_points: int = 0
    digits: int = 2
    limits: Limits = attrs.field(factory=Limits)


class Bounds(NamedTuple):
    """What the search found.

    Attributes
    ----------
    worst, best : float
        Net profit, account currency.
    money : bool
        Whether a stop-out or the margin of an order may turn on money that differs from path to path.
    doubtful : int
        Bars in which the path can make a difference.
    """

    worst: float
    best: float
    money: bool
    doubtful: int


class _Stop(NamedTuple):
    """Where a branch has come to."""

    events: int  # taken, or open in doubt
    doubt: bool
    branch: Branch


def sameness_of(bench: Bench, reads_money: bool) -> Sameness:
    """Say what matters of a state to a strategy."""
    return Sameness(tickets=bench.steps, ages=bench.manages, money=reads_money)


class _Search:
    """The search over one symbol."""

    def __init__(self, question: Question, symbol: int) -> None:
        self._question, self._symbol = question, symbol
        self.bench = Bench(question.setup, question.programs, symbol)
        self._sameness = sameness_of(self.bench, question.reads_money)
        market = question.setup.market
        self._jumps = Jumps(
            question.jump_points,
            max(1, int(market.bid.low.min())),
            int(max(market.bid.high.max(), market.ask.high.max() if len(market.ask.high) else 0)),
            question.digits,
        )
        self.doubts = Doubts()
        self.doubtful = 0

    def run(self) -> tuple[float, float]:
        """Give the lowest and the highest balance at the end."""
        branches = [Branch(self.bench.save(), 0.0)]
        end = self.bench.events
        while any(int(branch.fork.account["events"][0]) < end for branch in branches):
            branches = self._step(branches, end)
            if len(branches) > self._question.limits.states:
                raise TooManyPathsError("more states are alive at once than are followed")
            if self.bench.ticks > self._question.limits.ticks:
                raise TooManyPathsError("more outcomes of bars are tried than the search allows")
        ends = [(self._finished(branch.fork), branch.width) for branch in branches]
        return min(low for low, _ in ends), max(low + width for low, width in ends)

    def _finished(self, fork: Fork) -> float:
        self.bench.load(fork)
        return self.bench.finish()

    def _step(self, branches: list[Branch], end: int) -> list[Branch]:
        """Take all branches to the next event at which one of them changes, and merge what is equal there."""
        several = len(branches) > 1
        stops = [self._advance(branch, end, several) for branch in branches]
        first = min(stop.events for stop in stops)
        merged: dict[bytes, Branch] = {}
        for branch, stop in zip(branches, stops, strict=True):
            for each in self._at(branch, stop, first):
                key = self._sameness.key(each.fork)
                merged[key] = _merged(merged[key], each) if key in merged else each
        return list(merged.values())

    def _at(self, branch: Branch, stop: _Stop, event: int) -> list[Branch]:
        """Give what a branch is after a number of events, at which or before which nothing changes it."""
        if stop.events > event:
            stop = self._advance(branch, event, pause=False)
        if not stop.doubt:
            return [stop.branch]
        self.doubtful += 1
        paths = BarPaths(
            self.bench,
            stop.events - 1,
            fixed_spread=self._question.fixed_spreads[self._symbol],
            sameness=self._sameness,
            jumps=self._jumps,
            limit=self._question.limits.bar_states,
        )
        return paths.outcomes(stop.branch, self.doubts)

    def _advance(self, branch: Branch, stop: int, pause: bool) -> _Stop:
        """Drive a branch on."""
        bench = self.bench
        width = branch.width
        bench.load(branch.fork)
        refused = int(bench.account["refused"][_NO_MONEY])
        doubt = bench.stretch(stop, pause)
        fork = bench.save()
        if self._question.jump_points and len(bench.deals):
            penalty = self._penalty(branch.fork)
            fork = with_money(fork, money_of(fork) - penalty)
            width += penalty
        alone = len(self._question.fixed_spreads) == 1 and width == 0.0
        self.doubts.money |= not alone and int(fork.account["refused"][0][_NO_MONEY]) > refused
        return _Stop(int(fork.account["events"][0]), doubt, Branch(fork, round(width, 6)))

    def _penalty(self, before: Fork) -> float:
        """Give what jumps may have cost at the stops of bars that left nothing else open."""
        times = self.bench.market.time_ns
        total = 0.0
        deals = self.bench.deals
        for number in np.flatnonzero((deals["closing"] == 1) & (deals["intrabar"] == 1)):
            first = int(np.searchsorted(times, deals["time_ns"][number], "left"))
            last = int(np.searchsorted(times, deals["time_ns"][number], "right"))
            one = deals[number : number + 1]
            total += max(self._jumps.penalty(one, before, Bar(*self.bench.quotes(e))) for e in range(first, last))
        return round(total, 6)


def _merged(one: Branch, other: Branch) -> Branch:
    """Make two branches of one state into one, with the least and the most money of both."""
    lows = [money_of(one.fork), money_of(other.fork)]
    least = min(lows)
    most = max(lows[0] + one.width, lows[1] + other.width)
    return Branch(with_money(one.fork, least), round(most - least, 6))


def _held(values: NDArray[np.float64], mine: NDArray[np.bool_], worse: np.ufunc, none: float) -> NDArray[np.float64]:
    """Carry the values of a symbol's events on to all events: the worst of the last, the one before and the next."""
    own = np.append(none, np.append(values[mine], none))
    around = worse(worse(own[:-2], own[1:-1]), own[2:]) if len(own) > 2 else own[:0]
    last = np.cumsum(mine) - 1
    held = np.where(last >= 0, around[np.maximum(last, 0)] if len(around) else none, none)
    return np.asarray(held, np.float64)


def _covered(question: Question, searches: list[_Search]) -> bool:
    """Say whether no stop-out and no order can have turned on money: at the worst of all symbols at once.

    Symbols are followed apart, so each one's lowest equity is taken less the balance at the start, and the worst of
    its bars around an instant stands for that instant.
    """
    account = question.setup.account_record[0]
    if account["stop_out_mode"] != 0 or account["tiers"] != 0 or account["stop_out_hedged"] != 0:
        return False  # levels in money, and leverage that follows equity, are not bounded here
    start, events = float(account["balance"]), question.setup.market.events
    count = len(question.setup.market.time_ns)
    equity, margin = np.full(count, start), np.zeros(count)
    opens = np.zeros(count, bool)
    for number, search in enumerate(searches):
        mine = events["symbol"] == number if len(events) else np.ones(count, bool)
        lows = np.where(np.isfinite(search.bench.lows), search.bench.lows, start)
        if len(searches) == 1:
            equity, margin = lows, search.bench.margins
            continue
        held = _held(lows, mine, np.minimum, np.inf)
        equity += np.where(np.isfinite(held), held - start, 0.0)
        bound = _held(search.bench.margins, mine, np.maximum, 0.0)
        margin += bound
        opens |= np.diff(bound, prepend=0.0) > 0.0
    safe = (margin <= 0.0) | (100.0 * equity >= float(account["stop_out"]) * margin)
    affordable = ~opens | (equity >= margin)
    return bool(safe.all() and affordable.all())


def find_bounds(question: Question) -> Bounds:
    """Find between which net profits a run lies, whatever happened inside its bars.

    Symbols meet in money only; where nothing turns on money they are followed one by one, and their bounds add up.

    Parameters
    ----------
    question : Question
        The run.

    Raises
    ------
    TooManyPathsError
        If more may have happened than the limits allow to follow.
    TradingError
        If another outcome of a bar leads the ledger where it cannot go on.
    """
    searches = [_Search(question, symbol) for symbol in range(len(question.setup.symbols))]
    start = float(question.setup.account_record[0]["balance"])
    worst = best = 0.0
    for search in searches:
        low, high = search.run()
        worst, best = worst + low - start, best + high - start
    money = any(search.doubts.money for search in searches) or not _covered(question, searches)
    doubtful = sum(search.doubtful for search in searches)
    return Bounds(round(float(worst), question.digits), round(float(best), question.digits), money, doubtful)
