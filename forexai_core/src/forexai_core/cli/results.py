"""A result on the terminal, as JSON, and as the files that were asked for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs

from forexai_core.arrays import TRADE
from forexai_core.backtesting import Result
from forexai_core.backtesting.doubts import doubt_lines, doubts_of
from forexai_core.backtesting.summary import figure_text, summary_rows
from forexai_core.cli.printing import note, print_json, say, show_pairs
from forexai_core.errors import ConfigError
from forexai_core.metrics import MetricUnit
from forexai_core.plugins import discover
from forexai_core.ports.report import Report
from forexai_core.reports import report_writers
from forexai_core.services.assembly import default_home, embedded_services
from forexai_core.values.accounts import Account

__all__ = ["Wanted", "document_of", "show_result", "writers_for"]

Wanted = Mapping[str, Path | None]
"""Kinds of file, by the suffix of each, and where they are wanted; None is not wanted."""


def writers_for(wanted: Wanted) -> list[tuple[Path, Report]]:
    """Find what writes each file that is wanted, before any work is done.

    Raises
    ------
    ConfigError
        If nothing writes that kind, or its folder is not there.
    """
    found: list[tuple[Path, Report]] = []
    known = dict(report_writers())
    targets = {suffix: path for suffix, path in wanted.items() if path is not None}
    if targets.keys() - known.keys():
        known |= _plugin_writers(targets.keys() - known.keys())
    for suffix, path in targets.items():
        if suffix not in known:
            raise ConfigError(
                f"Nothing installed writes {suffix} files. There are: {', '.join(sorted(known))}. Choose one of these, "
                "or install a plugin that offers the kind."
            )
        if not path.absolute().parent.is_dir():
            raise ConfigError(f"{path}: there is no folder {path.parent}. Make it first.")
        found.append((path, known[suffix]))
    return found


def _plugin_writers(suffixes: set[str]) -> dict[str, Report]:
    services = embedded_services(default_home())
    offers = discover(kinds={"report"}).reports.values()
    return {offer.suffix: offer.open(offer.settings(), services) for offer in offers if offer.suffix in suffixes}


def _account(account: Account) -> dict[str, Any]:
    tiers = [[tier.equity, tier.leverage] for tier in account.leverage_tiers]
    plain = {"clock": account.clock.name, "leverages": dict(account.leverages), "leverage_tiers": tiers}
    return attrs.asdict(account, recurse=False) | plain


def _trade(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"doubts": list(doubts_of(row["doubts"]))}


def document_of(result: Result) -> dict[str, Any]:
    """Give a result as one object: what it rests on, every figure, every trade."""
    names = TRADE.names or ()
    return {
        "strategies": [attrs.asdict(each) for each in result.strategies],
        "data": [attrs.asdict(each) for each in result.data],
        "account": _account(result.account),
        "costs": [attrs.asdict(each) for each in result.costs],
        "counts": dict(result.counts),
        "assumptions": dict(result.assumptions),
        "metrics": dict(result.metrics),
        "attribution": {
            name: {"net_profit": part.net_profit, "trades": len(part.trades), "metrics": dict(part.metrics)}
            for name, part in result.attribution.items()
        },
        "interval": attrs.asdict(result.interval),
        "trials": None if result.trials_count is None else attrs.asdict(result.trials_count),
        "seed": str(result.seed),
        "engine_version": result.engine_version,
        "input_fingerprint": result.input_fingerprint,
        "result_fingerprint": result.result_fingerprint,
        "trades": [_trade(dict(zip(names, row, strict=True))) for row in result.trades.tolist()],
    }


def show_result(result: Result, writers: list[tuple[Path, Report]], *, as_json: bool) -> None:
    """Write the files that are wanted, and show the result."""
    for path, writer in writers:
        writer.write(result, path)
    files = [str(path) for path, _ in writers]
    if as_json:
        print_json(document_of(result) | {"files": files})
    else:
        show_pairs(summary_rows(result))
        say()
        show_pairs([*_cost_rows(result), *_doubt_rows(result)])
        if files:
            say()
            for file in files:
                say(f"written: {file}")
    if not len(result.trades):
        note("note: no trade was made. Check the parameters, and the range of the prices.")


_LIMITS = ("Limit ", "Objective ", "Prop firm")
"""Lines of a result that say how near the account came to its limits."""


def _cost_rows(result: Result) -> list[tuple[str, str]]:
    rows = []
    for cost in result.costs:
        amount = "row by row" if cost.value is None else f"{cost.value:g}"
        rows.append((f"{cost.symbol} {cost.name}", f"{amount} {cost.unit} ({cost.source})"))
    return rows


def _range_row(worst: str, best: str, *, proven: bool, in_doubt: int) -> tuple[str, str]:
    """Say between what the net profit lies; an estimate must not read as a bound."""
    trades = "no trade" if not in_doubt else f"{in_doubt:,} trade{'s' if in_doubt > 1 else ''}"
    if proven:
        span = worst if worst == best else f"between {worst} and {best}"
        return "Net profit, certified", f"{'at ' if worst == best else ''}{span}; {trades} in doubt"
    span = f"about {worst}" if worst == best else f"about {worst} to {best}"
    return "Net profit, estimated", f"{span}; {trades} in doubt by the bars, no certified bound"


def _doubt_rows(result: Result) -> list[tuple[str, str]]:
    """Say how sure the net profit is, and what happened beside trades."""
    interval, account = result.interval, result.account
    rows = []
    if interval.worst is not None and interval.best is not None:
        worst, best = (
            figure_text(value, MetricUnit.MONEY, currency=account.currency, digits=account.digits)
            for value in (interval.worst, interval.best)
        )
        rows.append(_range_row(worst, best, proven=interval.certified, in_doubt=interval.ambiguous_trades))
        rows += [("In doubt", line) for line in doubt_lines(interval.doubts)]
        rows.append(("Stops, at worst", f"filled up to {interval.jump_points:,} points beyond their price"))
    if not interval.certified:
        rows.append(("Why an estimate", interval.reason))
    rows += [(name.replace("_", " ").capitalize(), f"{count:,}") for name, count in result.counts.items() if count]
    return [*rows, *((name, line) for name, line in result.choices.items() if name.startswith(_LIMITS))]
