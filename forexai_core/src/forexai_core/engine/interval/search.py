"""The search over states: from bar to bar, all that may have happened."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.engine.deciding.programs import Program
from forexai_core.engine.interval.axes import Bar
from forexai_core.engine.interval.bench import Bench
from forexai_core.engine.interval.branching import BarPaths, Doubts, TooManyPathsError
from forexai_core.engine.interval.forks import Branch, Fork, Sameness, money_of, with_money
from forexai_core.engine.interval.jumps import Jumps
from forexai_core.engine.preparation.setup import Setup
from forexai_core.values.instruments import SwapMode
from forexai_core.values.margin_rules import StopOutMode

__all__ = ["Bounds", "Limits", "Question", "find_bounds", "sameness_of"]

_NO_MONEY = 4  # index into records.REFUSALS
_PERCENT, _FREE_MARGIN = (list(StopOutMode).index(mode) for mode in (StopOutMode.PERCENT, StopOutMode.FREE_MARGIN))
_INTEREST_OPEN = list(SwapMode).index(SwapMode.INTEREST_OPEN)
_AGREED = ["time_ns", "symbol", "side", "entry", "closing", "volume_steps", "price", "reason"]
"""Of the deals of two ways that come to the same."""


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
    reads_tickets, reads_ages, reads_entries : bool
        Whether decisions depend on the numbers of tickets, on the bars of a position, on the price at which it opened.
    spans : bool
        Whether states of different money may go on as one, though sizes depend on it. They do so between the least and
        the most money that they may have, and are parted where the sizes at these two ends differ: a share of the
        equity gives no smaller a size with more of it, so that what both ends agree on holds between them. Only for
        sizes that depend on nothing else of money, and for one symbol.
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
    reads_tickets: bool = False
    reads_ages: bool = False
    reads_entries: bool = False
    spans: bool = False
    jump_points: int = 0
    digits: int = 2
    limits: Limits = attrs.field(factory=Limits)


class Bounds(NamedTuple):
    """What the search found.

    Attributes
    ----------
    worst, best : float
        Net profit, account currency.
    doubts : Doubts
        What keeps them from being certain.
    doubtful : int
        Bars in which the path can make a difference.
    """

    worst: float
    best: float
    doubts: Doubts
    doubtful: int


class _Stop(NamedTuple):
    """Where a branch has come to."""

    events: int  # taken, or open in doubt
    doubt: bool
    branch: Branch
    start: Branch  # whence


def _dearest(rates: NDArray[np.void]) -> float:
    """Give the highest rate of conversion of a run."""
    return float(max(np.fmax.reduce(rates[name], axis=None, initial=0.0) for name in ("gain", "loss")))


def sameness_of(bench: Bench, question: Question) -> Sameness:
    """Say what matters of a state to a strategy."""
    interest = question.setup.symbol_records[bench.symbol]["swap_mode"] == _INTEREST_OPEN
    return Sameness(
        tickets=question.reads_tickets,
        ages=bench.manages or question.reads_ages,
        money=question.reads_money and not question.spans,
        entries=bench.manages or question.reads_entries or bool(interest),
    )


class _Search:
    """The search over one symbol."""

    def __init__(self, question: Question, symbol: int) -> None:
        self._question, self._symbol = question, symbol
        self.bench = Bench(question.setup, question.programs, symbol, question.jump_points)
        self._sameness = sameness_of(self.bench, question)
        market = question.setup.market
        self._jumps = Jumps(
            question.jump_points,
            max(1, int(market.bid.low.min())),
            int(max(market.bid.high.max(), market.ask.high.max() if len(market.ask.high) else 0)),
            _dearest(market.rates[:, symbol]) if len(market.rates) else 1.0,
            question.digits,
        )
        # what a jump costs must be known before the next order asks for margin, and one size before the next
        self._pauses = question.jump_points > 0 or question.spans
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
        balance = self.bench.finish()
        self._note_compensated(fork)
        return balance

    def _note_compensated(self, before: Fork) -> None:
        self.doubts.compensated |= bool(self.bench.account["compensated"] > before.account["compensated"][0])

    def _step(self, branches: list[Branch], end: int) -> list[Branch]:
        """Take all branches to the next event at which one of them changes, and merge what is equal there."""
        several = len(branches) > 1 or self._pauses
        stops = [stop for branch in branches for stop in self._reach(branch, end, several)]
        first = min(stop.events for stop in stops)
        merged: dict[bytes, Branch] = {}
        for stop in stops:
            for each in self._at(stop, first):
                key = self._sameness.key(each.fork)
                merged[key] = _merged(merged[key], each) if key in merged else each
        return list(merged.values())

    def _reach(self, branch: Branch, end: int, pause: bool) -> Iterator[_Stop]:
        """Drive a branch on; where its money leaves sizes open, in as many parts as there are sizes."""
        waiting = [branch]
        while waiting:
            part = waiting.pop()
            stop = self._advance(part, end, pause)
            if self._question.spans and part.width > 0.0 and not self._sizes_agree(part, stop, end):
                waiting += _halves(part, 10.0**-self._question.digits)
            else:
                yield stop

    def _sizes_agree(self, branch: Branch, stop: _Stop, end: int) -> bool:
        """Say whether a branch would have come to the same with the most money that it may have."""
        self.bench.ticks += 1
        if self.bench.ticks > self._question.limits.ticks:
            raise TooManyPathsError("more sizes are tried than the search allows")
        deals = self.bench.deals[_AGREED].copy()
        richest = Branch(with_money(branch.fork, money_of(branch.fork) + branch.width), 0.0)
        other = self._advance(richest, end, pause=True)
        one, two = stop.branch.fork, other.branch.fork
        same = (stop.events, stop.doubt) == (other.events, other.doubt)
        same = same and np.array_equal(one.account["refused"], two.account["refused"])
        same = same and self._sameness.key(one) == self._sameness.key(two)
        return same and np.array_equal(deals, self.bench.deals[_AGREED])

    def _at(self, stop: _Stop, event: int) -> list[Branch]:
        """Give what a branch is after a number of events, at which or before which nothing changes it."""
        if stop.events > event:
            stop = self._advance(stop.start, event, pause=self._pauses)
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
            alone=len(self._question.fixed_spreads) == 1,
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
        self._note_compensated(branch.fork)
        if self._question.jump_points and len(bench.deals):
            penalty = self._penalty(branch.fork, fork)
            fork = with_money(fork, money_of(fork) - penalty)
            width += penalty
            bench.note_penalty(int(fork.account["events"][0]) - 1, penalty)
        alone = len(self._question.fixed_spreads) == 1 and width == 0.0
        self.doubts.money |= not alone and int(fork.account["refused"][0][_NO_MONEY]) > refused
        return _Stop(int(fork.account["events"][0]), doubt, Branch(fork, round(width, 6)), branch)

    def _penalty(self, before: Fork, after: Fork) -> float:
        """Give what jumps may have cost at the stops of bars that left nothing else open."""
        times = self.bench.market.time_ns
        total = 0.0
        deals = self.bench.deals
        for number in np.flatnonzero((deals["closing"] == 1) & (deals["intrabar"] == 1)):
            first = int(np.searchsorted(times, deals["time_ns"][number], "left"))
            last = int(np.searchsorted(times, deals["time_ns"][number], "right"))
            one = deals[number : number + 1]
            bars = [Bar(*self.bench.quotes(event)) for event in range(first, last)]
            total += max(self._jumps.penalty(one, before, bar, after.symbols) for bar in bars)
        return round(total, 6)


def _halves(branch: Branch, cent: float) -> tuple[Branch, Branch]:
    """Part the money that a branch may have in two; between neighbouring cents there is none."""
    least = money_of(branch.fork)
    if branch.width <= 1.5 * cent:
        return Branch(branch.fork, 0.0), Branch(with_money(branch.fork, least + branch.width), 0.0)
    lower = round(branch.width / 2.0 / cent) * cent
    upper = Branch(with_money(branch.fork, least + lower), round(branch.width - lower, 6))
    return Branch(branch.fork, round(lower, 6)), upper


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
    if account["tiers"] != 0:
        return False  # leverage follows equity, whose highest is not noted
    start, events = float(account["balance"]), question.setup.market.events
    count = len(question.setup.market.time_ns)
    equity, margin, slack = np.full(count, start), np.zeros(count), np.full(count, np.inf)
    for number, search in enumerate(searches):
        marks, lows = search.bench.marks, search.bench.lows(start)
        if len(searches) == 1:
            equity, margin, slack = lows, marks.margins, marks.slacks
            continue
        mine = events["symbol"] == number
        held = _held(lows, mine, np.minimum, np.inf)
        lost = np.where(np.isfinite(held), held - start, 0.0)
        bound = _held(marks.margins, mine, np.maximum, 0.0)
        equity, margin = equity + lost, margin + bound
        slack = np.where(mine, marks.slacks - lost + bound, slack)  # its own are in the free margin already
    if len(searches) > 1:
        slack = slack + (equity - start) - margin
    # what a jump moves an entry by moves the margin of contracts whose margin follows the price
    margin = margin * (1.0 + question.jump_points / max(1, int(question.setup.market.bid.low.min())))
    positive = account["protected"] != 0 or account["stop_out_hedged"] != 0
    safe = (margin <= 0.0) | _above_stop_out(account, equity, margin)
    return bool(safe.all() and (slack >= 0.0).all() and (not positive or (equity >= 0.0).all()))


def _above_stop_out(account: Any, equity: NDArray[np.float64], margin: NDArray[np.float64]) -> NDArray[np.bool_]:
    mode, level = int(account["stop_out_mode"]), float(account["stop_out"])
    if mode == _PERCENT:
        return 100.0 * equity >= level * margin
    return equity - (margin if mode == _FREE_MARGIN else 0.0) >= level


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
    doubts = Doubts(
        money=any(search.doubts.money for search in searches) or not _covered(question, searches),
        entries=any(search.doubts.entries for search in searches),
        compensated=any(search.doubts.compensated for search in searches),
    )
    doubtful = sum(search.doubtful for search in searches)
    return Bounds(round(float(worst), question.digits), round(float(best), question.digits), doubts, doubtful)
