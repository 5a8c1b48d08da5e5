"""A stop that is asked for and comes to nothing: nothing opens without it, in any form."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from strategy_markets import make_market

import forexai_core as fx
from forexai_core.errors import ConfigError
from forexai_core.services.trials import MemoryTrials
from forexai_core.strategies import commands
from forexai_core.values.catalogue import find_instrument

pytestmark = pytest.mark.kernels


def run(strategy: Any, bars: fx.Bars) -> fx.Result:
    return fx.backtest(strategy, bars, trials=MemoryTrials())


@fx.vector_strategy
def always(bars: fx.Bars, stop: float = 0.0, trail: float = 0.0) -> fx.Intents:
    care = fx.Management(trail_distance=trail)
    return fx.Intents.of(entry=np.ones(len(bars), np.int8), stop=stop, management=care)


@fx.compiled_strategy()
def buys_gold(row: Any, state: Any, params: Any, out: Any) -> None:
    if row["index"] == 0:
        commands.buy(out, 0.1, 0.0030, 0.0060)


@fx.compiled_strategy()
def changes_to_nothing(row: Any, state: Any, params: Any, out: Any) -> None:
    if row["index"] == 0:
        commands.buy(out, 0.1, 0.0, 0.0)
    elif row["index"] == 2:
        commands.modify(out, row["ticket"], 1e-7, 0.0)
        commands.trail(out, row["ticket"], 4e-6)


def test_a_vector_strategy_is_refused() -> None:
    result = run(always(stop=4e-6), make_market(10))
    assert len(result.trades) == 0
    assert result.counts["refused_orders"] == 9


def test_the_management_of_a_vector_strategy_is_named() -> None:
    with pytest.raises(ConfigError, match=r"EURUSD: Management: trail_distance = 4e-06 rounds to no point"):
        run(always(trail=4e-6), make_market(10))


def test_a_vector_strategy_without_a_stop_opens() -> None:
    assert len(run(always(), make_market(10)).trades) == 1


def test_distances_of_another_symbol_are_refused_in_a_compiled_strategy() -> None:
    gold = make_market(10, symbol="XAUUSD")
    assert find_instrument("XAUUSD").digits == gold.digits == 2
    result = run(buys_gold(), gold)
    assert len(result.trades) == 0
    assert result.counts["refused_orders"] == 1


def test_a_position_keeps_what_it_has_when_a_change_comes_to_nothing() -> None:
    result = run(changes_to_nothing(), make_market(10))
    assert result.trades["close_reason"].tolist() == ["end_of_data"]
    assert result.counts["refused_orders"] == 2


def test_a_template_names_the_parameter() -> None:
    with pytest.raises(ConfigError, match=r"stop_loss_pips = 0\.04 rounds to no point"):
        run(fx.strategies.SmaCross(fast=2, slow=5, stop_loss_pips=0.04), make_market(30))
