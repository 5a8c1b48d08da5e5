"""What is said about an account behind a connector."""

from __future__ import annotations

from pydantic import Field

from forexai_core.ports.settings import Settings

__all__ = ["LineSettings"]


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
