"""The same strategy over the same prices: a session on a paper account makes the trades of a backtest."""

from __future__ import annotations

import attrs
import numpy as np
import pytest
from crossing_forms import every_form
from live.scripted_trading import Scripted
from live.session_runs import session
from live.session_strategies import Everything, Loosens, Manages

import forexai_core as fx
from forexai_core.arrays import TRADE

pytestmark = pytest.mark.kernels

FORMS = ("template", "class", "vector", "compiled", "rules")
OF_A_SESSION = ("strategy",)  # a lone strategy has no name in a backtest


def check_equal(result, ran, *, owners=False):
    """Compare every field of every trade, and the equity at every bar."""
    assert len(result.trades) == len(ran.trades)
    for name in TRADE.names:
        if owners or name not in OF_A_SESSION:
            assert np.array_equal(result.trades[name], ran.trades[name]), name
    assert np.array_equal(result.equity, ran.equity)
    assert ran.notices == []


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_strategy_trades_in_a_session_as_in_a_backtest(form):
    bars = fx.synthetic("EURUSD", "H1", bars=900, seed=5)
    strategy = every_form(0.0001, fast=5, slow=15)[form]
    costs = fx.Costs(commission_per_lot=3.5, slippage_points=1)
    result, ran = fx.backtest(strategy, bars, costs=costs), session(strategy, bars, costs=costs)
    assert len(result.trades) > 20
    check_equal(result, ran)


@pytest.mark.parametrize("mode", ["hedging", "netting"])
@pytest.mark.parametrize("strategy", [Everything(seed=3), Scripted(seed=8)], ids=["everything", "scripted"])
def test_all_that_a_strategy_can_ask_for_is_done_alike(strategy, mode):
    bars = fx.synthetic("EURUSD", "M15", bars=900, seed=9)
    account = fx.Account(balance=50_000, mode=mode)
    result, ran = fx.backtest(strategy, bars, account=account), session(strategy, bars, account=account)
    assert len(result.trades) > 30
    assert {"stop_loss", "signal"} <= set(result.trades["close_reason"])
    check_equal(result, ran)


