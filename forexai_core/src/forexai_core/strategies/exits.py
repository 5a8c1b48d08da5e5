"""How stops, targets and trailing are asked for: as a price, in pips, in points or as a distance of prices."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from math import isfinite
from typing import Any, TypedDict

from forexai_core.engine.state.records import NO_PRICE
from forexai_core.errors import ConfigError, OrderRefusedError, did_you_mean
from forexai_core.values.instruments import Instrument
from forexai_core.values.numbers import is_number

__all__ = ["Exits", "Units"]


class Exits(TypedDict, total=False):
    """Stops and targets of an order; of each, one way of saying it.

    ``stop_loss`` and ``take_profit`` are prices; ``_pips``, ``_points`` and ``_distance`` (price units) are measured
    from the quoted entry. ``trail_*`` is how far a trailing stop stays behind the best price, ``trail_start_*`` the
    gain at which it begins.
    """

    stop_loss: float | None
    stop_loss_pips: float | None
    stop_loss_points: float | None
    stop_loss_distance: float | None
    take_profit: float | None
    take_profit_pips: float | None
    take_profit_points: float | None
    take_profit_distance: float | None
    trail_pips: float | None
    trail_points: float | None
    trail_distance: float | None
    trail_start_pips: float | None
    trail_start_points: float | None
    trail_start_distance: float | None


_MOST = 2.0**53  # points or steps: whole numbers are exact up to here
_KEPT = 64  # ways of asking for exits; who names prices has a new one at each order
_KNOWN = frozenset(Exits.__annotations__)
_WHAT = (
    ("stop_loss", "stop_distance"),
    ("take_profit", "target_distance"),
    ("trail", "trail_distance"),
    ("trail_start", "trail_start"),
)


@cache
def _ways(what: str) -> tuple[str, str, str]:
    """Name the ways of giving a distance."""
    return f"{what}_pips", f"{what}_points", f"{what}_distance"


class Units:
    """User units of one symbol, to the whole points and steps of the ledger.

    Parameters
    ----------
    instrument : Instrument
        Its digits, pip size and volume step.
    """

    def __init__(self, instrument: Instrument) -> None:
        self.symbol = instrument.symbol
        self.scale = 10.0**instrument.digits
        self.grid = instrument.grid
        self.tick = instrument.grid.tick_points
        self.pip_size = instrument.pip_size
        self.pip_points = instrument.points_per_pip
        self.volume_step = instrument.volume_step
        self._seen: dict[tuple[tuple[str, Any], ...], dict[str, int]] = {}

    def steps(self, volume_lots: float) -> int:
        """Turn lots into steps.

        Raises
        ------
        OrderRefusedError
            If the volume is not above 0, or does not lie on a step.
        """
        step = self.volume_step
        if not is_number(volume_lots):
            raise ConfigError(f"{self.symbol}: volume_lots must be a number, not {volume_lots!r}.")
        if not (isfinite(volume_lots) and volume_lots > 0):
            raise OrderRefusedError(
                f"{self.symbol}: a volume must be above 0 lots, not {volume_lots}.", rule="volume", value=volume_lots
            )
        if volume_lots / step > _MOST:
            raise OrderRefusedError(
                f"{self.symbol}: {volume_lots:g} lots are more than any venue takes.", rule="volume", value=volume_lots
            )
        steps = round(volume_lots / step)
        if steps < 1 or abs(steps * step - volume_lots) > 1e-7 * max(1.0, volume_lots):
            below = int(volume_lots / step)
            raise OrderRefusedError(
                f"{self.symbol}: {volume_lots:.10g} lots do not lie on the volume step of {step:g}. Nearest: "
                f"{below * step:.10g} and {(below + 1) * step:.10g}.",
                rule="volume_step",
                limit=step,
                value=volume_lots,
            )
        return steps

    def points(self, what: str, price: float) -> int:
        """Turn a price into points.

        Raises
        ------
        ConfigError
            If it is not above 0 and finite, or rounds to no point.
        OrderRefusedError
            If it lies between the steps of the symbol's prices.
        """
        if not (is_number(price) and isfinite(price) and 0 < price < _MOST / self.scale):
            raise ConfigError(f"{self.symbol}: {what} must be a price above 0, not {price!r}.")
        whole = self._whole(what, price, price * self.scale)
        if whole % self.tick:
            raise OrderRefusedError(
                f"{self.symbol}: {what} = {price:.10g} lies between the steps of its prices, which are "
                f"{self.grid.tick_size:g}. Take {self.grid.nearest(price):.10g}: "
                "ctx.instrument.grid.nearest(price) gives it.",
                rule="price",
                value=price,
            )
        return whole

    def _whole(self, name: str, value: float, points: float) -> int:
        """Round to whole points, but never what is asked for to nothing."""
        whole = round(points)
        if whole == 0:
            raise ConfigError(
                f"{self.symbol}: {name} = {value:g} rounds to no point at all, so there would be none. Give at least "
                f"one point ({1.0 / self.scale:g} in price, {1.0 / self.pip_points:g} pips), or leave it out."
            )
        return whole

    def distance(self, what: str, given: Mapping[str, Any]) -> int:
        """Turn one distance, given in pips, points or price units, into points; 0 where none is given.

        Parameters
        ----------
        what : str
            ``stop_loss``, ``take_profit``, ``trail`` or ``trail_start``.
        given : mapping
            May hold ``{what}_pips``, ``{what}_points`` or ``{what}_distance``.

        Raises
        ------
        ConfigError
            If it is given twice, is not above 0 and finite, or rounds to no point.
        """
        found = [name for name in _ways(what) if given.get(name) is not None]
        if not found:
            return 0
        if len(found) > 1:
            raise ConfigError(f"{self.symbol}: {' and '.join(found)} say the same thing twice. Give one.")
        name = found[0]
        value = given[name]
        if not (is_number(value) and isfinite(value) and 0 < value < _MOST / self.scale):
            raise ConfigError(f"{self.symbol}: {name} must be above 0, not {value!r}. Leave it out for none.")
        if name.endswith("_points"):
            return self._whole(name, value, value)
        price = value * self.pip_size if name.endswith("_pips") else value
        return self._whole(name, value, price * self.scale)

    def exits(self, given: Mapping[str, Any]) -> dict[str, int]:
        """Turn stops, targets and trailing into fields of REQUEST.

        Raises
        ------
        ConfigError
            If a name is unknown, something is given twice, or a value cannot be.
        """
        # Strategies mostly ask for the same distances again.
        key = tuple(given.items())
        try:
            found = self._seen.get(key)
        except TypeError:  # a number of some library that cannot be a key
            return self._read(given)
        if found is None:
            found = self._read(given)
            if len(self._seen) < _KEPT:
                self._seen[key] = found
        return dict(found)

    def _read(self, given: Mapping[str, Any]) -> dict[str, int]:
        if not given.keys() <= _KNOWN:
            name = next(name for name in given if name not in _KNOWN)
            raise ConfigError(f"{self.symbol}: an order has no '{name}'. {did_you_mean(name, _KNOWN)}")
        fields = {"stop_loss": NO_PRICE, "take_profit": NO_PRICE}
        for what, field in _WHAT:
            fields[field] = self.distance(what, given)
            price = given.get(what) if what in fields else None
            if price is None:
                continue
            if fields[field]:
                raise ConfigError(f"{self.symbol}: {what} is given as a price and as a distance. Give one.")
            fields[what] = self.points(what, price)
        self.check_start(fields["trail_start"], fields["trail_distance"])
        return fields

    def check_start(self, start: int, distance: int) -> None:
        """Refuse the start of a trailing that has no distance.

        Raises
        ------
        ConfigError
            If it is so; nothing would trail.
        """
        if start and not distance:
            raise ConfigError(
                f"{self.symbol}: a trail_start is given, and no distance at which the stop is to trail. Give one too, "
                "in pips, points or price, or leave the start out."
            )
