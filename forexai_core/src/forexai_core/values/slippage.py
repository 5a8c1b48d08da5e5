"""Models of slippage beyond a fixed number of points.

Impact by volume after A. S. Kyle, *Continuous Auctions and Insider Trading*, Econometrica 53 (1985): in proportion to
it; and B. Tóth et al., *Anomalous Price Impact and the Critical Nature of Liquidity in Financial Markets*, Physical
Review X 1, 021006 (2011): with its square root.
"""

from __future__ import annotations

import attrs

from forexai_core.errors import ConfigError, did_you_mean
from forexai_core.values.numbers import not_negative, number, whole, whole_from

__all__ = ["IMPACTS", "SlippageModel"]

IMPACTS = ("square_root", "linear")
"""How slippage grows with the volume of a fill."""


_BY_VOLUME = {"square_root": "times the square root of the lots", "linear": "for each lot"}


def _known_impact(_instance: object, _attribute: attrs.Attribute[str], value: str) -> None:
    if value not in IMPACTS:
        raise ConfigError(
            f"SlippageModel: there is no impact='{value}'. {did_you_mean(str(value), IMPACTS)} "
            f"Known are {', '.join(IMPACTS)}."
        )


@attrs.frozen(kw_only=True)
class SlippageModel:
    """Slippage that grows with the market's movement, with volume, and by chance, besides ``Costs.slippage_points``.

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
    impact_points : float
        What one lot beyond ``free_lots`` moves the price of its own fill, points, on average over its volume.
    free_lots : float
        A volume that the best price fills without any impact.
    impact : str
        ``"square_root"`` (four lots slip twice as far as one) or ``"linear"`` (four times as far). Each fill counts for
        itself.
    """

    range_fraction: float = attrs.field(default=0.0, converter=number, validator=not_negative)
    atr_fraction: float = attrs.field(default=0.0, converter=number, validator=not_negative)
    atr_bars: int = attrs.field(default=14, validator=whole_from(1))
    random_points: float = attrs.field(default=0.0, converter=number, validator=not_negative)
    seed: int = attrs.field(default=0, validator=whole)
    impact_points: float = attrs.field(default=0.0, converter=number, validator=not_negative)
    free_lots: float = attrs.field(default=0.0, converter=number, validator=not_negative)
    impact: str = attrs.field(default=IMPACTS[0], validator=_known_impact)

    @property
    def varies(self) -> bool:
        """Whether it differs from event to event, whatever is filled there."""
        return self.range_fraction > 0.0 or self.atr_fraction > 0.0 or self.random_points > 0.0

    def __str__(self) -> str:
        parts = (
            (self.range_fraction, f"{self.range_fraction:g} of the bar's range"),
            (self.atr_fraction, f"{self.atr_fraction:g} of the average true range of {self.atr_bars} bars before"),
            (self.random_points, f"up to {self.random_points:g} points at random, seed {self.seed}"),
            (self.impact_points, f"{self.impact_points:g} points {_BY_VOLUME[self.impact]} beyond {self.free_lots:g}"),
        )
        return " + ".join(text for value, text in parts if value) or "none"
