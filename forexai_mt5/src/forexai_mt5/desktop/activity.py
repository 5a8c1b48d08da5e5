"""Lines of the log, out of what has happened."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation

from forexai_mt5.desktop.events import Happened
from forexai_mt5.desktop.views import LogLine, Tone
from forexai_mt5.desktop.words.saying import Texts

__all__ = ["log_line"]

_NS = 1_000_000_000
_NUMBERS = {"lots", "filled", "price"}
_TONES: Mapping[str, Tone] = {
    "done": "good",
    "accepted": "good",
    "changed": "good",
    "connected": "good",
    "terminal": "good",
    "paired": "good",
    "rearmed": "good",
    "lost": "bad",
    "terminalLost": "bad",
    "failed": "bad",
    "rejected": "bad",
    "unknown": "bad",
    "kill": "bad",
    "halted": "bad",
    "refused": "busy",
    "expired": "busy",
    "absent": "busy",
    "update": "busy",
    "noUpdate": "bad",
}


def log_line(event: Happened, texts: Texts) -> LogLine:
    """Write a line, its time by the clock on the wall."""
    values = {name: _shown(name, text, texts) for name, text in event.values.items()}
    moment = datetime.fromtimestamp(event.time_ns // _NS).astimezone()
    return LogLine(
        time=moment.strftime("%H:%M:%S"),
        direction=texts.say(f"log.{event.direction}"),
        text=texts.say(f"log.{event.code}", **values),
        tone=_TONES.get(event.code, "off"),
    )


def _shown(name: str, text: str, texts: Texts) -> str:
    if name == "reason":
        return texts.say(f"failed.{text}")
    if name == "order":
        side, _, kind = text.partition("_")
        return f"{texts.say(f'side.{side}')} {kind.replace('_', ' ').lower()}".strip()
    if name not in _NUMBERS:
        return text
    try:
        return texts.exact(Decimal(text), least=0 if name == "price" else 2)
    except InvalidOperation:
        return text
