"""What a model sees: the same in batch and bar by bar, and never the future."""

from __future__ import annotations

import numpy as np
import pytest
from teachable_market import bars_of, swinging, walking

from forexai_core.errors import ConfigError
from forexai_core.indicators import find_indicator
from forexai_ml import Feature, FeatureSet, direction_features


def streamed(features, bars):
    stream = features.stream()
    return np.array([stream.update(*row.item()) for row in bars.data])


@pytest.mark.parametrize("bars", [swinging(400), walking(400, seed=5), bars_of(np.full(200, 1.1))])
def test_batch_and_streaming_give_the_same_bits(bars):
    features = direction_features()
    assert np.array_equal(features.batch(bars), streamed(features, bars), equal_nan=True)


def test_a_row_does_not_change_when_later_bars_come():
    bars = walking(500)
    features = direction_features()
    whole = features.batch(bars)
    for cut in (1, 99, 100, 101, 250, 499):
        assert np.array_equal(features.batch(bars[:cut]), whole[:cut], equal_nan=True)


def test_every_feature_is_known_after_the_warm_up_and_some_is_not_before():
    features = direction_features()
    rows = features.batch(walking(400))
    assert not np.isnan(rows[features.warmup :]).any()
    assert np.isnan(rows[features.warmup - 1]).any()


def test_readings_are_what_they_say():
    bars = walking(300)
    line = find_indicator("sma").open(10).compute(bars.data)["sma"]
    bands = find_indicator("bollinger").open().compute(bars.data)
    momentum = find_indicator("momentum").open(5).compute(bars.data)["momentum"]
    features = FeatureSet(
        features=(
            Feature(name="a", reading="value", indicator="sma", parameters={"period": 10}),
            Feature(name="b", reading="distance", indicator="sma", parameters={"period": 10}),
            Feature(name="c", reading="position", indicator="bollinger"),
            Feature(name="d", reading="per-close", indicator="momentum", parameters={"period": 5}),
            Feature(name="e", reading="hour"),
            Feature(name="f", reading="weekday"),
        ),
        clock="UTC",
    )
    rows, close = features.batch(bars), bars.close
    position = (close - bands["lower"]) / (bands["upper"] - bands["lower"])
    for column, expected in enumerate((line, close / line - 1, position, momentum / close)):
        assert np.allclose(rows[:, column], expected, rtol=1e-14, atol=0, equal_nan=True)
    assert rows[:30, 4].tolist() == [hour % 24 for hour in range(30)]
    assert rows[::24, 5][:6].tolist() == [0, 1, 2, 3, 4, 0]


def test_a_channel_without_width_is_unknown():
    features = FeatureSet(features=(Feature(name="c", reading="position", indicator="bollinger"),))
    assert np.isnan(features.batch(bars_of(np.full(60, 1.1)))).all()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"reading": "value", "indicator": "rsj"}, "rsi"),
        ({"reading": "value", "indicator": "rsi", "parameters": {"length": 3}}, "length"),
        ({"reading": "value", "indicator": "rsi", "parameters": {"period": 0}}, "period"),
        ({"reading": "value", "indicator": "macd", "output": "histo"}, "histogram"),
        ({"reading": "position", "indicator": "rsi"}, "lower"),
        ({"reading": "hour", "indicator": "rsi"}, "time"),
        ({"reading": "value", "indicator": "floor_pivots"}, "day"),
    ],
)
def test_a_feature_that_cannot_be_is_refused(wrong, words):
    with pytest.raises(ConfigError, match=words):
        Feature(name="x", **wrong)


def test_names_stand_once():
    hour = Feature(name="hour", reading="hour")
    for features in ((), (hour, hour)):
        with pytest.raises(ConfigError, match="once"):
            FeatureSet(features=features)


def test_a_set_survives_storage():
    features = direction_features()
    assert FeatureSet.from_json(features.to_json()) == features
    for spoiled in (
        {},
        {"features": [{}], "clock": "UTC"},
        {"features": [{"name": "x", "reading": "y"}], "clock": "UTC"},
    ):
        with pytest.raises(ConfigError):
            FeatureSet.from_json(spoiled)
