"""What a compiled step looks at is found however it is written, or everything counts as looked at."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from interval_markets import ticks_of
from step_idioms import BY_RISK, BY_TICKET, PYRAMIDS, UNREADABLE, by_attribute, by_module_constant, plain

import forexai_core as fx
from forexai_core.arrays import BAR, QUOTE
from forexai_core.backtesting.reading import ALL_READ, reads_of
from forexai_core.backtesting.step_code import UnreadableError, read_step
from forexai_core.services.trials import MemoryTrials
from forexai_core.values.bars import Bars
from forexai_core.values.catalogue import find_instrument

HOUR_NS = 3_600 * 10**9
START_NS = 1_715_580_000 * 10**9  # Monday, 13 May 2024, 06:00 UTC
BARS = np.array([(0, 0, 0, 0), (0, 12, -12, 0), (0, 0, 0, 0), (0, 9, 0, 9), (9, 9, 9, 9)]) + 110_000
"""In the second, stop and target of what was bought at its open both lie; the fourth rises to a target."""

FREE = fx.Costs(commission_per_lot=0.0, slippage_points=0, swap_long_points=0.0, swap_short_points=0.0)
ACCOUNT = fx.Account(leverage=1_000)


def _bars():
    data, ask = np.zeros(len(BARS), BAR), np.zeros(len(BARS), QUOTE)
    data["time_ns"] = START_NS + np.arange(len(BARS)) * HOUR_NS
    for place, name in enumerate(("open", "high", "low", "close")):
        data[name], ask[name] = BARS[:, place] / 1e5, (BARS[:, place] + 1) / 1e5
    return Bars(instrument=find_instrument("EURUSD"), timeframe="H1", data=data, ask=ask)


def _ticks(first, second):
    """Give ticks a point apart, on which the second bar visits one extreme first."""
    stations = [[0], [0, first, second, 0], [0], [0, 9], [9]]
    bids, times = [], []
    for hour, ways in enumerate(stations):
        path = [ways[0]]
        for begin, end in pairwise(ways):
            path += range(begin, end, int(np.sign(end - begin)) or 1)
        path.append(ways[-1])
        bids += path
        times += [START_NS + hour * HOUR_NS + number * 10**9 for number in range(len(path))]
    bid = 110_000 + np.array(bids)
    return ticks_of(bid, bid + 1, np.array(times, np.int64))


def _run(strategy, **settings):
    return fx.backtest(strategy, _bars(), costs=FREE, account=ACCOUNT, trials=MemoryTrials(), **settings)


def _feasible(strategy):
    """Give the net profit where the stop comes first, and where the target does."""
    ways = ((-12, 12), (12, -12))
    return [round(_run(strategy, finer=_ticks(*way)).metrics["net_profit"], 2) for way in ways]


def _holds(interval, amounts):
    return all(round(interval.worst, 2) <= each <= round(interval.best, 2) for each in amounts)


def test_a_step_that_looks_at_no_money_is_told_so():
    strategy = plain()
    assert list(reads_of(strategy, [strategy.program(_bars())])) == [False] * 5
    assert _feasible(strategy) == [0.0, 1.6]
    assert _run(strategy).interval.certified


@pytest.mark.parametrize("kind", PYRAMIDS, ids=lambda kind: kind.__name__)
def test_money_read_in_any_way_is_followed(kind):
    """The second trade is five times as large where the first has gained: 4.80 lies beyond what equal sizes allow."""
    strategy = kind()
    feasible = _feasible(strategy)
    assert reads_of(strategy, [strategy.program(_bars())]).reads_money
    assert feasible == [0.0, 4.8]
    assert _holds(_run(strategy).interval, feasible)


@pytest.mark.parametrize("kind", BY_RISK, ids=lambda kind: kind.__name__)
def test_a_share_at_risk_is_found_under_any_name(kind):
    strategy = kind()
    feasible = _feasible(strategy)
    assert reads_of(strategy, [strategy.program(_bars())]).reads_money
    assert feasible == [-0.16, 80.16]
    assert _holds(_run(strategy).interval, feasible)


@pytest.mark.parametrize("kind", BY_TICKET, ids=lambda kind: kind.__name__)
def test_tickets_are_found_under_any_name(kind):
    strategy = kind()
    assert reads_of(strategy, [strategy.program(_bars())]).reads_tickets


@pytest.mark.parametrize("kind", [by_attribute, by_module_constant], ids=lambda kind: kind.__name__)
def test_what_runs_only_compiled_or_only_plain_is_found(kind):
    """A record of NumPy has no attributes by its fields; numba takes no number of a field out of a module."""
    assert read_step(kind._function).fields == {"index", "balance"}


@pytest.mark.parametrize("step", UNREADABLE, ids=lambda step: step.__name__)
def test_what_cannot_be_told_is_said_to_be_so(step):
    with pytest.raises(UnreadableError):
        read_step(step)


def test_what_cannot_be_told_reads_everything():
    class Opaque:
        _function = staticmethod(UNREADABLE[0])

    strategy = plain()
    assert reads_of(Opaque(), [strategy.program(_bars())]) == ALL_READ
    assert reads_of(object(), [strategy.program(_bars())]) == ALL_READ


def test_bounds_that_leave_out_the_run_itself_lose_their_certificate(monkeypatch):
    strategy = PYRAMIDS[0]()
    blind = ALL_READ._replace(reads_money=False)
    monkeypatch.setattr("forexai_core.backtesting.reading.reads_of", lambda *_: blind)
    interval = _run(strategy).interval
    assert not interval.certified
    assert "leave out what the bars allow" in interval.reason
    assert "mean over random paths" in interval.reason
