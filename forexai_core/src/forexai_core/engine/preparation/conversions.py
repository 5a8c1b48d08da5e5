"""The rates of a run in columns: one row an event, at its open and at its close."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from forexai_core.engine.preparation.contracts import CostSheet
from forexai_core.engine.preparation.rates import Rates
from forexai_core.engine.preparation.stream import Series, Stream
from forexai_core.engine.state.market_records import CONVERSION

__all__ = ["conversion_table"]

_KINDS = ("profit_conversion", "margin_conversion", "fee_conversion")


def conversion_table(
    symbols: NDArray[np.void],
    series: Sequence[Series],
    sheets: Sequence[CostSheet],
    stream: Stream,
    sources: Callable[[], Rates],
) -> NDArray[np.void]:
    """Tabulate the rates of each event at its open and at its close.

    Parameters
    ----------
    symbols : (symbols,) SYMBOL
        They say which conversions take rates.
    series : sequence of Bars or Ticks
        By the symbols' indices.
    sheets : sequence of CostSheet
        Likewise.
    stream : Stream
        The events.
    sources : callable
        Gives the rates; only called where some are needed.

    Returns
    -------
    (events, symbols, 2) CONVERSION
        Empty when none is needed.

    Raises
    ------
    RateError
        If no way leads from a currency to the account's.
    """
    needed = {kind: symbols[kind] == 2 for kind in _KINDS}
    if not any(column.any() for column in needed.values()):
        return np.empty((0, 0, 0), CONVERSION)
    rates = sources()
    table = np.zeros((len(stream.time_ns), len(series), 2), CONVERSION)
    table["fee"] = 1.0
    for index, (prices, sheet) in enumerate(zip(series, sheets, strict=True)):
        for moment, instants in enumerate((stream.time_ns, stream.end_ns)):
            column = table[:, index, moment]
            if needed["profit_conversion"][index]:
                sides = rates.sides(prices.instrument.profit_currency, instants)
                column["gain"], column["loss"] = sides.gain, sides.loss
            if needed["margin_conversion"][index]:
                sides = rates.sides(prices.instrument.margin_currency, instants)
                column["margin"], column["margin_gain"] = sides.loss, sides.gain
            if needed["fee_conversion"][index]:
                column["fee"] = rates.sides(str(sheet.commission.currency), instants).loss
    return table