@fx.vector_strategy
def turns_often(bars: fx.Bars, every: int = 4) -> fx.Intents:
    turn = np.arange(len(bars)) % every == every - 1
    entry = np.where(turn, np.where(np.arange(len(bars)) // every % 2, -1, 1), 0).astype(np.int8)
    return fx.Intents.of(entry=entry, exit=turn.astype(np.int8), target=0.0025, volume_lots=0.1)


@pytest.mark.parametrize("mode", ["hedging", "netting"])
def test_a_turn_whose_close_is_refused_opens_no_other_side(mode):
    made = fx.synthetic("EURUSD", "H1", bars=500, seed=5)
    bars = attrs.evolve(made, instrument=made.instrument.with_values(freeze_level_points=200))
    account = fx.Account(balance=50_000, mode=mode)
    result = fx.backtest(turns_often(), bars, account=account)
    assert (
        result.counts["refused_frozen"] > 10
    )  # half of them closes, the other half what would have come in their place
    ran = session(turns_often(), bars, account=account)
    check_equal(result, ran)


def test_a_strategy_hears_of_orders_and_deals_as_in_a_backtest():
    bars = fx.synthetic("EURUSD", "M15", bars=800, seed=2)
    heard = []

    class Listens(Everything):
        def stop(self, ctx):
            heard.append(self.heard)

    fx.backtest(Listens(seed=4), bars)
    session(Listens(seed=4), bars)
    in_a_backtest, in_a_session = heard
    assert len(in_a_session) > 60
    # What is still open when the prices end is closed after a session's strategy has stopped.
    assert in_a_backtest[: len(in_a_session)] == in_a_session


def test_real_ticks_and_a_strategy_that_decides_at_each():
    ticks = fx.sample("EURUSD", "tick")[:600]
    result, ran = fx.backtest(Scripted(seed=1), ticks), session(Scripted(seed=1), ticks)
    assert len(result.trades) > 10
    check_equal(result, ran)


def test_several_strategies_on_symbols_and_timeframes_of_their_own():
    prices = {
        "EURUSD": fx.synthetic("EURUSD", "M15", bars=500, seed=1),
        "USDJPY": fx.synthetic("USDJPY", "M15", bars=500, seed=2),
    }
    forms = every_form(0.0001, fast=5, slow=15)
    sleeves = [
        fx.Sleeve("hourly", forms["class"], symbol="EURUSD", timeframe="H1"),
        fx.Sleeve("compiled", forms["compiled"], symbol="EURUSD"),
        fx.Sleeve("yen", every_form(0.01, fast=4, slow=9)["vector"], symbol="USDJPY"),
        fx.Sleeve("mixed", Everything(seed=5), symbol="USDJPY", timeframe="M30"),
    ]
    result, ran = fx.backtest(sleeves, prices), session(sleeves, prices)
    assert set(result.trades["strategy"]) == {"hourly", "compiled", "yen", "mixed"}
    assert np.array_equal(result.trades["strategy"], ran.trades["strategy"])
    for name in TRADE.names:
        assert np.array_equal(result.trades[name], ran.trades[name]), name


RISKS = {
    "limits": fx.Risk(max_positions=2, max_position_risk_fraction=0.01, max_orders_per_minute=1),
    "daily loss": fx.Risk(max_daily_loss_fraction=0.004),
    "margin and exposure": fx.Risk(min_margin_level_percent=3_000, max_currency_exposure=2.0),
}


@pytest.mark.parametrize("mode", ["hedging", "netting"])
@pytest.mark.parametrize("risk", RISKS.values(), ids=RISKS)
def test_risk_refuses_and_flattens_in_a_session_as_in_a_backtest(risk, mode):
    bars = fx.synthetic("EURUSD", "M15", bars=900, seed=9)
    account = fx.Account(balance=20_000, mode=mode)
    free = fx.backtest(Everything(seed=3), bars, account=account)
    result = fx.backtest(Everything(seed=3), bars, account=account, risk=risk)
    ran = session(Everything(seed=3), bars, account=account, risk=risk)
    assert len(result.trades) != len(free.trades)
    check_equal(result, ran)
    judged = [wish for record in ran.decisions for wish in record.get("wishes", ()) if "allowed" in wish]
    refused = sum(not wish["allowed"] for wish in judged)
    assert refused == result.counts["refused_by_risk"]


@pytest.mark.parametrize("mode", ["hedging", "netting"])
def test_additions_reductions_and_changes_are_judged_in_a_session_as_in_a_backtest(mode):
    bars = fx.synthetic("EURUSD", "M15", bars=600, seed=9)
    account = fx.Account(balance=20_000, mode=mode)
    risk = fx.Risk(max_total_loss_fraction=0.1, max_position_risk_fraction=0.01, max_volume_lots=1.0)
    result = fx.backtest(Loosens(seed=6), bars, account=account, risk=risk)
    ran = session(Loosens(seed=6), bars, account=account, risk=risk)
    assert len(result.trades) > 10
    check_equal(result, ran)
    wishes = [wish for record in ran.decisions for wish in record.get("wishes", ())]
    refused = [wish for wish in wishes if not wish.get("allowed", True)]
    assert len(refused) == result.counts["refused_by_risk"]
    assert {"modify", "open"} <= {wish["kind"] for wish in refused}
    changes = [wish.get("allowed") for wish in wishes if wish["kind"] == "modify"]
    assert {True, False, None} <= set(changes)  # None: it loses no more, so nobody was asked
    if mode == "netting":
        assert any(wish["kind"] == "close" and wish.get("order", {}).get("volume_lots") == 0.1 for wish in wishes)


def test_what_is_sized_by_risk_is_sized_from_what_is_known_when_it_is_decided():
    bars = fx.synthetic("EURUSD", "H1", bars=900, seed=5)
    costs = fx.Costs(commission_per_lot=3.5)
    result, ran = fx.backtest(Manages(), bars, costs=costs), session(Manages(), bars, costs=costs)
    assert len(result.trades) > 10
    check_equal(result, ran)
