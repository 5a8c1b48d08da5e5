"""Prices out of ForexAI: CSV in the own format, or Parquet; both read back to the same bytes."""

from __future__ import annotations

import gzip
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from forexai_core.arrays import BAR, QUOTE
from forexai_core.errors import ConfigError, DataError
from forexai_core.values.bars import Bars
from forexai_core.values.ticks import Ticks
from forexai_core.values.timeframes import NS_PER_SECOND

__all__ = ["export_prices"]

_CHUNK = 1 << 16


def export_prices(prices: Bars | Ticks, path: str | os.PathLike[str]) -> Path:
    """Write bars or ticks to a file.

    Parameters
    ----------
    prices : Bars or Ticks
        Bars are written as ``timestamp,open,high,low,close,volume`` and, where known,
        ``ask_open … ask_close`` or ``spread``; ticks as ``timestamp,bid,ask,volume``. Times are UTC.
    path : path
        Ending in ``.csv``, ``.csv.gz`` or ``.parquet``.

    Raises
    ------
    ConfigError
        If the name ends otherwise.
    DataError
        If the file cannot be written.
    """
    target = Path(path)
    columns = _columns(prices)
    try:
        if target.name.endswith(".parquet"):
            _write_parquet(prices.time_ns, columns, target)
        elif target.name.endswith((".csv", ".csv.gz")):
            _write_csv(prices.time_ns, columns, prices.digits, target)
        else:
            raise ConfigError(f"{target} must end in .csv, .csv.gz or .parquet.")
    except OSError as error:
        raise DataError(
            f"{target} cannot be written ({error.strerror or error}). Check the folder and the disk."
        ) from error
    return target


def _columns(prices: Bars | Ticks) -> dict[str, NDArray[np.float64]]:
    if isinstance(prices, Ticks):
        return {"bid": prices.bid, "ask": prices.ask, "volume": prices.volume}
    columns = {name: prices.data[name] for name in BAR.names or () if name != "time_ns"}
    if prices.ask is not None:
        columns |= {f"ask_{name}": prices.ask[name] for name in QUOTE.names or ()}
    elif prices.spread_points is not None:
        columns["spread"] = prices.spread_points
    return columns


@contextmanager
def _text(path: Path) -> Iterator[io.TextIOBase]:
    if path.suffix == ".gz":
        # Without a name and time inside, so that the same prices give the same bytes.
        with path.open("wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", filename="", mtime=0) as packed:
            text = io.TextIOWrapper(packed, encoding="utf-8", newline="")
            yield text
            text.flush()
            text.detach()
    else:
        with path.open("w", encoding="utf-8", newline="") as stream:
            yield stream


def _write_csv(time_ns: NDArray[np.int64], columns: dict[str, NDArray[np.float64]], digits: int, path: Path) -> None:
    with _text(path) as stream:
        stream.write(",".join(("timestamp", *columns)) + "\n")
        for low in range(0, len(time_ns), _CHUNK):
            part = slice(low, low + _CHUNK)
            fields = [_stamps(time_ns[part])]
            for name, column in columns.items():
                whole = name in {"volume", "spread"}
                fields.append([f"{value:.17g}" if whole else f"{value:.{digits}f}" for value in column[part].tolist()])
            stream.write("".join(",".join(row) + "\n" for row in zip(*fields, strict=True)))


def _stamps(time_ns: NDArray[np.int64]) -> list[str]:
    """Write times as ISO 8601 with Z, all to the same fraction of a second."""
    unit: Literal["s", "ms", "ns"] = "s"
    if np.any(time_ns % NS_PER_SECOND):
        unit = "ns" if np.any(time_ns % 1_000_000) else "ms"
    moments: NDArray[np.datetime64] = np.ascontiguousarray(time_ns).view("datetime64[ns]")
    return [f"{text}Z" for text in np.datetime_as_string(moments, unit=unit).tolist()]


def _write_parquet(time_ns: NDArray[np.int64], columns: dict[str, NDArray[np.float64]], path: Path) -> None:
    import pyarrow as pa  # slow to load: only who wants Parquet pays for it
    import pyarrow.parquet as pq

    stamps = pa.array(np.ascontiguousarray(time_ns).view("datetime64[ns]"), type=pa.timestamp("ns", tz="UTC"))
    arrays = {name: pa.array(np.ascontiguousarray(column)) for name, column in columns.items()}
    pq.write_table(pa.table({"timestamp": stamps, **arrays}), path, write_page_checksum=True)
