"""Rules to intents: conditions to columns, distances to prices. Nothing is generated, nothing is evaluated as code."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from forexai_core.errors import ConfigError
from forexai_core.strategies.intents import EXIT_ALL, EXIT_LONG, EXIT_SHORT, Intents, asked_for
from forexai_core.strategies.management import Management
from forexai_core.strategies.rules.columns import Columns
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
from forexai_core.strategies.rules.truth import (
    Truth,
    all_of,
    any_of,
    counted,
    difference,
    known_where,
    negated,
)
from forexai_core.strategies.turns import last_order, previous, run_length, turns
from forexai_core.values.clocks import Clock
from forexai_core.values.instruments import Instrument
from forexai_core.values.timeframes import NS_PER_DAY, NS_PER_MINUTE

__all__ = ["SESSIONS", "intents_of", "truth_of"]

SESSIONS = {
    "sydney": (("Australia/Sydney", "07:00", "16:00"),),
    "tokyo": (("Asia/Tokyo", "09:00", "18:00"),),
    "london": (("Europe/London", "08:00", "17:00"),),
    "new_york": (("America/New_York", "08:00", "17:00"),),
    "london_new_york": (("Europe/London", "08:00", "17:00"), ("America/New_York", "08:00", "17:00")),
}
"""Clock, opening and close of each session; in the last one both must be open."""

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def truth_of(condition: Condition, columns: Columns, place: str) -> Truth:
    """Evaluate a condition at the close of every bar.

    Parameters
    ----------
    condition : Condition
        What is asked.
    columns : Columns
        The prices.
    place : str
        Where it stands in the document, for messages.

    Raises
    ------
    ConfigError
        If a symbol or a timeframe is not at hand; its place is named.
    """
    if isinstance(condition, AllOf | AnyOf | Negation | Count):
        return _combined(condition, columns, place)
    if isinstance(condition, TimeWindow):
        return _window(columns, condition.clock, condition.start, condition.end, condition.weekdays)
    if isinstance(condition, SessionWindow):
        return all_of([_window(columns, clock, start, end) for clock, start, end in SESSIONS[condition.session]])
    if isinstance(condition, Trend):
        return _trend(condition, columns, place)
    return _comparison(condition, columns, place)


def _combined(condition: AllOf | AnyOf | Negation | Count, columns: Columns, place: str) -> Truth:
    if isinstance(condition, AllOf | AnyOf):
        parts = [
            truth_of(each, columns, f"{place}.conditions[{index}]") for index, each in enumerate(condition.conditions)
        ]
        return all_of(parts) if isinstance(condition, AllOf) else any_of(parts)
    inner = truth_of(condition.condition, columns, f"{place}.condition")
    return negated(inner) if isinstance(condition, Negation) else counted(inner, condition.at_least, condition.bars)


def _at_least(apart: NDArray[np.float64]) -> Truth:
    return Truth(apart >= 0, apart < 0)


def _comparison(condition: Compare | Crosses | Between, columns: Columns, place: str) -> Truth:
    if isinstance(condition, Between):
        value = columns.value(condition.value, f"{place}.value")
        from_low = difference(value, columns.value(condition.low, f"{place}.low"))
        to_high = difference(columns.value(condition.high, f"{place}.high"), value)
        return all_of([_at_least(from_low), _at_least(to_high)])
    left = columns.value(condition.left, f"{place}.left")
    apart = difference(left, columns.value(condition.right, f"{place}.right"))
    if isinstance(condition, Crosses):
        return _crossing(condition, apart)
    above = Truth(apart > 0, apart <= 0) if condition.operator in {">", "<="} else _at_least(apart)
    return above if condition.operator.startswith(">") else negated(above)


def _crossing(condition: Crosses, apart: NDArray[np.float64]) -> Truth:
    turned = turns(apart)
    yes = {"above": turned > 0, "below": turned < 0, "either": turned != 0}[condition.direction]
    order = last_order(apart)
    known = ~np.isnan(apart)
    known[1:] &= order[:-1] != 0
    known[:1] = False
    return known_where(yes, known)


def _trend(condition: Trend, columns: Columns, place: str) -> Truth:
    feed, values = columns.native(condition.value, f"{place}.value")
    change = difference(values, previous(values))
    moved = change > 0 if condition.kind == "rising" else change < 0
    broken = counted(known_where(~moved, ~np.isnan(change)), 1, condition.bars).yes
    yes = run_length(moved) >= condition.bars
    return Truth(columns.aligned(feed, yes).astype(np.bool_), columns.aligned(feed, broken).astype(np.bool_))


def _minutes(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def _window(columns: Columns, clock: str, start: str, end: str, weekdays: Sequence[str] | None = None) -> Truth:
    """Say where the time of decision lies in hours of a clock; the weekday is that of the window's beginning."""
    wall = Clock.of(clock).to_wall_ns(columns.base.end_ns)
    minute = wall % NS_PER_DAY // NS_PER_MINUTE
    first, last = _minutes(start), _minutes(end)
    after, before = minute >= first, minute < last
    inside = after & before if first < last else after | before
    if weekdays is not None:
        day = wall // NS_PER_DAY
        # A window that passes midnight belongs to the day on which it began.
        day = day if first < last else day - (before & ~after)
        # 1 January 1970 was a Thursday.
        inside &= np.isin((day + 3) % 7, [_WEEKDAYS.index(name) for name in weekdays])
    return known_where(inside, np.ones(len(inside), np.bool_))


