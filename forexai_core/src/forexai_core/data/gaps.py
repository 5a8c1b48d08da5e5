"""Missing bars: found by the market's hours, and filled or cut only by a named policy."""

from __future__ import annotations

from typing import Literal, get_args

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.arrays import BAR, QUOTE
from forexai_core.data.market_hours import MarketHours
from forexai_core.data.validation_report import Gap
from forexai_core.errors import ConfigError, DataGapError, did_you_mean
from forexai_core.values.bars import Bars
from forexai_core.values.clocks import NEW_YORK_CLOSE, format_time_ns
from forexai_core.values.timeframes import NS_PER_DAY, Timeframe

__all__ = ["GapPolicy", "apply_gap_policy", "find_gaps"]

GapPolicy = Literal["report", "raise", "forward-fill", "drop-days"]
"""``report`` leaves the bars as they are; ``raise`` refuses bars with a gap; ``forward-fill`` puts flat
bars of volume 0 at the last close where the market was open; ``drop-days`` takes whole trading days
out (by the New York close) that touch a gap. Holidays are left as they are by all of them."""

# Days (month, day) at which most markets close; a gap that touches one is no surprise.
_HOLIDAYS = ((12, 24), (12, 25), (12, 26), (12, 31), (1, 1), (1, 2))


def find_gaps(bars: Bars) -> tuple[Gap, ...]:
    """List the stretches in which the market was open and bars are missing."""
    if len(bars) < 2 or bars.timeframe is Timeframe.TICK:
        return ()
    time_ns = bars.time_ns
    end = NEW_YORK_CLOSE.bar_end_ns(time_ns[:-1], bars.timeframe)
    apart = np.flatnonzero(time_ns[1:] > end)
    if not apart.size:
        return ()
    missing = MarketHours.of(bars.instrument).missing_bars(end[apart], time_ns[1:][apart], bars.timeframe)
    apart, missing = apart[missing > 0], missing[missing > 0]
    holidays = _touches_holiday(end[apart], time_ns[1:][apart])
    return tuple(
        Gap(after_ns=int(time_ns[row]), before_ns=int(time_ns[row + 1]), missing=int(count), holiday=bool(holiday))
        for row, count, holiday in zip(apart.tolist(), missing.tolist(), holidays.tolist(), strict=True)
    )


def _touches_holiday(start_ns: NDArray[np.int64], stop_ns: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell which stretches, no longer than four days, touch a holiday by the New York close."""
    first = NEW_YORK_CLOSE.to_wall_ns(start_ns) // NS_PER_DAY
    last = NEW_YORK_CLOSE.to_wall_ns(stop_ns - 1) // NS_PER_DAY
    touches = np.zeros(len(first), np.bool_)
    for ahead in range(5):
        day = np.minimum(first + ahead, last).astype("datetime64[D]")
        month = day.astype("datetime64[M]")
        number = (day - month.astype("datetime64[D]")).astype(np.int64) + 1
        for holiday_month, holiday_day in _HOLIDAYS:
            touches |= (month.astype(np.int64) % 12 + 1 == holiday_month) & (number == holiday_day)
    return touches & (last - first < 5)


def apply_gap_policy(bars: Bars, policy: GapPolicy) -> Bars:
    """Treat the gaps of bars by a named policy, and say so in their provenance.

    Parameters
    ----------
    bars : Bars
        As read.
    policy : {"report", "raise", "forward-fill", "drop-days"}
        See :data:`GapPolicy`.

    Raises
    ------
    ConfigError
        If there is no such policy.
    DataGapError
        If the policy is ``raise`` and there is a gap.
    """
    if policy not in get_args(GapPolicy):
        raise ConfigError(f"There is no gap policy '{policy}'. {did_you_mean(str(policy), get_args(GapPolicy))}")
    gaps = [gap for gap in find_gaps(bars) if not gap.holiday]
    if policy == "report" or not gaps:
        return bars
    if policy == "raise":
        worst = max(gaps, key=lambda gap: gap.missing)
        raise DataGapError(
            f"{bars.symbol} {bars.timeframe}: {sum(gap.missing for gap in gaps):,} bars are missing in {len(gaps):,} "
            f"gaps, the largest after {format_time_ns(worst.after_ns)} ({worst.missing:,} bars). Get the missing data, "
            "or choose the gap policy 'report', 'forward-fill' or 'drop-days'."
        )
    return _forward_fill(bars, gaps) if policy == "forward-fill" else _drop_days(bars, gaps)


def _forward_fill(bars: Bars, gaps: list[Gap]) -> Bars:
    step = bars.timeframe.nominal_ns
    if not bars.timeframe.intraday:
        raise ConfigError(
            f"The gap policy 'forward-fill' is for bars within a day, not {bars.timeframe}. Choose 'report' or 'raise'."
        )
    # On the grid of the bar before the gap, whatever clock the bars are anchored at.
    slots = np.concatenate([np.arange(gap.after_ns + step, gap.before_ns - step + 1, step) for gap in gaps])
    times = slots[MarketHours.of(bars.instrument).open_minutes(slots, slots + step) > 0]
    source = np.searchsorted(bars.time_ns, times) - 1
    place = np.searchsorted(bars.time_ns, times)
    flat = np.zeros(len(times), BAR)
    flat["time_ns"] = times
    for name in QUOTE.names or ():
        flat[name] = bars.close[source]
    data = np.insert(bars.data, place, flat)
    ask, spread = bars.ask, bars.spread_points
    if ask is not None:
        flat_ask = np.empty(len(times), QUOTE)
        for name in QUOTE.names or ():
            flat_ask[name] = ask["close"][source]
        ask = np.insert(ask, place, flat_ask)
    if spread is not None:
        spread = np.insert(spread, place, spread[source])
    note = f"forward-fill: {len(times):,} flat bars of volume 0 in {len(gaps):,} gaps"
    return attrs.evolve(bars, data=data, ask=ask, spread_points=spread, provenance={**bars.provenance, "gaps": note})


def _drop_days(bars: Bars, gaps: list[Gap]) -> Bars:
    day = NEW_YORK_CLOSE.to_wall_ns(bars.time_ns) // NS_PER_DAY
    length = max(bars.timeframe.nominal_ns, 1)
    edges = np.array([(gap.after_ns + length, gap.before_ns - 1) for gap in gaps], np.int64)
    touched = NEW_YORK_CLOSE.to_wall_ns(edges.ravel()) // NS_PER_DAY
    keep = ~np.isin(day, touched)
    dropped = len(np.unique(day[~keep]))
    note = f"drop-days: {dropped:,} trading days with {int((~keep).sum()):,} bars taken out, for {len(gaps):,} gaps"
    return attrs.evolve(
        bars,
        data=bars.data[keep],
        ask=None if bars.ask is None else bars.ask[keep],
        spread_points=None if bars.spread_points is None else bars.spread_points[keep],
        provenance={**bars.provenance, "gaps": note},
    )
