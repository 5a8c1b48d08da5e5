"""Real prices that come with the package, so that the first run needs no network."""

from __future__ import annotations

from importlib.resources import as_file, files

import attrs
import numpy as np

from forexai_core.arrays import BAR, TICK
from forexai_core.data.columns import TICK_ROLES
from forexai_core.data.importers import read_bars
from forexai_core.data.options import FileOptions
from forexai_core.data.tables import open_table
from forexai_core.errors import ConfigError
from forexai_core.values.bars import Bars
from forexai_core.values.catalogue import find_instrument
from forexai_core.values.ticks import Ticks
from forexai_core.values.timeframes import Timeframe

__all__ = ["SAMPLES", "STATED_SPREAD_POINTS", "sample"]

SAMPLES = (("EURUSD", Timeframe.H1), ("EURUSD", Timeframe.TICK))
"""What there is; ``samples/SOURCES.md`` names sources, licences and changes."""

STATED_SPREAD_POINTS = 10.0
"""Points between bid and ask where a sample has one side only."""

_FOLDER = files("forexai_core.data") / "samples"
_BARS, _TICKS = "EURUSD_H1_2017_ask.csv.gz", "EURUSD_tick_2016-06-14_bid.csv.gz"


def sample(symbol: str = "EURUSD", timeframe: str | Timeframe = Timeframe.H1) -> Bars | Ticks:
    """Give bundled real prices.

    Parameters
    ----------
    symbol, timeframe : str
        ``EURUSD`` with ``H1`` (2017, 6,225 bars) or ``tick`` (14 June 2016, 100,005 ticks).

    Returns
    -------
    Bars or Ticks
        The sources have one side only; the other lies :data:`STATED_SPREAD_POINTS` away, and the
        provenance says so.

    Raises
    ------
    ConfigError
        If there is no such sample.
    """
    frame = Timeframe.of(timeframe)
    if (symbol, frame) not in SAMPLES:
        known = ", ".join(f"{name} {each}" for name, each in SAMPLES)
        raise ConfigError(
            f"There is no sample of {symbol} {frame}. There is: {known}. For others use synthetic() or your own files."
        )
    return _ticks() if frame is Timeframe.TICK else _bars()


def _bars() -> Bars:
    with as_file(_FOLDER / _BARS) as path:
        asked = read_bars(path, symbol="EURUSD", timeframe=Timeframe.H1)
    spread = STATED_SPREAD_POINTS * asked.instrument.point
    data = np.empty(len(asked), BAR)
    for name in BAR.names or ():
        data[name] = asked.data[name]
    for name in ("open", "high", "low", "close"):
        data[name] = np.round(asked.data[name] - spread, asked.digits)
    data.flags.writeable = False
    return attrs.evolve(
        asked,
        data=data,
        spread_points=np.full(len(asked), STATED_SPREAD_POINTS),
        provenance={
            "source": "gym-anytrading 2.0.0 (MIT): EURUSD H1 of 2017, ask side, as Dukascopy published it",
            "sides": f"ask from the source; the bid is the ask less a stated spread of {STATED_SPREAD_POINTS:g} points",
            "clock": "UTC",
            "volume": "millions of the source's units",
            "source_sha256": asked.provenance["source_sha256"],
        },
    )


def _ticks() -> Ticks:
    roles = {role: TICK_ROLES[role] for role in ("time", "bid")}
    with as_file(_FOLDER / _TICKS) as path:
        table = open_table(path, FileOptions(), roles)
        time_ns, bid = table.stamps().local_ns, table.numbers("bid").values
    instrument = find_instrument("EURUSD")
    data = np.zeros(len(table), TICK)
    data["time_ns"], data["bid"] = time_ns, bid
    data["ask"] = np.round(bid + STATED_SPREAD_POINTS * instrument.point, instrument.digits)
    data.flags.writeable = False
    return Ticks(
        instrument=instrument,
        data=data,
        provenance={
            "source": "findatapy 0.1.42 (Apache-2.0): EURUSD ticks of 2016-06-14, bid side, from Dukascopy",
            "sides": f"bid from the source; the ask is the bid plus a stated spread of {STATED_SPREAD_POINTS:g} points",
            "clock": "UTC",
            "source_sha256": table.sha256,
        },
    )
