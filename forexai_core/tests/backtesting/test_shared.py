"""What runs over the same inputs share changes nothing, and lives no longer than the prices."""

from __future__ import annotations

import gc
import hashlib
import json
import weakref

import attrs
import numpy as np
import pytest
from strategy_markets import make_market, make_ticks

from forexai_core.backtesting.inputs import InputsText, inputs_of
from forexai_core.backtesting.runner import backtest
from forexai_core.backtesting.shared import Shared, shared_by
from forexai_core.engine.preparation.rates import DEFAULT_MAX_AGE_NS
from forexai_core.errors import ConfigError
from forexai_core.services.trials import MemoryTrials
from forexai_core.strategies import Param, SmaCross, Strategy
from forexai_core.values.accounts import Account, Costs
from forexai_core.values.execution import Execution

CROSS = SmaCross(fast=4, slow=9, stop_loss_pips=20, take_profit_pips=40)


def given(prices, **settings):
    execution, seed = settings.pop("execution", None), settings.pop("seed", 0)
    plain = {"account": None, "costs": None, "rates": None, "finer": None, "limit_fill": "price"}
    return inputs_of(
        prices,
        **{**plain, "max_age_ns": DEFAULT_MAX_AGE_NS, **settings},
        seed=seed,
        conditions={"execution": execution},
    )


def run(strategy, prices, **settings):
    return backtest(strategy, prices, trials=MemoryTrials(), **settings)


def test_the_second_run_takes_what_the_first_left():
    bars, account, costs = make_market(200, seed=1), Account(), Costs(commission_per_lot=3.5)
    first = shared_by(given(bars, account=account, costs=costs))
    assert shared_by(given(bars, account=account, costs=costs)) is first
    assert shared_by(given(bars)) is not first
    assert shared_by(given(bars)) is shared_by(given(bars))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"costs": Costs(spread_points=7)}, {"costs": Costs(spread_points=7.0)}),
        ({"execution": Execution(latency_ms=1)}, {"execution": Execution(latency_ms=1.0)}),
        ({"account": Account(stop_out=20)}, {"account": Account(stop_out=30)}),
        ({"seed": 1}, {"seed": np.int64(1)}),
        ({"limit_fill": "price"}, {"limit_fill": "open"}),
        ({"jump_points": 1}, {"jump_points": 2}),
        ({}, {"rates": {"GBPUSD": 1.25}}),
    ],
    ids=str,
)
def test_a_fingerprint_does_not_depend_on_the_run_before(one, other):
    bars = make_market(60, seed=2)
    alone = [run(CROSS, make_market(60, seed=2), **settings).input_fingerprint for settings in (one, other)]
    assert [run(CROSS, bars, **settings).input_fingerprint for settings in (one, other, one)] == [*alone, alone[0]]


def test_the_text_is_that_of_one_document():
    bars = make_market(60, seed=2)
    inputs = given(bars, costs=Costs(commission_per_lot=3.5))
    document = {"account": {"leverage": 100.0}, "finer": {}, "rates": {"é": "1"}, "seed": 3}
    own = {"engine": '1"2', "risk": [1], "strategy": {"name": "x"}, "version": 1}
    whole = json.dumps(document | own, sort_keys=True, separators=(",", ":"))
    text = InputsText.of(document)
    for _ in range(2):
        assert (
            text.fingerprint(own["strategy"], own["risk"], own["engine"]) == hashlib.sha256(whole.encode()).hexdigest()
        )
    assert inputs.text().fingerprint({}, [], "1") == Shared.of(inputs).text.fingerprint({}, [], "1")
    with pytest.raises(ConfigError, match="zebra"):
        InputsText.of({"zebra": 1})


@pytest.mark.parametrize("make", [make_market, make_ticks])
def test_nothing_is_kept_when_the_prices_go(make):
    prices = make(80, seed=3)
    shared = weakref.ref(shared_by(given(prices)))
    gone = weakref.ref(prices)
    assert shared() is not None
    del prices
    gc.collect()
    assert gone() is None
    assert shared() is None


class Watching(Strategy):
    """Trades, and keeps hold of its context."""

    every: int = Param(7)

    def on_bar(self, ctx):
        if len(ctx.bars.close) % self.every == 0:
            ctx.close()
            ctx.buy(volume_lots=0.1)


def test_a_result_stays_as_it_is_while_others_run_in_the_same_memory():
    bars, other = make_market(300, seed=4), make_market(300, seed=5, symbol="GBPUSD")
    first = run(CROSS, bars)
    watched = run(Watching(), bars)
    apart = run(SmaCross(fast=2, slow=5), other, account=Account(mode="netting"))
    again = run(CROSS, make_market(300, seed=4))
    assert len(first.trades) > 5
    assert len(watched.trades) > 5
    assert len(apart.trades) > 5
    for name in ("trades", "equity", "fills"):
        assert getattr(first, name).tobytes() == getattr(again, name).tobytes()
    assert dict(first.metrics) == dict(again.metrics)
    assert first.fills["symbol"].tolist() == ["EURUSD"] * len(first.fills)


def test_a_strategy_on_the_same_prices_starts_from_nothing():
    bars = make_market(300, seed=4)
    alone = run(SmaCross(fast=3, slow=8), attrs.evolve(bars))
    run(CROSS, bars, account=Account(balance=500, leverage=30))
    assert run(SmaCross(fast=3, slow=8), bars).result_fingerprint == alone.result_fingerprint
