"""Recording of every evaluation in the ledger of trials."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from forexai_core.backtesting.records import StrategyUsed, TrialsCount
from forexai_core.ports.trials import Idea, Trial, Trials
from forexai_core.services.clocks import RealClock
from forexai_core.services.homes import TRIALS_FILE, default_home
from forexai_core.services.trials import FileTrials

__all__ = ["combined_idea", "default_trials", "idea_of", "record_sweep", "record_trial"]

_PLAIN = json.JSONEncoder(sort_keys=True, default=str)
_FIGURES = ("net_profit", "sharpe", "total_trades", "max_drawdown_pct")


@cache
def default_trials() -> Trials:
    """Give the ledger of trials in the person's own data folder."""
    return FileTrials(default_home() / TRIALS_FILE)


def idea_of(strategy: StrategyUsed, symbols: tuple[str, ...], timeframe: str, start_ns: int, stop_ns: int) -> Idea:
    """Name what is tried on what."""
    return Idea(
        strategy=strategy.name,
        form=strategy.form,
        symbols=symbols,
        timeframe=timeframe,
        start_ns=start_ns,
        stop_ns=stop_ns,
    )


def combined_idea(strategies: Sequence[StrategyUsed], start_ns: int, stop_ns: int) -> Idea:
    """Name the combination of several strategies on one account, whatever their order."""
    return Idea(
        strategy=" + ".join(sorted(each.name for each in strategies)),
        form="portfolio",
        symbols=tuple(each.symbol for each in strategies),
        timeframe=" + ".join(sorted({each.timeframe for each in strategies})),
        start_ns=start_ns,
        stop_ns=stop_ns,
    )


def _parameters_hash(strategies: Sequence[StrategyUsed]) -> str:
    given = [dict(each.parameters) for each in strategies]
    text = _PLAIN.encode(given[0] if len(given) == 1 else given)
    return hashlib.sha256(text.encode()).hexdigest()


def record_trial(
    trials: Trials,
    idea: Idea,
    strategies: Sequence[StrategyUsed],
    metrics: Mapping[str, Any],
    input_fingerprint: str,
) -> TrialsCount:
    """Append one evaluation, and count those of its idea.

    Returns
    -------
    TrialsCount
        This evaluation included.

    Raises
    ------
    StorageError
        If it could not be written: a result that was not counted is not given out.
    """
    trial = Trial(
        idea=idea,
        parameters_hash=_parameters_hash(strategies),
        input_fingerprint=input_fingerprint,
        metrics={name: metrics.get(name) for name in _FIGURES},
        recorded_at_ns=RealClock().now_ns(),
    )
    head = trials.record(trial)
    return TrialsCount(count=trials.count(idea), head=head)


def record_sweep(
    trials: Trials,
    idea: Idea,
    sets: Sequence[StrategyUsed],
    best: Mapping[str, float],
    input_fingerprint: str,
) -> TrialsCount:
    """Append many evaluations as one record, and count those of the idea.

    Parameters
    ----------
    trials : Trials
        Where.
    idea : Idea
        What was tried on what.
    sets : sequence of StrategyUsed
        Every evaluation.
    best : mapping of str to float
        Figures of the best of them; NaN where undefined.
    input_fingerprint : str
        Of data, settings and all sets.

    Raises
    ------
    StorageError
        If it could not be written.
    """
    text = _PLAIN.encode([dict(each.parameters) for each in sets])
    trial = Trial(
        idea=idea,
        parameters_hash=hashlib.sha256(text.encode()).hexdigest(),
        evaluations=len(sets),
        input_fingerprint=input_fingerprint,
        metrics={name: None if best[name] != best[name] else best[name] for name in _FIGURES},
        recorded_at_ns=RealClock().now_ns(),
    )
    head = trials.record(trial)
    return TrialsCount(count=trials.count(idea), head=head)
