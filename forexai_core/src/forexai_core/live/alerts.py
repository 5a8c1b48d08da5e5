"""Telling people: each thing once, without waiting for anybody."""

from __future__ import annotations

import logging
from collections.abc import Callable

from forexai_core.ports.clock import Clock
from forexai_core.ports.notifier import Notice, NoticeLevel

__all__ = ["Alerts", "Hear"]

Hear = Callable[[Notice], None]
"""Takes a notice and returns at once; whoever sends it does so elsewhere."""

_REMEMBERED = 1_000
_LOG = logging.getLogger(__name__)


class Alerts:
    """Makes notices of an account, each key once.

    Parameters
    ----------
    account : str
        Whose.
    clock : Clock
        For their time.
    hear : callable
        Takes them.
    """

    def __init__(self, account: str, clock: Clock, hear: Hear) -> None:
        self._account, self._clock, self._hear = account, clock, hear
        self._told: dict[str, None] = {}
        self._passed: dict[str, int] = {}

    def tell(self, key: str, title: str, text: str, *, level: NoticeLevel = NoticeLevel.CRITICAL) -> None:
        """Tell something; the same key again is nothing new."""
        if key in self._told:
            return
        self._told[key] = None
        if len(self._told) > _REMEMBERED:
            del self._told[next(iter(self._told))]
        notice = Notice(
            key=f"{self._account}:{key}{self._again(key)}",
            time_ns=self._clock.now_ns(),
            level=level,
            category="trade",
            title=f"{self._account}: {title}",
            text=text,
        )
        try:
            self._hear(notice)
        except Exception:  # noqa: BLE001 - whoever is told must not harm whoever trades
            _LOG.exception("A notice could not be told: %s: %s: %s", notice.level, notice.title, notice.text)

    def forget(self, key: str) -> bool:
        """Let a key be told again, when its matter has passed; say whether it had been told."""
        if key not in self._told:
            return False
        del self._told[key]
        self._passed[key] = self._passed.pop(key, 0) + 1
        if len(self._passed) > _REMEMBERED:
            del self._passed[next(iter(self._passed))]
        return True

    def _again(self, key: str) -> str:
        """Give what tells one occurrence from those before: a notifier sends each name once."""
        return f"#{self._passed[key] + 1}" if key in self._passed else ""
