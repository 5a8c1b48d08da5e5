"""What is asked and answered about uploaded prices."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec

from reference_app.http.fields import Cursor, TimeNs

__all__ = ["PriceFileLine", "PriceFileList", "PriceFileShown", "PriceFileWanted", "StateOfFile"]

_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200, examples=["EURUSD of my broker"])]
_FileName = Annotated[
    str,
    msgspec.Meta(
        min_length=1,
        max_length=200,
        examples=["EURUSD_H1.csv"],
        description="How it ends tells its kind: .csv, .txt, .tsv or .parquet, perhaps packed (.gz, .zip).",
    ),
]
_Symbol = Annotated[str, msgspec.Meta(min_length=1, max_length=40, examples=["EURUSD"])]
_Timeframe = Annotated[str, msgspec.Meta(min_length=1, max_length=8, examples=["H1"])]
_Timezone = Annotated[
    str, msgspec.Meta(max_length=60, examples=["eet"], description="The file's clock, where its times carry no offset.")
]
_Size = Annotated[int, msgspec.Meta(ge=0, examples=[412_003], description="Bytes, as it was sent; 0 before that.")]
_Rows = Annotated[int, msgspec.Meta(ge=0, examples=[6_225], description="Bars that were taken over.")]

StateOfFile = Annotated[
    Literal["waiting", "checking", "ready", "refused"],
    msgspec.Meta(
        examples=["ready"], description="Waiting for its content, being checked, ready to be used, or of no use."
    ),
]


class PriceFileWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a file holds that is to be uploaded."""

    name: _Name
    file_name: _FileName
    symbol: _Symbol
    timeframe: _Timeframe
    timezone: _Timezone | None = None


class PriceFileLine(msgspec.Struct, frozen=True, kw_only=True):
    """A file of prices, in a list."""

    id: UUID
    name: _Name
    file_name: _FileName
    symbol: _Symbol
    timeframe: _Timeframe
    timezone: _Timezone | None
    state: StateOfFile
    size_bytes: _Size
    rows: _Rows
    first_ns: TimeNs | None
    last_ns: TimeNs | None
    created_ns: TimeNs
    changed_ns: TimeNs


class PriceFileList(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A page of files."""

    items: tuple[PriceFileLine, ...]
    next_cursor: Cursor | None = None


class PriceFileShown(PriceFileLine, frozen=True, kw_only=True):
    """A file of prices with what was found in it.

    Attributes
    ----------
    progress : float
        0 to 1, of being checked.
    problem : str
        Why it is refused.
    report : dict or None
        What was found: findings by kind and severity, rows that were set aside (the first hundred) with line and
        reason, and gaps.
    """

    progress: Annotated[float, msgspec.Meta(ge=0, le=1, examples=[1.0])]
    problem: str
    report: dict[str, Any] | None
