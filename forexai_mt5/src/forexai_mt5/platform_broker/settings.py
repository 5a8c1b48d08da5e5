"""What is said about an account behind a connector."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from forexai_core.ports.settings import Settings
from forexai_core.values.timeframes import Timeframe

__all__ = ["LineDataSettings", "LineSettings"]


class LineSettings(Settings):
    """An account that a connector was paired with."""

    account: str = Field(min_length=1, max_length=100)
    """The account's name, as the pairing code was issued for it."""
    ttl_s: float = Field(default=10.0, gt=0, le=50)
    """How long after an order was asked for it may still be sent to the broker; the connector refuses it later."""
    patience_s: float = Field(default=20.0, gt=0, le=600)
    """How long the connector is asked what came of an order whose answer did not come."""
    query_s: float = Field(default=10.0, gt=0, le=600)
    """How long an answer to a question may take."""
    look_s: float = Field(default=15.0, gt=0, le=600)
    """Between two looks at orders and deals while the connector tells of no change."""


class LineDataSettings(Settings):
    """The broker's prices of an account that a connector was paired with."""

    account: str = Field(min_length=1, max_length=100)
    """The account's name, as the pairing code was issued for it."""
    timeframes: tuple[str, ...] = Field(default=("M1", "M5", "M15", "H1", "H4", "D1"), min_length=1)
    """What is held of each symbol; any of MetaTrader's 21."""
    history_days: int = Field(default=30, ge=1, le=36_500)
    """How far back bars are given. A connector tells some 800 bars a second."""
    query_s: float = Field(default=10.0, gt=0, le=600)
    """How long an answer to a question may take."""
    history_s: float = Field(default=60.0, gt=0, le=3_600)
    """How long an answer with 5,000 bars may take: the terminal may have to fetch them first."""
    poll_s: float = Field(default=1.0, gt=0, le=60)
    """Between two questions for a bar that is due."""
    longest_poll_s: float = Field(default=10.0, gt=0, le=600)
    """Between two questions while none comes."""

    @model_validator(mode="after")
    def _known_timeframes(self) -> Self:
        if any(Timeframe.of(each) is Timeframe.TICK for each in self.timeframes):
            raise ValueError("timeframes name bars; a connector tells no ticks")
        return self
