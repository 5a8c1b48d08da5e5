"""Trades by the hour, weekday and session they began in, by month, symbol and side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.metrics.trades import exact_sum
from forexai_core.values.clocks import NEW_YORK_CLOSE, Clock
from forexai_core.values.timeframes import NS_PER_DAY, NS_PER_MINUTE

__all__ = ["BREAKDOWNS", "SESSIONS", "Slice", "breakdowns", "session_of"]

BREAKDOWNS = ("hour", "weekday", "session", "month", "symbol", "side")
"""The ways in which trades are broken down."""

SESSIONS = ("Asia", "London", "New York")
"""The sessions, in the order in which they open."""

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_LONDON, _NEW_YORK = Clock.of("Europe/London"), Clock.of("America/New_York")
_OPEN_MINUTE, _CLOSE_MINUTE = 8 * 60, 17 * 60


@attrs.frozen
class Slice:
    """The trades of one hour, day, session, month, symbol or side.

    Attributes
    ----------
    label : str
        Which: ``"09"``, ``"Monday"``, ``"London"``, ``"2024-03"``, ``"EURUSD"``, ``"buy"``.
    trades, wins, losses : int
        How many; a trade of net profit 0 is neither won nor lost.
    net_profit, gross_profit, gross_loss : float
        Money.
    win_rate, profit_factor, expectancy : float or None
        As for all trades; None where undefined.
    """

    label: str
    trades: int
    wins: int
    losses: int
    net_profit: float
    gross_profit: float
    gross_loss: float
    win_rate: float | None
    profit_factor: float | None
    expectancy: float | None


def session_of(time_ns: NDArray[np.int64]) -> NDArray[np.int64]:
    """Say in which session instants fall, as positions in :data:`SESSIONS`.

    The session is the one that opened last: London from 08:00 in London, New York from 08:00 to
    17:00 in New York, Asia between New York's close and London's opening.

    Parameters
    ----------
    time_ns : (n,) int64
        Nanoseconds UTC.
    """
    london = _LONDON.to_wall_ns(time_ns) % NS_PER_DAY // NS_PER_MINUTE
    new_york = _NEW_YORK.to_wall_ns(time_ns) % NS_PER_DAY // NS_PER_MINUTE
    in_new_york = (new_york >= _OPEN_MINUTE) & (new_york < _CLOSE_MINUTE)
    in_london = ~in_new_york & (london >= _OPEN_MINUTE) & (new_york < _CLOSE_MINUTE)
    return np.where(in_new_york, 2, np.where(in_london, 1, 0)).astype(np.int64)


def breakdowns(trades: NDArray[np.void], *, clock: Clock = NEW_YORK_CLOSE) -> Mapping[str, Sequence[Slice]]:
    """Break the trades down in every way of :data:`BREAKDOWNS`.

    Hour, weekday and session are those of the opening, the month that of the closing; hour,
    weekday and month by the account's clock. The slices of one way add up to all trades. All 24
    hours, the weekdays from Monday to Friday and all sessions are listed, with or without trades.

    Parameters
    ----------
    trades : (trades,) TRADE
        In any order.
    clock : Clock
        The account's.

    Returns
    -------
    mapping of str to sequence of Slice
        By ``hour, weekday, session, month, symbol, side``.
    """
    net: NDArray[np.float64] = trades["net_profit"]
    opened, closed = trades["open_time_ns"], trades["close_time_ns"]
    hour = clock.to_wall_ns(opened) % NS_PER_DAY // (60 * NS_PER_MINUTE)
    weekday = clock.weekday(opened)
    month = (clock.to_wall_ns(closed) // NS_PER_DAY).astype("datetime64[D]").astype("datetime64[M]")
    months, in_month = np.unique(month, return_inverse=True)
    symbols, of_symbol = np.unique(trades["symbol"], return_inverse=True)
    days = 7 if np.any(weekday >= 5) else 5
    return MappingProxyType(
        {
            "hour": _slices(net, hour, [f"{each:02d}" for each in range(24)]),
            "weekday": _slices(net, weekday, _WEEKDAYS[:days]),
            "session": _slices(net, session_of(opened), SESSIONS),
            "month": _slices(net, in_month, [str(each) for each in months]),
            "symbol": _slices(net, of_symbol, [str(each) for each in symbols]),
            "side": _slices(net, (trades["side"] < 0).astype(np.int64), ("buy", "sell")),
        }
    )


def _slices(net: NDArray[np.float64], group: NDArray[np.int64], labels: Sequence[str]) -> Sequence[Slice]:
    order = np.argsort(group, kind="stable")
    edges = np.searchsorted(group[order], np.arange(len(labels) + 1))
    return tuple(_slice(label, net[order[edges[at] : edges[at + 1]]]) for at, label in enumerate(labels))


def _slice(label: str, net: NDArray[np.float64]) -> Slice:
    count, wins, losses = len(net), int(np.count_nonzero(net > 0)), int(np.count_nonzero(net < 0))
    total, gains, pains = exact_sum(net), exact_sum(net[net > 0]), exact_sum(net[net < 0])
    return Slice(
        label=label,
        trades=count,
        wins=wins,
        losses=losses,
        net_profit=total,
        gross_profit=gains,
        gross_loss=pains,
        win_rate=wins / count if count else None,
        profit_factor=gains / -pains if losses else None,
        expectancy=total / count if count else None,
    )
