"""Rules in plain English."""

from __future__ import annotations

from collections.abc import Sequence

from forexai_core.strategies.rules.conditions import (
    AllOf,
    AnyOf,
    Between,
    Compare,
    Condition,
    Count,
    Crosses,
    Negation,
    SessionWindow,
    TimeWindow,
    Trend,
)
from forexai_core.strategies.rules.document import (
    AtrDistance,
    Distance,
    FixedVolume,
    RiskMultiple,
    RulesDocument,
)
from forexai_core.strategies.rules.operands import Arithmetic, IndicatorValue, Operand, PriceValue

__all__ = ["describe"]

_COMPARISONS = {">": "is above", "<": "is below", ">=": "is at or above", "<=": "is at or below"}
_OPERATORS = {"+": "plus", "-": "minus", "*": "times", "/": "divided by"}
_SESSIONS = {
    "sydney": "the Sydney session",
    "tokyo": "the Tokyo session",
    "london": "the London session",
    "new_york": "the New York session",
    "london_new_york": "the hours in which London and New York are both open",
}


def _number(value: float) -> str:
    return f"{value:.10g}"


def _bars(count: int) -> str:
    return "1 bar" if count == 1 else f"{count} bars"


def _frame(operand: PriceValue | IndicatorValue) -> str:
    text = f" of {operand.symbol}" if operand.symbol else ""
    text += f" on {operand.timeframe}" if operand.timeframe else ""
    return text + (f", {_bars(operand.shift)} ago," if operand.shift else "")


def value_text(operand: Operand) -> str:
    """Say what is compared."""
    if isinstance(operand, PriceValue):
        return f"the {operand.field}{'' if operand.field == 'volume' else ' price'}{_frame(operand)}"
    if isinstance(operand, IndicatorValue):
        settings = ", ".join(_number(value) for value in operand.parameters.values())
        line = "" if operand.output is None else f" {operand.output}"
        source = "" if operand.source is None else f" of the {operand.source}"
        return f"{operand.name.upper()}{f'({settings})' if settings else ''}{line}{source}{_frame(operand)}"
    if isinstance(operand, Arithmetic):
        return f"({value_text(operand.left)} {_OPERATORS[operand.operator]} {value_text(operand.right)})"
    return _number(operand)


def condition_text(condition: Condition) -> str:
    """Say when it is true."""
    if isinstance(condition, Compare):
        return f"{value_text(condition.left)} {_COMPARISONS[condition.operator]} {value_text(condition.right)}"
    if isinstance(condition, Crosses):
        way = {"above": "crosses above", "below": "crosses below", "either": "crosses"}[condition.direction]
        return f"{value_text(condition.left)} {way} {value_text(condition.right)}"
    if isinstance(condition, Between):
        return (
            f"{value_text(condition.value)} lies between {value_text(condition.low)} and {value_text(condition.high)}"
        )
    if isinstance(condition, Trend):
        way = "has risen" if condition.kind == "rising" else "has fallen"
        return f"{value_text(condition.value)} {way} for {_bars(condition.bars)} in a row"
    return _combination_text(condition)


def _combination_text(condition: Condition) -> str:
    if isinstance(condition, AllOf | AnyOf):
        return _joined(condition.conditions, "and" if isinstance(condition, AllOf) else "or")
    if isinstance(condition, Negation):
        return f"it is not so that {condition_text(condition.condition)}"
    if isinstance(condition, Count):
        inner = condition_text(condition.condition)
        return f"on at least {condition.at_least} of the last {_bars(condition.bars)} {inner}"
    if isinstance(condition, TimeWindow):
        days = "" if condition.weekdays is None else " on " + _listed([day.capitalize() for day in condition.weekdays])
        return f"the time is from {condition.start} to {condition.end}{days} ({condition.clock})"
    if isinstance(condition, SessionWindow):
        return f"the time lies in {_SESSIONS[condition.session]}"
    return condition_text(condition)


def _joined(conditions: Sequence[Condition], word: str) -> str:
    texts = [
        f"({condition_text(each)})" if isinstance(each, AllOf | AnyOf) and len(conditions) > 1 else condition_text(each)
        for each in conditions
    ]
    return f" {word} ".join(texts)


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _distance_text(distance: Distance | AtrDistance | RiskMultiple) -> str:
    if isinstance(distance, RiskMultiple):
        return f"{_number(distance.value)} times the stop's distance away"
    if isinstance(distance, AtrDistance):
        frame = f" on {distance.timeframe}" if distance.timeframe else ""
        return f"{_number(distance.multiple)} times the average true range({distance.period}){frame} away"
    return f"{_length_text(distance)} away"


def _length_text(distance: Distance) -> str:
    unit = "price units" if distance.kind == "price" else distance.kind
    return f"{_number(distance.value)} {unit}"


def _care_lines(document: RulesDocument) -> list[str]:
    care, lines = document.management, []
    if care.break_even is not None:
        lock = "" if care.break_even.lock is None else f" and locks in {_length_text(care.break_even.lock)}"
        lines.append(f"After a gain of {_length_text(care.break_even.start)} the stop moves to the entry{lock}.")
    if care.trailing is not None:
        start = "" if care.trailing.start is None else f" once the gain has reached {_length_text(care.trailing.start)}"
        lines.append(f"The stop follows the best price at {_length_text(care.trailing.distance)}{start}.")
    if care.max_bars is not None:
        lines.append(f"A position is closed after {_bars(care.max_bars)}.")
    return lines


def describe(document: RulesDocument) -> str:
    """Read rules aloud, a sentence a line."""
    lines = []
    for name, verb in (
        ("entry_long", "Buy"),
        ("entry_short", "Sell"),
        ("exit_long", "Close a long"),
        ("exit_short", "Close a short"),
    ):
        condition = getattr(document, name)
        if condition is not None:
            lines.append(f"{verb} when {condition_text(condition)}.")
    lines += [f"Enter only while {condition_text(each)}." for each in document.filters]
    sizing = document.sizing
    if isinstance(sizing, FixedVolume):
        lines.append(f"Each order has {_number(sizing.volume_lots)} lots.")
    else:
        lines.append(f"Each order is sized so that its stop loses {_number(100 * sizing.fraction)} % of the equity.")
    for what, distance in (("stop", document.stop_loss), ("target", document.take_profit)):
        lines.append(f"There is no {what}." if distance is None else f"The {what} lies {_distance_text(distance)}.")
    return "\n".join(lines + _care_lines(document))
