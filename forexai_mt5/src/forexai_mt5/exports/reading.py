"""One export, read by the core's importers and corrected by what only its text tells."""

from __future__ import annotations

from typing import Literal

import attrs

from forexai_core.data import ReadLimits, read_bars, read_ticks
from forexai_core.data.unpacking import decode_text, read_file
from forexai_core.values.bars import Bars
from forexai_core.values.ticks import Ticks

__all__ = ["read_bar_export", "read_tick_export", "written_digits"]

_LOOKED_AT = 200  # rows; the terminal writes every price with all decimals of its symbol


def read_bar_export(
    path: str, *, symbol: str, timeframe: str, clock: str, on_bad: Literal["raise", "quarantine"]
) -> Bars:
    """Read an export of bars.

    The terminal counts spreads in points of the broker's own digits. Where the broker writes prices with fewer
    decimals than the catalogue, the spread is converted to points of the grid that the bars have.

    Raises
    ------
    DataFormatError
        If the file cannot be read; file, line and column are named.
    """
    bars = read_bars(path, symbol=symbol, timeframe=timeframe, timezone=clock, on_bad=on_bad)
    if "spread" in bars.provenance:  # the core knows the dialect
        return bars
    digits = None if bars.spread_points is None else written_digits(path)
    if bars.spread_points is None or digits is None or digits >= bars.digits:
        return bars
    scale = 10.0 ** (bars.digits - digits)
    note = f"counted in points of {digits} decimals; times {scale:g} in points of {bars.digits}"
    return attrs.evolve(bars, spread_points=bars.spread_points * scale, provenance={**bars.provenance, "spread": note})


def read_tick_export(path: str, *, symbol: str, clock: str, on_bad: Literal["raise", "quarantine"]) -> Ticks:
    """Read an export of ticks; a side that is left out did not change.

    Raises
    ------
    DataFormatError
        If the file cannot be read; file, line and column are named.
    """
    return read_ticks(path, symbol=symbol, timezone=clock, on_bad=on_bad)


def written_digits(path: str) -> int | None:
    """Count the decimals with which an export writes its opening prices; None where it has no header of columns."""
    text = decode_text(read_file(path, ReadLimits()), None)
    lines = text.split(b"\n", _LOOKED_AT)[:_LOOKED_AT]
    header = [field.strip().strip(b"<>").lower() for field in lines[0].split(b"\t")]
    if b"open" not in header:
        return None
    column = header.index(b"open")
    rows = [line.split(b"\t") for line in lines[1:]]
    return max((len(row[column].strip().partition(b".")[2]) for row in rows if len(row) == len(header)), default=None)
