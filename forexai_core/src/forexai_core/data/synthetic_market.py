"""A market made of numbers: for examples, benchmarks and tests, the same on every machine.

Only integers, additions, multiplications, divisions and square roots are used, which every processor
rounds alike; prices are walks in whole points. So one seed gives the same bytes everywhere, and the
first bars do not depend on how many are asked for.
"""

from __future__ import annotations

from collections.abc import Iterator

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.arrays import BAR, TICK
from forexai_core.data.library import Moment, to_time_ns
from forexai_core.data.market_hours import MarketHours
from forexai_core.errors import ConfigError
from forexai_core.values.bars import Bars
from forexai_core.values.catalogue import find_instrument
from forexai_core.values.instruments import AssetClass, Instrument
from forexai_core.values.numbers import is_whole
from forexai_core.values.ticks import Ticks
from forexai_core.values.timeframes import NS_PER_DAY, NS_PER_MINUTE, Timeframe

__all__ = ["synthetic"]

_CHUNK = 1 << 14
_STEPS = 4  # moves inside a bar
_DRAWS = 26  # uniforms a bar: 4 moves of 5, two wicks, two for the volume, weekend gap, spread
_START = "2020-01-05T22:00:00"  # a Sunday, 17:00 in New York

# Hours of the New York close clock, 0 = 17:00 in New York: the quiet rollover, Asia from 2, London
# from 10, New York from 15 to 19 with both open. Typical shapes of the major pairs.
_VOLATILITY = (
    30,
    45,
    70,
    80,
    75,
    65,
    60,
    60,
    75,
    110,
    145,
    140,
    120,
    110,
    115,
    150,
    165,
    155,
    135,
    105,
    85,
    75,
    60,
    45,
)
_SPREAD = (
    400,
    200,
    130,
    120,
    115,
    115,
    115,
    110,
    105,
    100,
    95,
    95,
    100,
    100,
    100,
    95,
    95,
    95,
    100,
    105,
    110,
    120,
    140,
    220,
)
_DAILY_VOLATILITY = {
    AssetClass.FOREX: 0.0055,
    AssetClass.METAL: 0.010,
    AssetClass.INDEX: 0.011,
    AssetClass.CRYPTO: 0.035,
    AssetClass.STOCK: 0.018,
    AssetClass.ENERGY: 0.020,
}
# Where the walk starts; symbols that are not listed start at 1,000 pips.
_FIRST_PRICE = {
    "EURUSD": 1.12, "GBPUSD": 1.31, "USDJPY": 108.0, "USDCHF": 0.97, "USDCAD": 1.30, "AUDUSD": 0.69, "NZDUSD": 0.66,
    "EURJPY": 121.0, "GBPJPY": 142.0, "EURGBP": 0.85, "EURCHF": 1.08, "USDIDR": 14_000.0, "XAUUSD": 1_550.0,
    "XAGUSD": 18.0, "US500": 3_250.0, "US100": 8_800.0, "US30": 28_600.0, "DE40": 13_200.0, "BTCUSD": 7_400.0,
    "ETHUSD": 135.0,
}  # fmt: skip

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def synthetic(
    symbol: str,
    timeframe: str | Timeframe,
    *,
    bars: int,
    seed: int = 0,
    start: Moment = _START,
    instrument: Instrument | None = None,
) -> Bars | Ticks:
    """Make a market: volatility and spread by the hour, quiet and wild days, fat tails, weekend gaps.

    Parameters
    ----------
    symbol : str
        Whose contract and grid.
    timeframe : str
        A timeframe, or ``tick``.
    bars : int
        How many bars, or ticks.
    seed : int
        One seed, one market; from 0 up.
    start : str, datetime or int
        The first bar opens at or after it, when the market is open.
    instrument : Instrument, optional
        Default: the catalogue's.

    Returns
    -------
    Bars or Ticks
        Bid bars with a spread column, or ticks with both sides.

    Raises
    ------
    ConfigError
        If a parameter is wrong.
    """
    frame = Timeframe.of(timeframe)
    if not isinstance(symbol, str):
        raise ConfigError(f"symbol is a name such as 'EURUSD', not {symbol!r}.")
    if not (is_whole(bars) and is_whole(seed)) or bars < 1 or seed < 0:
        raise ConfigError(f"bars must be a whole number, at least 1, and seed at least 0, not {bars!r} and {seed!r}.")
    known = instrument or find_instrument(symbol)
    if known.symbol != symbol:
        raise ConfigError(f"symbol is '{symbol}', but instrument is of '{known.symbol}'. Make them the same.")
    market = _Market(instrument=known, hours=MarketHours.of(known), seed=seed, start_ns=to_time_ns(start))
    provenance = {
        "source": f"synthetic market of {symbol}, seed {seed}: no real prices",
        "spread": "by the hour, around the catalogue's typical one",
    }
    if frame is Timeframe.TICK:
        return _ticks(market, bars, provenance)
    return _bars(market, frame, bars, provenance)


