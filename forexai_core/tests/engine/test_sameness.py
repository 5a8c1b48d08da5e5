"""Which states the interval takes for one: of the openings only the order counts, whatever their times and numbers."""

from __future__ import annotations

import numpy as np
import pytest

from forexai_core.engine.interval.forks import Fork, Sameness
from forexai_core.engine.state.records import ACCOUNT, ORDER, POSITION, REQUEST, SYMBOL

SAMENESS = Sameness(tickets=False, ages=False, money=False)


def state(*serials: int, open_ns: int = 0) -> Fork:
    positions = np.zeros(len(serials), POSITION)
    positions["ticket"] = 3 + 4 * np.arange(len(serials))
    positions["serial"], positions["open_ns"] = serials, open_ns
    account = np.zeros(1, ACCOUNT)
    account["positions"] = len(serials)
    return Fork(account, np.zeros(1, SYMBOL), positions, np.zeros(0, ORDER), np.zeros(0, REQUEST), b"")


@pytest.mark.parametrize("others", [(50, 90, 91), (1, 2, 3)])
def test_states_of_one_order_of_ages_are_one(others: tuple[int, ...]) -> None:
    assert SAMENESS.key(state(10, 20, 30)) == SAMENESS.key(state(*others, open_ns=7))


@pytest.mark.parametrize("others", [(20, 10, 30), (10, 30, 20), (30, 10, 20)])
def test_states_of_other_orders_are_not(others: tuple[int, ...]) -> None:
    assert SAMENESS.key(state(10, 20, 30)) != SAMENESS.key(state(*others))
