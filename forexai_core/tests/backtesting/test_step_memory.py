"""What a step remembers outside its state is found, and its interval claims no certainty then."""

from __future__ import annotations

import math

import numba
import numpy as np
import pytest
from interval_markets import START_NS, bracket, martingale
from step_idioms import BY_RISK, BY_TICKET, PYRAMIDS

import forexai_core as fx
from forexai_core.arrays import BAR
from forexai_core.backtesting.step_memory import hidden_memory
from forexai_core.services.trials import MemoryTrials
from forexai_core.strategies import commands, draws

HOUR_NS = 3_600 * 10**9
PARAMS = {"k": 0.0, "seed": 5}
STATE = np.dtype([("k", np.float64), ("past", np.float64, 4)])
FREE = fx.Costs(spread_points=0, commission_per_lot=0.0, slippage_points=0, swap_long_points=0.0, swap_short_points=0.0)
WEIGHTS = np.array([0.25, 0.75])
KEPT, TURNED = np.zeros((2, 2)), np.eye(2)
HELPERS = (math.sqrt,)


def _bars():
    """In the second bar a limit order is reached before the target that it brings, or after the bar's high."""
    points = [(0, 0, 0, 0), (0, 50, -30, -15), (-15, -15, -100, -100), (-100, -85, -105, -95)]
    data = np.zeros(len(points), BAR)
    data["time_ns"] = START_NS // HOUR_NS * HOUR_NS + np.arange(len(points)) * HOUR_NS
    for place, name in enumerate(("open", "high", "low", "close")):
        data[name] = (np.array(points)[:, place] + 110_000) / 1e5
    return fx.Bars(instrument=fx.find_instrument("EURUSD"), timeframe="H1", data=data)


@numba.njit
def _count(params):
    params["k"] += 1.0


@numba.njit
def _given_back(held):
    return held


@numba.njit
def _with_default(buffer=WEIGHTS):
    return buffer[0]


@numba.njit
def _weighed(values, weights):
    return np.dot(values, weights) + weights[0]


@numba.njit
def _kept():
    return KEPT


@numba.njit
def _kept_in_turn(number):
    return _kept() if number == 0 else _kept_in_turn(number - 1)


def _augmented(row, state, params, out):
    params["k"] += 1.0


def _assigned(row, state, params, out):
    if row["index"] == 0:
        params["k"] = row["close"]


def _by_attribute(row, state, params, out):
    params.k = 1.0


def _by_alias(row, state, params, out):
    given = params
    given["k"] = 1.0


def _by_helper(row, state, params, out):
    _count(params)


def _by_keyword(row, state, params, out):
    _count(params=params)


def _by_tuple(row, state, params, out):
    held = (1, params)
    held[1]["k"] = 1.0


def _by_unpacking(row, state, params, out):
    _, given = row, params
    given["k"] = 1.0


def _by_return(row, state, params, out):
    _given_back(params)["k"] = 1.0


def _row_written(row, state, params, out):
    row["stop_loss"] = 1.0


def _read_command(row, state, params, out):
    state["k"] = out[3]["price"]


def _read_column(row, state, params, out):
    prices = out["price"]
    state["k"] = prices[3]


def _command_by_hand(row, state, params, out):
    out[3]["kind"] = 1


def _kinds_by_hand(row, state, params, out):
    kinds = out["kind"]
    kinds[3] = 1


def _command_further_down(row, state, params, out):
    commands.buy(out[3:], 0.1)


def _copied_command(row, state, params, out):
    out[1] = out[0]


def _constant_written(row, state, params, out):
    WEIGHTS[0] = 1.0


def _constant_by_flat(row, state, params, out):
    WEIGHTS.flat[0] = row["close"]


def _constant_passed_on(row, state, params, out):
    np.ascontiguousarray(WEIGHTS)[0] = 1.0


def _constant_as_out(row, state, params, out):
    np.dot(TURNED, KEPT + 1.0, out=KEPT)


def _constant_as_third_of_dot(row, state, params, out):
    np.dot(TURNED, KEPT + 1.0, KEPT)


def _constant_as_out_of_a_method(row, state, params, out):
    TURNED.dot(KEPT + 1.0, KEPT)


def _constant_as_out_of_a_ufunc(row, state, params, out):
    np.add(KEPT, 1.0, KEPT)


def _constant_as_named_out_of_a_ufunc(row, state, params, out):
    np.add(KEPT, 1.0, out=KEPT)


def _constant_sorted_by_median(row, state, params, out):
    state["k"] = np.median(KEPT, overwrite_input=True)


def _returned_constant_as_out(row, state, params, out):
    np.dot(TURNED, TURNED, out=_kept())


def _constant_returned_in_turn_as_out(row, state, params, out):
    np.dot(TURNED, TURNED, out=_kept_in_turn(3))


def _listed_constant_as_out(row, state, params, out):
    np.dot(TURNED, TURNED[0], out=list(KEPT)[0])  # noqa: RUF015 - a list, as numba knows it


