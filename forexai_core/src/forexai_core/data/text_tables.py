"""Text split into fields: where each field of each row begins and ends.

The text stays one array of bytes; a row is a line. So every problem can name its line, and columns are
parsed a million rows at a time.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.errors import DataFormatError

__all__ = ["PADDING", "BadRow", "Cells", "TextTable", "split_line", "split_text"]

PADDING = 64
"""Bytes after the text, so that a fixed number of bytes can be looked at from any field."""

_UNIT = "\x1f"  # separates fields in place of the delimiter once quotes are taken off
_NEWLINE, _SPACE, _QUOTE = 10, 32, 34

Indexes = NDArray[np.int64]


@attrs.frozen(kw_only=True)
class BadRow:
    """A row that is not taken over, and why.

    Attributes
    ----------
    line : int
        Line in the file, counted from 1; in Parquet the row.
    column : str or None
        Where in the row.
    reason : str
        What is wrong with it.
    text : str
        The row as it stands in the file.
    check : str
        Name of the check that it failed.
    """

    line: int
    column: str | None
    reason: str
    text: str
    check: str


@attrs.frozen(kw_only=True, eq=False)
class Cells:
    """One column of a file, as text.

    Attributes
    ----------
    content : (bytes + PADDING,) uint8
        The text.
    start, stop : (rows,) int64
        Where each cell begins and ends (exclusive) in ``content``.
    line : (rows,) int64
        Line of each row, counted from 1.
    file, column : str
        Names, for messages.
    """

    content: NDArray[np.uint8]
    start: Indexes
    stop: Indexes
    line: Indexes
    file: str
    column: str

    @classmethod
    def of(cls, texts: Sequence[str], *, line: Indexes, file: str, column: str) -> Cells:
        """Make a column of texts."""
        stop = np.cumsum(np.array([len(text.encode()) for text in texts], np.int64))
        start = np.concatenate((np.zeros(1, np.int64), stop[:-1]))
        content = np.frombuffer("".join(texts).encode() + b"\x00" * PADDING, np.uint8)
        return cls(content=content, start=start, stop=stop, line=line, file=file, column=column)

    def __len__(self) -> int:
        return len(self.start)

    def text(self, row: int) -> str:
        """Give one cell."""
        return self.content[int(self.start[row]) : int(self.stop[row])].tobytes().decode("utf-8", "replace")

    def error(self, row: int, problem: str, remedy: str) -> DataFormatError:
        """Say what is wrong with one cell, and where it stands."""
        return DataFormatError(problem, file=self.file, line=int(self.line[row]), column=self.column, remedy=remedy)


@attrs.frozen(kw_only=True, eq=False)
class TextTable:
    """Fields of a text file by their positions.

    Attributes
    ----------
    file : str
        As the user named it.
    content : (bytes + PADDING,) uint8
        The text.
    line : (rows,) int64
        Line of each row, counted from 1.
    start, stop : (columns, rows) int64
        Where each field begins and ends (exclusive) in ``content``.
    line_start, line_stop : (rows,) int64
        Where each row begins and ends.
    ragged : tuple of BadRow
        Lines with another number of fields.
    """

    file: str
    content: NDArray[np.uint8]
    line: Indexes
    start: Indexes
    stop: Indexes
    line_start: Indexes
    line_stop: Indexes
    ragged: tuple[BadRow, ...] = ()

    def __len__(self) -> int:
        return len(self.line)

    def field(self, column: int, row: int) -> str:
        """Give one field as text."""
        return self._text(self.start[column, row], self.stop[column, row])

    def row_text(self, row: int) -> str:
        """Give one row as text."""
        return self._text(self.line_start[row], self.line_stop[row]).replace(_UNIT, ",")

    def _text(self, start: int, stop: int) -> str:
        return self.content[int(start) : int(stop)].tobytes().decode("utf-8", "replace")

    def keep(self, rows: NDArray[np.bool_]) -> TextTable:
        """Keep some of the rows."""
        return attrs.evolve(
            self,
            line=self.line[rows],
            start=self.start[:, rows],
            stop=self.stop[:, rows],
            line_start=self.line_start[rows],
            line_stop=self.line_stop[rows],
        )


def split_line(line: str, delimiter: str, *, file: str, number: int) -> list[str]:
    """Split one line into fields, taking quotes off; ``number`` counts from 1.

    Raises
    ------
    DataFormatError
        If a quote is not closed, or what stands in quotes is longer than any field of prices.
    """
    if '"' not in line:
        return line.split(delimiter)
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True), [])
    except csv.Error as error:
        raise DataFormatError(
            f"a quote is opened and not closed ({error}).",
            file=file,
            line=number,
            remedy="Remove the quotes, or close them on the same line.",
        ) from None


def split_text(text: bytes, delimiter: str, columns: int, *, file: str, skip_lines: int = 0) -> TextTable:
    """Split a text into rows and fields.

    Parameters
    ----------
    text : bytes
        UTF-8, ending with a newline.
    delimiter : str
        One character.
    columns : int
        Fields that a row has.
    file : str
        Name for messages.
    skip_lines : int
        Lines before the first row.

    Raises
    ------
    DataFormatError
        If a quote is not closed.
    """
    if b'"' in text:
        text = _without_quotes(text, delimiter, file)
        delimiter = _UNIT
    content = np.frombuffer(text + b"\x00" * PADDING, np.uint8)
    ends = np.flatnonzero(content == _NEWLINE)
    starts = np.concatenate(([0], ends[:-1] + 1)) if ends.size else ends
    line = np.arange(1, len(ends) + 1)
    starts, ends, line = starts[skip_lines:], ends[skip_lines:], line[skip_lines:]
    filled = ends > starts
    if not filled.all():
        starts, ends, line = starts[filled], ends[filled], line[filled]
    marks = np.flatnonzero(content == ord(delimiter))
    marks = marks[np.searchsorted(marks, starts[0] if len(starts) else len(content)) :]
    start, stop, even = _fields(marks, starts, ends, columns)
    ragged = _ragged(content, (starts[~even], ends[~even], line[~even]), marks, columns)
    starts, ends, line = starts[even], ends[even], line[even]
    _trim(content, start, stop)
    return TextTable(
        file=file, content=content, line=line, start=start, stop=stop, line_start=starts, line_stop=ends, ragged=ragged
    )


def _fields(marks: Indexes, starts: Indexes, ends: Indexes, columns: int) -> tuple[Indexes, Indexes, NDArray[np.bool_]]:
    """Place the fields of all rows that have the right number of them."""
    inner = columns - 1
    even = np.ones(len(starts), np.bool_)
    if len(marks) != len(starts) * inner or not _aligned(marks, starts, ends, inner):
        first = np.searchsorted(marks, starts)
        even = np.searchsorted(marks, ends) - first == inner
        starts, ends = starts[even], ends[even]
        marks = marks[(first[even][:, None] + np.arange(inner)).ravel()]
    grid = marks.reshape(len(starts), inner).T
    start = np.concatenate((starts[None, :], grid + 1))
    stop = np.concatenate((grid, ends[None, :]))
    return np.ascontiguousarray(start), np.ascontiguousarray(stop), even


def _aligned(marks: Indexes, starts: Indexes, ends: Indexes, inner: int) -> bool:
    if inner == 0:
        return True
    grid = marks.reshape(len(starts), inner)
    return bool(np.all(grid[:, 0] >= starts) and np.all(grid[:, -1] < ends))


def _ragged(
    content: NDArray[np.uint8], rows: tuple[Indexes, Indexes, Indexes], marks: Indexes, columns: int
) -> tuple[BadRow, ...]:
    """Tell of lines (start, end, number) with another number of fields."""
    found = []
    for low, high, number in zip(*(column.tolist() for column in rows), strict=True):
        text = content[low:high].tobytes().decode("utf-8", "replace").replace(_UNIT, ",")
        if not text.strip():
            continue
        fields = int(np.searchsorted(marks, high) - np.searchsorted(marks, low)) + 1
        reason = f"the row has {fields} fields where {columns} are expected."
        found.append(BadRow(line=number, column=None, reason=reason, text=text, check="fields"))
    return tuple(found)


def _trim(content: NDArray[np.uint8], start: Indexes, stop: Indexes) -> None:
    """Move the edges of fields inwards over spaces."""
    for column in range(len(start)):
        low, high = start[column], stop[column]
        while True:
            padded = (content[low] == _SPACE) & (low < high)
            if not padded.any():
                break
            low += padded
        while True:
            padded = (content[np.maximum(high - 1, 0)] == _SPACE) & (low < high)
            if not padded.any():
                break
            high -= padded


def _without_quotes(text: bytes, delimiter: str, file: str) -> bytes:
    lines = text.decode().split("\n")
    for number, line in enumerate(lines, 1):
        if not line:
            continue
        fields = split_line(line, delimiter, file=file, number=number)
        lines[number - 1] = _UNIT.join(fields)
    return "\n".join(lines).encode()
