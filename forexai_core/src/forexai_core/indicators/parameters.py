"""Parameters of indicators, and how a streaming class declares them."""

from __future__ import annotations

import math
import operator
from typing import Any, Literal

import attrs
import numpy as np

from forexai_core.errors import ConfigError
from forexai_core.indicators.inputs import check_number, check_whole_number

__all__ = ["BAR", "LONGEST", "Number", "ParameterSpec", "choice", "factor", "length"]

Number = int | float

LONGEST = 100_000
"""Longest period that the catalogue takes, bars; TA-Lib's own bound."""

BAR = ("high", "low", "close")
"""Inputs of an indicator of bars."""


@attrs.frozen(kw_only=True)
class ParameterSpec:
    """One parameter of an indicator.

    A streaming class declares one as ``period: int = length(14)``, and takes its name from there.

    Attributes
    ----------
    name, title : str
        Its keyword, and what a form calls it.
    kind : {"int", "float"}
        Whole or any number.
    default, minimum, maximum : int or float
        Both bounds are allowed values.
    """

    name: str = ""
    title: str
    kind: Literal["int", "float"]
    default: Number
    minimum: Number
    maximum: Number

    def check(self, indicator: str, value: Any) -> Number:
        """Take a value of this parameter.

        Parameters
        ----------
        indicator : str
            Named in the message.
        value : int or float
            What the user gave.

        Returns
        -------
        int or float
            As a plain Python number.

        Raises
        ------
        ConfigError
            If it is no number of this kind, or out of bounds.
        """
        number: Number = math.nan
        if isinstance(value, (int, np.integer)) and not isinstance(value, bool):
            number = operator.index(value)
        elif self.kind == "float" and isinstance(value, (float, np.floating)):
            number = float(value)
        if self.minimum <= number <= self.maximum:
            return number if self.kind == "int" else float(number)
        kind = "a whole number" if self.kind == "int" else "a number"
        msg = (
            f"{indicator}: {self.name} must be {kind} from {self.minimum} to {self.maximum}, got {value!r}; "
            f"the default is {self.default}."
        )
        raise ConfigError(msg)

    def take(self, indicator: str, value: Any) -> Number:
        """Take a value that code gave, which may go beyond what the catalogue offers.

        Parameters
        ----------
        indicator : str
            Named in the message.
        value : int or float
            A whole number of at least the minimum; any other that is finite and above 0, or of at least the minimum
            where that is not above 0.

        Returns
        -------
        int or float
            As a plain Python number.

        Raises
        ------
        ConfigError
            If it is none.
        """
        if self.kind == "int":
            return check_whole_number(indicator, self.name, value, least=int(self.minimum))
        return check_number(indicator, self.name, value, least=None if self.minimum > 0.0 else self.minimum)


def length(default: int, title: str = "Period, bars", *, minimum: int = 1) -> Any:
    """Declare a number of bars.

    Parameters
    ----------
    default : int
        Its value when none is given.
    title : str
        What a form calls it.
    minimum : int
        Smallest value allowed.

    Returns
    -------
    ParameterSpec
        Whole, ``minimum`` to ``LONGEST``; typed as the number that it becomes.
    """
    return ParameterSpec(title=title, kind="int", default=default, minimum=minimum, maximum=LONGEST)


def factor(default: float, title: str, *, minimum: float = 0.01, maximum: float = 100.0) -> Any:
    """Declare a number, such as the width of a band.

    Parameters
    ----------
    default : float
        Its value when none is given.
    title : str
        What a form calls it.
    minimum, maximum : float
        Bounds, both allowed.

    Returns
    -------
    ParameterSpec
        Any number between the bounds; typed as the number that it becomes.
    """
    return ParameterSpec(title=title, kind="float", default=default, minimum=minimum, maximum=maximum)


def choice(default: int, title: str, *, maximum: int) -> Any:
    """Declare a choice by number, from 0 on.

    Parameters
    ----------
    default : int
        Its value when none is given.
    title : str
        What a form calls it.
    maximum : int
        The last choice.

    Returns
    -------
    ParameterSpec
        Whole, 0 to ``maximum``; typed as the number that it becomes.
    """
    return ParameterSpec(title=title, kind="int", default=default, minimum=0, maximum=maximum)
