"""What positions are due, and when: the rollovers of the account's clock, and cash flows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from forexai_core.engine.preparation.contracts import CostSheet
from forexai_core.engine.state.market_records import DUE_CASH, DUE_SWAP, ROLLOVER
from forexai_core.engine.state.records import (
    MAX_INSIDE,
)
from forexai_core.errors import ConfigError
from forexai_core.values.charges import CashFlow, SwapRates
from forexai_core.values.clocks import Clock, format_time_ns
from forexai_core.values.instruments import SwapMode
from forexai_core.values.timeframes import NS_PER_DAY

__all__ = ["due_rows"]

_FIRST_WEEKDAY = 3  # 1 January 1970 was a Thursday


def _rates_on(days: NDArray[np.int64], sheet: CostSheet) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the long and short rate of each day, counted from 1970: the last entry of the table not after it."""
    table: Sequence[SwapRates] = sheet.swap_rates
    row = np.searchsorted(np.array([each.day_number for each in table], np.int64), days, side="right")
    long = np.array([sheet.swap_long, *(each.long for each in table)])
    short = np.array([sheet.swap_short, *(each.short for each in table)])
    return long[row], short[row]


def _nights(clock: Clock, first_ns: int, last_ns: int, index: int, sheet: CostSheet) -> NDArray[np.void]:
    if sheet.swap_mode is SwapMode.DISABLED:
        return np.zeros(0, ROLLOVER)
    midnights = clock.midnights_ns(first_ns, last_ns)
    ended = clock.to_wall_ns(midnights - 1) // NS_PER_DAY
    rows = np.zeros(len(midnights), ROLLOVER)
    rows["time_ns"] = midnights
    rows["symbol"] = index
    rows["kind"] = DUE_SWAP
    rows["days"] = np.array(sheet.swap_days)[(ended + _FIRST_WEEKDAY) % 7]
    rows["long"], rows["short"] = _rates_on(ended, sheet)
    return rows[(rows["days"] > 0.0) & ((rows["long"] != 0.0) | (rows["short"] != 0.0))]


def _flows(first_ns: int, last_ns: int, index: int, flows: Iterable[CashFlow]) -> NDArray[np.void]:
    within = [flow for flow in flows if first_ns < flow.time_ns <= last_ns]
    rows = np.zeros(len(within), ROLLOVER)
    rows["symbol"] = index
    rows["kind"] = DUE_CASH
    for name in ("time_ns", "long", "short"):
        rows[name] = [getattr(flow, name) for flow in within]
    return rows


def _check_room(rows: NDArray[np.void], longest_ns: int) -> None:
    """Refuse more charges inside one bar than the ledger can look through."""
    times = rows["time_ns"]
    full = np.flatnonzero(times[MAX_INSIDE:] - times[:-MAX_INSIDE] < longest_ns)
    if len(full):
        raise ConfigError(
            f"More than {MAX_INSIDE} rollovers and cash flows may lie inside one bar at "
            f"{format_time_ns(int(times[full[0]]))}. Give fewer cash flows, fewer symbols or shorter bars."
        )


def due_rows(
    clock: Clock,
    sheets: Iterable[CostSheet],
    time_ns: NDArray[np.int64],
    end_ns: NDArray[np.int64],
) -> NDArray[np.void]:
    """List everything that positions can be charged over a run.

    Parameters
    ----------
    clock : Clock
        Of the account.
    sheets : iterable of CostSheet
        Of the symbols, in the order of their indices.
    time_ns, end_ns : (events,) int64
        Opening and end of each event's bar.

    Returns
    -------
    (rows,) ROLLOVER
        After the first event's opening and up to the last end, oldest first.

    Raises
    ------
    ConfigError
        If one bar may hold too many.
    """
    first_ns, last_ns = int(time_ns[0]), int(end_ns.max())
    parts = []
    for index, sheet in enumerate(sheets):
        parts.append(_nights(clock, first_ns, last_ns, index, sheet))
        parts.append(_flows(first_ns, last_ns, index, sheet.cash_flows))
    rows = np.concatenate(parts)
    rows = rows[np.lexsort((rows["symbol"], rows["time_ns"]))]
    rows["event"] = np.searchsorted(time_ns, rows["time_ns"])
    if len(rows) > MAX_INSIDE:
        _check_room(rows, int((end_ns - time_ns).max()))
    return rows
