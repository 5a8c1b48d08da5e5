"""Runs of a compiled step can be repeated: what it draws hangs on a seed, and nothing it writes outlives its run."""

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
from forexai_core.engine.accounting.draws import draw
from forexai_core.errors import ConfigError
from forexai_core.services.trials import MemoryTrials
from forexai_core.strategies import commands, compiled_strategy, draws

BARS = make_market(60)
START = 1_715_580_000_000_000_000


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
        np.random.seed(5)  # noqa: NPY002 - as above
    if coin():
        commands.buy(out, 0.1)


def seeded_elsewhere(row, state, params, out):
    """Numba keeps a generator for each of NumPy and Python, so this seeds another one than it draws from."""
    np.random.seed(1)  # noqa: NPY002 - as above
    if random.random() > 0.5:
        commands.buy(out, 0.1)


def never_seeded(row, state, params, out):
    if row["index"] < 0:
        np.random.seed(1)  # noqa: NPY002 - as above
    if coin():
        commands.buy(out, 0.1)


def only_seeding(row, state, params, out):
    np.random.seed(1)  # noqa: NPY002 - as above


HELD = (coin, 1)


def by_table(row, state, params, out):
    if HELD[0]():
        commands.buy(out, 0.1)


def by_our_own(row, state, params, out):
    if draws.uniform(params["seed"], row["time_ns"]) < 0.5:
        commands.buy(out, 0.1, 0.0, 0.0001 * (1.0 + abs(draws.normal(params["seed"], row["time_ns"], 1))))


def plain(row, state, params, out):
    if np.sqrt(row["close"]) > 1.0 and row["positions"] == 0:
        commands.buy(out, 0.1)


def run(strategy, **settings):
    return fx.backtest(strategy, BARS, trials=MemoryTrials(), **settings)


DRAWING = [
    by_attribute,
    by_module,
    by_name,
    by_python,
    by_python_name,
    by_call,
    by_table,
    seeded,
    seeded_elsewhere,
    never_seeded,
    only_seeding,
]


@pytest.mark.parametrize("step", DRAWING, ids=lambda step: step.__name__)
def test_what_draws_from_a_generator_outside_its_run_is_refused(step):
    strategy = compiled_strategy()(step)()
    said = f"{strategy.name}: its step draws random numbers .* none of the run's own.*draws"
    with pytest.raises(ConfigError, match=said):
        run(strategy)
    with pytest.raises(ConfigError, match=said):
        run([fx.Sleeve("one", strategy)])
    with pytest.raises(ConfigError, match=said):
        fx.sweep([strategy], BARS, trials=MemoryTrials())


def test_functions_of_a_closure_are_found_too():
    drawn = np.random.random

    @compiled_strategy()
    def closed(row, state, params, out):
        if drawn() > 0.5:
            commands.buy(out, 0.1)

    with pytest.raises(ConfigError, match="closed: its step draws"):
        check_draws(closed())


def test_other_numbers_are_none():
    check_draws(compiled_strategy()(plain)())
    check_draws(fx.strategies.SmaCross())


def test_our_own_draws_are_even_and_normal_and_hang_on_all_they_are_given():
    even = np.array([draws.uniform(7, time) for time in range(2_000)])
    assert even.min() >= 0.0
    assert even.max() < 1.0
    assert abs(even.mean() - 0.5) < 0.03
    assert abs(np.corrcoef(even[:-1], even[1:])[0, 1]) < 0.07
    bells = np.array([draws.normal(7, time) for time in range(2_000)])
    assert abs(bells.mean()) < 0.1
    assert abs(bells.std() - 1.0) < 0.08
    assert len({draws.uniform(7, 0), draws.uniform(8, 0), draws.uniform(7, 1), draws.uniform(7, 0, 1)}) == 4


def test_our_own_draws_tell_nothing_of_what_the_venue_draws():
    """The run's seed is the strategy's, too: a delay of the venue is drawn for the instant of the decision."""
    times = START + np.arange(1_500) * 60 * 10**9
    venue = [np.array([draw(7, time, number) for time in times]) for number in range(3)]
    own = [np.array([draws.uniform(7, time, number) for time in times]) for number in range(3)]
    own.append(np.array([draws.normal(7, time) for time in times]))
    for theirs in venue:
        for ours in own:
            assert not (theirs == ours).any()
            assert abs(np.corrcoef(theirs, ours)[0, 1]) < 0.09


@pytest.mark.kernels
def test_what_draws_by_our_own_can_be_repeated():
    strategy = compiled_strategy(params={"seed": 5})(by_our_own)
    check_draws(strategy())
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
