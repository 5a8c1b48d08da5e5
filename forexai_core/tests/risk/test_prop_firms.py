"""Rule sets of prop firms: worked by hand over days, daylight saving and restarts; and what they say of an account."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from risk.accounts import opening, utc_ns

from forexai_core.errors import ConfigError, DataFormatError
from forexai_core.risk import RiskControl, Sighting, TrailingDrawdown
from forexai_core.risk.objectives import ObjectiveTracker
from forexai_core.risk.prop_firms import prop_firm, prop_firm_names, prop_firm_schema, read_prop_firm
from forexai_core.risk.settings import Risk
from forexai_core.values.calendar import EconomicEvent
from forexai_core.values.clocks import Clock
from forexai_core.values.timeframes import NS_PER_DAY

NEWS = EconomicEvent(time_ns=utc_ns("2024-03-12 12:30"), currency="USD", impact="high", title="CPI")
LATER = EconomicEvent(time_ns=utc_ns("2025-03-12 12:30"), currency="USD", impact="high", title="CPI")


def control(name, *, start, balance=100_000.0):
    risk = Risk(prop_firm=name, news=(NEWS, LATER))
    return RiskControl.of(risk, balance=balance, time_ns=utc_ns(start), clock=Clock.of("new-york+7"))


def see(risk, time, equity, balance=None):
    seen = Sighting.at(utc_ns(time), balance=equity if balance is None else balance, equity=equity)
    return [breach.rule for breach in risk.see(seen)]


def floors(risk):
    return {floor.rule.removeprefix("prop-firm-"): round(floor.equity, 6) for floor in risk.watch.floors}


# Midnight of Prague is 23:00 UTC in winter and 22:00 in summer; of New York + 7 h 22:00 and 21:00.
GOLDEN = {
    "two-step-balance": [
        # Friday before Europe's spring change: the balance at midnight counts, not the equity.
        ("2024-03-29 12:00", 101_000.0, 101_000.0, {"daily-loss": 95_000, "total-loss": 90_000}, []),
        ("2024-03-29 22:59", 104_000.0, 102_000.0, {"daily-loss": 95_000, "total-loss": 90_000}, []),
        ("2024-03-29 23:00", 104_000.0, 102_000.0, {"daily-loss": 97_000, "total-loss": 90_000}, []),
        # Monday's night after it: one hour earlier in UTC.
        ("2024-04-01 21:59", 99_000.0, 99_000.0, {"daily-loss": 97_000, "total-loss": 90_000}, []),
        ("2024-04-01 22:00", 99_000.0, 99_000.0, {"daily-loss": 94_000, "total-loss": 90_000}, []),
        ("2024-04-02 10:00", 94_000.0, 99_000.0, {"daily-loss": 94_000, "total-loss": 90_000}, []),
        (
            "2024-04-02 10:01",
            93_999.99,
            99_000.0,
            {"daily-loss": 94_000, "total-loss": 90_000},
            ["prop-firm-daily-loss"],
        ),
        # Autumn: back to 23:00.
        ("2024-10-28 22:59", 99_000.0, 99_000.0, None, []),
        ("2024-10-28 23:00", 98_000.0, 98_000.0, {"daily-loss": 94_000, "total-loss": 90_000}, []),
        ("2024-10-29 23:00", 98_000.0, 98_000.0, {"daily-loss": 93_000, "total-loss": 90_000}, []),
    ],
    "two-step-larger": [
        # New York changes on 10 March: midnight of the server moves from 22:00 to 21:00 UTC.
        ("2024-03-08 21:59", 104_000.0, 102_000.0, {"daily-loss": 95_000, "total-loss": 90_000}, []),
        ("2024-03-08 22:00", 104_000.0, 102_000.0, {"daily-loss": 98_800, "total-loss": 90_000}, []),
        ("2024-03-11 20:59", 100_000.0, 101_000.0, {"daily-loss": 98_800, "total-loss": 90_000}, []),
        ("2024-03-11 21:00", 100_000.0, 101_000.0, {"daily-loss": 95_950, "total-loss": 90_000}, []),
        ("2024-11-01 20:59", 100_000.0, 100_000.0, None, []),
        ("2024-11-01 21:00", 101_000.0, 101_000.0, {"daily-loss": 95_000, "total-loss": 90_000}, []),
        ("2024-11-04 21:59", 102_000.0, 102_000.0, {"daily-loss": 95_950, "total-loss": 90_000}, []),
        ("2024-11-04 22:00", 102_000.0, 102_000.0, {"daily-loss": 96_900, "total-loss": 90_000}, []),
    ],
    "one-step-trailing": [
        ("2024-01-10 20:00", 104_000.0, 100_000.0, {"daily-loss": 97_000, "total-loss": 94_000}, []),
        ("2024-01-10 21:59", 104_000.0, 104_000.0, {"daily-loss": 97_000, "total-loss": 94_000}, []),
        ("2024-01-10 22:00", 104_000.0, 104_000.0, {"daily-loss": 100_880, "total-loss": 98_000}, []),
        ("2024-01-11 21:59", 109_000.0, 109_000.0, {"daily-loss": 100_880, "total-loss": 98_000}, []),
        ("2024-01-11 22:00", 109_000.0, 109_000.0, {"daily-loss": 105_730, "total-loss": 100_000}, []),  # locked
        (
            "2024-01-12 03:00",
            99_999.0,
            99_999.0,
            {"daily-loss": 105_730, "total-loss": 100_000},
            ["prop-firm-daily-loss", "prop-firm-total-loss"],
        ),
    ],
    "intraday-trailing": [
        ("2024-01-10 12:00", 102_000.0, 100_000.0, {"total-loss": 97_000}, []),
        ("2024-01-10 12:01", 101_000.0, 100_000.0, {"total-loss": 97_000}, []),
        ("2024-01-10 12:02", 105_000.0, 100_000.0, {"total-loss": 100_000}, []),
        ("2024-01-10 12:03", 108_000.0, 100_000.0, {"total-loss": 100_000}, []),
        ("2024-01-10 12:04", 100_000.0, 100_000.0, {"total-loss": 100_000}, []),
        ("2024-01-10 12:05", 99_999.0, 100_000.0, {"total-loss": 100_000}, ["prop-firm-total-loss"]),
    ],
    "end-of-day-trailing": [
        ("2024-01-10 12:00", 103_000.0, 101_000.0, {"daily-loss": 98_000, "total-loss": 96_000}, []),
        ("2024-01-10 22:00", 103_000.0, 101_000.0, {"daily-loss": 101_000, "total-loss": 97_000}, []),
        (
            "2024-01-10 23:00",
            100_999.0,
            101_000.0,
            {"daily-loss": 101_000, "total-loss": 97_000},
            ["prop-firm-daily-loss"],
        ),
    ],
    "funded-no-news": [
        ("2024-03-12 12:00", 100_000.0, 100_000.0, {"daily-loss": 95_000, "total-loss": 90_000}, []),
    ],
}  # fmt: skip


def test_every_set_that_ships_has_its_golden_case_and_says_what_it_is_not():
    assert set(GOLDEN) == set(prop_firm_names())
    for name in prop_firm_names():
        rules = prop_firm(name)
        assert rules.name == name
        assert "not the terms of any firm" in rules.note


@pytest.mark.parametrize("restarts", [False, True])
@pytest.mark.parametrize("name", GOLDEN)
def test_by_hand(name, restarts):
    risk = control(
        name, start="2024-01-10 00:00" if GOLDEN[name][0][0] < "2024-03" else GOLDEN[name][0][0][:10] + " 01:00"
    )
    for time, equity, balance, expected, breaches in GOLDEN[name]:
        assert see(risk, time, equity, balance) == breaches, time
        assert expected is None or floors(risk) == expected, time
        if restarts:
            state = json.loads(json.dumps(risk.to_dict()))
            risk = control(name, start="2020-01-01 00:00", balance=1.0)
            risk.restore(state)


def test_a_broken_limit_of_a_firm_stays_broken_and_refuses():
    risk = control("two-step-larger", start="2024-01-10 00:00")
    see(risk, "2024-01-10 10:00", 94_000.0)
    see(risk, "2024-01-15 10:00", 100_000.0)
    answer = risk.judge(opening(100_000.0, 1.0))
    assert [verdict.rule for verdict in answer.refusals] == ["prop-firm-daily-loss"]
    (limit,) = [each for each in risk.report().limits if each.rule == "prop-firm-daily-loss"]
    assert limit.breaches == 1
    assert str(limit).startswith("BROKEN")


def test_the_veto_comes_before_the_breach():
    risk = control("two-step-larger", start="2024-01-10 00:00")
    assert risk.judge(opening(100_000.0, 5_000.0)).allowed
    assert not risk.judge(opening(100_000.0, 5_000.01)).allowed


def test_nothing_opens_near_news():
    risk = control("funded-no-news", start="2024-03-12 01:00")
    for minutes, allowed in ((-3, True), (-2, False), (0, False), (2, False), (3, True)):
        order = opening(100_000.0, 1.0, time_ns=NEWS.time_ns + minutes * 60 * 10**9)
        assert risk.judge(order).allowed is allowed, minutes


def test_a_set_with_news_asks_for_the_calendar():
    with pytest.raises(ConfigError, match="give the calendar"):
        Risk(prop_firm="funded-no-news")


def test_the_distance_and_the_objectives_are_reported():
    risk = control("intraday-trailing", start="2024-01-10 00:00")
    balance = 100_000.0
    for day, profit in enumerate([1_000.0, 4_000.0, -500.0, 1_500.0, 1_000.0, 1_000.0]):
        time = f"2024-01-{10 + day} 12:00"
        risk.note_opening(utc_ns(time))
        balance += profit
        see(risk, time, balance)
    report = risk.report()
    assert [(each.name, each.needed, each.reached, each.met) for each in report.objectives] == [
        ("profit_target", 6_000.0, 8_000.0, True),
        ("min_trading_days", 5.0, 6.0, True),
        ("best_day_share", 0.5, 0.5, True),
    ]
    (limit,) = report.limits
    assert (limit.distance, limit.nearest) == (8_000.0, 4_500.0)
    assert "check it against the firm's own terms" in report.lines()["Prop firm"]
    balance += 100.0
    risk.move_money(50_000.0)
    assert risk.report().objectives[0].reached == 8_000.0


def test_a_best_day_that_made_too_much_is_not_consistent():
    risk = control("end-of-day-trailing", start="2024-01-10 00:00")
    see(risk, "2024-01-10 12:00", 105_000.0)
    see(risk, "2024-01-11 12:00", 110_000.0)
    (share,) = [each for each in risk.report().objectives if each.name == "best_day_share"]
    assert (share.reached, share.met) == (0.5, False)


def test_a_set_is_read_from_a_file_and_its_mistakes_are_named(tmp_path):
    file = tmp_path / "mine.toml"
    good = 'name = "mine"\ntitle = "Mine"\nas_of = 2026-11-01\n[daily_loss]\nfraction = 0.03\n'
    file.write_text(good)
    rules = read_prop_firm(file)
    assert (rules.daily_loss.fraction, rules.daily_loss.reference, rules.total_loss) == (0.03, "larger", None)
    for text, said in (
        (good.replace("0.03", "3"), "daily_loss.fraction"),
        (good + "max_loss = 1\n", "daily_loss.max_loss"),
        ("name = ", "no TOML"),
    ):
        file.write_text(text)
        with pytest.raises(DataFormatError, match=said):
            read_prop_firm(file)
    file.write_text(good + 'clock = "Europe/Nowhere"\n')
    with pytest.raises(ConfigError, match="no clock"):
        read_prop_firm(file)
    with pytest.raises(ConfigError, match="two-step-larger"):
        prop_firm("two-step-larger-")


def test_the_schema_is_published():
    published = Path(__file__).parents[3] / "docs" / "schemas" / "prop-firm-1.json"
    assert json.loads(published.read_text(encoding="utf-8")) == json.loads(json.dumps(prop_firm_schema()))


def test_objectives_that_are_met_to_the_cent_are_met():
    tracker = ObjectiveTracker(Clock.of("new-york+7"), balance=100_000.1, time_ns=0)
    for day, balance in enumerate((103_500.1, 103_500.1, 107_000.1), start=1):
        tracker.see(Sighting.at(day * NS_PER_DAY, balance=balance, equity=balance))
    asked = {"profit_target": 0.07 * 100_000.0, "min_trading_days": 0}
    target, share = tracker.standings(best_day_share=0.5, **asked)
    assert target.needed > 7_000.0  # by binary noise alone
    assert (target.met, share.met) == (True, True)
    assert not tracker.standings(best_day_share=0.49, **asked)[1].met
    assert not tracker.standings(profit_target=7_000.01, min_trading_days=0, best_day_share=None)[0].met


@pytest.mark.parametrize("line", ['trails = "intraday"', 'measure = "equity"', "lock_fraction = 0.0"])
def test_a_limit_that_trails_has_to_say_so(tmp_path, line):
    file = tmp_path / "mine.toml"
    text = f'name = "mine"\ntitle = "Mine"\nas_of = 2026-01-01\n[total_loss]\nfraction = 0.1\n{line}\n'
    file.write_text(text, encoding="utf-8")
    with pytest.raises(DataFormatError, match="say kind = 'trailing'"):
        read_prop_firm(file)
    file.write_text(f'{text}kind = "trailing"\n', encoding="utf-8")
    (rule,) = read_prop_firm(file).rules()
    assert isinstance(rule, TrailingDrawdown)


def test_an_account_that_has_traded_is_held_to_what_it_began_with():
    risk = Risk(prop_firm="two-step-balance", max_total_loss_fraction=0.08, initial_balance=100_000.0)
    held = RiskControl.of(risk, balance=97_000.0, time_ns=utc_ns("2024-03-12 08:00"), clock=Clock.of("new-york+7"))
    marks = held.watch.marks
    assert (marks["total-loss"].floor, marks["prop-firm-total-loss"].floor) == (92_000.0, 90_000.0)
    assert marks["prop-firm-daily-loss"].floor == 92_000.0  # 5 % of what it began with, from the present balance
    target = {each.name: each for each in held.report().objectives}["profit_target"]
    assert (target.needed, target.reached) == (10_000.0, -3_000.0)
    held.move_money(50_000.0)
    assert marks["prop-firm-total-loss"].floor == 140_000.0


def test_a_firm_s_lock_and_mark_are_reckoned_from_what_the_account_began_with():
    stated = TrailingDrawdown(limit_fraction=0.04, of="initial", lock_fraction=0.0, initial_balance=50_000.0)
    mark = stated.begin(balance=49_000.0, equity=49_000.0)
    assert mark.floor == 48_000.0  # the account once had its initial balance, so the mark is no lower
    stated.rise(mark, 60_000.0)
    assert mark.floor == 50_000.0
    assert stated.begin(balance=51_000.0, equity=51_000.0).floor == 49_000.0


@pytest.mark.parametrize("wrong", [0.0, -1.0, float("nan"), float("inf"), "100000", True])
def test_an_initial_balance_that_is_none_is_named(wrong):
    with pytest.raises(ConfigError, match="initial_balance"):
        Risk(max_total_loss_fraction=0.1, initial_balance=wrong)
