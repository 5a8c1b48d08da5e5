"""Two numbered streams, one each way, that survive lost, doubled and reordered messages and whole connections.

Nothing here touches a network or a clock: whoever has the connection moves messages and tells the time.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import Generic, TypeVar

from forexai_core.errors import ForexAIError
from forexai_mt5.protocol.codec import encode
from forexai_mt5.protocol.envelope import Message
from forexai_mt5.protocol.session import Ack, Resend

__all__ = ["PATIENCE_S", "WINDOW", "Inbox", "Link", "LinkFullError", "Outbox"]

WINDOW = 256
"""How far ahead of what is missing messages are kept."""

PATIENCE_S = 2.0
"""How long an acknowledgement, or what is missing, is waited for before it is asked, or sent, again."""

_AT_ONCE = 64

MessageT = TypeVar("MessageT", bound=Message)


class LinkFullError(ForexAIError):
    """The other side acknowledges too slowly; the message was not taken."""


class Outbox:
    """Messages that were sent, or will be, until the other side has dealt with them.

    Parameters
    ----------
    stream : str
        Its name; a new life of its owner has a new one.
    most_messages, most_bytes : int
        What it holds at most.
    """

    def __init__(self, stream: str, *, most_messages: int = 1_000, most_bytes: int = 4 << 20) -> None:
        self.stream = stream
        self._most_messages, self._most_bytes = most_messages, most_bytes
        self._kept: OrderedDict[int, str] = OrderedDict()
        self._bytes = 0
        self._newest = 0

    @property
    def first(self) -> int:
        """Number of the oldest message that was not acknowledged; the next number where all were."""
        return next(iter(self._kept), self._newest + 1)

    @property
    def newest(self) -> int:
        """Number of the newest message; 0 before the first."""
        return self._newest

    def __len__(self) -> int:
        return len(self._kept)

    def add(self, message: Message) -> str:
        """Give a message its number, keep it, and return it as text to be sent now.

        Raises
        ------
        LinkFullError
            If too much waits already.
        ProtocolError
            If it is too large.
        """
        text = encode(message.model_copy(update={"seq": self._newest + 1}))
        if len(self._kept) >= self._most_messages or self._bytes + len(text) > self._most_bytes:
            raise LinkFullError(f"{len(self._kept)} messages wait to be acknowledged: the other side does not keep up.")
        self._newest += 1
        self._kept[self._newest] = text
        self._bytes += len(text)
        return text

    def acknowledge(self, ack: int) -> None:
        """Let go of what the other side has dealt with. An older, or an impossible, number changes nothing."""
        if ack > self._newest:
            return
        while self._kept and (oldest := next(iter(self._kept))) <= ack:
            self._bytes -= len(self._kept.pop(oldest))

    def after(self, number: int = 0) -> Iterator[str]:
        """Give what was not acknowledged and comes after a number, in order, to be sent again."""
        return iter([text for place, text in self._kept.items() if place > number])


class Inbox(Generic[MessageT]):
    """Messages of the other side's stream: each is dealt with once, in order.

    Parameters
    ----------
    stream : str
        The other side's stream; empty until it is known.
    """

    def __init__(self, stream: str = "") -> None:
        self.stream = stream
        self._waiting: dict[int, MessageT] = {}
        self._done = 0

    @property
    def received(self) -> int:
        """Newest number that was dealt with, and all before it: what is acknowledged."""
        return self._done

    def follow(self, stream: str, first: int) -> None:
        """Follow the other side's stream: the one that is known, or a new one from its first message on.

        A stream that is known goes on where it was: a side that lets go of what was not acknowledged loses it.
        """
        if stream != self.stream:
            self.stream, self._done = stream, first - 1
        self._waiting.clear()

    def offer(self, message: MessageT) -> bool:
        """Take a message in; False for one that was dealt with, is here already, or lies too far ahead."""
        if message.seq in self._waiting or not self._done < message.seq <= self._done + WINDOW:
            return False
        self._waiting[message.seq] = message
        return True

    def next(self) -> MessageT | None:
        """Give the next message to be dealt with; the same one until `done` was called."""
        return self._waiting.get(self._done + 1)

    def done(self) -> None:
        """Count the message that `next` gave as dealt with."""
        del self._waiting[self._done + 1]
        self._done += 1

    @property
    def has_hole(self) -> bool:
        """Whether messages wait for one that is missing."""
        return bool(self._waiting) and self._done + 1 not in self._waiting


class Link(Generic[MessageT]):
    """Both streams of one side.

    Parameters
    ----------
    stream : str
        Of this side.
    most_messages, most_bytes : int
        What waits to be acknowledged at most.
    """

    def __init__(self, stream: str, *, most_messages: int = 1_000, most_bytes: int = 4 << 20) -> None:
        self.outbox = Outbox(stream, most_messages=most_messages, most_bytes=most_bytes)
        self.inbox: Inbox[MessageT] = Inbox()
        self._told = 0
        self._progress_s = self._asked_s = self._repeated_s = float("-inf")

    def opened(self, now_s: float) -> None:
        """Begin a connection: what was asked over the last one is forgotten."""
        self._progress_s = now_s
        self._asked_s = self._repeated_s = float("-inf")

    def send(self, message: Message) -> str:
        """Take a message: numbered, and kept, if its kind is; as text to be sent now."""
        if message.numbered:
            return self.outbox.add(message)
        self._told = self.inbox.received
        return encode(message.model_copy(update={"ack": self._told}))

    def hear(self, message: MessageT, now_s: float) -> list[str]:
        """Take note of what the other side says; give what is to be sent because of it.

        A numbered message then waits in the inbox. What asks for repetition is heeded once in `PATIENCE_S`.
        """
        if message.ack >= self.outbox.first:
            self._progress_s = now_s
        self.outbox.acknowledge(message.ack)
        answers: list[str] = []
        if isinstance(message, Resend) and now_s - self._repeated_s >= PATIENCE_S:
            self._repeated_s = now_s
            answers.extend(self.outbox.after(message.after))
        if message.numbered and not self.inbox.offer(message):
            answers.append(self.send(Ack()))
        if self.inbox.has_hole and now_s - self._asked_s >= PATIENCE_S:
            self._asked_s = now_s
            answers.append(self.send(Resend(after=self.inbox.received)))
        return answers

    def due(self, now_s: float) -> list[str]:
        """Give what is to be sent since time has passed: an acknowledgement, and what was not acknowledged."""
        answers = [self.send(Ack())] if self.inbox.received > self._told else []
        if len(self.outbox) and now_s - self._progress_s >= PATIENCE_S:
            self._progress_s = now_s
            answers.extend(list(self.outbox.after())[:_AT_ONCE])
        return answers
