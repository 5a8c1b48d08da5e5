"""What the window shows at one moment, in words: nothing is left to decide for whoever draws it."""

from __future__ import annotations

from typing import Literal

import attrs

__all__ = ["AccountView", "CardView", "FooterView", "LogLine", "PositionLine", "Tone", "View"]

Tone = Literal["good", "busy", "bad", "off"]
"""How something stands: as it should, on its way, wrong, or not at work."""


@attrs.frozen(kw_only=True)
class CardView:
    """A card of a connection."""

    title: str
    tone: Tone
    headline: str
    detail: str
    extra: str = ""


@attrs.frozen(kw_only=True)
class AccountView:
    """The card of the account; empty values where nothing is known."""

    balance: str = ""
    equity: str = ""
    margin: str = ""
    free: str = ""
    profit: str = ""
    profit_tone: Tone = "off"
    broker: str = ""
    number: str = ""
    server: str = ""
    stale: str = ""
    """Said where it is not of now."""


@attrs.frozen(kw_only=True)
class PositionLine:
    """A row of the table of positions."""

    ticket: int
    symbol: str
    side: str
    side_tone: Tone
    lots: str
    profit: str
    profit_tone: Tone
    price: str


@attrs.frozen(kw_only=True)
class LogLine:
    """A row of the log."""

    time: str
    direction: str
    text: str
    tone: Tone


@attrs.frozen(kw_only=True)
class FooterView:
    """The foot of the window."""

    version: str
    uptime: str
    trades: str
    update: str = ""
    """Said where there is a newer version."""
    notes: str = ""
    """Address of a page about it."""


@attrs.frozen(kw_only=True)
class View:
    """All of it."""

    platform: CardView
    terminal: CardView
    account: AccountView
    positions: tuple[PositionLine, ...]
    positions_note: str
    footer: FooterView
    running: bool
    halted: bool
    """Whether nothing is opened."""
    can_start: bool
    can_pair: bool
