"""Values of the package's calls in a frame: numbers, texts, tuples, dictionaries, dates, structures and arrays.

What JSON has not is written as an object with one key that says what it is: ``{"t": […]}`` a tuple,
``{"d": [[k, v], …]}`` a dictionary, ``{"s": [name, {field: value}]}`` a structure, ``{"a": [fields, rows, block]}`` an
array whose bytes are a block, ``{"f": "nan"}`` a float that is no number, ``{"w": [text, fold]}`` a date with its time.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from forexai_mt5.terms import structures, symbol_structure
from forexai_mt5.terms.structure import Structure, structure_of
from forexai_mt5.wire.frames import MessageError

__all__ = ["read_value", "write_value"]

_STRUCTURES: dict[str, type[Structure]] = {
    name: getattr(module, name) for module in (structures, symbol_structure) for name in module.__all__
}
_DEEPEST = 8
_KINDS_OF_FIELDS = "iuf"


def write_value(value: object, blocks: list[bytes], *, depth: int = 0) -> Any:
    """Give what stands for a value in a frame's head; blocks of bytes are appended.

    Raises
    ------
    MessageError
        If it is of a type that the package neither takes nor gives.
    """
    if depth > _DEEPEST:
        raise MessageError(f"A value lies more than {_DEEPEST} deep in others.")
    if value is None or isinstance(value, bool | str | int | float):
        return _write_plain(value)
    if isinstance(value, dt.datetime):
        return {"w": [value.isoformat(), value.fold]}
    if isinstance(value, np.ndarray):
        return _write_array(value, blocks)
    if isinstance(value, dict):
        pairs = [(write_value(key, blocks, depth=depth + 1), each) for key, each in value.items()]
        return {"d": [[key, write_value(each, blocks, depth=depth + 1)] for key, each in pairs]}
    if isinstance(value, tuple | list):
        return _write_row(value, blocks, depth)
    raise MessageError(
        f"A value of type {type(value).__name__} is nothing that the MetaTrader 5 package takes or gives. Make it an "
        "int, a float, a str or a datetime first."
    )


def _write_plain(value: bool | str | float | None) -> Any:  # noqa: FBT001 - one of JSON's own
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else {"f": repr(float(value))}
    if isinstance(value, int) and not isinstance(value, bool):
        return int(value)  # also of an IntEnum
    return value


def _write_row(value: Sequence[object], blocks: list[bytes], depth: int) -> Any:
    fields = getattr(value, "_asdict", None)
    if fields is None:
        return {"t": [write_value(each, blocks, depth=depth + 1) for each in value]}
    named = {name: write_value(each, blocks, depth=depth + 1) for name, each in fields().items()}
    return {"s": [type(value).__name__, named]}


def _write_array(value: np.ndarray[Any, np.dtype[Any]], blocks: list[bytes]) -> Any:
    fields = [[name, np.dtype(value.dtype[name]).str] for name in value.dtype.names or ()]
    if value.ndim != 1 or not fields:
        raise MessageError("Arrays of the package are rows with fields.")
    rows = np.ascontiguousarray(value, np.dtype([(name, kind) for name, kind in fields]))
    blocks.append(rows.tobytes())
    return {"a": [fields, len(rows), len(blocks) - 1]}


def read_value(written: Any, blocks: Sequence[bytes], *, depth: int = 0) -> Any:
    """Read a value back. Structures are ours, with the same fields; fields that only a newer package has are left out.

    Raises
    ------
    MessageError
        If nothing of that kind is known.
    """
    if written is None or isinstance(written, bool | int | float | str):
        return written
    if not isinstance(written, dict) or len(written) != 1 or depth > _DEEPEST:
        raise MessageError("A message holds a value that is none of this protocol.")
    ((kind, inside),) = written.items()
    try:
        return _read_kind(kind, inside, blocks, depth)
    except (TypeError, ValueError, KeyError, IndexError) as problem:
        raise MessageError(f"A message holds a value of kind {kind!r} that cannot be read: {problem}") from problem


def _read_kind(kind: str, inside: Any, blocks: Sequence[bytes], depth: int) -> Any:
    if kind == "t":
        return tuple(read_value(each, blocks, depth=depth + 1) for each in inside)
    if kind == "d":
        return {
            read_value(key, blocks, depth=depth + 1): read_value(each, blocks, depth=depth + 1) for key, each in inside
        }
    if kind == "s":
        made = _STRUCTURES[inside[0]]
        known = {
            name: read_value(each, blocks, depth=depth + 1)
            for name, each in inside[1].items()
            if name in made.__match_args__
        }
        return structure_of(made, known)
    if kind == "a":
        return _read_array(inside, blocks)
    if kind == "f":
        return {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}[inside]
    if kind == "w":
        return dt.datetime.fromisoformat(inside[0]).replace(fold=int(inside[1]))
    raise KeyError(kind)


def _read_array(inside: Any, blocks: Sequence[bytes]) -> np.ndarray[Any, np.dtype[Any]]:
    fields, rows, block = inside
    dtype = np.dtype([(str(name), np.dtype(str(kind))) for name, kind in fields])
    if any(dtype[name].kind not in _KINDS_OF_FIELDS for name in dtype.names or ()) or not dtype.names:
        raise ValueError("fields of an array are numbers")
    # A copy, so that it may be written to as the package's own may.
    return np.frombuffer(blocks[block], dtype, count=int(rows)).copy()
