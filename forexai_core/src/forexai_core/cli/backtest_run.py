"""One backtest, as the command asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from forexai_core.backtesting import Result
from forexai_core.backtesting.sleeves import Sleeve
from forexai_core.cli.backtest_settings import BacktestSettings, merge_settings
from forexai_core.cli.options import require_home
from forexai_core.cli.portfolio_settings import costs_of, prices_of, sleeves_of
from forexai_core.cli.prices import load
from forexai_core.cli.results import show_result, writers_for
from forexai_core.cli.strategy_choice import choose_strategy
from forexai_core.cli.waiting import note_compiling, progress_of
from forexai_core.entry import backtest
from forexai_core.errors import ConfigError
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
    strategy = _what_trades(given["strategy"], settings)
    with progress_of("reading prices"):
        prices = prices_of(settings.feeds) if settings.feeds else load(settings.prices())
    result = _run(strategy, prices, settings, given["ledger"])
    show_result(result, writers, as_json=given["as_json"])


def _what_trades(name: str | None, settings: BacktestSettings) -> TradingStrategy | list[Sleeve]:
    """Find the one strategy that the command names, or those that its file lists."""
    if not settings.strategies:
        if name is None:
            raise ConfigError("Name a STRATEGY, or list several under [[strategies]] in the file of --config.")
        if len(settings.feeds) > 1:
            raise ConfigError("The [[feeds]] are of several symbols: list what trades each under [[strategies]].")
        return choose_strategy(name, settings.parameters)
    if name is not None:
        raise ConfigError(f"The file of --config lists [[strategies]]: leave out {name}, or the list.")
    if settings.parameters:
        raise ConfigError("With [[strategies]] each has its own parameters = {…} there; leave out [parameters] and -p.")
    return sleeves_of(settings.strategies)


def _titled(strategy: TradingStrategy | list[Sleeve]) -> str:
    return f"{len(strategy)} strategies" if isinstance(strategy, list) else strategy.name


def _run(
    strategy: TradingStrategy | list[Sleeve],
    prices: Bars | Ticks | dict[str, Bars | Ticks],
    settings: BacktestSettings,
    ledger: Path | None,
) -> Result:
    finer = settings.finer_prices()
    rates: dict[str, Bars | Ticks | float] = {
        pair: source if isinstance(source, float) else load(settings.rate_prices(pair, source))
        for pair, source in settings.rates.items()
    }
    note_compiling()
    with progress_of(f"running {_titled(strategy)}") as progress:
        return backtest(
            strategy,
            prices,
            account=settings.make_account(),
            costs=costs_of(settings.feeds, settings.make_costs()),
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
