"""The random part of slippage, which no table of cases can hold: seeded, within its bounds, against the trader."""

from __future__ import annotations

import numpy as np
import pytest

from forexai_core.arrays import BAR
from forexai_core.engine.preparation.setup import prepare
from forexai_core.errors import ConfigError
from forexai_core.values.accounts import Account, Costs
from forexai_core.values.bars import Bars
from forexai_core.values.catalogue import find_instrument
from forexai_core.values.slippage import SlippageModel


def column(**model: float) -> list[int]:
    data = np.zeros(300, BAR)
    data["time_ns"] = 1_715_580_000 * 10**9 + np.arange(300) * 60 * 10**9
    for name in ("open", "high", "low", "close"):
        data[name] = 1.1
    bars = Bars(instrument=find_instrument("EURUSD"), timeframe="M1", data=data)
    costs = Costs(slippage_points=2, slippage_model=SlippageModel(**model))
    points: list[int] = prepare({"EURUSD": bars}, account=Account(), costs={"EURUSD": costs}).market.slippage.tolist()
    return points


def test_chance_is_seeded_and_only_adds() -> None:
    one = column(random_points=5, seed=1)
    assert one == column(random_points=5, seed=1)
    assert one != column(random_points=5, seed=2)
    assert set(one) == {3, 4, 5, 6, 7}  # 2 fixed, and 1 to 5: even a little is a whole point


def test_bars_that_never_move_do_not_slip() -> None:
    assert set(column(range_fraction=0.5, atr_fraction=0.5)) == {2}


def test_impact_is_of_fills_and_makes_no_column() -> None:
    assert column(impact_points=4.0) == []
    assert str(SlippageModel(impact_points=4, free_lots=1)) == "4 points times the square root of the lots beyond 1"
    assert str(SlippageModel(impact_points=0.5, impact="linear")) == "0.5 points for each lot beyond 0"
    with pytest.raises(ConfigError, match=r"did you mean 'linear'|Known are"):
        SlippageModel(impact_points=1, impact="liner")
    with pytest.raises(ConfigError, match="free_lots"):
        SlippageModel(free_lots=-1)


def test_without_a_model_there_is_no_column() -> None:
    assert str(SlippageModel()) == "none"
    with pytest.raises(ConfigError, match="atr_bars"):
        SlippageModel(atr_bars=0)
    with pytest.raises(ConfigError, match="range_fraction"):
        SlippageModel(range_fraction=-0.1)
