"""The bus: events from those who make them to those who show or forward them, now."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from enum import StrEnum
from typing import Protocol, runtime_checkable

import attrs

__all__ = ["Bus", "Cursor", "Message", "Overflow"]


class Overflow(StrEnum):
    """What happens when a subscriber's queue is full. A publisher never waits for a subscriber."""

    DROP_OLDEST = "drop-oldest"
    """The oldest waiting message goes; the next one delivered carries ``gap=True``."""
    DISCONNECT = "disconnect"
    """What waits is delivered, then the iteration raises `StorageError`; reconnect with the last cursor."""


@attrs.frozen(kw_only=True)
class Cursor:
    """A place in a topic.

    Attributes
    ----------
    generation : int
        Which life of the bus it belongs to: a bus without memory starts a new one with each process.
    sequence : int
        Number of the message in its topic, from 1 without holes; 0 is the place before the first.
    """

    generation: int
    sequence: int


@attrs.frozen(kw_only=True)
class Message:
    """A message as it is delivered.

    Attributes
    ----------
    topic : str
        Where it was published.
    cursor : Cursor
        Its place there.
    payload : bytes
        As published.
    gap : bool
        True if messages between the last one delivered to this subscription (or the cursor that it began
        from) and this one are lost to it. Then read the state afresh from where it is kept.
    """

    topic: str
    cursor: Cursor
    payload: bytes
    gap: bool = False


@runtime_checkable
class Bus(Protocol):
    """Topics with numbered messages, at most once to each subscriber, losses shown.

    The bus announces; it is not where the truth is kept. What must not be lost goes to the journal, the
    intents or the jobs first and is announced here after that. Call it from the event loop's thread.
    """

    async def publish(self, topic: str, payload: bytes) -> Cursor:
        """Hand a message to every present subscriber of the topic; return its place.

        Messages of one topic arrive in the order in which they were published. Without subscribers it is kept
        only for later subscribers that begin from a cursor, as far back as the bus remembers.

        Raises
        ------
        ConfigError
            If the topic is no name, or the payload is larger than the bus takes (1 MiB unless it says more).
        StorageError
            If the bus cannot be reached; nobody knows whether it was delivered.
        """
        ...

    def subscribe(
        self,
        topic: str,
        *,
        after: Cursor | None = None,
        capacity: int = 1024,
        overflow: Overflow = Overflow.DROP_OLDEST,
    ) -> AbstractAsyncContextManager[AsyncIterator[Message]]:
        """Open a subscription with ``async with``; iterate over what it gives.

        Once the block is entered, everything published is queued for it; after the block it gets nothing more.

        Parameters
        ----------
        topic : str
            What to follow.
        after : Cursor or None
            Begin with the remembered messages after this place; the first one has ``gap=True`` if some after
            it are forgotten, or if the cursor is of another generation. None begins with the next message.
        capacity : int
            Most messages that wait, 1 or more.
        overflow : Overflow
            What happens beyond that.

        Raises
        ------
        ConfigError
            If the topic is no name, or the capacity is below 1.
        """
        ...
