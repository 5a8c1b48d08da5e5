"""Many parameter sets of one idea on the same prices: the ledger run for each, and only figures kept."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import local
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.backtesting.assembly import engine_version
from forexai_core.backtesting.checked_inputs import check_trials
from forexai_core.backtesting.described import strategy_used
from forexai_core.backtesting.drives import drive_programs_by_steps
from forexai_core.backtesting.gate import Gate
from forexai_core.backtesting.inputs import Inputs, Prices, check_one_timeframe, inputs_of
from forexai_core.backtesting.layout import rules_of
from forexai_core.backtesting.recording import default_trials, idea_of, record_sweep
from forexai_core.backtesting.records import TrialsCount
from forexai_core.backtesting.runner import programs_of
from forexai_core.backtesting.shared import shared_by
from forexai_core.backtesting.sleeves import Sleeve
from forexai_core.backtesting.sweep_figures import FIGURES, figures_of_run
from forexai_core.engine.ledger import Ledger
from forexai_core.engine.preparation.conditions import Days
from forexai_core.engine.preparation.rates import DEFAULT_MAX_AGE_NS
from forexai_core.errors import ConfigError, did_you_mean
from forexai_core.ports.risk import RiskRule
from forexai_core.ports.strategy import TradingStrategy
from forexai_core.ports.trials import Trials
from forexai_core.risk.settings import Risk
from forexai_core.strategies.strategy import Strategy
from forexai_core.values.accounts import Account, Costs
from forexai_core.values.execution import Execution

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Sweep", "sweep"]

Progress = Callable[[int, int], None]


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Sweep:
    """What every parameter set came to.

    Attributes
    ----------
    parameters : tuple of mapping
        One a set, in the order given.
    figures : mapping of str to (sets,) float64
        Metrics by name, as :data:`forexai_core.metrics.METRICS` defines them; NaN where undefined.
    trials : TrialsCount
        How often the idea has been tried on this data, all these sets included.
    """

    parameters: tuple[Mapping[str, Any], ...]
    figures: Mapping[str, NDArray[np.float64]]
    trials: TrialsCount

    def __len__(self) -> int:
        return len(self.parameters)

    def __repr__(self) -> str:
        return f"<Sweep of {len(self):,} sets, {self.trials.count:,} trials of the idea so far>"

    def best(self, objective: str = "sharpe") -> int | None:
        """Give the set with the highest figure; None where it is undefined for all.

        Parameters
        ----------
        objective : str
            Name of a figure.

        Raises
        ------
        ConfigError
            If there is no such figure.
        """
        values = self.figures.get(objective)
        if values is None:
            raise ConfigError(f"A sweep has no figure '{objective}'. {did_you_mean(objective, self.figures)}")
        return None if np.isnan(values).all() else int(np.nanargmax(values))

    def to_frame(self) -> pd.DataFrame:
        """Copy parameters and figures into a pandas frame, one row a set."""
        import pandas as pd  # slow to load: only who wants frames pays for it

        return pd.concat([pd.DataFrame(list(self.parameters)), pd.DataFrame(dict(self.figures))], axis=1)


class _Workers:
    """One ledger a thread, used again for set after set: so memory stays flat, however many sets there are."""

    def __init__(self, inputs: Inputs, risk: Risk | Sequence[RiskRule] | None) -> None:
        self._inputs, self.shared = inputs, shared_by(inputs)
        self._risk, self.rules = risk, rules_of(risk)
        self._setup = self.shared.setup(inputs)
        self._own = local()

    def figures(self, strategy: TradingStrategy) -> tuple[float, ...]:
        """Run one set."""
        ledger: Ledger | None = getattr(self._own, "ledger", None)
        if ledger is None:
            ledger = self._own.ledger = Ledger(self._setup)
        ledger.reset()
        try:
            self._drive(ledger, strategy)
            ledger.finish()
        except Exception as error:
            error.add_note(f"in the set {dict(strategy_used(strategy).parameters)}")
            raise
        return figures_of_run(ledger, self._inputs.account, self.shared)

    def _drive(self, ledger: Ledger, strategy: TradingStrategy) -> None:
        programs = programs_of(strategy, self._inputs)
        ledger.owners = [strategy.name] * len(programs)
        if not self.rules or self._risk is None:
            ledger.run(programs)
            return
        instruments = {symbol: item.instrument for symbol, item in self._inputs.prices.items()}
        drive_programs_by_steps(ledger, programs, Gate(ledger, self._inputs.account, instruments, self._risk), None)


def _checked(strategies: Sequence[TradingStrategy]) -> tuple[TradingStrategy, ...]:
    sets = tuple(strategies)
    if not sets:
        raise ConfigError("There is no parameter set to try: give at least one strategy.")
    if any(isinstance(each, Sleeve) for each in sets):
        raise ConfigError(
            "A sweep tries one strategy with many parameters; sleeves on one account are run by fx.backtest, one "
            "combination a run."
        )
    kinds = {type(each) for each in sets}
    if len(kinds) > 1:
        names = ", ".join(sorted(kind.__name__ for kind in kinds))
        raise ConfigError(f"A sweep tries one strategy with many parameters, not {names}. Use a sweep for each.")
    if isinstance(sets[0], Strategy):
        raise ConfigError(
            f"{sets[0].name} is a class strategy, which is asked at every bar in Python: a sweep runs strategies in "
            "the vector or compiled form, or as rules. Write it so, or run fx.backtest for each set."
        )
    return sets


def sweep(
    strategies: Sequence[TradingStrategy],
    prices: Prices | Mapping[str, Prices],
    *,
    account: Account | None = None,
    costs: Costs | Mapping[str, Costs] | None = None,
    risk: Risk | Sequence[RiskRule] | None = None,
    rates: Mapping[str, Prices | float] | None = None,
    finer: Prices | Mapping[str, Prices] | None = None,
    seed: int = 0,
    limit_fill: str = "price",
    max_age_ns: int = DEFAULT_MAX_AGE_NS,
    sessions: str = "ignore",
    holidays: Days | Mapping[str, Days] | None = None,
    path: str = "worst-first",
    execution: Execution | None = None,
    workers: int | None = None,
    trials: Trials | None = None,
    progress: Progress | None = None,
) -> Sweep:
    """Run one strategy with many parameter sets over the same prices, with every cost on.

    Trades and equity of each set are those of :func:`forexai_core.backtest`; only figures are kept of them.

    Parameters
    ----------
    strategies : sequence of strategy
        One a set, all of one class, in any form but the class form.
    prices, account, costs, risk, rates, finer, seed, limit_fill, max_age_ns, sessions, holidays, path, execution
        As :func:`forexai_core.backtest` takes them. Risk rules judge each order in Python, so a sweep under them goes
        step by step, which takes many times as long.
    workers : int, optional
        Threads; default one a core.
    trials : Trials, optional
        Where the sweep is recorded, as one record that counts every set; default the ledger in the person's data
        folder.
    progress : callable, optional
        Told ``(sets done, sets in all)``.

    Returns
    -------
    Sweep
        Figures of every set, in their order.

    Raises
    ------
    ConfigError
        If something does not fit together, or the strategy is in the class form.
    """
    sets = _checked(strategies)
    inputs = inputs_of(
        prices,
        account=account,
        costs=costs,
        rates=rates,
        finer=finer,
        limit_fill=limit_fill,
        max_age_ns=max_age_ns,
        seed=seed,
        conditions={"sessions": sessions, "holidays": holidays, "path": path, "execution": execution},
    )
    check_one_timeframe(inputs)
    check_trials(trials)
    evaluations = trials or default_trials()
    evaluations.head()  # a ledger that cannot be opened is told before the work, not after it
    crew = _Workers(inputs, risk)
    return _recorded(evaluations, crew, sets, _figures(crew, sets, workers, progress))


def _figures(
    crew: _Workers, sets: Sequence[TradingStrategy], workers: int | None, progress: Progress | None
) -> dict[str, NDArray[np.float64]]:
    rows: list[tuple[float, ...]] = []
    with ThreadPoolExecutor(workers or os.cpu_count() or 1) as pool:
        for row in pool.map(crew.figures, sets):
            rows.append(row)
            if progress is not None:
                progress(len(rows), len(sets))
    table = np.array(rows)
    return {name: table[:, column] for column, name in enumerate(FIGURES)}


def _recorded(
    trials: Trials, crew: _Workers, sets: Sequence[TradingStrategy], figures: Mapping[str, NDArray[np.float64]]
) -> Sweep:
    """Record all sets as one trial that stands for so many, and give out what they came to."""
    shared, used = crew.shared, [strategy_used(each) for each in sets]
    symbols = tuple(each.symbol for each in shared.data)
    idea = idea_of(used[0], symbols, shared.data[0].timeframe, shared.start_ns, shared.end_ns)
    described = {"name": used[0].name, "form": used[0].form, "sets": [dict(each.parameters) for each in used]}
    fingerprint = shared.text.fingerprint(described, list(crew.rules), engine_version())
    sharpe = figures["sharpe"]
    best = int(np.nanargmax(sharpe)) if not np.isnan(sharpe).all() else 0
    count = record_sweep(
        trials, idea, used, {name: float(values[best]) for name, values in figures.items()}, fingerprint
    )
    return Sweep(
        parameters=tuple(each.parameters for each in used), figures=MappingProxyType(dict(figures)), trials=count
    )
