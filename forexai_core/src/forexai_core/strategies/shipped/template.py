"""What all templates share: volume, stop, target, trailing, break-even, time exit."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forexai_core.errors import ConfigError
from forexai_core.strategies.exits import Units
from forexai_core.strategies.intents import Intents, asked_for
from forexai_core.strategies.management import Management
from forexai_core.strategies.parameters import Param
from forexai_core.strategies.vector import VectorStrategy
from forexai_core.values.bars import Bars
from forexai_core.values.instruments import Instrument

__all__ = ["Template"]


_WAYS = {
    what: (f"{what}_pips", f"{what}_points", f"{what}_distance")
    for what in ("stop_loss", "take_profit", "trail", "break_even")
}
"""Names of the ways of giving each distance."""


class Template(VectorStrategy):
    """A ready-made strategy on one set of stops.

    Stops, targets, trailing and break-even are given in pips, points or price distance, of each one; left out they
    are off. ``risk_fraction`` replaces ``volume_lots`` and needs a stop.
    """

    tags: ClassVar[frozenset[str]] = frozenset()
    """Words to find it by."""
    brings_stop: ClassVar[bool] = False
    """Whether its idea sets a stop by itself."""

    volume_lots: float = Param(0.1, gt=0, description="Volume of each order, lots.")
    risk_fraction: float | None = Param(
        None, gt=0, le=1, description="Instead of a volume: share of the equity lost at the stop, costs included."
    )
    stop_loss_pips: float | None = Param(None, gt=0, description="Stop, pips from the quoted entry.")
    stop_loss_points: float | None = Param(None, gt=0, description="Stop, points from the quoted entry.")
    stop_loss_distance: float | None = Param(None, gt=0, description="Stop, price units from the quoted entry.")
    take_profit_pips: float | None = Param(None, gt=0, description="Target, pips from the quoted entry.")
    take_profit_points: float | None = Param(None, gt=0, description="Target, points from the quoted entry.")
    take_profit_distance: float | None = Param(None, gt=0, description="Target, price units from the quoted entry.")
    trail_pips: float | None = Param(None, gt=0, description="Trailing stop, pips behind the best price.")
    trail_points: float | None = Param(None, gt=0, description="Trailing stop, points behind the best price.")
    trail_distance: float | None = Param(None, gt=0, description="Trailing stop, price units behind the best price.")
    break_even_pips: float | None = Param(None, gt=0, description="Gain at which the stop moves to the entry, pips.")
    break_even_points: float | None = Param(
        None, gt=0, description="Gain at which the stop moves to the entry, points."
    )
    break_even_distance: float | None = Param(
        None, gt=0, description="Gain at which the stop moves to the entry, price units."
    )
    max_bars: int | None = Param(None, ge=1, description="Bars after which a position is closed.")

    def __init__(self, **parameters: Any) -> None:
        super().__init__(**parameters)
        given = self.parameters
        for ways in _WAYS.values():
            twice = [name for name in ways if given[name] is not None]
            if len(twice) > 1:
                raise ConfigError(f"{type(self).__name__}: {' and '.join(twice)} say the same thing twice. Give one.")
        stopped = self.brings_stop or any(given[name] is not None for name in _WAYS["stop_loss"])
        if given["risk_fraction"] is not None and not stopped:
            raise ConfigError(
                f"{type(self).__name__}: risk_fraction sizes by the loss at the stop, and there is none. Give "
                "stop_loss_pips, or use volume_lots."
            )

    def distance(self, what: str, instrument: Instrument) -> float:
        """Give a distance of the parameters in price units, on the grid of points; 0 where it is off.

        Parameters
        ----------
        what : str
            ``stop_loss``, ``take_profit``, ``trail`` or ``break_even``.
        instrument : Instrument
            Its pip and point.
        """
        units = Units(instrument)
        return units.distance(what, self.parameters) / units.scale

    def wishes(
        self,
        bars: Bars,
        entry: NDArray[np.int8],
        *,
        exit: ArrayLike = 0,  # noqa: A002 - the field's name, as traders say it
        stop: ArrayLike | None = None,
        target: ArrayLike | None = None,
        places: NDArray[np.int64] | None = None,
    ) -> Intents:
        """Put the template's signals and its stops together.

        Parameters
        ----------
        bars : Bars
            One symbol.
        entry, exit : (bars,) int
            As in :meth:`Intents.of`.
        stop, target : (bars,) float, optional
            Distances of the idea itself; those of the parameters come first.
        places : (n,) int64, optional
            The bars to which the other columns belong, where they are not given for every bar.
        """
        units, given = Units(bars.instrument), self.parameters
        own_stop, own_target, trail, break_even = (units.distance(what, given) / units.scale for what in _WAYS)
        management = Management(
            volume_lots=given["volume_lots"],
            risk_fraction=given["risk_fraction"] or 0.0,
            trail_distance=trail,
            break_even_start=break_even,
            max_bars=given["max_bars"] or 0,
        )
        columns: dict[str, Any] = {
            "entry": entry,
            "exit": exit,
            "stop": own_stop if own_stop or stop is None else asked_for(stop),
            "target": own_target if own_target or target is None else asked_for(target),
            "management": management,
        }
        return Intents.of(**columns) if places is None else Intents.at(places, bars=len(bars), **columns)
