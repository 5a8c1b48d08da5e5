"""Charges as a user gives them: what is refused, and what a result says of them."""

from __future__ import annotations

import pickle

import attrs
import pytest

import forexai_core as fx
from forexai_core.errors import ConfigError
from forexai_core.services.trials import MemoryTrials
from forexai_core.values.instruments import SwapMode

REFUSED = {
    "bounds": (lambda: fx.Commission(minimum=3.0, maximum=2.0), "below minimum"),
    "sides": (lambda: fx.Commission(per_lot=1.0, charged="closing"), "charged"),
    "currency": (lambda: fx.Commission(per_lot=1.0, currency="usd"), "currency code"),
    "negative": (lambda: fx.Commission(percent=-1.0), "percent"),
    "naive time": (lambda: fx.CashFlow(time_ns="2024-05-13T21:00", long=1.0), "time zone"),
    "no time": (lambda: fx.CashFlow(time_ns="tomorrow", long=1.0), "no time"),
    "no number": (lambda: fx.CashFlow(time_ns=1, long=float("nan")), "long"),
    "no date": (lambda: fx.SwapRates(day="13.5.2024", long=1.0, short=1.0), "no date"),
    "one day twice": (
        lambda: fx.Costs(swap_rates=[fx.SwapRates(day="2024-05-13", long=each, short=0.0) for each in (1.0, 2.0)]),
        "two entries",
    ),
    "two commissions": (lambda: fx.Costs(commission_per_lot=1.0, commission=fx.Commission()), "not both"),
    "six days": (lambda: fx.find_instrument("EURUSD").with_values(swap_days=[1] * 6), "seven"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    make, words = REFUSED[name]
    with pytest.raises(ConfigError, match=words):
        make()


def test_times_of_cash_flows_are_instants() -> None:
    assert fx.CashFlow(time_ns="2024-05-13T17:00-04:00", long=1.0).time_ns == 1_715_634_000_000_000_000
    assert fx.CashFlow(time_ns=17, long=1.0).time_ns == 17


def test_words_of_a_commission() -> None:
    assert str(fx.Commission(per_lot=3.5)) == "3.5 per lot, each side"
    assert str(fx.Commission(percent=0.1, maximum=20.0, charged="opening")) == (
        "0.1 % of the turnover, at most 20, opening deals alone"
    )


def run(costs: fx.Costs, **contract: object) -> fx.Result:
    bars = fx.sample("EURUSD", "H1")[:600]
    bars = attrs.evolve(bars, instrument=bars.instrument.with_values(**contract))
    return fx.backtest(fx.strategies.SmaCross(fast=20, slow=50), bars, costs=costs, trials=MemoryTrials())


def test_a_result_names_them() -> None:
    first = fx.sample("EURUSD", "H1").time_ns[100]
    costs = fx.Costs(
        commission=fx.Commission(percent=0.002, minimum=0.5),
        swap_rates=[fx.SwapRates(day="2017-01-10", long=-8.0, short=1.0)],
        cash_flows=[fx.CashFlow(time_ns=int(first), long=-3.0, short=3.0)],
        slippage_model=fx.SlippageModel(range_fraction=0.05),
    )
    assert pickle.loads(pickle.dumps(costs)) == costs
    result = run(costs)
    lines = result.assumptions
    assert lines["Swap long / short EURUSD"] == "from 2017-01-10 -8 / 1"
    assert lines["Cash flows EURUSD"].startswith("1, ")
    assert lines["Slippage EURUSD"] == "besides the fixed one, 0.05 of the bar's range"
    assert "at least 0.5" in lines["Costs EURUSD"]
    assert result.input_fingerprint != run(attrs.evolve(costs, cash_flows=[])).input_fingerprint


def test_reopened_positions_are_rows_of_their_own() -> None:
    result = run(fx.Costs(), swap_mode=SwapMode.REOPEN_CURRENT, swap_long=-7.0, swap_short=-7.0)
    reasons = result.trades["close_reason"].tolist()
    assert reasons.count("rollover") > 5
    opened = [row for row in result.trades if row["open_reason"] == "rollover"]
    assert len(opened) == reasons.count("rollover")
    change = result.equity["balance"][-1] - 10_000.0
    assert sum(result.trades["net_profit"]) == pytest.approx(change, abs=1e-6)
