"""Metrics of operation: counters, gauges, histograms; what a strategy earned is elsewhere (`forexai_core.metrics`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Protocol, runtime_checkable

import attrs

__all__ = ["MetricKind", "Metrics", "Sample"]


class MetricKind(StrEnum):
    """What a metric measures."""

    COUNTER = "counter"
    """Only grows."""
    GAUGE = "gauge"
    """Stands somewhere."""
    HISTOGRAM = "histogram"
    """Many values, counted by size."""


@attrs.frozen(kw_only=True)
class Sample:
    """One series at the moment of a snapshot.

    Attributes
    ----------
    name : str
        Of the metric.
    kind : MetricKind
        What it is.
    labels : tuple of (str, str)
        Sorted by label.
    value : float
        Sum of a counter or histogram; the last value of a gauge.
    count : int
        Observations of a histogram; 0 for others.
    buckets : tuple of (float, int)
        Of a histogram: upper bound, and how many observations were at most that; the last bound is infinite.
    """

    name: str
    kind: MetricKind
    labels: tuple[tuple[str, str], ...]
    value: float
    count: int = 0
    buckets: tuple[tuple[float, int], ...] = ()


@runtime_checkable
class Metrics(Protocol):
    """Counts and times of what a process does; cheap, from any thread, and never waits.

    A name has one kind for good. Names and labels match ``[a-z_][a-z0-9_]*``; label values are any text. A name
    has a bounded number of series: further label values are added up in one series labelled ``overflow="true"``,
    so that a mistake in labelling cannot eat the memory of a trading process.
    """

    def add(self, name: str, amount: float = 1.0, labels: Mapping[str, str] | None = None) -> None:
        """Add to a counter.

        Raises
        ------
        ConfigError
            If the amount is negative or not finite, the name is not a counter's, or a name is malformed.
        """
        ...

    def set(self, name: str, value: float, labels: Mapping[str, str] | None = None) -> None:
        """Say where a gauge stands.

        Raises
        ------
        ConfigError
            If the name is not a gauge's, or a name is malformed.
        """
        ...

    def observe(self, name: str, value: float, labels: Mapping[str, str] | None = None) -> None:
        """Add an observation, such as a duration in seconds, to a histogram.

        Raises
        ------
        ConfigError
            If the value is not a number, the name is not a histogram's, or a name is malformed.
        """
        ...

    def snapshot(self) -> Sequence[Sample]:
        """Return every series as it stands, sorted by name and labels."""
        ...
