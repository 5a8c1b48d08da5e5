"""The [risk] table: a backtest has what is given, a session its defaults besides."""

from __future__ import annotations

import pytest
from pydantic import ValidationError
from risk.accounts import utc_ns

from forexai_core.cli.backtest_settings import merge_settings
from forexai_core.errors import ConfigError
from forexai_core.risk import DailyLoss
from forexai_core.risk.settings import Risk
from forexai_core.risk.tables import RiskTable
from forexai_core.values.calendar import EconomicEvent

EVENT = EconomicEvent(time_ns=utc_ns("2024-03-08 13:30"), currency="USD", impact="high", title="NFP")


def names(risk):
    return [rule.name for rule in risk.all_rules()]


def test_a_backtest_has_no_limits_unless_given():
    assert RiskTable().of_backtest() is None
    assert names(RiskTable(max_positions=3).of_backtest()) == ["max-positions"]


def test_a_session_has_its_defaults_unless_it_says_none():
    usual = RiskTable().of_session()
    assert names(usual) == ["daily-loss", "position-risk", "max-positions", "orders-per-minute"]
    (daily,) = [rule for rule in usual.all_rules() if isinstance(rule, DailyLoss)]
    assert (daily.limit_fraction, daily.reference, daily.of, daily.clock, daily.latch) == (
        0.02,
        "larger",
        "reference",
        None,
        "person",
    )
    assert usual.max_position_risk_fraction == 0.05
    own = RiskTable(max_daily_loss_fraction=0.01, max_drawdown_fraction=0.2).of_session()
    assert (own.max_daily_loss_fraction, own.max_positions, own.max_drawdown_fraction) == (0.01, 10, 0.2)
    assert RiskTable(none=True).of_session() is None
    with pytest.raises(ConfigError, match="max_positions"):
        RiskTable(none=True, max_positions=3).of_session()


def test_every_limit_of_the_table_is_one_of_fx_risk():
    ours = set(RiskTable.model_fields) - {"none", "news_timezone"}
    assert ours == {field for field in Risk.__annotations__ if field != "rules"}


def test_a_calendar_is_read_by_whoever_can():
    table = RiskTable(news="calendar.csv", news_timezone="UTC", news_minutes_before=5)
    asked = []
    risk = table.of_backtest(lambda file, timezone: asked.append((file, timezone)) or (EVENT,))
    assert asked == [("calendar.csv", "UTC")]
    assert risk.news == (EVENT,)
    with pytest.raises(ConfigError, match="no calendar"):
        table.of_backtest()


def test_files_of_the_table_lie_beside_the_settings(tmp_path):
    (tmp_path / "calendar.csv").write_text("timestamp,currency,impact,title\n2024-03-08T13:30:00Z,USD,high,NFP\n")
    (tmp_path / "mine.toml").write_text(
        'name = "mine"\ntitle = "M"\nas_of = 2026-01-01\n[total_loss]\nfraction = 0.08\n'
    )
    (tmp_path / "run.toml").write_text(
        '[risk]\nnews = "calendar.csv"\nprop_firm = "mine.toml"\ntrading_hours = "mon-fri 08:00-17:00"\n'
    )
    risk = merge_settings(tmp_path / "run.toml", {}).make_risk()
    assert names(risk) == ["trading-hours", "news", "prop-firm-total-loss"]
    assert risk.news[0].title == "NFP"
    chosen = merge_settings(tmp_path / "run.toml", {"prop_firm": "two-step-larger"}).make_risk()
    assert chosen.prop_firm.name == "two-step-larger"


@pytest.mark.parametrize(
    "given",
    [
        {"max_daily_loss_fraction": 2.0},
        {"trading_hours": "8-9"},
        {"daily_loss_clock": "Mars/Olympus"},
        {"prop_firm": "no-such-firm"},
        {"max_correlated_positions": 0},
    ],
)
def test_senseless_limits_are_refused_at_once(given):
    with pytest.raises(ConfigError):
        RiskTable(**given).of_session()


def test_an_unknown_key_is_refused():
    with pytest.raises(ValidationError):
        RiskTable(max_daly_loss_fraction=0.02)


@pytest.mark.parametrize(
    ("given", "limit"),
    [
        ({"trading_clock": "UTC"}, "trading_hours"),
        ({"trading_clock": "UTC", "trading_hours": ()}, "trading_hours"),
        ({"news_minutes_after": 0}, "news"),
        ({"news_timezone": "UTC"}, "news"),
        ({"correlation_threshold": 0.5}, "max_correlated_positions"),
    ],
)
def test_what_limits_nothing_is_refused(given, limit):
    with pytest.raises(ConfigError, match=rf"\[risk\] {next(iter(given))} = .*without {limit} it limits nothing"):
        RiskTable(**given).check_effect()
    RiskTable().check_effect()
    RiskTable(trading_clock="UTC", trading_hours="mon-fri 08:00-17:00").check_effect()
