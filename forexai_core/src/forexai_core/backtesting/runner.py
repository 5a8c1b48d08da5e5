"""Running one backtest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.backtesting.assembly import engine_version, figures_of, parts_of
from forexai_core.backtesting.checked_inputs import check_trials
from forexai_core.backtesting.described import checked_strategy, described, strategy_used
from forexai_core.backtesting.drives import (
    Drive,
    Progress,
    drive_class,
    drive_programs,
    drive_programs_by_steps,
)
from forexai_core.backtesting.inputs import Inputs, Prices, check_one_timeframe, inputs_of
from forexai_core.backtesting.layout import Run
from forexai_core.backtesting.recording import default_trials, idea_of, record_trial
from forexai_core.backtesting.records import Interval
from forexai_core.backtesting.result import Reports, Result
from forexai_core.backtesting.shared import prepared
from forexai_core.backtesting.sleeves import Sleeve, is_list_of_sleeves
from forexai_core.backtesting.step_draws import check_draws
from forexai_core.engine.preparation.bar_paths import PATHS
from forexai_core.engine.preparation.conditions import Days
from forexai_core.engine.preparation.rates import DEFAULT_MAX_AGE_NS
from forexai_core.engine.preparation.setup import Setup
from forexai_core.errors import ConfigError
from forexai_core.ports.strategy import StrategyForm, TradingStrategy
from forexai_core.ports.trials import Trials
from forexai_core.strategies.strategy import Strategy
from forexai_core.values.accounts import Account, Costs
from forexai_core.values.execution import Execution
from forexai_core.values.ticks import Ticks

if TYPE_CHECKING:
    from forexai_core.backtesting.interval import IntervalTask
    from forexai_core.ports.risk import RiskRule
    from forexai_core.risk.settings import Risk

__all__ = ["backtest", "programs_of"]


def programs_of(strategy: Any, inputs: Inputs) -> list[Any]:
    """Make what the batch drive runs, one program a symbol.

    Raises
    ------
    ConfigError
        If the strategy cannot run on these prices, or its step draws random numbers of nobody's seed.
    """
    check_draws(strategy)
    on_ticks = any(isinstance(item, Ticks) for item in inputs.prices.values())
    if on_ticks and strategy.form is not StrategyForm.COMPILED:
        raise ConfigError(
            f"{strategy.name} decides on bars. Resample the ticks (fx.resample(ticks, 'M1')) and pass the ticks "
            "as finer=, or write it with on_tick or @fx.compiled_strategy."
        )
    return [strategy.program(item, others=inputs.prices, clock=inputs.account.clock) for item in inputs.prices.values()]


def _drive(strategy: Any, run: Run, *, drive: Drive, progress: Progress | None) -> None:
    inputs, ledger, gate = run.inputs, run.ledger, run.gate
    if isinstance(strategy, Strategy):
        if drive is Drive.BATCH:
            raise ConfigError(f"{strategy.name} is a class strategy, which is asked at every bar: drive it by step.")
        copies = [strategy.copy() for _ in inputs.prices]
        drive_class(ledger, copies, inputs.prices, inputs.account, gate=gate, progress=progress)
        return
    programs = programs_of(strategy, inputs)
    ledger.owners = [strategy.name] * len(programs)
    if gate is None and drive is not Drive.STEP:
        drive_programs(ledger, programs)
    elif drive is Drive.BATCH:
        raise ConfigError("Risk rules judge each order in Python, so this run goes by step.")
    else:
        drive_programs_by_steps(ledger, programs, gate, progress)


def _drive_named(drive: str | Drive) -> Drive:
    try:
        return Drive(drive)
    except ValueError:
        raise ConfigError(f"drive is 'auto', 'batch' or 'step', not '{drive}'.") from None


def backtest(
    strategy: TradingStrategy | Sequence[Sleeve],
    prices: Prices | Mapping[str, Prices],
    *,
    account: Account | None = None,
    costs: Costs | Mapping[str, Costs] | None = None,
    risk: Risk | Sequence[RiskRule] | None = None,
    rates: Mapping[str, Prices | float] | None = None,
    finer: Prices | Mapping[str, Prices] | None = None,
    seed: int = 0,
    jump_points: int = 0,
    limit_fill: str = "price",
    max_age_ns: int = DEFAULT_MAX_AGE_NS,
    sessions: str = "ignore",
    holidays: Days | Mapping[str, Days] | None = None,
    path: str = "worst-first",
    execution: Execution | None = None,
    drive: str | Drive = Drive.AUTO,
    trials: Trials | None = None,
    reports: Reports | None = None,
    progress: Progress | None = None,
) -> Result:
    """Run a strategy, or several on one account, over prices, with every cost on.

    Parameters
    ----------
    strategy : strategy or sequence of Sleeve
        In any of the four forms. The run works on a copy. Several strategies, each on a symbol and a timeframe of its
        own, are given as sleeves: they share the account, and ``result.attribution`` tells what each of them made.
    prices : Bars, Ticks or mapping of str to one of them
        What it decides and trades on; with several symbols it trades each on one account. Sleeves decide on bars of
        their timeframe made of these, and everything is executed at these: give the finest there are.
    account : Account, optional
        As it begins; default 10,000 USD, 1:100, hedging.
    costs : Costs or mapping of str to Costs, optional
        What is left out comes from the prices, else from the instrument; see the result's ``costs``.
    risk : Risk or sequence of RiskRule, optional
        Limits for openings; default none.
    rates : mapping of str to Bars, Ticks or float, optional
        Sources of conversion to the account's currency, besides the traded symbols themselves.
    finer : Bars, Ticks or mapping, optional
        Prices of a lower timeframe, for the path inside each bar.
    seed : int
        Of everything random.
    jump_points : int
        In the worst case of ``result.interval``, a stop fills up to so many points beyond its price. The trades are the
        same whatever it is.
    limit_fill : {"price", "open"}
        Whether limits and targets that an open has passed fill at their price or at the open.
    max_age_ns : int
        A conversion rate older than this is none; default a week.
    sessions : {"ignore", "enforce"}
        Whether each bar or tick proves that the market is open, or nothing can be done outside the instrument's
        sessions and on its holidays.
    holidays : sequence of Holiday, date or str, or mapping of them by symbol, optional
        Days on which the market keeps other hours, besides those of the instrument.
    path : {"worst-first", "open-high-low-close", "open-low-high-close", "adaptive", "bridge"}
        How the prices inside a bar, or inside the finer bars, are taken: worst first, or by the model of a path. The
        adaptive one takes the low first in bars that do not fall, else the high; the bridge is drawn by ``seed``.
    execution : Execution, optional
        How late, at whose price, and how much of them orders are executed; default at once, the venue's, and all.
    drive : {"auto", "batch", "step"}
        How the events are gone through; the trades are the same.
    trials : Trials, optional
        Where the evaluation is recorded; default the ledger in the person's data folder.
    reports : callable, optional
        Kinds of report that the result can write.
    progress : callable, optional
        Told now and then ``(events done, events in all)``, in a drive by step.

    Returns
    -------
    Result
        Trades, equity, metrics, and all that they rest on.

    Raises
    ------
    ConfigError
        If something does not fit together; it is named.
    RateError
        If a conversion rate is needed that is not known.
    """
    run = _run_sleeves if is_list_of_sleeves(strategy) else _run_one
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
        jump_points=jump_points,
    )
    check_trials(trials)
    evaluations = trials or default_trials()
    evaluations.head()  # a ledger that cannot be opened is told before the work, not after it
    named = _drive_named(drive)
    return run(strategy, inputs, risk, drive=named, progress=progress, trials=evaluations, reports=reports)


def _run_one(
    strategy: Any,
    inputs: Inputs,
    risk: Risk | Sequence[RiskRule] | None,
    *,
    drive: Drive,
    progress: Progress | None,
    trials: Trials,
    reports: Reports | None,
) -> Result:
    checked_strategy(strategy)
    check_one_timeframe(inputs)
    run = Run.of(inputs, risk)
    _drive(strategy, run, drive=drive, progress=progress)
    run.ledger.finish()
    return _result(strategy, run, trials, reports)


def _run_sleeves(sleeves: Any, *given: Any, **named: Any) -> Result:
    from forexai_core.backtesting.portfolio import run_portfolio  # kernels of its own: only who needs them pays

    return run_portfolio(sleeves, *given, **named)


def _unmodelled(inputs: Inputs, setup: Setup) -> Setup:
    """Give the run as it is laid out without a model of the paths inside bars: the interval asks for all of them."""
    if not inputs.conditions.models_paths:
        return setup
    return prepared(attrs.evolve(inputs, conditions=attrs.evolve(inputs.conditions, path=PATHS[0])))


@attrs.frozen(kw_only=True, eq=False)
class _IntervalLater:
    """What the run has read and done, of which the interval is worked out when it is asked for."""

    strategy: Any
    inputs: Inputs
    setup: Setup
    judged: bool
    trades: NDArray[np.void]
    net_profit: float

    def __call__(self) -> Interval:
        return self.task()()

    def task(self) -> IntervalTask:
        # Slow to load, and few runs are asked for it.
        from forexai_core.backtesting.interval import IntervalTask
        from forexai_core.backtesting.reading import kept_apart, reads_of

        @cache
        def programs() -> list[Any]:
            return programs_of(self.strategy, self.inputs)

        return IntervalTask(
            inputs=self.inputs,
            setup=_unmodelled(self.inputs, self.setup),
            programs=None if isinstance(self.strategy, Strategy) else programs,
            reads=lambda: reads_of(self.strategy, programs()),
            name=self.strategy.name,
            judged=self.judged,
            trades=self.trades,
            net_profit=self.net_profit,
            unfollowed=kept_apart(self.strategy),
        )


def _result(strategy: Any, run: Run, trials: Trials, reports: Reports | None) -> Result:
    used, inputs, shared = strategy_used(strategy), run.inputs, run.shared
    parts = parts_of(run.ledger, inputs, shared, (used,), run.gate)
    figures = figures_of(parts, run.ledger, inputs, shared)
    fingerprint = shared.text.fingerprint(described(strategy), list(run.rules), engine_version())
    idea = idea_of(used, tuple(inputs.prices), shared.data[0].timeframe, shared.start_ns, shared.end_ns)
    parts["interval"] = _IntervalLater(
        strategy=strategy,
        inputs=inputs,
        setup=run.ledger.setup,
        judged=run.gate is not None,
        trades=parts["trades"],
        net_profit=float(figures["net_profit"] or 0.0),
    )
    if run.gate is None and not isinstance(strategy, Strategy):  # both hand views of the ledger to code of others
        run.ledger.release()
    return Result(
        **parts,
        metrics=figures,
        input_fingerprint=fingerprint,
        trials=record_trial(trials, idea, (used,), figures, fingerprint),
        reports=reports,
        settle=trials.flush,
    )
