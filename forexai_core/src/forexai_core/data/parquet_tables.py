"""Parquet files as tables. Only loaded when there is one: pyarrow is slow to load."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from forexai_core.data.columns import find_columns, says_utc
from forexai_core.data.number_fields import Numbers
from forexai_core.data.options import FileOptions
from forexai_core.data.stamps import FIRST_YEAR, LAST_YEAR, Stamps, parse_stamps
from forexai_core.data.text_tables import BadRow, Cells
from forexai_core.data.unpacking import RawFile
from forexai_core.errors import DataFormatError

__all__ = ["open_parquet"]

# What pyarrow raises where a file does not keep its own promises.
_DAMAGED = (pa.ArrowException, OSError, ValueError, LookupError, TypeError, OverflowError, MemoryError)
_UNITS_NS = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}


@attrs.frozen(kw_only=True, eq=False)
class ParquetTable:
    """A Parquet file as a table; its lines are its rows, counted from 1."""

    file: str
    sha256: str
    frame: Any
    options: FileOptions
    roles: Mapping[str, str]
    line: NDArray[np.int64]
    dialect: str = "Parquet"
    ragged: tuple[BadRow, ...] = ()

    @property
    def ignored(self) -> tuple[str, ...]:
        """Columns that nothing is taken from."""
        return tuple(name for name in self.frame.column_names if name not in self.roles.values())

    @property
    def time_says_utc(self) -> bool:
        """Whether the time column is named as UTC."""
        return says_utc(self.roles["time"])

    def __len__(self) -> int:
        return len(self.line)

    def stamps(self) -> Stamps:
        """Read the moments: timestamps, dates, text, or numbers since 1970."""
        column = self.frame.column(self.roles["time"]).combine_chunks()
        kind = column.type
        if pa.types.is_dictionary(kind):
            column, kind = column.cast(kind.value_type), kind.value_type
        if pa.types.is_date(kind):
            column, kind = column.cast(pa.timestamp("ms")), pa.timestamp("ms")
        if not pa.types.is_timestamp(kind):
            return self._written(column)
        missing = np.asarray(column.is_null().to_numpy(zero_copy_only=False))
        counted = column.cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False)
        unit = _UNITS_NS[kind.unit]
        days = counted // (86_400 * 10**9 // unit)
        lowest, highest = np.array([f"{FIRST_YEAR}-01-01", f"{LAST_YEAR + 1}-01-01"], "datetime64[D]").astype(np.int64)
        wrong = ~missing & ((days < lowest) | (days >= highest))
        problems = dict.fromkeys(np.flatnonzero(missing).tolist(), "the time is missing.")
        problems |= dict.fromkeys(np.flatnonzero(wrong).tolist(), f"the time lies outside {FIRST_YEAR}-{LAST_YEAR}.")
        local = np.where(missing | wrong, 0, counted) * unit
        timed = bool(np.any(local % (86_400 * 10**9)))
        zeros = np.zeros(len(local), np.int64)
        zoned = kind.tz is not None
        return Stamps(local_ns=local, offset_ns=zeros, zoned=zoned, epoch=zoned, timed=timed, problems=problems)

    def _written(self, column: Any) -> Stamps:
        if not (
            pa.types.is_integer(column.type) or pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
        ):
            raise DataFormatError(
                f"times of type {column.type} cannot be read.",
                file=self.file,
                column=self.roles["time"],
                remedy="Write timestamps, text, or whole numbers since 1970.",
            )
        texts = ["" if value is None else str(value) for value in column.to_pylist()]
        cells = Cells.of(texts, line=self.line, file=self.file, column=self.roles["time"])
        return parse_stamps(cells, date_order=self.options.date_order)

    def numbers(self, role: str) -> Numbers:
        """Read a column of numbers."""
        column = self.frame.column(self.roles[role]).combine_chunks()
        if pa.types.is_boolean(column.type) or pa.types.is_temporal(column.type):
            raise DataFormatError(
                f"the column holds {column.type}, not numbers.", file=self.file, column=self.roles[role],
                remedy="Write it as numbers, or name another column with columns={…}.",
            )  # fmt: skip
        missing = np.asarray(column.is_null().to_numpy(zero_copy_only=False))
        try:
            values = pc.cast(column, pa.float64(), safe=False).to_numpy(zero_copy_only=False)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            raise DataFormatError(
                f"the column holds what is no number ({error}).", file=self.file, column=self.roles[role],
                remedy="Write it as numbers.",
            ) from error  # fmt: skip
        return Numbers(values=np.array(values, np.float64), unreadable=np.flatnonzero(missing))

    def symbols(self) -> NDArray[np.str_]:
        """Read the column of symbols."""
        values = self.frame.column(self.roles["symbol"]).to_pylist()
        return np.array(["" if value is None else str(value) for value in values], dtype="U32")

    def written_decimals(self, role: str) -> int | None:  # noqa: ARG002 - the same for every column
        """Say that numbers here are no text."""
        return None

    def cell(self, role: str, row: int) -> str:
        """Give one field as text."""
        value = self.frame.column(self.roles[role])[row].as_py()
        return "" if value is None else str(value)

    def row_text(self, row: int) -> str:
        """Give one row as text."""
        values = (self.frame.column(name)[row].as_py() for name in self.frame.column_names)
        return ",".join("" if value is None else str(value) for value in values)

    def keep(self, rows: NDArray[np.bool_]) -> ParquetTable:
        """Keep some of the rows."""
        return attrs.evolve(self, frame=self.frame.filter(pa.array(rows)), line=self.line[rows])


def open_parquet(raw: RawFile, options: FileOptions, roles: Mapping[str, tuple[str, ...]]) -> ParquetTable:
    """Open a Parquet file.

    Raises
    ------
    DataFormatError
        If it is damaged, larger than the limits once unpacked, empty, or lacks a column.
    """
    try:
        reader = pq.ParquetFile(pa.BufferReader(raw.content), page_checksum_verification=True)
        groups = [reader.metadata.row_group(group) for group in range(reader.metadata.num_row_groups)]
        unpacked = sum(group.total_byte_size for group in groups)
        header = reader.schema_arrow.names
        frame = reader.read() if unpacked <= options.limits.max_unpacked_bytes else None
    except _DAMAGED as error:
        raise DataFormatError(
            f"the Parquet file is damaged ({error}).", file=raw.name, remedy="Write or download it again."
        ) from error
    if frame is None:
        raise DataFormatError(
            f"the file unpacks to {unpacked:,} bytes.",
            file=raw.name,
            remedy="If you trust it, pass limits=ReadLimits(max_unpacked_bytes=…).",
        )
    positions = find_columns(header, roles, options.columns, file=raw.name, line=None)
    if frame.num_rows == 0:
        raise DataFormatError("the file has no rows.", file=raw.name, remedy="Write or download it again.")
    names = {role: header[places[0]] for role, places in positions.items()}
    if len(positions["time"]) > 1:
        raise DataFormatError(
            "date and time lie in two columns.", file=raw.name, column="time", remedy="Write one column of timestamps."
        )
    return ParquetTable(
        file=raw.name,
        sha256=raw.sha256,
        frame=frame,
        options=options,
        roles=names,
        line=np.arange(1, frame.num_rows + 1),
    )
