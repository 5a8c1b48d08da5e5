"""Models of slippage beyond a fixed number of points."""

from __future__ import annotations

import attrs

from forexai_core.errors import ConfigError

__all__ = ["SlippageModel"]


def _not_negative(_instance: object, attribute: attrs.Attribute[float], value: float) -> None:
    if not 0 <= value < float("inf"):
        raise ConfigError(f"SlippageModel: {attribute.name} must be 0 or above, not {value}.")


def _at_least_one(_instance: object, attribute: attrs.Attribute[int], value: int) -> None:
    if value < 1:
        raise ConfigError(f"SlippageModel: {attribute.name} must be 1 or more, not {value}.")


@attrs.frozen(kw_only=True)
class SlippageModel:
    """Slippage that grows with the market's movement, and chance; it is added to ``Costs.slippage_points``.

    Each part is rounded up to whole points, and all go against the trader, on what slips at all: market orders, stop
    orders and stops.

    Attributes
    ----------
    range_fraction : float
        Of the range, high less low, of the bar in which the fill happens.
    atr_fraction : float
        Of the average true range of the bars before it.
    atr_bars : int
        How many bars that average takes; at the start of the data those that there are.
    random_points : float
        A random part, evenly from 0 to this, for each bar.
    seed : int
        Of the random part.
    """

    range_fraction: float = attrs.field(default=0.0, converter=float, validator=_not_negative)
    atr_fraction: float = attrs.field(default=0.0, converter=float, validator=_not_negative)
    atr_bars: int = attrs.field(default=14, validator=_at_least_one)
    random_points: float = attrs.field(default=0.0, converter=float, validator=_not_negative)
    seed: int = 0

    def __str__(self) -> str:
        parts = (
            (self.range_fraction, f"{self.range_fraction:g} of the bar's range"),
            (self.atr_fraction, f"{self.atr_fraction:g} of the average true range of {self.atr_bars} bars before"),
            (self.random_points, f"up to {self.random_points:g} points at random, seed {self.seed}"),
        )
        return " + ".join(text for value, text in parts if value) or "none"
