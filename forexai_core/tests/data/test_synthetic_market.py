"""The synthetic market: the same on every machine and for every length, shaped like a market."""

import hashlib

import numpy as np
import pytest

from forexai_core.data import resample, synthetic, validate
from forexai_core.data.market_hours import MarketHours
from forexai_core.errors import ConfigError
from forexai_core.values.catalogue import catalogue
from forexai_core.values.timeframes import Timeframe

M1 = synthetic("EURUSD", "M1", bars=200_000, seed=7)


def digest(prices):
    return hashlib.sha256(prices.data.tobytes()).hexdigest()[:16]


def test_one_seed_one_market_on_every_machine():
    """Written down once: if a digest changes, every figure made with a seed changes."""
    assert digest(synthetic("EURUSD", "M1", bars=20_000, seed=7)) == "852f7b21f154ca9a"
    assert digest(synthetic("XAUUSD", "H4", bars=2_000, seed=1)) == "37656e36858866ed"
    assert digest(synthetic("USDJPY", "tick", bars=20_000, seed=3)) == "3419d69b2966d333"


@pytest.mark.parametrize("timeframe", ["M1", "H1", "D1", "W1", "MN1", "tick"])
def test_the_first_rows_do_not_depend_on_how_many_there_are(timeframe):
    longer, shorter = (synthetic("GBPUSD", timeframe, bars=count, seed=3) for count in (300, 120))
    assert len(longer) == 300
    assert longer.data[:120].tobytes() == shorter.data.tobytes()


def test_seeds_and_symbols_differ():
    first = synthetic("EURUSD", "H1", bars=100, seed=1)
    assert first.fingerprint != synthetic("EURUSD", "H1", bars=100, seed=2).fingerprint


@pytest.mark.parametrize("symbol", sorted(catalogue()))
def test_every_instrument_has_a_sound_market(symbol):
    bars = synthetic(symbol, "H1", bars=3_000, seed=5)
    instrument = bars.instrument
    assert np.array_equal(np.round(bars.data["high"], instrument.digits), bars.data["high"])
    assert validate(bars).ok, validate(bars).summary()
    assert MarketHours.of(instrument).holds(bars.time_ns).all()


def test_volatility_and_spread_follow_the_sessions():
    hour = (M1.time_ns // (3_600 * 10**9)) % 24
    reach = M1.high - M1.low
    asia, london = reach[(hour >= 2) & (hour < 6)].mean(), reach[(hour >= 13) & (hour < 16)].mean()
    assert london > 1.5 * asia
    rollover = (hour == 22) & (M1.time_ns < np.datetime64("2020-03-01", "ns").astype(np.int64))
    assert M1.spread_points[rollover].mean() > 2 * M1.spread_points[hour == 14].mean()
    assert M1.spread_points.min() >= 1


def test_tails_are_fat_and_days_are_as_volatile_as_real_ones():
    moves = np.diff(np.log(M1.close))
    kurtosis = ((moves - moves.mean()) ** 4).mean() / moves.var() ** 2
    assert 5 < kurtosis < 50
    days = np.diff(np.log(resample(M1, "D1").close))
    assert 0.003 < days.std() < 0.009
    size = np.abs(np.diff(np.log(resample(synthetic("EURUSD", "H1", bars=40_000, seed=1), "D1").close)))
    assert np.corrcoef(size[1:], size[:-1])[0, 1] > 0.05  # wild days come in clusters


def test_weekends_leave_gaps():
    week = np.flatnonzero(np.diff(M1.time_ns) > 24 * 3_600 * 10**9)
    assert len(week) == 27
    jump = np.abs(M1.open[week + 1] - M1.close[week])
    within = np.abs(M1.open[1:] - M1.close[:-1])
    within[week] = 0
    assert np.median(jump) > 0.0005
    assert within.max() == 0


def test_ticks_come_about_one_a_second_and_sooner_in_london():
    ticks = synthetic("EURUSD", "tick", bars=100_000, seed=1)
    bars = resample(ticks, "H1")
    hour = (bars.time_ns // (3_600 * 10**9)) % 24
    assert 30 * 60 < bars.volume[hour == 14].mean() < 120 * 60
    assert bars.volume[hour == 14].mean() > 2 * bars.volume[hour == 23].mean()
    assert np.all(ticks.ask > ticks.bid)
    assert validate(ticks).ok


def test_long_markets_stay_prices():
    days = synthetic("EURUSD", "D1", bars=18_000, seed=1, start="1990-01-01")
    assert days.low.min() > 0.4
    assert days.high.max() < 2.4


def test_a_start_may_be_chosen():
    assert str(synthetic("EURUSD", "H1", bars=2, start="2021-06-05")[:1]).count("2021-06-06T21:00:00Z") == 2
    assert len(MarketHours.of(M1.instrument).openings(0, 7 * 86_400 * 10**9, Timeframe.H1)) == 120


@pytest.mark.parametrize(
    "wrong",
    [{"bars": 0}, {"seed": -1}, {"timeframe": "M7"}, {"symbol": "EURUSDX"}, {"start": "soon"}, {"start": "2099-12-30"}],
)
def test_wrong_parameters_are_refused(wrong):
    with pytest.raises(ConfigError):
        synthetic(**{"symbol": "EURUSD", "timeframe": "H1", "bars": 500, **wrong})
