"""What a venue showed last, and questions to it that end in time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from typing import TypeVar

from forexai_core.errors import BrokerUnreachableError
from forexai_core.live.desk import OrderDesk
from forexai_core.ports.broker import BrokerCapabilities
from forexai_core.values.accounts import AccountState
from forexai_core.values.orders import OrderState
from forexai_core.values.positions import Position

__all__ = ["LastLook", "in_time"]

AnswerT = TypeVar("AnswerT")


class LastLook:
    """What the venue showed when it was last looked at: what strategies see waits for no answer.

    Parameters
    ----------
    desk : OrderDesk
        Who looks.
    capabilities : BrokerCapabilities
        Of the account.
    state : AccountState
        How it stands.

    Attributes
    ----------
    state : AccountState
        How it stood when it was last asked; with the time of the session.
    """

    def __init__(self, desk: OrderDesk, capabilities: BrokerCapabilities, state: AccountState) -> None:
        self._desk, self._capabilities, self.state = desk, capabilities, state

    @property
    def capabilities(self) -> BrokerCapabilities:
        """What the account can do."""
        return self._capabilities

    async def account(self) -> AccountState:
        """Tell how it stood."""
        return self.state

    async def positions(self) -> Sequence[Position]:
        """List what was open."""
        snapshot = self._desk.snapshot
        return () if snapshot is None else snapshot.positions

    async def orders(self) -> Sequence[OrderState]:
        """List what worked."""
        snapshot = self._desk.snapshot
        return () if snapshot is None else snapshot.orders


async def in_time(question: Awaitable[AnswerT], limit_s: float) -> AnswerT:
    """Wait for an answer, and no longer than that.

    Raises
    ------
    BrokerError
        As the venue answers, and where it does not.
    """
    try:
        async with asyncio.timeout(limit_s):
            return await question
    except TimeoutError:
        raise BrokerUnreachableError(f"The venue did not answer within {limit_s:g} s.") from None
