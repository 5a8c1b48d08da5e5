"""Intents and the vector form: shapes, values, and how a function becomes a strategy."""

from __future__ import annotations

import numpy as np
import pytest
from strategy_markets import make_market

from forexai_core.arrays import INTENT
from forexai_core.errors import ConfigError, DataShapeError
from forexai_core.strategies import Intents, Management, Param, vector_strategy
from forexai_core.values.bars import Bars
from forexai_core.values.catalogue import find_instrument


def test_columns_and_single_values_become_rows():
    intents = Intents.of(entry=[1, 0, -1], exit=[0, 2, 0], stop=0.003, target=[0.1, np.nan, 0.2], volume_lots=0.5)
    assert intents.entry.tolist() == [1, 0, -1]
    assert intents.exit.tolist() == [0, 2, 0]
    # Nothing is asked of rows without an entry.
    assert intents.stop.tolist() == [0.003, 0.0, 0.003]
    assert intents.target.tolist() == [0.1, 0.0, 0.2]
    assert intents.volume_lots.tolist() == [0.5, 0.0, 0.5]


def test_nothing_is_wanted_of_an_empty_one_and_it_can_be_filled():
    intents = Intents.empty(4)
    assert not intents.rows.view(np.uint8).any()
    intents.entry[2] = -1
    assert intents.checked().entry.tolist() == [0, 0, -1, 0]
    intents.entry[1] = 5
    with pytest.raises(DataShapeError, match="entry is 5 in row 1"):
        intents.checked()


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"entry": [0, 2]}, "entry"),
        ({"entry": [0, 300]}, "entry"),
        ({"entry": [0.5, 1]}, "entry is 0.5 in row 0"),
        ({"entry": [0, np.nan]}, "row 1"),
        ({"entry": ["a", "b"]}, "whole numbers"),
        ({"entry": [[1]]}, "one value a bar"),
        ({"entry": 1}, "one value a bar"),
        ({"entry": [0, 1], "exit": [4, 0]}, "exit"),
        ({"entry": [0, 1], "exit": [1]}, "exit has shape"),
        ({"entry": [0, 1], "stop": [0.1, np.nan]}, "stop is nan in row 1"),
        ({"entry": [0, 1], "stop": -0.1}, "stop is -0.1 in row 1"),
        ({"entry": [0, 1], "target": np.inf}, "target is inf in row 1"),
        ({"entry": [0, 1], "volume_lots": [1, 2, 3]}, "volume_lots has shape"),
    ],
)
def test_what_cannot_be_is_named_with_its_row(columns, said):
    with pytest.raises(DataShapeError) as caught:
        Intents.of(**columns)
    assert said in str(caught.value)


def test_rows_must_be_of_the_dtype():
    with pytest.raises(DataShapeError, match="INTENT"):
        Intents(np.zeros(3))


@pytest.mark.parametrize(
    "wrong",
    [
        {"volume_lots": 0.0},
        {"volume_lots": -1.0},
        {"risk_fraction": 1.1},
        {"trail_distance": float("nan")},
        {"break_even_start": 0.001, "break_even_lock": 0.002},
    ],
)
def test_management_that_cannot_be_is_refused(wrong):
    with pytest.raises(ConfigError, match="Management"):
        Management(**wrong)


def test_management_in_pips_is_written_in_price_units():
    record = Management.in_pips(
        find_instrument("USDJPY"), trail_pips=20, trail_start_pips=5, break_even_start_pips=7, max_bars=3
    ).record()
    assert record["trail_distance"][0] == pytest.approx(0.2, abs=1e-12)
    assert record["trail_start"][0] == pytest.approx(0.05, abs=1e-12)
    assert record["break_even_start"][0] == pytest.approx(0.07, abs=1e-12)
    assert (record["max_bars"][0], record["volume_lots"][0]) == (3, 0.1)


@vector_strategy(warmup=lambda wait: 2 * wait)
def every_bar(bars: Bars, wait: int = Param(2, ge=1), volume=0.2) -> Intents:
    """Buy on every bar.

    It never learns.
    """
    return Intents.of(entry=np.ones(len(bars), int), management=Management(volume_lots=volume))


@vector_strategy
def plain(bars: Bars, rows: int = -1) -> Intents:
    return Intents.empty(len(bars) if rows < 0 else rows)


@vector_strategy
def forgetful(bars: Bars) -> Intents:
    return np.zeros(len(bars), INTENT)


def test_a_function_becomes_a_strategy_with_parameters():
    strategy = every_bar(wait=3, volume=0.3)
    assert (strategy.name, strategy.description, strategy.warmup) == ("every-bar", "Buy on every bar.", 6)
    assert dict(strategy.parameters) == {"wait": 3, "volume": 0.3}
    assert list(every_bar.schema()["properties"]) == ["wait", "volume"]
    with pytest.raises(ConfigError, match="wait must be at least 1"):
        every_bar(wait=0)
    assert plain().warmup == 0


def test_its_program_wants_nothing_during_the_warm_up():
    bars = make_market(12)
    program = every_bar(wait=3).program(bars)
    assert program.wishes.every_bar()["entry"].tolist() == [0] * 6 + [1] * 6
    assert (program.management["volume_lots"][0], program.warmup, program.step) == (0.2, 6, None)


def test_wrong_answers_are_refused():
    bars = make_market(12)
    with pytest.raises(DataShapeError, match="12 bars, but 3 rows"):
        plain(rows=3).program(bars)
    with pytest.raises(DataShapeError, match="must return Intents, not ndarray"):
        forgetful().program(bars)


def test_functions_that_tell_too_little_are_refused():
    with pytest.raises(ConfigError, match="needs an annotation or a default"):

        @vector_strategy
        def one(bars, fast): ...

    with pytest.raises(ConfigError, match="name each parameter"):

        @vector_strategy
        def two(bars, **settings): ...

    with pytest.raises(ConfigError, match="takes the bars"):

        @vector_strategy
        def three(): ...


def test_wishes_of_a_few_bars_are_those_of_all_bars_laid_out():
    few = Intents.at(np.array([1, 3]), bars=5, entry=[1, 0], exit=[0, 2], stop=[0.1, np.nan], volume_lots=0.5)
    whole = Intents.of(entry=[0, 1, 0, 0, 0], exit=[0, 0, 0, 2, 0], stop=0.1, volume_lots=0.5)
    assert len(few) == len(whole) == 5
    for made in (few, whole):
        places, rows = made.wanted
        assert places.tolist() == [1, 3]
        np.testing.assert_array_equal(made.rows[places], rows)
        assert not made.rows[[0, 2, 4]].view(np.uint8).any()
    np.testing.assert_array_equal(few.rows, whole.rows)


def test_wishes_written_to_later_are_wanted():
    intents = Intents.at(np.array([1]), bars=3, entry=1)
    intents.entry[2] = -1
    assert intents.checked().wanted[0].tolist() == [1, 2]


@pytest.mark.parametrize("places", [[2, 1], [1, 1], [-1, 1], [1, 3]])
def test_places_must_be_bars_in_their_order(places):
    with pytest.raises(DataShapeError, match="places must ascend"):
        Intents.at(np.array(places), bars=3, entry=1)


def test_a_wrong_wish_of_a_few_is_named_by_its_bar():
    with pytest.raises(DataShapeError, match="stop is nan in row 7"):
        Intents.at(np.array([2, 7]), bars=9, entry=1, stop=[0.1, np.nan])
