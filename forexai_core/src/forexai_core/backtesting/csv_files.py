"""Trades as a table that spreadsheets read."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forexai_core.arrays import TRADE
from forexai_core.backtesting.doubts import doubts_of
from forexai_core.backtesting.files import write_whole
from forexai_core.values.clocks import format_time_ns

__all__ = ["harmless", "save_trades_csv", "trades_csv"]

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def harmless(text: str) -> str:
    """Keep a text in its line, and any part of it from being run as a formula by the spreadsheet that opens it.

    A part is what follows a comma or semicolon: some spreadsheets split there whatever the quotes say.
    """
    line = re.sub(r"([,;])(?=[=+\-@])", r"\1'", " ".join(re.split(r"[\r\n\t]+", text)))
    return f"'{line}" if text.startswith(_FORMULA) else line


def trades_csv(trades: NDArray[np.void]) -> str:
    """Write trades as CSV: every field of TRADE, doubts by name, and ISO times in UTC beside the nanoseconds.

    Parameters
    ----------
    trades : (trades,) TRADE
        In the order of closing.
    """
    names: list[str] = []
    columns: list[list[Any]] = []
    for name in TRADE.names or ():
        values = trades[name].tolist()
        if trades.dtype[name].kind == "U":
            values = [harmless(text) for text in values]
        elif name == "doubts":
            values = [" ".join(doubts_of(code)) for code in values]
        elif trades.dtype[name].kind == "b":
            values = ["true" if value else "false" for value in values]
        elif name.endswith("_time_ns"):
            names.append(name.removesuffix("_ns"))
            columns.append([format_time_ns(value) for value in values])
        names.append(name)
        columns.append(values)
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(names)
    writer.writerows(zip(*columns, strict=True))
    return stream.getvalue()


def save_trades_csv(trades: NDArray[np.void], path: Path) -> Path:
    """Write the trades to a file, wholly or not at all.

    Raises
    ------
    StorageError
        If it could not be written.
    """
    write_whole(path, trades_csv(trades).encode())
    return path
