"""Candlestick patterns: TA-Lib's number in every row, in a batch, in a set and in a stream."""

import copy
import math

import numba
import numpy as np
import pytest
import talib
import talib.abstract
from candle_series import GRIDS, make_candles
from talib import _ta_lib

import forexai_core as fx
from forexai_core.data.resampling import resample
from forexai_core.errors import ConfigError, DataShapeError
from forexai_core.indicators import CandleSetting, CandleSettings, Candlesticks, candlesticks, find_indicator
from forexai_core.indicators.candlestick_patterns.registry import PATTERNS
from forexai_core.indicators.candlestick_patterns.rolling_ranges import BLOCK

NAMES = list(PATTERNS)
PLAIN = bool(numba.config.DISABLE_JIT)
"""Plain Python takes a thousand times as long, so there it is fewer rows."""

ROWS = 3 * BLOCK if PLAIN else 300_000
FIELDS = (
    "body_long", "body_very_long", "body_short", "body_doji", "shadow_long", "shadow_very_long", "shadow_short",
    "shadow_very_short", "near", "far", "equal",
)  # fmt: skip
KINDS = ("real_body", "high_low", "shadows")


def reference(name, bars, **parameters):
    return getattr(talib, PATTERNS[name].talib_name)(*bars, **parameters)


def agree(bars, names=NAMES):
    found = candlesticks(bars, names)
    assert list(found) == list(names)
    for name in names:
        assert found[name].dtype == np.int32
        np.testing.assert_array_equal(found[name], reference(name, bars), err_msg=name)


def test_all_of_talib_are_there():
    names = {pattern.talib_name for pattern in PATTERNS.values()}
    assert names == set(talib.get_function_groups()["Pattern Recognition"])
    assert len(PATTERNS) == 61


@pytest.mark.parametrize("grid", GRIDS)
def test_every_row_is_talibs(grid):
    agree(make_candles(ROWS, seed=11, grid=grid))


@pytest.mark.parametrize("timeframe", ["H1", "H4", "D1"])
def test_every_row_of_real_prices_is_talibs(timeframe):
    bars = fx.sample("EURUSD", "H1")
    if timeframe != "H1":
        bars = resample(bars, timeframe)
    agree(tuple(np.array(column[:ROWS]) for column in (bars.open, bars.high, bars.low, bars.close)))


def test_every_pattern_and_both_of_its_directions_occur():
    values = {name: set() for name in NAMES}
    for grid in GRIDS:
        bars = make_candles(300_000, seed=11, grid=grid)
        for name in NAMES:
            values[name] |= set(np.unique(reference(name, bars)).tolist())
    assert [name for name, found in values.items() if len(found) < 2] == []
    assert values["engulfing"] == values["harami"] == {-100, -80, 0, 80, 100}
    assert values["hikkake"] == values["modified_hikkake"] == {-200, -100, 0, 100, 200}


@pytest.mark.parametrize("price", [0.0, 1.25, 1e300])
def test_a_market_that_stands_still(price):
    agree((np.full(60, price),) * 4)


def test_bars_that_contradict_themselves_are_judged_as_talib_judges_them():
    bars = make_candles(2_000 if not PLAIN else 200, seed=3, grid=0.25)
    agree((bars[1], bars[0], bars[3], bars[2]))


@pytest.mark.parametrize("rows", [0, 1, 2, 5, 10, 11, 12, 13, 14, 15, BLOCK, BLOCK + 11])
def test_few_rows(rows):
    agree(make_candles(rows, seed=4, grid=0.25))


@pytest.mark.parametrize("name", [name for name in NAMES if PATTERNS[name].penetration is not None])
@pytest.mark.parametrize("share", [0.0, 0.1, 0.9, 1.5])
def test_penetration(name, share):
    bars = make_candles(min(ROWS, 50_000), seed=6, grid=0.01)
    expected = reference(name, bars, penetration=share)
    np.testing.assert_array_equal(PATTERNS[name](*bars, penetration=share), expected)
    np.testing.assert_array_equal(candlesticks(bars, name, penetrations={name: share})[name], expected)


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.7])
@pytest.mark.parametrize("name", ["evening_star", "morning_star", "dark_cloud_cover"])
def test_closes_that_lie_just_where_the_penetration_ends(name, share):
    # Which side of the price such a close is on is decided by how sums and products are rounded.
    rng = np.random.default_rng(17)
    bars, sign = [], 1 if name == "morning_star" else -1
    for _ in range(4 if PLAIN else 2_000):
        level, size = round(rng.uniform(0.7, 1.6), 5), 10 * int(rng.integers(4, 40))
        points = [(k % 2 * 20, k % 2 * 20 + 10, -10, 20 - k % 2 * 20) for k in range(12)]
        if name == "dark_cloud_cover":
            points += [(0, size + 5, -5, size), (size + 30, size + 40, 0, size - round(share * size))]
        else:
            points += [(size, size + 5, -5, 0), (-10, -3, -20, -12), (-20, size + 5, -25, round(share * size))]
            points = [tuple(sign * point for point in bar) for bar in points]
        for opened, one, two, close in points:
            row = opened, max(opened, one, two, close), min(opened, one, two, close), close
            bars.append([round(level + point * 1e-5, 5) for point in row])
    columns = tuple(np.ascontiguousarray(column) for column in np.array(bars).T)
    expected = reference(name, columns, penetration=share)
    found = PATTERNS[name](*columns, penetration=share)
    np.testing.assert_array_equal(found, expected)
    if not PLAIN:
        assert 100 < np.count_nonzero(found) < 1_900


