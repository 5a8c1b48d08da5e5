"""The functions that copy bars and ticks."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from forexai_mt5.simulator.face.arguments import check_count, number_argument, seconds, symbol_argument
from forexai_mt5.simulator.face.connection import call
from forexai_mt5.simulator.face.symbol_calls import SymbolCalls
from forexai_mt5.simulator.market.symbols import Symbol
from forexai_mt5.simulator.terminal.charts import MINUTES, TICK
from forexai_mt5.terms import constants as c
from forexai_mt5.terms.codes import CallError

__all__ = ["PriceCalls"]

_NS_PER_MS = 1_000_000
_BATCH_MS = 6 * 3_600_000  # how far ticks are looked for at a time


class PriceCalls(SymbolCalls):
    """Bars and ticks, as copies in numpy arrays; keywords are not taken."""

    def _chart(self, name: str, symbol: object, timeframe: object) -> tuple[Symbol, int]:
        asked = symbol_argument(symbol)
        period = number_argument(timeframe, "timeframe")
        self.enter(name)
        found = self.found(asked, self.attached().policies.unknown_symbol_prices)
        if period not in MINUTES:
            raise CallError(c.RES_E_INVALID_PARAMS)
        return found, period

    def _bars(self, symbol: Symbol, timeframe: int) -> NDArray[np.void]:
        """Give what the terminal has fetched of a chart so far, the bar that forms included."""
        terminal = self.attached()
        depth = terminal.charts.fetched(symbol.name, timeframe)
        return terminal.charts.bars(symbol, timeframe, terminal.reached_ns // _NS_PER_MS)[-depth:]

    def _check_count(self, count: int, first: int = 0) -> None:
        terminal = self.attached()
        too_many = count > terminal.program.maxbars and terminal.policies.refuse_beyond_maxbars
        if count <= 0 or first < 0 or too_many:
            raise CallError(c.RES_E_INVALID_PARAMS)

    @call()
    def copy_rates_from(self, *args: Any) -> NDArray[np.void] | None:
        """Get bars starting from specific date."""
        check_count(args, 4)
        date, count = seconds(args[2]), number_argument(args[3], "count")
        symbol, timeframe = self._chart("copy_rates_from", args[0], args[1])
        self._check_count(count)
        rows = self._bars(symbol, timeframe)
        return rows[rows["time"] <= date][-count:].copy()

    @call()
    def copy_rates_from_pos(self, *args: Any) -> NDArray[np.void] | None:
        """Get bars starting from specified position."""
        check_count(args, 4)
        first, count = number_argument(args[2], "start_pos"), number_argument(args[3], "count")
        symbol, timeframe = self._chart("copy_rates_from_pos", args[0], args[1])
        self._check_count(count, first)
        rows = self._bars(symbol, timeframe)
        last = max(len(rows) - first, 0)
        return rows[max(last - count, 0) : last].copy()

    @call()
    def copy_rates_range(self, *args: Any) -> NDArray[np.void] | None:
        """Get bars from specified period."""
        check_count(args, 4)
        first, last = seconds(args[2]), seconds(args[3])
        symbol, timeframe = self._chart("copy_rates_range", args[0], args[1])
        rows = self._bars(symbol, timeframe)
        return rows[(rows["time"] >= first) & (rows["time"] <= last)].copy()

    def _ticks_of(self, name: str, symbol: object, flags: object) -> tuple[Symbol, bool]:
        """Read whose ticks are asked for, and whether any are: those of trades there are none of here."""
        asked, kind = symbol_argument(symbol), number_argument(flags, "flags")
        self.enter(name)
        found = self.found(asked, self.attached().policies.unknown_symbol_prices)
        if kind not in {c.COPY_TICKS_ALL, c.COPY_TICKS_INFO, c.COPY_TICKS_TRADE}:
            raise CallError(c.RES_E_INVALID_PARAMS)
        return found, kind != c.COPY_TICKS_TRADE

    @call()
    def copy_ticks_from(self, *args: Any) -> NDArray[np.void] | None:
        """Get ticks starting from specific date."""
        check_count(args, 4)
        date, count = seconds(args[1]), number_argument(args[2], "count")
        symbol, quoted = self._ticks_of("copy_ticks_from", args[0], args[3])
        if count <= 0:
            raise CallError(c.RES_E_INVALID_PARAMS)
        terminal = self.attached()
        charts, now_ms = terminal.charts, terminal.reached_ns // _NS_PER_MS
        begin, parts, found = max(charts.utc_ms(date), terminal.market.first_ms(symbol.name)), [], 0
        while quoted and begin <= now_ms and found < count:
            parts.append(charts.ticks(symbol, begin, begin + _BATCH_MS - 1, now_ms))
            found += len(parts[-1])
            begin += _BATCH_MS
        return np.concatenate([np.empty(0, TICK), *parts])[:count]

    @call()
    def copy_ticks_range(self, *args: Any) -> NDArray[np.void] | None:
        """Get ticks from specified period."""
        check_count(args, 4)
        first, last = seconds(args[1]), seconds(args[2])
        symbol, quoted = self._ticks_of("copy_ticks_range", args[0], args[3])
        terminal = self.attached()
        charts, now_ms = terminal.charts, terminal.reached_ns // _NS_PER_MS
        if not quoted or last < first:
            return np.empty(0, TICK)
        begin = max(charts.utc_ms(first), terminal.market.first_ms(symbol.name))
        return charts.ticks(symbol, begin, charts.utc_ms(last), now_ms)
