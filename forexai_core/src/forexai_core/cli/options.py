"""Options that several commands share."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from forexai_core.errors import ConfigError

__all__ = [
    "AsJson",
    "Ask",
    "Bid",
    "Folder",
    "From",
    "MaybeSymbol",
    "MaybeTimeframe",
    "OwnInstrument",
    "Read",
    "Symbol",
    "Timeframe",
    "Timezone",
    "To",
    "examples",
    "folder_or_default",
    "require_home",
]

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object; everything else goes to standard error.")]
Symbol = Annotated[str, typer.Option("--symbol", "-s", help="What the prices are of, such as EURUSD.")]
MaybeSymbol = Annotated[str | None, typer.Option("--symbol", "-s", help="What the prices are of, such as EURUSD.")]
Timeframe = Annotated[str, typer.Option("--timeframe", "-t", help="Length of a bar: M1, M5, H1, D1 …, or tick.")]
MaybeTimeframe = Annotated[
    str | None, typer.Option("--timeframe", "-t", help="Length of a bar: M1, M5, H1, D1 …, or tick.")
]
Timezone = Annotated[
    str | None,
    typer.Option(
        "--timezone",
        "-z",
        help="Clock of the file's times, needed where they carry no offset: UTC, an IANA name such as "
        "Europe/Helsinki, or new-york+7, the clock of most MetaTrader servers.",
    ),
]
Read = Annotated[
    list[str] | None,
    typer.Option(
        "--read",
        metavar="NAME=VALUE",
        help="How the file is written, where it is not understood by itself: delimiter, decimal, date_order, encoding, "
        "epoch, ambiguous, missing, sort, columns.ROLE; spikes=keep and future=keep for rows that look wrong and are "
        "right; max_file_bytes, max_unpacked_bytes and max_ratio for files larger than is usual; repeat it.",
    ),
]
OwnInstrument = Annotated[
    Path | None,
    typer.Option(
        "--instrument",
        metavar="FILE",
        help="Contract of a symbol that the catalogue lacks, or another than its own: TOML or JSON with symbol, "
        "base_currency, profit_currency, digits, pip_size, contract_size and, where they matter, spread_points, "
        "swap_long, margin_rate … (the fields of forexai_core.Instrument).",
    ),
]
Bid = Annotated[str | None, typer.Option("--bid", help="File of the bid side; give --ask as well.")]
Ask = Annotated[str | None, typer.Option("--ask", help="File of the ask side.")]
Folder = Annotated[
    Path | None,
    typer.Option("--library", help="Folder of the library of prices; default in your data folder."),
]
From = Annotated[str | None, typer.Option("--from", help="First moment, UTC: 2012-02-01 or 2012-02-01T13:30.")]
To = Annotated[str | None, typer.Option("--to", help="Moment before which prices end, UTC.")]


def examples(*lines: str) -> str:
    """Write examples for the end of a command's help."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


def folder_or_default(folder: Path | None) -> Path:
    """Give the folder of the library: the one that was named, or the person's own."""
    if folder is not None:
        return folder
    # Loaded only where the default is needed.
    from forexai_core.services.assembly import default_home

    return default_home() / "library"


def require_home(option: str) -> None:
    """Insist, before any work, that the person's data folder can be written.

    Parameters
    ----------
    option : str
        What names another place.

    Raises
    ------
    ConfigError
        If it cannot.
    """
    # Loaded only where the default is needed.
    from forexai_core.services.assembly import default_home
    from forexai_core.services.disk import Disk

    home = default_home()
    try:
        if not home.is_dir():
            Disk().make_folder(home)
        tempfile.TemporaryFile(dir=home).close()
    except OSError as error:
        how = "set XDG_DATA_HOME to a folder that can be" if sys.platform.startswith("linux") else "see to its rights"
        raise ConfigError(
            f"Your data folder {home} cannot be written ({error.strerror or error}). Name another place with {option}, "
            f"or {how}."
        ) from None
