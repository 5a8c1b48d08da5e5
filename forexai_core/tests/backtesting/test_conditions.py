"""Conditions under which orders meet the market, through the public face: sessions, holidays and expiry."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

import forexai_core as fx
from forexai_core.errors import ConfigError
from forexai_core.values.timeframes import NS_PER_DAY, NS_PER_MINUTE

MORNING = tuple(fx.TradingSession(weekday=day, open_minute=0, close_minute=720) for day in range(5))


@pytest.fixture(scope="module")
def hours() -> fx.Bars:
    return fx.synthetic("EURUSD", "H1", bars=600, seed=5)


def half_days(bars: fx.Bars) -> fx.Bars:
    return fx.Bars(
        instrument=bars.instrument.with_values(sessions=MORNING),
        timeframe=bars.timeframe,
        data=bars.data,
        spread_points=bars.spread_points,
    )


CROSS = {"fast": 3, "slow": 8, "stop_loss_pips": 15, "take_profit_pips": 20, "volume_lots": 0.1}


def test_nothing_happens_outside_the_sessions(hours: fx.Bars) -> None:
    bars = half_days(hours)
    result = fx.backtest(fx.strategies.SmaCross(**CROSS), bars, sessions="enforce")
    plain = fx.backtest(fx.strategies.SmaCross(**CROSS), bars)
    clock = result.account.clock
    inside = result.trades[result.trades["close_reason"] != "end_of_data"]
    for name in ("open_time_ns", "close_time_ns"):
        minute = clock.to_wall_ns(inside[name]) % NS_PER_DAY // NS_PER_MINUTE
        assert (minute < 720).all()
    assert len(inside) > 20
    assert result.counts["refused_market_closed"] > 0
    assert result.counts["held_back"] > 0
    assert 0.4 < result.counts["prices_outside_sessions"] / len(bars) < 0.6
    assert "enforced" in result.assumptions["Sessions"]
    assert "Sessions" not in plain.assumptions
    assert plain.input_fingerprint != result.input_fingerprint


@pytest.mark.parametrize("drive", ["auto", "step"])
def test_both_drives_refuse_alike(hours: fx.Bars, drive: str) -> None:
    batch = fx.backtest(fx.strategies.SmaCross(**CROSS), half_days(hours), sessions="enforce")
    other = fx.backtest(fx.strategies.SmaCross(**CROSS), half_days(hours), sessions="enforce", drive=drive)
    assert other.result_fingerprint == batch.result_fingerprint
    assert other.counts == batch.counts


def test_holidays_are_given_or_the_instruments(hours: fx.Bars) -> None:
    days = np.unique(hours.time_ns // NS_PER_DAY)
    day = dt.date(1970, 1, 1) + dt.timedelta(days=int(days[5]))
    given = fx.backtest(fx.strategies.SmaCross(**CROSS), hours, sessions="enforce", holidays=[str(day)])
    by_symbol = fx.backtest(fx.strategies.SmaCross(**CROSS), hours, sessions="enforce", holidays={"EURUSD": [day]})
    own = fx.Bars(
        instrument=hours.instrument.with_values(holidays=(fx.Holiday(date=day),)),
        timeframe=hours.timeframe,
        data=hours.data,
        spread_points=hours.spread_points,
    )
    carried = fx.backtest(fx.strategies.SmaCross(**CROSS), own, sessions="enforce")
    assert given.counts["prices_outside_sessions"] >= 20
    assert given.result_fingerprint == by_symbol.result_fingerprint == carried.result_fingerprint


def test_wrong_sessions_are_said(hours: fx.Bars) -> None:
    cross = fx.strategies.SmaCross(**CROSS)
    with pytest.raises(ConfigError, match="enforce"):
        fx.backtest(cross, hours, sessions="enforced")
    with pytest.raises(ConfigError, match="add sessions='enforce'"):
        fx.backtest(cross, hours, holidays=["2024-12-25"])
    with pytest.raises(ConfigError, match="no date of a holiday"):
        fx.backtest(cross, hours, sessions="enforce", holidays=["Christmas"])
    with pytest.raises(ConfigError, match="not one text"):
        fx.backtest(cross, hours, sessions="enforce", holidays="2024-12-25")
    with pytest.raises(ConfigError, match="GBPUSD"):
        fx.backtest(cross, hours, sessions="enforce", holidays={"GBPUSD": ["2024-12-25"]})
    sunday = (fx.TradingSession(weekday=6, open_minute=0, close_minute=30),)
    never = fx.Bars(instrument=hours.instrument.with_values(sessions=sunday), timeframe="H1", data=hours.data[:100])
    with pytest.raises(ConfigError, match="not one of its prices lies in its sessions"):
        fx.backtest(cross, never, sessions="enforce")


class Patient(fx.Strategy):
    """Places one far order a bar with an expiry, and notes the expiry that it is shown."""

    until: str = "day"

    def start(self, ctx: fx.Context) -> None:
        self.seen: list[tuple[int, int]] = []

    def on_bar(self, ctx: fx.Context) -> None:
        SEEN.extend((ctx.time_ns, order.expiry_ns) for order in ctx.orders)
        expiry = "day" if self.until == "day" else dt.date.fromisoformat(self.until)
        if not ctx.orders:
            ctx.buy_limit(ctx.bid / 2, volume_lots=0.1, expiry=expiry)


SEEN: list[tuple[int, int]] = []


def test_a_day_order_shows_the_midnight_of_the_clock(hours: fx.Bars) -> None:
    SEEN.clear()
    result = fx.backtest(Patient(), hours)
    clock = result.account.clock
    ends = np.array([expiry for _, expiry in SEEN])
    assert len(np.unique(ends)) > 10
    assert (clock.to_wall_ns(ends) % NS_PER_DAY == 0).all()
    assert all(0 <= expiry - now <= 4 * NS_PER_DAY for now, expiry in SEEN)


def test_risk_rules_see_day_orders(hours: fx.Bars) -> None:
    SEEN.clear()
    risk = fx.Risk(max_positions=3)
    plain, judged = fx.backtest(Patient(), hours), fx.backtest(Patient(), hours, risk=risk)
    assert judged.result_fingerprint == plain.result_fingerprint
    assert len(SEEN) > 200


def test_a_given_day_ends_at_its_midnight(hours: fx.Bars) -> None:
    SEEN.clear()
    result = fx.backtest(Patient(until="2031-03-04"), hours)
    wall = result.account.clock.to_wall_ns(np.array([SEEN[0][1]]))
    assert wall.astype("datetime64[ns]")[0] == np.datetime64("2031-03-05T00:00", "ns")
    assert len(SEEN) == len(hours) - 1


def test_expiry_is_one_of_three() -> None:
    bars = fx.synthetic("EURUSD", "H1", bars=50, seed=5)

    class Both(fx.Strategy):
        wrong: bool = False

        def on_bar(self, ctx: fx.Context) -> None:
            expiry = dt.datetime(2030, 1, 1) if self.wrong else "day"  # noqa: DTZ001
            ctx.buy_limit(ctx.bid / 2, volume_lots=0.1, expiry=expiry, expiry_ns=0 if self.wrong else 5)

    with pytest.raises(ConfigError, match="one of the two"):
        fx.backtest(Both(), bars)
    with pytest.raises(ConfigError, match="'gtc', 'day' or a date"):
        fx.backtest(Both(wrong=True), bars)


DAY_STATE = np.dtype([("placed", np.int64)])


@fx.compiled_strategy(state=DAY_STATE)
def day_orders(row: np.void, state: np.void, params: np.void, out: np.ndarray) -> None:
    if row["orders"] == 0 and row["positions"] == 0:
        state["placed"] += 1
        out[0]["kind"] = 2
        out[0]["side"] = 1
        out[0]["volume_lots"] = 0.1
        out[0]["price"] = row["close"] / 2
        out[0]["expiry_ns"] = -row["time_ns"]
        out[1]["kind"] = 0


def test_a_compiled_step_names_a_day_by_an_instant_in_it(hours: fx.Bars) -> None:
    batch, step = fx.backtest(day_orders(), hours), fx.backtest(day_orders(), hours, drive="step")
    assert batch.result_fingerprint == step.result_fingerprint
    assert batch.counts["refused_orders"] == 0


def test_latency_moves_ticks_on_and_bars_not(hours: fx.Bars) -> None:
    cross = fx.strategies.SmaCross(**CROSS)
    late = fx.Execution(latency_ms=200)
    plain, delayed = fx.backtest(cross, hours), fx.backtest(cross, hours, execution=late)
    assert delayed.result_fingerprint == plain.result_fingerprint
    assert delayed.input_fingerprint != plain.input_fingerprint
    assert "changes nothing" in delayed.assumptions["Latency"]
    minutes = fx.synthetic("EURUSD", "M1", bars=6_000, seed=2)
    coarse = fx.resample(minutes, "H1")
    fast = fx.backtest(cross, coarse, finer=minutes)
    slow = fx.backtest(cross, coarse, finer=minutes, execution=fx.Execution(latency_ms=150_000))
    assert len(fast.trades) > 5
    assert (np.isin(fast.fills["time_ns"][fast.fills["entry"] == "in"], coarse.time_ns)).all()
    opened = slow.fills["time_ns"][slow.fills["entry"] == "in"]
    assert (
        (opened - coarse.time_ns[np.searchsorted(coarse.time_ns, opened, side="right") - 1]) == 120 * 10**9
    ).mean() > 0.9


def test_ticks_are_met_after_the_latency() -> None:
    ticks = fx.sample("EURUSD", "tick")[:3_000]
    asked: list[int] = []

    class Once(fx.Strategy):
        def on_tick(self, ctx: fx.Context) -> None:
            if ctx.position is None and not asked:
                asked.append(ctx.time_ns)
                ctx.buy(volume_lots=0.1)

    for latency_ms in (0, 700, 2_500):
        asked.clear()
        result = fx.backtest(Once(), ticks, execution=fx.Execution(latency_ms=latency_ms))
        expected = ticks.time_ns[np.searchsorted(ticks.time_ns, asked[0] + max(latency_ms * 10**6, 1))]
        assert result.fills["time_ns"][0] == expected


def test_jitter_is_drawn_by_the_seed() -> None:
    minutes = fx.synthetic("EURUSD", "M1", bars=6_000, seed=2)
    coarse = fx.resample(minutes, "H1")
    cross, execution = fx.strategies.SmaCross(**CROSS), fx.Execution(latency_jitter_ms=600_000)
    runs = [fx.backtest(cross, coarse, finer=minutes, execution=execution, seed=seed) for seed in (1, 1, 2)]
    assert runs[0].result_fingerprint == runs[1].result_fingerprint != runs[2].result_fingerprint
    opened = runs[0].fills["time_ns"][runs[0].fills["entry"] == "in"]
    late = opened - coarse.time_ns[np.searchsorted(coarse.time_ns, opened, side="right") - 1]
    assert len(np.unique(late)) > 3
    assert late.max() <= 600 * 10**9


@pytest.mark.parametrize("drive", ["auto", "step"])
def test_liquidity_and_requotes_by_both_drives(hours: fx.Bars, drive: str) -> None:
    cross = fx.strategies.SmaCross(**CROSS | {"volume_lots": 0.5})
    plenty = fx.backtest(cross, hours)
    scarce = fx.Execution(liquidity_lots=0.2, filling="ioc")
    result = fx.backtest(cross, hours, execution=scarce, drive=drive)
    assert result.trades["volume_lots"].max() <= 0.2
    assert plenty.trades["volume_lots"].max() == 0.5
    assert result.counts["partial_fills"] > 10
    assert "immediate or cancel" in result.assumptions["Liquidity"]
    instant = fx.Execution(mode="instant", requote_probability=0.5)
    halved = fx.backtest(cross, hours, execution=instant, drive=drive, seed=4)
    again = fx.backtest(cross, hours, execution=instant, seed=4)
    assert halved.result_fingerprint == again.result_fingerprint
    assert halved.counts["refused_requote"] > 5


def test_volume_of_the_prices_bounds_fills(hours: fx.Bars) -> None:
    data = hours.data.copy()
    data["volume"] = np.where(np.arange(len(data)) % 2, 30.0, 0.0)
    bars = fx.Bars(instrument=hours.instrument, timeframe="H1", data=data, spread_points=hours.spread_points)
    cross = fx.strategies.SmaCross(**CROSS | {"volume_lots": 0.5})
    result = fx.backtest(cross, bars, execution=fx.Execution(liquidity_per_volume=0.01, filling="ioc"))
    assert result.counts["refused_no_liquidity"] > 0
    assert set(np.round(result.trades["volume_lots"], 2)) == {0.3}


def test_wrong_execution_is_said(hours: fx.Bars) -> None:
    cross = fx.strategies.SmaCross(**CROSS)
    for fields, words in (
        ({"latency_ms": -1}, "latency_ms"),
        ({"mode": "instnt"}, "instant"),
        ({"deviation_points": 3}, "mode='instant'"),
        ({"mode": "instant", "deviation_points": -3}, "deviation_points"),
        ({"mode": "instant", "requote_probability": 1.5}, "up to 1"),
        ({"liquidity_lots": 0}, "liquidity_lots"),
        ({"liquidity_lots": 1, "liquidity_per_volume": 1}, "one of the two"),
        ({"filling": "ioc"}, "add liquidity_lots"),
        ({"filling": "boc", "liquidity_lots": 1}, "Known are"),
    ):
        with pytest.raises(ConfigError, match=words):
            fx.Execution(**fields)
    with pytest.raises(ConfigError, match="not return"):
        fx.backtest(cross, hours, execution=fx.Execution(liquidity_lots=1, filling="return"))
    fx.backtest(cross, hours, execution=fx.Execution(mode="instant", liquidity_lots=1, filling="return"))
