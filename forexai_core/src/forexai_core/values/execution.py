"""How a venue executes orders: how late, at whose price, and how much of them."""

from __future__ import annotations

from enum import StrEnum

import attrs

from forexai_core.errors import ConfigError, did_you_mean
from forexai_core.values.instruments import FillingMode, Instrument
from forexai_core.values.numbers import not_negative, positive

__all__ = ["Execution", "ExecutionMode"]


class ExecutionMode(StrEnum):
    """At whose price a market order is executed (MetaTrader 5's ``SYMBOL_TRADE_EXEMODE``)."""

    MARKET = "market"
    """At the venue's price of that moment."""
    INSTANT = "instant"
    """At the price that the trader saw, or not at all once it has moved too far: a requote."""


def _mode(value: str | ExecutionMode) -> ExecutionMode:
    try:
        return ExecutionMode(value)
    except ValueError:
        raise ConfigError(f"There is no execution mode '{value}'. {did_you_mean(str(value), ExecutionMode)}") from None


def _filling(value: str | FillingMode | None) -> FillingMode | None:
    known = (FillingMode.FOK, FillingMode.IOC, FillingMode.RETURN)
    if value is None or value in known:
        return None if value is None else FillingMode(value)
    raise ConfigError(f"There is no filling '{value}' in a simulation. Known are {', '.join(known)}.")


@attrs.frozen(kw_only=True)
class Execution:
    """How a venue executes what it is asked for. The defaults are at once, whole, and at its own price.

    Attributes
    ----------
    latency_ms : float
        From a decision to the venue, for orders, changes and cancellations.
    latency_jitter_ms : float
        What may come on top, drawn evenly by the run's seed, once for all that is decided at one instant on a symbol.
    mode : ExecutionMode
        ``market`` or ``instant``.
    deviation_points : float or None
        In instant execution: how far the price may have moved since the decision, slippage included, either way, before
        a market order or a close is requoted; None: any way.
    requote_probability : float
        In instant execution: how often the venue requotes for reasons of its own, drawn by the run's seed.
    liquidity_lots : float or None
        The most that one price, or one bar, fills on each side; None: any volume.
    liquidity_per_volume : float or None
        Instead: lots for each unit of the volume that the prices bring, bar by bar or tick by tick.
    filling : FillingMode or None
        What becomes of a market order that is larger than that: ``fok`` (refused), ``ioc`` (the rest is cancelled) or
        ``return`` (the rest waits for the next price). None is ``fok``. The rest of a pending order always waits.
    """

    latency_ms: float = attrs.field(default=0.0, validator=not_negative)
    latency_jitter_ms: float = attrs.field(default=0.0, validator=not_negative)
    mode: ExecutionMode = attrs.field(default=ExecutionMode.MARKET, converter=_mode)
    deviation_points: float | None = attrs.field(default=None, validator=attrs.validators.optional(not_negative))
    requote_probability: float = attrs.field(default=0.0, validator=not_negative)
    liquidity_lots: float | None = attrs.field(default=None, validator=attrs.validators.optional(positive))
    liquidity_per_volume: float | None = attrs.field(default=None, validator=attrs.validators.optional(positive))
    filling: FillingMode | None = attrs.field(default=None, converter=_filling)

    def __attrs_post_init__(self) -> None:
        if self.requote_probability > 1:
            raise ConfigError(f"Execution: requote_probability is a share up to 1, not {self.requote_probability:g}.")
        requotes = self.deviation_points is not None or self.requote_probability > 0
        if requotes and self.mode is ExecutionMode.MARKET:
            raise ConfigError("Execution: in market execution nothing is requoted. Add mode='instant'.")
        if self.liquidity_lots is not None and self.liquidity_per_volume is not None:
            raise ConfigError("Execution: give liquidity_lots or liquidity_per_volume, one of the two.")
        if self.filling is not None and not self.bounds_volume:
            raise ConfigError("Execution: filling matters where volume is bounded: add liquidity_lots.")

    @property
    def bounds_volume(self) -> bool:
        """Whether a price fills only so much."""
        return self.liquidity_lots is not None or self.liquidity_per_volume is not None

    @property
    def delays(self) -> bool:
        """Whether orders reach the venue later than they are decided."""
        return self.latency_ms > 0 or self.latency_jitter_ms > 0

    def check(self, instrument: Instrument) -> None:
        """Refuse a filling that the instrument's venue does not take.

        MetaTrader 5 (10030): in market execution fill-or-kill and immediate-or-cancel where the symbol allows them, and
        never return, which belongs to an exchange; in instant execution all three.

        Raises
        ------
        ConfigError
            If it is not among the instrument's.
        """
        filling = self.filling or FillingMode.FOK
        taken = self.mode is ExecutionMode.INSTANT or filling in instrument.filling_modes
        if self.bounds_volume and not taken:
            allowed = ", ".join(sorted(instrument.filling_modes))
            raise ConfigError(
                f"{instrument.symbol}: its venue takes the fillings {allowed}, not {filling}. Choose one of them, or "
                "give the instrument others: instrument.with_values(filling_modes=frozenset({…}))."
            )
