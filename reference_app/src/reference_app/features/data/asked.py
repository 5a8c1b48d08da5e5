"""What goes to a process that reads files of prices, and what comes back."""

from __future__ import annotations

from typing import Any

import msgspec

__all__ = ["FileChecked", "FileGiven"]


class FileGiven(msgspec.Struct, frozen=True, kw_only=True):
    """A file, and what its owner says about it."""

    content: bytes
    file_name: str
    symbol: str
    timeframe: str
    timezone: str | None
    largest_unpacked: int


class FileChecked(msgspec.Struct, frozen=True, kw_only=True):
    """What was found in a file.

    Attributes
    ----------
    report : dict
        Of the core's validation.
    rows : int
        Bars that were taken over.
    first_ns, last_ns : int
        When the first and the last of them open.
    prices : bytes
        The bars themselves, as :mod:`reference_app.features.data.series` packs them.
    """

    report: dict[str, Any]
    rows: int
    first_ns: int
    last_ns: int
    prices: bytes
