"""What a user says about the exports of a terminal."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from forexai_core.ports.settings import Settings
from forexai_core.values.clocks import Clock

__all__ = ["ExportSettings"]


class ExportSettings(Settings):
    """Files that a MetaTrader 5 terminal exported."""

    paths: tuple[str, ...] = Field(min_length=1, examples=[["EURUSD_H1_202301020000_202312292300.csv"]])
    """Export files, and folders of them; the names that the terminal gave them say what they hold."""
    recursive: bool = False
    """Look into the folders inside the folders, too."""
    clock: str = "new-york+7"
    """The broker's server clock, by which the terminal writes times: new-york+7 for most, UTC for some (Exness)."""
    symbols: dict[str, str] = Field(default_factory=dict, examples=[{"GOLD": "XAUUSD"}])
    """The broker's names of symbols, and ours, where they differ by more than an ending."""
    strip_suffix: bool = True
    """Take EURUSDm, EURUSD.raw or EURUSD# for EURUSD."""
    overlap: Literal["raise", "later"] = "raise"
    """Where two files tell different prices of the same time: refuse, or believe the one that goes on later."""
    on_bad: Literal["raise", "quarantine"] = "raise"
    """Refuse a file with bad rows, or set them aside beside it with their reasons."""

    @model_validator(mode="after")
    def _known_clock(self) -> Self:
        Clock.of(self.clock)
        return self
