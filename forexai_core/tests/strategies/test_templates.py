"""The strategies that ship: their rules by plain loops, their stops, and that none looks ahead."""

from __future__ import annotations

import math

import jsonschema
import numpy as np
import pytest
from strategy_markets import MONDAY_NS, make_market

from forexai_core import indicators, strategies
from forexai_core.errors import ConfigError
from forexai_core.strategies import (
    AtrTrend,
    BollingerReversion,
    DonchianBreakout,
    EmaCross,
    MacdCross,
    RsiReversion,
    SessionBreakout,
    SmaCross,
    templates,
)
from forexai_core.values.clocks import Clock
from forexai_core.values.timeframes import NS_PER_DAY, NS_PER_MINUTE

SHORT = {
    SmaCross: {"fast": 3, "slow": 8},
    EmaCross: {"fast": 3, "slow": 8},
    MacdCross: {"fast": 4, "slow": 9, "signal": 3},
    RsiReversion: {"period": 5},
    BollingerReversion: {"period": 8, "deviations": 1.2},
    DonchianBreakout: {"entry_period": 8, "exit_period": 4},
    SessionBreakout: {},
    AtrTrend: {"period": 10, "atr_period": 5, "entry_atr": 0.3},
}


def wishes(strategy, bars):
    rows = strategy.intents(bars).rows
    return rows["entry"].tolist(), rows["exit"].tolist()


def test_there_are_eight_with_names_words_and_schemas():
    names = [strategy.name for strategy in templates()]
    assert names == [
        "sma-cross",
        "ema-cross",
        "macd-cross",
        "rsi-reversion",
        "bollinger-reversion",
        "donchian-breakout",
        "session-breakout",
        "atr-trend",
    ]
    for strategy in templates():
        assert getattr(strategies, strategy.__name__) is strategy
        assert strategy.title
        assert strategy.description.endswith(".")
        assert strategy.tags
        schema = strategy.schema()
        jsonschema.Draft202012Validator.check_schema(schema)
        assert all("description" in field for field in schema["properties"].values())


@pytest.mark.parametrize("template", SHORT)
def test_every_template_trades_and_runs_on_any_length(template):
    bars = make_market(600, seed=1)
    entry, _ = wishes(template(**SHORT[template]), bars)
    assert {1, -1} <= set(entry)
    for rows in (0, 1, 2, 7):
        program = template(**SHORT[template]).program(bars[:rows])
        assert len(program.wishes.every_bar()) == rows


@pytest.mark.parametrize("template", SHORT)
@pytest.mark.parametrize("cut", [150, 151, 263, 399])
def test_no_template_looks_ahead(template, cut):
    bars = make_market(600, seed=2)
    strategy = template(**SHORT[template], stop_loss_pips=20)
    whole, short = strategy.program(bars), strategy.program(bars[:cut])
    np.testing.assert_array_equal(whole.wishes.every_bar()[:cut], short.wishes.every_bar())


def sign_turns(apart):
    """Give the turns of a list of differences, by a loop."""
    turned, last = [], 0
    for value in apart:
        order = last if math.isnan(value) or value == 0 else (1 if value > 0 else -1)
        turned.append(order if last and order != last else 0)
        last = order
    return turned


def test_ema_cross():
    bars = make_market(300, seed=3)
    apart = indicators.ema(bars.close, 3) - indicators.ema(bars.close, 8)
    assert wishes(EmaCross(fast=3, slow=8), bars)[0] == sign_turns(apart.tolist())


def test_macd_cross():
    bars = make_market(300, seed=3)
    lines = indicators.macd(bars.close, 4, 9, 3)
    assert wishes(MacdCross(fast=4, slow=9, signal=3), bars)[0] == sign_turns((lines.macd - lines.signal).tolist())


