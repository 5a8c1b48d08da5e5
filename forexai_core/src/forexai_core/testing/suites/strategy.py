"""What every strategy keeps: it sees no future, repeats itself, and shares nothing between two runs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from forexai_core.errors import ConfigError
from forexai_core.ports.strategy import TradingStrategy
from forexai_core.testing.conformance import Conformance, ConformanceFailure, RuleBook, Subject, Suite
from forexai_core.testing.guards import no_network
from forexai_core.testing.markets import probe_bars
from forexai_core.testing.offer_rules import OFFER_RULES
from forexai_core.testing.runs import run_strategy
from forexai_core.values.bars import Bars

__all__ = ["STRATEGY_SUITE", "StrategyConformance"]

BOOK = RuleBook()
_ROWS = 1_500
_MOST_CUTS = 40
_ENTRY = ("symbol", "side", "open_time_ns", "open_price", "open_reason")


def _market(subject: Subject) -> Bars:
    bars = subject.probe.get("bars")
    return bars if isinstance(bars, Bars) else probe_bars(_ROWS)


def _trades(strategy: object, bars: Bars) -> NDArray[np.void]:
    return run_strategy(strategy, bars)


@BOOK.rule()
def names_itself(subject: Subject) -> None:
    """A strategy has a name, and runs with the parameters of its settings."""
    settings = subject.settings_value()
    strategy: TradingStrategy = subject.open()
    if not strategy.name.strip():
        raise ConformanceFailure("it has no name.", "Name it: trials are recorded under that name.")
    for name, value in settings.model_dump().items():
        if name not in strategy.parameters or strategy.parameters[name] != value:
            raise ConformanceFailure(
                f"the setting {name}={value!r} became {strategy.parameters.get(name)!r}.",
                "Hand every setting over as the parameter of its name.",
            )


@BOOK.rule()
def trades_on_the_probe(subject: Subject) -> None:
    """On the suite's market it makes a trade: otherwise the other rules would prove nothing."""
    if not len(_trades(subject.open(), _market(subject))):
        raise ConformanceFailure(
            f"it made no trade on {_market(subject)!r}.",
            "Set `example` of the offer, or `settings` of the test, so that it trades; or give bars as `probe`.",
        )


@BOOK.rule()
def no_decision_sees_the_future(subject: Subject) -> None:
    """Cutting the data off right after an entry or an exit changes neither it nor anything before."""
    bars = _market(subject)
    whole = _trades(subject.open(), bars)
    for cut in _cuts(bars, whole):
        last_ns = int(bars.time_ns[cut - 1])
        part = _trades(subject.open(), bars[:cut])
        for what, known in (("entries", _entries), ("exits", _exits)):
            if not np.array_equal(known(whole, last_ns), known(part, last_ns)):
                raise ConformanceFailure(
                    f"{what} up to bar {cut - 1} change when the data ends with that bar.",
                    "Decide from what is known at the time: forexai audit lookahead finds the place.",
                )


def _cuts(bars: Bars, trades: NDArray[np.void]) -> list[int]:
    """End the data with the bars in which something happened, at most forty, and with a few others."""
    happened = np.unique(np.concatenate([trades["open_time_ns"], trades["close_time_ns"]]))
    ends = np.searchsorted(bars.time_ns, happened, side="right")
    chosen = ends[np.linspace(0, len(ends) - 1, min(len(ends), _MOST_CUTS)).astype(int)] if len(ends) else ends
    rows = len(bars)
    return sorted({cut for cut in (*chosen.tolist(), rows // 3, rows // 2, rows - 7) if 2 <= cut < rows})


def _entries(rows: NDArray[np.void], last_ns: int) -> NDArray[np.void]:
    """List the entries up to the opening of a bar; a partial close gives no second one."""
    chosen: NDArray[np.void] = np.unique(rows[rows["open_time_ns"] <= last_ns][list(_ENTRY)])
    return chosen


def _exits(rows: NDArray[np.void], last_ns: int) -> NDArray[np.void]:
    """List the trades that closed up to a bar, but for those that closed for want of data."""
    chosen: NDArray[np.void] = rows[(rows["close_time_ns"] <= last_ns) & (rows["close_reason"] != "end_of_data")]
    return chosen


@BOOK.rule()
def two_runs_are_equal(subject: Subject) -> None:
    """The same strategy on the same prices makes the same trades, however often, and also opened anew."""
    bars = _market(subject)
    strategy = subject.open()
    first = _trades(strategy, bars)
    for name, other in {"a second run of the same one": strategy, "a run of another opening": subject.open()}.items():
        if not np.array_equal(first, _trades(other, bars)):
            raise ConformanceFailure(
                f"{name} makes other trades.", "Keep state in the run, and draw random numbers from a seed."
            )


@BOOK.rule()
def other_prices_leave_no_trace(subject: Subject) -> None:
    """A run on other prices in between changes nothing."""
    bars = _market(subject)
    strategy = subject.open()
    first = _trades(subject.open(), bars)
    _trades(strategy, probe_bars(_ROWS, seed=2))
    if not np.array_equal(first, _trades(strategy, bars)):
        raise ConformanceFailure(
            "a run on other prices changes the next run.", "Keep nothing between runs: no cache without the data in it."
        )


@BOOK.rule()
def runs_without_a_network(subject: Subject) -> None:
    """A run reaches for no network and starts no program: its prices come from the run."""
    bars = _market(subject)
    strategy = subject.open()
    _trades(strategy, bars)  # whatever is compiled, is compiled now
    with no_network() as tried:
        _trades(strategy, bars)
    if tried:
        raise ConformanceFailure(f"it tried {tried[0]}.", "Take prices and features from the context.")


@BOOK.rule()
def parameters_are_bounded(subject: Subject) -> None:
    """A number that makes no sense for a parameter is refused, with its name in the message."""
    model = subject.offer.settings
    base = subject.settings_value().model_dump()
    for name, schema in model.model_json_schema().get("properties", {}).items():
        if schema.get("type") not in {"integer", "number"}:
            continue
        for value in (float("nan"), -(10**12)):
            try:
                made = model(**{**base, name: value})
                subject.offer.open(made, subject.services)
            except (ValidationError, ConfigError) as problem:
                if name not in str(problem):
                    raise ConformanceFailure(
                        f"{name}={value} was refused without naming it: {problem}", "Name the parameter."
                    ) from problem
                continue
            raise ConformanceFailure(
                f"{name}={value} was taken.", "Give the parameter bounds: Param(20, ge=2, le=500)."
            )


STRATEGY_SUITE = Suite(kind="strategy", rules=(*OFFER_RULES, *BOOK.rules))
"""The rules for strategies."""


class StrategyConformance(Conformance):
    """Tests of a strategy. ``probe`` may give ``bars`` of a market in which it trades."""

    suite = STRATEGY_SUITE
