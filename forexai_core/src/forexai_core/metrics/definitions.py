"""The figures that are computed of every result: their names, units and exact definitions."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

import attrs

__all__ = ["METRICS", "MetricDefinition", "MetricUnit"]


class MetricUnit(StrEnum):
    """What a figure counts in."""

    MONEY = "money"
    FRACTION = "fraction"  # 0.5 is half; shown as a percentage
    PERCENT = "percent"  # 50 is half
    RATIO = "ratio"
    COUNT = "count"
    SECONDS = "seconds"


@attrs.frozen
class MetricDefinition:
    """One figure: its name in the mapping, its title for people, its unit and its definition."""

    name: str
    title: str
    unit: MetricUnit
    meaning: str


_MONEY, _FRACTION, _PERCENT = MetricUnit.MONEY, MetricUnit.FRACTION, MetricUnit.PERCENT
_RATIO, _COUNT, _SECONDS = MetricUnit.RATIO, MetricUnit.COUNT, MetricUnit.SECONDS

_LIST = (
    ("net_profit", "Net profit", _MONEY, "Sum of the trades' net profits: profit + commission + swap."),
    ("gross_profit", "Gross profit", _MONEY, "Sum of the net profits above 0."),
    ("gross_loss", "Gross loss", _MONEY, "Sum of the net profits below 0; negative."),
    ("total_commission", "Commission", _MONEY, "Sum of the trades' commissions; negative is paid."),
    ("total_swap", "Swap", _MONEY, "Sum of the trades' swaps; negative is paid."),
    ("initial_balance", "Initial balance", _MONEY, "Balance before the first bar."),
    ("final_equity", "Final equity", _MONEY, "Equity after the last bar."),
    ("return_pct", "Return", _PERCENT, "100 (final equity / initial balance - 1)."),
    ("total_trades", "Trades", _COUNT, "Closing deals, partial closes each."),
    ("wins", "Winning trades", _COUNT, "Trades with a net profit above 0."),
    ("losses", "Losing trades", _COUNT, "Trades with a net profit below 0."),
    ("win_rate", "Win rate", _FRACTION, "Wins / all trades."),
    ("profit_factor", "Profit factor", _RATIO, "Gross profit / |gross loss|."),
    ("expectancy", "Expectancy", _MONEY, "Net profit / trades."),
    ("avg_win", "Average win", _MONEY, "Gross profit / wins."),
    ("avg_loss", "Average loss", _MONEY, "Gross loss / losses; negative."),
    ("payoff", "Payoff", _RATIO, "Average win / |average loss|."),
    ("best", "Best trade", _MONEY, "Highest net profit of a trade."),
    ("worst", "Worst trade", _MONEY, "Lowest net profit of a trade."),
    ("longest_win_streak", "Longest winning streak", _COUNT, "Most wins in a row, in the order of closing."),
    ("longest_loss_streak", "Longest losing streak", _COUNT, "Most losses in a row, in the order of closing."),
    ("avg_mae", "Average MAE", _MONEY, "Mean of the trades' lowest open profits."),
    ("avg_mfe", "Average MFE", _MONEY, "Mean of the trades' highest open profits."),
    ("avg_holding_s", "Average holding time", _SECONDS, "Mean of closing - opening time, seconds."),
    (
        "max_drawdown",
        "Max drawdown",
        _MONEY,
        "max(peak - E) over the equity at bar closes, the initial balance being the first peak; positive.",
    ),
    (
        "max_drawdown_pct",
        "Max drawdown %",
        _PERCENT,
        "100 max(1 - E / peak) over the same curve; found by itself, so it may stand elsewhere.",
    ),
    (
        "max_drawdown_intrabar",
        "Max drawdown inside bars",
        _MONEY,
        "The same against the lowest equity inside each bar, from peaks at earlier closes.",
    ),
    ("max_drawdown_intrabar_pct", "Max drawdown inside bars %", _PERCENT, "Likewise as a percentage of the peak."),
    (
        "sharpe",
        "Sharpe ratio",
        _RATIO,
        "mean(r) / std(r, ddof 1) sqrt(A), r daily at 17:00 New York, A = 252 (365 with weekends), no risk-free rate.",
    ),
    (
        "sortino",
        "Sortino ratio",
        _RATIO,
        "mean(r) sqrt(A) / sqrt(sum(min(r, 0)^2) / n) over all n daily returns.",
    ),
    ("cagr", "CAGR", _FRACTION, "(final equity / initial balance)^(1 / years) - 1, years = days / 365.25."),
    ("calmar", "Calmar ratio", _RATIO, "CAGR / (maximal drawdown % / 100)."),
    ("recovery_factor", "Recovery factor", _RATIO, "Net profit / maximal drawdown."),
    ("ulcer", "Ulcer index", _PERCENT, "sqrt(mean(d^2)), d the drawdown in % of each daily equity."),
    (
        "sqn",
        "SQN",
        _RATIO,
        "sqrt(min(N, 100)) mean(R) / std(R, ddof 1), R = net profit / risk at the initial stop, which all must have.",
    ),
    (
        "exposure",
        "Exposure",
        _FRACTION,
        "Time with a position / time the market was open; an exit inside a bar counts to that bar's end.",
    ),
)

METRICS: Mapping[str, MetricDefinition] = MappingProxyType(
    {name: MetricDefinition(name, title, unit, meaning) for name, title, unit, meaning in _LIST}
)
"""Every figure of :func:`forexai_core.metrics.compute`, in the order of its mapping."""
