"""How long a pending order waits."""

from __future__ import annotations

import datetime as dt
from typing import Literal

import numpy as np

from forexai_core.engine.state.records import UNTIL_MIDNIGHT
from forexai_core.errors import ConfigError
from forexai_core.values.clocks import Clock
from forexai_core.values.timeframes import NS_PER_DAY

__all__ = ["Expiry", "expiry_instant"]

Expiry = Literal["gtc", "day"] | dt.date
"""Until it is cancelled, until the day ends on which it is placed, or until a given day ends; days are those of the
account's clock (MetaTrader 5's ``ORDER_TIME_GTC``, ``ORDER_TIME_DAY``, ``ORDER_TIME_SPECIFIED_DAY``)."""

_EPOCH = dt.date(1970, 1, 1)


def expiry_instant(symbol: str, expiry: Expiry, expiry_ns: int, clock: Clock) -> int:
    """Give the ledger's expiry: an instant, 0 for never, or the mark of the end of the day.

    Raises
    ------
    ConfigError
        If two are given, or something else.
    """
    if isinstance(expiry_ns, bool) or not isinstance(expiry_ns, int | np.integer) or expiry_ns < 0:
        raise ConfigError(
            f"{symbol}: expiry_ns is an instant in nanoseconds UTC, or 0 for never, not {expiry_ns!r}. The end of the "
            "day is expiry='day'."
        )
    if expiry == "gtc":
        return expiry_ns
    if expiry_ns:
        raise ConfigError(f"{symbol}: an order takes expiry or expiry_ns, one of the two.")
    if expiry == "day":
        return UNTIL_MIDNIGHT
    if not isinstance(expiry, dt.date) or isinstance(expiry, dt.datetime):
        raise ConfigError(
            f"{symbol}: expiry is 'gtc', 'day' or a date, not {expiry!r}. An instant is given as expiry_ns."
        )
    following = np.array([(expiry - _EPOCH).days + 1], np.int64) * NS_PER_DAY
    return int(clock.to_utc_ns(following, ambiguous="earlier", missing="forward")[0])
