"""What TA-Lib lacks equals plain Python, and the functions of elementary mathematics equal the C library's."""

import math

import numpy as np
import plain_averages
import plain_studies
import pytest
from market_series import SCALES, make_bars

from forexai_core.indicators.catalogue import find_indicator
from forexai_core.indicators.elementary import arctangent, cosine, logarithm, sine

pytestmark = pytest.mark.kernels

PARAMETERS = {
    "smma": (9,), "hma": (11,), "zlema": (10,), "alma": (9, 0.85, 6.0), "vwma": (8,), "vidya": (9, 12),
    "envelopes": (14, 0.3), "z_score": (12,), "percent_rank": (20,), "dpo": (15,), "connors_rsi": (3, 2, 30),
    "kst": (5, 7, 9, 12, 4, 6, 5), "demarker": (14,), "awesome": (5, 34), "accelerator": (5, 34, 5),
    "elder_ray": (13,), "fisher": (9,), "supertrend": (7, 2.0), "ichimoku": (9, 26, 52, 26), "vortex": (14,),
    "alligator": (13, 8, 8, 5, 5, 3), "atr_bands": (14, 2.0), "choppiness": (14,), "mass_index": (25, 9),
    "cmf": (20,), "force_index": (13,), "heikin_ashi": (), "vwap": (), "hurst": (40,),
}  # fmt: skip
OTHERS = {
    "hma": (16,), "zlema": (7,), "dpo": (8,), "ichimoku": (3, 5, 8, 2), "supertrend": (3, 0.5), "fisher": (3,),
    "hurst": (9,),
}  # fmt: skip


def columns_of(rows, seed, kind, scale):
    high, low, close = make_bars(rows, seed, kind, scale)
    opened = np.roll(close, 1)
    return {
        "open": opened,
        "high": np.maximum(high, opened),
        "low": np.minimum(low, opened),
        "close": close,
        "volume": np.random.default_rng(seed).integers(1, 500, rows).astype(float),
        "day": np.arange(rows) // 24,
    }


def compare(name, parameters, bars):
    spec = find_indicator(name)
    columns = [bars[column] for column in spec.inputs]
    ours = np.atleast_2d(np.array(spec.batch(*columns, *parameters)))
    plain = getattr(plain_averages, name, None) or getattr(plain_studies, name)
    expected = np.atleast_2d(np.array(plain(*(column.tolist() for column in columns), *parameters), dtype=float))
    np.testing.assert_array_equal(np.isnan(ours), np.isnan(expected))
    assert not np.isnan(ours[:, -1]).any()
    np.testing.assert_allclose(ours, expected, rtol=1e-9, atol=1e-11 * bars["close"].max())


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("kind", ["walk", "grid", "spike"])
@pytest.mark.parametrize("name", PARAMETERS)
def test_plain_python_gives_the_same(name, kind, scale):
    for seed in range(2):
        compare(name, PARAMETERS[name], columns_of(260, seed, kind, scale))


@pytest.mark.parametrize("name", OTHERS)
def test_other_parameters(name):
    compare(name, OTHERS[name], columns_of(260, 7, "walk", 1.1))


def test_no_line_of_the_cloud_looks_ahead():
    bars = columns_of(120, 3, "walk", 1.1)
    high, low = bars["high"], bars["low"]
    lines = find_indicator("ichimoku").batch(high, low)
    for row in (80, 119):
        known = slice(0, row - 26 + 1)
        assert lines.span_b[row] == (high[known][-52:].max() + low[known][-52:].min()) / 2
        base = (high[known][-26:].max() + low[known][-26:].min()) / 2
        conversion = (high[known][-9:].max() + low[known][-9:].min()) / 2
        assert lines.span_a[row] == (conversion + base) / 2


def test_a_market_that_stands_still_gives_no_ratio():
    bars = {name: np.full(120, 1.25) for name in ("open", "high", "low", "close")}
    bars["volume"], bars["day"] = np.zeros(120), np.zeros(120, dtype=np.int64)
    for name in ("demarker", "choppiness", "mass_index", "cmf", "force_index", "z_score", "fisher", "vortex"):
        spec = find_indicator(name)
        lines = np.atleast_2d(np.array(spec.batch(*(bars[column] for column in spec.inputs))))
        assert (lines[:, spec.warmup(**{p.name: p.default for p in spec.parameters}) :] == 0.0).all(), name
    assert (find_indicator("vwma").batch(bars["close"], bars["volume"])[19:] == 1.25).all()


@pytest.mark.parametrize(
    ("ours", "theirs", "low", "high"),
    [
        (arctangent, math.atan, -60.0, 60.0),
        (sine, math.sin, -8.0, 8.0),
        (cosine, math.cos, -8.0, 8.0),
        (logarithm, math.log, 1e-6, 60.0),
    ],
    ids=["arctangent", "sine", "cosine", "logarithm"],
)
def test_elementary_functions_are_right_to_the_last_bits(ours, theirs, low, high):
    numbers = np.random.default_rng(1).uniform(low, high, 3_000)
    for x in [*numbers.tolist(), low, high, 0.5, 1.0]:
        assert ours(x) == pytest.approx(theirs(x), rel=3e-16, abs=2e-16)


def test_the_hurst_exponent_tells_trends_from_walks_and_noise():
    rng = np.random.default_rng(5)
    hurst = find_indicator("hurst").batch
    np.testing.assert_allclose(hurst(np.arange(200.0), 64)[63:], 1.0, rtol=1e-12)
    np.testing.assert_allclose(np.nanmean(hurst(np.cumsum(rng.normal(size=20_000)), 512)), 0.5, atol=0.02)
    assert abs(np.nanmean(hurst(rng.normal(size=5_000), 512))) < 0.02
    assert (hurst(np.full(60, 1.1), 20)[19:] == 0.5).all()
