"""In which order the parts of several symbols' bars come."""

from __future__ import annotations

import random

import numpy as np
import pytest
from reference.moments import DECISION, END, OPEN, moments_of
from reference.quotes import Bar, Prices

from forexai_core.engine.preparation.agenda import agenda_of, events_before
from forexai_core.engine.state.market_records import (
    EVENT,
    PART_OPEN,
    PART_REST,
    PART_TURN,
)

WHOLE = PART_OPEN | PART_REST | PART_TURN
KINDS = {OPEN: PART_OPEN, END: PART_REST, DECISION: PART_TURN}


def rows_of(*bars: tuple[int, int, int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give opening times, ends and events of bars given as symbol, opening and end, in their order."""
    events = np.zeros(len(bars), EVENT)
    events["symbol"] = [symbol for symbol, _, _ in bars]
    events["decides"] = np.arange(len(bars))
    return np.array([bar[1] for bar in bars]), np.array([bar[2] for bar in bars]), events


def listed(*bars: tuple[int, int, int], sleeves: bool = False) -> list[tuple[int, int]]:
    return [(int(row), int(part)) for row, part in agenda_of(*rows_of(*bars), sleeves=sleeves)]


def test_opens_of_an_instant_come_before_what_lies_inside() -> None:
    both = listed((0, 0, 10), (1, 0, 10))
    assert both == [(0, PART_OPEN), (1, PART_OPEN), (0, PART_REST), (1, PART_REST), (0, PART_TURN), (1, PART_TURN)]


def test_what_ends_comes_before_what_opens() -> None:
    assert listed((0, 0, 10), (1, 5, 10), (0, 10, 20), (1, 10, 20))[:6] == [
        (0, PART_OPEN),
        (1, PART_OPEN),
        (0, PART_REST),
        (1, PART_REST),
        (0, PART_TURN),
        (1, PART_TURN),
    ]


def test_a_bar_with_nothing_in_between_is_one_event() -> None:
    assert listed((0, 0, 10), (1, 2, 4), (1, 20, 30)) == [
        (0, PART_OPEN),
        (1, WHOLE),
        (0, PART_REST | PART_TURN),
        (2, WHOLE),
    ]


@pytest.mark.parametrize("sleeves", [False, True])
def test_ticks_come_whole(sleeves: bool) -> None:
    assert listed((0, 0, 0), (1, 0, 0), (0, 3, 3), (1, 4, 4), sleeves=sleeves) == []  # in the order of the rows


def test_a_bar_ends_when_the_next_of_its_symbol_opens() -> None:
    found = listed((0, 0, 10), (0, 8, 18), (1, 9, 12))
    assert found == [(0, WHOLE), (1, PART_OPEN), (2, WHOLE), (1, PART_REST | PART_TURN)]


def test_several_strategies_decide_between_an_open_and_its_end() -> None:
    rows = rows_of((0, 0, 40), (1, 50, 60))
    agenda = agenda_of(*rows, sleeves=True)
    assert [(int(row), int(part)) for row, part in agenda] == [
        (0, PART_OPEN),
        (0, PART_REST),
        (1, PART_OPEN),
        (1, PART_REST),
    ]
    instants = np.array([0, 1, 40, 50, 51, 60, 61])
    assert events_before(instants, *rows, agenda).tolist() == [0, 1, 2, 2, 3, 4, 4]


def random_bars(rng: random.Random) -> list[tuple[int, int, int]]:
    """Make bars and ticks of some symbols, by opening time and symbol."""
    bars = []
    for symbol in range(rng.randint(2, 4)):
        length, time = rng.choice((0, 1, 3, 4, 12)), rng.randint(0, 5)
        for _ in range(rng.randint(1, 12)):
            bars.append((symbol, time, time + length))
            time += max(length, rng.choice((0, 1))) * rng.choice((1, 1, 1, 3))
    return sorted(bars, key=lambda bar: (bar[1], bar[0]))


@pytest.mark.parametrize("seed", range(40))
def test_the_order_is_that_of_the_reference(seed: int) -> None:
    bars = random_bars(random.Random(seed))
    flat = Prices(1, 1, 1, 1)
    moments = moments_of((symbol, Bar(time, end, flat, flat)) for symbol, time, end in bars)
    wanted = [(moment.number, KINDS[moment.kind]) for moment in moments]
    found = listed(*bars) or [(row, WHOLE) for row in range(len(bars))]
    parts = [(row, kind) for row, part in found for kind in KINDS.values() if part & kind]
    assert parts == wanted
