"""How positions that intents open are sized and looked after, in a trader's units."""

from __future__ import annotations

from math import floor, isfinite
from operator import attrgetter
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from forexai_core.arrays import MANAGEMENT
from forexai_core.errors import ConfigError
from forexai_core.values.instruments import Instrument
from forexai_core.values.numbers import is_number, whole_from

__all__ = ["Management"]


def _not_negative(_instance: object, attribute: attrs.Attribute[Any], value: float) -> None:
    if not (is_number(value) and isfinite(value) and value >= 0):
        raise ConfigError(f"Management: {attribute.name} must be 0 (off) or above, not {value!r}.")


def _fraction(_instance: object, attribute: attrs.Attribute[Any], value: float) -> None:
    if not (is_number(value) and isfinite(value) and 0 <= value <= 1):
        raise ConfigError(f"Management: {attribute.name} is a share of the equity from 0 to 1, not {value!r}.")


_DISTANCES = ("break_even_start", "break_even_lock", "trail_start", "trail_distance")
_NEAR = 1e-7  # of the lots: how far binary fractions may lie from a step
_FIELDS = attrgetter(*(MANAGEMENT.names or ()))


@attrs.frozen(kw_only=True)
class Management:
    """Sizing and care of the positions that intents open; 0 is off.

    Attributes
    ----------
    volume_lots : float
        For intents that carry no volume of their own.
    risk_fraction : float
        Instead: the share of the equity that is lost if the stop is hit. Every entry needs a stop then.
    break_even_start, break_even_lock : float
        Gain at which the stop moves to the entry, and the gain that it then locks in; price units.
    trail_start, trail_distance : float
        Gain at which trailing begins, and how far the stop stays behind the best price; price units.
    max_bars : int
        Bars after which a position is closed.
    """

    volume_lots: float = attrs.field(default=0.1, validator=_not_negative)
    risk_fraction: float = attrs.field(default=0.0, validator=_fraction)
    break_even_start: float = attrs.field(default=0.0, validator=_not_negative)
    break_even_lock: float = attrs.field(default=0.0, validator=_not_negative)
    trail_start: float = attrs.field(default=0.0, validator=_not_negative)
    trail_distance: float = attrs.field(default=0.0, validator=_not_negative)
    max_bars: int = attrs.field(default=0, validator=whole_from(0))

    def __attrs_post_init__(self) -> None:
        if self.trail_start > 0 and self.trail_distance == 0:
            raise ConfigError(
                f"Management: trail_start is {self.trail_start:g}, and there is no trail_distance, so nothing would "
                "trail. Give both, or leave trail_start out."
            )
        if self.volume_lots == 0 and self.risk_fraction == 0:
            raise ConfigError("Management: give volume_lots or risk_fraction above 0.")
        if self.break_even_lock > self.break_even_start:
            raise ConfigError(
                f"Management: break_even_lock ({self.break_even_lock}) locks in more than the gain at which it begins "
                f"({self.break_even_start})."
            )

    @classmethod
    def in_pips(
        cls,
        instrument: Instrument,
        *,
        volume_lots: float = 0.1,
        risk_fraction: float = 0.0,
        break_even_start_pips: float = 0.0,
        break_even_lock_pips: float = 0.0,
        trail_start_pips: float = 0.0,
        trail_pips: float = 0.0,
        max_bars: int = 0,
    ) -> Management:
        """Say it in pips of an instrument."""
        pip = instrument.pip_size
        return cls(
            volume_lots=volume_lots,
            risk_fraction=risk_fraction,
            break_even_start=break_even_start_pips * pip,
            break_even_lock=break_even_lock_pips * pip,
            trail_start=trail_start_pips * pip,
            trail_distance=trail_pips * pip,
            max_bars=max_bars,
        )

    def check(self, instrument: Instrument) -> None:
        """Refuse a distance that is asked for and comes to no point of an instrument's prices.

        Raises
        ------
        ConfigError
            If there is such; it would be off, or begin at once.
        """
        for name in _DISTANCES:
            length = getattr(self, name)
            if length > 0 and round(length / instrument.point) == 0:
                raise ConfigError(
                    f"{instrument.symbol}: Management: {name} = {length:g} rounds to no point at all. Give at least "
                    f"one point ({instrument.point:g}), or 0 for none."
                )

    def check_volume(self, instrument: Instrument) -> None:
        """Refuse a fixed volume that no order of an instrument can have.

        Raises
        ------
        ConfigError
            If it lies off the volume step, or outside the bounds of an order: each order would be refused.
        """
        lots, step = self.volume_lots, instrument.volume_step
        least, most = instrument.volume_min, instrument.volume_max
        if self.risk_fraction > 0:
            return
        near = _NEAR * max(1.0, lots)
        if abs(round(lots / step) * step - lots) > near:
            below = floor(lots / step)
            fitting = [each * step for each in (below, below + 1) if least - near <= each * step <= most + near]
            raise ConfigError(
                f"{instrument.symbol}: volume_lots = {lots:.10g} does not lie on its volume step of {step:g}, so every "
                f"order would be refused. Nearest: {' and '.join(f'{each:.10g}' for each in fitting) or f'{least:g}'}."
            )
        if not least - near <= lots <= most + near:
            raise ConfigError(
                f"{instrument.symbol}: volume_lots = {lots:.10g} is not between {least:g} and {most:g}, the lots of an "
                "order there, so every order would be refused."
            )

    def record(self) -> NDArray[np.void]:
        """Write it as the (1,) MANAGEMENT record of the ledger."""
        return np.array([_FIELDS(self)], MANAGEMENT)
