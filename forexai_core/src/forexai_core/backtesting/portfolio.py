"""Running several strategies on one account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from forexai_core.backtesting.assembly import engine_version, figures_of, hours_of, parts_of
from forexai_core.backtesting.attribution import Attribution, Shares, attributions_of
from forexai_core.backtesting.described import checked_strategy, described, strategy_used
from forexai_core.backtesting.drives import Drive, Progress
from forexai_core.backtesting.inputs import Inputs
from forexai_core.backtesting.interval import IntervalTask
from forexai_core.backtesting.layout import Run
from forexai_core.backtesting.reading import ALL_READ
from forexai_core.backtesting.recording import combined_idea, idea_of, record_trial
from forexai_core.backtesting.records import DataUsed, StrategyUsed
from forexai_core.backtesting.result import Reports, Result
from forexai_core.backtesting.sleeve_drive import drive_sleeves
from forexai_core.backtesting.sleeves import Place, Sleeve, places_of
from forexai_core.engine.trades import initial_risks
from forexai_core.ports.risk import RiskRule
from forexai_core.ports.trials import Trials
from forexai_core.risk.settings import Risk
from forexai_core.strategies.feeds import Feeds
from forexai_core.values.ticks import Ticks

__all__ = ["run_portfolio"]


def run_portfolio(
    sleeves: Sequence[Sleeve],
    inputs: Inputs,
    risk: Risk | Sequence[RiskRule] | None,
    *,
    drive: Drive,
    progress: Progress | None,
    trials: Trials,
    reports: Reports | None,
) -> Result:
    """Run sleeves over prices; parameters as :func:`forexai_core.backtest` takes them.

    Raises
    ------
    ConfigError, RateError, TradingError
        As that does.
    """
    for sleeve in sleeves:
        checked_strategy(sleeve.strategy)
    feeds = Feeds(inputs.prices, inputs.account.clock)
    places = places_of(sleeves, inputs, feeds)
    run = Run.of(inputs, risk, len(places))
    drive_sleeves(run.ledger, places, inputs, feeds, gate=run.gate, drive=drive, progress=progress)
    run.ledger.finish()
    return _result(places, run, trials, reports)


def _used(place: Place) -> StrategyUsed:
    return attrs.evolve(
        strategy_used(place.strategy),
        sleeve=place.name,
        symbol=place.prices.symbol,
        timeframe=str(place.feed.timeframe),
    )


def _result(places: Sequence[Place], run: Run, trials: Trials, reports: Reports | None) -> Result:
    inputs, shared, used = run.inputs, run.shared, tuple(_used(place) for place in places)
    parts = parts_of(run.ledger, inputs, shared, used, run.gate)
    parts["choices"] = {**parts["choices"]} | _choices(places)
    figures = figures_of(parts, run.ledger, inputs, shared)
    attribution = attributions_of(used, _shares(places, run, parts))
    sleeves = [_described(place) for place in places]
    fingerprint = shared.text.fingerprint({"sleeves": sleeves}, list(run.rules), engine_version())
    parts["interval"] = IntervalTask(
        inputs=inputs,
        setup=run.ledger.setup,
        programs=None,
        reads=lambda: ALL_READ,
        name=" + ".join(place.name for place in places),
        judged=run.gate is not None,
        trades=parts["trades"],
        net_profit=float(figures["net_profit"] or 0.0),
        unfollowed=f"other paths are followed for one strategy at a time, and this account has {len(places)} sleeves",
    )
    data = {each.symbol: each for each in parts["data"]}
    _record_each(trials, used, attribution, data, fingerprint)
    idea = combined_idea(used, shared.start_ns, shared.end_ns)
    return Result(
        **parts,
        metrics=figures,
        attribution=attribution,
        input_fingerprint=fingerprint,
        trials=record_trial(trials, idea, used, figures, fingerprint),
        reports=reports,
        settle=trials.flush,
    )


def _described(place: Place) -> dict[str, Any]:
    said = {"sleeve": place.name, "symbol": place.prices.symbol, "timeframe": str(place.feed.timeframe)}
    return said | {"strategy": described(place.strategy)}


def _shares(places: Sequence[Place], run: Run, parts: Mapping[str, Any]) -> Shares:
    own = [run.inputs.prices[place.prices.symbol] for place in places]
    return Shares(
        ledger=run.ledger,
        trades=parts["trades"],
        initial_risk=initial_risks(run.ledger.deals),
        account=run.inputs.account,
        shared=run.shared,
        hours=[hours_of([(item.time_ns, None if isinstance(item, Ticks) else item.end_ns)]) for item in own],
    )


def _choices(places: Sequence[Place]) -> dict[str, str]:
    """Say by which rules several strategies share the account."""
    listed = ", ".join(f"{place.name} ({place.prices.symbol} {place.feed.timeframe})" for place in places)
    return {
        "Sleeves": f"{listed}; each decides at the ends of its own bars, those of one instant in this order, and sees "
        "and manages only its own positions and orders"
    }


def _record_each(
    trials: Trials,
    used: Sequence[StrategyUsed],
    attribution: Mapping[str, Attribution],
    data: Mapping[str, DataUsed],
    fingerprint: str,
) -> None:
    """Record a trial of each sleeve's own idea, since its own figures are shown."""
    for each in used:
        own = data[each.symbol]
        idea = idea_of(each, (each.symbol,), each.timeframe, own.start_ns, own.end_ns)
        record_trial(trials, idea, (each,), attribution[each.owner].metrics, fingerprint)
