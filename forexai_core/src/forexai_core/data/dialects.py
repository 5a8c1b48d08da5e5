"""How a text file is written: delimiter, header, decimal mark; found by looking at its first lines."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import attrs

from forexai_core.data.columns import is_known_name
from forexai_core.data.text_tables import split_line
from forexai_core.errors import ConfigError, DataFormatError

__all__ = ["METATRADER_EXPORT", "Dialect", "clock_hint", "sniff", "sniff_decimal"]

_DELIMITERS = ("\t", ";", "|", ",")
_SAMPLE_LINES = 200
_NUMBER = re.compile(r"[+-]?(?:\d+[.,]?\d*|[.,]\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_STAMP = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}.*|\d{8}[ T]?\d{2,9}|\d{8}|\d{2}:\d{2}.*", re.ASCII)
_PAIR = re.compile(r"[A-Z]{3}/[A-Z]{3}")

METATRADER_EXPORT = "MetaTrader 5 export"
"""Dialect of what a terminal of MetaTrader 5 exports."""

HISTDATA, METATRADER = "HistData", "MetaTrader CSV"
DUKASCOPY, TRUEFX, OWN, PLAIN = "Dukascopy", "TrueFX", "ForexAI CSV", "CSV"

_CLOCK_HINTS = {
    METATRADER_EXPORT: "MetaTrader writes the broker's server time: most brokers keep timezone='new-york+7'.",
    HISTDATA: "HistData writes EST without daylight saving all year: timezone='utc-5'.",
    TRUEFX: "TrueFX writes GMT: timezone='UTC'.",
}


@attrs.frozen(kw_only=True)
class Dialect:
    """How a text file is written.

    Attributes
    ----------
    name : str
        Whose it looks like.
    delimiter : str
        Between fields.
    header : tuple of str
        Names of the columns; made up by position where the file has no header.
    header_line : int or None
        Line of the header, counted from 1.
    skip_lines : int
        Lines before the first row.
    """

    name: str
    delimiter: str
    header: tuple[str, ...]
    header_line: int | None
    skip_lines: int


def clock_hint(dialect: str) -> str:
    """Say which clock files of a dialect are written by, where that is known."""
    return _CLOCK_HINTS.get(
        dialect,
        "Say which clock wrote it: timezone='UTC', 'Europe/London' or, for most MetaTrader servers, 'new-york+7'.",
    )


def sniff(text: bytes, *, file: str, delimiter: str | None, for_ticks: bool) -> Dialect:
    """Find out how a text is written.

    Parameters
    ----------
    text : bytes
        UTF-8 with newlines as line ends.
    file : str
        Name for messages.
    delimiter : str or None
        The user's choice.
    for_ticks : bool
        What a file without a header is taken for.

    Raises
    ------
    DataFormatError
        If the text is no table, or has a header only.
    """
    numbered = [(number, line) for number, line in enumerate(_sample(text)) if line.strip()]
    if not numbered:
        raise DataFormatError("the file is empty.", file=file, remedy="Export or download the data again.")
    first_line = numbered[0][0]
    chosen = delimiter or _sniff_delimiter([line for _, line in numbered], file)
    if len(chosen) != 1 or chosen in '"\n\r':
        raise ConfigError(f"delimiter must be one character such as ',' or ';', not {chosen!r}.")
    rows = [split_line(line, chosen, file=file, number=number + 1) for number, line in numbered]
    if not _is_header(rows[0]):
        header = _header_by_position(rows, file, first_line + 1, for_ticks=for_ticks)
        name = _name(rows[0], chosen, has_header=False)
        return Dialect(name=name, delimiter=chosen, header=header, header_line=None, skip_lines=first_line)
    header = tuple(field.strip().strip('"').strip() for field in rows[0])
    if len(rows) == 1:
        raise DataFormatError(
            "the file has a header and no rows.",
            file=file,
            line=first_line + 1,
            remedy="Export or download the data again.",
        )
    _check_widths(header, rows[1:], chosen, file, first_line + 1)
    name = _name(rows[0], chosen, has_header=True)
    return Dialect(name=name, delimiter=chosen, header=header, header_line=first_line + 1, skip_lines=first_line + 1)


def _sample(text: bytes) -> list[str]:
    end = 0
    for _ in range(_SAMPLE_LINES):
        end = text.find(b"\n", end) + 1
        if end == 0:
            end = len(text)
            break
    lines = text[:end].decode().split("\n")
    # A header alone tells nothing of the rows, however many blank lines follow it.
    return lines if sum(bool(line.strip()) for line in lines) > 1 else text.decode().split("\n")


def _sniff_delimiter(lines: Sequence[str], file: str) -> str:
    bare = [re.sub(r'"[^"]*"', "", line) for line in lines]
    body = bare[1:] or bare
    for delimiter in _DELIMITERS:
        counts = Counter(line.count(delimiter) for line in body)
        count, often = counts.most_common(1)[0]
        if count > 0 and often * 2 >= len(body):
            return delimiter
    if all(line.count(",") == 0 for line in bare):
        raise DataFormatError(
            "the lines are not split into columns.",
            file=file,
            line=1,
            remedy="Columns are separated by comma, semicolon, tab or '|'; for another mark pass delimiter=….",
        )
    return ","


def _is_header(fields: Sequence[str]) -> bool:
    if any(is_known_name(field) for field in fields):
        return True
    values = [field.strip() for field in fields]
    return not any(_NUMBER.fullmatch(value) or _STAMP.fullmatch(value) for value in values)


def _header_by_position(rows: Sequence[Sequence[str]], file: str, line: int, *, for_ticks: bool) -> tuple[str, ...]:
    """Name the columns of a file without a header by what stands in its rows."""
    usual = Counter(len(row) for row in rows).most_common(1)[0][0]
    fields = [field.strip() for field in next(row for row in rows if len(row) == usual)]
    names: list[str] = []
    if _PAIR.fullmatch(fields[0]) or re.fullmatch(r"[A-Za-z]{6}", fields[0]):
        names.append("symbol")
    names.append("time")
    stamp_at = len(names) - 1
    if len(fields) > stamp_at + 1 and re.fullmatch(r"\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?", fields[stamp_at + 1]):
        names[-1:] = ["date", "time"]
    prices = ["bid", "ask"] if for_ticks else ["open", "high", "low", "close"]
    left = len(fields) - len(names) - len(prices)
    if left not in (0, 1):
        other = "forexai_core.read_bars" if for_ticks else "forexai_core.read_ticks"
        kind = "ticks" if for_ticks else "bars"
        raise DataFormatError(
            f"the file has no header, and its {len(fields)} columns are not those of {kind}.",
            file=file,
            line=line,
            remedy=f"Add a header line such as timestamp,{','.join(prices)},volume, or use {other}.",
        )
    return (*names, *prices, *(["volume"] * left))


def _check_widths(header: Sequence[str], rows: Sequence[Sequence[str]], delimiter: str, file: str, line: int) -> None:
    widths = Counter(len(row) for row in rows)
    if len(header) in widths:
        return
    usual = widths.most_common(1)[0][0]
    remedy = "Give every column a name, or take the superfluous ones out."
    if delimiter == "," and usual > len(header):
        remedy = (
            "Numbers with a decimal comma in a file separated by commas cannot be told apart: export it with "
            "semicolons or a decimal point. Otherwise give every column a name."
        )
    raise DataFormatError(
        f"the header names {len(header)} columns, but the rows have {usual}.", file=file, line=line, remedy=remedy
    )


def _name(first: Sequence[str], delimiter: str, *, has_header: bool) -> str:
    head = first[0].strip().strip('"')
    if has_header:
        if head.startswith("<"):
            return METATRADER_EXPORT
        if head.casefold() in {"gmt time", "local time"}:
            return DUKASCOPY
        return OWN if head.casefold() == "timestamp" and delimiter == "," else PLAIN
    if re.fullmatch(r"\d{8} \d{6}(\d{3})?", head):
        return HISTDATA
    if _PAIR.fullmatch(head):
        return TRUEFX
    return METATRADER if re.fullmatch(r"\d{4}\.\d{2}\.\d{2}", head) else PLAIN


def sniff_decimal(samples: Sequence[tuple[int, str, str]], *, file: str) -> str:
    """Find the decimal mark of a file.

    Parameters
    ----------
    samples : sequence of (line, column, text)
        Prices as they stand in the file.
    file : str
        Name for messages.

    Returns
    -------
    str
        ``.`` or ``,``.

    Raises
    ------
    DataFormatError
        If both marks occur, or commas may as well separate thousands.
    """
    commas = [sample for sample in samples if "," in sample[2]]
    if not commas:
        return "."
    line, column, text = commas[0]
    points = [sample for sample in samples if "." in sample[2]]
    if points or text.count(",") > 1:
        raise DataFormatError(
            f"'{text}' has a comma where other numbers have a point; it may separate thousands.",
            file=file,
            line=line,
            column=column,
            remedy="Write numbers without thousands separators and with one decimal mark.",
        )
    if all(re.fullmatch(r"\d{1,3},\d{3}", text) for _, _, text in commas):
        raise DataFormatError(
            f"the comma in '{text}' may be a decimal mark or separate thousands.",
            file=file,
            line=line,
            column=column,
            remedy="Say so with decimal=',' if it is a decimal comma; otherwise take the separators out.",
        )
    return ","
