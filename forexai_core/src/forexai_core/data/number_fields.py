"""Numbers out of text, a column at a time, exactly as a correctly rounding parser reads them."""

from __future__ import annotations

import re

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.data.text_tables import PADDING

__all__ = ["Numbers", "parse_numbers"]

_CHUNK = 1 << 16
_EXACT = 1 << 53  # integers up to here divide by a power of ten (up to 10**22) with one rounding
_WIDEST = 17
_POWERS = 10.0 ** np.arange(23)
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?", re.ASCII)


@attrs.frozen(kw_only=True, eq=False)
class Numbers:
    """A column of numbers.

    Attributes
    ----------
    values : (rows,) float64
        NaN where a field is no number.
    unreadable : (n,) int64
        Rows whose field is no number, empty ones included; ``nan`` and ``inf`` are numbers here and
        left to the checks.
    """

    values: NDArray[np.float64]
    unreadable: NDArray[np.int64]


def parse_numbers(
    content: NDArray[np.uint8], start: NDArray[np.int64], stop: NDArray[np.int64], decimal: str = "."
) -> Numbers:
    """Read the fields of one column.

    Parameters
    ----------
    content : (bytes + PADDING,) uint8
        The text, padded.
    start, stop : (rows,) int64
        Where the fields lie.
    decimal : str
        The decimal mark, ``.`` or ``,``.
    """
    values = np.empty(len(start))
    odd: list[NDArray[np.int64]] = []
    for low in range(0, len(start), _CHUNK):
        part = slice(low, low + _CHUNK)
        values[part], plain = _plain(content, start[part], stop[part], ord(decimal))
        odd.append(np.flatnonzero(~plain) + low)
    rows = np.concatenate(odd) if odd else np.empty(0, np.int64)
    unreadable = []
    for row in rows.tolist():
        text = content[start[row] : stop[row]].tobytes().decode("utf-8", "replace")
        number = _number(text, decimal)
        values[row] = np.nan if number is None else number
        if number is None:
            unreadable.append(row)
    return Numbers(values=values, unreadable=np.array(unreadable, np.int64))


def _plain(
    content: NDArray[np.uint8], start: NDArray[np.int64], stop: NDArray[np.int64], decimal: int
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Read fields of digits with at most one decimal mark; tell which ones are such fields."""
    length = stop - start
    plain = (length > 0) & (length <= _WIDEST)
    mantissa = np.zeros(len(start), np.int64)
    places = np.zeros(len(start), np.int64)
    digits = np.zeros(len(start), np.int64)
    marked = np.zeros(len(start), np.bool_)
    for position in range(min(int(length.max(initial=0)), _WIDEST, PADDING)):
        inside = position < length
        character = content[np.minimum(start + position, len(content) - 1)]
        digit = character - np.uint8(48)
        is_digit = inside & (digit < 10)
        is_mark = inside & (character == decimal) & ~marked
        mantissa = np.where(is_digit, mantissa * 10 + digit, mantissa)
        places += is_digit & marked
        digits += is_digit
        marked |= is_mark
        plain &= is_digit | is_mark | ~inside
    plain &= (digits > 0) & (mantissa <= _EXACT)
    return mantissa / _POWERS[places], plain


def _number(text: str, decimal: str) -> float | None:
    if decimal != ".":
        if "." in text:
            return None
        text = text.replace(decimal, ".")
    if text.casefold().lstrip("+-") in {"nan", "inf", "infinity", "1.#inf", "1.#qnan", "-1.#ind"}:
        return float("inf") if "inf" in text.casefold() else float("nan")
    return float(text) if _NUMBER.fullmatch(text) else None
