"""Metrics against values that follow from a formula or a sheet of paper."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import numpy as np
import pytest

from forexai_core.arrays import EQUITY, TRADE
from forexai_core.errors import DataShapeError
from forexai_core.metrics import METRICS, MarketHours, compute, daily_equity, exposure, monthly_returns, return_ratios

DAY = 86_400_000_000_000
HOUR = DAY // 24


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1_000_000_000


def curve(times: list[int] | np.ndarray, values: list[float] | np.ndarray) -> np.ndarray:
    rows = np.zeros(len(times), EQUITY)
    rows["time_ns"], rows["equity"], rows["balance"] = times, values, values
    return rows


def trades_of(net: list[float], **columns: object) -> np.ndarray:
    rows = np.zeros(len(net), TRADE)
    rows["net_profit"] = rows["profit"] = net
    rows["ticket"], rows["side"], rows["symbol"] = np.arange(1, len(net) + 1), 1, "EURUSD"
    for name, values in columns.items():
        rows[name] = values
    return rows


NONE = trades_of([])


def test_the_mapping_has_every_defined_figure_in_order() -> None:
    figures = compute(NONE, curve([], []), initial_balance=10_000)
    assert list(figures) == list(METRICS)
    with pytest.raises(TypeError):
        figures["sharpe"] = 1.0  # type: ignore[index]


def test_no_trades_and_no_rows() -> None:
    figures = compute(NONE, curve([], []), initial_balance=10_000)
    zero = {"net_profit", "gross_profit", "gross_loss", "total_commission", "total_swap", "return_pct"}
    zero |= {"total_trades", "wins", "losses", "longest_win_streak", "longest_loss_streak"}
    zero |= {"max_drawdown", "max_drawdown_pct"}
    assert {name for name, value in figures.items() if value == 0} == zero
    assert figures["initial_balance"] == figures["final_equity"] == 10_000
    undefined = set(METRICS) - zero - {"initial_balance", "final_equity"}
    assert all(figures[name] is None for name in undefined)


def test_five_trades_worked_by_hand() -> None:
    # Risk 100 each: R = 2, -1, 0.5, -1, 3 → mean 0.7, deviations 1.3 -1.7 -0.2 -1.7 2.3,
    # squares 1.69 2.89 0.04 2.89 5.29 = 12.8, variance 3.2.
    trades = trades_of(
        [200.0, -100.0, 50.0, -100.0, 300.0],
        commission=[-7.0] * 5,
        swap=[-1.5, 0.0, 0.5, 0.0, -2.0],
        mae=[-10.0, -100.0, -20.0, -110.0, 0.0],
        mfe=[250.0, 5.0, 80.0, 0.0, 310.0],
        open_time_ns=np.arange(5) * DAY,
        close_time_ns=np.arange(5) * DAY + np.array([1, 2, 3, 4, 5]) * HOUR,
    )
    balance = 10_000 + np.cumsum(trades["net_profit"])
    rows = curve(at("2024-01-02T12:00") + np.arange(5) * DAY, balance)  # Tuesday to Saturday 07:00 New York
    figures = compute(trades, rows, initial_balance=10_000, initial_risk=np.full(5, 100.0))
    expected = {
        "net_profit": 350.0,
        "gross_profit": 550.0,
        "gross_loss": -200.0,
        "total_commission": -35.0,
        "total_swap": -3.0,
        "total_trades": 5,
        "wins": 3,
        "losses": 2,
        "win_rate": 0.6,
        "profit_factor": 2.75,
        "expectancy": 70.0,
        "avg_win": 550 / 3,
        "avg_loss": -100.0,
        "payoff": 5.5 / 3,
        "best": 300.0,
        "worst": -100.0,
        "longest_win_streak": 1,
        "longest_loss_streak": 1,
        "avg_mae": -48.0,
        "avg_mfe": 129.0,
        "avg_holding_s": 3 * 3600.0,
        "max_drawdown": 150.0,  # 10,200 → 10,050, past 10,150
        "max_drawdown_pct": 100 * 150 / 10_200,
        "recovery_factor": 350 / 150,
        "return_pct": 3.5,
        "sqn": math.sqrt(5) * 0.7 / math.sqrt(3.2),
    }
    for name, value in expected.items():
        assert figures[name] == pytest.approx(value, rel=1e-12), name
    assert figures["max_drawdown_intrabar"] is None
    assert figures["exposure"] is None


def test_constant_growth_has_no_sharpe_and_the_growth_of_the_formula() -> None:
    growth, days = 0.001, 400
    start = at("2022-01-03T12:00")
    times = start + DAY * np.arange(1, days + 1)
    rows = curve(times, 10_000 * (1 + growth) ** np.arange(1, days + 1))
    figures = compute(NONE, rows, initial_balance=10_000, trades_at_weekends=True, start_ns=start)
    assert figures["sharpe"] is None
    assert figures["sortino"] is None
    assert figures["calmar"] is None
    assert figures["max_drawdown"] == figures["ulcer"] == 0
    assert figures["cagr"] == pytest.approx(1.001**365.25 - 1, rel=1e-12)


@pytest.mark.parametrize(("weekends", "per_year"), [(True, 365), (False, 252)])
def test_alternating_returns(weekends: bool, per_year: int) -> None:
    # r = +2 %, -1 %, ... : mean 0.5 %, population deviation 1.5 %, downside √(0.01²/2).
    returns = np.tile([0.02, -0.01], 200)
    if weekends:
        times = at("2021-05-03T20:59") + DAY * np.arange(400)
    else:
        weeks = np.arange(80)[:, None] * 7 + np.arange(5)
        times = at("2021-05-03T16:00") + DAY * weeks.ravel()
    figures = compute(
        NONE, curve(times, 1_000 * np.cumprod(1 + returns)), initial_balance=1_000, trades_at_weekends=weekends
    )
    assert figures["sharpe"] == pytest.approx(0.005 / (0.015 * math.sqrt(400 / 399)) * math.sqrt(per_year), rel=1e-10)
    assert figures["sortino"] == pytest.approx(0.005 / math.sqrt(0.0001 / 2) * math.sqrt(per_year), rel=1e-10)
    assert figures["max_drawdown_pct"] == pytest.approx(1.0, rel=1e-10)
    assert figures["ulcer"] == pytest.approx(math.sqrt(0.5), rel=1e-10)
    assert figures["calmar"] == pytest.approx(figures["cagr"] / 0.01, rel=1e-10)


def test_a_sine_of_equity() -> None:
    # E = 10,000 + 1,000 sin(x): falls from the crest to the trough, 2,000 of 11,000.
    steps = np.arange(1, 1 + 4 * 365)
    values = 10_000 + 1_000 * np.sin(2 * np.pi * steps / 364)
    figures = compute(
        NONE, curve(at("2020-01-01T12:00") + steps * DAY, values), initial_balance=10_000, trades_at_weekends=True
    )
    assert figures["max_drawdown"] == pytest.approx(2_000.0, rel=1e-12)
    assert figures["max_drawdown_pct"] == pytest.approx(100 * 2 / 11, rel=1e-12)
    # From the crest on the drawdown is (1000 - 1000 sin) / 11000; before it, 0 on the way up.
    peaks = np.maximum.accumulate(np.maximum(values, 10_000))
    assert figures["ulcer"] == pytest.approx(100 * math.sqrt(np.mean((1 - values / peaks) ** 2)), rel=1e-12)


def test_money_and_percent_drawdown_stand_apart() -> None:
    # 100 of 1,000 is 10 %; later 500 of 10,000 is only 5 %.
    rows = curve(at("2024-01-02T12:00") + HOUR * np.arange(4), [1_000.0, 900.0, 10_000.0, 9_500.0])
    figures = compute(NONE, rows, initial_balance=1_000)
    assert figures["max_drawdown"] == 500.0
    assert figures["max_drawdown_pct"] == pytest.approx(10.0)


def test_differences_of_money_are_rounded_to_its_digits_and_fractions_are_not() -> None:
    # 10,635.66 - 10,000.1 is 635.5599999999995 in binary fractions, and the lowest row lies 0.1 + 0.2 below that.
    values = [10_635.66, 10_000.1]
    rows = curve(at("2024-01-02T12:00") + HOUR * np.arange(2), values)
    lows = np.array(values) - (0.1 + 0.2)
    plain = compute(NONE, rows, initial_balance=10_000, lowest_equity=lows)
    figures = compute(NONE, rows, initial_balance=10_000, lowest_equity=lows, money_digits=2)
    assert plain["max_drawdown"] == 10_635.66 - 10_000.1 != 635.56
    assert plain["max_drawdown_intrabar"] != 635.86
    assert (figures["max_drawdown"], figures["max_drawdown_intrabar"]) == (635.56, 635.86)
    assert figures["max_drawdown_pct"] == plain["max_drawdown_pct"] == 100 * (1 - 10_000.1 / 10_635.66)
    assert compute(NONE, rows, initial_balance=10_000, money_digits=0)["final_equity"] == 10_000


def test_the_initial_balance_is_the_first_peak() -> None:
    rows = curve([at("2024-01-02T12:00")], [9_000.0])
    figures = compute(NONE, rows, initial_balance=10_000)
    assert figures["max_drawdown"] == 1_000.0
    assert figures["ulcer"] == pytest.approx(10.0)
    assert figures["sharpe"] is None  # one day has no spread


def test_lows_inside_bars_count_from_peaks_at_earlier_closes() -> None:
    rows = curve(at("2024-01-02T12:00") + HOUR * np.arange(3), [10_500.0, 10_400.0, 11_000.0])
    lows = np.array([9_900.0, 10_100.0, 10_390.0])
    figures = compute(NONE, rows, initial_balance=10_000, lowest_equity=lows)
    assert figures["max_drawdown"] == 100.0
    assert figures["max_drawdown_intrabar"] == 400.0
    assert figures["max_drawdown_intrabar_pct"] == pytest.approx(100 * 400 / 10_500)


def test_all_wins_leave_losses_undefined() -> None:
    figures = compute(trades_of([10.0, 20.0]), curve([], []), initial_balance=100)
    assert figures["win_rate"] == 1.0
    assert [figures[name] for name in ("profit_factor", "payoff", "avg_loss")] == [None, None, None]
    assert figures["gross_loss"] == 0.0


def test_a_trade_of_nothing_is_neither_won_nor_lost() -> None:
    figures = compute(trades_of([10.0, 0.0, 10.0, -5.0]), curve([], []), initial_balance=100)
    assert (figures["wins"], figures["losses"], figures["win_rate"]) == (2, 1, 0.5)
    assert figures["longest_win_streak"] == 1


def test_ruin_leaves_returns_undefined() -> None:
    times = at("2024-01-02T12:00") + DAY * np.arange(3)
    figures = compute(NONE, curve(times, [500.0, -100.0, -100.0]), initial_balance=1_000)
    assert [figures[name] for name in ("sharpe", "sortino", "cagr", "calmar")] == [None] * 4
    assert figures["max_drawdown_pct"] == pytest.approx(110.0)
    lost_all = compute(NONE, curve(times, [500.0, 100.0, 0.0]), initial_balance=1_000)
    assert lost_all["cagr"] == -1.0
    assert lost_all["sortino"] < 0


def test_a_growth_beyond_numbers_is_undefined() -> None:
    rows = curve(at("2024-01-02T12:00") + np.arange(2), [1_000.0, 1e9])
    assert compute(NONE, rows, initial_balance=1_000)["cagr"] is None


@pytest.mark.parametrize("risk", [[100.0, 0.0], [100.0, math.nan], [100.0, math.inf], [100.0, -1.0]])
def test_sqn_needs_every_risk(risk: list[float]) -> None:
    figures = compute(trades_of([10.0, 20.0]), curve([], []), initial_balance=100, initial_risk=np.array(risk))
    assert figures["sqn"] is None


def test_sqn_counts_at_most_a_hundred_trades() -> None:
    net = [3.0, -1.0] * 100
    figures = compute(trades_of(net), curve([], []), initial_balance=100, initial_risk=np.ones(200))
    assert figures["sqn"] == pytest.approx(10 * np.mean(net) / np.std(net, ddof=1))
    same = compute(trades_of([0.1] * 9), curve([], []), initial_balance=100, initial_risk=np.full(9, 0.3))
    assert same["sqn"] is None


@pytest.mark.parametrize(
    ("net", "total"),
    [
        ([117.07] * 3, 351.21),
        ([0.1 + 0.2, 12.34], 12.64),  # a net profit carries the noise of profit + commission + swap
        ([1_500.0, -20.0], 1_480.0),  # yen
        ([0.00012345, 0.00000005], 0.0001235),  # coins
        ([1e9 + 0.01, -1e9, 0.02], 0.03),
        ([1 / 3, 1 / 3], 2 / 3),  # never rounded by anyone: left alone
        ([], 0.0),
    ],
)
def test_sums_of_rounded_money_are_the_decimals_that_a_person_adds(net: list[float], total: float) -> None:
    figures = compute(trades_of(net), curve([], []), initial_balance=100)
    assert str(figures["net_profit"]) == str(total)


def test_the_best_and_worst_trades_are_rounded_money_too() -> None:
    figures = compute(trades_of([0.1 + 0.2, -(0.1 + 0.2)]), curve([], []), initial_balance=100)
    assert (figures["best"], figures["worst"]) == (0.3, -0.3)


def test_sums_of_money_are_exact() -> None:
    assert compute(trades_of([0.1] * 10), curve([], []), initial_balance=100)["net_profit"] == 1.0


def test_the_day_ends_at_five_in_new_york_in_summer_and_winter() -> None:
    for five, day in (("2024-01-10T22:00", "2024-01-10"), ("2024-07-10T21:00", "2024-07-10")):
        times = np.array([at(five) - 1, at(five), at(five) + 1])
        daily = daily_equity(times, np.array([1.0, 2.0, 3.0]))
        assert [str(each) for each in daily.day] == [day, day[:-2] + "11"]
        assert daily.equity.tolist() == [2.0, 3.0]


def test_sunday_joins_monday_and_flat_days_count() -> None:
    times = np.array([at("2024-03-08T20:00"), at("2024-03-10T20:00"), at("2024-03-10T23:00"), at("2024-03-14T10:00")])
    daily = daily_equity(times, np.array([1.0, 2.0, 3.0, 4.0]))  # Friday, Sunday, Sunday evening, Thursday
    assert [str(each) for each in daily.day] == ["2024-03-08", "2024-03-11", "2024-03-12", "2024-03-13", "2024-03-14"]
    assert daily.equity.tolist() == [1.0, 3.0, 3.0, 3.0, 4.0]
    every = daily_equity(times, np.array([1.0, 2.0, 3.0, 4.0]), trades_at_weekends=True)
    assert [str(each) for each in every.day] == [f"2024-03-{day:02d}" for day in range(8, 15)]
    assert every.equity.tolist() == [1.0, 1.0, 2.0, 3.0, 3.0, 3.0, 4.0]


def test_a_run_that_ends_on_a_saturday_ends_with_monday() -> None:
    times = np.array([at("2024-03-08T20:00"), at("2024-03-09T10:00")])
    daily = daily_equity(times, np.array([1.0, 2.0]))
    assert [str(each) for each in daily.day] == ["2024-03-08", "2024-03-11"]
    assert daily.equity.tolist() == [1.0, 2.0]


def test_months_multiply_to_the_whole() -> None:
    times = at("2023-11-06T12:00") + DAY * np.arange(120)
    values = 1_000 * np.cumprod(1 + np.sin(np.arange(120)) / 100)
    months = monthly_returns(daily_equity(times, values), initial_balance=1_000)
    assert [(each.year, each.month) for each in months] == [(2023, 11), (2023, 12), (2024, 1), (2024, 2), (2024, 3)]
    assert math.prod(1 + each.fraction for each in months) == pytest.approx(values[-1] / 1_000)
    assert math.fsum(each.profit for each in months) == pytest.approx(values[-1] - 1_000)
    assert monthly_returns(daily_equity(times[:0], values[:0]), initial_balance=1_000) == ()


def test_a_month_after_ruin_has_no_return() -> None:
    times = at("2024-01-31T12:00") + DAY * np.arange(2)
    months = monthly_returns(daily_equity(times, np.array([-1.0, 5.0])), initial_balance=10)
    assert [each.fraction for each in months] == [-1.1, None]


def test_exposure_by_hand() -> None:
    hours = MarketHours(np.arange(0, 1000, 100), np.arange(100, 1100, 100))
    trades = trades_of(
        [1.0, 1.0, 1.0],
        open_time_ns=[100, 150, 700],
        close_time_ns=[300, 250, 700],
        intrabar=[False, False, True],
    )
    assert exposure(trades, hours) == pytest.approx(0.3)  # 100-300 (twice covered), 700-800
    assert exposure(NONE, hours) == 0.0
    assert exposure(trades, MarketHours(np.empty(0, np.int64), np.empty(0, np.int64))) is None


def test_exposure_counts_only_open_markets_of_all_symbols() -> None:
    one = MarketHours(np.array([0, 500]), np.array([100, 600]))
    two = MarketHours(np.array([50, 900]), np.array([150, 1000]))
    hours = MarketHours.union(one, two)
    assert hours.open_ns.tolist() == [0, 500, 900]
    assert hours.close_ns.tolist() == [150, 600, 1000]
    held = trades_of([1.0], open_time_ns=[50], close_time_ns=[550])  # over the weekend between
    assert exposure(held, hours) == pytest.approx((100 + 50) / 350)


@pytest.mark.parametrize(
    ("equity", "complaint"),
    [
        (curve([1, 2], [1.0, math.nan]), "Row 1"),
        (curve([1, 2], [1.0, math.inf]), "Row 1"),
        (curve([2, 1], [1.0, 1.0]), "Row 1"),
    ],
)
def test_unsound_equity_is_refused(equity: np.ndarray, complaint: str) -> None:
    with pytest.raises(DataShapeError, match=complaint):
        compute(NONE, equity, initial_balance=1)


def test_unsound_inputs_are_refused() -> None:
    good = curve([1, 2], [1.0, 1.0])
    with pytest.raises(DataShapeError, match="Trade 0: net_profit"):
        compute(trades_of([math.nan]), good, initial_balance=1)
    with pytest.raises(DataShapeError, match="dtype"):
        compute(NONE, np.zeros(2), initial_balance=1)
    with pytest.raises(DataShapeError, match="1 lowest"):
        compute(NONE, good, initial_balance=1, lowest_equity=np.ones(1))
    with pytest.raises(DataShapeError, match="Row 0"):
        compute(NONE, good, initial_balance=1, lowest_equity=np.array([math.nan, 1.0]))
    with pytest.raises(DataShapeError, match="3 initial risks"):
        compute(trades_of([1.0, 2.0]), good, initial_balance=1, initial_risk=np.ones(3))
    with pytest.raises(DataShapeError, match="balance"):
        compute(NONE, good, initial_balance=0)
    with pytest.raises(DataShapeError, match="Return 1"):
        return_ratios(np.array([0.1, math.nan, 0.1]), periods_per_year=252)
    with pytest.raises(DataShapeError, match="ends"):
        MarketHours(np.ones(2, np.int64), np.ones(1, np.int64))


def test_ratios_of_nothing() -> None:
    assert set(return_ratios(np.empty(0), periods_per_year=252).values()) == {None}
    one = return_ratios(np.array([-0.1]), periods_per_year=252)
    assert one["sharpe"] is None
    assert one["max_drawdown_pct"] == pytest.approx(10.0)
