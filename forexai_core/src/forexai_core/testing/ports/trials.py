"""What every ledger of trials has to pass."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from forexai_core.errors import IntegrityError
from forexai_core.ports.trials import EMPTY_HEAD, Head, Idea, Trial, Trials
from forexai_core.testing.ports.verdicts import refused, require

__all__ = ["TrialsSuite"]


def _idea(**changes: Any) -> Idea:
    idea = Idea(strategy="sma-cross", form="class", symbols=("EURUSD",), timeframe="H1", start_ns=100, stop_ns=200)
    return attrs.evolve(idea, **changes)


def _trial(number: int = 0, evaluations: int = 1, **changes: Any) -> Trial:
    return Trial(
        idea=_idea(**changes),
        parameters_hash=f"{number:064x}",
        evaluations=evaluations,
        input_fingerprint="ab" * 32,
        metrics={"sharpe": 0.1 * number, "net_profit": None},
        recorded_at_ns=1_000 + number,
    )


def _chained(trials: list[Trial]) -> str:
    """Work the hash out as the port's text says it, without the port's functions."""
    last = bytes(32)
    for trial in trials:
        record = {
            "version": 1,
            "strategy": trial.idea.strategy,
            "form": trial.idea.form,
            "symbols": list(trial.idea.symbols),
            "timeframe": trial.idea.timeframe,
            "start_ns": str(trial.idea.start_ns),
            "stop_ns": str(trial.idea.stop_ns),
            "parameters_hash": trial.parameters_hash,
            "evaluations": trial.evaluations,
            "input_fingerprint": trial.input_fingerprint,
            "metrics": dict(trial.metrics),
            "recorded_at_ns": str(trial.recorded_at_ns),
        }
        last = hashlib.sha256(last + json.dumps(record, sort_keys=True, separators=(",", ":")).encode()).digest()
    return last.hex()


class TrialsSuite:
    """Rules of `forexai_core.ports.trials.Trials`. Synchronous."""

    @pytest.fixture
    def trials(self) -> Trials:
        """Give an empty ledger."""
        raise NotImplementedError("Give a fixture 'trials'.")

    @pytest.fixture
    def another(self) -> Callable[[], Trials]:
        """Give a function that opens the same ledger once more; one in memory returns itself."""
        raise NotImplementedError("Give a fixture 'another'.")

    def test_begins_empty(self, trials: Trials) -> None:
        """Nothing is recorded, and that is verified."""
        require(trials.head() == EMPTY_HEAD, f"an empty ledger's head is {trials.head()}")
        require(trials.verify() == EMPTY_HEAD, "an empty ledger does not verify")
        require(trials.count(_idea()) == 0, "an empty ledger counts something")
        require(list(trials.records()) == [], "an empty ledger has records")
        trials.flush()

    def test_chains_by_the_published_rule(self, trials: Trials) -> None:
        """The hash can be worked out by anybody."""
        recorded = []
        for number in range(3):
            recorded.append(_trial(number, strategy="naïve-密" if number == 2 else "sma-cross"))
            want = Head(length=number + 1, sha256=_chained(recorded), started_at_ns=1_000)
            require(trials.record(recorded[-1]) == want, "record() does not return the head by the published rule")
            require(trials.head() == want, "head() is not what record() returned")
        require(trials.verify() == trials.head(), "verify() returns another head")

    def test_gives_back_what_was_recorded(self, trials: Trials) -> None:
        """Every field, oldest first."""
        recorded = [_trial(0), _trial(1, symbols=("EURUSD", "GBPUSD"), start_ns=-(2**63), stop_ns=2**63 - 1)]
        for trial in recorded:
            trials.record(trial)
        require(list(trials.records()) == recorded, "records come back changed")

    def test_counts_evaluations(self, trials: Trials) -> None:
        """A sweep's one record counts as many as it evaluated."""
        trials.record(_trial(0))
        require(trials.count(_idea()) == 1, "one trial is not counted as one")
        trials.record(_trial(1, evaluations=500))
        require(trials.count(_idea()) == 501, "a sweep is not counted by its evaluations")

    def test_counts_the_same_idea_only(self, trials: Trials) -> None:
        """Another strategy, symbol, timeframe or time is another idea."""
        others: tuple[dict[str, Any], ...] = (
            {"strategy": "other"},
            {"symbols": ("GBPUSD",)},
            {"timeframe": "M1"},
            {"start_ns": 0, "stop_ns": 99},
            {"start_ns": 201, "stop_ns": 300},
        )
        for number, changes in enumerate(others):
            trials.record(_trial(number, **changes))
            require(trials.count(_idea()) == 0, f"an idea with {changes} is counted as the same")

    def test_counts_the_same_idea_in_other_clothes(self, trials: Trials) -> None:
        """Another form, a shared symbol, a shared moment: the same data was looked at."""
        clothes: tuple[dict[str, Any], ...] = (
            {"form": "compiled"},
            {"symbols": ("GBPUSD", "EURUSD")},
            {"start_ns": 0, "stop_ns": 100},
            {"start_ns": 200, "stop_ns": 300},
            {"start_ns": 0, "stop_ns": 300},
            {"start_ns": 150, "stop_ns": 150},
        )
        for number, changes in enumerate(clothes, 1):
            trials.record(_trial(number, **changes))
            require(trials.count(_idea()) == number, f"an idea with {changes} is not counted as the same")

    def test_verifies_earlier_heads(self, trials: Trials) -> None:
        """A head stamped at any time is found again later."""
        heads = [EMPTY_HEAD] + [trials.record(_trial(number)) for number in range(5)]
        for head in heads:
            require(trials.verify(head) == heads[-1], f"the head of length {head.length} is not found again")

    def test_refuses_heads_that_it_never_had(self, trials: Trials) -> None:
        """A cut, rewritten or new ledger contradicts the stamped head."""
        head = [trials.record(_trial(number)) for number in range(3)][-1]
        for what, changes in (
            ("a longer ledger", {"length": 4}),
            ("a shorter ledger that ended so", {"length": 2}),
            ("another record there", {"sha256": "0" * 63 + "1"}),
            ("an earlier start", {"started_at_ns": 999}),
        ):
            with refused(IntegrityError, f"verifying the head of {what}"):
                trials.verify(attrs.evolve(head, **changes))

    def test_others_records_are_chained_and_counted(self, trials: Trials, another: Callable[[], Trials]) -> None:
        """Two processes write one ledger."""
        rival = another()
        for number in range(6):
            (rival if number % 2 else trials).record(_trial(number))
            require(trials.count(_idea()) == rival.count(_idea()) == number + 1, "two processes count differently")
        head = trials.verify()
        require(head.length == 6, f"of six records {head.length} are there")
        require(rival.head() == trials.head() == head, "two processes have different heads")
        require(head.sha256 == _chained([_trial(number) for number in range(6)]), "the records are not in order")

    def test_threads_lose_nothing(self, trials: Trials, another: Callable[[], Trials]) -> None:
        """Recording from several threads at once leaves a whole chain."""
        stores = [trials, another()]
        failures: list[BaseException] = []

        def work(thread: int) -> None:
            try:
                for number in range(25):
                    stores[thread % 2].record(_trial(thread * 100 + number))
            except BaseException as failure:  # noqa: BLE001 - told by the test's own thread
                failures.append(failure)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        require(not failures, f"recording from threads failed: {failures}")
        require(trials.verify().length == 100, f"of a hundred records {trials.verify().length} are there")
        require(trials.count(_idea()) == 100, f"of a hundred trials {trials.count(_idea())} are counted")
