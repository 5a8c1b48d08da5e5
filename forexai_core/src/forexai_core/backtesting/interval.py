"""The interval of a run: its bounds from the search, and what keeps them from being certain."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.backtesting.doubts import count_doubts
from forexai_core.backtesting.estimate import estimate_interval
from forexai_core.backtesting.inputs import Inputs, Prices
from forexai_core.backtesting.reading import Reads
from forexai_core.backtesting.records import Interval
from forexai_core.engine.deciding.programs import Program
from forexai_core.engine.interval import Bounds, Limits, Question, expected_profit, find_bounds
from forexai_core.engine.interval.branching import TooManyPathsError
from forexai_core.engine.preparation.setup import Setup
from forexai_core.engine.state.doubt_bits import ROLLOVER, TRAILING
from forexai_core.engine.state.market_records import DUE_SWAP
from forexai_core.errors import TradingError
from forexai_core.values.bars import Bars
from forexai_core.values.execution import Execution
from forexai_core.values.instruments import SwapMode
from forexai_core.values.ticks import Ticks

__all__ = ["IntervalTask"]

Columns = NDArray[np.int64]

_PRICED_SWAPS = [list(SwapMode).index(mode) for mode in (SwapMode.INTEREST_CURRENT, SwapMode.CURRENCY_SYMBOL)]
_REOPENING = [list(SwapMode).index(mode) for mode in (SwapMode.REOPEN_CURRENT, SwapMode.REOPEN_BID)]
_NOTHING = 1e-6  # sums of binary fractions differ by less
_OWN_PRICE, _COLUMN = 1, 2  # of SYMBOL["profit_conversion"]


@attrs.frozen(kw_only=True, eq=False)
class IntervalTask:
    """All that the interval of a run is worked out from, when it is asked for.

    Attributes
    ----------
    inputs : Inputs
        Of the run.
    setup : Setup
        As the ledger was opened with.
    programs : callable or None
        Gives what decided, one a symbol; None for a strategy that cannot be forked.
    name : str
        Of the strategy.
    reads : callable
        Says what of the account and of a position sizes or decisions depend on.
    judged : bool
        Whether risk rules judged its orders.
    trades : (trades,) TRADE
        What came of it.
    net_profit : float
        Of the run itself, account currency.
    limits : Limits
        How much is followed.
    unfollowed : str
        Why no other path can be followed, where that is known beforehand.
    """

    inputs: Inputs
    setup: Setup
    programs: Callable[[], list[Program]] | None
    name: str
    reads: Callable[[], Reads]
    judged: bool
    trades: NDArray[np.void]
    net_profit: float
    limits: Limits = attrs.field(factory=Limits)
    unfollowed: str = ""

    def __call__(self) -> Interval:
        """Work it out."""
        if self.unfollowed:
            return self._estimate(self.unfollowed)
        if self.programs is None:
            return self._estimate(f"{self.name} is a class strategy: {_UNFORKED}")
        if self.judged:
            return self._estimate(
                "risk rules judge each order as it comes, and cannot be asked about those of other paths"
            )
        conditions = self.inputs.conditions
        if conditions.enforces_sessions or conditions.execution != Execution():
            return self._estimate("sessions, delays, requotes and partial fills are not followed along other paths")
        try:
            question, bounds, reasons = self._searched(self.programs())
        except (TooManyPathsError, TradingError) as error:
            return self._estimate(str(error))
        expected = expected_profit(question, doubtful=bounds.doubtful, seed=self.inputs.seed)
        worst, best = self._near(bounds.worst), self._near(bounds.best)
        if not reasons:
            reasons += self._outside(worst, best, expected.mean)
        return Interval(
            worst=min(worst, self.net_profit),
            expected=self._near(expected.mean),
            best=max(best, self.net_profit),
            ambiguous_trades=int(np.count_nonzero(self.trades["ambiguous"])),
            certified=not reasons,
            reason="" if not reasons else f"an estimate: {'; '.join(reasons)}.",
            expected_error=expected.error,
            jump_points=self.inputs.jump_points,
            doubts=count_doubts(self.trades),
        )

    def _searched(self, programs: list[Program]) -> tuple[Question, Bounds, list[str]]:
        """Find bounds, and what keeps them from being certain: by single amounts of money, or else by spans of it."""
        found: tuple[Question, Bounds, list[str]] | None = None
        problem: TooManyPathsError | None = None
        for question in self._questions(programs):
            try:
                bounds, reasons = self._bounded(question)
            except TooManyPathsError as error:
                problem = error
                continue
            if found is None or not reasons:
                found = question, bounds, reasons
            if not reasons:
                break
        if found is None:
            raise problem or TooManyPathsError("nothing was followed")
        return found

    def _questions(self, programs: list[Program]) -> Iterator[Question]:
        """Give the ways to ask: by single amounts of money, and by spans of it where it only sizes orders."""
        question = self._question(programs)
        by_spans = self.reads().only_sizes and len(self.inputs.prices) == 1
        if not (by_spans and self.inputs.jump_points):  # jumps make spans of every amount
            yield question
        if by_spans:
            yield attrs.evolve(question, spans=True)

    def _bounded(self, question: Question) -> tuple[Bounds, list[str]]:
        bounds = find_bounds(question)
        reasons = [*self._doubts(reads_money=question.reads_money and not question.spans)]
        return bounds, reasons + [said for name, said in _DOUBTS.items() if getattr(bounds.doubts, name)]

    def _near(self, amount: float) -> float:
        """Give the run's own net profit for an amount that differs from it by less than any money."""
        return self.net_profit if abs(amount - self.net_profit) < _NOTHING else amount

    def _outside(self, worst: float, best: float, expected: float) -> Iterator[str]:
        """Name what followed paths that the search should have followed too, and came out beyond its bounds."""
        found = [("the mean over random paths", expected)]
        # the ledger's choice may be no path: of several rollovers in the bar of an entry or exit it charges each debit
        # and no credit, and a stop that trails from a bar's own open it lets live where the bar comes back to it
        if not np.any(self.trades["doubts"] & (ROLLOVER | TRAILING)):
            found.append(("the run itself", self.net_profit))
        for what, amount in found:
            if not worst - _NOTHING <= amount <= best + _NOTHING:
                yield (
                    f"{what} ({amount:.2f}) lies outside the bounds that were found ({worst:.2f} ... {best:.2f}), so "
                    "these leave out what the bars allow"
                )

    def _estimate(self, reason: str) -> Interval:
        """Take each trade for itself, where the search cannot be made."""
        found = estimate_interval(self.trades, reason)
        worst, best = (self.net_profit if value is None else self._near(value) for value in (found.worst, found.best))
        return attrs.evolve(
            found,
            worst=min(worst, self.net_profit),
            best=max(best, self.net_profit),
            jump_points=self.inputs.jump_points,
        )

    def _question(self, programs: list[Program]) -> Question:
        spreads = self.setup.symbol_records["spread"]
        moves = [_ask_moves(item, self.inputs.finer.get(item.symbol)) for item in self.setup.series]
        return Question(
            setup=self.setup,
            programs=programs,
            fixed_spreads=tuple(None if free else int(spread) for free, spread in zip(moves, spreads, strict=True)),
            **{name: value for name, value in self.reads()._asdict().items() if name != "only_sizes"},
            jump_points=self.inputs.jump_points,
            digits=self.inputs.account.digits,
            limits=self.limits,
        )

    def _doubts(self, *, reads_money: bool) -> Iterator[str]:
        """Say what the prices, the rates and the sizing leave open, one by one."""
        yield from self._unknown_asks()
        yield from self._modelled_slippage()
        yield from self._unsteady_rates()
        yield from self._unsteady_swaps(reads_money=reads_money)
        if reads_money and self.inputs.jump_points:
            yield "sizes or decisions depend on money, and jumps make it differ"
        if reads_money and len(self.inputs.prices) > 1:
            yield "sizes or decisions depend on money that several symbols make at once"
        if self.inputs.jump_points and np.any(self.setup.symbol_records["commission_rule"] != 0):
            yield "commissions follow the price, which jumps move"
        if self.inputs.limit_fill == "open" and self.inputs.jump_points:
            yield "limits filled at the price that passes them may gain by a jump, without a bound"

    def _unknown_asks(self) -> Iterator[str]:
        for item in self.setup.series:
            modelled = self.inputs.costs[item.symbol].spread_model is not None
            for what, series in (("bars", item), ("finer bars", self.inputs.finer.get(item.symbol))):
                if isinstance(series, Bars) and series.ask is None and (modelled or series.spread_points is not None):
                    yield (
                        f"the {what} of {item.symbol} have one spread each, so how high and low the ask went inside "
                        "them is not known (ask bars, or ticks, would show it)"
                    )

    def _modelled_slippage(self) -> Iterator[str]:
        """Name the symbols whose slippage would be another one if the prices inside their bars were known."""
        for symbol, series in self.inputs.prices.items():
            model = self.inputs.costs[symbol].slippage_model
            shown = isinstance(series, Ticks) or isinstance(self.inputs.finer.get(symbol), Ticks)
            if model is not None and model.varies and not shown:
                yield (
                    f"the slippage of {symbol} is modelled from each bar ({model}), and would be another one on the "
                    "prices inside it (a fixed one, or one by volume, would not)"
                )

    def _events_of(self, number: int) -> tuple[Columns, Columns]:
        """Give opening and end of each event of a symbol."""
        market = self.setup.market
        if not len(market.events):
            return market.time_ns, market.end_ns
        mine = market.events["symbol"] == number
        return market.time_ns[mine], market.end_ns[mine]

    def _unsteady_rates(self) -> Iterator[str]:
        """Name the symbols whose rate of conversion may change while one of their bars lasts."""
        known = [_known_ns(item) for item in self.inputs.rates.values() if isinstance(item, Bars | Ticks)]
        known += [_known_ns(item) for item in self.inputs.prices.values()]
        instants = np.unique(np.concatenate(known))
        for number, symbol in enumerate(self.inputs.prices):
            record = self.setup.symbol_records[number]
            if _COLUMN not in (record["profit_conversion"], record["margin_conversion"], record["fee_conversion"]):
                continue
            if _any_inside(instants, *self._events_of(number)):
                yield f"the rate that converts the money of {symbol} changes inside its bars"

    def _unsteady_swaps(self, *, reads_money: bool) -> Iterator[str]:
        """Name the symbols of which a price inside a bar, through swap, decides more than an amount of money."""
        dues = self.setup.market.rollovers
        for number, symbol in enumerate(self.inputs.prices):
            record = self.setup.symbol_records[number]
            own = [record[f"{name}_conversion"] == _OWN_PRICE for name in ("profit", "margin", "base")]
            mine = dues["symbol"] == number
            if record["swap_mode"] in _REOPENING:
                mine &= (dues["kind"] == DUE_SWAP) | (any(own) and reads_money)
            elif not reads_money or (record["swap_mode"] not in _PRICED_SWAPS and not any(own)):
                continue
            if _any_inside(dues["time_ns"][mine], *self._events_of(number)):
                yield f"rollovers fall inside bars of {symbol}, and its swap depends on the price at that time"


_DOUBTS = {
    "money": "a stop-out, or whether margin covers an order, may turn on money that differs by path",
    "entries": "jumps move the prices at which stop orders open, and trailing, management or decisions depend on them",
    "compensated": "a negative balance is made good, and how negative it is differs by path",
}
"""What the search may have found, by the fields of ``Doubts``."""

_UNFORKED = "it cannot be followed along other paths than its own (the vector, compiled and rules forms can)"


def _ask_moves(series: Prices, finer: Prices | None) -> bool:
    """Say whether the ask of a symbol moves by itself inside bars."""
    if isinstance(series, Ticks) or series.ask_points is not None:
        return True
    return isinstance(finer, Bars) and finer.ask_points is not None


def _known_ns(series: Prices) -> Columns:
    return series.time_ns if isinstance(series, Ticks) else series.end_ns


def _any_inside(instants: Columns, opens: Columns, ends: Columns) -> bool:
    """Say whether any instant lies strictly inside a span."""
    first = np.searchsorted(instants, opens, side="right")
    return bool(np.any(first < np.searchsorted(instants, ends, side="left")))
