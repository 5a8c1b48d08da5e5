"""Indicators: what is computed from prices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Protocol, runtime_checkable

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.ports.offers import Offer

__all__ = ["Indicator", "IndicatorOffer", "IndicatorStream"]

Floats = NDArray[np.float64]


@runtime_checkable
class IndicatorStream(Protocol):
    """An indicator fed row by row; it gives, bit for bit, what the batch form gives at that row."""

    def update(self, *row: float) -> Sequence[float]:
        """Take one value per input, and give one value per output: NaN while warming up."""
        ...


@runtime_checkable
class Indicator(Protocol):
    """An indicator with its parameters set."""

    @property
    def inputs(self) -> tuple[str, ...]:
        """Columns that it takes, in order: of ``open, high, low, close, volume``, and ``day``.

        ``day`` numbers the trading days of the clock that days are counted by:
        ``clock.to_wall_ns(time_ns) // NS_PER_DAY``, as float64.
        """
        ...

    @property
    def outputs(self) -> tuple[str, ...]:
        """Names of what it gives, in order."""
        ...

    @property
    def warmup(self) -> int:
        """How many leading rows are NaN in every output; the row after them has a number in at least one.

        An indicator whose offer is ``event_driven`` may wait longer for its first number.
        """
        ...

    def batch(self, *columns: Floats) -> tuple[Floats, ...]:
        """Compute all rows at once.

        Parameters
        ----------
        *columns : (n,) float64
            One per input.

        Returns
        -------
        tuple of (n,) float64
            One per output. Row i depends on rows up to i only.
        """
        ...

    def stream(self) -> IndicatorStream:
        """Begin a stream of its own."""
        ...


@attrs.frozen(kw_only=True)
class IndicatorOffer(Offer[Indicator]):
    """An indicator; its settings are its parameters.

    Attributes
    ----------
    overlay : bool
        Whether it is drawn on the price chart, rather than in a pane of its own.
    event_driven : bool
        Whether its first number waits for an event in the prices, such as a swing or a new day, so that
        the warm-up is the least number of rows without one, not the exact number.
    """

    kind: ClassVar[str] = "indicator"

    overlay: bool = False
    event_driven: bool = False
