"""Parameters that many specifications share."""

from __future__ import annotations

from forexai_core.indicators.specification import ParameterSpec

__all__ = ["BAR", "CLOSE", "LONGEST", "factor", "length"]

LONGEST = 100_000
"""Longest period that the catalogue takes, bars; TA-Lib's own bound."""

CLOSE = ("close",)
"""Inputs of an indicator of one series, unless the user says otherwise."""

BAR = ("high", "low", "close")
"""Inputs of an indicator of bars."""


def length(default: int, name: str = "period", title: str = "Period, bars", *, minimum: int = 1) -> ParameterSpec:
    """Specify a number of bars.

    Parameters
    ----------
    default : int
        Its value when none is given.
    name, title : str
        Its keyword, and what a form calls it.
    minimum : int
        Smallest value allowed.

    Returns
    -------
    ParameterSpec
        Whole, ``minimum`` to ``LONGEST``.
    """
    return ParameterSpec(name=name, title=title, kind="int", default=default, minimum=minimum, maximum=LONGEST)


def factor(default: float, name: str, title: str, *, minimum: float = 0.01, maximum: float = 100.0) -> ParameterSpec:
    """Specify a number, such as the width of a band.

    Parameters
    ----------
    default : float
        Its value when none is given.
    name, title : str
        Its keyword, and what a form calls it.
    minimum, maximum : float
        Bounds, both allowed.

    Returns
    -------
    ParameterSpec
        Any number between the bounds.
    """
    return ParameterSpec(name=name, title=title, kind="float", default=default, minimum=minimum, maximum=maximum)
