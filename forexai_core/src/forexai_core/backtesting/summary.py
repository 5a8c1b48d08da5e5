"""A result as a table of text."""

from __future__ import annotations

from forexai_core.backtesting.face import ResultFace
from forexai_core.metrics import METRICS, MetricUnit
from forexai_core.values.clocks import format_time_ns

__all__ = ["UNDEFINED", "duration_text", "figure_text", "summary_rows", "summary_text"]

_SHOWN = (
    "net_profit", "return_pct", "cagr", "total_trades", "win_rate", "profit_factor", "expectancy", "payoff",
    "best", "worst", "max_drawdown", "max_drawdown_pct", "max_drawdown_intrabar", "sharpe", "sortino", "calmar",
    "recovery_factor", "sqn", "ulcer", "exposure", "longest_win_streak", "longest_loss_streak", "total_commission",
    "total_swap",
)  # fmt: skip


UNDEFINED = "n/a"
"""Stands where a figure is undefined."""


def figure_text(value: float | None, unit: MetricUnit, *, currency: str, digits: int) -> str:
    """Write a figure as a trader would: ``1,234.56 USD``, ``52.10 %``, ``1.84``."""
    if value is None:
        return UNDEFINED
    if unit is MetricUnit.SECONDS:
        return duration_text(value)
    written = {
        MetricUnit.MONEY: f"{value:z,.{digits}f} {currency}",
        MetricUnit.FRACTION: f"{100 * value:z,.2f} %",
        MetricUnit.PERCENT: f"{value:z,.2f} %",
        MetricUnit.COUNT: f"{value:,.0f}",
        MetricUnit.RATIO: f"{value:z,.2f}",
    }
    return written[unit]


def duration_text(seconds: float) -> str:
    """Write a time span in its two largest units."""
    minutes = round(seconds / 60)
    if minutes < 1:
        return f"{seconds:.0f} s"
    days, rest = divmod(minutes, 1_440)
    hours, minutes = divmod(rest, 60)
    if days:
        return f"{days:,} d {hours} h"
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def summary_rows(result: ResultFace) -> list[tuple[str, str]]:
    """List strategy, data, figures, trials and fingerprints, each with its title."""
    account, metrics = result.account, result.metrics
    rows = [("Strategy", result.strategy_name), *_sleeve_rows(result)]
    rows += [
        ("Data", f"{each.symbol} {each.timeframe}, {format_time_ns(each.start_ns)} to {format_time_ns(each.end_ns)}")
        for each in result.data
    ]
    for name in _SHOWN:
        definition = METRICS[name]
        text = figure_text(metrics.get(name), definition.unit, currency=account.currency, digits=account.digits)
        rows.append((definition.title, text))
    trials = result.trials_count
    rows += [
        ("Trials of this idea", "not recorded" if trials is None else f"{trials.count:,}"),
        ("Input fingerprint", result.input_fingerprint),
        ("Result fingerprint", result.result_fingerprint),
    ]
    return rows


def _sleeve_rows(result: ResultFace) -> list[tuple[str, str]]:
    """Say what each of several strategies decides on, and what it made."""
    account, rows = result.account, []
    for each in result.strategies:
        if each.sleeve:
            part = result.attribution[each.owner]
            net = figure_text(part.net_profit, MetricUnit.MONEY, currency=account.currency, digits=account.digits)
            count = f"{len(part.trades):,} trade{'' if len(part.trades) == 1 else 's'}"
            rows.append(
                (f"  {each.owner}", f"{each.name} on {each.symbol} {each.timeframe}: {count}, net profit {net}")
            )
    return rows


def summary_text(result: ResultFace) -> str:
    """Write strategy, data, figures, trials and fingerprints, one line each."""
    rows = summary_rows(result)
    width = max(len(title) for title, _ in rows) + 2
    return "\n".join(f"{title:<{width}}{text}" for title, text in rows)
