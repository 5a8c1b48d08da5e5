"""Costs out of a settings file, beyond what options say."""

from __future__ import annotations

from pathlib import Path

import pytest

from forexai_core.cli.backtest_settings import merge_settings
from forexai_core.errors import ConfigError
from forexai_core.values.accounts import Costs
from forexai_core.values.charges import CashFlow, Commission, SwapRates
from forexai_core.values.slippage import SlippageModel
from forexai_core.values.spreads import SpreadModel

TEXT = """
[costs]
slippage_points = 1

[costs.commission]
percent = 0.002
minimum = 1.0
charged = "opening"

[[costs.swap_rates]]
day = 2024-01-01
long = -7.5
short = 2.0

[[costs.cash_flows]]
time = 2024-05-10T13:30:00Z
long = 0.24
short = -0.24
title = "dividend"

[costs.spread]
points = 8
hours = { 22 = 12, 0 = 35 }
news_factor = 3
events = "news.csv"

[costs.slippage]
atr_fraction = 0.05
impact_points = 4
free_lots = 0.5
impact = "linear"
"""


def written(tmp_path: Path, text: str) -> Path:
    (tmp_path / "news.csv").write_text(
        "Date,Time,Currency,Impact,Title\n2024-05-10,12:30+00:00,USD,high,Payrolls\n", encoding="utf-8"
    )
    path = tmp_path / "run.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_everything_that_costs_can_be_said(tmp_path: Path) -> None:
    costs = merge_settings(written(tmp_path, TEXT.replace('news_factor = 3\nevents = "news.csv"', "")), {}).make_costs()
    assert costs == Costs(
        slippage_points=1.0,
        commission=Commission(percent=0.002, minimum=1.0, charged="opening"),
        swap_rates=[SwapRates(day="2024-01-01", long=-7.5, short=2.0)],
        cash_flows=[CashFlow(time_ns="2024-05-10T13:30Z", long=0.24, short=-0.24, title="dividend")],
        spread_model=SpreadModel(points=8, hours={22: 12, 0: 35}),
        slippage_model=SlippageModel(atr_fraction=0.05, impact_points=4, free_lots=0.5, impact="linear"),
    )


def test_a_calendar_lies_beside_the_settings(tmp_path: Path) -> None:
    model = merge_settings(written(tmp_path, TEXT), {}).make_costs().spread_model
    assert model is not None
    assert [(event.currency, event.title) for event in model.events] == [("USD", "Payrolls")]


def test_an_option_beside_another_commission_is_refused(tmp_path: Path) -> None:
    settings = merge_settings(written(tmp_path, TEXT), {"commission_per_lot": 3.5})
    with pytest.raises(ConfigError, match="not both"):
        settings.make_costs()


def test_a_word_too_many_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="per_lots"):
        merge_settings(written(tmp_path, "[costs.commission]\nper_lots = 3\n"), {})