@pytest.fixture
def talib_candles():
    """Set TA-Lib's candles for one test."""

    def set_all(candles):
        for number, field in enumerate(FIELDS):
            setting = getattr(candles, field)
            _ta_lib._ta_set_candle_settings(number, KINDS.index(setting.range_of), setting.period, setting.factor)

    yield set_all
    _ta_lib._ta_restore_candle_default_settings(11)


@pytest.mark.parametrize("seed", range(4))
def test_other_thresholds(talib_candles, seed):
    rng = np.random.default_rng(seed)
    candles = CandleSettings(
        **{
            field: CandleSetting(
                str(rng.choice(KINDS)), int(rng.choice([0, 1, 3, 14, 40])), float(rng.uniform(0.02, 2))
            )
            for field in FIELDS
        }
    )
    bars = make_candles(min(ROWS, 20_000), seed=seed, grid=0.25)
    talib_candles(candles)
    found = candlesticks(bars, candles=candles)
    for name in NAMES:
        np.testing.assert_array_equal(found[name], reference(name, bars), err_msg=name)
    stream = Candlesticks(candles=candles)
    for row, bar in enumerate(zip(*(column[:300] for column in bars), strict=True)):
        assert stream.update(*bar) == {name: found[name][row] for name in NAMES}


def test_a_set_gives_what_each_gives_alone():
    bars = make_candles(ROWS if PLAIN else 40_000, seed=8, grid=0.25)
    found = candlesticks(bars)
    for name in NAMES:
        np.testing.assert_array_equal(found[name], PATTERNS[name](*bars))


def test_bars_come_in_several_forms():
    bars = fx.sample("EURUSD", "H1")[:500]
    columns = (bars.open, bars.high, bars.low, bars.close)
    expected = candlesticks(columns, "doji")["doji"]
    table = np.zeros(len(bars), [("low", float), ("high", float), ("close", float), ("open", float)])
    for name in table.dtype.names:
        table[name] = getattr(bars, name)
    wide = [np.repeat(column, 2)[::2] for column in columns]
    for given in (bars, {name: getattr(bars, name) for name in table.dtype.names}, table, wide):
        np.testing.assert_array_equal(candlesticks(given, "doji")["doji"], expected)
    np.testing.assert_array_equal(candlesticks([column.tolist() for column in columns], "doji")["doji"], expected)


def test_a_stream_gives_the_rows_of_a_batch():
    bars = make_candles(400 if PLAIN else 1_500, seed=9, grid=0.25)
    found, stream = candlesticks(bars), Candlesticks()
    assert stream.patterns == tuple(NAMES)
    assert stream.warmup == max(talib.abstract.Function(p.talib_name).lookback for p in PATTERNS.values())
    for row, bar in enumerate(zip(*bars, strict=True)):
        assert stream.update(*bar) == {name: found[name][row] for name in NAMES}
        assert stream.count == row + 1
        assert stream.ready == (row + 1 > stream.warmup)
    stream.reset()
    assert stream.update(*(column[0] for column in bars)) == dict.fromkeys(NAMES, 0)


def test_a_forked_stream_goes_its_own_way():
    rows = list(zip(*make_candles(200, seed=9, grid=0.25), strict=True))
    stream = Candlesticks(["engulfing", "evening_star"], penetrations={"evening_star": 0.1})
    for row in rows[:100]:
        stream.update(*row)
    fork = copy.deepcopy(stream)
    tail = [fork.update(*row) for row in rows[100:]]
    assert stream.count == 100
    assert [stream.update(*row) for row in rows[100:]] == tail
    assert any(any(each.values()) for each in tail)