@attrs.frozen(kw_only=True)
class _Market:
    instrument: Instrument
    hours: MarketHours
    seed: int
    start_ns: int

    @property
    def first_points(self) -> int:
        price = _FIRST_PRICE.get(self.instrument.symbol, 1_000 * self.instrument.pip_size * 10)
        return round(price / self.instrument.point)

    def uniforms(self, columns: int, stream: int) -> Iterator[Floats]:
        """Draw blocks of rows of numbers from [0, 1), so that more rows leave the first ones as they are."""
        source = np.random.PCG64(np.random.SeedSequence([self.seed, stream]))
        half = columns // 2
        while True:
            raw = source.random_raw(_CHUNK * half).reshape(_CHUNK, half)
            block = np.empty((_CHUNK, columns))
            block[:, :half] = raw >> np.uint64(32)
            block[:, half:] = raw & np.uint64(0xFFFF_FFFF)
            block *= 2.0**-32
            yield block

    def hour(self, time_ns: Integers) -> Integers:
        """Give the hour of the clock whose midnight is 17:00 in New York."""
        wall = self.hours.clock.to_wall_ns(time_ns)
        return wall // (60 * NS_PER_MINUTE) % 24

    def day_factor(self, time_ns: Integers) -> Floats:
        """Make quiet and wild days that come in clusters: a slow average of heavy-tailed draws."""
        day = (self.hours.clock.to_wall_ns(time_ns) - self.start_ns) // NS_PER_DAY
        days = max(int(day.max()) + 2, 1)
        blocks = self.uniforms(2, 3)
        draws = np.concatenate([next(blocks)[:, 0] for _ in range(0, days, _CHUNK)])[:days]
        cube = draws * draws * draws
        shocks = 0.3 + 4.9 * cube * cube
        level, levels = 1.0, np.empty(days)
        for number, shock in enumerate(shocks.tolist()):
            level = 0.85 * level + 0.15 * shock
            levels[number] = level
        return levels[np.clip(day, 0, days - 1)]

    def spread_points(self, hour: Integers, draw: Floats) -> Integers:
        """Make spreads in whole points around the typical one of the hour, at least one."""
        usual = max(self.instrument.spread_points, 1.0) * np.array(_SPREAD, np.float64)[hour] * 0.01
        jump = 0.8 + 0.3 * draw + np.where(draw > 0.995, (draw - 0.995) * 800.0, 0.0)
        return np.maximum(np.rint(usual * jump), 1.0).astype(np.int64)


def _fat_tailed(draws: Floats) -> Floats:
    """Turn five uniforms into one move of about unit variance: bell-shaped, with tails of a power law.

    Parameters
    ----------
    draws : (5, ...) float64
    """
    bell = draws[0] + draws[1]
    bell = bell + draws[2]
    bell = (bell + draws[3]) - 2.0
    tail = np.sqrt(np.sqrt(0.0001 + draws[4]))
    moves: Floats = bell * 1.22 / tail
    return moves


def _fold(walk: Integers, first: int) -> Integers:
    """Reflect a walk between half and double its first price, so that it stays a price."""
    low, high = first // 2, first * 2
    span = high - low
    place = (walk + (first - low)) % (2 * span)
    return np.where(place <= span, place, 2 * span - place) + low


