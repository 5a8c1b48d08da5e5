"""The grid of a symbol's prices: the smallest step, of which every price that an order names is a whole number."""

from __future__ import annotations

import math

import attrs

from forexai_core.errors import ConfigError

__all__ = ["PriceGrid"]

_DUST = 1e-4  # of a step: what binary fractions leave of a price on the grid


@attrs.frozen(kw_only=True)
class PriceGrid:
    """Where a symbol's orders may be (MetaTrader 5's ``SYMBOL_TRADE_TICK_SIZE``).

    Attributes
    ----------
    symbol : str
        Whose it is, for errors.
    digits : int
        Decimals of a price.
    tick_size : float
        Step of the grid; one below a point counts as a point.
    """

    symbol: str
    digits: int
    tick_size: float

    @property
    def tick_points(self) -> int:
        """Points in one step.

        Raises
        ------
        ConfigError
            If the step is no whole number of points.
        """
        points = self.tick_size * 10.0**self.digits
        whole = max(1, round(points))
        if points > 1.0 and abs(points - whole) > _DUST:
            raise ConfigError(
                f"{self.symbol}: tick_size ({self.tick_size:g}) is no whole number of points ({10.0**-self.digits:g}), "
                f"so that prices on it cannot be written with digits={self.digits}. Correct one of the two."
            )
        return whole

    def _steps(self, price: float) -> float:
        return price * 10.0**self.digits / self.tick_points

    def _price(self, steps: int) -> float:
        return round(steps * self.tick_points / 10.0**self.digits, self.digits)

    def holds(self, price: float) -> bool:
        """Say whether a price lies on the grid."""
        steps = self._steps(price)
        return math.isfinite(steps) and abs(steps - round(steps)) <= _DUST

    def nearest(self, price: float) -> float:
        """Give the price of the grid that is nearest to one."""
        return self._price(round(self._steps(price)))

    def closing(self, price: float, side: int) -> float:
        """Put a price at which a position is to close on the grid, never on the side that is better for it.

        Parameters
        ----------
        price : float
            Of a stop or a target.
        side : int
            Of the position: a buy's goes down, a sell's up.
        """
        return self._price(side * math.floor(side * self._steps(price) + _DUST))

    def closing_points(self, points: int, side: int) -> int:
        """Likewise, of a price in points."""
        return side * (side * points // self.tick_points) * self.tick_points