def test_rsi_reversion():
    bars = make_market(500, seed=4)
    rsi = indicators.rsi(bars.close, 5).tolist()
    entry, leave = wishes(RsiReversion(period=5, oversold=25, overbought=80, exit_level=55), bars)
    for row in range(1, 500):
        before, now = rsi[row - 1], rsi[row]
        long = before < 25 <= now < 55
        short = before > 80 >= now > 55
        assert entry[row] == (1 if long else -1 if short else 0)
        assert leave[row] == (0 if math.isnan(now) else 1 if now == 55 else 2 if now > 55 else 3)


def test_bollinger_reversion():
    bars = make_market(500, seed=5)
    bands = indicators.bollinger(bars.close, 8, 1.2)
    entry, leave = wishes(BollingerReversion(period=8, deviations=1.2), bars)
    close, upper, middle, lower = (column.tolist() for column in (bars.close, *bands))
    for row in range(8, 500):
        long = close[row - 1] < lower[row - 1] and lower[row] <= close[row] < middle[row]
        short = close[row - 1] > upper[row - 1] and upper[row] >= close[row] > middle[row]
        assert entry[row] == (1 if long else -1 if short else 0)
        expected = 1 if close[row] == middle[row] else 2 if close[row] > middle[row] else 3
        assert leave[row] == expected
    assert set(entry[:8]) == {0}


def test_donchian_breakout():
    bars = make_market(500, seed=6)
    close, high, low = bars.close.tolist(), bars.high.tolist(), bars.low.tolist()
    entry, leave = wishes(DonchianBreakout(entry_period=8, exit_period=4), bars)
    for row in range(8, 500):
        long, short = close[row] > max(high[row - 8 : row]), close[row] < min(low[row - 8 : row])
        assert entry[row] == (1 if long else -1 if short else 0)
        down, up = close[row] < min(low[row - 4 : row]), close[row] > max(high[row - 4 : row])
        assert leave[row] == (2 if down else 3 if up else 0)


def test_atr_trend():
    bars = make_market(500, seed=7)
    strategy = AtrTrend(period=10, atr_period=5, entry_atr=0.3, stop_atr=1.5, target_atr=2.5)
    average, atr = indicators.ema(bars.close, 10), indicators.atr(bars.high, bars.low, bars.close, 5)
    rows = strategy.program(bars).wishes.every_bar()
    close = bars.close
    for row in range(strategy.warmup, 500):
        out = close[row] - average[row], close[row - 1] - average[row - 1]
        band, band_before = 0.3 * atr[row], 0.3 * atr[row - 1]
        long = out[0] > band and out[1] <= band_before
        short = out[0] < -band and out[1] >= -band_before
        assert rows["entry"][row] == (1 if long else -1 if short else 0)
        if rows["entry"][row]:
            assert rows["stop"][row] == 1.5 * atr[row]
            assert rows["target"][row] == 2.5 * atr[row]


