"""A broken source of prices for each rule of sources."""

from __future__ import annotations

import attrs
import numpy as np
from plugin_proofs.making import opening

from forexai_core.errors import DataError
from forexai_core.ports.data import DataCapabilities
from forexai_core.values.timeframes import Timeframe


def flawed(module, **members):
    source = type("Flawed", (module.SoundData,), members)
    return opening(module.OFFER, lambda settings, _services: source(settings))


def bars_with(change):
    """Change the bars that a sound source gives: ``change(bars, start_ns, stop_ns)``."""

    def broken(module):
        def bars(self, symbol, timeframe, start_ns, stop_ns):
            return change(module.SoundData.bars(self, symbol, timeframe, start_ns, stop_ns), start_ns, stop_ns)

        return flawed(module, bars=bars)

    return broken


def names_twice(module):
    return flawed(module, symbols=lambda self: ("EURUSD", "EURUSD"))


def covers_too_much(module):
    def coverage(self, symbol):
        (of,) = module.SoundData.coverage(self, symbol)
        return (attrs.evolve(of, start_ns=of.start_ns - 10**9),)

    return flawed(module, coverage=coverage)


def declares_too_little(module):
    return attrs.evolve(module.OFFER, capabilities=DataCapabilities(timeframes=frozenset({Timeframe.D1})))


def calls_hours_minutes(bars, _start_ns, _stop_ns):
    return attrs.evolve(bars, timeframe=Timeframe.M1)


def in_milliseconds(module):
    def shrunk(data):
        data = data.copy()
        data["time_ns"] //= 10**6
        return data

    def bars(self, symbol, timeframe, start_ns, stop_ns):
        sound = module.SoundData.bars(self, symbol, timeframe, start_ns * 10**6, stop_ns * 10**6)
        return attrs.evolve(sound, data=shrunk(sound.data))

    def coverage(self, symbol):
        (of,) = module.SoundData.coverage(self, symbol)
        return (attrs.evolve(of, start_ns=of.start_ns // 10**6, stop_ns=of.stop_ns // 10**6 + 1),)

    return flawed(module, bars=bars, coverage=coverage)


def with_bars_too_close(bars, _start_ns, _stop_ns):
    data = bars.data.copy()
    data["time_ns"][1::2] -= 30 * 60 * 10**9
    return attrs.evolve(bars, data=data)


def off_the_grid(bars, _start_ns, _stop_ns):
    data = bars.data.copy()
    data["high"] += 0.0000123
    return attrs.evolve(bars, data=data)


def closed_ranges(module):
    def bars(self, symbol, timeframe, start_ns, stop_ns):
        return module.SoundData.bars(self, symbol, timeframe, start_ns, stop_ns + 1)

    return flawed(module, bars=bars)


def normalised(bars, _start_ns, _stop_ns):
    """Prices that depend on where the range begins."""
    if not len(bars):
        return bars
    data = bars.data.copy()
    shift = 1.2 - data["open"][0]
    for name in ("open", "high", "low", "close"):
        data[name] = np.round(data[name] + shift, bars.digits)
    return attrs.evolve(bars, data=data)


def restless(module):
    calls = []

    def change(bars, _start_ns, _stop_ns):
        calls.append(1)
        data = bars.data.copy()
        data["volume"] = len(calls)
        return attrs.evolve(bars, data=data)

    return bars_with(change)(module)


def always_full(module):
    def bars(self, symbol, timeframe, start_ns, stop_ns):
        found = module.SoundData.bars(self, symbol, timeframe, start_ns, stop_ns)
        return found if len(found) else module.SoundData.bars(self, symbol, timeframe, 0, 2**62)

    return flawed(module, bars=bars)


def is_vague_about_symbols(module):
    def check(self, symbol):
        if symbol not in self._symbols:
            raise DataError("There is no such symbol.")

    return flawed(module, _check=check)


def gives_hours_for_anything(module):
    def bars(self, symbol, timeframe, start_ns, stop_ns):
        return module.SoundData.bars(self, symbol, Timeframe.H1, start_ns, stop_ns)

    return flawed(module, bars=bars)


def repeats_itself(module):
    async def subscribe(self, symbol, timeframe):
        async for rows in module.SoundData.subscribe(self, symbol, timeframe):
            yield rows
            yield rows

    return flawed(module, subscribe=subscribe)


BROKEN = {
    "symbols-are-named-once": names_twice,
    "coverage-is-true": covers_too_much,
    "declared-timeframes-hold": declares_too_little,
    "gives-what-was-asked-for": bars_with(calls_hours_minutes),
    "times-are-nanoseconds": in_milliseconds,
    "bars-are-as-long-as-they-say": bars_with(with_bars_too_close),
    "prices-lie-on-the-grid": bars_with(off_the_grid),
    "ranges-are-half-open": closed_ranges,
    "parts-add-up": bars_with(normalised),
    "the-same-question-has-the-same-answer": restless,
    "nothing-is-an-empty-answer": always_full,
    "unknown-symbols-are-named": is_vague_about_symbols,
    "unknown-timeframes-are-refused": gives_hours_for_anything,
    "a-subscription-goes-forward": repeats_itself,
}
