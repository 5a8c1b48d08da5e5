"""The suites of executor, secrets, metrics and trials catch each broken rule."""

from __future__ import annotations

import asyncio
import bisect
import math

import attrs
import pytest
from ports.proofs import Proof, all_rules_proven, pause, prove

from forexai_core.errors import ConfigError, ForexAIError, IntegrityError
from forexai_core.ports.metrics import MetricKind
from forexai_core.ports.secrets import Secret
from forexai_core.ports.trials import Head
from forexai_core.services.executors import InProcessExecutor
from forexai_core.services.metrics import MemoryMetrics
from forexai_core.services.secrets import MemorySecrets
from forexai_core.services.trials import MemoryTrials
from forexai_core.services.trials_chain import Counts
from forexai_core.testing.ports.executor import ExecutorSuite
from forexai_core.testing.ports.metrics import MetricsSuite
from forexai_core.testing.ports.secrets import SecretsSuite
from forexai_core.testing.ports.trials import TrialsSuite


def alone(name, kind, *arguments, apart=False, **options):
    def fixtures():
        store = kind(*arguments, **options)
        return {name: store, "another": kind if apart else (lambda: store)}

    fixtures.__name__ = kind.__name__ + ("Apart" if apart else "")
    return fixtures


# ------------------------------------------------------------------------------------------------------------- executor
class NoWorkers(InProcessExecutor):
    workers = 0


class Reversed(InProcessExecutor):
    def map(self, function, items, **options):
        yield from reversed(list(super().map(function, items, **options)))


class ReadsEverything(InProcessExecutor):
    def map(self, function, items, **options):
        return super().map(function, list(items), **options)


class TellsNothing(InProcessExecutor):
    def map(self, function, items, *, on_progress=None, cancellation=None):
        return super().map(function, items, cancellation=cancellation)


class TellsTooEarly(InProcessExecutor):
    def map(self, function, items, *, on_progress=None, cancellation=None):
        items = list(items)
        if on_progress:
            on_progress(len(items) + 1)
        return super().map(function, items, cancellation=cancellation)


class SkipsFailures(InProcessExecutor):
    def map(self, function, items, **options):
        for item in items:
            try:
                yield function(item)
            except ArithmeticError:
                continue


class WrapsFailures(InProcessExecutor):
    def map(self, function, items, **options):
        try:
            yield from super().map(function, items, **options)
        except ArithmeticError as failure:
            raise ForexAIError("failed") from failure


class FailsBeforeItsTurn(InProcessExecutor):
    def map(self, function, items, **options):
        return iter(list(super().map(function, items, **options)))


class NeverStops(InProcessExecutor):
    def map(self, function, items, *, on_progress=None, cancellation=None):
        return super().map(function, items, on_progress=on_progress)


class StopsInSilence(InProcessExecutor):
    def map(self, function, items, *, on_progress=None, cancellation=None):
        for item in items:
            if cancellation is not None and cancellation.cancelled:
                return
            yield function(item)


class TurnsArguments(InProcessExecutor):
    def submit(self, function, /, *arguments):
        return super().submit(function, *reversed(arguments))


class ClosesOnce(InProcessExecutor):
    closings = 0

    def close(self):
        self.closings += 1
        if self.closings == 2:
            raise ForexAIError("closed before")


EXECUTORS = [
    Proof("has_workers", alone("executor", NoWorkers)),
    Proof("keeps_the_order_of_the_items", alone("executor", Reversed)),
    Proof("reads_as_needed", alone("executor", ReadsEverything)),
    Proof("reports_progress", alone("executor", TellsNothing)),
    Proof("reports_progress", alone("executor", TellsTooEarly)),
    Proof("raises_what_the_function_raised", alone("executor", SkipsFailures)),
    Proof("raises_what_the_function_raised", alone("executor", WrapsFailures)),
    Proof("raises_what_the_function_raised", alone("executor", FailsBeforeItsTurn)),
    Proof("stops_when_cancelled", alone("executor", NeverStops)),
    Proof("stops_when_cancelled", alone("executor", StopsInSilence)),
    Proof("does_not_begin_when_cancelled_before", alone("executor", NeverStops)),
    Proof("submits_one_call", alone("executor", TurnsArguments)),
    Proof("closes_twice", alone("executor", ClosesOnce)),
]


