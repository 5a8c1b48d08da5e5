"""Settings of limits that mean nothing are refused where they are written, and named."""

from __future__ import annotations

import re

import numpy as np
import pytest

from forexai_core.errors import ConfigError
from forexai_core.risk import CorrelatedPositions, DailyLoss, MaxPositions, MaxVolume, TradingHours
from forexai_core.risk.settings import Risk

WRONG = {
    "max_positions": ("3", 2.5, True, 0, -1),
    "max_orders_per_minute": ("3", 2.5, True, 0),
    "max_correlated_positions": ("3", 2.5, 0),
    "max_daily_loss_fraction": ("a", True, 0, 2, float("nan")),
    "max_position_risk_fraction": ("a", True, 0, 2),
    "max_total_loss_fraction": ("a", True, 0, 2),
    "max_drawdown_fraction": ("a", True, 0, 2),
    "max_volume_lots": ("1", True, 0, float("inf")),
    "max_spread_points": ("1", True, 0, float("nan")),
    "max_currency_exposure": ("1", True, 0),
    "min_margin_level_percent": ("1", True, 0),
    "correlation_threshold": ("1", True, 0, 1.5),
    "correlation_steps": (1, 2.5, "9", True),
    "correlation_step_minutes": (0, 2.5, "9", True),
    "trading_hours": (5, (5,), None),
    "weekend_pause_minutes": (-5, 2.5, "9", True, 99_999),
    "news": (5, (1,), "calendar.csv", None),
    "news_minutes_before": (-5, 2.5, "9", True),
    "news_minutes_after": (-5, 2.5, "9", True),
    "daily_loss_of": ("xx", 5, None),
    "daily_loss_reference": ("xx", 5, None),
    "daily_loss_latch": ("x", 5, None),
    "prop_firm": (5, ("two-step-balance",)),
    "rules": (5, (5,), (MaxPositions,), None),
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_what_no_limit_takes_is_named(name, value):
    shown = value[0] if isinstance(value, tuple) and name != "prop_firm" else value
    with pytest.raises(ConfigError, match=rf"^Risk: {name} .*not {re.escape(repr(shown))}\.$"):
        Risk(**{name: value})


@pytest.mark.parametrize("name", ["trading_clock", "daily_loss_clock"])
def test_a_clock_that_is_none_is_named(name):
    with pytest.raises(ConfigError, match="a clock is a name"):
        Risk(**{name: 5})


@pytest.mark.parametrize(
    ("rule", "settings"),
    [
        (MaxPositions, {"limit": 2.5}),
        (MaxVolume, {"limit_lots": "1"}),
        (CorrelatedPositions, {"limit": 2, "steps": 1}),
        (DailyLoss, {"limit_fraction": True}),
        (DailyLoss, {"of": "xx"}),
    ],
)
def test_a_rule_by_itself_names_it_too(rule, settings):
    with pytest.raises(ConfigError, match=f"^{rule.__name__}: {list(settings)[-1]} "):
        rule(**settings)


def test_hours_that_are_no_text_are_named():
    with pytest.raises(ConfigError, match="5 are no trading hours"):
        TradingHours(spans=(5,))


def test_numbers_of_numpy_are_numbers():
    risk = Risk(max_positions=np.int64(3), max_daily_loss_fraction=np.float64(0.02), max_spread_points=20)
    assert len(risk.all_rules()) == 3
