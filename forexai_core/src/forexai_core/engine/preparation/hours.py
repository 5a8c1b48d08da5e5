"""Which events lie outside the sessions of their symbols, and on its holidays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from forexai_core.errors import ConfigError
from forexai_core.values.clocks import Clock
from forexai_core.values.instruments import Holiday, Instrument
from forexai_core.values.timeframes import NS_PER_DAY, NS_PER_MINUTE

__all__ = ["outside_hours"]

_EPOCH_WEEKDAY = 3  # 1 January 1970 was a Thursday

Times = NDArray[np.int64]


def _hours_of(instrument: Instrument, holidays: Mapping[int, Holiday], day: int) -> Iterator[tuple[int, int]]:
    """Give the open minutes of a day of the clock, numbered from its own 1970."""
    holiday = holidays.get(day)
    if holiday is not None:
        if holiday.close_minute > holiday.open_minute:
            yield holiday.open_minute, holiday.close_minute
        return
    for session in instrument.sessions:
        if session.weekday == (day + _EPOCH_WEEKDAY) % 7:
            yield session.open_minute, session.close_minute


def _open_spans(
    instrument: Instrument, holidays: Sequence[Holiday], first_day: int, last_day: int
) -> tuple[Times, Times]:
    """List when a market opens and closes, on the clock's wall, in order."""
    by_day = {holiday.day: holiday for holiday in holidays}
    spans = sorted(
        (day * NS_PER_DAY + opened * NS_PER_MINUTE, day * NS_PER_DAY + closed * NS_PER_MINUTE)
        for day in range(first_day, last_day + 1)
        for opened, closed in _hours_of(instrument, by_day, day)
    )
    table = np.array(spans, np.int64).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def outside_hours(
    instrument: Instrument, holidays: Sequence[Holiday], clock: Clock, time_ns: Times, end_ns: Times
) -> NDArray[np.bool_]:
    """Say which bars or ticks lie wholly outside the sessions.

    Parameters
    ----------
    instrument : Instrument
        Its sessions and holidays, by the clock.
    holidays : sequence of Holiday
        Further ones.
    clock : Clock
        The account's.
    time_ns, end_ns : (n,) int64
        Opening and end of each bar; a tick's are the same. A bar that reaches into a session lies in it.

    Raises
    ------
    ConfigError
        If not one of them lies in a session.
    """
    opened = clock.to_wall_ns(time_ns)
    ended = opened + np.maximum(end_ns - time_ns, 1)
    first, last = int(opened.min() // NS_PER_DAY), int(ended.max() // NS_PER_DAY)
    starts, stops = _open_spans(instrument, [*instrument.holidays, *holidays], first, last)
    following = np.searchsorted(stops, opened, side="right")
    found = following < len(stops)
    outside = ~found
    outside[found] = starts[following[found]] >= ended[found]
    if outside.all():
        raise ConfigError(
            f"{instrument.symbol}: not one of its prices lies in its sessions by the clock {clock}, so it could never "
            "trade. Check the instrument's sessions and holidays, or leave sessions='enforce' out."
        )
    return outside
