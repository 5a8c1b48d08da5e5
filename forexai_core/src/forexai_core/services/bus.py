"""The bus within one process."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Self, final

import attrs

from forexai_core.errors import ConfigError, StorageError
from forexai_core.ports.bus import Cursor, Message, Overflow
from forexai_core.ports.names import check_name

__all__ = ["MemoryBus"]

_generations = itertools.count(time.time_ns())


class _Subscription:
    """A bounded queue that is iterated over."""

    def __init__(self, topic: str, capacity: int, overflow: Overflow) -> None:
        self._topic = topic
        self._capacity = capacity
        self._overflow = overflow
        self._waiting: deque[Message] = deque()
        self._gap = False
        self._cut_off = False
        self._closed = False
        self._arrived = asyncio.Event()

    def offer(self, message: Message) -> None:
        """Queue a message, or lose one, as was agreed."""
        if self._cut_off:
            return
        if len(self._waiting) == self._capacity:
            if self._overflow is Overflow.DISCONNECT:
                self._cut_off = True
                self._arrived.set()
                return
            self._waiting.popleft()
            self._gap = True
        self._waiting.append(message)
        self._arrived.set()

    def close(self) -> None:
        """End the iteration."""
        self._closed = True
        self._waiting.clear()
        self._arrived.set()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Message:
        while not self._waiting:
            if self._closed:
                raise StopAsyncIteration
            if self._cut_off:
                raise StorageError(
                    f"A subscriber of '{self._topic}' fell more than {self._capacity} messages behind and was cut "
                    "off. Subscribe again after the last cursor, with a larger capacity or a quicker reader."
                )
            self._arrived.clear()
            await self._arrived.wait()
        message = self._waiting.popleft()
        if self._gap:
            self._gap = False
            message = attrs.evolve(message, gap=True)
        return message


class _Topic:
    """What a topic remembers, and who follows it."""

    def __init__(self, history: int) -> None:
        self.sequence = 0
        self.remembered: deque[Message] = deque(maxlen=history)
        self.subscriptions: set[_Subscription] = set()


@final
class MemoryBus:
    """Topics that live as long as the process.

    Parameters
    ----------
    history : int
        Messages remembered in each topic for subscribers that come back.
    max_bytes : int
        Largest payload.
    generation : callable, optional
        Gives the number of this life; by default one that grows from process to process.
    """

    def __init__(
        self, *, history: int = 1024, max_bytes: int = 1 << 20, generation: Callable[[], int] | None = None
    ) -> None:
        self._history = history
        self._max_bytes = max_bytes
        self._generation = next(_generations) if generation is None else generation()
        self._topics: dict[str, _Topic] = {}

    def _topic(self, name: str) -> _Topic:
        topic = self._topics.get(name)
        if topic is None:
            topic = self._topics[check_name("topic", name)] = _Topic(self._history)
        return topic

    async def publish(self, topic: str, payload: bytes) -> Cursor:
        """Hand a message to every present subscriber; see `forexai_core.ports.bus.Bus`."""
        if len(payload) > self._max_bytes:
            raise ConfigError(
                f"A message of {len(payload)} bytes to '{topic}' exceeds {self._max_bytes}: "
                "store it as a blob and publish its key."
            )
        kept = self._topic(topic)
        kept.sequence += 1
        cursor = Cursor(generation=self._generation, sequence=kept.sequence)
        message = Message(topic=topic, cursor=cursor, payload=bytes(payload))
        kept.remembered.append(message)
        for subscription in kept.subscriptions:
            subscription.offer(message)
        return cursor

    def subscribe(
        self,
        topic: str,
        *,
        after: Cursor | None = None,
        capacity: int = 1024,
        overflow: Overflow = Overflow.DROP_OLDEST,
    ) -> AbstractAsyncContextManager[AsyncIterator[Message]]:
        """Follow a topic; see `forexai_core.ports.bus.Bus`."""
        check_name("topic", topic)
        if capacity < 1:
            raise ConfigError(f"A subscription of '{topic}' needs a capacity of 1 or more, not {capacity}.")
        return self._following(topic, after, capacity, Overflow(overflow))

    @asynccontextmanager
    async def _following(
        self, name: str, after: Cursor | None, capacity: int, overflow: Overflow
    ) -> AsyncIterator[AsyncIterator[Message]]:
        topic = self._topic(name)
        subscription = _Subscription(name, capacity, overflow)
        if after is not None:
            for message in self._since(topic, after):
                subscription.offer(message)
        topic.subscriptions.add(subscription)
        try:
            yield subscription
        finally:
            topic.subscriptions.discard(subscription)
            subscription.close()

    def _since(self, topic: _Topic, after: Cursor) -> list[Message]:
        """Return the remembered messages after a place, the first one marked when some are forgotten."""
        stranger = after.generation != self._generation
        sequence = 0 if stranger else after.sequence
        messages = [message for message in topic.remembered if message.cursor.sequence > sequence]
        if messages and (stranger or messages[0].cursor.sequence > sequence + 1):
            messages[0] = attrs.evolve(messages[0], gap=True)
        return messages
