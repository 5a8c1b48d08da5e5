"""What every bus has to pass."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import attrs
import pytest

from forexai_core.errors import ConfigError, StorageError
from forexai_core.ports.bus import Bus, Message, Overflow
from forexai_core.testing.ports.verdicts import refused, require, soon

__all__ = ["BusSuite"]


async def _take(messages: AsyncIterator[Message], count: int) -> list[Message]:
    return [await soon(anext(messages), f"message {number} of {count}") for number in range(1, count + 1)]


async def _ended(messages: AsyncIterator[Message], what: str) -> None:
    try:
        message = await soon(anext(messages), f"the end of {what}")
    except StopAsyncIteration:
        return
    pytest.fail(f"{what} goes on with {message!r}")


@pytest.mark.asyncio
class BusSuite:
    """Rules of `forexai_core.ports.bus.Bus`."""

    remembers = 8
    """How many messages of a topic the bus under test remembers: few, since the suite exceeds it."""
    max_bytes = 1 << 20
    """Largest payload that it takes."""

    @pytest.fixture
    def bus(self) -> Bus:
        """Give the bus under test."""
        raise NotImplementedError("Give a fixture 'bus'.")

    async def test_delivers_in_order_with_numbers(self, bus: Bus) -> None:
        """Messages arrive as published, numbered without holes."""
        async with bus.subscribe("quotes/EURUSD") as messages:
            cursors = [await bus.publish("quotes/EURUSD", b"%d" % number) for number in range(5)]
            got = await _take(messages, 5)
        require([message.payload for message in got] == [b"0", b"1", b"2", b"3", b"4"], f"order or payload: {got}")
        require([message.cursor for message in got] == cursors, "a message's cursor is not the one publish returned")
        require([cursor.sequence for cursor in cursors] == [1, 2, 3, 4, 5], f"numbers are not 1 to 5: {cursors}")
        require({message.topic for message in got} == {"quotes/EURUSD"}, "a message names another topic")
        require(not any(message.gap for message in got), "a gap is shown where none is")

    async def test_every_subscriber_gets_every_message(self, bus: Bus) -> None:
        """Subscribers do not take messages from one another."""
        async with bus.subscribe("a") as one, bus.subscribe("a") as two:
            await bus.publish("a", b"x")
            got = await _take(one, 1) + await _take(two, 1)
        require([message.payload for message in got] == [b"x", b"x"], f"two subscribers got {got}")

    async def test_topics_are_apart(self, bus: Bus) -> None:
        """A subscriber gets its topic only, also when another one begins alike."""
        async with bus.subscribe("a") as messages:
            await bus.publish("a/b", b"other")
            await bus.publish("b", b"other")
            await bus.publish("a", b"own")
            got = await _take(messages, 1)
        require(got[0].payload == b"own", f"a message of another topic arrived: {got[0]}")
        require(got[0].cursor.sequence == 1, "topics share their numbers")

    async def test_begins_with_the_next_message(self, bus: Bus) -> None:
        """Without a cursor nothing old is delivered; nothing published after entering is missed."""
        await bus.publish("a", b"old")
        async with bus.subscribe("a") as messages:
            await bus.publish("a", b"new")
            got = await _take(messages, 1)
        require(got[0].payload == b"new", f"an old message was delivered: {got[0]}")
        require(not got[0].gap, "a gap is shown where none was asked about")

    async def test_goes_on_after_a_cursor(self, bus: Bus) -> None:
        """What is remembered after a place is delivered, then what is new."""
        cursors = [await bus.publish("a", b"%d" % number) for number in range(4)]
        async with bus.subscribe("a", after=cursors[1]) as messages:
            await bus.publish("a", b"4")
            got = await _take(messages, 3)
        require([message.payload for message in got] == [b"2", b"3", b"4"], f"after the second message came {got}")
        require(not any(message.gap for message in got), "a gap is shown where none is")

    async def test_shows_what_it_forgot(self, bus: Bus) -> None:
        """A cursor older than the bus's memory shows a gap, once."""
        first = await bus.publish("a", b"0")
        for number in range(1, self.remembers + 3):
            await bus.publish("a", b"%d" % number)
        async with bus.subscribe("a", after=first) as messages:
            got = await _take(messages, 2)
        require([message.gap for message in got] == [True, False], f"gaps of the first two: {got}")
        require(got[0].cursor.sequence > first.sequence + 1, "nothing was forgotten: set 'remembers' right")

    async def test_shows_that_it_began_anew(self, bus: Bus) -> None:
        """A cursor of another life of the bus shows a gap."""
        cursor = await bus.publish("a", b"0")
        stranger = attrs.evolve(cursor, generation=cursor.generation - 1, sequence=cursor.sequence + 100)
        async with bus.subscribe("a", after=stranger) as messages:
            got = await _take(messages, 1)
        require(got[0].payload == b"0", f"remembered messages are not delivered: {got}")
        require(got[0].gap, "the cursor of another generation was taken for one of this")

    async def test_drops_the_oldest_and_shows_it(self, bus: Bus) -> None:
        """A full queue loses its oldest messages; the publisher does not wait."""
        async with bus.subscribe("a", capacity=2) as messages:
            for number in range(5):
                await soon(bus.publish("a", b"%d" % number), "publishing to a full queue")
            got = await _take(messages, 2)
            require([message.payload for message in got] == [b"3", b"4"], f"of five in a queue of two came {got}")
            require([message.gap for message in got] == [True, False], f"the loss is not shown (once): {got}")

    async def test_cuts_off_who_is_slow(self, bus: Bus) -> None:
        """With DISCONNECT, what waits is delivered, then the iteration fails."""
        async with bus.subscribe("a", capacity=2, overflow=Overflow.DISCONNECT) as messages:
            for number in range(5):
                await soon(bus.publish("a", b"%d" % number), "publishing to a full queue")
            got = await _take(messages, 2)
            require([message.payload for message in got] == [b"0", b"1"], f"before the cut came {got}")
            with refused(StorageError, "reading on after the cut"):
                await soon(anext(messages), "the cut")

    async def test_ends_with_its_block(self, bus: Bus) -> None:
        """After the block nothing arrives, and who still reads comes to the end."""
        async with bus.subscribe("a") as messages:
            reader = asyncio.ensure_future(_ended(messages, "a subscription that was left"))
            await asyncio.sleep(0)
        await bus.publish("a", b"late")
        await soon(reader, "the end of a subscription")
        await _ended(messages, "a subscription that was left")

    async def test_refuses_what_is_no_topic(self, bus: Bus) -> None:
        """Names are checked on both sides, and so are capacities."""
        for topic in ("", "../a", "a//b", " a"):
            with refused(ConfigError, f"publishing to {topic!r}"):
                await bus.publish(topic, b"")
            with refused(ConfigError, f"subscribing to {topic!r}"):
                async with bus.subscribe(topic):
                    pass
        with refused(ConfigError, "a subscription of capacity 0"):
            async with bus.subscribe("a", capacity=0):
                pass

    async def test_refuses_what_is_too_large(self, bus: Bus) -> None:
        """The largest payload passes, one byte more does not."""
        await bus.publish("a", bytes(self.max_bytes))
        with refused(ConfigError, f"a payload of {self.max_bytes + 1} bytes"):
            await bus.publish("a", bytes(self.max_bytes + 1))
