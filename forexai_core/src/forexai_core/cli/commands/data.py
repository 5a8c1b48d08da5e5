"""``forexai data``: prices in, out, and looked after."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from forexai_core.cli.options import (
    AsJson,
    Folder,
    From,
    MaybeSymbol,
    MaybeTimeframe,
    OwnInstrument,
    Read,
    Symbol,
    Timeframe,
    Timezone,
    To,
    examples,
)

__all__ = ["app", "check", "export", "fetch", "import_files", "list_library", "resample", "sample"]

app = typer.Typer(
    rich_markup_mode=None,
    add_completion=False,
    no_args_is_help=True,
    help="Import, list, check, resample, export and fetch prices.",
    epilog=examples(
        "forexai data sample",
        "forexai data import EURUSD_H1.csv.gz -s EURUSD -t H1 --timezone UTC",
        "forexai data list",
    ),
)

Files = Annotated[list[Path], typer.Argument(metavar="FILE…", help="CSV (plain, gzip, zip) or Parquet files.")]
MaybeFiles = Annotated[
    list[Path] | None, typer.Argument(metavar="[FILE…]", help="Files to check; without, the library is.")
]
OnOverlap = Annotated[
    str, typer.Option(help="Rows that the library has already: raise (refuse), skip or replace them.")
]
KeepGood = Annotated[bool, typer.Option("--keep-good", help="Import the sound rows of a file that has bad ones too.")]
Quarantine = Annotated[
    Path | None, typer.Option(help="Where rows set aside are written; default FILE.quarantine.csv beside the file.")
]
Out = Annotated[
    Path | None, typer.Option("--out", "-o", help="File to write: .csv, .csv.gz or .parquet; without, the library.")
]
Target = Annotated[Path, typer.Option("--out", "-o", help="File to write: .csv, .csv.gz or .parquet.")]
Source = Annotated[
    str, typer.Argument(metavar="SOURCE", help="Name of a data offer; see: forexai plugins list --kind data.")
]
Setting = Annotated[
    list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="A setting of the source; repeat it.")
]
MaybeFile = Annotated[
    str | None, typer.Option("--data", "-d", help="File of the shorter bars or ticks; without, the library is asked.")
]
Longer = Annotated[str, typer.Option("--into", help="The longer timeframe: H4, D1 …")]
DayClock = Annotated[str, typer.Option("--clock", help="Clock whose midnights begin days.")]


@app.command(
    "import",
    epilog=examples(
        "forexai data import GBPUSD_H1.csv.gz -s GBPUSD -t H1 --timezone new-york+7",
        "forexai data import ticks-*.csv -s USDJPY -t tick --library prices --keep-good",
    ),
)
def import_files(
    files: Files,
    symbol: Symbol,
    timeframe: Timeframe,
    timezone: Timezone = None,
    read: Read = None,
    instrument: OwnInstrument = None,
    library: Folder = None,
    on_overlap: OnOverlap = "raise",
    keep_good: KeepGood = False,
    quarantine: Quarantine = None,
    as_json: AsJson = False,
) -> None:
    """Read files of bars or ticks, check every row, and keep them in the library.

    Bad rows are set aside in a file that is named, each with its line and reason. Of a file that has any, nothing is
    imported (exit code 3) unless --keep-good says so.
    """
    # Slow to load: help needs none of it.
    from forexai_core.cli.data_work import import_into
    from forexai_core.cli.prices import PriceChoice

    choice = PriceChoice(
        symbol=symbol, timeframe=timeframe, timezone=timezone, read=read, instrument=instrument, library=library
    )
    import_into(files, choice, on_overlap=on_overlap, keep_good=keep_good, quarantine=quarantine, as_json=as_json)


@app.command("list", epilog=examples("forexai data list", "forexai data list --library prices --json"))
def list_library(library: Folder = None, as_json: AsJson = False) -> None:
    """List what the library holds."""
    # Slow to load: help needs none of it.
    from forexai_core.cli.data_work import show_library

    show_library(library, as_json=as_json)


@app.command(
    epilog=examples(
        "forexai data check                                    (every byte of the library)",
        "forexai data check -s EURUSD -t H1                    (the prices of one of its series)",
        "forexai data check FILE -s EURUSD -t H1 --timezone UTC",
    )
)
def check(
    files: MaybeFiles = None,
    symbol: MaybeSymbol = None,
    timeframe: MaybeTimeframe = None,
    timezone: Timezone = None,
    read: Read = None,
    instrument: OwnInstrument = None,
    library: Folder = None,
    as_json: AsJson = False,
) -> None:
    """Check files or the library, and change nothing.

    Ends with 1 when something deserves a look, with 3 when there are bad rows.
    """
    # Slow to load: help needs none of it.
    from forexai_core.cli.data_checks import check_files, check_library, check_series
    from forexai_core.cli.prices import PriceChoice

    choice = PriceChoice(
        symbol=symbol, timeframe=timeframe, timezone=timezone, read=read, instrument=instrument, library=library
    )
    if files:
        check_files(files, choice, as_json=as_json)
    elif symbol is not None or timeframe is not None:
        check_series(choice, as_json=as_json)
    else:
        check_library(library, as_json=as_json)


@app.command(
    epilog=examples(
        "forexai data resample -s EURUSD -t M1 --into H4",
        "forexai data resample -d EURUSD_M1.csv -s EURUSD -t M1 --into D1 --timezone UTC -o EURUSD_D1.csv",
    )
)
def resample(
    symbol: Symbol,
    timeframe: Timeframe,
    into: Longer,
    data: MaybeFile = None,
    timezone: Timezone = None,
    read: Read = None,
    instrument: OwnInstrument = None,
    library: Folder = None,
    clock: DayClock = "new-york+7",
    out: Out = None,
    on_overlap: OnOverlap = "raise",
    as_json: AsJson = False,
) -> None:
    """Make bars of a longer timeframe, days beginning at 17:00 in New York unless told otherwise."""
    # Slow to load: help needs none of it.
    from forexai_core.cli.data_work import finish, resampled
    from forexai_core.cli.prices import PriceChoice

    choice = PriceChoice(
        file=data,
        symbol=symbol,
        timeframe=timeframe,
        timezone=timezone,
        read=read,
        instrument=instrument,
        library=None if data else library,
    )
    finish(resampled(choice, into, clock), out, library, on_overlap=on_overlap, as_json=as_json)


@app.command(
    epilog=examples(
        "forexai data export -s EURUSD -t H1 -o EURUSD_H1.csv.gz",
        "forexai data export -s EURUSD -t M1 --from 2020-01-01 --to 2021-01-01 -o 2020.parquet",
    )
)
def export(
    symbol: Symbol,
    timeframe: Timeframe,
    out: Target,
    start: From = None,
    stop: To = None,
    library: Folder = None,
    as_json: AsJson = False,
) -> None:
    """Write prices of the library to a file, in UTC; importing it gives back the same bytes."""
    # Slow to load: help needs none of it.
    from forexai_core.cli.data_work import finish
    from forexai_core.cli.prices import PriceChoice, load

    choice = PriceChoice(symbol=symbol, timeframe=timeframe, library=library, start=start, stop=stop)
    finish(load(choice), out, library, as_json=as_json)


@app.command(
    epilog=examples(
        "forexai data fetch synthetic -s EURUSD -t M1 --set bars=100000 --set seed=7 -o made-up.csv.gz",
        "forexai data fetch sample -s EURUSD -t tick",
    )
)
def fetch(
    source: Source,
    symbol: Symbol,
    timeframe: Timeframe,
    start: From = None,
    stop: To = None,
    setting: Setting = None,
    library: Folder = None,
    out: Out = None,
    on_overlap: OnOverlap = "raise",
    as_json: AsJson = False,
) -> None:
    """Get prices from any source that is installed, into the library or a file."""
    # Slow to load: help needs none of it.
    from forexai_core.cli.data_work import fetched, finish

    prices = fetched(source, symbol, timeframe, start=start, stop=stop, settings=setting or [])
    finish(prices, out, library, on_overlap=on_overlap, as_json=as_json)


@app.command(epilog=examples("forexai data sample", "forexai data sample -t tick -o EURUSD_ticks.parquet"))
def sample(symbol: Symbol = "EURUSD", timeframe: Timeframe = "H1", out: Out = None, as_json: AsJson = False) -> None:
    """Write real prices that come with the package to a file, to try things with.

    There is EURUSD, as hourly bars of 2017 (H1) and as the ticks of one day (tick).
    """
    # Slow to load: help needs none of it.
    from forexai_core.cli.data_work import finish, tell_next
    from forexai_core.data import sample as bundled

    prices = bundled(symbol, timeframe)
    file = out or Path(f"{symbol}_{timeframe}.csv.gz")
    finish(prices, file, None, as_json=as_json)
    if not as_json:
        tell_next(prices, file)