def _constant_gone_through(row, state, params, out):
    for line in KEPT:
        line[0] += 1.0


def _unfilled(row, state, params, out):
    past = np.empty(40)
    state["k"] = past[20]
    past[20] += 1.0


def _unfilled_alike(row, state, params, out):
    state["k"] = np.empty_like(WEIGHTS)[0]


def _beyond_an_array(row, state, params, out):
    short = np.zeros(2)
    state["k"] = np.lib.stride_tricks.as_strided(short, (5,), (8,))[4]


def _default_written(row, state, params, out):
    state["k"] = _with_default()


def _drawn(row, state, params, out):
    state["k"] = np.random.random()  # noqa: NPY002 - what numba knows


def _seeded(row, state, params, out):
    if row["index"] == 0:
        np.random.seed(5)  # noqa: NPY002 - as above


def _table(row, state, params, out):
    state["k"] = HELPERS[0](2.0)


HIDING = [each for name, each in list(globals().items()) if getattr(each, "__code__", None) and name in {
    "_augmented", "_assigned", "_by_attribute", "_by_alias", "_by_helper", "_by_keyword", "_by_tuple", "_by_unpacking",
    "_by_return", "_row_written", "_read_command", "_read_column", "_command_by_hand", "_kinds_by_hand",
    "_command_further_down", "_copied_command", "_constant_written", "_constant_by_flat", "_constant_passed_on",
    "_constant_as_out", "_constant_as_third_of_dot", "_constant_as_out_of_a_method", "_constant_as_out_of_a_ufunc",
    "_constant_as_named_out_of_a_ufunc", "_constant_sorted_by_median", "_returned_constant_as_out",
    "_constant_returned_in_turn_as_out", "_listed_constant_as_out", "_constant_gone_through", "_unfilled",
    "_unfilled_alike", "_beyond_an_array", "_default_written", "_drawn", "_seeded", "_table",
}]  # fmt: skip


def _in_state(row, state, params, out):
    past = state["past"]
    past[row["index"] % 4] = row["close"]
    state["k"] += params["k"] + past.mean()
    if draws.uniform(params["seed"], row["time_ns"]) < 0.5:
        number = commands.buy(out, 0.1, params["k"])
        out[number]["trail_distance"] = 0.001


def _by_constants(row, state, params, out):
    values = np.zeros(2)
    values[0], values[1] = row["close"], row["open"]
    total = _weighed(values, WEIGHTS)
    for weight in WEIGHTS:
        total += weight * math.sqrt(max(total, 0.0))
    own = np.zeros((2, 2))
    np.dot(TURNED, TURNED, own)
    total += own[0, 0] + KEPT.sum(axis=0)[0] + np.max(KEPT) + np.interp(total, WEIGHTS, WEIGHTS)
    state["k"] = total + WEIGHTS.sum() + np.dot(values, WEIGHTS)


def test_all_ways_are_looked_at():
    assert len(HIDING) == 36


@pytest.mark.parametrize("step", HIDING, ids=lambda step: step.__name__)
def test_what_outlives_a_step_outside_its_state_is_found(step):
    assert hidden_memory(step)


@pytest.mark.parametrize("step", [_in_state, _by_constants], ids=lambda step: step.__name__)
def test_what_keeps_nothing_is_told_so(step):
    assert not hidden_memory(step)


@pytest.mark.parametrize("kind", [*PYRAMIDS, *BY_RISK, *BY_TICKET, bracket, martingale], ids=lambda kind: kind.__name__)
def test_ordinary_steps_keep_nothing(kind):
    assert not hidden_memory(kind._function)


@fx.compiled_strategy(params={"k": 0.0})
def counting(row, state, params, out):
    params["k"] += 1.0
    if row["index"] == 0:
        commands.buy_limit(out, 1.0998, 0.1, 0.0, 0.0001)
    elif row["positions"] == 0:
        if params["k"] % 2 == 1:
            commands.buy(out, 0.1, 0.0001, 0.0001)
        else:
            commands.sell(out, 0.1, 0.0001, 0.0001)


@fx.compiled_strategy(params={"seed": 5})
def drawing(row, state, params, out):
    if row["index"] == 0:
        commands.buy_limit(out, 1.0998, 0.1, 0.0, 0.0001)
    elif row["positions"] == 0:
        if draws.uniform(params["seed"], row["time_ns"]) < 0.5:
            commands.buy(out, 0.1, 0.0001, 0.0001)
        else:
            commands.sell(out, 0.1, 0.0001, 0.0001)


@pytest.mark.kernels
def test_only_what_keeps_nothing_elsewhere_is_certified():
    found = fx.backtest(counting(), _bars(), costs=FREE, trials=MemoryTrials()).interval
    assert not found.certified
    assert "counting may remember things outside its state (its params is written to)" in found.reason
    assert fx.backtest(drawing(), _bars(), costs=FREE, trials=MemoryTrials()).interval.certified
