"""The ``[risk]`` table of settings files: limits of a backtest, and of a session with its defaults."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from forexai_core.errors import ConfigError
from forexai_core.ports.settings import Settings
from forexai_core.risk.prop_firms import prop_firm, read_prop_firm
from forexai_core.risk.settings import Risk
from forexai_core.values.calendar import EconomicEvent

__all__ = ["RiskTable"]

_PARTS = {
    "max_correlated_positions": ("correlation_threshold", "correlation_steps", "correlation_step_minutes"),
    "trading_hours": ("trading_clock",),
    "news": ("news_timezone", "news_minutes_before", "news_minutes_after"),
}
"""What says how a limit is meant, by the limit without which it does nothing."""

Calendars = Callable[[str, str | None], Sequence[EconomicEvent]]
"""Reads a calendar: its file, and the clock of its times where they name none."""


class RiskTable(Settings):
    """Limits that every opening has to keep; fields of ``fx.Risk``."""

    none: bool = False
    """In a session: no limits at all, its defaults neither. Said explicitly."""
    max_daily_loss_fraction: float | None = None
    """What a day may lose, as a share of what it began with."""
    max_position_risk_fraction: float | None = None
    """What one order's stop may lose, of the equity."""
    max_positions: int | None = None
    """Positions and opening orders at once."""
    max_volume_lots: float | None = None
    """Of one symbol in one direction."""
    max_spread_points: float | None = None
    """Above it nothing opens."""
    max_orders_per_minute: int | None = None
    """Rate of orders."""
    max_total_loss_fraction: float | None = None
    """What may be lost in all, of the initial balance."""
    max_drawdown_fraction: float | None = None
    """How far the equity may fall below its highest."""
    max_currency_exposure: float | None = None
    """Net value of any currency but the account's, as a multiple of the equity."""
    max_correlated_positions: int | None = None
    """Positions that move together."""
    correlation_threshold: float | None = None
    """From which correlation on they do."""
    correlation_steps: int | None = None
    """Returns that a correlation is measured over."""
    correlation_step_minutes: int | None = None
    """Minutes of each of them."""
    min_margin_level_percent: float | None = None
    """Equity over margin, with the new order's."""
    trading_hours: tuple[str, ...] | str | None = None
    """When positions may be opened, such as "mon-fri 08:00-17:00"."""
    trading_clock: str | None = None
    """Whose hours those are."""
    weekend_pause_minutes: int | None = None
    """Nothing opens so long before the weekend."""
    news: str | None = None
    """File of an economic calendar."""
    news_timezone: str | None = None
    """Clock of that file, where its times name none."""
    news_minutes_before: int | None = None
    """Nothing opens so long before news."""
    news_minutes_after: int | None = None
    """Nor so long after them."""
    daily_loss_of: Literal["reference", "initial"] | None = None
    """What the day's share is of."""
    daily_loss_reference: Literal["larger", "balance", "equity"] | None = None
    """What the day's loss is reckoned from."""
    daily_loss_clock: str | None = None
    """Whose midnight begins a day."""
    daily_loss_latch: Literal["day", "person"] | None = None
    """Whether a broken day ends with the day, or waits for a person."""
    initial_balance: float | None = None
    """What the account began with; nothing: its balance when risk begins."""
    prop_firm: str | None = Field(default=None, min_length=1)
    """Name of a rule set that ships, or a TOML file of your own."""

    def of_backtest(self, calendars: Calendars | None = None) -> Risk | None:
        """Give the limits of a backtest: those that are given, else none.

        Parameters
        ----------
        calendars : callable, optional
            Reads the calendar that `news` names.

        Raises
        ------
        ConfigError
            If a limit is senseless, or no calendar can be read here.
        """
        given = self._given(calendars)
        return None if self.none or not given else Risk(**given)

    def of_session(self, calendars: Calendars | None = None) -> Risk | None:
        """Give the limits of a session: its defaults, with what is given in their place; None with ``none = true``.

        Raises
        ------
        ConfigError
            As :meth:`of_backtest` does, and where ``none = true`` stands beside limits.
        """
        given = self._given(calendars)
        if self.none:
            if given:
                raise ConfigError(f"[risk] none = true switches all limits off, but {', '.join(given)} are given too.")
            return None
        return Risk.of_session(**given)

    def check_effect(self) -> None:
        """Refuse what does nothing without a limit that is not given: whoever wrote it believes to be limited.

        Raises
        ------
        ConfigError
            If there is something of the kind.
        """
        for limit, parts in _PARTS.items():
            for name in parts:
                given = getattr(self, name)
                if given is not None and not getattr(self, limit):
                    raise ConfigError(
                        f"[risk] {name} = {given!r}: without {limit} it limits nothing. Give {limit} as well, or leave "
                        f"{name} out."
                    )

    def _given(self, calendars: Calendars | None) -> dict[str, Any]:
        given = {name: value for name, value in self.model_dump(exclude={"none"}).items() if value is not None}
        timezone = given.pop("news_timezone", None)
        if "news" in given:
            if calendars is None:
                raise ConfigError("[risk] news: no calendar can be read here.")
            given["news"] = tuple(calendars(given["news"], timezone))
        if "prop_firm" in given:
            name = given["prop_firm"]
            given["prop_firm"] = read_prop_firm(Path(name)) if name.endswith(".toml") else prop_firm(name)
        return given
