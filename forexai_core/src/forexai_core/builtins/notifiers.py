"""The notifier that ships: the log."""

from __future__ import annotations

import json
import logging
from collections import OrderedDict
from typing import Literal

from pydantic import Field

from forexai_core.ports.notifier import Delivery, Notice, NoticeLevel, NotifierOffer
from forexai_core.ports.services import Services
from forexai_core.ports.settings import Settings
from forexai_core.values.clocks import format_time_ns

__all__ = ["LogNotifier", "LogSettings", "notifier_offers"]

_LEVELS = {
    NoticeLevel.INFO: logging.INFO,
    NoticeLevel.WARNING: logging.WARNING,
    NoticeLevel.CRITICAL: logging.CRITICAL,
}
_CHANNEL = "log"


class LogSettings(Settings):
    """Settings of the log."""

    logger: str = Field(default="forexai.notices", pattern=r"^[A-Za-z_][A-Za-z0-9_.]*$", max_length=100)
    """Name of the logger that gets the lines."""
    least: Literal["info", "warning", "critical"] = "info"
    """Notices below this level are taken and not written."""
    remembered: int = Field(default=10_000, ge=1, le=1_000_000)
    """How many delivered keys are remembered, so that none is written twice."""


class LogNotifier:
    """Writes each notice as one line of JSON to a logger of the standard library.

    A notice cannot forge a second line: JSON keeps line breaks as two characters.
    """

    def __init__(self, settings: LogSettings) -> None:
        self._logger = logging.getLogger(settings.logger)
        self._least = _LEVELS[NoticeLevel(settings.least)]
        self._remembered = settings.remembered
        self._written: OrderedDict[str, None] = OrderedDict()

    async def send(self, notice: Notice) -> Delivery:
        """Write a notice once."""
        if notice.key in self._written:
            return Delivery(key=notice.key, channel=_CHANNEL, duplicate=True)
        level = _LEVELS[notice.level]
        if level >= self._least:
            self._logger.log(level, "%s", _line(notice))
        self._written[notice.key] = None
        if len(self._written) > self._remembered:
            self._written.popitem(last=False)
        return Delivery(key=notice.key, channel=_CHANNEL)


def _line(notice: Notice) -> str:
    return json.dumps(
        {
            "time": format_time_ns(notice.time_ns),
            "level": notice.level.value,
            "category": notice.category,
            "title": notice.title,
            "text": notice.text,
            "key": notice.key,
            "facts": [{"name": fact.name, "value": fact.value, "unit": fact.unit} for fact in notice.facts],
        },
        ensure_ascii=False,
    )


def _open(settings: LogSettings, _services: Services) -> LogNotifier:
    return LogNotifier(settings)


def notifier_offers() -> tuple[NotifierOffer, ...]:
    """Give the notifier that ships."""
    return (
        NotifierOffer(
            name="log",
            title="Log",
            summary="One line of JSON a notice, to a logger of this program.",
            settings=LogSettings,
            open=_open,
            api_version=1,
            leaves_computer=False,
        ),
    )
