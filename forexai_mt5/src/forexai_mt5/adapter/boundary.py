"""The one place where numbers become what the package takes: real floats on the symbol's grid, real ints, short texts.

The package refuses a ``Decimal``, a ``numpy.float32`` or an ``int`` where a price belongs, and a ``numpy.int64`` where
a whole number does, and then silently sends nothing. So whatever a caller has comes through here.
"""

from __future__ import annotations

import math
from decimal import Decimal, InvalidOperation
from numbers import Integral, Real
from typing import SupportsFloat, SupportsInt

import numpy as np

from forexai_core.errors import ConfigError, OrderRejectedError
from forexai_core.values.orders import on_step
from forexai_core.values.price_grid import PriceGrid
from forexai_mt5.terms import constants as c
from forexai_mt5.terms.symbol_structure import SymbolInfo

__all__ = ["LONGEST_COMMENT", "Number", "comment", "level", "lots", "price", "real_float", "real_int"]

LONGEST_COMMENT = 25
"""Characters of a comment: the package takes 29, and some servers keep fewer."""

_INT64 = 2**63

Number = SupportsFloat
"""A number of any kind: float, int, Decimal, or one of numpy's. Texts are refused."""


def real_float(value: Number, name: str) -> float:
    """Make a Python float of a number of any kind.

    Raises
    ------
    ConfigError
        If it is none, or not finite.
    """
    if isinstance(value, bool) or not isinstance(value, Real | Decimal):
        raise ConfigError(f"{name} is a number, not {value!r}.")
    try:
        # A short float is meant as it is written: 1.1, not 1.10000002384185791015625.
        made = float(str(value)) if isinstance(value, np.floating) else float(value)
    except (InvalidOperation, OverflowError, ValueError) as problem:
        raise ConfigError(f"{name} is a finite number, not {value!r}.") from problem
    if not math.isfinite(made):
        raise ConfigError(f"{name} is a finite number, not {value!r}.")
    return made


def real_int(value: SupportsInt, name: str) -> int:
    """Make a Python int of a whole number of any kind, 0 or above.

    Raises
    ------
    ConfigError
        If it is none, or does not fit 63 bits.
    """
    if isinstance(value, bool) or not isinstance(value, Integral) or not 0 <= int(value) < _INT64:
        raise ConfigError(f"{name} is a whole number from 0 and below 2**63, not {value!r}.")
    return int(value)


def _grid(info: SymbolInfo) -> PriceGrid:
    return PriceGrid(symbol=info.name, digits=info.digits, tick_size=info.trade_tick_size or info.point)


def price(info: SymbolInfo, value: Number, name: str = "price", *, code: int = c.TRADE_RETCODE_INVALID_PRICE) -> float:
    """Give a price as the package takes it.

    Raises
    ------
    OrderRejectedError
        If it lies between two steps of the symbol: nothing is rounded that the user did not mean to be.
    """
    asked, grid = real_float(value, name), _grid(info)
    if asked <= 0 or not grid.holds(asked):
        raise OrderRejectedError(
            f"{info.name}: {name} {asked:g} is not on the grid of {grid.tick_size:g}. Round it first.", code=code
        )
    return grid.nearest(asked)


def level(info: SymbolInfo, value: Number, name: str) -> float:
    """Give the price of a stop or a target likewise; 0 is none."""
    if real_float(value, name) == 0.0:
        return 0.0
    return price(info, value, name, code=c.TRADE_RETCODE_INVALID_STOPS)


def lots(info: SymbolInfo, value: Number, *, closing: bool = False) -> float:
    """Give a volume as the package takes it.

    Parameters
    ----------
    info : SymbolInfo
        Whose steps they are.
    value : number
        Lots.
    closing : bool
        What is left of a position may be less than the least that can be opened.

    Raises
    ------
    OrderRejectedError
        If it lies between two steps, or out of the range.
    """
    asked = real_float(value, "volume_lots")
    least = 0.0 if closing else info.volume_min
    in_range = least - 1e-9 <= asked <= info.volume_max + 1e-9 and asked > 0
    if not in_range or not on_step(asked, info.volume_step):
        raise OrderRejectedError(
            f"{info.name} is traded from {info.volume_min:g} to {info.volume_max:g} lots in steps of "
            f"{info.volume_step:g}, not {asked:g}. Round it down to a step first.",
            code=c.TRADE_RETCODE_INVALID_VOLUME,
        )
    # The float nearest to the decimal number: 3 steps of 0.1 are 0.3.
    return round(asked, 8)


def comment(tag: str) -> str:
    """Give a text as the package takes it.

    Raises
    ------
    OrderRejectedError
        If it is too long: cut off it would not be found again.
    """
    if len(tag.encode("utf-16-le")) // 2 > LONGEST_COMMENT:
        raise OrderRejectedError(
            f"The tag '{tag}' is longer than {LONGEST_COMMENT} characters, of which servers keep a part only.",
            code=c.TRADE_RETCODE_INVALID,
        )
    return str(tag)
