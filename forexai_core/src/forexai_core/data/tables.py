"""A file of prices as a table: columns by their role, whatever the format."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Protocol

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.data.columns import find_columns, says_utc
from forexai_core.data.dialects import Dialect, sniff, sniff_decimal
from forexai_core.data.number_fields import Numbers, parse_numbers
from forexai_core.data.options import FileOptions
from forexai_core.data.stamps import Stamps, parse_stamps
from forexai_core.data.text_tables import BadRow, Cells, TextTable, split_text
from forexai_core.data.unpacking import RawFile, decode_text, read_file
from forexai_core.errors import DataFormatError, did_you_mean

__all__ = ["Table", "open_table", "plain_symbol", "select_symbol"]

_SAMPLE_ROWS = 1_000


class Table(Protocol):
    """Columns of a file by their role."""

    @property
    def file(self) -> str:
        """Name of the file, as the user wrote it."""
        ...

    @property
    def sha256(self) -> str:
        """Digest of the file."""
        ...

    @property
    def dialect(self) -> str:
        """Whose format it looks like."""
        ...

    @property
    def roles(self) -> Mapping[str, str]:
        """Roles that the file fills, with the names of their columns."""
        ...

    @property
    def ignored(self) -> tuple[str, ...]:
        """Columns that nothing is taken from."""
        ...

    @property
    def line(self) -> NDArray[np.int64]:
        """Line (in Parquet the row) of each row, counted from 1."""
        ...

    @property
    def ragged(self) -> tuple[BadRow, ...]:
        """Lines with another number of fields."""
        ...

    @property
    def time_says_utc(self) -> bool:
        """Whether the time column is named as UTC."""
        ...

    def __len__(self) -> int:
        """Count the rows."""
        ...

    def stamps(self) -> Stamps:
        """Read the moments."""
        ...

    def numbers(self, role: str) -> Numbers:
        """Read a column of numbers."""
        ...

    def symbols(self) -> NDArray[np.str_]:
        """Read the column of symbols, as they stand."""
        ...

    def written_decimals(self, role: str) -> int | None:
        """Count the decimals that a column is written with; None where rows differ or numbers are no text."""
        ...

    def cell(self, role: str, row: int) -> str:
        """Give one field as text."""
        ...

    def row_text(self, row: int) -> str:
        """Give one row as text."""
        ...

    def keep(self, rows: NDArray[np.bool_]) -> Table:
        """Keep some of the rows."""
        ...


@attrs.frozen(kw_only=True, eq=False)
class TextFileTable:
    """A text file as a :class:`Table`."""

    text: TextTable
    sha256: str
    written: Dialect
    options: FileOptions
    positions: Mapping[str, tuple[int, ...]]
    decimal: str

    @property
    def file(self) -> str:
        """Name of the file."""
        return self.text.file

    @property
    def dialect(self) -> str:
        """Whose format it looks like."""
        return self.written.name

    @property
    def line(self) -> NDArray[np.int64]:
        """Line of each row."""
        return self.text.line

    @property
    def ragged(self) -> tuple[BadRow, ...]:
        """Lines with another number of fields."""
        return self.text.ragged

    @property
    def roles(self) -> Mapping[str, str]:
        """Roles with the names of their columns."""
        names = self.written.header
        return {role: " ".join(names[place] for place in places) for role, places in self.positions.items()}

    @property
    def ignored(self) -> tuple[str, ...]:
        """Columns that nothing is taken from."""
        used = {place for places in self.positions.values() for place in places}
        return tuple(name for place, name in enumerate(self.written.header) if place not in used and name)

    @property
    def time_says_utc(self) -> bool:
        """Whether the time column is named as UTC."""
        return self.written.header_line is not None and says_utc(self.roles["time"])

    def __len__(self) -> int:
        return len(self.text)

    def stamps(self) -> Stamps:
        """Read the moments; a date and a time of day that lie side by side are one text."""
        places = self.positions["time"]
        name = self.roles["time"]
        if len(places) == 2 and (places[1] != places[0] + 1 or self._apart()):
            texts = [f"{self.text.field(places[0], row)} {self.text.field(places[1], row)}" for row in range(len(self))]
            cells = Cells.of(texts, line=self.line, file=self.file, column=name)
        else:
            cells = Cells(
                content=self.text.content,
                start=self.text.start[places[0]],
                stop=self.text.stop[places[-1]],
                line=self.line,
                file=self.file,
                column=name,
            )
        return parse_stamps(cells, date_order=self.options.date_order)

    def _apart(self) -> bool:
        first, second = self.positions["time"]
        return bool(np.any(self.text.start[second] - self.text.stop[first] != 1))

    def numbers(self, role: str) -> Numbers:
        """Read a column of numbers."""
        place = self.positions[role][0]
        return parse_numbers(self.text.content, self.text.start[place], self.text.stop[place], self.decimal)

    def symbols(self) -> NDArray[np.str_]:
        """Read the column of symbols: each distinct one is decoded once."""
        place = self.positions["symbol"][0]
        start, stop = self.text.start[place], self.text.stop[place]
        names = np.full(len(self), "", dtype="U32")
        left = np.arange(len(self))
        while left.size:
            name = self.text.field(place, int(left[0]))
            sample = np.frombuffer(name.encode(), np.uint8)
            same = stop[left] - start[left] == len(sample)
            for position, character in enumerate(sample.tolist()):
                same &= self.text.content[np.minimum(start[left] + position, len(self.text.content) - 1)] == character
            same[0] = True
            names[left[same]] = name[:32]
            left = left[~same]
        return names

    def written_decimals(self, role: str) -> int | None:
        """Count the decimals that a column is written with; None where its first rows differ."""
        place = self.positions[role][0]
        fields = [self.text.field(place, row) for row in range(min(len(self), _SAMPLE_ROWS))]
        counts = {len(field.partition(self.decimal)[2]) for field in fields}
        return counts.pop() if len(counts) == 1 else None

    def cell(self, role: str, row: int) -> str:
        """Give one field as text."""
        return " ".join(self.text.field(place, row) for place in self.positions[role])

    def row_text(self, row: int) -> str:
        """Give one row as text."""
        return self.text.row_text(row)

    def keep(self, rows: NDArray[np.bool_]) -> TextFileTable:
        """Keep some of the rows."""
        return attrs.evolve(self, text=self.text.keep(rows))


def open_table(path: str | os.PathLike[str], options: FileOptions, roles: Mapping[str, tuple[str, ...]]) -> Table:
    """Open a file as a table.

    Parameters
    ----------
    path : path
        A text or Parquet file, perhaps packed.
    options : FileOptions
        What the user says about it.
    roles : mapping
        ``BAR_ROLES`` or ``TICK_ROLES``.

    Raises
    ------
    DataFormatError
        If it cannot be opened, or a column is missing.
    """
    raw = read_file(path, options.limits)
    if raw.is_parquet:
        from forexai_core.data.parquet_tables import open_parquet  # pyarrow is slow to load

        return open_parquet(raw, options, roles)
    return _open_text(raw, options, roles)


def _open_text(raw: RawFile, options: FileOptions, roles: Mapping[str, tuple[str, ...]]) -> TextFileTable:
    content = decode_text(raw, options.encoding)
    dialect = sniff(content, file=raw.name, delimiter=options.delimiter, for_ticks="bid" in roles)
    positions = find_columns(dialect.header, roles, options.columns, file=raw.name, line=dialect.header_line)
    text = split_text(content, dialect.delimiter, len(dialect.header), file=raw.name, skip_lines=dialect.skip_lines)
    prices = [role for role in positions if role not in {"time", "symbol"}]
    samples = [
        (int(text.line[row]), dialect.header[positions[role][0]], text.field(positions[role][0], row))
        for role in prices
        for row in range(min(len(text), _SAMPLE_ROWS // len(prices)))
    ]
    decimal = options.decimal or sniff_decimal(samples, file=raw.name)
    return TextFileTable(
        text=text, sha256=raw.sha256, written=dialect, options=options, positions=positions, decimal=decimal
    )


def plain_symbol(symbol: str) -> str:
    """Write a symbol without what sources put between its currencies."""
    return re.sub(r"[/_\-\s]", "", symbol).casefold()


def select_symbol(table: Table, symbol: str) -> tuple[Table, int]:
    """Keep the rows of one symbol, where the file names symbols; tell how many others there are.

    Raises
    ------
    DataFormatError
        If the file has no row of the symbol.
    """
    if "symbol" not in table.roles or not len(table):
        return table, 0
    names, which = np.unique(table.symbols(), return_inverse=True)
    wanted = np.array([plain_symbol(str(name)) == plain_symbol(symbol) for name in names])[which]
    if not wanted.any():
        shown = sorted({str(name) for name in names})
        raise DataFormatError(
            f"the file has no rows of {symbol}.",
            file=table.file,
            line=int(table.line[0]),
            column=table.roles["symbol"],
            remedy=f"It has: {', '.join(shown[:10])}. {did_you_mean(symbol, shown)}",
        )
    if wanted.all():
        return table, 0
    return table.keep(wanted), int((~wanted).sum())
