"""A candlestick pattern: its name, what it asks for, and the predicate that judges a bar."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, Literal, TypeAlias

import attrs
import numpy as np
from numpy.typing import ArrayLike

from forexai_core._jit import kernel
from forexai_core.errors import ConfigError
from forexai_core.indicators.candlestick_patterns.rolling_ranges import MEAN, MEANS, SUM, SUMS
from forexai_core.indicators.candlestick_patterns.scanning import Predicate, Verdicts, make_scanner
from forexai_core.indicators.candlestick_patterns.search import Search, search_columns
from forexai_core.indicators.candlestick_patterns.settings import DEFAULT_CANDLES, CandleSettings
from forexai_core.indicators.inputs import Records

__all__ = ["Average", "Pattern", "average", "pattern"]

Threshold: TypeAlias = Literal[
    "body_long", "body_short", "body_doji", "shadow_long", "shadow_very_long", "shadow_short", "shadow_very_short",
    "near", "far", "equal",
]  # fmt: skip
"""Fields of the settings that patterns use; TA-Lib has a very long body too, which none of its patterns asks for."""


@attrs.frozen
class Average:
    """A threshold that a predicate asks for.

    Attributes
    ----------
    threshold : str
        Field of the settings.
    offset : int
        The candle that is judged by it, in bars before the newest.
    lead : int
        Bars before the end of the look-back at which its sum begins, where TA-Lib begins one early.
    """

    threshold: Threshold
    offset: int
    lead: int = 0


def average(threshold: Threshold, offset: int, lead: int = 0) -> Average:
    """Ask for a threshold; see :class:`Average`."""
    return Average(threshold, offset, lead)


@attrs.frozen(kw_only=True, eq=False, slots=False)
class Pattern:
    """A candlestick pattern, which is also the function that looks for it.

    Attributes
    ----------
    name, talib_name : str
        How it is called here and in TA-Lib.
    title, summary : str
        For people: its name, and what it looks like.
    reach : int
        Bars before the newest that it looks at, averages aside.
    averages : tuple of Average
        What its predicate gets as ``means``, in this order.
    penetration : float or None
        Default of how far a candle must reach into the body of another, as a share of that body; None where the
        pattern has no such parameter.
    least_period : int
        Bars that the look-back counts at least for averages.
    predicate : callable
        The kernel that judges one bar.
    """

    name: str
    talib_name: str
    title: str
    summary: str
    reach: int
    averages: tuple[Average, ...]
    penetration: float | None
    least_period: int
    predicate: Predicate

    @property
    def aliases(self) -> tuple[str, ...]:
        """Other names that are understood."""
        return (self.talib_name.casefold(),)

    def __call__(
        self,
        open: ArrayLike,  # noqa: A002  (the column's name)
        high: ArrayLike,
        low: ArrayLike,
        close: ArrayLike,
        penetration: float | None = None,
        *,
        candles: CandleSettings = DEFAULT_CANDLES,
    ) -> Verdicts:
        """Look for the pattern.

        Parameters
        ----------
        open, high, low, close : (rows,) array_like
            Prices of bars.
        penetration : float or None
            How far a candle must reach into the body of another, as a share of that body; None for the default.
        candles : CandleSettings
            By what candles are called long, short, a doji, near or equal; TA-Lib's by default.

        Returns
        -------
        (rows,) int32
            In the row of the pattern's last candle 100 where it is bullish (or has no direction), -100 where it is
            bearish, weaker forms 80 and confirmed ones 200; else 0, also before the look-back is over. Equal to
            TA-Lib's in every row.

        Raises
        ------
        ConfigError
            If ``penetration`` does not fit.
        DataShapeError
            If a column is not one of finite numbers, or their lengths differ.
        """
        return search_columns(self.name, [self.search(penetration, candles)], (open, high, low, close))[0]

    @cached_property
    def scan(self) -> Callable[..., Any]:
        """The compiled loop of :func:`~forexai_core.indicators.candlestick_patterns.scanning.make_scanner`."""
        return make_scanner(self.name, self.predicate)

    def lookback(self, candles: CandleSettings) -> int:
        """Count the bars before the first one that is judged.

        Parameters
        ----------
        candles : CandleSettings
            Thresholds.

        Returns
        -------
        int
            TA-Lib's look-back.
        """
        periods = (getattr(candles, each.threshold).period for each in self.averages)
        return max(self.least_period, *periods, 0) + self.reach

    def thresholds(self, candles: CandleSettings) -> tuple[Records, Records, int]:
        """Describe its averages to the kernels.

        Parameters
        ----------
        candles : CandleSettings
            Thresholds.

        Returns
        -------
        thresholds : (MEANS,) records of ``MEAN``
            In the order of ``averages``.
        sums : (SUMS,) records of ``SUM``
            What they are taken of, each sum once; totals at 0.
        count : int
            How many sums there are.
        """
        thresholds, sums = np.zeros(MEANS, MEAN), np.zeros(SUMS, SUM)
        places: dict[tuple[int, int, int, int], int] = {}
        for k, each in enumerate(self.averages):
            setting = getattr(candles, each.threshold)
            kind, period = setting.range_of.kind, setting.period
            place = 0
            if period:
                summed = (kind, period, each.offset, each.lead)
                place = places.setdefault(summed, len(places))
                sums[place] = (*summed, 0.0)
            thresholds[k] = (kind, period, each.offset, setting.factor, place)
        return thresholds, sums, len(places)

    def search(self, penetration: float | None = None, candles: CandleSettings = DEFAULT_CANDLES) -> Search:
        """Begin to look for the pattern.

        Parameters
        ----------
        penetration : float or None
            Its parameter; None for the default.
        candles : CandleSettings
            Thresholds.

        Returns
        -------
        Search
            Of which no bar is judged yet.

        Raises
        ------
        ConfigError
            If ``penetration`` does not fit.
        """
        thresholds, sums, sum_count = self.thresholds(candles)
        return Search(
            name=self.name,
            lookback=self.lookback(candles),
            scan=self.scan,
            sums=sums,
            sum_count=sum_count,
            thresholds=thresholds,
            count=len(self.averages),
            penetration=self.check_penetration(penetration),
        )

    def check_penetration(self, value: float | None) -> float:
        """Take a penetration.

        Parameters
        ----------
        value : float or None
            A share, at least 0; None for the default.

        Returns
        -------
        float
            The share; 0.0 where the pattern has none.

        Raises
        ------
        ConfigError
            If the pattern has no such parameter, or the value is no finite number of at least 0.
        """
        if value is None:
            return self.penetration or 0.0
        if self.penetration is None:
            raise ConfigError(f"{self.name}: it has no penetration to set; leave penetration out.")
        if isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool):
            share = float(value)
            if 0.0 <= share < float("inf"):
                return share
        raise ConfigError(
            f"{self.name}: penetration must be a finite number of at least 0, got {value!r}; pass "
            f"penetration={self.penetration}, say."
        )


def pattern(
    talib_name: str,
    title: str,
    summary: str,
    *,
    reach: int,
    averages: tuple[Average, ...] = (),
    penetration: float | None = None,
    least_period: int = 0,
) -> Callable[[Predicate], Pattern]:
    """Make a pattern of its predicate, whose name is the pattern's; see :class:`Pattern` for the parameters."""

    def make(predicate: Predicate) -> Pattern:
        return Pattern(
            name=predicate.__name__,
            talib_name=talib_name,
            title=title,
            summary=summary,
            reach=reach,
            averages=averages,
            penetration=penetration,
            least_period=least_period,
            predicate=kernel(forceinline=True)(predicate),
        )

    return make
