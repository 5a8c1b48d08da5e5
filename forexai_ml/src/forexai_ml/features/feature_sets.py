"""Sets of features: columns of a whole history at once, or row by row as bars close."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Self

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.errors import ConfigError
from forexai_core.indicators.specification import BoundIndicator
from forexai_core.values.bars import Bars
from forexai_core.values.clocks import NEW_YORK_CLOSE, Clock
from forexai_core.values.timeframes import NS_PER_DAY, NS_PER_MINUTE
from forexai_ml.features.specification import Feature, Reading, read_lines

__all__ = ["FeatureSet", "FeatureStream", "direction_features"]

Floats = NDArray[np.float64]
Key = tuple[str, tuple[tuple[str, float], ...]]

_COLUMNS = ("open", "high", "low", "close", "volume")


def _clock(value: str | Clock) -> Clock:
    return Clock.of(value)


def _key(feature: Feature) -> Key:
    return feature.indicator, tuple(sorted(feature.parameters.items()))


def _of_calendar(reading: Reading, clock: Clock, time_ns: NDArray[np.int64]) -> Floats:
    if reading is Reading.WEEKDAY:
        return clock.weekday(time_ns).astype(np.float64)
    return (clock.to_wall_ns(time_ns) % NS_PER_DAY // (60 * NS_PER_MINUTE)).astype(np.float64)


@attrs.frozen(kw_only=True)
class FeatureSet:
    """Features in the order in which a model takes them.

    Attributes
    ----------
    features : tuple of Feature
        Each name once.
    clock : Clock
        By which hours and weekdays are read.

    Raises
    ------
    ConfigError
        If there is none, or a name stands twice.
    """

    features: tuple[Feature, ...]
    clock: Clock = attrs.field(default=NEW_YORK_CLOSE, converter=_clock)

    def __attrs_post_init__(self) -> None:
        names = self.names
        twice = sorted({name for name in names if names.count(name) > 1})
        if not names or twice:
            raise ConfigError(f"A set of features names each once, one at least; twice: {', '.join(twice) or 'none'}.")

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(feature.name for feature in self.features)

    @property
    def warmup(self) -> int:
        """Leading bars on which a feature is unknown."""
        return max(feature.warmup for feature in self.features)

    def batch(self, bars: Bars) -> Floats:
        """Compute every row at once; row i rests on bars up to i only.

        Parameters
        ----------
        bars : Bars
            One symbol.

        Returns
        -------
        (bars, features) float64
            NaN where a feature is unknown.
        """
        computed: dict[Key, dict[str, Floats]] = {}
        out = np.empty((len(bars), len(self.features)))
        for column, feature in enumerate(self.features):
            if feature.reading.of_calendar:
                out[:, column] = _of_calendar(feature.reading, self.clock, bars.time_ns)
                continue
            key = _key(feature)
            if key not in computed:
                computed[key] = feature.bound.compute(bars.data)
            lines = tuple(computed[key][line] for line in feature.lines)
            out[:, column] = read_lines(feature.reading, lines, bars.close)
        return out

    def stream(self) -> FeatureStream:
        """Begin a stream of bars."""
        return FeatureStream(self)

    def to_json(self) -> dict[str, Any]:
        """Give it as plain data."""
        return {"clock": str(self.clock), "features": [feature.to_json() for feature in self.features]}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Self:
        """Take what :meth:`to_json` gave.

        Raises
        ------
        ConfigError
            If it is no set of features.
        """
        try:
            features: Iterable[Any] = plain["features"]
            return cls(features=tuple(Feature.from_json(each) for each in features), clock=plain["clock"])
        except (KeyError, TypeError) as problem:
            raise ConfigError(f"This is no set of features: {problem}.") from problem


class FeatureStream:
    """Features bar by bar: bit for bit the rows of :meth:`FeatureSet.batch`.

    Parameters
    ----------
    features : FeatureSet
        What to compute.
    """

    def __init__(self, features: FeatureSet) -> None:
        self._set = features
        bound: dict[Key, BoundIndicator] = {
            _key(feature): feature.bound for feature in features.features if not feature.reading.of_calendar
        }
        self._streams = {key: (each.inputs, each.outputs, each.stream()) for key, each in bound.items()}

    def update(self, time_ns: int, *prices: float) -> Floats:
        """Take the bar that has just closed.

        Parameters
        ----------
        time_ns : int
            When it opened, nanoseconds UTC.
        *prices : float
            Open, high, low and close (bid), and volume.

        Returns
        -------
        (features,) float64
            NaN where a feature is unknown.
        """
        bar = dict(zip(_COLUMNS, prices, strict=True))
        lines: dict[Key, dict[str, float]] = {}
        for key, (inputs, outputs, stream) in self._streams.items():
            lines[key] = dict(zip(outputs, stream.update(*(bar[name] for name in inputs)), strict=True))
        close, time = np.array([bar["close"]]), np.array([time_ns], np.int64)
        out = np.empty(len(self._set.features))
        for column, feature in enumerate(self._set.features):
            if feature.reading.of_calendar:
                out[column] = _of_calendar(feature.reading, self._set.clock, time)[0]
            else:
                values = tuple(np.array([lines[_key(feature)][line]]) for line in feature.lines)
                out[column] = read_lines(feature.reading, values, close)[0]
        return out


def direction_features() -> FeatureSet:
    """Give the set that direction models see unless told otherwise: momentum, trend, channels, volatility, time."""
    return FeatureSet(
        features=(
            Feature(name="rsi_14", reading=Reading.VALUE, indicator="rsi", parameters={"period": 14}),
            Feature(name="roc_1", reading=Reading.VALUE, indicator="roc", parameters={"period": 1}),
            Feature(name="roc_6", reading=Reading.VALUE, indicator="roc", parameters={"period": 6}),
            Feature(name="roc_24", reading=Reading.VALUE, indicator="roc", parameters={"period": 24}),
            Feature(name="macd_histogram", reading=Reading.PER_CLOSE, indicator="macd", output="histogram"),
            Feature(name="sma_20_distance", reading=Reading.DISTANCE, indicator="sma", parameters={"period": 20}),
            Feature(name="sma_100_distance", reading=Reading.DISTANCE, indicator="sma", parameters={"period": 100}),
            Feature(name="bollinger_position", reading=Reading.POSITION, indicator="bollinger"),
            Feature(
                name="donchian_48_position", reading=Reading.POSITION, indicator="donchian", parameters={"period": 48}
            ),
            Feature(name="stochastic_k", reading=Reading.VALUE, indicator="stochastic"),
            Feature(name="adx_14", reading=Reading.VALUE, indicator="adx", parameters={"period": 14}),
            Feature(name="natr_14", reading=Reading.VALUE, indicator="natr", parameters={"period": 14}),
            Feature(name="hour", reading=Reading.HOUR),
            Feature(name="weekday", reading=Reading.WEEKDAY),
        )
    )
