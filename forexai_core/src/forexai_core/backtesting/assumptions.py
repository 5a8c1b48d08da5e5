"""What a result rests on, in lines for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from forexai_core.backtesting.face import ResultFace
from forexai_core.backtesting.records import CostUsed, DataUsed, StrategyUsed
from forexai_core.values.accounts import Account
from forexai_core.values.clocks import format_time_ns
from forexai_core.values.margin_rules import StopOutMode

__all__ = ["assumptions_of", "parameter_text", "set_parameters"]

_COUNTS = {
    "dropped_decisions": "Decisions on the last bar, dropped",
    "crossed_quotes": "Crossed quotes, the ask raised to the bid",
    "refused_orders": "Orders refused",
    "held_back": "Stops, targets and orders that a price outside the sessions reached, held back",
    "margin_calls": "Margin calls",
}


def assumptions_of(result: ResultFace) -> dict[str, str]:
    """List account, strategies, prices, costs, choices, counts, seed and engine, one line each."""
    lines = {"Account": _account(result.account)}
    for strategy in result.strategies:
        given = ", ".join(f"{name} = {parameter_text(value)}" for name, value in set_parameters(strategy).items())
        form = f" ({strategy.form})" if strategy.form else ""
        lines[_free(lines, f"Strategy {strategy.name}")] = f"{given or 'no parameters'}{form}"
    for data in result.data:
        lines[_free(lines, f"Prices {data.symbol} {data.timeframe}")] = _prices(data)
    for symbol, text in _costs(result):
        lines[_free(lines, f"Costs {symbol}")] = text
    lines |= result.choices
    for name, count in result.counts.items():
        lines[_COUNTS.get(name, name.replace("_", " ").capitalize())] = f"{count:,}"
    lines["Seed"] = str(result.seed)
    lines["Engine"] = f"forexai-core {result.engine_version}"
    return lines


def _free(lines: dict[str, str], title: str) -> str:
    number, name = 2, title
    while name in lines:
        name, number = f"{title} ({number})", number + 1
    return name


def set_parameters(strategy: StrategyUsed) -> dict[str, Any]:
    """Give the parameters that have a value; those that are None were left unset."""
    return {name: value for name, value in strategy.parameters.items() if value is not None}


def parameter_text(value: Any) -> str:
    """Write a parameter as a person would."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _account(account: Account) -> str:
    mode = account.stop_out_mode
    unit = "%" if mode is StopOutMode.PERCENT else f"{account.currency} of {mode.replace('_', ' ')}"
    return (
        f"{account.balance:,.{account.digits}f} {account.currency}, leverage 1:{account.leverage:g}, {account.mode}, "
        f"clock {account.clock}, margin call at {account.margin_call:g} {unit}, stop-out at {account.stop_out:g} {unit}"
    )


def _prices(data: DataUsed) -> str:
    span = f"{data.rows:,} rows, {format_time_ns(data.start_ns)} to {format_time_ns(data.end_ns)}, {data.sides}"
    origin = "; ".join(f"{name}: {text}" for name, text in data.provenance.items())
    crossed = f"; {data.crossed_quotes:,} crossed quotes raised" if data.crossed_quotes else ""
    return f"{span}{crossed}{'; ' if origin else ''}{origin}"


def _costs(result: ResultFace) -> Iterator[tuple[str, str]]:
    for symbol in dict.fromkeys(cost.symbol for cost in result.costs):
        yield symbol, "; ".join(_cost(cost) for cost in result.costs if cost.symbol == symbol)


def _cost(cost: CostUsed) -> str:
    amount = "row by row" if cost.value is None else f"{cost.value:g}"
    return f"{cost.name} {amount} {cost.unit} ({cost.source})"