@pytest.mark.parametrize("proof", EXECUTORS, ids=str)
def test_a_broken_executor_is_caught(proof, monkeypatch):
    prove(ExecutorSuite, alone("executor", InProcessExecutor), proof, monkeypatch)


def test_every_rule_of_the_executor_is_proven():
    all_rules_proven(ExecutorSuite, EXECUTORS)


# -------------------------------------------------------------------------------------------------------------- secrets
class Strips(MemorySecrets):
    async def set(self, name, secret):
        await super().set(name, Secret(secret.reveal().strip("\0")))


class HandsOutText(MemorySecrets):
    async def get(self, name):
        return (await super().get(name)).reveal()


class KeepsTheFirst(MemorySecrets):
    async def set(self, name, secret):
        self._kept.setdefault(name, secret)


class AddsInItsPlace(MemorySecrets):
    async def add(self, name, secret):
        await self.set(name, secret)
        return True


class LooksBeforeItAdds(MemorySecrets):
    async def add(self, name, secret):
        there = name in self._kept
        await asyncio.sleep(0)
        if not there:
            await self.set(name, secret)
        return not there


class AddsUnderAnyName(MemorySecrets):
    async def add(self, name, secret):
        return self._kept.setdefault(name, secret) is secret


class IgnoresCapitals(MemorySecrets):
    async def set(self, name, secret):
        await super().set(name.lower(), secret)


class EmptyWhenMissing(MemorySecrets):
    async def get(self, name):
        return self._kept.get(name, Secret(""))


class KeepsTheDeleted(MemorySecrets):
    async def delete(self, name):
        return name in self._kept


class TakesAnyName(MemorySecrets):
    async def set(self, name, secret):
        self._kept[name] = secret


class TellsInErrors(MemorySecrets):
    async def set(self, name, secret):
        try:
            await super().set(name, secret)
        except ConfigError as refusal:
            raise ConfigError(f"{refusal} ({secret.reveal()})") from None


class TellsInItsRepr(MemorySecrets):
    def __repr__(self):
        return str({name: secret.reveal() for name, secret in self._kept.items()})


SECRETS = [
    Proof("gives_back_what_was_set", alone("secrets", Strips)),
    Proof("gives_back_what_was_set", alone("secrets", HandsOutText)),
    Proof("replaces", alone("secrets", KeepsTheFirst)),
    Proof("adds_only_what_is_not_there", alone("secrets", AddsInItsPlace)),
    Proof("adds_only_what_is_not_there", alone("secrets", LooksBeforeItAdds)),
    Proof("adds_only_what_is_not_there", alone("secrets", AddsUnderAnyName)),
    Proof("names_are_apart", alone("secrets", IgnoresCapitals)),
    Proof("knows_what_is_not_there", alone("secrets", EmptyWhenMissing)),
    Proof("deletes", alone("secrets", KeepsTheDeleted)),
    Proof("refuses_what_is_no_name", alone("secrets", TakesAnyName)),
    Proof("refuses_what_is_no_name", alone("secrets", TellsInErrors)),
    Proof("shows_nothing", alone("secrets", TellsInItsRepr)),
    Proof("another_process_sees_it", alone("secrets", MemorySecrets, apart=True)),
]


@pytest.mark.parametrize("proof", SECRETS, ids=str)
def test_a_broken_store_of_secrets_is_caught(proof, monkeypatch):
    prove(SecretsSuite, alone("secrets", MemorySecrets), proof, monkeypatch)


def test_every_rule_of_secrets_is_proven():
    all_rules_proven(SecretsSuite, SECRETS)


# -------------------------------------------------------------------------------------------------------------- metrics
class CountsOnes(MemoryMetrics):
    def add(self, name, amount=1.0, labels=None):
        super().add(name, 1.0, labels)


class Shrinks(MemoryMetrics):
    def add(self, name, amount=1.0, labels=None):
        self._series(name, MetricKind.COUNTER, labels).value += amount


class GaugesAddUp(MemoryMetrics):
    def set(self, name, value, labels=None):
        self._series(name, MetricKind.GAUGE, labels).value += value


