"""The expectation: the mean net profit over random paths through the bars that leave something open."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forexai_core.engine.interval.axes import Bar
from forexai_core.engine.interval.bench import Bench
from forexai_core.engine.interval.search import Question

__all__ = ["Expectation", "bridge", "expected_profit"]

Points = NDArray[np.int64]

_LEGS = 3  # to one extreme, to the other, to the close
_POINTS_A_LEG = 12
_FEWEST, _MOST, _BARS = 8, 64, 20_000


class Expectation(NamedTuple):
    """A mean and how sure it is.

    Attributes
    ----------
    mean : float
        Net profit, account currency.
    error : float
        Standard error of the mean.
    paths : int
        How many were taken.
    """

    mean: float
    error: float
    paths: int


def bridge(bar: Bar, fixed_spread: int | None, generator: np.random.Generator) -> tuple[Points, Points]:
    """Draw one path through a bar: a random walk from the open over both extremes to the close.

    The nearer extreme comes first with the probability with which a driftless walk reaches it first; each leg is a
    Brownian bridge held within the bar, and takes a third of its time (choice of ours). The ask goes along, from its
    own open over its own extremes to its own close.

    Returns
    -------
    tuple of (n,) int64
        Bid and ask, points; what lies between two of them is passed point by point.
    """
    width = bar.bid_high - bar.bid_low
    if width == 0 and bar.ask_high == bar.ask_low:
        return np.array([bar.bid_close]), np.array([bar.ask_close])
    start = (bar.bid_open - bar.bid_low) / width if width else 0.5
    stop = (bar.bid_close - bar.bid_low) / width if width else 0.5
    upwards = generator.random() < start
    turns = (start, 1.0, 0.0, stop) if upwards else (start, 0.0, 1.0, stop)
    way = np.concatenate([_leg(one, other, generator) for one, other in pairwise(turns)])
    bids = np.rint(bar.bid_low + way * width).astype(np.int64)
    if fixed_spread is not None:
        return bids, bids + fixed_spread
    asks = np.rint(bar.ask_low + way * (bar.ask_high - bar.ask_low)).astype(np.int64)
    asks[-1] = bar.ask_close
    return bids, np.clip(np.maximum(asks, bids), bar.ask_low, bar.ask_high)


def _leg(start: float, stop: float, generator: np.random.Generator) -> NDArray[np.float64]:
    """Draw a Brownian bridge between two heights of the bar, both in 0 ... 1, without its start."""
    times = np.arange(1, _POINTS_A_LEG + 1) / _POINTS_A_LEG
    walk = np.cumsum(generator.standard_normal(_POINTS_A_LEG)) / np.sqrt(_POINTS_A_LEG * _LEGS)
    path = start + (stop - start) * times + 0.5 * (walk - times * walk[-1])
    path[-1] = stop
    return np.asarray(np.clip(path, 0.0, 1.0), np.float64)


def _walk(bench: Bench, event: int, bids: Points, asks: Points) -> None:
    """Take a path through the open bar, whose points come at even times; what falls due inside it comes at its own."""
    start_ns, end_ns = int(bench.market.time_ns[event]), int(bench.market.end_ns[event])
    done = 0
    for due_ns in bench.falling_due(start_ns, end_ns):
        reached = (due_ns - start_ns) * len(bids) // (end_ns - start_ns)
        bench.walk(event, bids[done:reached], asks[done:reached])
        bench.pass_time(due_ns)
        done = reached
    bench.walk(event, bids[done:], asks[done:])


def _one_path(bench: Bench, question: Question, symbol: int, generator: np.random.Generator) -> float:
    while int(bench.account["events"]) < bench.events or bench.account["deals"]:
        before = int(bench.account["events"])
        bench.account["deals"] = 0
        if bench.stretch(bench.events, False):
            event = int(bench.account["events"]) - 1
            paths = bridge(Bar(*bench.quotes(event)), question.fixed_spreads[symbol], generator)
            _walk(bench, event, *paths)
            bench.close(event)
        elif int(bench.account["events"]) == before:
            break
    return bench.finish()


def expected_profit(question: Question, *, doubtful: int, seed: int) -> Expectation:
    """Average the net profit over random paths.

    Parameters
    ----------
    question : Question
        The run.
    doubtful : int
        How many bars the search found in doubt; the more, the fewer paths.
    seed : int
        Of the paths.

    Raises
    ------
    TradingError
        If a path leads the ledger where it cannot go on.
    """
    paths = 1 if doubtful == 0 else int(np.clip(_BARS // doubtful, _FEWEST, _MOST))
    start = float(question.setup.account_record[0]["balance"])
    profits = np.zeros(paths)
    for symbol in range(len(question.setup.symbols)):
        bench = Bench(question.setup, question.programs, symbol, question.jump_points)
        beginning = bench.save()
        for number in range(paths):
            bench.load(beginning)
            generator = np.random.default_rng([seed & (2**63 - 1), symbol, number])
            profits[number] += _one_path(bench, question, symbol, generator) - start
    error = float(profits.std(ddof=1) / np.sqrt(paths)) if paths > 1 else 0.0
    return Expectation(round(float(profits.mean()), question.digits), round(error, 8), paths)
