"""What a simulated terminal in a process of its own is made with: plain data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from forexai_core.errors import ConfigError, did_you_mean

__all__ = ["HostSettings"]


@attrs.frozen(kw_only=True)
class HostSettings:
    """A terminal, as :class:`forexai_mt5.simulator.Terminal` is made.

    Attributes
    ----------
    seed : int
        Of the moving market and of the faults.
    history_days : int
        How far the market goes back.
    symbols : tuple of str
        Of the reference symbols; empty: all.
    suffix : str
        Behind each name.
    accounts : tuple of mapping
        Fields of :class:`forexai_mt5.simulator.AccountSettings`; empty: the demo account.
    faults : tuple of mapping
        Fields of :class:`forexai_mt5.simulator.Fault`.
    start_ns : int
        Where the clock starts, UTC; 0: the system's clock.
    speed : float
        Of a clock that starts somewhere; 0: it stands until it is moved.
    """

    seed: int = 1
    history_days: int = 60
    symbols: tuple[str, ...] = attrs.field(default=(), converter=tuple)
    suffix: str = ""
    accounts: tuple[Mapping[str, Any], ...] = attrs.field(default=(), converter=tuple)
    faults: tuple[Mapping[str, Any], ...] = attrs.field(default=(), converter=tuple)
    start_ns: int = 0
    speed: float = 0.0

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> HostSettings:
        """Make settings from data.

        Raises
        ------
        ConfigError
            If there is no such field.
        """
        known = {field.name for field in attrs.fields(cls)}
        for name in values:
            if name not in known:
                raise ConfigError(f"A hosted terminal has no setting '{name}'. {did_you_mean(name, known)}")
        return cls(**values)