class BucketsApart(MemoryMetrics):
    def snapshot(self):
        return [
            attrs.evolve(
                sample,
                buckets=tuple(
                    (bound, count - before)
                    for (bound, count), (_, before) in zip(
                        sample.buckets, ((0.0, 0), *sample.buckets[:-1]), strict=True
                    )
                ),
            )
            if sample.buckets
            else sample
            for sample in super().snapshot()
        ]


class BoundsAreAbove(MemoryMetrics):
    def observe(self, name, value, labels=None):
        series = self._series(name, MetricKind.HISTOGRAM, labels)
        series.count += 1
        series.value += value
        series.buckets[bisect.bisect_right(self._bounds, value)] += 1


class ObservesNothings(MemoryMetrics):
    def observe(self, name, value, labels=None):
        super().observe(name, 0.0 if math.isnan(value) else value, labels)


class OrderOfLabelsCounts(MemoryMetrics):
    def _series(self, name, kind, labels):
        return super()._series(name, kind, {"order": ",".join(labels), **labels} if labels else None)


class IgnoresLabels(MemoryMetrics):
    def _series(self, name, kind, labels):
        return super()._series(name, kind, None)


class AnyKind(MemoryMetrics):
    def _series(self, name, kind, labels):
        if name in self._metrics:
            kind = self._metrics[name].kind
        return super()._series(name, kind, labels)


class AnyNameOfMetric(MemoryMetrics):
    def _series(self, name, kind, labels):
        return super()._series("x", kind, labels)


class Unsorted(MemoryMetrics):
    def snapshot(self):
        return super().snapshot()[::-1]


class LiveSnapshots(MemoryMetrics):
    def snapshot(self):
        metrics = self

        class Live(list):
            def __iter__(self):
                return iter(MemoryMetrics.snapshot(metrics))

        return Live()


class Unbounded(MemoryMetrics):
    def __init__(self, *, max_series):
        super().__init__(max_series=10**6)


class DropsTheRest(MemoryMetrics):
    def add(self, name, amount=1.0, labels=None):
        if name not in self._metrics or len(self._metrics[name].series) < self._max_series:
            super().add(name, amount, labels)


class LosesRaces(MemoryMetrics):
    def add(self, name, amount=1.0, labels=None):
        series = self._series(name, MetricKind.COUNTER, labels)
        before = series.value
        if int(before) % 50 == 0:
            pause()
        series.value = before + amount


def metrics(kind):
    return alone("metrics", kind, max_series=MetricsSuite.max_series)


METRICS = [
    Proof("counters_add_up", metrics(CountsOnes)),
    Proof("counters_only_grow", metrics(Shrinks)),
    Proof("gauges_stand_where_they_were_set", metrics(GaugesAddUp)),
    Proof("histograms_count_by_size", metrics(BucketsApart)),
    Proof("an_observation_on_a_bound_is_within", metrics(BoundsAreAbove)),
    Proof("what_is_no_number_is_not_observed", metrics(ObservesNothings)),
    Proof("labels_make_series", metrics(OrderOfLabelsCounts)),
    Proof("labels_make_series", metrics(IgnoresLabels)),
    Proof("a_name_has_one_kind", metrics(AnyKind)),
    Proof("refuses_what_is_no_name", metrics(AnyNameOfMetric)),
    Proof("a_snapshot_is_sorted_and_stays", metrics(Unsorted)),
    Proof("a_snapshot_is_sorted_and_stays", metrics(LiveSnapshots)),
    Proof("the_number_of_series_is_bounded", metrics(Unbounded)),
    Proof("the_number_of_series_is_bounded", metrics(DropsTheRest)),
    Proof("threads_do_not_lose_counts", metrics(LosesRaces)),
]


@pytest.mark.parametrize("proof", METRICS, ids=str)
def test_a_broken_store_of_metrics_is_caught(proof, monkeypatch):
    prove(MetricsSuite, metrics(MemoryMetrics), proof, monkeypatch)


def test_every_rule_of_metrics_is_proven():
    all_rules_proven(MetricsSuite, METRICS)


