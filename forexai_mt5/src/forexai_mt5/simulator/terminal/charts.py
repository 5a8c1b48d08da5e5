"""Bars and ticks as a terminal hands them over: its own clock's stamps, its own depth, and not everything at once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from forexai_core.values.clocks import Clock
from forexai_mt5.simulator.market.prices import MINUTE, MINUTE_MS, Market, minutes_of
from forexai_mt5.simulator.market.symbols import Symbol
from forexai_mt5.simulator.server.policies import Policies
from forexai_mt5.terms import constants as c

__all__ = ["MINUTES", "RATE", "TICK", "Charts"]

RATE = np.dtype(
    [
        ("time", "<i8"),
        ("open", "<f8"),
        ("high", "<f8"),
        ("low", "<f8"),
        ("close", "<f8"),
        ("tick_volume", "<u8"),
        ("spread", "<i4"),
        ("real_volume", "<u8"),
    ]
)
TICK = np.dtype(
    [
        ("time", "<i8"),
        ("bid", "<f8"),
        ("ask", "<f8"),
        ("last", "<f8"),
        ("volume", "<u8"),
        ("time_msc", "<i8"),
        ("flags", "<u4"),
        ("volume_real", "<f8"),
    ]
)

_DAY, _WEEK, _MONTH = 1_440, 10_080, 44_640
MINUTES = {
    getattr(c, f"TIMEFRAME_{name}"): minutes
    for name, minutes in {
        "M1": 1, "M2": 2, "M3": 3, "M4": 4, "M5": 5, "M6": 6, "M10": 10, "M12": 12, "M15": 15, "M20": 20, "M30": 30,
        "H1": 60, "H2": 120, "H3": 180, "H4": 240, "H6": 360, "H8": 480, "H12": 720,
        "D1": _DAY, "W1": _WEEK, "MN1": _MONTH,
    }.items()
}  # fmt: skip
"""Minutes of each timeframe; a month's are its most."""

_NS_PER_MS = 1_000_000
_EPOCH_WEEKDAY = 4  # days since a Sunday on 1 January 1970, a Thursday


def _openings(wall_s: NDArray[np.int64], minutes: int) -> NDArray[np.int64]:
    """Give the opening, on the wall clock, of the bar that each second lies in: weeks begin on Sunday."""
    if minutes < _WEEK:
        return wall_s - wall_s % (minutes * 60)
    day = wall_s // 86_400
    if minutes == _WEEK:
        return (day - (day + _EPOCH_WEEKDAY) % 7) * 86_400
    months = day.astype("datetime64[D]").astype("datetime64[M]").astype("datetime64[D]")
    return months.astype(np.int64) * 86_400


def _joined(rates: NDArray[np.void], forming: NDArray[np.void]) -> NDArray[np.void]:
    """Put the minute that forms into the last bar, or behind it as a new one."""
    if not len(forming) or not len(rates) or rates["time"][-1] != forming["time"][0]:
        return np.concatenate([rates, forming])
    joined, row, new = rates.copy(), -1, forming[0]
    joined["high"][row] = max(joined["high"][row], new["high"])
    joined["low"][row] = min(joined["low"][row], new["low"])
    joined["close"][row] = new["close"]
    joined["tick_volume"][row] += new["tick_volume"]
    joined["spread"][row] = min(joined["spread"][row], new["spread"])
    return joined


class _Chart(NamedTuple):
    """The whole minutes of a chart, before ``opened_ms``; of its last bar the first minute opened at ``last_ms``."""

    opened_ms: int
    last_ms: int
    rates: NDArray[np.void]


