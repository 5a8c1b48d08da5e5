"""What commands print: tables and lines for people, JSON for machines."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from typing import Any

import attrs
import numpy as np

__all__ = ["note", "on_terminal", "plain", "print_json", "say", "show_pairs", "show_table"]

_TICKETS = ("ticket", "deal", "order", "position")
_SAFE = 2**53


def on_terminal() -> bool:
    """Tell whether a person reads standard output."""
    return sys.stdout.isatty()


def say(text: str = "") -> None:
    """Write a line on standard output."""
    sys.stdout.write(f"{text}\n")


def note(text: str) -> None:
    """Write a line about what goes on on standard error, where it does not mix with results."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def show_table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, right: Iterable[str] = ()) -> None:
    """Show a table: drawn on a terminal, columns of plain text elsewhere.

    Parameters
    ----------
    columns : sequence of str
        Headings.
    rows : iterable of sequence
        A cell for each column.
    right : iterable of str
        Columns of numbers, set to the right.
    """
    cells = [[str(cell) for cell in row] for row in rows]
    numbers = set(right)
    if on_terminal():
        _draw(columns, cells, numbers)
        return
    for line in _aligned([list(columns), *cells], [name in numbers for name in columns]):
        say(line)


def _draw(columns: Sequence[str], cells: list[list[str]], numbers: set[str]) -> None:
    # Slow to load, and only for terminals.
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(header_style="bold", show_edge=False, box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in columns:
        table.add_column(name, justify="right" if name in numbers else "left", overflow="fold")
    for row in cells:
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table)


def _aligned(rows: list[list[str]], right: Sequence[bool]) -> list[str]:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if to_right else cell.ljust(width)
            for cell, width, to_right in zip(row, widths, right, strict=True)
        ).rstrip()
        for row in rows
    ]


def show_pairs(pairs: Iterable[tuple[str, object]]) -> None:
    """Show names with what belongs to them, one a line."""
    lines = [(name, str(text)) for name, text in pairs]
    if on_terminal():
        # Slow to load, and only for terminals.
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        grid = Table.grid(padding=(0, 2))
        for name, text in lines:
            grid.add_row(Text(name, style="bold"), Text(text))
        Console().print(grid)
        return
    width = max((len(name) for name, _ in lines), default=0)
    for name, text in lines:
        say(f"{name:<{width}}  {text}".rstrip())


def print_json(document: Mapping[str, Any]) -> None:
    """Write one JSON object on standard output; see :func:`plain`."""
    sys.stdout.write(json.dumps(plain(document), indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def plain(value: Any, name: str = "") -> Any:
    """Turn values into those of JSON.

    Integers that may pass 2**53 (nanoseconds, tickets) and decimals become strings, because many readers of JSON
    hold numbers as doubles; what is not a finite number becomes null.
    """
    if attrs.has(type(value)):
        value = {field.name: getattr(value, field.name) for field in attrs.fields(type(value))}
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, Mapping):
        return {str(key): plain(each, str(key)) for key, each in value.items()}
    if isinstance(value, np.ndarray | list | tuple | set | frozenset):
        each_of = sorted(value) if isinstance(value, set | frozenset) else value
        return [plain(each, name) for each in each_of]
    return _single(value, name)


def _single(value: Any, name: str) -> str | float | bool | None:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if name.endswith("_ns") or name in _TICKETS or abs(value) > _SAFE else value
    return value if value is None or isinstance(value, bool) else str(value)
