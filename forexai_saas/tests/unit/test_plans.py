"""The table of plans: what the product promises, and that a spoiled one is refused."""

from __future__ import annotations

from itertools import pairwise

import pytest

from forexai_core.errors import BillingError, ConfigError
from forexai_saas import plan_table
from forexai_saas.pages import list_plans
from forexai_saas.plans import read_plan_table

SMALL = """
[features.backtests]
title = "backtests"
period = "day"
[[plans]]
name = "free"
title = "Free"
market_data_delay_minutes = 15
alerts = []
extras = []
[plans.allowances]
backtests = 3
"""


def test_the_promised_limits_stand_in_the_table():
    rows = {
        name: [plan.price_usd_a_month, plan.market_data_delay_minutes, *plan.allowances.values()]
        for name, plan in plan_table().plans.items()
    }
    assert list(plan_table().features) == [
        "backtests", "ai_questions", "api_requests",
        "strategies", "data_sources", "broker_connections", "live_trades", "ml_bots",
    ]  # fmt: skip
    assert rows == {
        "free": [0, 15, 3, 10, 0, 1, 1, 1, 0, 0],
        "pro": [29, 0, None, None, 1_000, 5, 3, 3, 10, 1],
        "premium": [99, 0, None, None, 10_000, None, None, None, 50, 10],
        "enterprise": [None, 0, None, None, None, None, None, None, None, None],
    }


def test_a_larger_plan_allows_at_least_as_much_of_everything():
    plans = list(plan_table().plans.values())
    for smaller, larger in pairwise(plans):
        for name, allowed in smaller.allowances.items():
            more = larger.allowances[name]
            assert more is None or (allowed is not None and more >= allowed), (smaller.name, name)
        assert set(smaller.alerts) <= set(larger.alerts)


def test_the_next_plan_that_allows_more_is_named():
    table = plan_table()
    assert table.larger(table.plan("free"), "backtests").name == "pro"
    assert table.larger(table.plan("pro"), "live_trades").name == "premium"
    assert table.larger(table.plan("pro"), "backtests") is None
    assert table.larger(table.plan("enterprise"), "ml_bots") is None


def test_mistyped_names_are_helped_with():
    with pytest.raises(ConfigError, match="'premium'"):
        plan_table().plan("premum")
    with pytest.raises(BillingError, match="'backtests'"):
        plan_table().feature("backtest")


def test_a_sound_table_is_read():
    table = read_plan_table(SMALL)
    assert table.plan("free").price_usd_a_month is None
    assert dict(table.plan("free").allowances) == {"backtests": 3}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[[plans]]", "[[plans"),
        ("backtests = 3", "backtests = -1"),
        ("backtests = 3", "backtests = 2.5"),
        ("backtests = 3", "backtests = true"),
        ("backtests = 3", 'backtests = "some"'),
        ("backtests = 3", "bots = 3"),
        ("backtests = 3", "backtests = 3\nbots = 1"),
        ('period = "day"', 'period = "week"'),
        ('title = "Free"', 'title = "Free"\ncolour = "red"'),
        ('name = "free"', 'name = "Free Plan"'),
        (SMALL[SMALL.index("[[plans]]") :], SMALL[SMALL.index("[[plans]]") :] * 2),
    ],
)
def test_a_spoiled_table_is_refused(old, new):
    assert old in SMALL
    with pytest.raises(ConfigError, match="plan"):
        read_plan_table(SMALL.replace(old, new))


async def test_the_list_for_the_page_holds_every_plan():
    listed = await list_plans()
    assert [each["name"] for each in listed] == ["free", "pro", "premium", "enterprise"]
    assert listed[0]["allowances"]["backtests"] == {"title": "backtests", "period": "day", "units": 3}
    assert listed[3]["allowances"]["ml_bots"]["units"] is None
