"""What the name of an export says: symbol, and timeframe or ticks.

The terminal names what it exports after its contents: ``EURUSD_H1_202301020000_202312292300.csv`` for bars (days,
weeks and months as ``Daily``, ``Weekly`` and ``Monthly``), ``EURUSD_202301020000_202301022359.csv`` for ticks, and
``EURUSDH1.csv`` for a chart that was saved.
"""

from __future__ import annotations

import re
from pathlib import PurePath

import attrs

from forexai_core.errors import DataError
from forexai_core.values.catalogue import catalogue
from forexai_core.values.timeframes import Timeframe

__all__ = ["ExportName", "our_symbol", "parse_name"]

_SUFFIXES = re.compile(r"(?:\.(?:csv|txt|tsv))?(?:\.(?:gz|zip))?$", re.IGNORECASE)
_CALENDAR = {"daily": Timeframe.D1, "weekly": Timeframe.W1, "monthly": Timeframe.MN1}
_FRAMES = "|".join([*(str(each) for each in Timeframe if each is not Timeframe.TICK), *_CALENDAR])
_SPAN = r"_\d{8,14}_\d{8,14}"
_BARS = re.compile(rf"(?P<symbol>.+?)_(?P<frame>{_FRAMES})(?:{_SPAN})?", re.IGNORECASE)
_TICKS = re.compile(rf"(?P<symbol>.+?)(?:_ticks(?:{_SPAN})?|{_SPAN})", re.IGNORECASE)
_CHART = re.compile(rf"(?P<symbol>.+?)(?P<frame>{_FRAMES})", re.IGNORECASE)

# The ending by which brokers tell kinds of accounts apart: m, c, .raw, -ECN, #, micro, Cash …
_ENDING = re.compile(r"[._#+!-]?[A-Za-z]{0,5}[.#+!-]?")
# Names that brokers give to metals in place of the usual ones.
_OTHER_NAMES = {"GOLD": "XAUUSD", "SILVER": "XAGUSD"}


@attrs.frozen(kw_only=True)
class ExportName:
    """What a file's name says.

    Attributes
    ----------
    broker_symbol : str
        The broker's name of the symbol, such as ``EURUSDm``.
    timeframe : Timeframe
        Of the bars; ``tick`` for ticks.
    """

    broker_symbol: str
    timeframe: Timeframe


def parse_name(file: str) -> ExportName | None:
    """Read what the name of a file says.

    Parameters
    ----------
    file : str
        A path or a name; compressed files may have ``.gz`` or ``.zip`` after their own ending.

    Returns
    -------
    ExportName or None
        None where it is not named as a terminal names exports.
    """
    stem = _SUFFIXES.sub("", PurePath(file).name)
    for pattern in (_BARS, _TICKS, _CHART):
        match = pattern.fullmatch(stem)
        if match:
            frame = match.groupdict().get("frame")
            timeframe = Timeframe.TICK if frame is None else _CALENDAR.get(frame.casefold()) or Timeframe.of(frame)
            return ExportName(broker_symbol=match["symbol"], timeframe=timeframe)
    return None


def our_symbol(broker_symbol: str, *, given: dict[str, str], strip_suffix: bool) -> str:
    """Give the catalogue's name of a broker's symbol.

    Parameters
    ----------
    broker_symbol : str
        As the broker writes it.
    given : dict of str to str
        What the user says; it comes first.
    strip_suffix : bool
        Whether an ending that only names a kind of account is taken off.

    Raises
    ------
    DataError
        If it cannot be told.
    """
    wanted = given.get(broker_symbol)
    known = catalogue()
    if wanted is not None:
        if wanted not in known:
            raise DataError(f"symbols says that '{broker_symbol}' is '{wanted}', which the catalogue does not have.")
        return wanted
    if broker_symbol in known:
        return broker_symbol
    if strip_suffix:
        names = {**{name: name for name in known}, **_OTHER_NAMES}
        begins = [name for name in names if broker_symbol.upper().startswith(name)]
        best = max(begins, key=len, default="")
        if best and _ENDING.fullmatch(broker_symbol[len(best) :]):
            return names[best]
    raise DataError(
        f"The broker's symbol '{broker_symbol}' is not in the catalogue, with or without an ending. Say what it is: "
        f"symbols={{'{broker_symbol}': 'XAUUSD'}}, for instance."
    )
