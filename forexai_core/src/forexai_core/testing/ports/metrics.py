"""What every store of metrics has to pass."""

from __future__ import annotations

import math
import threading

import pytest

from forexai_core.errors import ConfigError
from forexai_core.ports.metrics import MetricKind, Metrics, Sample
from forexai_core.testing.ports.verdicts import refused, require

__all__ = ["MetricsSuite"]


def _only(metrics: Metrics, name: str) -> Sample:
    found = [sample for sample in metrics.snapshot() if sample.name == name]
    if len(found) != 1:
        pytest.fail(f"'{name}' has {len(found)} series instead of one")
    return found[0]


class MetricsSuite:
    """Rules of `forexai_core.ports.metrics.Metrics`. Synchronous."""

    max_series = 16
    """Most series of a name in the store under test: few, since the suite exceeds it."""

    @pytest.fixture
    def metrics(self) -> Metrics:
        """Give an empty store."""
        raise NotImplementedError("Give a fixture 'metrics'.")

    def test_counters_add_up(self, metrics: Metrics) -> None:
        """A counter is the sum of what was added."""
        metrics.add("orders_total")
        metrics.add("orders_total", 2.5)
        metrics.add("orders_total", 0.0)
        sample = _only(metrics, "orders_total")
        require((sample.kind, sample.value, sample.labels) == (MetricKind.COUNTER, 3.5, ()), f"the counter is {sample}")

    def test_counters_only_grow(self, metrics: Metrics) -> None:
        """What would not grow it is refused."""
        metrics.add("orders_total", 1.0)
        for amount in (-1.0, math.nan, math.inf):
            with refused(ConfigError, f"adding {amount} to a counter"):
                metrics.add("orders_total", amount)
        require(_only(metrics, "orders_total").value == 1.0, "a refused amount was added")

    def test_gauges_stand_where_they_were_set(self, metrics: Metrics) -> None:
        """The last value counts."""
        for value in (1.0, -5.5):
            metrics.set("open_positions", value)
        sample = _only(metrics, "open_positions")
        require((sample.kind, sample.value) == (MetricKind.GAUGE, -5.5), f"the gauge is {sample}")

    def test_histograms_count_by_size(self, metrics: Metrics) -> None:
        """Sum, count, and cumulative buckets whose last one holds all."""
        values = (0.0005, 0.3, 0.3, 1e9)
        for value in values:
            metrics.observe("decision_seconds", value)
        sample = _only(metrics, "decision_seconds")
        require((sample.kind, sample.count) == (MetricKind.HISTOGRAM, 4), f"the histogram is {sample}")
        require(math.isclose(sample.value, sum(values)), f"the sum is {sample.value}")
        bounds = [bound for bound, _ in sample.buckets]
        require(bounds == sorted(set(bounds)) and bounds[-1:] == [math.inf], f"the bounds are {bounds}")
        for bound, count in sample.buckets:
            require(count == sum(value <= bound for value in values), f"{count} observations are said to be <= {bound}")

    def test_an_observation_on_a_bound_is_within(self, metrics: Metrics) -> None:
        """A bucket holds what is at most its bound."""
        metrics.observe("decision_seconds", 0.0)
        bound = _only(metrics, "decision_seconds").buckets[0][0]
        metrics.observe("decision_seconds", bound)
        require(_only(metrics, "decision_seconds").buckets[0] == (bound, 2), "a value on the bound is above it")

    def test_what_is_no_number_is_not_observed(self, metrics: Metrics) -> None:
        """NaN would spoil the sum."""
        with refused(ConfigError, "observing NaN"):
            metrics.observe("decision_seconds", math.nan)

    def test_labels_make_series(self, metrics: Metrics) -> None:
        """By their values, in whatever order they are given."""
        metrics.add("orders_total", labels={"symbol": "EURUSD", "side": "buy"})
        metrics.add("orders_total", labels={"side": "buy", "symbol": "EURUSD"})
        metrics.add("orders_total", labels={"side": "sell", "symbol": "EURUSD"})
        metrics.add("orders_total")
        got = [(sample.labels, sample.value) for sample in metrics.snapshot()]
        want = [
            ((), 1.0),
            ((("side", "buy"), ("symbol", "EURUSD")), 2.0),
            ((("side", "sell"), ("symbol", "EURUSD")), 1.0),
        ]
        require(got == want, f"the series are {got}")

    def test_a_name_has_one_kind(self, metrics: Metrics) -> None:
        """It does not change."""
        metrics.add("a")
        metrics.set("b", 1.0)
        with refused(ConfigError, "setting a counter"):
            metrics.set("a", 1.0)
        with refused(ConfigError, "observing a counter"):
            metrics.observe("a", 1.0)
        with refused(ConfigError, "adding to a gauge"):
            metrics.add("b")

    def test_refuses_what_is_no_name(self, metrics: Metrics) -> None:
        """Names and labels are checked."""
        for name in ("", "Orders", "1a", "a-b", "a b", "a\n"):
            with refused(ConfigError, f"a counter named {name!r}"):
                metrics.add(name)
            with refused(ConfigError, f"a label named {name!r}"):
                metrics.add("fine", labels={name: "x"})
            with refused(ConfigError, f"a gauge named {name!r}"):
                metrics.set(name, 1.0)

    def test_a_snapshot_is_sorted_and_stays(self, metrics: Metrics) -> None:
        """By name; and what comes later does not change it."""
        for name in ("b", "a", "c"):
            metrics.add(name)
        snapshot = metrics.snapshot()
        metrics.add("a")
        got = [(sample.name, sample.value) for sample in snapshot]
        require(got == [("a", 1.0), ("b", 1.0), ("c", 1.0)], f"the snapshot is {got}")

    def test_the_number_of_series_is_bounded(self, metrics: Metrics) -> None:
        """Further labels add up in one series; nothing is lost, nothing grows without end."""
        for number in range(self.max_series * 3):
            metrics.add("orders_total", labels={"id": str(number)})
        samples = metrics.snapshot()
        require(len(samples) <= self.max_series + 1, f"{len(samples)} series were made")
        require(sum(sample.value for sample in samples) == self.max_series * 3, "what was added got lost")
        require((("overflow", "true"),) in [sample.labels for sample in samples], "no series is labelled overflow")

    def test_threads_do_not_lose_counts(self, metrics: Metrics) -> None:
        """Adding from several threads at once adds up."""

        def work() -> None:
            for _ in range(2_000):
                metrics.add("orders_total")

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        require(_only(metrics, "orders_total").value == 8_000, "counts were lost between threads")
