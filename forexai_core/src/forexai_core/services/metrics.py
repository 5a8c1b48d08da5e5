"""Metrics in memory."""

from __future__ import annotations

import bisect
import math
import re
import threading
from collections.abc import Mapping, Sequence
from typing import final

import attrs

from forexai_core.errors import ConfigError
from forexai_core.ports.metrics import MetricKind, Sample

__all__ = ["DURATION_BOUNDS_S", "MemoryMetrics"]

DURATION_BOUNDS_S = (
    *(0.00001, 0.000025, 0.00005, 0.0001, 0.00015, 0.00025, 0.0005, 0.001, 0.0025, 0.005),
    *(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
)
"""Upper bounds of a histogram's buckets, made for durations in seconds; a last one is infinite."""

_NAME = re.compile(r"[a-z_][a-z0-9_]*")
_OVERFLOW = (("overflow", "true"),)

_Labels = tuple[tuple[str, str], ...]


@attrs.define
class _Series:
    value: float = 0.0
    count: int = 0
    buckets: list[int] = attrs.field(factory=list)


@attrs.define
class _Metric:
    kind: MetricKind
    series: dict[_Labels, _Series] = attrs.field(factory=dict)


@final
class MemoryMetrics:
    """Metrics that live as long as the process; whoever exports them takes snapshots.

    Parameters
    ----------
    bounds : sequence of float
        Finite upper bounds of the histograms' buckets, rising.
    max_series : int
        Series of a name before further label values are added up in one.
    """

    def __init__(self, *, bounds: Sequence[float] = DURATION_BOUNDS_S, max_series: int = 1000) -> None:
        self._bounds = tuple(float(bound) for bound in bounds)
        if list(self._bounds) != sorted(set(self._bounds)) or not all(map(math.isfinite, self._bounds)):
            raise ConfigError(f"The bounds of histograms must be finite and rise: {self._bounds}.")
        self._max_series = max_series
        self._metrics: dict[str, _Metric] = {}
        self._guard = threading.Lock()

    def add(self, name: str, amount: float = 1.0, labels: Mapping[str, str] | None = None) -> None:
        """Add to a counter; see `forexai_core.ports.metrics.Metrics`."""
        if not 0 <= amount < math.inf:
            raise ConfigError(f"Counter '{name}' only grows: {amount} cannot be added.")
        with self._guard:
            self._series(name, MetricKind.COUNTER, labels).value += amount

    def set(self, name: str, value: float, labels: Mapping[str, str] | None = None) -> None:
        """Set a gauge; see `forexai_core.ports.metrics.Metrics`."""
        with self._guard:
            self._series(name, MetricKind.GAUGE, labels).value = float(value)

    def observe(self, name: str, value: float, labels: Mapping[str, str] | None = None) -> None:
        """Add an observation; see `forexai_core.ports.metrics.Metrics`."""
        if math.isnan(value):
            raise ConfigError(f"Histogram '{name}' observes numbers, not {value}.")
        with self._guard:
            series = self._series(name, MetricKind.HISTOGRAM, labels)
            series.value += value
            series.count += 1
            series.buckets[bisect.bisect_left(self._bounds, value)] += 1

    def snapshot(self) -> Sequence[Sample]:
        """Return every series; see `forexai_core.ports.metrics.Metrics`."""
        with self._guard:
            return [
                self._sample(name, metric.kind, labels, series)
                for name, metric in sorted(self._metrics.items())
                for labels, series in sorted(metric.series.items())
            ]

    def _series(self, name: str, kind: MetricKind, labels: Mapping[str, str] | None) -> _Series:
        metric = self._metrics.get(name)
        if metric is None:
            metric = self._metrics[_checked(name)] = _Metric(kind)
        if metric.kind is not kind:
            raise ConfigError(f"Metric '{name}' is a {metric.kind}, not a {kind}: use another name.")
        key = tuple(sorted(labels.items())) if labels else ()
        series = metric.series.get(key)
        if series is None:
            for label, text in key:
                if not isinstance(text, str):
                    raise ConfigError(f"Label '{_checked(label)}' of metric '{name}' must be text, not {text!r}.")
                _checked(label)
            if len(metric.series) >= self._max_series:
                key = _OVERFLOW
            series = metric.series.setdefault(key, _Series(buckets=self._no_buckets(kind)))
        return series

    def _no_buckets(self, kind: MetricKind) -> list[int]:
        return [0] * (len(self._bounds) + 1) if kind is MetricKind.HISTOGRAM else []

    def _sample(self, name: str, kind: MetricKind, labels: _Labels, series: _Series) -> Sample:
        buckets: list[tuple[float, int]] = []
        below = 0
        if series.buckets:
            for bound, count in zip((*self._bounds, math.inf), series.buckets, strict=True):
                below += count
                buckets.append((bound, below))
        return Sample(
            name=name, kind=kind, labels=labels, value=series.value, count=series.count, buckets=tuple(buckets)
        )


def _checked(name: str) -> str:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ConfigError(f"{name!r} cannot name a metric or a label: write small letters, digits and '_'.")
    return name
