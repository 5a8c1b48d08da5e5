"""Notifiers: what tells people that something happened."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar, Protocol, runtime_checkable

import attrs

from forexai_core.ports.advisor import Fact
from forexai_core.ports.offers import Offer

__all__ = ["Delivery", "Notice", "NoticeLevel", "Notifier", "NotifierOffer"]


class NoticeLevel(StrEnum):
    """How much it matters."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


@attrs.frozen(kw_only=True)
class Notice:
    """Something to tell.

    Attributes
    ----------
    key : str
        The sender's name of the event: one key is delivered once.
    time_ns : int
        When it happened, nanoseconds UTC.
    category : str
        ``trade``, ``signal``, ``risk``, ``system``, ``daily`` or ``weekly``.
    title, text : str
        For people.
    facts : tuple of Fact
        The figures behind it.
    """

    key: str
    time_ns: int
    level: NoticeLevel = attrs.field(default=NoticeLevel.INFO, converter=NoticeLevel)
    category: str = "system"
    title: str
    text: str = ""
    facts: tuple[Fact, ...] = ()


@attrs.frozen(kw_only=True)
class Delivery:
    """What became of a notice.

    Attributes
    ----------
    key : str
        The notice's.
    channel : str
        By which it went.
    duplicate : bool
        Whether it had been delivered before, and was not sent again.
    """

    key: str
    channel: str
    duplicate: bool = False


@runtime_checkable
class Notifier(Protocol):
    """A channel to people."""

    async def send(self, notice: Notice) -> Delivery:
        """Deliver a notice within the limits of the offer; a key that was delivered is not sent again.

        Raises
        ------
        ForexAIError
            If it could not be delivered. The message holds no secret.
        """
        ...


@attrs.frozen(kw_only=True)
class NotifierOffer(Offer[Notifier]):
    """A channel to people.

    Attributes
    ----------
    leaves_computer : bool
        Whether notices go to somebody else's server.
    """

    kind: ClassVar[str] = "notifier"

    leaves_computer: bool = True