def test_a_refused_update_changes_nothing():
    rows = list(zip(*make_candles(60, seed=9, grid=0.25), strict=True))
    stream, untouched = Candlesticks(["engulfing", "hammer"]), Candlesticks(["engulfing", "hammer"])
    for row in rows:
        for place, bad in enumerate((math.nan, math.inf, None, "1.1")):
            broken = list(row)
            broken[place] = bad
            with pytest.raises(DataShapeError, match=r"^candlesticks: "):
                stream.update(*broken)
        assert stream.update(*row) == untouched.update(*row)


@pytest.mark.parametrize("place", range(4))
@pytest.mark.parametrize("row", [0, 9, 30, 299])
@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_prices_that_are_not_finite_are_refused(place, row, bad):
    bars = [column.copy() for column in make_candles(300, seed=1)]
    bars[place][row] = bad
    column = ("open", "high", "low", "close")[place]
    for names in ("doji", "engulfing", ["doji", "engulfing"]):
        with pytest.raises(DataShapeError, match=rf"candlesticks: {column} has 1 value.* row {row};"):
            candlesticks(bars, names)
    with pytest.raises(DataShapeError, match=rf"engulfing: {column} has 1 value.* row {row};"):
        fx.indicators.engulfing(*bars)


def test_mistakes_are_explained():
    bars = make_candles(20)
    with pytest.raises(ConfigError, match=r"no candlestick pattern 'engulfin'.*Did you mean 'engulfing'"):
        candlesticks(bars, ["engulfin"])
    with pytest.raises(ConfigError, match="doji: it has no penetration to set"):
        fx.indicators.doji(*bars, penetration=0.3)
    for bad in (math.nan, math.inf, -0.1, "0.3", True):
        with pytest.raises(
            ConfigError, match=r"evening_star: penetration must be .* at least 0, .*; pass penetration="
        ):
            fx.indicators.evening_star(*bars, penetration=bad)
        with pytest.raises(
            ConfigError, match=r"evening_star: penetration must be .* at least 0, .*; pass penetration="
        ):
            Candlesticks("evening_star", penetrations={"evening_star": bad})
    with pytest.raises(ConfigError, match="penetrations has 'evening_star', which is not among the patterns"):
        candlesticks(bars, ["doji"], penetrations={"CDLEVENINGSTAR": 0.3})
    with pytest.raises(DataShapeError, match="there is no column 'low' among open, high, close"):
        candlesticks({"open": bars[0], "high": bars[1], "close": bars[3]})
    with pytest.raises(DataShapeError, match="these four columns in a tuple, got tuple"):
        candlesticks(bars[:3])
    with pytest.raises(DataShapeError, match="columns must have one length, but open has 20, high has 19"):
        candlesticks((bars[0], bars[1][1:], bars[2], bars[3]))
    with pytest.raises(ConfigError, match="CandleSetting: period must be a whole number from 0 to 100000, got -1"):
        CandleSetting("high_low", -1, 0.1)
    with pytest.raises(ConfigError, match="CandleSetting: factor must be a finite number of at least 0, got nan"):
        CandleSetting("high_low", 10, math.nan)
    with pytest.raises(ConfigError, match=r"CandleSettings: near must be a CandleSetting, got 0\.2"):
        CandleSettings(near=0.2)


@pytest.mark.parametrize("name", NAMES)
def test_the_catalogue_finds_patterns_by_both_names(name):
    pattern, spec = PATTERNS[name], find_indicator(name)
    assert find_indicator(pattern.talib_name) is spec
    assert getattr(fx.indicators, name) is pattern
    assert pattern.title in spec.title
    assert spec.summary == pattern.summary
    assert pattern.summary.endswith(".")
    bars = make_candles(120, seed=2, grid=0.25)
    bound = spec.open()
    column = bound.compute(dict(zip(bound.inputs, bars, strict=True)))[name]
    assert np.isnan(column[: bound.warmup]).all()
    np.testing.assert_array_equal(column[bound.warmup :], reference(name, bars)[bound.warmup :])
    assert bound.warmup == talib.abstract.Function(pattern.talib_name).lookback


def test_only_what_is_asked_for_is_made():
    searched = {name for name in NAMES if "scan" in vars(PATTERNS[name])}
    fresh = copy.copy(PATTERNS["doji"])
    vars(fresh).pop("scan", None)
    assert "scan" not in vars(fresh)
    fresh(*make_candles(30))
    assert "scan" in vars(fresh)
    assert searched == {name for name in NAMES if "scan" in vars(PATTERNS[name])}
