"""Runs of a compiled step can be repeated: nothing is drawn without a seed, and nothing it writes outlives its run."""

from __future__ import annotations

import random
from random import gauss

import numba
import numpy as np
import pytest
from numpy import random as chance
from numpy.random import standard_normal
from strategy_markets import make_market

import forexai_core as fx
from forexai_core.backtesting.step_draws import check_draws
from forexai_core.errors import ConfigError
from forexai_core.services.trials import MemoryTrials
from forexai_core.strategies import commands, compiled_strategy

BARS = make_market(60)


@numba.njit
def coin():
    return np.random.random() < 0.5  # noqa: NPY002 - what numba knows


@numba.njit
def twice_removed():
    return coin()


def by_attribute(row, state, params, out):
    if np.random.normal() > 0.0:  # noqa: NPY002 - as above
        commands.buy(out, 0.1)


def by_module(row, state, params, out):
    if chance.uniform(0.0, 1.0) > 0.5:  # noqa: NPY002 - as above
        commands.buy(out, 0.1)


def by_name(row, state, params, out):
    if standard_normal() > 0.0:  # noqa: NPY002 - as above
        commands.buy(out, 0.1)


def by_python(row, state, params, out):
    if random.random() > 0.5:
        commands.buy(out, 0.1)


def by_python_name(row, state, params, out):
    if gauss(0.0, 1.0) > 0.5:
        commands.buy(out, 0.1)


def by_call(row, state, params, out):
    if twice_removed():
        commands.buy(out, 0.1)


def seeded(row, state, params, out):
    if row["index"] == 0:
        np.random.seed(params["seed"])  # noqa: NPY002 - as above
    if coin():
        commands.buy(out, 0.1)


def plain(row, state, params, out):
    if np.sqrt(row["close"]) > 1.0 and row["positions"] == 0:
        commands.buy(out, 0.1)


def run(strategy, **settings):
    return fx.backtest(strategy, BARS, trials=MemoryTrials(), **settings)


@pytest.mark.parametrize("step", [by_attribute, by_module, by_name, by_python, by_python_name, by_call])
def test_what_draws_without_a_seed_is_refused(step):
    strategy = compiled_strategy()(step)()
    said = f"{strategy.name}: its step draws random numbers .* without a seed"
    with pytest.raises(ConfigError, match=said):
        run(strategy)
    with pytest.raises(ConfigError, match=said):
        run([fx.Sleeve("one", strategy)])
    with pytest.raises(ConfigError, match=said):
        fx.sweep([strategy], BARS, trials=MemoryTrials())


def test_functions_of_a_closure_are_found_too():
    draw = np.random.random

    @compiled_strategy()
    def closed(row, state, params, out):
        if draw() > 0.5:
            commands.buy(out, 0.1)

    with pytest.raises(ConfigError, match="closed: its step draws"):
        check_draws(closed())


def test_other_numbers_are_none():
    check_draws(compiled_strategy()(plain)())
    check_draws(fx.strategies.SmaCross())


@pytest.mark.kernels
def test_what_is_seeded_can_be_repeated():
    strategy = compiled_strategy(params={"seed": 5})(seeded)
    first, again, other = run(strategy()), run(strategy()), run(strategy(seed=6))
    assert len(first.trades) > 10
    assert first.result_fingerprint == again.result_fingerprint != other.result_fingerprint


@pytest.mark.kernels
@pytest.mark.parametrize("drive", ["batch", "step"])
def test_what_a_step_writes_to_its_parameters_ends_with_the_run(drive):
    @compiled_strategy(params={"lots": 0.1})
    def growing(row, state, params, out):
        params["lots"] += 0.01
        commands.buy(out, round(params["lots"], 2))

    strategy = growing()
    first, again = run(strategy, drive=drive), run(strategy, drive=drive)
    assert first.trades["volume_lots"][:2].tolist() == [0.11, 0.12]
    assert first.result_fingerprint == again.result_fingerprint
    assert strategy.parameters["lots"] == 0.1
    table = fx.sweep([growing(), growing()], BARS, trials=MemoryTrials(), workers=1).to_frame()
    assert table.iloc[0].equals(table.iloc[1])
