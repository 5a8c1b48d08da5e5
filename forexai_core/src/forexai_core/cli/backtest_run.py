"""One backtest, as the command asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from forexai_core.backtesting import Result
from forexai_core.cli.backtest_settings import BacktestSettings, merge_settings
from forexai_core.cli.options import require_home
from forexai_core.cli.prices import load
from forexai_core.cli.results import show_result, writers_for
from forexai_core.cli.strategy_choice import choose_strategy
from forexai_core.cli.waiting import note_compiling, progress_of
from forexai_core.entry import backtest
from forexai_core.ports.strategy import TradingStrategy
from forexai_core.services.trials import FileTrials
from forexai_core.values.bars import Bars
from forexai_core.values.ticks import Ticks

__all__ = ["run_backtest"]


def run_backtest(given: Mapping[str, Any]) -> None:
    """Run what the command was given, by the names of its parameters."""
    wanted = {f".{kind}": given[kind] for kind in ("html", "csv", "pdf", "xlsx")} | {".json": given["save"]}
    settings = merge_settings(given["config"], given)
    if given["ledger"] is None:
        require_home("--ledger FILE")
    writers = writers_for(wanted)
    strategy = choose_strategy(given["strategy"], settings.parameters)
    with progress_of("reading prices"):
        prices = load(settings.prices())
    result = _run(strategy, prices, settings, given["ledger"])
    show_result(result, writers, as_json=given["as_json"])


def _run(strategy: TradingStrategy, prices: Bars | Ticks, settings: BacktestSettings, ledger: Path | None) -> Result:
    finer = settings.finer_prices()
    rates: dict[str, Bars | Ticks | float] = {
        pair: source if isinstance(source, float) else load(settings.rate_prices(pair, source))
        for pair, source in settings.rates.items()
    }
    note_compiling()
    with progress_of(f"running {strategy.name}") as progress:
        return backtest(
            strategy,
            prices,
            account=settings.make_account(),
            costs=settings.make_costs(),
            risk=settings.make_risk(),
            rates=rates,
            finer=None if finer is None else load(finer),
            seed=settings.seed,
            jump_points=settings.jump_points,
            limit_fill=settings.limit_fill,
            sessions=settings.sessions,
            holidays=settings.holidays,
            path=settings.path,
            execution=settings.make_execution(),
            trials=None if ledger is None else FileTrials(ledger),
            progress=progress,
        )