class Charts:
    """The prices of a terminal.

    Parameters
    ----------
    market : Market
        Where they come from.
    clock : Clock
        The server's.
    maxbars : int
        How many bars a chart keeps.
    policies : Policies
        What a first call gets.
    """

    def __init__(self, market: Market, clock: Clock, maxbars: int, policies: Policies) -> None:
        self._market, self._clock, self.maxbars, self._policies = market, clock, maxbars, policies
        self._fetched: dict[tuple[str, int], int] = {}
        self._charts: dict[tuple[str, int], _Chart] = {}

    def forget(self) -> None:
        """Begin to fetch anew, as after a restart."""
        self._fetched.clear()

    def redraw(self) -> None:
        """Make all bars anew from the market, whose past may have changed."""
        self._charts.clear()

    def wall_s(self, time_ms: NDArray[np.int64]) -> NDArray[np.int64]:
        """Turn instants, milliseconds UTC, into seconds of the server's clock."""
        return self._clock.to_wall_ns(time_ms * _NS_PER_MS) // 1_000_000_000

    def utc_ms(self, wall_s: int) -> int:
        """Turn seconds of the server's clock into an instant, milliseconds UTC."""
        wall = np.array([wall_s * 1_000_000_000], np.int64)
        instants = self._clock.to_utc_ns(wall, ambiguous="earlier", missing="forward")
        return int(instants[0]) // _NS_PER_MS

    # --------------------------------------------------------------------------------------------------------- bars
    def bars(self, symbol: Symbol, timeframe: int, now_ms: int) -> NDArray[np.void]:
        """Give the bars of a chart, as many as it keeps; the last one is the one that forms.

        Parameters
        ----------
        symbol : Symbol
            Whose.
        timeframe : int
            ``TIMEFRAME_*``.
        now_ms : int
            UTC.

        Returns
        -------
        (n,) RATE
            By time; a copy.
        """
        minutes, opened = MINUTES[timeframe], now_ms // MINUTE_MS * MINUTE_MS
        chart = self._charts.get((symbol.name, timeframe))
        if chart is None or chart.opened_ms != opened:
            chart = self._charts[symbol.name, timeframe] = self._grown(symbol, minutes, opened, chart)
        forming = minutes_of(self._market.quotes(symbol.name, opened - 1, now_ms))
        joined = _joined(chart.rates, self._gathered(symbol, forming, minutes))
        return joined[-self.maxbars :]

    def _grown(self, symbol: Symbol, minutes: int, opened_ms: int, chart: _Chart | None) -> _Chart:
        """Give a chart up to a minute: the bars that were whole stay, the last one is made anew with what came."""
        since = self._market.first_ms(symbol.name) if chart is None else chart.last_ms
        rows = self._market.minutes(symbol.name, since, opened_ms - 1)
        new = self._gathered(symbol, rows, minutes)
        if not len(new):
            return _Chart(opened_ms, since, new) if chart is None else chart._replace(opened_ms=opened_ms)
        opening = _openings(self.wall_s(rows["time_ms"]), minutes)
        last = int(rows["time_ms"][np.flatnonzero(opening == opening[-1])[0]])
        return _Chart(opened_ms, last, new if chart is None else np.concatenate([chart.rates[:-1], new]))

    def fetched(self, symbol: str, timeframe: int) -> int:
        """Say how many bars a call gets, this one counted: more with each."""
        policies = self._policies
        if not policies.first_bars:
            return self.maxbars
        calls = self._fetched.get((symbol, timeframe), 0)
        self._fetched[symbol, timeframe] = calls + 1
        return min(policies.first_bars * int(policies.growth ** min(calls, 12)), self.maxbars)

    def _minutes(self, symbol: str, first_ms: int, now_ms: int) -> NDArray[np.void]:
        """Give the bars of a minute up to now, the last one only as far as it has come."""
        opened = now_ms // MINUTE_MS * MINUTE_MS
        whole = self._market.minutes(symbol, first_ms, opened - 1)
        forming = minutes_of(self._market.quotes(symbol, opened - 1, now_ms))
        return np.concatenate([whole, forming]) if len(forming) else whole

    def _gathered(self, symbol: Symbol, rows: NDArray[np.void], minutes: int) -> NDArray[np.void]:
        if not len(rows):
            return np.empty(0, RATE)
        opening = _openings(self.wall_s(rows["time_ms"]), minutes)
        starts = np.flatnonzero(np.append(True, opening[1:] != opening[:-1]))
        ends = np.append(starts[1:], len(rows)) - 1
        rates = np.zeros(len(starts), RATE)
        rates["time"] = opening[starts]
        columns = {
            "open": rows["open"][starts],
            "high": np.maximum.reduceat(rows["high"], starts),
            "low": np.minimum.reduceat(rows["low"], starts),
            "close": rows["close"][ends],
        }
        for name, points in columns.items():
            rates[name] = np.round(points / symbol.scale, symbol.instrument.digits)
        rates["tick_volume"] = np.add.reduceat(rows["ticks"], starts)
        rates["spread"] = np.minimum.reduceat(rows["spread"], starts)
        return rates

    def day(self, symbol: Symbol, now_ms: int) -> NDArray[np.void]:
        """Give the minutes of the server's present day: (n,) MINUTE."""
        wall = int(self.wall_s(np.array([now_ms]))[0])
        rows = self._minutes(symbol.name, self.utc_ms(wall - wall % 86_400), now_ms)
        return rows if len(rows) else np.empty(0, MINUTE)

    # -------------------------------------------------------------------------------------------------------- ticks
    def ticks(self, symbol: Symbol, from_ms: int, until_ms: int, now_ms: int) -> NDArray[np.void]:
        """Give the ticks of a stretch, both ends included and in milliseconds UTC: (n,) TICK, by time."""
        key = (symbol.name, 0)
        until_ms = min(until_ms, now_ms)
        quotes = self._market.quotes(symbol.name, from_ms - 1, until_ms)
        if self._policies.fast_ticks and key not in self._fetched:
            self._fetched[key] = 1
            quotes = quotes[-self._policies.fast_ticks :]
        ticks = np.zeros(len(quotes), TICK)
        wall = self._clock.to_wall_ns(quotes["time_ms"] * _NS_PER_MS) // _NS_PER_MS
        ticks["time"], ticks["time_msc"] = wall // 1_000, wall
        for name in ("bid", "ask"):
            ticks[name] = np.round(quotes[name] / symbol.scale, symbol.instrument.digits)
        ticks["flags"] = c.TICK_FLAG_BID | c.TICK_FLAG_ASK
        return ticks