def _opening_times(market: _Market, frame: Timeframe, count: int) -> Integers:
    per_week = max(len(market.hours.openings(market.start_ns, market.start_ns + 7 * NS_PER_DAY, frame)), 1)
    reach = (count // per_week + 3) * 7 * NS_PER_DAY
    if frame in {Timeframe.W1, Timeframe.MN1}:
        reach = (count + 2) * (frame.nominal_ns + 2 * NS_PER_DAY)
    if market.start_ns + reach >= 4_102_444_800 * 10**9:
        raise ConfigError(f"{count:,} bars of {frame} reach beyond the year 2099. Ask for fewer, or start earlier.")
    return market.hours.openings(market.start_ns, market.start_ns + reach, frame)[:count]


def _bars(market: _Market, frame: Timeframe, count: int, provenance: dict[str, str]) -> Bars:
    time_ns = _opening_times(market, frame, count)
    hour = market.hour(time_ns) if frame.intraday else np.full(count, 12, np.int64)
    per_day = max(float(market.hours.is_open.sum()) / 5.0 * NS_PER_MINUTE / frame.nominal_ns, 1e-9)
    usual = market.first_points * _DAILY_VOLATILITY[market.instrument.asset_class]
    scale = np.sqrt(usual * usual / (per_day * _STEPS)) * market.day_factor(time_ns)
    shape = np.array(_VOLATILITY, np.float64) * 0.01
    scale = scale * shape[hour]
    apart = np.concatenate(([0], np.diff(time_ns)))
    closed = apart > frame.nominal_ns + NS_PER_DAY if frame.intraday else np.zeros(count, np.bool_)
    data, spread = np.empty(count, BAR), np.empty(count)
    data["time_ns"] = time_ns
    walked, grid = 0, float(10**market.instrument.digits)
    blocks = market.uniforms(_DRAWS, 1)
    for low in range(0, count, _CHUNK):
        part = slice(low, min(low + _CHUNK, count))
        draws = next(blocks)[: part.stop - low]
        bell = _fat_tailed(draws[:, : _STEPS * 5].reshape(-1, _STEPS, 5).transpose(2, 0, 1))
        moves = np.rint(bell * scale[part, None]).astype(np.int64)
        jump = np.rint((draws[:, 24] - 0.5) * usual * 0.8)
        path = np.cumsum(moves, axis=1)
        gaps = np.where(closed[part], jump, 0.0).astype(np.int64)
        total = np.cumsum(path[:, -1] + gaps) + walked
        opening = total - path[:, -1]
        walked = int(total[-1])
        wicks = draws[:, 20:22] * draws[:, 20:22] * scale[part, None]
        _fill(market, data[part], opening, opening[:, None] + path, np.rint(wicks).astype(np.int64))
        move = np.rint((data["high"][part] - data["low"][part]) * grid)
        data["volume"][part] = np.rint(move * (0.5 + draws[:, 22]) + 1.0 + 4.0 * draws[:, 23])
        spread[part] = market.spread_points(hour[part], draws[:, 25])
    for array in (data, spread):
        array.flags.writeable = False
    return Bars(instrument=market.instrument, timeframe=frame, data=data, spread_points=spread, provenance=provenance)


def _fill(market: _Market, data: NDArray[np.void], opening: Integers, path: Integers, wicks: Integers) -> None:
    """Turn walks into prices: the path's extremes with a wick of its own beyond each."""
    first = market.first_points
    opened = _fold(opening, first)
    inside = _fold(path, first)
    high, low = opened.copy(), opened.copy()
    for step in range(_STEPS):
        np.maximum(high, inside[:, step], out=high)
        np.minimum(low, inside[:, step], out=low)
    high += wicks[:, 0]
    low -= wicks[:, 1]
    low = np.maximum(low, 1)
    grid = float(10**market.instrument.digits)
    for name, points in (("open", opened), ("high", high), ("low", low), ("close", inside[:, -1])):
        data[name] = points / grid


def _ticks(market: _Market, count: int, provenance: dict[str, str]) -> Ticks:
    blocks = market.uniforms(8, 2)
    draws = np.concatenate([next(blocks) for _ in range(0, count, _CHUNK)])[:count]
    time_ns = _tick_times(market, draws[:, 0])
    hour = market.hour(time_ns)
    shape = np.array(_VOLATILITY, np.float64) * 0.01
    usual = market.first_points * _DAILY_VOLATILITY[market.instrument.asset_class]
    scale = usual * 0.0034 * np.sqrt(shape[hour]) * market.day_factor(time_ns)
    walk = np.cumsum(np.rint(_fat_tailed(draws[:, 1:6].T) * scale).astype(np.int64))
    bid = _fold(walk, market.first_points)
    grid = float(10**market.instrument.digits)
    data = np.empty(count, TICK)
    data["time_ns"], data["bid"] = time_ns, bid / grid
    data["ask"] = (bid + market.spread_points(hour, draws[:, 6])) / grid
    data["volume"] = np.rint(1.0 + 9.0 * draws[:, 7])
    data.flags.writeable = False
    return Ticks(instrument=market.instrument, data=data, provenance=provenance)


def _tick_times(market: _Market, draws: Floats) -> Integers:
    """Space ticks by the hour's activity, in whole milliseconds of open market time."""
    # Activity is counted in units: an open minute has 60 for each percent that its hour is active. Ticks are about
    # 100 units apart: one a second in usual hours.
    steps = 1 + np.rint(draws * draws * 300.0).astype(np.int64)
    units = np.cumsum(steps)
    minutes = np.flatnonzero(market.hours.is_open)
    weight = np.zeros(len(market.hours.is_open), np.int64)
    weight[minutes] = np.array(_VOLATILITY, np.int64)[minutes // 60 % 24] * 60
    edges = np.concatenate(([0], np.cumsum(weight)))
    wall = int(market.hours.clock.to_wall_ns(np.array([market.start_ns], np.int64))[0]) - 4 * NS_PER_DAY
    minute = wall // NS_PER_MINUTE
    units += edges[-1] * (minute // len(weight)) + edges[minute % len(weight)]
    week, rest = units // edges[-1], units % edges[-1]
    place = np.searchsorted(edges, rest, side="right") - 1
    within_ms = (rest - edges[place]) * 60_000 // weight[place]
    shown = 4 * NS_PER_DAY + (week * len(weight) + place) * NS_PER_MINUTE + within_ms * 1_000_000
    return market.hours.clock.to_utc_ns(shown, ambiguous="earlier", missing="forward")