@pytest.mark.parametrize("start", [MONDAY_NS, MONDAY_NS + 88 * NS_PER_DAY])  # the second crosses into summer time
@pytest.mark.parametrize("timeframe", ["H1", "M30"])
def test_session_breakout(start, timeframe):
    bars = make_market(400, seed=8, timeframe=timeframe, start_ns=start)
    strategy = SessionBreakout(range_start="01:00", range_end="06:00", entry_end="14:00", exit_time="17:30")
    entry, leave = wishes(strategy, bars)
    clock = Clock.of("Europe/London")
    opened, ended = clock.to_wall_ns(bars.time_ns), clock.to_wall_ns(bars.end_ns)
    done = set()
    for row in range(400):
        day = int(opened[row] // NS_PER_DAY)
        at = [int(wall - day * NS_PER_DAY) / NS_PER_MINUTE / 60 for wall in (opened[row], ended[row])]
        mates = [
            other
            for other in range(400)
            if opened[other] // NS_PER_DAY == day
            and opened[other] >= day * NS_PER_DAY + 60 * NS_PER_MINUTE
            and ended[other] <= day * NS_PER_DAY + 360 * NS_PER_MINUTE
        ]
        side = 0
        if mates and at[0] >= 6 and at[1] <= 14 and day not in done:
            if bars.close[row] > bars.high[mates].max():
                side = 1
            elif bars.close[row] < bars.low[mates].min():
                side = -1
        if side:
            done.add(day)
        assert entry[row] == side
        assert leave[row] == (0 if at[0] >= 6 and at[1] < 17.5 else 1)
    assert len(done) > 3


@pytest.mark.parametrize(
    ("template", "given", "said"),
    [
        (RsiReversion, {"oversold": 60.0}, "levels must rise"),
        (MacdCross, {"fast": 30}, "fast (30) must be shorter"),
        (SmaCross, {"fast": 5, "slow": 5}, "SmaCross: fast (5) must be shorter than slow (5)"),
        (SmaCross, {"fast": 60}, "fast (60) must be shorter than slow (50)"),
        (EmaCross, {"fast": 26}, "EmaCross: fast (26) must be shorter"),
        (SessionBreakout, {"range_end": "25:00"}, "range_end is '25:00'"),
        (SessionBreakout, {"entry_end": "06:00"}, "must follow one another"),
        (SessionBreakout, {"clock": "Europe/Lodnon"}, "no clock 'Europe/Lodnon'"),
        (SmaCross, {"fast": 0}, "fast must be at least 1"),
        (SmaCross, {"stop_loss_pips": 30, "stop_loss_points": 300}, "say the same thing twice"),
        (SmaCross, {"risk_fraction": 0.01}, "there is none"),
        (SmaCross, {"volume_lots": 0}, "volume_lots must be above 0"),
    ],
)
def test_parameters_that_cannot_be(template, given, said):
    with pytest.raises(ConfigError) as caught:
        template(**given)
    assert said in str(caught.value)


def test_days_are_no_bars_for_sessions():
    with pytest.raises(ConfigError, match="divide a day"):
        SessionBreakout().intents(make_market(20, timeframe="D1"))


def test_stops_are_the_same_in_every_unit_and_for_every_pip():
    for symbol, pip in (("EURUSD", 0.0001), ("USDJPY", 0.01), ("XAUUSD", 0.1)):
        bars = make_market(200, seed=3, symbol=symbol)
        point = bars.instrument.point
        ways = (
            {"stop_loss_pips": 30, "take_profit_pips": 45, "trail_pips": 20, "break_even_pips": 10},
            {
                "stop_loss_points": 30 * pip / point,
                "take_profit_points": 45 * pip / point,
                "trail_points": 20 * pip / point,
                "break_even_points": 10 * pip / point,
            },
            {
                "stop_loss_distance": 30 * pip,
                "take_profit_distance": 45 * pip,
                "trail_distance": 20 * pip,
                "break_even_distance": 10 * pip,
            },
        )
        programs = [SmaCross(fast=3, slow=8, max_bars=5, **way).program(bars) for way in ways]
        assert programs[0].wishes.every_bar()["stop"].max() == pytest.approx(30 * pip)
        assert programs[0].management["trail_distance"][0] == pytest.approx(20 * pip)
        assert programs[0].management["max_bars"][0] == 5
        for other in programs[1:]:
            np.testing.assert_array_equal(other.wishes.every_bar(), programs[0].wishes.every_bar())
            np.testing.assert_array_equal(other.management, programs[0].management)


def test_a_given_stop_comes_before_that_of_the_idea():
    bars = make_market(500, seed=7)
    strategy = AtrTrend(**SHORT[AtrTrend], stop_loss_pips=12, risk_fraction=0.01)
    program = strategy.program(bars)
    assert set(program.wishes.every_bar()["stop"]) == {0.0, 0.0012}
    assert program.management["risk_fraction"][0] == 0.01
    AtrTrend(risk_fraction=0.01)  # its idea brings a stop