# --------------------------------------------------------------------------------------------------------------- trials
class BeginsAtOne(MemoryTrials):
    def __init__(self):
        super().__init__()
        self._head = Head(length=0, sha256="f" * 64, started_at_ns=None)


class ChainsNothing(MemoryTrials):
    def record(self, trial):
        before = self._head
        self._head = attrs.evolve(before, sha256="0" * 64)
        return super().record(trial)


class Backwards(MemoryTrials):
    def records(self):
        return iter(list(super().records())[::-1])


class CountsRecords(MemoryTrials):
    def count(self, idea):
        return sum(idea.overlaps(trial.idea) for trial in self.records())


class CountsAnything(MemoryTrials):
    different = "strategy"

    def count(self, idea):
        return sum(
            trial.evaluations
            for trial in self.records()
            if idea.overlaps(attrs.evolve(trial.idea, **{self.different: getattr(idea, self.different)}))
        )


class AnySymbol(CountsAnything):
    different = "symbols"


class AnyTimeframe(CountsAnything):
    different = "timeframe"


class AnyTime(MemoryTrials):
    def count(self, idea):
        return super().count(attrs.evolve(idea, start_ns=-(2**63), stop_ns=2**63 - 1))


class ToTheLetter(MemoryTrials):
    def count(self, idea):
        return sum(trial.evaluations for trial in self.records() if trial.idea == idea)


class FormsApart(MemoryTrials):
    def count(self, idea):
        return sum(trial.evaluations for trial in self.records() if trial.idea.form == idea.form)


class TouchingIsNotSharing(MemoryTrials):
    def count(self, idea):
        return super().count(attrs.evolve(idea, start_ns=idea.start_ns + 1, stop_ns=idea.stop_ns - 1))


class OnlyThePresentHead(MemoryTrials):
    def verify(self, head=None):
        if head not in (None, self._head):
            raise IntegrityError("not the present head")
        return self._head


class BelievesHeads(MemoryTrials):
    def verify(self, head=None):
        return super().verify()


class BelievesStarts(MemoryTrials):
    def verify(self, head=None):
        return super().verify(head and attrs.evolve(head, started_at_ns=1_000))


class LosesRecordsInRaces(MemoryTrials):
    def record(self, trial):
        head, lines = self._head, list(self._lines)
        pause()
        self._head, self._lines, self._counts = head, lines, Counts()
        for line in lines:
            self._counts.add(line.content)
        return super().record(trial)


TRIALS = [
    Proof("begins_empty", alone("trials", BeginsAtOne)),
    Proof("chains_by_the_published_rule", alone("trials", ChainsNothing)),
    Proof("gives_back_what_was_recorded", alone("trials", Backwards)),
    Proof("counts_evaluations", alone("trials", CountsRecords)),
    Proof("counts_the_same_idea_only", alone("trials", CountsAnything)),
    Proof("counts_the_same_idea_only", alone("trials", AnySymbol)),
    Proof("counts_the_same_idea_only", alone("trials", AnyTimeframe)),
    Proof("counts_the_same_idea_only", alone("trials", AnyTime)),
    Proof("counts_the_same_idea_in_other_clothes", alone("trials", ToTheLetter)),
    Proof("counts_the_same_idea_in_other_clothes", alone("trials", FormsApart)),
    Proof("counts_the_same_idea_in_other_clothes", alone("trials", TouchingIsNotSharing)),
    Proof("verifies_earlier_heads", alone("trials", OnlyThePresentHead)),
    Proof("refuses_heads_that_it_never_had", alone("trials", BelievesHeads)),
    Proof("refuses_heads_that_it_never_had", alone("trials", BelievesStarts)),
    Proof("others_records_are_chained_and_counted", alone("trials", MemoryTrials, apart=True)),
    Proof("threads_lose_nothing", alone("trials", LosesRecordsInRaces)),
]


@pytest.mark.parametrize("proof", TRIALS, ids=str)
def test_a_broken_ledger_of_trials_is_caught(proof, monkeypatch):
    prove(TrialsSuite, alone("trials", MemoryTrials), proof, monkeypatch)


def test_every_rule_of_trials_is_proven():
    all_rules_proven(TrialsSuite, TRIALS)
