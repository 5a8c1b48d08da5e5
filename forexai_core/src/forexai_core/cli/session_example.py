"""A session file to begin with."""

from __future__ import annotations

from pathlib import Path

from forexai_core.cli.printing import say
from forexai_core.errors import ConfigError

__all__ = ["EXAMPLE", "LIVE_EXAMPLE", "write_example"]

EXAMPLE = """\
schema_version = 1

[session]
clock = "replay"          # as fast as it goes; "real": at the prices' own pace; "accelerated": speed times faster
# speed = 60
journal = "journal"       # a folder beside this file; each run has one of its own in it
# start = "2017-02-01"    # decide from here on; prices before warm the strategies up

[[accounts]]
name = "main"
broker = "paper"
balance = 10000.0
currency = "USD"
leverage = 100
mode = "hedging"

[accounts.costs]          # what is left out comes from the prices, else from the instrument
commission_per_lot = 3.5

[[feeds]]
source = "sample"         # bundled real prices; source = "file" takes path and timezone
symbol = "EURUSD"
timeframe = "H1"

[[strategies]]
name = "sma-cross"        # a name, module:Class, file.py:Class or rules.json
account = "main"
symbol = "EURUSD"
timeframe = "H1"
parameters = { fast = 20, slow = 50, stop_loss_pips = 30, take_profit_pips = 60, volume_lots = 0.1 }

[risk]                    # a session has limits unless none = true
max_daily_loss_fraction = 0.02

[[notifiers]]
name = "log"
"""
"""A session over the bundled prices, every line of which may be changed."""

_RECORDED = """\
source = "sample"         # bundled real prices; source = "file" takes path and timezone
symbol = "EURUSD"
timeframe = "H1"

[[strategies]]"""

_LIVE = """\
source = "synthetic"      # a market made of numbers; any source with live prices is named alike
symbol = "EURUSD"
timeframe = "H1"
bars = 1500
live = true               # prices come from the source's subscription while the session runs
# history = 500           # of a source of the present: what strategies are warmed up with
# stale_s = 10800         # nothing is opened after so many seconds without a price

[[strategies]]"""

LIVE_EXAMPLE = EXAMPLE.replace(_RECORDED, _LIVE).replace('journal = "journal"      ', 'journal = "live-journal" ')
"""The same on prices that come while it runs."""


def write_example(file: Path, *, live: bool = False) -> int:
    """Write the example; an existing file is left alone.

    Raises
    ------
    ConfigError
        If there is a file of that name.
    """
    try:
        with file.open("x", encoding="utf-8") as out:
            out.write(LIVE_EXAMPLE if live else EXAMPLE)
    except FileExistsError:
        raise ConfigError(f"{file} is there already, and is left as it is. Choose another name.") from None
    say(f"written: {file}")
    return 0