_PLACES = {
    "break_even_start": "management.break_even.start",
    "break_even_lock": "management.break_even.lock",
    "trail_start": "management.trailing.start",
    "trail_distance": "management.trailing.distance",
}


def _length(place: str, distance: Distance | None, instrument: Instrument) -> float:
    if distance is None:
        return 0.0
    length = distance.value * {"pips": instrument.pip_size, "points": instrument.point, "price": 1.0}[distance.kind]
    if round(length / instrument.point) == 0:
        raise ConfigError(
            f"{place}: {instrument.symbol}: {distance.value:g} ({distance.kind}) rounds to no point at all, so there "
            f"would be none. Give at least one point ({instrument.point:g} in price), or leave it out of the rules."
        )
    return length


def _care(document: RulesDocument, instrument: Instrument) -> Management:
    sizing, care = document.sizing, document.management
    even, trailing = care.break_even, care.trailing
    lengths = {
        "break_even_start": None if even is None else even.start,
        "break_even_lock": None if even is None else even.lock,
        "trail_start": None if trailing is None else trailing.start,
        "trail_distance": None if trailing is None else trailing.distance,
    }
    return Management(
        volume_lots=sizing.volume_lots if isinstance(sizing, FixedVolume) else 0.0,
        risk_fraction=0.0 if isinstance(sizing, FixedVolume) else sizing.fraction,
        max_bars=care.max_bars or 0,
        **{name: _length(_PLACES[name], distance, instrument) for name, distance in lengths.items()},
    )


def intents_of(document: RulesDocument, columns: Columns) -> Intents:
    """Compile rules for one symbol.

    Parameters
    ----------
    document : RulesDocument
        The rules.
    columns : Columns
        The prices.

    Returns
    -------
    Intents
        A row a bar. No entry is made on a bar on which its stop or target is not known.

    Raises
    ------
    ConfigError
        If a symbol or a timeframe is not at hand; its place is named.
    """
    bars = len(columns.base)

    def when(name: str) -> NDArray[np.bool_]:
        condition = getattr(document, name)
        return np.zeros(bars, np.bool_) if condition is None else truth_of(condition, columns, name).yes

    long, short = when("entry_long"), when("entry_short")
    for index, condition in enumerate(document.filters):
        allowed = truth_of(condition, columns, f"filters[{index}]").yes
        long &= allowed
        short &= allowed
    leave_long, leave_short = when("exit_long"), when("exit_short")
    stop, target = _stop(document, columns), _target(document, columns)
    entry = long.astype(np.int8) - short.astype(np.int8)
    entry[np.isnan(stop) | np.isnan(target)] = 0
    exits = np.select([leave_long & leave_short, leave_long, leave_short], [EXIT_ALL, EXIT_LONG, EXIT_SHORT], 0)
    care = _care(document, columns.base.instrument)
    return Intents.of(entry=entry, exit=exits, stop=stop, target=target, management=care)


def _stop(document: RulesDocument, columns: Columns) -> NDArray[np.float64]:
    stop = document.stop_loss
    if isinstance(stop, AtrDistance):
        return asked_for(columns.ranges(stop, "stop_loss"))
    return np.full(len(columns.base), _length("stop_loss", stop, columns.base.instrument))


def _target(document: RulesDocument, columns: Columns) -> NDArray[np.float64]:
    target = document.take_profit
    if isinstance(target, AtrDistance):
        return asked_for(columns.ranges(target, "take_profit"))
    if isinstance(target, RiskMultiple):
        return target.value * _stop(document, columns)
    return np.full(len(columns.base), _length("take_profit", target, columns.base.instrument))
