"""Second opinions where a library defines a figure as we do, and the distance where it does not.

========================  ===========================================================================
figure                    empyrical-reloaded, quantstats
========================  ===========================================================================
Sharpe                    equal (both: sample deviation, no risk-free rate)
Sortino                   equal (both: root mean square of the losses over all periods)
maximal drawdown          equal for a series of returns; ours of a result is on bar closes, not days
CAGR, Calmar of returns   equal (both count periods); those of a result count calendar days / 365.25
ulcer index               quantstats divides by n - 1 and does not count the start as a peak
profit factor, payoff     quantstats calls days trades; ours are of trades
exposure                  quantstats counts days with a return; ours is time with a position
SQN, streaks of trades    not defined there
========================  ===========================================================================
"""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

from forexai_core.metrics import return_ratios, ulcer_index

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the library's own imports, not ours
    import empyrical


@pytest.fixture(params=[1, 2, 3, 4, 5])
def returns(request: pytest.FixtureRequest) -> pd.Series:
    values = np.random.default_rng(request.param).normal(0.0003, 0.008, 700)
    return pd.Series(values, index=pd.bdate_range("2019-01-01", periods=700))


def test_ratios_equal_empyrical(returns: pd.Series) -> None:
    ours = return_ratios(returns.to_numpy(), periods_per_year=252)
    assert ours["sharpe"] == pytest.approx(empyrical.sharpe_ratio(returns), rel=1e-11)
    assert ours["sortino"] == pytest.approx(empyrical.sortino_ratio(returns), rel=1e-11)
    assert ours["max_drawdown_pct"] == pytest.approx(-100 * empyrical.max_drawdown(returns), rel=1e-11)
    assert ours["cagr"] == pytest.approx(empyrical.cagr(returns), rel=1e-11)
    assert ours["calmar"] == pytest.approx(empyrical.calmar_ratio(returns), rel=1e-11)


def test_the_ulcer_index_is_the_root_mean_square_drawdown(returns: pd.Series) -> None:
    equity = 10_000 * (1 + returns).cumprod()
    falls = 100 * (1 - equity / equity.cummax().clip(lower=10_000))
    assert ulcer_index(equity.to_numpy(), initial_balance=10_000) == pytest.approx(np.sqrt((falls**2).mean()))
